"""One reformatted plane on the screen: coronal or sagittal beside axial slices."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from ctbox.dicom.places import find_pixel, find_place
from ctbox.gui.layouts.crosshair import paint_crosshair
from ctbox.gui.layouts.mpr_model import MprModel
from ctbox.gui.layouts.mpr_scene import build_plane_scene
from ctbox.gui.translation import mark, tr
from ctbox.gui.viewer import readout
from ctbox.gui.viewer.gestures import Tool, choose_drag, drag_window
from ctbox.gui.viewer.hands import Hand, Pointer
from ctbox.gui.viewer.overlay_painter import OverlayPainter
from ctbox.gui.viewer.placement import (
    ImageMapping,
    ImageSize,
    Placement,
    compute_mapping,
    pan,
    zoom_at,
)
from ctbox.gui.viewer.rendering import SliceRenderer
from ctbox.gui.viewer.scene import Scene
from ctbox.gui.viewer.slice_view import find_surround
from ctbox.gui.viewer.underlay import Underlay
from ctbox.workflows.reformat import Across, ReformatPlane, count_planes

_REACH = 12.0
_NOTCH = 120
_ZOOM_PER_POINT = 0.008
_KEY_STEPS = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: -10,
    Qt.Key.Key_PageDown: 10,
    Qt.Key.Key_Home: -(10**6),
    Qt.Key.Key_End: 10**6,
}
_LOADING = mark("Loading…")


class MprView(QWidget):
    """Shows the plane through the crosshair; its window and overlays are the axial viewer's.

    Parameters
    ----------
    model : MprModel
        What is cut.
    across : {"row", "column"}
        What of every slice the plane holds.
    """

    probe_changed = Signal(object)
    focused = Signal()
    plane_changed = Signal()
    maximise_requested = Signal()

    def __init__(self, model: MprModel, across: Across, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._across: Across = across
        self._renderer = SliceRenderer()
        self._plane: ReformatPlane | None = None
        self._pixels: NDArray[Any] | None = None
        self._image: QImage | None = None
        self._scene = Scene()
        self._underlays: tuple[Underlay, ...] = ()
        self._hands: tuple[Hand, ...] = ()
        self._holding: Hand | None = None
        self._drag: Tool | None = None
        self._places_crosshair = False
        self._last = QPointF()
        self._wheel_rest = 0
        self.placement = Placement()
        self.inverts_window_drag = False
        self.key_steps: Mapping[str, int] = {}
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(tr("Reformatted plane"))
        self.setAccessibleDescription(tr("Wheel or arrow keys scroll through the planes."))
        model.changed.connect(self._on_changed)
        model.series_changed.connect(self._on_series_changed)

    def add_underlay(self, underlay: Underlay) -> None:
        """Lay a picture on the plane, below the boxes."""
        self._underlays = (*self._underlays, underlay)

    def add_hand(self, hand: Hand) -> None:
        """Let a tool take the left button before window and level do."""
        self._hands = (*self._hands, hand)

    # --- what is shown ----------------------------------------------------------------------

    @property
    def across(self) -> Across:
        """What of every slice the plane holds."""
        return self._across

    @property
    def plane(self) -> ReformatPlane | None:
        """The shown plane."""
        return self._plane

    @property
    def pixels(self) -> NDArray[Any] | None:
        """Its pixels."""
        return self._pixels

    @property
    def scene(self) -> Scene:
        """What lies over it."""
        return self._scene

    @property
    def image_size(self) -> ImageSize:
        """Its size and the shape of its pixels."""
        if self._plane is None or self._plane.slice_.pixel_spacing_mm is None:
            return ImageSize(1, 1)
        shown = self._plane.slice_
        row_mm, column_mm = self._plane.slice_.pixel_spacing_mm
        return ImageSize(shown.columns, shown.rows, row_mm / column_mm)

    @property
    def mapping(self) -> ImageMapping:
        """Where it lies in the widget."""
        return compute_mapping(self.placement, self.image_size, self.width(), self.height())

    def set_placement(self, placement: Placement) -> None:
        """Zoom and pan."""
        self.placement = placement
        self.update()

    def _on_series_changed(self) -> None:
        self.placement = Placement()

    def _on_changed(self) -> None:
        model, before = self._model, self._plane
        self._plane = model.find_plane(self._across)
        self._image = None
        if self._plane is None or model.reformat is None:
            self._pixels = None
            self._scene = Scene(message=model.problem or tr(_LOADING))
        else:
            self._pixels = model.find_pixels(self._plane)
            marks = model.build_marks(self._plane)
            self._scene = build_plane_scene(model.source.state, model.reformat, self._plane, marks)
        if _find_uid(before) != _find_uid(self._plane):
            self.plane_changed.emit()
        self.update()

    # --- painting ---------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the plane, what is laid on it, its overlays and the crosshair."""
        painter = QPainter(self)
        area, mapping = QRectF(self.rect()), self.mapping
        target = self._paint_image(painter, mapping)
        for strip in find_surround(self.rect(), target):
            painter.fillRect(strip, QColor(0, 0, 0))
        if self._plane is not None:
            for underlay in self._underlays:
                painter.save()
                underlay.paint(painter, mapping, self._plane.slice_, area)
                painter.restore()
        OverlayPainter(painter, mapping, area).paint(self._scene)
        for hand in self._hands if self._plane is not None else ():
            painter.save()
            hand.paint(painter, mapping, area)
            painter.restore()
        point = self._find_crosshair(mapping)
        if point is not None and self._model.crosshair.is_shown:
            paint_crosshair(painter, point, area)

    def _paint_image(self, painter: QPainter, mapping: ImageMapping) -> QRectF:
        if self._pixels is None or self._plane is None:
            return QRectF()
        state = self._model.source.state
        if self._image is None:
            inverted = self._plane.slice_.is_inverted != state.inverted
            self._image = self._renderer.render(self._pixels, state.window, inverted=inverted)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, state.smooth)
        rows, columns = self._pixels.shape[:2]
        width, height = columns * mapping.scale_x, rows * mapping.scale_y
        target = QRectF(mapping.offset_x, mapping.offset_y, width, height)
        painter.drawImage(target, self._image)
        return target

    def _find_crosshair(self, mapping: ImageMapping) -> QPointF | None:
        place = self._model.crosshair.place
        point = None
        if self._plane is not None and place is not None:
            point = find_pixel(self._plane.slice_, place)
        return None if point is None else QPointF(*mapping.to_view(*point))

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(420, 320)

    def minimumSizeHint(self) -> QSize:
        """Return the least size."""
        return QSize(180, 140)

    # --- hands ------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Go through the planes, ten with Shift, or zoom with Ctrl."""
        turn = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom(1.0015**turn, event.position())
        else:
            self._wheel_rest += turn
            notches = int(self._wheel_rest / _NOTCH)
            self._wheel_rest -= notches * _NOTCH
            step = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            self._model.step(self._across, -notches * step)
        self._report(event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Place the crosshair, hand the press to a tool, or begin to drag window, image or zoom."""
        if self._holding is not None or self._is_taken(event):
            return
        self._drag = choose_drag(event.button(), Tool.WINDOW)
        self._last = event.position()
        self._places_crosshair = event.button() is Qt.MouseButton.LeftButton and (
            self._takes_crosshair(event.position())
        )
        if self._places_crosshair:
            self._put(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with what the press began."""
        place, step = event.position(), event.position() - self._last
        self._last = place
        if self._holding is not None:
            self._holding.move(self._find_pointer(event))
        elif event.buttons() == Qt.MouseButton.NoButton:
            self._drag = None
            self._update_cursor(self._find_pointer(event))
        elif self._places_crosshair:
            self._put(place)
        elif self._drag is Tool.WINDOW:
            turn = -1.0 if self.inverts_window_drag else 1.0
            state = self._model.source.state
            state.set_window(drag_window(state.window, turn * step.x(), turn * step.y()))
        elif self._drag is Tool.PAN:
            size = self.image_size
            self.set_placement(pan(self.placement, self.mapping, size, step.x(), step.y()))
        elif self._drag is Tool.ZOOM:
            self._zoom(math.exp(-step.y() * _ZOOM_PER_POINT), place)
        self._report(place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag."""
        if self._holding is not None and event.button() is Qt.MouseButton.LeftButton:
            holding, self._holding = self._holding, None
            holding.release(self._find_pointer(event))
        self._drag, self._places_crosshair = None, False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Ask for all the room there is, or give it back."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        pointer = self._find_pointer(event)
        if not any(hand.double_click(pointer) for hand in self._hands):
            self.maximise_requested.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll by the keys that scroll slices; F and Esc fit."""
        own = self.key_steps.get(QKeySequence(event.keyCombination()).toString())
        step = _KEY_STEPS.get(Qt.Key(event.key()))
        if own is not None:
            self._model.step(self._across, own)
        elif step is not None:
            is_ten = event.modifiers() & Qt.KeyboardModifier.ShiftModifier and abs(step) == 1
            self._model.step(self._across, step * 10 if is_ten else step)
        elif event.key() == Qt.Key.Key_Escape:
            self.set_placement(Placement())
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell that the keys go here now."""
        super().focusInEvent(event)
        self.focused.emit()

    def leaveEvent(self, _event: object) -> None:
        """Tell that no pixel is under the pointer any more."""
        self.probe_changed.emit(None)

    def _is_taken(self, event: QMouseEvent) -> bool:
        """Offer a left press to the tools, unless it is the crosshair's by its own tool."""
        is_left = event.button() is Qt.MouseButton.LeftButton
        crosshair = self._model.crosshair
        if not is_left or self._plane is None:
            return False
        if crosshair.is_shown and crosshair.takes_left_button:
            return False
        pointer = self._find_pointer(event)
        self._holding = next((hand for hand in self._hands if hand.press(pointer)), None)
        return self._holding is not None

    def _find_pointer(self, event: QMouseEvent) -> Pointer:
        mapping = self.mapping
        x, y = mapping.to_image(event.position().x(), event.position().y())
        return Pointer(x, y, event.position(), mapping, event.modifiers())

    def _update_cursor(self, pointer: Pointer) -> None:
        shapes = (hand.find_cursor(pointer) for hand in self._hands)
        shape = next((each for each in shapes if each is not None), Qt.CursorShape.CrossCursor)
        if self.cursor().shape() is not shape:
            self.setCursor(shape)

    def _takes_crosshair(self, place: QPointF) -> bool:
        crosshair = self._model.crosshair
        if not crosshair.is_shown:
            return False
        at = self._find_crosshair(self.mapping)
        is_near = at is not None and math.hypot(at.x() - place.x(), at.y() - place.y()) <= _REACH
        return crosshair.takes_left_button or is_near

    def _put(self, point: QPointF) -> None:
        if self._plane is None:
            return
        size = self.image_size
        x, y = self.mapping.to_image(point.x(), point.y())
        x, y = min(max(x, 0.0), size.columns), min(max(y, 0.0), size.rows)
        place = find_place(self._plane.slice_, x, y)
        if place is not None:
            self._model.put(place)

    def _zoom(self, factor: float, point: QPointF) -> None:
        x, y = self.mapping.to_image(point.x(), point.y())
        size = self.image_size
        self.set_placement(zoom_at(self.placement, factor, x / size.columns, y / size.rows))

    def _report(self, point: QPointF) -> None:
        """Tell the value and the place under the pointer, and which pixel of which slice it is."""
        plane, reformat, size = self._plane, self._model.reformat, self.image_size
        x, y = self.mapping.to_image(point.x(), point.y())
        if plane is None or reformat is None or not (0 <= x < size.columns and 0 <= y < size.rows):
            self.probe_changed.emit(None)
            return
        probe = readout.describe_probe(plane.slice_, plane.index, self._pixels, int(x), int(y))
        place = find_place(plane.slice_, int(x) + 0.5, int(y) + 0.5)
        if place is not None:
            column, row, distance = reformat.to_volume(place)
            nearest = min(
                range(reformat.stack.count),
                key=lambda line: abs(reformat.stack.positions_mm[line] - distance),
            )
            number = reformat.stack.places[nearest] + 1
            pixel = tr("x {column}  y {row}  slice {number}").format(
                column=int(column), row=int(row), number=number
            )
            probe = replace(probe, pixel=pixel)
        self.probe_changed.emit(probe)

    @property
    def plane_count(self) -> int:
        """How many planes there are."""
        reformat = self._model.reformat
        return 0 if reformat is None else count_planes(reformat, self._across)


def _find_uid(plane: ReformatPlane | None) -> str:
    return "" if plane is None else plane.slice_.sop_instance_uid
