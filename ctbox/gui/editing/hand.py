"""Draws, moves and resizes the reader's boxes with the left button."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter

from ctbox.annotations.box_edits import OwnBox
from ctbox.boxes import BoundingBox
from ctbox.gui.editing.geometry import pull_handle, shift_box, span_box
from ctbox.gui.editing.state import EditingState
from ctbox.gui.translation import tr
from ctbox.gui.viewer.box_frame import Handle, find_handle
from ctbox.gui.viewer.gestures import CLICK_TRAVEL
from ctbox.gui.viewer.hands import Pointer
from ctbox.gui.viewer.panel import ViewerPanel
from ctbox.gui.viewer.placement import ImageMapping
from ctbox.gui.viewer.scene import BoxKind, BoxMark, find_box_at
from ctbox.gui.viewer.state import Selection

_HANDLE_REACH = 4.5
_EDGE_REACH = 5.0
_CURSORS = {
    Handle.TOP_LEFT: Qt.CursorShape.SizeFDiagCursor,
    Handle.BOTTOM_RIGHT: Qt.CursorShape.SizeFDiagCursor,
    Handle.TOP_RIGHT: Qt.CursorShape.SizeBDiagCursor,
    Handle.BOTTOM_LEFT: Qt.CursorShape.SizeBDiagCursor,
    Handle.TOP: Qt.CursorShape.SizeVerCursor,
    Handle.BOTTOM: Qt.CursorShape.SizeVerCursor,
    Handle.LEFT: Qt.CursorShape.SizeHorCursor,
    Handle.RIGHT: Qt.CursorShape.SizeHorCursor,
}


class _Grip(enum.Enum):
    """What a drag does that is not a resize."""

    DRAW = "draw"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class _Drag:
    grip: _Grip | Handle
    start: Pointer
    box: OwnBox | None = None


class EditHand(QObject):
    """A `Hand` for the reader's boxes in one viewer.

    The selected box is moved and resized whatever the tool; others by their edges. With the
    drawing tool every other press begins a new box.

    Parameters
    ----------
    viewer : ViewerPanel
        Where it draws.
    editing : EditingState
        The boxes.
    """

    drawn = Signal(object)
    label_wanted = Signal(object)
    refused = Signal(str)

    def __init__(self, viewer: ViewerPanel, editing: EditingState) -> None:
        super().__init__(viewer)
        self.is_drawing_tool = False
        self._viewer = viewer
        self._editing = editing
        self._drag: _Drag | None = None
        viewer.view.add_hand(self)
        viewer.state.slice_changed.connect(lambda _: self.cancel())
        viewer.state.series_changed.connect(self.cancel)

    @property
    def is_dragging(self) -> bool:
        """Whether a box is being drawn, moved or resized."""
        return self._drag is not None

    def cancel(self) -> bool:
        """Give up what is being dragged; whether there was anything."""
        drag, self._drag = self._drag, None
        self._editing.set_draft(None)
        return drag is not None

    # --- the left button --------------------------------------------------------------------

    def press(self, pointer: Pointer) -> bool:
        """Take hold of a box of the reader's, or begin one with the drawing tool."""
        shown = self._viewer.state.slice
        if shown is None:
            return False
        found = self._find_grip(pointer)
        if found is not None:
            grip, own = found
            self._viewer.state.set_selection(Selection())
            self._editing.select(own.box_id)
            self._drag = _Drag(grip, pointer, own)
            return True
        if not self.is_drawing_tool:
            return False
        if shown.frame is not None:
            self.refused.emit(
                tr("Boxes on one frame of many cannot be kept: VOC has a file a slice.")
            )
            return True
        self._drag = _Drag(_Grip.DRAW, pointer)
        return True

    def move(self, pointer: Pointer) -> None:
        """Show the box as the drag makes it."""
        self._editing.set_draft(self._make_draft(pointer))

    def release(self, pointer: Pointer) -> None:
        """Keep what the drag made; a mere click selects what lies there."""
        draft = self._make_draft(pointer)
        drag, self._drag = self._drag, None
        self._editing.set_draft(None)
        if drag is None:
            return
        if draft is None:
            if drag.box is None:
                self._viewer.view.select_at(pointer)
            return
        if drag.box is None:
            own = self._editing.draw(draft.sop_instance_uid, draft.box)
            if own is not None:
                self._viewer.state.set_selection(Selection())
                self.drawn.emit(own)
        else:
            text = "Move box" if drag.grip is _Grip.MOVE else "Resize box"
            self._editing.move(drag.box, draft.box, text)

    def double_click(self, pointer: Pointer) -> bool:
        """Ask for another label of a reader's box; keep the drawing tool from fitting."""
        mark = self._find_mark(pointer)
        own = None if mark is None else self._find_own(mark)
        if own is None:
            return self.is_drawing_tool
        self._editing.select(own.box_id)
        self.label_wanted.emit(own)
        return True

    def find_cursor(self, pointer: Pointer) -> Qt.CursorShape | None:
        """Return the cursor for what a press would do."""
        found = self._find_grip(pointer)
        if found is None:
            return Qt.CursorShape.CrossCursor if self.is_drawing_tool else None
        grip = found[0]
        return _CURSORS[grip] if isinstance(grip, Handle) else Qt.CursorShape.SizeAllCursor

    def paint(self, painter: QPainter, mapping: ImageMapping, area: QRectF) -> None:
        """Draw nothing: the boxes are part of the scene."""

    # --- finding ----------------------------------------------------------------------------

    def _find_marks(self) -> list[BoxMark]:
        kinds = (BoxKind.MINE, BoxKind.PROPOSAL)
        return [mark for mark in self._viewer.view.scene.boxes if mark.kind in kinds]

    def _find_own(self, mark: BoxMark) -> OwnBox | None:
        shown = self._viewer.state.slice
        if shown is None:
            return None
        uid = shown.sop_instance_uid
        boxes = (*self._editing.mine(uid), *self._editing.proposals(uid))
        return next((own for own in boxes if own.box_id == mark.index), None)

    def _find_mark(self, pointer: Pointer) -> BoxMark | None:
        reach = max(pointer.reach_px(_EDGE_REACH))
        return find_box_at(self._find_marks(), pointer.x, pointer.y, reach)

    def _find_grip(self, pointer: Pointer) -> tuple[_Grip | Handle, OwnBox] | None:
        """Return what a press would take hold of."""
        marks = self._find_marks()
        for mark in marks:
            if mark.selected:
                handle = find_handle(_to_view(mark.box, pointer), pointer.point, _HANDLE_REACH)
                own = self._find_own(mark)
                if handle is not None and own is not None:
                    return handle, own
        # Inside, a press belongs to a box only when it is selected and nothing is drawn anew.
        for mark in sorted(marks, key=lambda mark: not mark.selected):
            inside = mark.selected and not self.is_drawing_tool
            if _touches(mark.box, pointer, inside=inside):
                own = self._find_own(mark)
                if own is not None:
                    return _Grip.MOVE, own
        return None

    def _make_draft(self, pointer: Pointer) -> OwnBox | None:
        """Return the box as the drag makes it; None while it changes nothing."""
        drag, shown = self._drag, self._viewer.state.slice
        if drag is None or shown is None:
            return None
        travel = pointer.point - drag.start.point
        if math.hypot(travel.x(), travel.y()) <= CLICK_TRAVEL:
            return None
        size = (shown.columns, shown.rows)
        dx, dy = pointer.x - drag.start.x, pointer.y - drag.start.y
        if drag.box is None:
            box = span_box((drag.start.x, drag.start.y), (pointer.x, pointer.y), size)
            if box is None:
                return None
            return OwnBox(0, shown.sop_instance_uid, box, self._editing.label)
        if isinstance(drag.grip, Handle):
            corner = _find_corner(drag.box.box, drag.grip)
            box = pull_handle(drag.box.box, drag.grip, (corner[0] + dx, corner[1] + dy), size)
        else:
            box = shift_box(drag.box.box, dx, dy, size)
        return replace(drag.box, box=box)


def _find_corner(box: BoundingBox, handle: Handle) -> tuple[float, float]:
    """Return the point of the box that a handle holds, so that taking it moves nothing."""
    pull_x, pull_y = handle.value
    return (box.x1 if pull_x < 0 else box.x2), (box.y1 if pull_y < 0 else box.y2)


def _to_view(box: BoundingBox, pointer: Pointer) -> QRectF:
    mapping = pointer.mapping
    left, top = mapping.to_view(box.x1, box.y1)
    right, bottom = mapping.to_view(box.x2, box.y2)
    return QRectF(QPointF(left, top), QPointF(right, bottom))


def _touches(box: BoundingBox, pointer: Pointer, *, inside: bool) -> bool:
    rect = _to_view(box, pointer)
    reach = _EDGE_REACH
    outer = rect.adjusted(-reach, -reach, reach, reach)
    inner = rect.adjusted(reach, reach, -reach, -reach)
    if not outer.contains(pointer.point):
        return False
    return inside or not (inner.isValid() and inner.contains(pointer.point))
