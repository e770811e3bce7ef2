"""Figures worked out by hand, and average precision against pycocotools."""

from __future__ import annotations

import contextlib
import io
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from ctbox.evaluation import metrics
from ctbox.evaluation.scoring import score_slices
from ctbox.evaluation.slices import EvaluatedSlice
from ctbox.evaluation.tables import (
    DetectionTable,
    LesionTable,
    tabulate_detections,
    tabulate_slices,
)
from tests.evaluation.builders import make_patients

Boxes = list[tuple[list[int], float]]


def ones(count: int) -> np.ndarray:
    return np.ones(count, dtype=np.int64)


def compute_slice_figures(ious: dict[str, list[float | None]], weights: list[int]) -> dict:
    table = tabulate_slices(score_slices(make_patients(ious)), sorted(ious))
    return metrics.compute_slice_figures(table, np.array(weights))


def test_a_miss_counts_zero_and_patients_count_alike() -> None:
    figures = compute_slice_figures({"A": [0.8, 0.4, None], "B": [0.2]}, [1, 1])

    assert figures["mean_iou"] == pytest.approx((0.8 + 0.4 + 0.0 + 0.2) / 4)
    assert figures["median_iou"] == pytest.approx(0.3)
    assert figures["patient_mean_iou"] == pytest.approx((0.4 + 0.2) / 2)
    assert figures["hit_at_0.1"] == pytest.approx(3 / 4)
    assert figures["hit_at_0.3"] == pytest.approx(2 / 4)
    assert figures["hit_at_0.5"] == pytest.approx(1 / 4)
    assert figures["patient_hit_at_0.3"] == pytest.approx((2 / 3 + 0) / 2)


def test_a_weight_is_so_many_copies_of_a_patient() -> None:
    weighted = compute_slice_figures({"A": [0.8, 0.4], "B": [0.2]}, [1, 3])
    copied = compute_slice_figures(
        {"A": [0.8, 0.4], "B1": [0.2], "B2": [0.2], "B3": [0.2]}, [1, 1, 1, 1]
    )

    assert weighted == pytest.approx(copied)


def test_nothing_to_count_is_no_number() -> None:
    figures = compute_slice_figures({"A": [0.5]}, [0])

    assert all(math.isnan(value) for value in figures.values())


def run_coco(images: list[tuple[Boxes, Boxes]]) -> tuple[float, float]:
    """Return AP50 and AP[.5:.95] of pycocotools for (expert, detections) an image."""

    def describe(boxes: Boxes, image: int) -> list[dict[str, object]]:
        return [
            {
                "image_id": image,
                "category_id": 1,
                "bbox": [x1, y1, x2 - x1, y2 - y1],
                "area": (x2 - x1) * (y2 - y1),
                "iscrowd": 0,
                "score": score,
            }
            for (x1, y1, x2, y2), score in boxes
        ]

    truth = [item for i, (expert, _) in enumerate(images, 1) for item in describe(expert, i)]
    found = [item for i, (_, boxes) in enumerate(images, 1) for item in describe(boxes, i)]
    for number, item in enumerate(truth, 1):
        item["id"] = number
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = {
            "info": {},
            "images": [{"id": i} for i in range(1, len(images) + 1)],
            "categories": [{"id": 1}],
            "annotations": truth,
        }
        coco.createIndex()
        evaluation = COCOeval(coco, coco.loadRes(found), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
    precision = evaluation.eval["precision"][:, :, 0, 0, 2]
    return float(precision[0].mean()), float(precision.mean())


def make_images(images: list[tuple[Boxes, Boxes]]) -> list[EvaluatedSlice]:
    # A far annotated slice's distance makes empty images negative rather than ignored.
    return [
        EvaluatedSlice(
            f"{number:04d}",
            "series",
            "A",
            expert_boxes=np.array([box for box, _ in expert]),
            boxes=np.array([box for box, _ in found]),
            scores=np.array([score for _, score in found]),
            position_mm=100.0 * number,
        )
        for number, (expert, found) in enumerate(images)
    ]


def make_box(values: tuple[int, int, int, int]) -> list[int]:
    x, y, width, height = values
    return [x, y, x + width, y + height]


# Few sizes and places, so that boxes often meet, often at an IoU of exactly 0.5 or 0.75.
SIDES = st.sampled_from([2, 4, 6, 8])
BOXES = st.tuples(st.integers(0, 4), st.integers(0, 4), SIDES, SIDES).map(make_box)
SCORES = st.sampled_from([0.1, 0.3, 0.5, 0.5, 0.7, 0.9])
IMAGES = st.lists(
    st.tuples(
        st.lists(st.tuples(BOXES, st.just(1.0)), min_size=1, max_size=4),
        st.lists(st.tuples(BOXES, SCORES), max_size=5),
    ),
    min_size=1,
    max_size=6,
).filter(lambda images: any(found for _, found in images))


@given(IMAGES)
@settings(max_examples=120, deadline=None)
def test_average_precision_is_that_of_pycocotools(images: list[tuple[Boxes, Boxes]]) -> None:
    table = tabulate_detections(score_slices(make_images(images)), ["A"])

    ours = metrics.compute_average_precision(table, ones(1))

    ap50, ap = run_coco(images)
    assert ours[0] == pytest.approx(ap50, abs=1e-9)
    assert ours.mean() == pytest.approx(ap, abs=1e-9)


def test_average_precision_is_that_of_pycocotools_on_many_detections() -> None:
    rng = np.random.default_rng(5)
    images = []
    for _ in range(40):
        expert = [(make_box(tuple(rng.integers(4, 60, 4))), 1.0) for _ in range(2)]
        found = []
        for box, _ in expert * 60:  # more than the hundred that count
            moved = np.array(box) + rng.integers(-3, 4, 4)
            ordered = [*np.minimum(moved[:2], moved[2:]), *np.maximum(moved[:2], moved[2:])]
            found.append(([int(v) for v in ordered], float(rng.random())))
        images.append((expert, found))
    table = tabulate_detections(score_slices(make_images(images)), ["A"])

    assert metrics.compute_average_precision(table, ones(1)).mean() == pytest.approx(
        run_coco(images)[1], abs=1e-9
    )


def test_false_alarms_on_negative_slices_cost_precision_and_on_ignored_ones_nothing() -> None:
    tumour = [([0, 0, 10, 10], 1.0)]
    found = [([0, 0, 10, 10], 0.5)]
    false = [([0, 0, 10, 10], 0.9)]
    images = make_images([(tumour, found), ([], false)])
    near = make_images([(tumour, found)])
    ignored = EvaluatedSlice(
        "near",
        "series",
        "A",
        boxes=np.array([[0, 0, 10, 10]]),
        scores=np.array([0.9]),
        position_mm=5.0,
    )

    def compute(slices: list[EvaluatedSlice]) -> float:
        table = tabulate_detections(score_slices(slices), ["A"])
        return float(metrics.compute_average_precision(table, ones(1))[0])

    assert compute(images) == pytest.approx(0.5)
    assert compute([*near, ignored]) == pytest.approx(1.0)


def test_average_precision_of_a_drawn_patient_counts_his_boxes_as_often() -> None:
    table = DetectionTable(
        scores=np.array([0.9, 0.8]),
        hits=np.tile([[True, False]], (10, 1)),
        patient=np.array([0, 1]),
        boxes_by_patient=np.array([1, 1]),
    )

    # Half of the boxes found with precision 1: 51 of the 101 recalls.
    assert metrics.compute_average_precision(table, np.array([1, 1]))[0] == pytest.approx(51 / 101)
    assert metrics.compute_average_precision(table, np.array([2, 0]))[0] == pytest.approx(1.0)
    assert metrics.compute_average_precision(table, np.array([0, 2]))[0] == 0.0
    assert math.isnan(metrics.compute_average_precision(table, np.array([0, 0]))[0])


def make_lesions(truth: list[float], false: list[float], scans: int) -> LesionTable:
    return LesionTable(
        scores=np.array(truth),
        patient=np.zeros(len(truth), dtype=np.int64),
        false_scores=np.array(false),
        false_patient=np.zeros(len(false), dtype=np.int64),
        scans_by_patient=np.array([scans]),
    )


def test_froc_takes_the_best_threshold_within_each_rate() -> None:
    table = make_lesions([0.9, 0.6, 0.3, -np.inf], [0.8, 0.5, 0.4], scans=2)

    # Thresholds: 0.9 -> 1/4 at 0; 0.6 -> 2/4 at 0.5; 0.3 -> 3/4 at 1.5 false lesions a scan.
    expected = [0.25, 0.25, 0.5, 0.5, 0.75, 0.75, 0.75]
    assert metrics.compute_froc(table, ones(1)).tolist() == expected
    figures = metrics.compute_lesion_figures(table, ones(1))
    assert figures == pytest.approx(
        {
            "lesion_sensitivity": 0.75,
            "false_lesions_per_scan": 1.5,
            "froc_mean_sensitivity": np.mean(expected),
        }
    )


def test_froc_of_equal_scores_can_not_take_the_right_ones_alone() -> None:
    table = make_lesions([0.5, 0.5], [0.5, 0.5], scans=1)

    assert metrics.compute_froc(table, ones(1)).tolist() == [0, 0, 0, 0, 1, 1, 1]


def test_froc_without_false_lesions_is_the_sensitivity_everywhere() -> None:
    assert set(metrics.compute_froc(make_lesions([0.5, -np.inf], [], 3), ones(1))) == {0.5}


def test_froc_without_lesions_or_detections() -> None:
    assert np.isnan(metrics.compute_froc(make_lesions([], [0.5], 1), ones(1))).all()
    assert set(metrics.compute_froc(make_lesions([-np.inf], [], 1), ones(1))) == {0.0}


@given(
    st.lists(st.sampled_from([-math.inf, 0.2, 0.4, 0.6]), min_size=1, max_size=8),
    st.lists(st.sampled_from([0.1, 0.2, 0.4, 0.6, 0.8]), max_size=12),
    st.integers(1, 3),
)
def test_froc_agrees_with_trying_every_threshold(
    truth: list[float], false: list[float], scans: int
) -> None:
    froc = metrics.compute_froc(make_lesions(truth, false, scans), ones(1))

    for rate, sensitivity in zip(metrics.FROC_RATES, froc, strict=True):
        tried = [
            sum(score >= threshold for score in truth) / len(truth)
            for threshold in (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
            if sum(score >= threshold for score in false) / scans <= rate
        ]
        assert sensitivity == pytest.approx(max(tried))


def test_calibration_compares_score_and_precision_bin_by_bin() -> None:
    hits = np.tile([[True, True, False, False]], (10, 1))
    table = DetectionTable(
        scores=np.array([1.0, 0.95, 0.92, 0.1]),
        hits=hits,
        patient=np.zeros(4, dtype=np.int64),
        boxes_by_patient=np.array([2]),
    )

    low, high = metrics.compute_calibration(table, ones(1))

    assert (low.low, low.high, low.detections) == (0.1, 0.2, 1)
    assert (high.low, high.high, high.detections) == (0.9, 1.0, 3)
    assert high.mean_score == pytest.approx((1.0 + 0.95 + 0.92) / 3)
    assert high.precision == pytest.approx(2 / 3)
    error = metrics.compute_calibration_error((low, high))
    assert error == pytest.approx((1 * 0.1 + 3 * (high.mean_score - 2 / 3)) / 4)
    assert math.isnan(metrics.compute_calibration_error(()))


def test_the_truth_itself_scores_everything() -> None:
    images = [([([0, 0, 10, 10], 1.0), ([20, 0, 30, 10], 1.0)],) * 2 for _ in range(3)]
    table = tabulate_detections(score_slices(make_images(images)), ["A"])

    figures = metrics.compute_detection_figures(table, ones(1))

    assert figures == pytest.approx({"ap50": 1, "ap50_95": 1, "calibration_error": 0})


def test_other_peoples_slices_are_left_out() -> None:
    slices = make_patients({"A": [0.5], "B": [0.9]})

    assert tabulate_slices(score_slices(slices), ["B"]).iou.tolist() == pytest.approx([0.9])
