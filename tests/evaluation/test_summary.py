"""The whole evaluation of a model, its breakdown, its JSON and the comparison of two models."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from ctbox.errors import TrainingDataError
from ctbox.evaluation.comparison import compare_models
from ctbox.evaluation.slices import DetectedLesion, EvaluatedSlice
from ctbox.evaluation.summary import EvaluationSummary, SummaryOptions, summarise
from tests.evaluation.builders import TUMOUR, PatientMaker, make_patients

OPTIONS = SummaryOptions("patient", "tiny", threshold=0.25, resamples=100)
SIX = {f"A{i:04d}": [0.6, 0.6 - 0.05 * i, None] for i in range(6)}


def make_mixed() -> list[EvaluatedSlice]:
    first = PatientMaker(
        "A0001",
        [0.8, 0.6],
        attributes={
            "subtype": "A",
            "vendor": "GE",
            "kernel": "LUNG",
            "slice_thickness_mm": 5.0,
            "pixel_spacing_mm": (1.0, 1.0),
        },
    ).make()
    second = PatientMaker(
        "B0001",
        [0.2, None],
        attributes={
            "subtype": "B",
            "vendor": "SIEMENS",
            "slice_thickness_mm": 10.0,
            "pixel_spacing_mm": (2.5, 2.5),
        },
    ).make()
    false = EvaluatedSlice(
        "far",
        "series.B0001",
        "B0001",
        boxes=np.array([TUMOUR]),
        scores=np.array([0.7]),
        position_mm=90.0,
        subtype="B",
        vendor="SIEMENS",
        slice_thickness_mm=10.0,
    )
    near = replace(false, sop_uid="near", position_mm=10.0)
    return [*first, *second, false, near]


@pytest.fixture
def mixed() -> EvaluationSummary:
    return summarise(make_mixed(), OPTIONS)


def test_the_whole(mixed: EvaluationSummary) -> None:
    overall = mixed.overall

    assert (overall.patients, overall.slices, overall.lesions) == (2, 4, 2)
    assert mixed.slice_counts == {"annotated": 4, "negative": 1, "ignored": 1}
    assert overall.figures["mean_iou"] == pytest.approx(0.4)
    assert overall.figures["patient_mean_iou"] == pytest.approx(0.4)
    assert overall.figures["lesion_sensitivity"] == 0.5
    assert overall.figures["false_lesions_per_scan"] == pytest.approx(2 / 2)
    assert overall.figures["ap50"] == pytest.approx(51 / 101)
    assert overall.intervals["mean_iou"].note == "too few patients"
    assert set(overall.intervals) == set(overall.figures)


def test_the_parts(mixed: EvaluationSummary) -> None:
    def means(kind: str) -> dict[str, float]:
        return {name: part.figures["mean_iou"] for name, part in mixed.groups[kind].items()}

    expected = pytest.approx({"A": 0.7, "B": 0.1})
    assert means("subtype") == expected
    assert means("patient") == pytest.approx({"A0001": 0.7, "B0001": 0.1})
    assert means("series") == pytest.approx({"series.A0001": 0.7, "series.B0001": 0.1})
    assert means("vendor") == pytest.approx({"GE": 0.7, "SIEMENS": 0.1})
    assert means("kernel") == pytest.approx({"LUNG": 0.7, "unknown": 0.1})
    assert means("slice_thickness") == pytest.approx({"5 mm": 0.7, "10 mm": 0.1})
    assert means("size") == pytest.approx({"up to 20 mm": 0.7, "over 20 to 30 mm": 0.1})


def test_a_part_has_its_own_false_alarms_and_a_size_has_none(mixed: EvaluationSummary) -> None:
    subtypes, sizes = mixed.groups["subtype"], mixed.groups["size"]

    assert subtypes["A"].figures["false_lesions_per_scan"] == 0.0
    assert subtypes["B"].figures["false_lesions_per_scan"] == 2.0
    assert subtypes["B"].figures["lesion_sensitivity"] == 0.0
    assert sizes["over 20 to 30 mm"].figures["false_lesions_per_scan"] is None
    assert sizes["up to 20 mm"].figures["lesion_sensitivity"] == 1.0


def test_sizes_stand_in_order() -> None:
    slices = [
        one
        for number, spacing in enumerate((9.0, 1.0, 6.0, 4.0, 2.5))
        for one in PatientMaker(
            f"A{number}", [0.5], attributes={"pixel_spacing_mm": (spacing, spacing)}
        ).make()
    ]
    slices += PatientMaker("A9", [0.5]).make()

    assert list(summarise(slices, OPTIONS).groups["size"]) == [
        "up to 20 mm",
        "over 20 to 30 mm",
        "over 30 to 50 mm",
        "over 50 to 70 mm",
        "over 70 mm",
        "unknown",
    ]


def test_json_holds_no_nan_and_names_the_split(mixed: EvaluationSummary) -> None:
    content = json.loads(json.dumps(mixed.to_json(), allow_nan=False))

    assert content["split"] == "patient"
    assert content["leaky"] is False
    assert content["patients"] == 2
    assert content["threshold"] == 0.25
    assert content["overall"]["intervals"]["mean_iou"]["note"] == "too few patients"
    assert [point["false_lesions_per_scan"] for point in content["froc"]] == [
        0.125,
        0.25,
        0.5,
        1,
        2,
        4,
        8,
    ]
    rows = {row["sop_instance_uid"]: row for row in content["slices"]}
    assert rows["B0001.1"]["top_iou"] == 0.0
    assert rows["near"]["top_iou"] is None
    assert rows["near"]["status"] == "ignored"
    assert rows["far"]["false_positives"] == 1
    assert [row["found"] for row in content["lesions"]["truth"]] == [True, False]
    assert content["lesions"]["false"][0]["patient_id"] == "B0001"


def test_the_models_own_lesions_are_judged_if_there_are_any() -> None:
    slices = make_mixed()
    lesion = DetectedLesion("series.A0001", 0.9, ("A0001.0",), np.array([TUMOUR]))

    summary = summarise(slices, OPTIONS, [lesion])

    assert summary.overall.figures["false_lesions_per_scan"] == 0.0
    assert summary.overall.figures["lesion_sensitivity"] == 0.5


def test_nothing_annotated_gives_nulls_and_no_zeros() -> None:
    slices = [EvaluatedSlice("a", "s", "A0001", position_mm=0.0)]

    content = summarise(slices, OPTIONS).to_json()

    assert content["patients"] == 0
    assert set(content["overall"]["figures"].values()) == {None}
    assert all(parts == {} for parts in content["groups"].values())
    json.dumps(content, allow_nan=False)


def test_the_same_seed_gives_the_same_intervals() -> None:
    slices = make_patients(SIX)

    first, again = (summarise(slices, OPTIONS).overall.intervals for _ in range(2))
    other = summarise(slices, replace(OPTIONS, seed=1)).overall.intervals

    assert first == again
    assert first["mean_iou"] != other["mean_iou"]
    assert first["mean_iou"].note is None


def test_two_models_are_compared_patient_by_patient() -> None:
    worse = summarise(make_patients(SIX), OPTIONS)
    better = summarise(
        make_patients({name: [0.9, *ious[1:]] for name, ious in SIX.items()}), OPTIONS
    )

    iou, *_ = compare_models(worse, better)

    assert iou.figure == "patient_mean_iou"
    assert iou.difference == pytest.approx(0.1)
    assert iou.second - iou.first == pytest.approx(0.1)
    assert iou.p_value == pytest.approx(2 / 64)
    assert (iou.interval.low, iou.interval.high) == pytest.approx((0.1, 0.1))


def test_below_six_patients_no_p_is_given() -> None:
    few = summarise(make_patients({"A": [0.5], "B": [0.4]}), OPTIONS)

    assert {one.p_value for one in compare_models(few, few)} == {None}
    assert {one.interval.note for one in compare_models(few, few)} == {"too few patients"}


def test_models_judged_on_different_slices_are_not_compared() -> None:
    one, other = (summarise(make_patients({"A": [0.5] * n}), OPTIONS) for n in (2, 3))

    with pytest.raises(TrainingDataError, match="1 differ"):
        compare_models(one, other)
    empty = summarise([], OPTIONS)
    with pytest.raises(TrainingDataError, match="no annotated slices"):
        compare_models(empty, empty)
