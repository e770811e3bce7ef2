"""Negatives and lesions across series, beyond what the table of cases shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctbox.annotations.negatives import find_annotated_range, is_beyond
from ctbox.evaluation.slices import DetectedLesion, EvaluatedSlice
from ctbox.evaluation.truth import (
    SliceStatus,
    classify_slices,
    find_truth_lesions,
    link_detections,
)

BOX = np.array([[0.0, 0.0, 10.0, 10.0]])


def make_series(
    key: str, annotated: set[float], frame: str | None = "frame", patient: str = "A0001"
) -> list[EvaluatedSlice]:
    return [
        EvaluatedSlice(
            f"{key}.{place}",
            key,
            patient,
            expert_boxes=BOX if place in annotated else BOX[:0],
            position_mm=place,
            frame_of_reference_uid=frame,
        )
        for place in np.arange(0.0, 101.0, 10.0)
    ]


def find_negative_places(slices: list[EvaluatedSlice], key: str) -> list[float]:
    return [
        one.position_mm
        for one, status in zip(slices, classify_slices(slices), strict=True)
        if status is SliceStatus.NEGATIVE and one.series_key == key
    ]


def test_another_series_of_the_same_space_widens_what_is_ignored() -> None:
    slices = make_series("one", {30.0}) + make_series("two", {80.0})

    assert find_negative_places(slices, "one") == [0, 10, 50, 60, 100]


@pytest.mark.parametrize(("frame", "patient"), [("elsewhere", "A0001"), ("frame", "B0001")])
def test_another_space_or_patient_does_not(frame: str, patient: str) -> None:
    slices = make_series("one", {30.0}) + make_series("two", {80.0}, frame, patient)

    assert find_negative_places(slices, "one") == [0, 10, 50, 60, 70, 80, 90, 100]


def test_an_unknown_space_might_be_the_same() -> None:
    slices = make_series("one", {30.0}) + make_series("two", {80.0}, None)

    assert find_negative_places(slices, "one") == [0, 10, 50, 60, 100]
    assert find_negative_places(slices, "two") == [0, 10, 50, 60, 100]


def test_a_series_without_annotations_has_no_negatives() -> None:
    slices = make_series("one", {30.0}) + make_series("two", set())

    assert find_negative_places(slices, "two") == []


def test_a_hole_in_the_run_is_not_negative() -> None:
    assert find_negative_places(make_series("one", {20.0, 80.0}), "one") == [0, 100]


def test_a_slice_without_position_proves_nothing() -> None:
    slices = make_series("one", {30.0})
    slices[-1] = replace(slices[-1], position_mm=None)

    assert find_negative_places(slices, "one") == [0, 10, 50, 60, 70, 80, 90]


def test_a_box_without_area_marks_the_place_but_is_not_scored() -> None:
    slices = make_series("one", {30.0})
    slices[5] = replace(slices[5], expert_boxes=np.array([[4.0, 4.0, 4.0, 9.0]]))

    assert classify_slices(slices)[5] is SliceStatus.IGNORED
    assert find_negative_places(slices, "one") == [0, 10, 70, 80, 90, 100]
    assert len(find_truth_lesions(slices)) == 1


@pytest.mark.parametrize(
    ("place", "beyond"),
    [(-12.0, False), (-12.0005, False), (-12.01, True), (32.1, True), (20, False)],
)
def test_more_than_twelve_millimetres_and_rounding_is_no_distance(
    place: float, beyond: bool
) -> None:
    assert is_beyond(place, [(0.0, 20.0)]) is beyond


def test_a_range_spans_all_annotated_places() -> None:
    assert find_annotated_range([3.0, -5.0, 1.0]) == (-5.0, 3.0)
    assert find_annotated_range([]) is None


def test_boxes_of_two_series_are_two_lesions() -> None:
    slices = make_series("one", {30.0}) + make_series("two", {30.0})

    assert [lesion.series_key for lesion in find_truth_lesions(slices)] == ["one", "two"]


def test_a_lesion_knows_its_slices_and_its_size() -> None:
    slices = [replace(s, pixel_spacing_mm=(0.5, 2.0)) for s in make_series("one", {30.0, 40.0})]

    (lesion,) = find_truth_lesions(slices)

    assert lesion.sop_uids == ("one.30.0", "one.40.0")
    assert lesion.size_mm == 20.0


def test_slices_without_position_link_on_themselves_only() -> None:
    slices = [
        EvaluatedSlice(uid, "one", "A", expert_boxes=np.concatenate([BOX, BOX + 5]))
        for uid in ("a", "b")
    ]

    assert [lesion.sop_uids for lesion in find_truth_lesions(slices)] == [("a", "a"), ("b", "b")]


def test_a_linked_detection_has_its_best_score() -> None:
    slices = [
        EvaluatedSlice("a", "one", "A", boxes=BOX, scores=np.array([0.2]), position_mm=0.0),
        EvaluatedSlice("b", "one", "A", boxes=BOX, scores=np.array([0.7]), position_mm=5.0),
        EvaluatedSlice("c", "one", "A", boxes=BOX, scores=np.array([0.4]), position_mm=50.0),
    ]

    assert [(one.sop_uids, one.score) for one in link_detections(slices)] == [
        (("a", "b"), 0.7),
        (("c",), 0.4),
    ]


@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 8)), min_size=1, max_size=10
    )
)
def test_every_box_stands_in_exactly_one_lesion(places: list[tuple[int, int, int]]) -> None:
    slices = [
        EvaluatedSlice(
            str(number),
            "one",
            "A",
            expert_boxes=np.array([[x, y, x + 3, y + 3]]),
            position_mm=6.0 * z,
        )
        for number, (x, y, z) in enumerate(places)
    ]

    lesions = find_truth_lesions(slices)

    assert sorted(uid for one in lesions for uid in one.sop_uids) == sorted(
        str(i) for i in range(len(places))
    )


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="has 1 boxes but scores of shape"):
        EvaluatedSlice("a", "one", "A", boxes=BOX)
    with pytest.raises(ValueError, match=r"not in 0…1"):
        EvaluatedSlice("a", "one", "A", boxes=BOX, scores=np.array([np.nan]))
    with pytest.raises(ValueError, match="2 slices but 1 boxes"):
        DetectedLesion("one", 0.5, ("a", "b"), BOX)
