"""Which result stands for a slice, and from which score its boxes are shown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctbox.boxes import BoundingBox
from ctbox.gui.prediction_commands import describe_result
from ctbox.gui.viewer.detection_store import DetectionStore, Source
from ctbox.model.attention import AttentionMap
from ctbox.model.detection import Detection, SliceDetections
from ctbox.workflows.chest_check import NoChest
from ctbox.workflows.detect import DetectResult, ModelReady, SeriesResult
from tests.gui.builders import build_series

BOX = BoundingBox(10, 10, 20, 20)
READY = ModelReady("fake-s", "0" * 64, "CPU", 0.25)


def detect(uid: str, *scores: float) -> SliceDetections:
    return SliceDetections(uid, tuple(Detection(BOX, score) for score in scores))


def test_a_slice_alone_never_replaces_the_series(qapp: object) -> None:
    store = DetectionStore()
    store.add([detect("1.2", 0.3)])
    assert store.find_source("1.2") is Source.SLICE
    store.add_series("s", [detect("1.2", 0.6), detect("1.3")], ())
    store.add([detect("1.2", 0.9)])
    assert [each.score for each in store.find("1.2") or ()] == [0.6]
    assert store.find_source("1.3") is Source.SERIES
    assert store.find_source("1.4") is None
    # Another look at the whole series does.
    store.add_series("s", [detect("1.2", 0.7)], ())
    assert [each.score for each in store.find("1.2") or ()] == [0.7]


def test_a_reports_boxes_belong_to_no_lesions_of_another_prediction(qapp: object) -> None:
    store = DetectionStore()
    store.add_series("s", [detect("1.2", 0.6)], ())
    store.add_report("s", [detect("1.2", 0.8)])
    assert store.find_lesions("s") is None
    assert store.find_source("1.2") is Source.REPORT
    assert store.count_loose(["1.2"]) == 0
    store.add([detect("1.2", 0.9)])
    assert [each.score for each in store.find("1.2") or ()] == [0.8]
    store.add_series("s", [detect("1.2", 0.7)], ())
    assert store.find_source("1.2") is Source.SERIES


def test_the_readers_confidence_goes_before_the_models(qapp: object) -> None:
    store = DetectionStore()
    store.add([detect("1.2", 0.9, 0.5, 0.1)])
    assert len(store.find("1.2") or ()) == 3
    store.set_own_threshold(0.4)
    assert len(store.find("1.2") or ()) == 2
    store.set_threshold(0.8)
    store.set_own_threshold(0.05)
    assert (store.threshold, store.chosen_threshold, store.own_threshold) == (0.8, 0.8, 0.05)
    store.set_threshold(None)
    assert (store.threshold, store.chosen_threshold) == (0.05, None)
    assert len(store.find("1.2") or ()) == 3


def test_news_come_once_and_only_if_there_are_any(qtbot, qapp: object) -> None:
    store = DetectionStore()
    heard: list[float] = []
    changes: list[None] = []
    store.threshold_changed.connect(heard.append)
    store.detections_changed.connect(lambda: changes.append(None))
    store.set_threshold(0.5)
    store.set_threshold(0.5)
    store.set_own_threshold(0.3)  # the button "model's own" has a new figure, no box changes
    assert heard == [0.5, 0.5]
    assert len(changes) == 1


@given(st.lists(st.floats(0, 1), max_size=8), st.floats(-1, 2))
def test_only_boxes_from_the_confidence_on_are_shown(scores: list[float], threshold: float) -> None:
    store = DetectionStore()
    store.add([detect("1.2", *scores)])
    store.set_threshold(threshold)
    shown = [each.score for each in store.find("1.2") or ()]
    limit = min(max(threshold, 0.0), 1.0)
    assert shown == sorted((score for score in scores if score >= limit), reverse=True)
    assert len(store.find_all("1.2") or ()) == len(scores)


@pytest.mark.parametrize(
    ("threshold", "told"),
    [
        (0.2, "0 lesions, boxes on 1 of 2 slices. N goes to the next box."),
        (0.95, "Nothing found on 2 slices at confidence 0.95 or more."),
    ],
)
def test_the_note_counts_what_is_shown(qapp: object, threshold: float, told: str) -> None:
    store, series = DetectionStore(), build_series("1", 2)
    slices = (detect("1.2.1.0", 0.9), detect("1.2.1.1", 0.1))
    store.add_series(series.key, slices, ())
    store.set_threshold(threshold)
    result = DetectResult(READY, (SeriesResult(series, slices),))
    assert describe_result(result, store) == told


def test_hidden_store_answers_as_if_nothing_were_predicted(qtbot) -> None:
    store = DetectionStore()
    found = SliceDetections("1.2", (Detection(BoundingBox(0, 0, 9, 9), 0.9),))
    store.add_series("key", [found], [])
    attention, reason = (
        AttentionMap(np.zeros((2, 2), np.uint8), 0.0, 0.0, 4.0, 4.0),
        NoChest("HEAD"),
    )
    store.add_attention("1.2", attention)
    store.note_no_chest("key", reason)
    with qtbot.waitSignal(store.detections_changed):
        store.set_hidden(True)
    assert store.is_hidden
    assert not store.has("1.2")
    assert store.find("1.2") is store.find_all("1.2") is store.find_source("1.2") is None
    assert store.find_lesions("key") is None
    assert store.find_attention("1.2") is store.find_no_chest("key") is None
    store.add([SliceDetections("3.4", found.detections)])
    assert store.find("3.4") is None
    assert store.is_kept("3.4")
    store.set_hidden(False)
    assert store.find("3.4") == found.detections
    assert store.find_lesions("key") == ()
    assert (store.find_attention("1.2"), store.find_no_chest("key")) == (attention, reason)
    store.clear()
    assert store.find_attention("1.2") is store.find_no_chest("key") is None
