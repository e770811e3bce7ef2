"""The keys as they hold now; the window's commands follow them at once."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence

from ctbox.gui.actions import describe_tip
from ctbox.gui.preferences.key_profiles import (
    MOST_KEYS,
    SPECS,
    KeyProfile,
    Keys,
    find_profile,
    find_profile_keys,
    find_refusal,
    resolve_keys,
)

OwnKeys = Mapping[str, Mapping[str, Keys]]


class KeyBindings(QObject):
    """A profile, what the user changed of it, and the commands that have the keys.

    Parameters
    ----------
    commands : mapping of str to QAction
        The window's commands.
    fixed : mapping of str to str
        Keys that belong to no command, with what they do.
    """

    changed = Signal()

    def __init__(
        self,
        commands: Mapping[str, QAction],
        fixed: Mapping[str, str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._commands = commands
        self._fixed = dict(fixed)
        self._profile = find_profile("")
        self._own: dict[str, dict[str, Keys]] = {}
        self._keys = resolve_keys(self._profile, {}, self._fixed)

    # --- what holds ---------------------------------------------------------------------------

    @property
    def profile(self) -> KeyProfile:
        """The profile."""
        return self._profile

    @property
    def own(self) -> dict[str, dict[str, Keys]]:
        """What the user changed: profile to command to keys; a copy."""
        return {profile: dict(keys) for profile, keys in self._own.items() if keys}

    def find_keys(self, name: str) -> Keys:
        """Return a command's keys, the first one shown; empty for none."""
        return self._keys[name]

    def is_own(self, name: str) -> bool:
        """Whether the command's keys are others than the profile's."""
        return self._keys[name] != find_profile_keys(self._profile, name)

    def find_owner(self, key: str, name: str) -> str | None:
        """Return which command other than this one has a key; None for none."""
        return next(
            (each for each, keys in self._keys.items() if key in keys and each != name), None
        )

    def find_refusal(self, name: str, key: str) -> str:
        """Return why a command cannot have a key, as a sentence; empty if it can."""
        return find_refusal(name, key, self._fixed)

    def find_restore_owners(self, name: str) -> tuple[str, ...]:
        """Return the commands that would lose a key if this one got the profile's keys back."""
        keys = find_profile_keys(self._profile, name)
        owners = (self.find_owner(key, name) for key in keys)
        return tuple(dict.fromkeys(owner for owner in owners if owner is not None))

    # --- changing -----------------------------------------------------------------------------

    def use(self, profile: str, own: OwnKeys) -> None:
        """Take a profile and the user's own keys, as they were kept."""
        self._profile = find_profile(profile)
        self._own = {each: dict(keys) for each, keys in own.items()}
        self._apply()

    def set_profile(self, profile: str) -> None:
        """Take another profile; what the user changed of each stays with it."""
        self.use(profile, self._own)

    def set_key(self, name: str, place: int, key: str) -> None:
        """Give a command another key, or none for an empty one; its owner loses it.

        Parameters
        ----------
        name : str
            The command.
        place : int
            0 for the key that is shown, 1 for the second.
        key : str
            As `normalise_key` returns it; ask `find_refusal` first.
        """
        keys = [each for each in self._keys[name] if each != key or not key]
        if place < len(self._keys[name]) and self._keys[name][place] in keys:
            at = keys.index(self._keys[name][place])
            keys[at : at + 1] = [key] if key else []
        elif key:
            keys.append(key)
        self._take(name, tuple(keys[:MOST_KEYS]))
        self._apply()

    def restore(self, name: str) -> None:
        """Give a command the profile's keys back; who has them by now loses them."""
        self._take(name, find_profile_keys(self._profile, name))
        self._apply()

    def _take(self, name: str, keys: Keys) -> None:
        for key in keys:
            owner = self.find_owner(key, name)
            if owner is not None:
                self._note(owner, tuple(each for each in self._keys[owner] if each != key))
        self._note(name, keys)

    def _note(self, name: str, keys: Keys) -> None:
        own = self._own.setdefault(self._profile.name, {})
        own[name] = self._keys[name] = keys
        if keys == find_profile_keys(self._profile, name):
            del own[name]

    def _apply(self) -> None:
        own = self._own.get(self._profile.name, {})
        self._keys = resolve_keys(self._profile, own, self._fixed)
        for name, keys in self._keys.items():
            action = self._commands[name]
            wanted = [QKeySequence(key) for key in keys]
            if action.shortcuts() != wanted:
                action.setShortcuts(wanted)
                action.setToolTip(describe_tip(SPECS[name], keys))
        self.changed.emit()
