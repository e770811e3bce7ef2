"""A folder as a line of text with a button that asks for it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from ctbox.gui.translation import tr


class FolderField(QWidget):
    """A line for a path, and Choose….

    Parameters
    ----------
    title : str
        What the folder is, for the dialog and for screen readers.
    hint : str
        Shown while the line is empty.
    """

    changed = Signal()

    def __init__(self, title: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self.line = QLineEdit()
        self.line.setPlaceholderText(hint)
        self.line.setAccessibleName(title)
        self.line.setClearButtonEnabled(True)
        self.line.textChanged.connect(self.changed)
        self.button = QPushButton(tr("Choose…"))
        self.button.setAutoDefault(False)
        self.button.setAccessibleName(tr("Choose: {title}").format(title=title))
        self.button.clicked.connect(self._ask)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)
        self.setFocusProxy(self.line)

    @property
    def path(self) -> str:
        """What stands in the line."""
        return self.line.text().strip()

    def set_path(self, path: str) -> None:
        """Write a path into the line."""
        self.line.setText(path)

    def _ask(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self._title, self.path)
        if chosen:
            self.set_path(chosen)
