"""The panes in the middle of the window; no logic of its own."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QWidget

_FRAME = 2

Cell = tuple[int, int, int, int]
"""Row, column, rows and columns that it takes."""


class PaneGrid(QWidget):
    """Widgets in rows and columns, the active one of several with a frame about it.

    What is shown once stays a child of the grid: a widget that changes its parent in the
    middle of a drag would lose the mouse.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._cells: tuple[Cell, ...] = ()
        self._contents: list[QWidget] = []
        self._active = 0
        self._is_maximised = False

    @property
    def contents(self) -> tuple[QWidget, ...]:
        """What the panes hold, row by row."""
        return tuple(self._contents)

    @property
    def active(self) -> int:
        """Place of the active pane."""
        return self._active

    @property
    def is_maximised(self) -> bool:
        """Whether the active pane alone is shown."""
        return self._is_maximised

    def show_cells(self, cells: Sequence[Cell], contents: Sequence[QWidget], active: int) -> None:
        """Lay out panes with these contents; widgets shown before and not now are hidden."""
        for widget in self._contents:
            self._grid.removeWidget(widget)
            if widget not in contents:
                widget.hide()
        self._cells = tuple(cells)
        self._contents = list(contents)
        self._set_stretches()
        frame = _FRAME if len(cells) > 1 else 0
        self._grid.setContentsMargins(frame, frame, frame, frame)
        self._grid.setSpacing(2 * frame)
        self._place()
        self.set_active(active)
        self.set_maximised(False)

    def _place(self) -> None:
        for cell, widget in zip(self._cells, self._contents, strict=True):
            self._grid.addWidget(widget, *cell)

    def _set_stretches(self) -> None:
        rows = max(row + rows for row, _, rows, _ in self._cells)
        columns = max(column + columns for _, column, _, columns in self._cells)
        for place in range(max(rows, self._grid.rowCount())):
            self._grid.setRowStretch(place, 1 if place < rows else 0)
        for place in range(max(columns, self._grid.columnCount())):
            self._grid.setColumnStretch(place, 1 if place < columns else 0)

    def set_active(self, place: int) -> None:
        """Frame another pane."""
        self._active = place
        self.update()

    def exchange(self, one: int, other: int) -> None:
        """Let two panes exchange what they hold."""
        contents = self._contents
        contents[one], contents[other] = contents[other], contents[one]
        for widget in (contents[one], contents[other]):
            self._grid.removeWidget(widget)
        for place in (one, other):
            self._grid.addWidget(contents[place], *self._cells[place])
        self._grid.activate()

    def set_maximised(self, maximised: bool) -> None:
        """Show the active pane alone, or all."""
        self._is_maximised = maximised
        for index, widget in enumerate(self._contents):
            widget.setVisible(not maximised or index == self._active)
        self.update()

    def event(self, event: QEvent) -> bool:
        """Draw the frame anew where the panes have other sizes now."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.update()
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the frames."""
        if len(self._contents) < 2:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().window())
        pen = QPen(self.palette().highlight().color(), _FRAME)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        half = _FRAME // 2
        shown = self._contents[self._active].geometry()
        painter.drawRect(shown.adjusted(-half, -half, half, half))
