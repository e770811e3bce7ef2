"""What counts as found and as false, beyond what the table of cases shows."""

from __future__ import annotations

import numpy as np

from ctbox.evaluation.scoring import score_lesions, score_slices
from ctbox.evaluation.slices import DetectedLesion, EvaluatedSlice
from ctbox.evaluation.truth import SliceStatus, find_truth_lesions
from tests.evaluation.builders import TUMOUR, make_patients


def make_lesion(score: float, series: str, *sop_uids: str) -> DetectedLesion:
    return DetectedLesion(series, score, sop_uids, np.array([TUMOUR] * len(sop_uids)))


def test_a_lesion_found_twice_counts_by_its_surest_detection() -> None:
    slices = make_patients({"A": [1.0, 1.0]})
    found = [make_lesion(score, "series.A", "A.0") for score in (0.4, 0.9, 0.2)]

    results = score_lesions(score_slices(slices), find_truth_lesions(slices), found)

    assert [one.score for one in results.lesions] == [0.9]
    assert results.false == ()


def test_a_series_whose_boxes_have_no_area_is_no_scan_to_be_wrong_in() -> None:
    line = np.array([[10.0, 10.0, 10.0, 20.0]])
    slices = [
        EvaluatedSlice(
            f"L.{number}",
            "series.L",
            "L",
            expert_boxes=line if number == 0 else line[:0],
            boxes=np.array([TUMOUR]),
            scores=np.array([0.9]),
            position_mm=20.0 * number,
        )
        for number in range(2)
    ]
    scored = score_slices(slices)

    results = score_lesions(scored, (), [make_lesion(0.9, "series.L", "L.1")])

    assert [one.status for one in scored] == [SliceStatus.IGNORED, SliceStatus.NEGATIVE]
    assert (results.false, results.scans) == ((), {})
    assert [one.false_positives for one in scored] == [0, 1]  # ignored is not false
