"""Hits, false boxes and misses at any confidence, against the evaluation's own matching."""

from __future__ import annotations

import time

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ctbox.boxes import BoundingBox
from ctbox.evaluation.matching import UNMATCHED, match_boxes
from ctbox.evaluation.slices import EvaluatedSlice
from ctbox.evaluation.truth import SliceStatus
from ctbox.gui.lesions.counting import Coverage, HitCounts, SeriesScore, score_series
from ctbox.gui.lesions.counts_view import describe_coverage
from ctbox.gui.viewer.detection_store import DetectionStore
from ctbox.model.detection import Detection, SliceDetections
from tests.gui.builders import build_series, build_series_case

EXPERT = (40.0, 30.0, 60.0, 50.0)
NEAR = BoundingBox(42, 31, 61, 52)
FAR = BoundingBox(90, 70, 100, 80)

coordinates = st.integers(0, 40)
boxes = st.tuples(coordinates, coordinates, st.integers(4, 30), st.integers(4, 30)).map(
    lambda b: (float(b[0]), float(b[1]), float(b[0] + b[2]), float(b[1] + b[3]))
)
scored = st.tuples(boxes, st.integers(0, 20).map(lambda i: i / 20))
slices = st.lists(
    st.tuples(st.lists(boxes, max_size=3), st.lists(scored, max_size=6)), min_size=1, max_size=5
)


@given(slices, st.floats(0, 1), st.sampled_from([0.1, 0.3, 0.5]))
def test_one_matching_serves_every_confidence(found, threshold: float, hit_iou: float) -> None:
    described, statuses = [], []
    hits = false = missed = 0
    for i, (expert, unsorted) in enumerate(found):
        detections = sorted(unsorted, key=lambda one: -one[1])
        described.append(
            EvaluatedSlice(
                str(i),
                "s",
                "p",
                np.array(expert).reshape(-1, 4),
                np.array([box for box, _ in detections]).reshape(-1, 4),
                np.array([score for _, score in detections]),
            )
        )
        statuses.append(SliceStatus.ANNOTATED if expert else SliceStatus.NEGATIVE)
        shown = [one for one in detections if one[1] >= threshold]
        matched = match_boxes(
            expert, [box for box, _ in shown], [score for _, score in shown], (hit_iou,)
        )[0]
        here = int((matched != UNMATCHED).sum())
        hits, false, missed = hits + here, false + len(shown) - here, missed + len(expert) - here
    score = SeriesScore(described, statuses, {one.sop_uid for one in described}, hit_iou)
    assert score.count(threshold) == HitCounts(hits, false, missed)
    by_slice = [score.count_slice(one.sop_uid, threshold) for one in described]
    assert sum(one.hits for one in by_slice) == hits
    assert sum(one.missed for one in by_slice) == missed


def make_score(hit_iou: float = 0.3, predicted: tuple[int, ...] = tuple(range(12))) -> SeriesScore:
    """Twelve slices of 5 mm; boxes on 4 and 5; a hit on 4, a false box on 4, 6 and 11."""
    case = build_series_case(build_series("1"), {4: [EXPERT], 5: [EXPERT]})
    found = {
        4: (Detection(NEAR, 0.9), Detection(FAR, 0.4)),
        6: (Detection(NEAR, 0.8),),
        11: (Detection(FAR, 0.7),),
    }
    store = DetectionStore()
    uids = [each.sop_instance_uid for each in case.series.slices]
    store.add(SliceDetections(uids[i], found.get(i, ())) for i in predicted)
    return score_series(case, (case,), store, hit_iou)


def test_unannotated_slices_near_the_tumour_count_neither_way() -> None:
    score = make_score()
    # Slice 6 lies 5 mm beyond the expert's last box: nobody can tell. Slice 11, 30 mm, counts.
    assert score.count(0.0) == HitCounts(hits=1, false=2, missed=1, uncounted=1)
    assert score.count(0.75) == HitCounts(hits=1, false=0, missed=1, uncounted=1)
    assert score.count(0.95) == HitCounts(missed=2)
    uids = [each.sop_instance_uid for each in build_series("1").slices]
    assert [one.sop_uid for one in score.slices] == [uids[i] for i in (4, 5, 6, 11)]
    assert score.count_slice(uids[4], 0.0) == HitCounts(hits=1, false=1)
    assert score.count_slice(uids[0], 0.0) == HitCounts()
    assert score.count_slice("of another series", 0.0) == HitCounts()


def test_another_threshold_makes_other_hits() -> None:
    assert make_score(0.95).count(0.0) == HitCounts(hits=0, false=3, missed=2, uncounted=1)


def test_what_was_not_predicted_was_not_missed() -> None:
    score = make_score(predicted=(4,))
    assert score.coverage == Coverage(annotated=2, predicted=1)
    assert score.count(0.0) == HitCounts(hits=1, false=1, missed=0)
    assert "1 of 2 annotated slices" in describe_coverage(score.count(0.0), score.coverage)


def test_a_sibling_with_boxes_there_makes_a_slice_uncertain() -> None:
    """A slice is negative only beyond the boxes of the patient's other series too."""
    case = build_series_case(build_series("1"), {4: [EXPERT]})
    sibling = build_series_case(build_series("1b"), {10: [EXPERT]})
    assert sibling.series.patient_id != case.series.patient_id
    object.__setattr__(sibling.series, "patient_id", case.series.patient_id)
    store = DetectionStore()
    uid = case.series.slices[11].sop_instance_uid
    store.add([SliceDetections(uid, (Detection(FAR, 0.7),))])
    assert score_series(case, (case,), store, 0.3).count(0.0).false == 1
    assert score_series(case, (case, sibling), store, 0.3).count(0.0).uncounted == 1


def test_nothing_to_compare_with_is_said() -> None:
    assert "nothing to compare" in describe_coverage(None, Coverage())
    assert describe_coverage(HitCounts(1, 0, 0), Coverage(2, 2)) == ""


def test_a_long_series_is_matched_within_a_frame_or_two() -> None:
    """300 slices with three boxes each: the confidence follows the hand."""
    case = build_series_case(build_series("1", 300), {i: [EXPERT] for i in range(100, 140)})
    store = DetectionStore()
    three = tuple(Detection(box, 0.5) for box in (NEAR, FAR, BoundingBox(5, 5, 20, 30)))
    store.add(SliceDetections(each.sop_instance_uid, three) for each in case.series.slices)
    start = time.perf_counter()
    score = score_series(case, (case,), store, 0.3)
    matched = time.perf_counter()
    for step in range(100):
        score.count(step / 100)
    assert time.perf_counter() - matched < 0.1
    assert matched - start < 0.5  # some 20 ms on an idle machine
    assert score.count(0.0).hits == 40
