"""All commands with their keys, in a table that can be searched."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from ctbox.gui.help_dialogs import format_key
from ctbox.gui.preferences.key_bindings import KeyBindings
from ctbox.gui.preferences.key_profiles import RADIOLOGY, SPECS, find_profile_keys
from ctbox.gui.translation import mark, tr

_TITLES = (mark("Command"), mark("Group"), mark("Keys"), mark("In Radiology"))
_COMMAND, _GROUP, _KEYS, _USUAL = range(len(_TITLES))
_SEARCHED = (_COMMAND, _GROUP, _KEYS)
_NAMES = tuple(SPECS)


class KeyTable(QTableWidget):
    """One row a command; what the user changed is bold and says so."""

    def __init__(self, bindings: KeyBindings, parent: QWidget | None = None) -> None:
        super().__init__(len(_NAMES), len(_TITLES), parent)
        self._bindings = bindings
        self.setHorizontalHeaderLabels(list(map(tr, _TITLES)))
        self.setAccessibleName(tr("Commands and their keys"))
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(_KEYS, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        self._items = [self._add_row(row, name) for row, name in enumerate(_NAMES)]
        bindings.changed.connect(self.render_keys)
        self.render_keys()
        self.selectRow(0)

    def _add_row(self, row: int, name: str) -> tuple[QTableWidgetItem, ...]:
        spec = SPECS[name]
        items = tuple(QTableWidgetItem(text) for text in (spec.plain_text, tr(spec.group), "", ""))
        for column, item in enumerate(items):
            self.setItem(row, column, item)
        return items

    @property
    def command(self) -> str | None:
        """The chosen command; None while the search hides them all."""
        row = self.currentRow()
        return _NAMES[row] if row >= 0 and not self.isRowHidden(row) else None

    def choose(self, name: str) -> None:
        """Choose a command and bring it into sight."""
        row = _NAMES.index(name)
        self.setRowHidden(row, False)
        self.selectRow(row)
        self.scrollToItem(self._items[row][_COMMAND])

    def search(self, words: str) -> None:
        """Show the commands in whose name, group or keys all words are."""
        wanted = words.lower().split()
        for row in range(self.rowCount()):
            told = " ".join(self._items[row][column].text() for column in _SEARCHED).lower()
            self.setRowHidden(row, not all(word in told for word in wanted))
        if self.command is None:
            shown = (row for row in range(self.rowCount()) if not self.isRowHidden(row))
            self.setCurrentCell(next(shown, -1), _COMMAND)

    def render_keys(self) -> None:
        """Bring the keys to what holds now."""
        for row, name in enumerate(_NAMES):
            keys = self._bindings.find_keys(name)
            usual = find_profile_keys(RADIOLOGY, name)
            is_own = self._bindings.is_own(name)
            text = _join(keys) + (tr("  (yours)") if is_own else "")
            item = self._items[row][_KEYS]
            item.setText(text)
            font = QFont(self.font())
            font.setBold(is_own)
            item.setFont(font)
            self._items[row][_USUAL].setText("" if keys == usual else _join(usual))


def _join(keys: tuple[str, ...]) -> str:
    return "   ".join(format_key(key) for key in keys) or "—"
