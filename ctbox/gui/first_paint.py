"""Tells when a window is on the screen, so that the rest of the work can wait for it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

_LIMIT_MS = 1000


class FirstPaint(QObject):
    """Emits `painted` once, after the window's first picture was handed to the screen.

    A window that starts minimised is never painted: then a second is waited and no more.

    Parameters
    ----------
    window : QWidget
        The window, not shown yet.
    """

    painted = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_LIMIT_MS)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start()
        window.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Wait for the first paint event; the children are painted with it."""
        if event.type() is QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            self._timer.start(0)
        return False

    def _on_timeout(self) -> None:
        self._window.removeEventFilter(self)
        self.painted.emit()
