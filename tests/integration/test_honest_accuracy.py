"""What splits, leaks, baselines and truth say of the real patients.

The figures that the project's data notes give for the copy baseline (0.73 with slices at
random, 0.00 by patient, over 38 boxed slices of two patients) were taken on slices of which
some are not at hand. The two patients' series that give 38 boxed slices here stand in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from ctbox.dicom.pixels import read_hu
from ctbox.dicom.series import Series
from ctbox.errors import SplitLeakageError
from ctbox.evaluation.baselines import CopyBaseline
from ctbox.evaluation.slices import EvaluatedSlice
from ctbox.evaluation.summary import EvaluationSummary, SummaryOptions, summarise
from ctbox.evaluation.truth import SliceStatus, classify_slices, find_truth_lesions
from ctbox.model.leakage import Fingerprint, check_fold, compute_fingerprint
from ctbox.model.linking import SampleKey
from ctbox.model.splits import Fold, SplitKind, SplitPlan, make_folds
from ctbox.progress import TaskContext
from ctbox.workflows.open_case import open_case

PATIENTS = ("A0001", "B0001", "E0001", "E0002", "E0003", "G0001")


@dataclass(frozen=True)
class RealSlice:
    """A slice of a real patient; pixels only where an expert drew a box."""

    key: SampleKey
    series: Series
    evaluated: EvaluatedSlice
    hu: np.ndarray | None


@pytest.fixture(scope="module")
def everything(real_data: Path) -> list[RealSlice]:
    found = []
    for patient in PATIENTS:
        case = open_case(real_data / f"Lung_Dx-{patient}.zip", None, TaskContext())
        for one in case.series:
            found.extend(
                _describe(one.series, number, one.annotations)
                for number in range(len(one.series.slices))
            )
    return found


def _describe(series: Series, number: int, annotations: dict) -> RealSlice:
    plane = series.slices[number]
    boxes = [each.box.as_tuple() for each in annotations.get(plane.sop_instance_uid, ())]
    assert series.patient_id is not None
    return RealSlice(
        SampleKey(
            series.patient_id,
            series.study_instance_uid,
            series.key,
            series.frame_of_reference_uid,
            plane.sop_instance_uid,
            series.subtype,
        ),
        series,
        EvaluatedSlice(
            plane.sop_instance_uid,
            series.key,
            series.patient_id,
            expert_boxes=np.array(boxes),
            position_mm=plane.position_along_normal_mm,
            frame_of_reference_uid=series.frame_of_reference_uid,
            pixel_spacing_mm=plane.pixel_spacing_mm,
            subtype=series.subtype,
        ),
        read_hu(plane) if boxes else None,
    )


@pytest.fixture(scope="module")
def boxed(everything: list[RealSlice]) -> list[RealSlice]:
    return [one for one in everything if one.hu is not None]


@pytest.fixture(scope="module")
def fingerprints(boxed: list[RealSlice]) -> dict[str, Fingerprint]:
    return {one.key.sop_uid: compute_fingerprint(one.hu) for one in boxed}


def copy_boxes(slices: Sequence[RealSlice], fold: Fold) -> list[EvaluatedSlice]:
    baseline = CopyBaseline.fit(
        (slices[i].hu, slices[i].evaluated.expert_boxes) for i in fold.training
    )
    judged = []
    for index in fold.held_out:
        boxes = baseline.predict(slices[index].hu)
        judged.append(slices[index].evaluated.with_detections(boxes, np.ones(len(boxes))))
    return judged


def score_copies(slices: Sequence[RealSlice], folds: Sequence[Fold]) -> EvaluationSummary:
    judged = [one for fold in folds for one in copy_boxes(slices, fold)]
    return summarise(judged, SummaryOptions(folds[0].label, "copy", folds[0].leaky, resamples=20))


def split_at_random(slices: Sequence[RealSlice], seeds: range) -> list[Fold]:
    keys = [one.key for one in slices]
    plans = [SplitPlan(SplitKind.SLICE_RANDOM, seed=seed) for seed in seeds]
    return [fold for plan in plans for fold in make_folds(keys, plan)]


def get_mean_iou(slices: Sequence[RealSlice], folds: Sequence[Fold]) -> float:
    value = score_copies(slices, folds).overall.figures["mean_iou"]
    assert value is not None
    return value


def pick(boxed: list[RealSlice], patients: set[str]) -> list[RealSlice]:
    return [one for one in boxed if one.key.patient_id.removeprefix("Lung_Dx-") in patients]


def test_copying_looks_like_skill_with_slices_at_random_and_is_none_by_patient(
    boxed: list[RealSlice],
) -> None:
    two = [
        one
        for one in pick(boxed, {"A0001", "B0001"})
        if one.series.convolution_kernel in {"B", "STANDARD"} and one.series.acquisition_number != 1
    ]
    assert len(two) == 38

    by_patient = make_folds([one.key for one in two], SplitPlan(SplitKind.LEAVE_ONE_PATIENT_OUT))
    at_random = split_at_random(two, range(10))

    assert get_mean_iou(two, at_random) == pytest.approx(0.73, abs=0.04)
    assert get_mean_iou(two, by_patient) == pytest.approx(0.0, abs=0.005)


def test_copying_between_six_patients_is_far_below_random_slices(boxed: list[RealSlice]) -> None:
    keys = [one.key for one in boxed]
    assert len(boxed) == 128

    by_patient = score_copies(boxed, make_folds(keys, SplitPlan(SplitKind.LEAVE_ONE_PATIENT_OUT)))
    at_random = split_at_random(boxed, range(2))

    assert by_patient.patients == 6
    assert by_patient.overall.intervals["mean_iou"].note is None
    assert by_patient.overall.figures["mean_iou"] == pytest.approx(0.22, abs=0.005)
    assert get_mean_iou(boxed, at_random) == pytest.approx(0.71, abs=0.04)


def test_no_honest_split_of_the_six_leaks_and_none_is_accused(
    boxed: list[RealSlice], fingerprints: dict[str, Fingerprint]
) -> None:
    keys = [one.key for one in boxed]
    for kind in SplitKind:
        plan = SplitPlan(kind, folds=3, few_shot_slices=10)
        for fold in make_folds(keys, plan):
            check_fold(fold, keys, fingerprints)


def test_two_kernels_of_one_scan_are_found_even_under_two_names(
    boxed: list[RealSlice], fingerprints: dict[str, Fingerprint]
) -> None:
    kernels = {"B": "X0001", "L": "X0002"}
    disguised = []
    for one in pick(boxed, {"A0001"}):
        name = kernels[one.series.convolution_kernel or ""]
        disguised.append(SampleKey(name, name, name, name, one.key.sop_uid, "A"))
    folds = make_folds(disguised, SplitPlan(SplitKind.LEAVE_ONE_PATIENT_OUT))

    with pytest.raises(
        SplitLeakageError, match=r"near duplicates \(correlation (0\.9[789]|1\.00)\)"
    ):
        check_fold(folds[0], disguised, fingerprints)


def test_the_hole_in_an_annotated_run_is_not_negative(everything: list[RealSlice]) -> None:
    slices = [one.evaluated for one in pick(everything, {"G0001"})]
    statuses = classify_slices(slices)
    annotated = [s.position_mm for s, t in zip(slices, statuses, strict=True) if t == "annotated"]
    negative = [s.position_mm for s, t in zip(slices, statuses, strict=True) if t == "negative"]
    inside = [
        one
        for one, status in zip(slices, statuses, strict=True)
        if status is SliceStatus.IGNORED and min(annotated) < one.position_mm < max(annotated)
    ]

    assert inside
    assert negative
    assert min(abs(n - a) for n in negative for a in annotated) > 12


def test_truth_lesions_hold_every_box_once(everything: list[RealSlice]) -> None:
    slices = [one.evaluated for one in everything]
    lesions = find_truth_lesions(slices)

    assert sum(len(lesion.boxes) for lesion in lesions) == 128
    # Twelve series, and a lesion or more in each.
    assert {lesion.series_key for lesion in lesions} == {s.series_key for s in slices}
    assert len(lesions) >= 12
