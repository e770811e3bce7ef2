from __future__ import annotations

import pytest
from hypothesis import given

from ctbox.annotations.box_edits import OwnBox
from ctbox.annotations.box_proposals import Proposal, propose_between
from ctbox.boxes import BoundingBox
from tests.annotations.edit_strategies import boxes


def own(number: int, box: tuple[float, float, float, float], label: str = "A") -> OwnBox:
    return OwnBox(number, f"1.2.{number}", BoundingBox(*box), label)


FIRST, LAST = own(1, (10, 10, 30, 30)), own(2, (14, 18, 38, 42))
EVEN = [-5.0 * index for index in range(10)]


def test_edges_run_evenly_between_two_slices() -> None:
    found = propose_between(FIRST, {0: [FIRST], 4: [LAST]}, 0, EVEN)
    assert found == (
        Proposal(1, BoundingBox(11, 12, 32, 33), "A"),
        Proposal(2, BoundingBox(12, 14, 34, 36), "A"),
        Proposal(3, BoundingBox(13, 16, 36, 39), "A"),
    )


def test_millimetres_count_not_slice_numbers() -> None:
    (found,) = propose_between(FIRST, {0: [FIRST], 2: [LAST]}, 0, [0.0, -1.0, -4.0])
    assert found.box == BoundingBox(11, 12, 32, 33)


@pytest.mark.parametrize("places", [[0.0, None, -4.0], [3.0, 3.0, 3.0]])
def test_slice_numbers_count_where_places_are_unknown(places: list[float | None]) -> None:
    (found,) = propose_between(FIRST, {0: [FIRST], 2: [LAST]}, 0, places)
    assert found.box == BoundingBox(12, 14, 34, 36)


def test_follows_the_lesion_both_ways_from_any_of_its_boxes() -> None:
    middle = own(3, (12, 12, 32, 32))
    boxes_there = {1: [FIRST], 3: [middle], 6: [LAST]}
    for index, anchor in ((1, FIRST), (3, middle), (6, LAST)):
        found = propose_between(anchor, boxes_there, index, EVEN)
        assert [each.slice_index for each in found] == [2, 4, 5]


def test_other_lesions_and_labels_are_left_alone() -> None:
    apart, other = own(3, (60, 60, 70, 70)), own(4, (10, 10, 30, 30), "G")
    there = {0: [FIRST], 2: [apart, other], 4: [LAST, apart]}
    found = propose_between(FIRST, there, 0, EVEN)
    assert [each.slice_index for each in found] == [1, 2, 3]
    assert propose_between(apart, {2: [apart]}, 2, EVEN) == ()


def test_neighbours_leave_nothing_to_propose() -> None:
    assert propose_between(FIRST, {0: [FIRST], 1: [LAST]}, 0, EVEN) == ()


@given(boxes(), boxes())
def test_proposals_lie_between_and_on_whole_pixels(a: BoundingBox, b: BoundingBox) -> None:
    first, last = OwnBox(1, "1.2", a, "A"), OwnBox(2, "1.3", b, "A")
    for each in propose_between(first, {0: [first], 5: [last]}, 0, EVEN):
        for low, high, edge in zip(a.as_tuple(), b.as_tuple(), each.box.as_tuple(), strict=True):
            assert edge == int(edge)
            assert min(low, high) - 0.5 <= edge <= max(low, high) + 0.5
