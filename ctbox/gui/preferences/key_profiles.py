"""Shortcut profiles, and which keys hold when a profile meets the user's own choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeySequence

from ctbox.gui.action_spec import ActionSpec, Scope
from ctbox.gui.actions import ACTIONS
from ctbox.gui.translation import mark, tr

Keys = tuple[str, ...]

MOST_KEYS = 2
"""So many keys a command can have."""
SPECS: Mapping[str, ActionSpec] = {spec.name: spec for spec in ACTIONS}
_PORTABLE = QKeySequence.SequenceFormat.PortableText
# Lists, sliders, buttons and fields live on these: window-wide they would be dead there.
_WIDGET_KEYS = {
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home,
    Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Return, Qt.Key.Key_Enter,
    Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Escape,
}  # fmt: skip
_NEVER = {Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_unknown}


@dataclass(frozen=True, slots=True)
class KeyProfile:
    """A set of keys to begin with.

    Parameters
    ----------
    name : str
        As kept in the settings.
    title : str
        As the user reads it.
    note : str
        What is special about it.
    keys : mapping of str to tuple of str
        Commands whose keys differ from those of the window's table.
    """

    name: str
    title: str
    note: str
    keys: Mapping[str, Keys] = field(default_factory=dict)


RADIOLOGY = KeyProfile(
    "radiology",
    mark("Radiology"),
    mark("As in reading rooms: the arrows scroll, W is window/level, D and A measure."),
)
ANNOTATOR = KeyProfile(
    "annotator",
    mark("Annotator"),
    mark(
        "As in labelImg: W draws a box, A and D go to the previous and the next slice. What they "
        "displace takes Shift: window/level Shift+W, angle Shift+A, distance Shift+D."
    ),
    {
        "tool_draw": ("W", "M"),
        "previous_slice": ("A", "Up"),
        "next_slice": ("D", "Down"),
        "tool_window": ("Shift+W",),
        "tool_angle": ("Shift+A",),
        "tool_ruler": ("Shift+D",),
    },
)
PROFILES = (RADIOLOGY, ANNOTATOR)


def find_profile(name: str) -> KeyProfile:
    """Return a profile by name; Radiology where there is none of that name."""
    return next((each for each in PROFILES if each.name == name), RADIOLOGY)


def find_profile_keys(profile: KeyProfile, name: str) -> Keys:
    """Return the keys that a profile gives a command."""
    return profile.keys.get(name, SPECS[name].keys)


def normalise_key(key: str) -> str:
    """Return a key as it is kept ("Delete" becomes "Del"); empty if it is no single key."""
    sequence = QKeySequence.fromString(key, _PORTABLE)
    if sequence.count() != 1 or _find_combination(key).key() in _NEVER:
        return ""
    return sequence.toString(_PORTABLE)


def find_refusal(name: str, key: str, fixed: Mapping[str, str]) -> str:
    """Return why a command cannot have a key, as a sentence; empty if it can.

    Parameters
    ----------
    name : str
        The command.
    key : str
        As `normalise_key` returns it.
    fixed : mapping of str to str
        Keys that belong to no command, with what they do.
    """
    if not key:
        return tr("That key cannot be used.")
    if key in fixed:
        return tr("{key} {key2} and stays so.").format(key=key, key2=fixed[key])
    combination = _find_combination(key)
    held = combination.keyboardModifiers() & ~Qt.KeyboardModifier.ShiftModifier
    is_bare = held in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
    if SPECS[name].scope is Scope.WINDOW and is_bare and combination.key() in _WIDGET_KEYS:
        return tr(
            "{key} moves in lists and fields; only commands of the image can have it."
        ).format(key=key)
    return ""


def _find_combination(key: str) -> QKeyCombination:
    # Qt's own description for type checkers leaves out that a sequence can be indexed.
    sequence: Any = QKeySequence.fromString(key, _PORTABLE)
    combination: QKeyCombination = sequence[0]
    return combination


def resolve_keys(
    profile: KeyProfile, own: Mapping[str, Keys], fixed: Mapping[str, str]
) -> dict[str, Keys]:
    """Return the keys of every command; no key stands for two.

    The user's own come first: a command that a newer version brought, or a damaged file, never
    takes them away. Own keys that no command can have are left out.
    """
    resolved: dict[str, Keys] = {}
    taken: set[str] = set()
    for name in sorted(SPECS, key=lambda name: name not in own):
        wanted = own.get(name)
        keys: list[str] = []
        for each in (find_profile_keys(profile, name) if wanted is None else wanted)[:MOST_KEYS]:
            key = normalise_key(each)
            refused = wanted is not None and find_refusal(name, key, fixed)
            if key and key not in taken and not refused:
                keys.append(key)
                taken.add(key)
        resolved[name] = tuple(keys)
    return {name: resolved[name] for name in SPECS}
