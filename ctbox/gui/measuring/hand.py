"""Draws and moves measurements with the left button."""

from __future__ import annotations

import itertools
import math
from collections import OrderedDict

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter

from ctbox.gui.measuring.geometry import (
    Point,
    compute_ellipse_distance,
    compute_segment_distance,
)
from ctbox.gui.measuring.label_layout import Around
from ctbox.gui.measuring.measurement import (
    Measurement,
    MeasurementKind,
    describe_measurement,
    find_refusal,
)
from ctbox.gui.measuring.painter import DrawnMeasurement, paint_measurements
from ctbox.gui.measuring.store import MeasurementStore
from ctbox.gui.measuring.surface import Surface
from ctbox.gui.viewer.gestures import CLICK_TRAVEL
from ctbox.gui.viewer.hands import Pointer
from ctbox.gui.viewer.overlay_painter import OverlayPainter
from ctbox.gui.viewer.placement import ImageMapping

_HANDLE_REACH = 9.0
_LINE_REACH = 6.0
_KEPT_TEXTS = 64


class MeasuringHand(QObject):
    """A `Hand` that measures: by dragging, or click by click with the end following between.

    Without a measuring tool it still moves what was drawn before, by its ends or as a whole.

    Parameters
    ----------
    surface : Surface
        Where it draws.
    store : MeasurementStore
        Where measurements are kept.
    """

    refused = Signal(str)
    delete_requested = Signal(object)

    def __init__(self, surface: Surface, store: MeasurementStore) -> None:
        super().__init__(surface.owner)
        self.tool: MeasurementKind | None = None
        self._surface = surface
        self._view = surface.view
        self._store = store
        # What is being drawn or moved: the measurement, and the point that follows (None: all).
        self._draft: Measurement | None = None
        self._follows: int | None = None
        self._is_new = False
        self._pressed_at = QPointF()
        self._last = (0.0, 0.0)
        self._texts: OrderedDict[tuple[Measurement, int], tuple[str, ...]] = OrderedDict()
        self._view.add_hand(self)
        self._view.installEventFilter(self)
        surface.connect_changed(self._on_slice_changed)
        store.changed.connect(self._on_store_changed)

    @property
    def draft(self) -> Measurement | None:
        """What is being drawn or moved now."""
        return self._draft

    def set_tool(self, tool: MeasurementKind | None) -> None:
        """Draw this from now on; None leaves the left button to others."""
        self.cancel_draft()
        self.tool = tool

    def cancel_draft(self) -> bool:
        """Give up what is being drawn; return whether there was anything."""
        draft, self._draft = self._draft, None
        self._view.update()
        return draft is not None

    # --- the left button --------------------------------------------------------------------

    def press(self, pointer: Pointer) -> bool:
        """Set the next point, take hold of a measurement, or begin one."""
        self._pressed_at, self._last = pointer.point, (pointer.x, pointer.y)
        if self._draft is not None:
            self._follow(pointer)
            return True
        if self._take_hold(pointer):
            return True
        self._store.select(None)
        slice_ = self._surface.find_slice()
        if self.tool is None or slice_ is None:
            return False
        refusal = find_refusal(self.tool, slice_)
        if refusal is not None:
            self.refused.emit(refusal)
            return True
        point = self._clamp(pointer)
        self._draft = self._store.make(self.tool, slice_.sop_instance_uid, point)
        self._follows, self._is_new = 1, True
        self._view.update()
        return True

    def move(self, pointer: Pointer) -> None:
        """Let the point under the pointer follow it."""
        self._follow(pointer)

    def release(self, pointer: Pointer) -> None:
        """Set the point; after a mere click the end goes on following until the next one."""
        if self._draft is None:
            return
        self._follow(pointer)
        travel = pointer.point - self._pressed_at
        clicked = math.hypot(travel.x(), travel.y()) <= CLICK_TRAVEL
        if self._is_new and clicked and self._draft.is_degenerate and len(self._draft.points) == 2:
            return
        self._advance()

    def double_click(self, pointer: Pointer) -> bool:
        """Keep a measurement from fitting the image below it."""
        return self.tool is not None or self._find_at(pointer) is not None

    def find_cursor(self, pointer: Pointer) -> Qt.CursorShape | None:
        """Return the cursor; the view asks on every move, so an unfinished end follows here."""
        if self._draft is not None:
            self._follow(pointer)
            return Qt.CursorShape.CrossCursor
        found = self._find_at(pointer)
        if found is None:
            return None if self.tool is None else Qt.CursorShape.CrossCursor
        is_end = found[1] is not None
        return Qt.CursorShape.PointingHandCursor if is_end else Qt.CursorShape.SizeAllCursor

    def _take_hold(self, pointer: Pointer) -> bool:
        found = self._find_at(pointer)
        if found is None:
            return False
        self._draft, self._follows = found
        self._is_new = False
        self._store.select(self._draft)
        return True

    def _follow(self, pointer: Pointer) -> None:
        if self._draft is None:
            return
        if self._follows is None:
            dx, dy = pointer.x - self._last[0], pointer.y - self._last[1]
            self._draft = self._draft.moved(dx, dy)
            self._last = (pointer.x, pointer.y)
        else:
            self._draft = self._draft.with_point(self._follows, self._clamp(pointer))
        self._view.update()

    def _advance(self) -> None:
        """Go on to the next point, or keep what is complete."""
        draft = self._draft
        if draft is None:
            return
        if self._is_new and len(draft.points) < draft.kind.point_count:
            self._follows = len(draft.points)
            self._draft = draft.with_point(self._follows, draft.points[-1])
            return
        self._draft = None
        if not draft.is_degenerate:
            self._store.put(draft)
        self._view.update()

    def _clamp(self, pointer: Pointer) -> Point:
        size = self._view.image_size
        return min(max(pointer.x, 0.0), size.columns), min(max(pointer.y, 0.0), size.rows)

    # --- finding ----------------------------------------------------------------------------

    def _find_shown(self) -> tuple[Measurement, ...]:
        slice_ = self._surface.find_slice()
        return () if slice_ is None else self._store.find_on(slice_.sop_instance_uid)

    def _find_at(self, pointer: Pointer) -> tuple[Measurement, int | None] | None:
        """Return the measurement under the pointer and its end there, None for its line."""
        here = (pointer.point.x(), pointer.point.y())
        shown = self._find_shown()[::-1]
        for item in shown:
            for index, point in enumerate(item.points):
                if math.dist(pointer.mapping.to_view(*point), here) <= _HANDLE_REACH:
                    return item, index
        for item in shown:
            if _measure_reach(item, pointer.mapping, here) <= _LINE_REACH:
                return item, None
        return None

    # --- keys and painting ------------------------------------------------------------------

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Take Del while a measurement of this slice is selected, Esc while one is drawn."""
        kind = event.type()
        if kind not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            return False
        if not isinstance(event, QKeyEvent) or not self._wants(event.key()):
            return False
        event.accept()
        if kind == QEvent.Type.KeyPress:
            self._act_on(event.key())
        return True

    def _wants(self, key: int) -> bool:
        if key == Qt.Key.Key_Escape:
            return self._draft is not None
        is_delete = key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
        return is_delete and self._store.selected in self._find_shown()

    def _act_on(self, key: int) -> None:
        if key == Qt.Key.Key_Escape:
            self.cancel_draft()
        elif self._store.selected is not None:
            self.delete_requested.emit(self._store.selected)

    def _on_slice_changed(self) -> None:
        self.cancel_draft()

    def _on_store_changed(self) -> None:
        self._view.update()

    def paint(self, painter: QPainter, mapping: ImageMapping, area: QRectF) -> None:
        """Draw the slice's measurements and the one being made."""
        drawn = self.find_drawn()
        if drawn:
            overlay = OverlayPainter(painter, mapping, area)
            scene = self._view.scene
            around = Around(overlay.measure_texts(scene), overlay.measure_boxes(scene))
            paint_measurements(painter, mapping, area, drawn, around)

    def find_drawn(self) -> tuple[DrawnMeasurement, ...]:
        """Return the slice's measurements with their texts; last the one being made or moved."""
        draft, selected = self._draft, self._store.selected
        drawn = [
            DrawnMeasurement(item, self._describe(item), item == selected)
            for item in self._find_shown()
            if draft is None or item.number != draft.number
        ]
        if draft is not None:
            drawn.append(DrawnMeasurement(draft, self._describe(draft), is_selected=True))
        return tuple(drawn)

    def _describe(self, item: Measurement) -> tuple[str, ...]:
        slice_, pixels = self._surface.find_slice(), self._view.pixels
        if slice_ is None:
            return ()
        key = item, id(pixels)
        if key not in self._texts:
            self._texts[key] = describe_measurement(item, slice_, pixels, self._surface.find_unit())
            if len(self._texts) > _KEPT_TEXTS:
                self._texts.popitem(last=False)
        return self._texts[key]


def _measure_reach(item: Measurement, mapping: ImageMapping, here: Point) -> float:
    points = [mapping.to_view(*point) for point in item.points]
    if item.kind is MeasurementKind.ELLIPSE:
        return compute_ellipse_distance(here, points[0], points[1])
    pairs = itertools.pairwise(points)
    return min(compute_segment_distance(here, start, end) for start, end in pairs)
