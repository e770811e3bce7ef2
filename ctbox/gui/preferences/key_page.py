"""The page of keys: profile, search, table, and two fields that take the next key pressed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ctbox.gui.help_dialogs import format_key
from ctbox.gui.preferences.key_bindings import KeyBindings
from ctbox.gui.preferences.key_profiles import MOST_KEYS, PROFILES, SPECS, normalise_key
from ctbox.gui.preferences.key_table import KeyTable
from ctbox.gui.preferences.page import choose_value, make_choice, make_hint
from ctbox.gui.translation import mark, tr

_FIELD_WIDTH = 104
_FIELD_NAMES = (mark("Key"), mark("Second key"))


class KeyField(QWidget):
    """Takes the next key that is pressed; × takes it away."""

    entered = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.edit = QKeySequenceEdit()
        self.edit.setMaximumSequenceLength(1)
        self.edit.setAccessibleName(name)
        self.edit.setToolTip(tr("Press the key"))
        self.edit.setFixedWidth(_FIELD_WIDTH)
        self.edit.editingFinished.connect(self._on_pressed)
        self.remove = QPushButton(tr("Remove"))
        self.remove.setProperty("link", True)
        self.remove.setAutoDefault(False)
        self.remove.setAccessibleName(tr("Remove: {name}").format(name=name))
        self.remove.clicked.connect(lambda: self.entered.emit(""))
        self._shown = ""
        label = QLabel(name)
        label.setBuddy(self.edit)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (label, self.edit, self.remove):
            row.addWidget(widget)

    def show_key(self, key: str) -> None:
        """Show a key; tells nobody."""
        self._shown = key
        self.edit.setKeySequence(QKeySequence.fromString(key))
        self.remove.setEnabled(bool(key))

    def _on_pressed(self) -> None:
        pressed = self.edit.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        if pressed and pressed != self._shown:
            self.entered.emit(normalise_key(pressed))


class KeyPage(QWidget):
    """Changes the keys of every command; they hold at once.

    Parameters
    ----------
    bindings : KeyBindings
        What holds.
    """

    def __init__(self, bindings: KeyBindings) -> None:
        super().__init__()
        self._bindings = bindings
        self._take: Callable[[], None] | None = None
        self.profile = make_choice(
            tr("Profile"), [(tr(each.title), each.name) for each in PROFILES]
        )
        self.note = make_hint()
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search a command, a group or a key"))
        self.search.setAccessibleName(tr("Search commands"))
        self.search.setClearButtonEnabled(True)
        self.table = KeyTable(bindings)
        self.fields = [KeyField(tr(_FIELD_NAMES[place])) for place in range(MOST_KEYS)]
        self.restore = QPushButton(tr("Restore"))
        self.restore.setAutoDefault(False)
        self.restore.setToolTip(tr("Give this command the profile's keys back"))
        self.message = make_hint()
        self.take = QPushButton()
        self.take.setAutoDefault(False)
        self._lay_out()
        self._connect()
        self._render()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        words = QLabel(tr("&Profile"))
        words.setBuddy(self.profile)
        head.addWidget(words)
        head.addWidget(self.profile)
        head.addWidget(self.search, 1)
        strip = QHBoxLayout()
        strip.setSpacing(18)
        for field in self.fields:
            strip.addWidget(field)
        strip.addStretch(1)
        strip.addWidget(self.restore)
        told = QHBoxLayout()
        told.setSpacing(12)
        told.addWidget(self.message, 1)
        told.addWidget(self.take)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.note)
        column.addWidget(self.table, 1)
        column.addLayout(strip)
        column.addLayout(told)
        self.message.setMinimumHeight(self.take.sizeHint().height())

    def _connect(self) -> None:
        self.profile.currentIndexChanged.connect(
            lambda _: self._bindings.set_profile(self.profile.currentData())
        )
        self.search.textChanged.connect(self.table.search)
        self.search.returnPressed.connect(self.table.setFocus)
        self.table.itemSelectionChanged.connect(self._on_chosen)
        self.table.activated.connect(lambda _: self.fields[0].edit.setFocus())
        for place, field in enumerate(self.fields):
            field.entered.connect(lambda key, place=place: self._on_entered(place, key))
        self.restore.clicked.connect(self._on_restore)
        self.take.clicked.connect(self._on_take)
        self._bindings.changed.connect(self._render)

    # --- news -------------------------------------------------------------------------------

    def _on_chosen(self) -> None:
        self._tell("")
        self._render()

    def _on_entered(self, place: int, key: str) -> None:
        name = self.table.command
        if name is None:
            return
        refusal = self._bindings.find_refusal(name, key) if key or self._is_wanted(place) else ""
        owner = self._bindings.find_owner(key, name) if key else None
        if refusal:
            self._tell(refusal)
        elif owner is not None:
            words = tr("{key} belongs to {owner}. Nothing was changed.").format(
                key=format_key(key), owner=_describe(owner)
            )
            self._tell(words, lambda: self._set(name, place, key, owner))
        else:
            self._set(name, place, key, None)
        self._render()

    def _is_wanted(self, place: int) -> bool:
        """Whether a press, not Remove, asked for no key: one that cannot be used."""
        return self.fields[place].edit.hasFocus()

    def _set(self, name: str, place: int, key: str, owner: str | None) -> None:
        self._bindings.set_key(name, place, key)
        told = "" if owner is None else self._describe_loser(owner)
        self._tell(told)

    def _on_restore(self) -> None:
        name = self.table.command
        if name is None:
            return
        owners = self._bindings.find_restore_owners(name)
        if not owners:
            self._restore(name, owners)
            return
        told = tr(" and ").join(_describe(owner) for owner in owners)
        self._tell(
            tr("Its keys belong to {told} now.").format(told=told),
            lambda: self._restore(name, owners),
        )

    def _restore(self, name: str, owners: tuple[str, ...]) -> None:
        self._bindings.restore(name)
        self._tell(" ".join(self._describe_loser(owner) for owner in owners))

    def _describe_loser(self, owner: str) -> str:
        left = "   ".join(format_key(key) for key in self._bindings.find_keys(owner))
        words = SPECS[owner].plain_text
        return (
            tr("{words} keeps {left}.").format(words=words, left=left)
            if left
            else tr("{words} has no key now.").format(words=words)
        )

    def _on_take(self) -> None:
        if self._take is not None:
            self._take()

    def _tell(self, words: str, take: Callable[[], None] | None = None) -> None:
        self._take = take
        self.message.setText(words)
        name = self.table.command
        self.take.setVisible(take is not None and name is not None)
        if take is not None and name is not None:
            self.take.setText(tr("Take it for {name}").format(name=SPECS[name].plain_text))

    def _render(self) -> None:
        bindings, name = self._bindings, self.table.command
        self.profile.blockSignals(True)
        choose_value(self.profile, bindings.profile.name)
        self.profile.blockSignals(False)
        self.note.setText(tr(bindings.profile.note))
        keys = () if name is None else bindings.find_keys(name)
        for place, field in enumerate(self.fields):
            field.setEnabled(name is not None and place <= len(keys))
            field.show_key(keys[place] if place < len(keys) else "")
        self.restore.setEnabled(name is not None and bindings.is_own(name))
        if self._take is None:
            self.take.hide()


def _describe(name: str) -> str:
    spec = SPECS[name]
    return f"{spec.plain_text} ({tr(spec.group)})"
