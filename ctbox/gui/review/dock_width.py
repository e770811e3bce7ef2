"""The width that the review's panel takes from the image, and gives back at the end."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow


class DockWidth(QObject):
    """Remembers how wide a dock was before another one below it made it wider.

    Parameters
    ----------
    window : QMainWindow
        Both docks belong to it.
    dock : QDockWidget
        Whose width is kept.
    """

    def __init__(self, window: QMainWindow, dock: QDockWidget) -> None:
        super().__init__(window)
        self._window, self._dock = window, dock
        self._before = self._widened = 0

    def remember(self) -> None:
        """Take note of the width, and of the one that it has once the other dock is there."""
        if not self._before:
            self._before = self._dock.width()
            QTimer.singleShot(0, self, self._take_note)

    def _take_note(self) -> None:
        self._widened = self._dock.width()

    def give_back(self) -> None:
        """Give the dock the width back that it had, unless the user drew it to another."""
        before, self._before = self._before, 0
        if before and self._dock.width() == self._widened != before:
            self._window.resizeDocks([self._dock], [before], Qt.Orientation.Horizontal)
