from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ctbox.boxes import BoundingBox
from ctbox.gui.tasks import TaskRunner
from ctbox.gui.viewer.detection_store import DetectionStore
from ctbox.gui.viewer.outline_layer import OutlineLayer, choose_boxes
from ctbox.gui.viewer.state import Selection, ViewerState
from ctbox.model.detection import Detection, SliceDetections
from tests.gui.builders import build_series, build_series_case

EXPERT = BoundingBox(38, 28, 62, 52)
PREDICTED = BoundingBox(40, 30, 61, 51)


@pytest.fixture
def state(qapp: object) -> ViewerState:
    state = ViewerState(DetectionStore())
    state.set_series(build_series_case(build_series(), {0: [EXPERT.as_tuple()]}))
    state.set_overlays(replace(state.overlays, outline=True))
    return state


@pytest.fixture
def disc() -> np.ndarray:
    """A tumour of 9 pixels' radius about (50, 40) in lung."""
    y, x = np.mgrid[:96, :128]
    inside = np.hypot(x + 0.5 - 50, y + 0.5 - 40) <= 9
    return np.where(inside, 40, -850).astype(np.int16)


def test_contour_goes_round_the_tumour(
    qtbot, runner: TaskRunner, state: ViewerState, disc: np.ndarray
) -> None:
    layer = OutlineLayer(runner)
    told: list[tuple] = []
    layer.contours_changed.connect(told.append)
    layer.update(state, disc)
    assert told == [()]
    qtbot.waitUntil(lambda: len(told) == 2, timeout=60_000)
    ((contour,),) = (told[1],)
    points = np.array(contour)
    assert np.hypot(points[:, 0] - 50, points[:, 1] - 40) == pytest.approx(9, abs=1.5)
    # Known by now: it comes at once, without another run.
    layer.update(state, disc)
    assert told[-1] == told[1]
    assert not runner.running


def test_nothing_is_computed_while_it_is_off(
    qtbot, runner: TaskRunner, state: ViewerState, disc: np.ndarray
) -> None:
    state.set_overlays(replace(state.overlays, outline=False))
    layer = OutlineLayer(runner)
    layer.update(state, disc)
    assert not runner.running


def test_colour_has_no_outline(runner: TaskRunner, state: ViewerState) -> None:
    layer = OutlineLayer(runner)
    layer.update(state, np.zeros((96, 128, 3), np.uint8))
    assert not runner.running


def test_predicted_boxes_come_before_the_expert_and_selected_before_all(
    state: ViewerState,
) -> None:
    assert choose_boxes(state) == (EXPERT,)
    uid = state.slice.sop_instance_uid
    state.store.add([SliceDetections(uid, (Detection(PREDICTED, 0.9),))])
    assert choose_boxes(state) == (PREDICTED,)
    state.set_selection(Selection(annotation=0))
    assert choose_boxes(state) == (EXPERT,)
    state.set_selection(Selection(0, 0))
    assert choose_boxes(state) == (EXPERT, PREDICTED)
