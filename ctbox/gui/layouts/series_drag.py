"""Dragging a series from the list onto a pane."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QByteArray, QEvent, QMimeData, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QDrag, QDragEnterEvent, QDropEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import QApplication, QTreeView, QWidget

SERIES_MIME = "application/x-ctbox-series"


def build_series_mime(key: str) -> QMimeData:
    """Return what is dragged: a series' key."""
    data = QMimeData()
    data.setData(SERIES_MIME, QByteArray(key.encode()))
    return data


def find_series_key(data: QMimeData) -> str | None:
    """Return the key of the series that is dragged; None for anything else."""
    if not data.hasFormat(SERIES_MIME):
        return None
    return bytes(data.data(SERIES_MIME).data()).decode(errors="replace")


class SeriesDragSource(QObject):
    """Lets a list's rows be dragged; a press then chooses its row only once it is released.

    Parameters
    ----------
    tree : QTreeView
        The list.
    find_key : callable
        Returns the series' key of a place in the list; None for a row that is no series.
    """

    def __init__(self, tree: QTreeView, find_key: Callable[[QPoint], str | None]) -> None:
        super().__init__(tree)
        self._tree = tree
        self._find_key = find_key
        self._start: QPoint | None = None
        tree.viewport().installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Hold a press back until it is clear whether it is a click or a drag."""
        if not isinstance(event, QMouseEvent):
            return False
        place = event.position().toPoint()
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress and event.button() is Qt.MouseButton.LeftButton:
            self._start = place if self._find_key(place) is not None else None
            return self._start is not None
        if self._start is None:
            return False
        if kind == QEvent.Type.MouseButtonRelease:
            self._start = None
            self._click(place)
            return True
        if kind == QEvent.Type.MouseMove and event.buttons() & Qt.MouseButton.LeftButton:
            if (place - self._start).manhattanLength() >= QApplication.startDragDistance():
                start, self._start = self._start, None
                self._drag(start)
            return True
        return False

    def _click(self, place: QPoint) -> None:
        index = self._tree.indexAt(place)
        if index.isValid():
            self._tree.setCurrentIndex(index)
            self._tree.clicked.emit(index)

    def _drag(self, place: QPoint) -> None:
        key = self._find_key(place)
        if key is None:
            return
        drag = QDrag(self._tree)
        drag.setMimeData(build_series_mime(key))
        picture = self._tree.indexAt(place).data(Qt.ItemDataRole.DecorationRole)
        if isinstance(picture, QPixmap) and not picture.isNull():
            drag.setPixmap(picture)
        drag.exec(Qt.DropAction.CopyAction)


class SeriesDropTarget(QObject):
    """Lets a widget take a dragged series; files go on to the window behind it."""

    dropped = Signal(str)

    def __init__(self, target: QWidget) -> None:
        super().__init__(target)
        target.setAcceptDrops(True)
        target.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Take series, leave everything else."""
        if isinstance(event, QDragEnterEvent) and find_series_key(event.mimeData()) is not None:
            event.acceptProposedAction()
            return True
        if isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            key = find_series_key(event.mimeData())
            if key is not None:
                event.acceptProposedAction()
                self.dropped.emit(key)
                return True
        return False
