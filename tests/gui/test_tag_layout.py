"""Tags of boxes lie in the picture and clear of one another."""

from __future__ import annotations

import itertools
import time

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF, QSizeF

from ctbox.gui.viewer.tag_layout import TagWish, lay_out_tags

AREA = QRectF(0, 0, 700, 500)
TAG = QSizeF(62, 17)

spots = st.tuples(
    st.floats(-50, 700), st.floats(-50, 500), st.floats(1, 300), st.floats(1, 300),
    st.booleans(), st.booleans(),
)  # fmt: skip


def wish(x: float, y: float, width: float, height: float, below=False, right=False) -> TagWish:
    return TagWish(QRectF(x, y, width, height), TAG, below, right)


@given(st.lists(spots, min_size=1, max_size=14))
def test_no_two_tags_overlap_and_all_can_be_seen(found: list[tuple]) -> None:
    places = lay_out_tags([wish(*each) for each in found], AREA)
    assert all(AREA.contains(place) for place in places)
    assert not any(a.intersects(b) for a, b in itertools.combinations(places, 2))


@given(st.floats(0, 690), st.floats(0, 490), st.integers(2, 8))
def test_tags_of_small_boxes_in_one_spot_stay_near(x: float, y: float, count: int) -> None:
    places = lay_out_tags([wish(x + i, y + i, 4, 4) for i in range(count)], AREA)
    assert not any(a.intersects(b) for a, b in itertools.combinations(places, 2))
    for place in places:
        assert abs(place.center().y() - y) < 200
        assert abs(place.center().x() - x) < 220


def test_a_tag_alone_stands_at_its_corner() -> None:
    (above,) = lay_out_tags([wish(100, 100, 200, 80)], AREA)
    assert (above.left(), above.bottom()) == (100, 97)
    (below,) = lay_out_tags([wish(100, 100, 200, 80, below=True, right=True)], AREA)
    assert (below.right(), below.top()) == (300, 183)


def test_two_boxes_of_one_kind_part_their_tags() -> None:
    first, second = lay_out_tags([wish(100, 100, 60, 60), wish(104, 102, 60, 60)], AREA)
    assert first.bottom() <= 100
    assert not first.intersects(second)


def test_tags_keep_off_what_is_written_in_the_corners() -> None:
    corner = QRectF(10, 10, 160, 40)
    (place,) = lay_out_tags([wish(12, 30, 6, 6)], AREA, [corner])
    assert not place.intersects(corner)


def test_without_any_room_the_tags_are_still_there() -> None:
    tight = QRectF(0, 0, 70, 20)
    places = lay_out_tags([wish(5, 5, 10, 10) for _ in range(4)], tight)
    assert len(places) == 4
    assert all(tight.contains(place) for place in places)


def test_ten_boxes_in_one_spot_cost_little() -> None:
    wishes = [wish(300 + i, 200 + i, 30, 30) for i in range(10)]
    start = time.perf_counter()
    for _ in range(10):
        lay_out_tags(wishes, AREA)
    assert (time.perf_counter() - start) / 10 < 0.02  # 1 ms on an idle machine
