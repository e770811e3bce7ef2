"""One place in the patient, shown as a crosshair in every image of its frame of reference."""

from __future__ import annotations

import math

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen

from ctbox.dicom.places import find_pixel, find_place, share_frame
from ctbox.dicom.series import Series, Vector3
from ctbox.gui.viewer.hands import Pointer
from ctbox.gui.viewer.panel import ViewerPanel
from ctbox.gui.viewer.placement import ImageMapping

CROSSHAIR_COLOR = "#ffe27a"
_GAP = 12.0
_REACH = 12.0


class CrosshairState(QObject):
    """The place, which series it is told in, and whether it is shown.

    `placed` comes when the user set it, `changed` whenever it must be drawn anew.
    """

    changed = Signal()
    placed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._place: Vector3 | None = None
        self._series: Series | None = None
        self._shown = False
        self.takes_left_button = False

    @property
    def place(self) -> Vector3 | None:
        """The place in LPS, mm."""
        return self._place

    @property
    def series(self) -> Series | None:
        """The series it was set in: what shares its frame of reference shows it too."""
        return self._series

    @property
    def is_shown(self) -> bool:
        """Whether it is drawn."""
        return self._shown

    def set_shown(self, shown: bool) -> None:
        """Show it, the left button placing it, or hide it."""
        self._shown = self.takes_left_button = shown
        self.changed.emit()

    def put(self, series: Series, place: Vector3) -> None:
        """Set the place."""
        if place != self._place or series is not self._series:
            self._series, self._place = series, place
            self.changed.emit()
            self.placed.emit()

    def clear(self) -> None:
        """Forget the place, as when another case is opened."""
        self._place = self._series = None
        self.changed.emit()


class CrosshairHand:
    """Draws the crosshair on slices and lets the left button place it.

    Parameters
    ----------
    viewer : ViewerPanel
        The viewer.
    state : CrosshairState
        The place.
    """

    def __init__(self, viewer: ViewerPanel, state: CrosshairState) -> None:
        self._viewer = viewer
        self._state = state
        viewer.view.add_hand(self)
        state.changed.connect(viewer.view.update)

    def find_point(self) -> tuple[float, float] | None:
        """Return where the place lies in the shown slice's pixel edges; None if nowhere."""
        state, shown = self._state, self._viewer.state.slice
        series_case = self._viewer.state.series_case
        if not state.is_shown or state.place is None or state.series is None:
            return None
        if (
            shown is None
            or series_case is None
            or not share_frame(series_case.series, state.series)
        ):
            return None
        return find_pixel(shown, state.place)

    def press(self, pointer: Pointer) -> bool:
        """Place the crosshair, or take hold of it at its middle."""
        if not self._state.is_shown:
            return False
        if not self._state.takes_left_button and not self._is_near(pointer):
            return False
        return self._put(pointer)

    def move(self, pointer: Pointer) -> None:
        """Drag it along."""
        self._put(pointer)

    def release(self, pointer: Pointer) -> None:
        """Let it stay there."""
        self._put(pointer)

    def double_click(self, _pointer: Pointer) -> bool:
        """Leave double clicks to the view."""
        return False

    def find_cursor(self, pointer: Pointer) -> Qt.CursorShape | None:
        """Return the hand where it can be grabbed."""
        if self._state.is_shown and self._is_near(pointer):
            return Qt.CursorShape.SizeAllCursor
        return None

    def paint(self, painter: QPainter, mapping: ImageMapping, area: QRectF) -> None:
        """Draw two lines that leave the place itself free."""
        point = self.find_point()
        if point is not None:
            paint_crosshair(painter, QPointF(*mapping.to_view(*point)), area)

    def _is_near(self, pointer: Pointer) -> bool:
        point = self.find_point()
        if point is None:
            return False
        x, y = pointer.mapping.to_view(*point)
        return math.hypot(pointer.point.x() - x, pointer.point.y() - y) <= _REACH

    def _put(self, pointer: Pointer) -> bool:
        shown, series_case = self._viewer.state.slice, self._viewer.state.series_case
        if shown is None or series_case is None:
            return False
        x = min(max(pointer.x, 0.0), shown.columns)
        y = min(max(pointer.y, 0.0), shown.rows)
        place = find_place(shown, x, y)
        if place is None:
            return False
        self._state.put(series_case.series, place)
        return True


def paint_crosshair(painter: QPainter, at: QPointF, area: QRectF) -> None:
    """Draw a crosshair at a point of a viewer, over its whole area."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    x, y = round(at.x()), round(at.y())
    spans = (
        (QPointF(area.left(), y), QPointF(x - _GAP, y)),
        (QPointF(x + _GAP, y), QPointF(area.right(), y)),
        (QPointF(x, area.top()), QPointF(x, y - _GAP)),
        (QPointF(x, y + _GAP), QPointF(x, area.bottom())),
    )
    for color, width in ((QColor(0, 0, 0, 150), 3), (QColor(CROSSHAIR_COLOR), 1)):
        painter.setPen(QPen(color, width))
        for start, end in spans:
            painter.drawLine(start, end)
