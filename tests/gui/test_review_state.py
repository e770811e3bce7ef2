"""What of a review is kept, and when: the state alone, without a window."""

from __future__ import annotations

from pathlib import Path

import pytest

from ctbox.boxes import BoundingBox
from ctbox.gui.editing.state import EditingState
from ctbox.gui.review.state import ReviewState
from ctbox.gui.viewer.detection_store import DetectionStore
from ctbox.gui.viewer.state import ViewerState
from ctbox.model.detection import Detection, Lesion, SliceDetections
from ctbox.workflows.review_queue import Decision, ReviewItem, ReviewPlan
from ctbox.workflows.review_store import ReviewLog
from tests.gui.builders import build_series, build_series_case

CASES = [build_series_case(build_series(name, 3), {1: [(1, 1, 9, 9)]}) for name in ("1", "2")]
ITEMS = tuple(ReviewItem(each.series.key) for each in CASES)
FIRST, SECOND = (each.key for each in ITEMS)
SURE, FAINT = (Detection(BoundingBox(1, 1, 9, 9), score) for score in (0.9, 0.1))


@pytest.fixture
def viewer(qapp: object) -> ViewerState:
    viewer = ViewerState(DetectionStore())
    viewer.set_series(CASES[0])
    return viewer


@pytest.fixture
def review(viewer: ViewerState) -> ReviewState:
    return ReviewState(viewer, EditingState())


def start(review: ReviewState, folder: Path, *, blind: bool = False) -> ReviewLog:
    log = ReviewLog.start(ReviewPlan(ITEMS, blind=blind, threshold=0.5), folder)
    review.show_log(log)
    review.open_item(FIRST)
    return log


def predict(viewer: ViewerState) -> None:
    uid = CASES[0].series.slices[1].sop_instance_uid
    lesion = Lesion(1, (0.0,) * 6, 0.9, (uid,), (SURE,))
    viewer.store.add_series(FIRST, [SliceDetections(uid, (SURE, FAINT))], [lesion])


def test_nothing_is_decided_while_the_ai_is_hidden(review: ReviewState, tmp_path: Path) -> None:
    log = start(review, tmp_path, blind=True)
    review.decide(Decision.ACCEPTED)
    assert not log.queue.readings
    review.reveal()
    review.decide(Decision.ACCEPTED)
    assert [each.decision for each in log.queue.readings] == [None, Decision.ACCEPTED]


def test_what_was_read_blind_is_kept_once(review: ReviewState, tmp_path: Path) -> None:
    log = start(review, tmp_path, blind=True)
    review.reveal()
    review.reveal()
    assert len(log.queue.readings) == 1


def test_a_series_that_is_not_under_review_is_not_decided_on(
    review: ReviewState, viewer: ViewerState, tmp_path: Path
) -> None:
    log = start(review, tmp_path)
    viewer.set_series(CASES[1])  # looked at meanwhile
    assert review.series_case is None
    assert not review.can_decide
    review.decide(Decision.ACCEPTED)
    assert not log.queue.readings


def test_the_ai_boxes_kept_are_those_that_were_shown(
    review: ReviewState, viewer: ViewerState, tmp_path: Path
) -> None:
    log = start(review, tmp_path)
    predict(viewer)
    viewer.store.set_threshold(0.5)
    review.decide(Decision.ACCEPTED)
    (reading,) = log.queue.readings
    assert [each.score for each in reading.ai_boxes] == [0.9]


def test_figures_of_a_review_are_not_those_of_the_next(
    review: ReviewState, viewer: ViewerState, tmp_path: Path
) -> None:
    start(review, tmp_path / "first")
    predict(viewer)
    assert review.find_rated(ITEMS[0]).iou == pytest.approx(1.0)
    review.show_log(ReviewLog.start(ReviewPlan(ITEMS), tmp_path / "second"))
    assert review.find_rated(ITEMS[0]).iou is None


def test_a_decision_ends_the_fixing(review: ReviewState, tmp_path: Path) -> None:
    start(review, tmp_path)
    review.begin_fixing()
    assert review.is_fixing
    review.decide(Decision.FIXED)
    assert not review.is_fixing
