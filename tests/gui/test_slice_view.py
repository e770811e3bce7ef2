"""The image under real mouse and key events."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPainter, QWheelEvent
from PySide6.QtWidgets import QApplication

from ctbox.boxes import BoundingBox
from ctbox.dicom.series import LUNG_WINDOW, MEDIASTINUM_WINDOW
from ctbox.gui.viewer.detection_store import DetectionStore
from ctbox.gui.viewer.gestures import Tool
from ctbox.gui.viewer.hands import Pointer
from ctbox.gui.viewer.placement import Placement
from ctbox.gui.viewer.slice_view import SliceView
from ctbox.gui.viewer.state import Selection, ViewerState
from ctbox.model.detection import Detection, SliceDetections
from tests.gui.builders import build_series, build_series_case, make_pixels


@pytest.fixture
def view(qtbot) -> SliceView:
    state = ViewerState(DetectionStore())
    series_case = build_series_case(build_series(count=30), {0: [(40, 30, 60, 50)]})
    view = SliceView(state)
    view.state = state
    qtbot.addWidget(view)
    view.resize(512, 384)
    state.set_series(series_case)
    view.show_pixels(make_pixels(series_case.series.slices[0]))
    view.show()
    qtbot.waitExposed(view)
    return view


def _state(view: SliceView) -> ViewerState:
    return view.state


def turn_wheel(view: SliceView, notches: float, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    place = QPointF(view.rect().center())
    event = QWheelEvent(
        place,
        QPointF(view.mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def drag(qtbot, view, button, start: QPoint, by: QPoint) -> None:
    qtbot.mousePress(view, button, pos=start)
    for part in (0.3, 0.7, 1.0):
        qtbot.mouseMove(view, start + QPoint(round(by.x() * part), round(by.y() * part)))
    qtbot.mouseRelease(view, button, pos=start + by)


def test_wheel_down_goes_caudally_and_stops_at_the_ends(view: SliceView) -> None:
    turn_wheel(view, -1)
    assert _state(view).slice_index == 1
    turn_wheel(view, -1, Qt.KeyboardModifier.ShiftModifier)
    assert _state(view).slice_index == 11
    turn_wheel(view, 50)
    assert _state(view).slice_index == 0
    turn_wheel(view, -500)
    assert _state(view).slice_index == 29


def test_small_turns_of_a_touch_pad_add_up(view: SliceView) -> None:
    for _ in range(4):
        turn_wheel(view, -0.25)
    assert _state(view).slice_index == 1


def test_ctrl_wheel_zooms_at_the_pointer(view: SliceView) -> None:
    before = view.mapping.to_image(256, 192)
    turn_wheel(view, 3, Qt.KeyboardModifier.ControlModifier)
    assert _state(view).placement.zoom > 1.5
    assert _state(view).slice_index == 0
    assert view.mapping.to_image(256, 192) == pytest.approx(before, abs=0.6)


def test_left_drag_right_widens_and_up_brightens(qtbot, view: SliceView) -> None:
    drag(qtbot, view, Qt.MouseButton.LeftButton, QPoint(100, 300), QPoint(60, 0))
    wider = _state(view).window
    assert wider.width > LUNG_WINDOW.width
    assert wider.center == LUNG_WINDOW.center
    bright_before = view.grab().toImage().pixelColor(100, 300).lightness()
    drag(qtbot, view, Qt.MouseButton.LeftButton, QPoint(100, 300), QPoint(0, -80))
    assert _state(view).window.center < LUNG_WINDOW.center
    assert view.grab().toImage().pixelColor(100, 300).lightness() > bright_before
    assert _state(view).selection.is_empty


def test_middle_drag_pans_with_the_pointer(qtbot, view: SliceView) -> None:
    _state(view).set_placement(Placement(zoom=3.0))
    under = view.mapping.to_image(200, 200)
    drag(qtbot, view, Qt.MouseButton.MiddleButton, QPoint(200, 200), QPoint(40, 25))
    assert view.mapping.to_image(240, 225) == pytest.approx(under)


def test_right_drag_up_magnifies_about_the_start(qtbot, view: SliceView) -> None:
    under = view.mapping.to_image(300, 200)
    drag(qtbot, view, Qt.MouseButton.RightButton, QPoint(300, 200), QPoint(0, -90))
    assert _state(view).placement.zoom > 1.5
    assert view.mapping.to_image(300, 200) == pytest.approx(under, abs=0.1)


def test_double_click_fits(qtbot, view: SliceView) -> None:
    _state(view).set_placement(Placement(4.0, 0.2, 0.8))
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPoint(250, 200))
    assert _state(view).placement == Placement()


@pytest.mark.parametrize(("tool", "changed"), [(Tool.PAN, "placement"), (Tool.SCROLL, "slice")])
def test_left_button_follows_the_tool(qtbot, view: SliceView, tool: Tool, changed: str) -> None:
    _state(view).set_placement(Placement(zoom=2.0))
    view.tool = tool
    drag(qtbot, view, Qt.MouseButton.LeftButton, QPoint(200, 150), QPoint(0, 80))
    assert _state(view).window == LUNG_WINDOW
    assert (_state(view).slice_index == 10) is (changed == "slice")
    assert (_state(view).placement != Placement(zoom=2.0)) is (changed == "placement")


def test_display_stays_put_from_slice_to_slice(view: SliceView) -> None:
    state = _state(view)
    state.set_window(MEDIASTINUM_WINDOW)
    state.set_placement(Placement(3.0, 0.4, 0.6))
    state.step_slices(5)
    state.store.add([SliceDetections(state.slice.sop_instance_uid, ())])
    assert state.window == MEDIASTINUM_WINDOW
    assert state.placement == Placement(3.0, 0.4, 0.6)
    state.reset_display()
    assert (state.window, state.placement) == (LUNG_WINDOW, Placement())


def test_click_selects_and_ctrl_click_pairs(qtbot, view: SliceView) -> None:
    state = _state(view)
    uid = state.slice.sop_instance_uid
    state.store.add([SliceDetections(uid, (Detection(BoundingBox(80, 60, 100, 80), 0.9),))])

    def at(x: float, y: float) -> QPoint:
        return QPointF(*view.mapping.to_view(x, y)).toPoint()

    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=at(50, 40))
    assert state.selection == Selection(annotation=0)
    assert view.scene.iou is not None
    assert view.scene.iou.text == "IoU 0.00 (missed)"
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, control, pos=at(90, 70))
    assert state.selection == Selection(0, 0)
    assert view.scene.iou.text == "IoU 0.00"
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=at(5, 90))
    assert state.selection.is_empty
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=at(100, 70))
    assert state.selection == Selection(detection=0)


def test_pointer_tells_the_pixel_below_it(qtbot, view: SliceView) -> None:
    with qtbot.waitSignal(view.pointer_moved) as caught:
        qtbot.mouseMove(view, QPointF(*view.mapping.to_view(45.5, 31.5)).toPoint())
    assert caught.args == [(45, 31)]


def test_image_is_drawn_where_the_mapping_says(view: SliceView) -> None:
    view.state.set_smooth(False)
    picture = view.grab().toImage()
    inside = QPointF(*view.mapping.to_view(58.5, 48.5)).toPoint()
    outside = QPointF(*view.mapping.to_view(30.5, 70.5)).toPoint()
    assert picture.pixelColor(inside).lightness() == 255  # 40 HU is above the lung window
    assert 85 <= picture.pixelColor(outside).lightness() <= 95  # −900 HU: 500 of 1400


def test_pixels_that_are_not_square_are_shown_true(view: SliceView) -> None:
    from dataclasses import replace

    series_case = view.state.series_case
    stretched = replace(series_case.series.slices[0], pixel_spacing_mm=(1.6, 0.8))
    series = replace(series_case.series, slices=(stretched,))
    view.state.set_series(build_series_case(series, {}))
    assert view.mapping.scale_y == pytest.approx(2 * view.mapping.scale_x)


def test_colour_is_shown_as_it_is(view: SliceView) -> None:
    series = build_series("9", count=1, samples=3)
    view.state.set_series(build_series_case(series, {}))
    pixels = make_pixels(series.slices[0])
    view.show_pixels(pixels)
    color = view.grab().toImage().pixelColor(view.rect().center() + QPoint(60, 40))
    assert (color.red(), color.green(), color.blue()) == (200, 0, 0)
    view.state.set_window(MEDIASTINUM_WINDOW)
    assert view.grab().toImage().pixelColor(view.rect().center() + QPoint(60, 40)) == color


def test_slice_that_cannot_be_read_says_why(view: SliceView) -> None:
    view.show_pixels(None, "slice-2.dcm: The pixel data is cut off.")
    assert view.scene.message.startswith("slice-2.dcm")
    assert np.any(_to_array(view) > 100)


def _to_array(view: SliceView) -> np.ndarray:
    image = view.grab().toImage().convertToFormat(image_format())
    return np.frombuffer(image.constBits(), np.uint8)


def image_format():
    from PySide6.QtGui import QImage

    return QImage.Format.Format_Grayscale8


def test_monochrome1_shows_low_values_bright(qtbot) -> None:
    shown = {}
    for photometric in ("MONOCHROME1", "MONOCHROME2"):
        series = build_series(count=1)
        slice_ = replace(series.slices[0], photometric_interpretation=photometric)
        state = ViewerState(DetectionStore())
        state.set_series(build_series_case(replace(series, slices=(slice_,)), {}))
        view = SliceView(state)
        qtbot.addWidget(view)
        view.resize(512, 384)
        view.show_pixels(np.full((slice_.rows, slice_.columns), -1000, np.int16))
        middle = view.rect().center()
        shown[photometric] = view.grab().toImage().pixelColor(middle).lightness()
    assert shown["MONOCHROME1"] == 255 - shown["MONOCHROME2"]
    assert shown["MONOCHROME1"] > 128


class _Recorder:
    """A hand that takes what it is told to and writes down what it gets."""

    def __init__(self, takes: bool) -> None:
        self.takes = takes
        self.calls: list[tuple[str, float, float]] = []

    def press(self, pointer: Pointer) -> bool:
        self.calls.append(("press", round(pointer.x, 3), round(pointer.y, 3)))
        return self.takes

    def move(self, pointer: Pointer) -> None:
        self.calls.append(("move", round(pointer.x, 3), round(pointer.y, 3)))

    def release(self, pointer: Pointer) -> None:
        self.calls.append(("release", round(pointer.x, 3), round(pointer.y, 3)))

    def double_click(self, _pointer: Pointer) -> bool:
        return self.takes

    def find_cursor(self, _pointer: Pointer) -> Qt.CursorShape | None:
        return Qt.CursorShape.SizeAllCursor if self.takes else None

    def paint(self, painter: QPainter, _mapping: object, _area: object) -> None:
        painter.fillRect(0, 0, 4, 4, Qt.GlobalColor.red)


def test_a_hand_takes_the_left_drag_before_the_view_does(qtbot, view: SliceView) -> None:
    leaves, takes = _Recorder(takes=False), _Recorder(takes=True)
    view.add_hand(leaves)
    view.add_hand(takes)
    before = _state(view).window
    drag(qtbot, view, Qt.MouseButton.LeftButton, QPoint(256, 192), QPoint(40, 0))
    assert _state(view).window == before
    assert [name for name, *_ in leaves.calls] == ["press"]
    assert [name for name, *_ in takes.calls] == ["press", "move", "move", "move", "release"]
    size = view.image_size
    assert takes.calls[0][1:] == pytest.approx((size.columns / 2, size.rows / 2), abs=0.01)
    drag(qtbot, view, Qt.MouseButton.MiddleButton, QPoint(256, 192), QPoint(40, 0))
    assert len(takes.calls) == 5
    assert _state(view).placement != Placement()


def test_a_hand_that_leaves_the_press_leaves_the_window_drag(qtbot, view: SliceView) -> None:
    view.add_hand(_Recorder(takes=False))
    before = _state(view).window
    drag(qtbot, view, Qt.MouseButton.LeftButton, QPoint(256, 192), QPoint(40, 0))
    assert _state(view).window != before


def test_a_hand_paints_over_the_slice_and_chooses_the_cursor(qtbot, view: SliceView) -> None:
    view.add_hand(_Recorder(takes=True))
    assert view.grab().toImage().pixelColor(1, 1).red() == 255
    qtbot.mouseMove(view, QPoint(200, 200))
    assert view.cursor().shape() is Qt.CursorShape.SizeAllCursor
