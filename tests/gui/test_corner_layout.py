"""Corner lines and edge letters leave one another alone, however narrow the viewer."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QFont, QFontMetricsF

from ctbox.gui.viewer.corner_layout import fit_corners, is_small, place_letter
from ctbox.gui.viewer.scene import CornerTexts

lines = st.lists(st.text("abc W–m", min_size=1, max_size=40), max_size=4).map(tuple)


@pytest.fixture(scope="module")
def metrics(qapp: object) -> QFontMetricsF:
    return QFontMetricsF(QFont())


@settings(max_examples=60)
@given(lines, lines, st.floats(160, 900))
def test_lines_of_one_row_never_meet(metrics, left, right, width: float) -> None:
    fitted = fit_corners(CornerTexts(left, right, left, right), width, metrics)
    rows = [
        *itertools.zip_longest(fitted.top_left, fitted.top_right, fillvalue=""),
        *itertools.zip_longest(fitted.bottom_left[::-1], fitted.bottom_right[::-1], fillvalue=""),
    ]
    for one, other in rows:
        if one and other:
            assert metrics.horizontalAdvance(one) + metrics.horizontalAdvance(other) < width
    assert len(fitted.top_left) == len(left)
    assert len(fitted.bottom_right) == len(right)


def test_nothing_is_shortened_where_there_is_room(metrics) -> None:
    corners = CornerTexts(("Lung_Dx-A0001",), ("Chest 5mm", "kernel"), ("12 / 64",), ("Lung",))
    assert fit_corners(corners, 900, metrics) == corners


@given(st.lists(st.tuples(st.floats(0, 200), st.floats(20, 200)), max_size=6), st.booleans())
def test_a_letter_covers_no_line(found: list[tuple[float, float]], from_top: bool) -> None:
    starts = [20.0 * row if from_top else 380.0 - 20.0 * row for row in range(len(found))]
    texts = [QRectF(x, y, width, 20) for (x, width), y in zip(found, starts, strict=True)]
    wanted = QRectF(145, 0 if from_top else 380, 12, 20)
    place = place_letter(wanted, texts, from_top=from_top)
    assert not any(text.intersects(place) for text in texts)
    assert place.x() == wanted.x()


@pytest.mark.parametrize(
    ("width", "height", "small"),
    [(650, 640, False), (500, 400, False), (499, 640, True), (650, 399, True)],
)
def test_a_viewer_is_small_when_narrow_or_low(width: int, height: int, small: bool) -> None:
    assert is_small(QSizeF(width, height)) is small
