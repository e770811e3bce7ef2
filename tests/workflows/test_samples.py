"""What training is given: boxes with an area, and no negative that scoring would not call one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ctbox.annotations.annotation import Annotation
from ctbox.boxes import BoundingBox
from ctbox.dicom.series import Series
from ctbox.evaluation.slices import EvaluatedSlice
from ctbox.evaluation.truth import SliceStatus, classify_slices
from ctbox.model.dataset import find_negative_slices
from ctbox.progress import TaskContext
from ctbox.workflows.open_case import Case, SeriesCase, open_case
from ctbox.workflows.samples import collect_samples, get_boxes, make_training_series
from tests.builders import make_uid, write_series


@pytest.fixture(scope="module")
def two_series(tmp_path_factory: pytest.TempPathFactory) -> tuple[Series, Series]:
    """Two series of a patient in one space, 20 slices 5 mm apart."""
    root = tmp_path_factory.mktemp("two")
    for name in ("a", "b"):
        uid = make_uid("series", name)
        write_series(root / name, 20, patient_id="Lung_Dx-A0901", series_instance_uid=uid)
    first, second = (each.series for each in open_case(root, None, TaskContext()).series)
    return first, second


def annotate(series: Series, boxes: dict[int, tuple[float, ...]]) -> SeriesCase:
    uids = [one.sop_instance_uid for one in series.slices]
    drawn = {uids[i]: (Annotation(BoundingBox(*box), "A", uids[i]),) for i, box in boxes.items()}
    return SeriesCase(series, drawn)


def list_negatives(cases: list[SeriesCase], wanted: frozenset[str]) -> dict[str, list[int]]:
    made = make_training_series(cases, wanted)
    return {one.key: list(find_negative_slices(one, made)) for one in made}


def list_negatives_of_scoring(cases: list[SeriesCase]) -> dict[str, list[int]]:
    slices = [
        EvaluatedSlice(
            one.sop_instance_uid,
            case.series.key,
            case.series.patient_id or "",
            expert_boxes=get_boxes(case, one.sop_instance_uid),
            position_mm=one.position_along_normal_mm,
            frame_of_reference_uid=case.series.frame_of_reference_uid,
        )
        for case in cases
        for one in case.series.slices
    ]
    found: dict[str, list[int]] = {case.series.key: [] for case in cases}
    places = {case.series.key: 0 for case in cases}
    for one, status in zip(slices, classify_slices(slices), strict=True):
        if status is SliceStatus.NEGATIVE:
            found[one.series_key].append(places[one.series_key])
        places[one.series_key] += 1
    return found


BOX = (4.0, 4.0, 12.0, 12.0)


@pytest.mark.parametrize("frames", [("x", "x"), ("x", "y"), (None, "y"), (None, None)])
def test_training_and_scoring_call_the_same_slices_negative(
    two_series: tuple[Series, Series], frames: tuple[str | None, str | None]
) -> None:
    first, second = (
        replace(one, frame_of_reference_uid=frame)
        for one, frame in zip(two_series, frames, strict=True)
    )
    cases = [annotate(first, {4: BOX, 5: BOX}), annotate(second, {14: BOX})]
    everything = frozenset(uid for case in cases for uid in case.annotations)

    found = list_negatives(cases, everything)

    assert found == list_negatives_of_scoring(cases)
    assert all(found.values())
    # A sibling that is not learnt from still tells where a tumour is.
    alone = list_negatives(cases, frozenset(cases[0].annotations))
    assert alone == {first.key: found[first.key]}


def test_a_box_without_area_is_not_learnt_and_marks_its_place(
    two_series: tuple[Series, Series],
) -> None:
    case = annotate(two_series[0], {4: BOX, 9: (4.0, 4.0, 4.0, 12.0)})
    samples = collect_samples(Case("", (case,)))

    (made,) = make_training_series(samples.cases, frozenset(case.annotations))

    assert list(made.boxes) == [4]
    assert made.hidden == {9}
    np.testing.assert_array_equal(made.boxes[4], [BOX])
    assert list(find_negative_slices(made, [made])) == list_negatives_of_scoring([case])[made.key]
