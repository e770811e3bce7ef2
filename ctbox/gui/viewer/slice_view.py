"""The image: draws the state and turns hands into intents."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from ctbox.gui.translation import tr
from ctbox.gui.viewer.box_layer import BoxLayer
from ctbox.gui.viewer.gestures import DragStart, Tool, apply_drag, choose_drag, is_click
from ctbox.gui.viewer.hands import Hand, Pointer
from ctbox.gui.viewer.overlay_painter import OverlayPainter
from ctbox.gui.viewer.placement import (
    ImageMapping,
    ImageSize,
    Placement,
    compute_mapping,
    zoom_at,
)
from ctbox.gui.viewer.rendering import SliceRenderer
from ctbox.gui.viewer.scene import BoxKind, BoxMark, Polyline, Scene, find_box_at
from ctbox.gui.viewer.scene_builder import build_scene
from ctbox.gui.viewer.state import Selection, ViewerState
from ctbox.gui.viewer.underlay import Underlay

_WHEEL_NOTCH = 120
_GRAB_REACH = 6.0
_BLACK = QColor(0, 0, 0)
_OWN_KINDS = (BoxKind.EXPERT, BoxKind.DETECTION)


class SliceView(QWidget):
    """Shows one slice with its overlays; its hands work on the `ViewerState` alone.

    Parameters
    ----------
    state : ViewerState
        What to show.
    """

    pointer_moved = Signal(object)
    files_dropped = Signal(object)
    maximise_requested = Signal()

    def __init__(self, state: ViewerState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._renderer = SliceRenderer()
        self._pixels: NDArray[np.generic] | None = None
        self._image: QImage | None = None
        self._scene = Scene()
        self._outlines: tuple[Polyline, ...] = ()
        self._message = ""
        self._drag: DragStart | None = None
        self._hands: tuple[Hand, ...] = ()
        self._holding: Hand | None = None
        self._layers: tuple[BoxLayer, ...] = ()
        self._underlays: tuple[Underlay, ...] = ()
        self._wheel_rest = 0
        self.tool = Tool.WINDOW
        self.inverts_window_drag = False
        self.fits_on_double_click = True
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(tr("CT slice"))
        self.setAccessibleDescription(tr("Wheel or arrow keys scroll through the slices."))
        self._connect()

    def _connect(self) -> None:
        state = self._state
        state.window_changed.connect(self._on_window_changed)
        state.slice_changed.connect(self.update_scene)
        state.series_changed.connect(self.update_scene)
        state.placement_changed.connect(self.update_scene)
        state.selection_changed.connect(self.update_scene)
        state.detections_changed.connect(self.update_scene)
        state.overlays_changed.connect(self.update_scene)

    def add_hand(self, hand: Hand) -> None:
        """Let a tool take the left button before the view's own; earlier ones come first."""
        self._hands = (*self._hands, hand)

    def add_underlay(self, underlay: Underlay) -> None:
        """Lay a picture on every slice, below the boxes."""
        self._underlays = (*self._underlays, underlay)
        self.update()

    def add_layer(self, layer: BoxLayer) -> None:
        """Show more boxes over every slice; `update_scene` asks for them anew."""
        self._layers = (*self._layers, layer)
        self.update_scene()

    # --- what is shown ----------------------------------------------------------------------

    @property
    def scene(self) -> Scene:
        """What lies over the slice now."""
        return self._scene

    @property
    def pixels(self) -> NDArray[np.generic] | None:
        """The shown slice's HU or colours; None while it is not loaded."""
        return self._pixels

    def show_pixels(self, pixels: NDArray[np.generic] | None, message: str = "") -> None:
        """Show a slice's pixels, or a sentence where there are none.

        Parameters
        ----------
        pixels : ndarray or None
            HU (rows, columns) or colours uint8 (rows, columns, 3).
        message : str
            Why there are none.
        """
        self._pixels = pixels
        self._image = None
        self._message = message
        self.update_scene()

    def show_outlines(self, outlines: tuple[Polyline, ...]) -> None:
        """Lay contours (x, y in pixel edges) over the slice."""
        if outlines != self._outlines:
            self._outlines = outlines
            self.update_scene()

    def update_scene(self) -> None:
        """Rebuild the overlays from the state and repaint."""
        shown = self._outlines if self._state.overlays.outline else ()
        scene = build_scene(self._state, shown, self._message)
        for layer in self._layers:
            iou = layer.describe_iou() if self._state.overlays.texts else None
            marks = (*scene.boxes, *layer.build_marks())
            scene = replace(scene, boxes=marks, iou=iou or scene.iou)
        self._scene = scene
        self.update()

    def _on_window_changed(self) -> None:
        self._image = None
        self.update_scene()

    # --- painting ---------------------------------------------------------------------------

    @property
    def image_size(self) -> ImageSize:
        """Size of the shown image and the shape of its pixels."""
        shown = self._state.slice
        if shown is None:
            return ImageSize(1, 1)
        spacing = shown.pixel_spacing_mm
        aspect = spacing[0] / spacing[1] if spacing else shown.pixel_aspect or 1.0
        return ImageSize(shown.columns, shown.rows, aspect)

    @property
    def mapping(self) -> ImageMapping:
        """Where the image lies now."""
        return compute_mapping(self._state.placement, self.image_size, self.width(), self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the slice, then what lies over it."""
        painter = QPainter(self)
        area = QRectF(self.rect())
        mapping = self.mapping
        target = self._paint_image(painter, mapping)
        # Only what the image leaves free: filling it all would cost as much as the image.
        for strip in find_surround(self.rect(), target):
            painter.fillRect(strip, _BLACK)
        shown = self._state.slice
        if shown is not None:
            for underlay in self._underlays:
                painter.save()
                underlay.paint(painter, mapping, shown, area)
                painter.restore()
        OverlayPainter(painter, mapping, area).paint(self._scene)
        for hand in self._hands:
            painter.save()
            hand.paint(painter, mapping, area)
            painter.restore()

    def _paint_image(self, painter: QPainter, mapping: ImageMapping) -> QRectF:
        """Draw the slice, if it is read, and return where it lies."""
        shown = self._state.slice
        if self._pixels is None or shown is None:
            return QRectF()
        if self._image is None:
            inverted = shown.is_inverted != self._state.inverted
            self._image = self._renderer.render(self._pixels, self._state.window, inverted=inverted)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._state.smooth)
        rows, columns = self._pixels.shape[:2]
        width, height = columns * mapping.scale_x, rows * mapping.scale_y
        target = QRectF(mapping.offset_x, mapping.offset_y, width, height)
        painter.drawImage(target, self._image)
        return target

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(720, 640)

    def minimumSizeHint(self) -> QSize:
        """Return the least size at which the corner texts fit."""
        return QSize(220, 200)

    # --- hands ------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll slices, or zoom at the pointer with Ctrl."""
        turn = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            x, y = self._to_fraction(event.position())
            placement = zoom_at(self._state.placement, 1.0015**turn, x, y)
            self._state.set_placement(placement)
        else:
            # Touch pads send small turns; they are saved up until a notch is full.
            self._wheel_rest += turn
            notches = int(self._wheel_rest / _WHEEL_NOTCH)
            self._wheel_rest -= notches * _WHEEL_NOTCH
            step = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            self._state.step_slices(-notches * step)
        self._report_pointer(event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a drag with the button's tool."""
        if self._holding is not None:
            return
        if event.button() is Qt.MouseButton.LeftButton and self._state.slice is not None:
            pointer = self._find_pointer(event)
            self._holding = next((hand for hand in self._hands if hand.press(pointer)), None)
            if self._holding is not None:
                return
        tool = choose_drag(event.button(), self.tool)
        if tool is None or self._state.slice is None:
            super().mousePressEvent(event)
            return
        self._drag = DragStart(
            tool,
            event.position(),
            self.mapping,
            self.image_size,
            self._state.window,
            self._state.placement,
            self._state.slice_index,
            self.inverts_window_drag,
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with the drag, and tell what lies under the pointer."""
        if self._holding is not None:
            self._holding.move(self._find_pointer(event))
        elif self._drag is None:
            self._update_cursor(self._find_pointer(event))
        elif not is_click(self._drag, event.position()):
            apply_drag(self._state, self._drag, event.position())
        self._report_pointer(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag; without movement it was a click, which selects."""
        if self._holding is not None:
            if event.button() is Qt.MouseButton.LeftButton:
                holding, self._holding = self._holding, None
                holding.release(self._find_pointer(event))
            return
        drag, self._drag = self._drag, None
        if drag is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        if is_click(drag, event.position()):
            self._select_at(
                event.position(),
                pair=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier),
            )

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fit the whole image, or ask for all the room there is; unless a tool has a use for it."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        pointer = self._find_pointer(event)
        if any(hand.double_click(pointer) for hand in self._hands):
            return
        if self.fits_on_double_click and self._state.placement != Placement():
            self._state.set_placement(Placement())
        else:
            self.maximise_requested.emit()

    def leaveEvent(self, event: object) -> None:
        """Tell that no pixel is under the pointer any more."""
        self.pointer_moved.emit(None)

    def _find_pointer(self, event: QMouseEvent) -> Pointer:
        mapping = self.mapping
        x, y = mapping.to_image(event.position().x(), event.position().y())
        return Pointer(x, y, event.position(), mapping, event.modifiers())

    def _update_cursor(self, pointer: Pointer) -> None:
        shapes = (hand.find_cursor(pointer) for hand in self._hands)
        shape = next((each for each in shapes if each is not None), Qt.CursorShape.CrossCursor)
        if self.cursor().shape() is not shape:
            self.setCursor(shape)

    def select_at(self, pointer: Pointer) -> None:
        """Select what lies under the pointer, as a click does."""
        self._select_at(pointer.point, pair=False)

    def _select_at(self, point: QPointF, *, pair: bool) -> None:
        x, y = self.mapping.to_image(point.x(), point.y())
        mark = find_box_at(self._scene.boxes, x, y, _GRAB_REACH / self.mapping.scale_x)
        is_extra = mark is not None and mark.kind not in _OWN_KINDS
        for layer in self._layers:
            layer.take_click(mark if is_extra else None)
        found = None if is_extra else mark
        self._state.set_selection(_select(self._state.selection, found, pair=pair))

    def _to_fraction(self, point: QPointF) -> tuple[float, float]:
        x, y = self.mapping.to_image(point.x(), point.y())
        return x / self.image_size.columns, y / self.image_size.rows

    def _report_pointer(self, point: QPointF) -> None:
        x, y = self.mapping.to_image(point.x(), point.y())
        size = self.image_size
        inside = self._state.slice is not None and 0 <= x < size.columns and 0 <= y < size.rows
        self.pointer_moved.emit((int(x), int(y)) if inside else None)


def find_surround(area: QRect, target: QRectF) -> list[QRect]:
    """Return what of a viewer an image leaves free."""
    image = target.toRect().intersected(area)
    if image.isEmpty():
        return [area]
    left, top, right, bottom = image.left(), image.top(), image.right() + 1, image.bottom() + 1
    width, height = area.width(), area.height()
    strips = [
        QRect(0, 0, width, top),
        QRect(0, bottom, width, height - bottom),
        QRect(0, top, left, bottom - top),
        QRect(right, top, width - right, bottom - top),
    ]
    return [strip for strip in strips if not strip.isEmpty()]


def _select(before: Selection, mark: BoxMark | None, *, pair: bool) -> Selection:
    """Return the selection after a click on a box, or beside all; Ctrl adds the other kind."""
    if mark is None:
        return Selection()
    kept = before if pair else Selection()
    if mark.kind is BoxKind.EXPERT:
        return Selection(mark.index, kept.detection)
    return Selection(kept.annotation, mark.index)
