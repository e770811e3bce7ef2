"""Lengths, angles and ellipses against numbers made by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctbox.gui.measuring.geometry import (
    compute_angle_deg,
    compute_ellipse_distance,
    compute_length_mm,
    compute_segment_distance,
    find_ellipse_values,
    measure_ellipse,
)

coordinates = st.floats(0, 512, allow_nan=False)
points = st.tuples(coordinates, coordinates)


@pytest.mark.parametrize(
    ("start", "end", "spacing", "expected"),
    [
        ((0, 0), (3, 4), (1.0, 1.0), 5.0),
        ((0, 0), (3, 4), (2.0, 1.0), math.hypot(3, 8)),  # rows lie 2 mm apart
        ((0, 0), (3, 4), (1.0, 2.0), math.hypot(6, 4)),
        ((10.5, 7), (10.5, 7), (0.7, 0.7), 0.0),
        ((0, 5), (100, 5), (3.0, 0.7), 70.0),
    ],
)
def test_length_honours_row_and_column_spacing(start, end, spacing, expected) -> None:
    assert compute_length_mm(start, end, spacing) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("first", "vertex", "second", "aspect", "expected"),
    [
        ((1, 0), (0, 0), (0, 1), 1.0, 90.0),
        ((1, 0), (0, 0), (1, 1), 1.0, 45.0),
        ((1, 0), (0, 0), (1, 1), 2.0, math.degrees(math.atan(2))),
        ((1, 0), (0, 0), (-1, 0), 1.0, 180.0),
        ((1, 0), (0, 0), (2, 0), 1.0, 0.0),
        ((0, 0), (0, 0), (2, 0), 1.0, 0.0),
        ((5, 1), (5, 5), (9, 5), 3.0, 90.0),
    ],
)
def test_angle_honours_the_shape_of_pixels(first, vertex, second, aspect, expected) -> None:
    assert compute_angle_deg(first, vertex, second, aspect) == pytest.approx(expected)


@given(points, points, points, st.floats(0.2, 5))
def test_angles_of_a_triangle_add_up(a, b, c, aspect: float) -> None:
    sides = [math.dist(p, q) for p, q in ((a, b), (b, c), (c, a))]
    if min(sides) < 0.1:
        return
    turns = [(a, b, c), (b, c, a), (c, a, b)]
    assert sum(compute_angle_deg(*turn, aspect) for turn in turns) == pytest.approx(180, abs=1e-4)


def test_ellipse_takes_the_pixels_whose_centres_lie_inside() -> None:
    pixels = np.arange(25, dtype=np.int16).reshape(5, 5)
    # A circle of diameter 3 about the middle pixel: its 3 × 3 neighbours, the corners included
    # (their centres are √2 < 1.5 away).
    values = find_ellipse_values(pixels, (1, 1), (4, 4))
    assert sorted(values.tolist()) == [6, 7, 8, 11, 12, 13, 16, 17, 18]
    assert find_ellipse_values(pixels, (2, 2), (3, 3)).tolist() == [12]
    assert find_ellipse_values(pixels, (2, 2), (2, 3)).size == 0


def test_ellipse_figures_with_pixels_that_are_not_square() -> None:
    pixels = np.arange(25, dtype=np.int16).reshape(5, 5)
    figures = measure_ellipse(pixels, (4, 4), (1, 1), (2.0, 0.5))
    assert figures is not None
    assert (figures.count, figures.mean, figures.minimum, figures.maximum) == (9, 12.0, 6.0, 18.0)
    assert figures.sd == pytest.approx(math.sqrt(52 / 3))
    assert figures.area_mm2 == pytest.approx(math.pi / 4 * (3 * 0.5) * (3 * 2.0))


def test_ellipse_without_spacing_has_no_area_and_one_beside_the_image_nothing() -> None:
    pixels = np.full((8, 8), -700, dtype=np.int16)
    figures = measure_ellipse(pixels, (0, 0), (8, 8), None)
    assert figures is not None
    assert (figures.area_mm2, figures.mean, figures.sd) == (None, -700.0, 0.0)
    assert measure_ellipse(pixels, (9, 9), (12, 12), None) is None


@given(points, points)
def test_ellipse_never_reads_beside_the_image(corner, opposite) -> None:
    pixels = np.zeros((40, 60), dtype=np.int16)
    found = find_ellipse_values(pixels, corner, opposite)
    assert found.size <= pixels.size


def test_distances_for_grabbing() -> None:
    assert compute_segment_distance((5, 3), (0, 0), (10, 0)) == pytest.approx(3)
    assert compute_segment_distance((-3, 4), (0, 0), (10, 0)) == pytest.approx(5)
    assert compute_segment_distance((1, 1), (1, 1), (1, 1)) == 0
    assert compute_ellipse_distance((10, 5), (0, 0), (10, 10)) == pytest.approx(0)
    assert compute_ellipse_distance((13, 5), (0, 0), (10, 10)) == pytest.approx(3)
    assert compute_ellipse_distance((5, 5), (0, 0), (10, 20)) == pytest.approx(5, abs=5)
