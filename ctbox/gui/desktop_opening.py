"""Files that the desktop hands to the running program: macOS tells of them by events."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QFileOpenEvent


class DesktopOpening(QObject):
    """Gathers what is opened at one time, however many events tell of it.

    Parameters
    ----------
    application : QCoreApplication
        Whose events are listened to; also the parent.

    Attributes
    ----------
    opened : Signal
        Paths (list of str) that were opened together.
    """

    opened = Signal(object)

    def __init__(self, application: QCoreApplication) -> None:
        super().__init__(application)
        self._paths: list[str] = []
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take note of a file, and tell of all once the events of this moment are through."""
        if event.type() != QEvent.Type.FileOpen or not isinstance(event, QFileOpenEvent):
            return super().eventFilter(watched, event)
        if event.file():
            if not self._paths:
                QTimer.singleShot(0, self, self._tell)
            self._paths.append(event.file())
        return True

    def _tell(self) -> None:
        paths, self._paths = self._paths, []
        self.opened.emit(paths)
