from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctbox.boxes import BoundingBox
from ctbox.dicom.series import LUNG_WINDOW, VoiWindow
from ctbox.gui.viewer.detection_store import DetectionStore
from ctbox.gui.viewer.gestures import drag_window
from ctbox.gui.viewer.placement import (
    MAX_ZOOM,
    MIN_ZOOM,
    ImageSize,
    Placement,
    compute_mapping,
    zoom_at,
)
from ctbox.gui.viewer.scene import BoxKind, BoxMark, choose_scale_bar, find_box_at
from ctbox.gui.viewer.state import Selection, ViewerState
from ctbox.model.detection import Detection, SliceDetections
from tests.gui.builders import build_series, build_series_case

fractions = st.floats(0.0, 1.0)


@given(st.floats(MIN_ZOOM, MAX_ZOOM), fractions, fractions, st.floats(0.5, 2.0))
def test_mapping_there_and_back(zoom: float, x: float, y: float, aspect: float) -> None:
    image = ImageSize(512, 400, aspect)
    mapping = compute_mapping(Placement(zoom, x, y), image, 700, 500)
    assert mapping.to_image(*mapping.to_view(123.0, 45.0)) == pytest.approx((123.0, 45.0))
    middle = mapping.to_image(350, 250)
    assert middle == pytest.approx((x * 512, y * 400), abs=1e-6)


def test_whole_image_fits_at_zoom_one() -> None:
    mapping = compute_mapping(Placement(), ImageSize(512, 512), 700, 500)
    assert mapping.to_view(0, 0) == pytest.approx((100, 0))
    assert mapping.to_view(512, 512) == pytest.approx((600, 500))


@given(st.floats(0.1, 10), fractions, fractions)
def test_zoom_stays_within_limits_and_in_sight(factor: float, x: float, y: float) -> None:
    placement = zoom_at(Placement(2.0, 0.5, 0.5), factor, x, y)
    assert MIN_ZOOM <= placement.zoom <= MAX_ZOOM
    assert 0 <= placement.center_x <= 1
    assert 0 <= placement.center_y <= 1


def test_dragging_a_narrow_window_is_finer_than_a_wide_one() -> None:
    narrow = drag_window(VoiWindow(40, 80), 10, 0).width - 80
    wide = drag_window(VoiWindow(-700, 1400), 10, 0).width - 1400
    assert 0 < narrow < wide


def test_scale_bar_is_a_round_length_that_fits() -> None:
    length_mm, points = choose_scale_bar(0.4, 140)
    assert (length_mm, points) == (50, pytest.approx(125))


def test_box_is_found_by_its_edge_before_its_inside() -> None:
    outer = BoxMark(BoundingBox(0, 0, 100, 100), BoxKind.EXPERT, "Expert A")
    inner = BoxMark(BoundingBox(40, 40, 60, 60), BoxKind.DETECTION, "AI 0.90")
    assert find_box_at([outer, inner], 50, 50, 2) is inner
    assert find_box_at([outer, inner], 99, 50, 2) is outer
    assert find_box_at([outer, inner], 20, 20, 2) is outer
    assert find_box_at([outer, inner], 130, 50, 2) is None


@pytest.fixture
def state(qapp: object) -> ViewerState:
    state = ViewerState(DetectionStore())
    state.set_series(build_series_case(build_series(), {0: [(1, 1, 5, 5)]}))
    return state


def test_threshold_hides_but_does_not_forget(state: ViewerState) -> None:
    uid = state.slice.sop_instance_uid
    boxes = tuple(Detection(BoundingBox(0, 0, 9, 9), score) for score in (0.3, 0.9))
    state.store.add([SliceDetections(uid, boxes)])
    assert [each.score for each in state.detections] == [0.9, 0.3]
    state.store.set_threshold(0.5)
    assert [each.score for each in state.detections] == [0.9]
    state.store.set_threshold(0.0)
    assert len(state.detections) == 2


def test_not_predicted_differs_from_nothing_found(state: ViewerState) -> None:
    assert state.detections is None
    state.store.add([SliceDetections(state.slice.sop_instance_uid, ())])
    assert state.detections == ()


def test_selection_of_what_is_not_there_is_dropped(state: ViewerState) -> None:
    state.set_selection(Selection(annotation=3, detection=0))
    assert state.selection.is_empty
    state.set_selection(Selection(annotation=0))
    state.step_slices(1)
    assert state.selection.is_empty


def test_the_selected_box_stays_selected_whatever_comes_before_it(state: ViewerState) -> None:
    uid = state.slice.sop_instance_uid
    mine, other = (Detection(BoundingBox(0, 0, x, 9), x / 10) for x in (3, 9))
    state.store.add([SliceDetections(uid, (mine,))])
    state.set_selection(Selection(detection=0))
    state.store.add([SliceDetections(uid, (mine, other))])
    assert state.detections == (other, mine)
    assert state.find_selected_box() == mine.box
    state.store.add([SliceDetections(uid, (other,))])
    assert state.find_selected_box() is None


def test_another_series_is_shown_whole(state: ViewerState) -> None:
    state.set_placement(Placement(3.0, 0.2, 0.2))
    state.step_slices(1)
    assert state.placement.zoom == 3.0
    state.set_series(build_series_case(build_series("2"), {}))
    assert state.placement == Placement()


def test_signals_come_only_on_change(qtbot, state: ViewerState) -> None:
    with qtbot.assertNotEmitted(state.window_changed):
        state.set_window(LUNG_WINDOW)
    with qtbot.assertNotEmitted(state.slice_changed):
        state.step_slices(-1)
    with qtbot.waitSignal(state.slice_changed) as caught:
        state.set_slice_index(4)
    assert caught.args == [4]


def test_window_is_kept_within_sense(state: ViewerState) -> None:
    state.set_window(VoiWindow(99999, -5))
    assert state.window.width == 1
    assert state.window.center == 6000


def test_series_without_hu_begins_with_its_own_window(state: ViewerState) -> None:
    from dataclasses import replace

    state.set_window(VoiWindow(40, 350))
    plain = build_series("2")
    own = tuple(replace(each, windows=(VoiWindow(128, 256),)) for each in plain.slices)
    state.set_series(build_series_case(replace(plain, modality="OT", slices=own), {}))
    assert state.window == VoiWindow(128, 256)
    state.set_series(build_series_case(replace(plain, modality="OT"), {}))
    assert state.needs_window
    state.set_series(build_series_case(plain, {}))
    assert state.window == LUNG_WINDOW
