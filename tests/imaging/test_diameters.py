from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from ctbox.imaging.diameters import measure_axes, measure_long_axis, trace_contour
from ctbox.imaging.regions import fill_holes, keep_largest_overlap


def draw_ellipse(a: float, b: float, turn: float, n: int = 720) -> NDArray[np.float64]:
    t = np.linspace(0, 2 * np.pi, n + 1)
    u, v = a * np.cos(t), b * np.sin(t)
    return np.stack(
        [u * np.cos(turn) - v * np.sin(turn), u * np.sin(turn) + v * np.cos(turn)], axis=1
    )


@pytest.mark.parametrize("turn", [0.0, 0.3, 1.0, 2.4])
def test_an_ellipse_has_its_own_axes(turn: float) -> None:
    contour = draw_ellipse(20, 9, turn) + np.array([100, 50])
    long_axis, short_axis = measure_axes(contour, (1.0, 1.0))
    assert long_axis.length == pytest.approx(40, rel=1e-3)
    assert short_axis.length == pytest.approx(18, rel=1e-3)


def test_spacing_is_row_then_column() -> None:
    contour = draw_ellipse(20, 9, 0.0)
    long_axis, _ = measure_axes(contour, (1.0, 0.5))
    assert long_axis.length == pytest.approx(20, rel=1e-3)
    long_axis, short_axis = measure_axes(contour, (3.0, 0.5))
    assert long_axis.length == pytest.approx(54, rel=1e-3)
    assert short_axis.length == pytest.approx(20, rel=1e-3)


def test_the_short_axis_spans_a_notch() -> None:
    """A dumb-bell is as broad as its broader end, measured between its outermost crossings."""
    contour = np.array(
        [(0, -4), (8, -4), (9, -1), (20, -1), (21, -3), (30, -3),
         (30, 3), (21, 3), (20, 1), (9, 1), (8, 4), (0, 4), (0, -4)], dtype=float
    )  # fmt: skip
    long_axis, short_axis = measure_axes(contour, (1.0, 1.0))
    assert long_axis.length == pytest.approx(np.hypot(30, 7), rel=1e-6)
    assert 7.5 < short_axis.length < 8.6


@pytest.mark.parametrize(("zoom", "offset"), [(1, (0, 0)), (1, (30, 12)), (3, (30, 12))])
def test_a_rectangle_is_traced_along_its_pixel_edges(zoom: int, offset: tuple[int, int]) -> None:
    mask = np.zeros((6 * zoom, 9 * zoom), dtype=bool)
    mask[1 * zoom : 5 * zoom, 2 * zoom :] = True
    contour = trace_contour(mask, zoom, offset)
    np.testing.assert_array_equal(contour[0], contour[-1])
    np.testing.assert_allclose(contour.min(axis=0), (offset[0] + 2, offset[1] + 1))
    np.testing.assert_allclose(contour.max(axis=0), (offset[0] + 9, offset[1] + 5))


def test_a_single_row_of_pixels_has_axes() -> None:
    mask = np.zeros((3, 7), dtype=bool)
    mask[1, 1:6] = True
    contour = trace_contour(mask, 1, (0, 0))
    long_axis, short_axis = measure_axes(contour, (1.0, 1.0))
    assert long_axis.length == pytest.approx(5)
    assert short_axis.length == pytest.approx(1)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([(1.0, 1.0), (0.6, 0.9)]))
def test_turning_a_mask_keeps_its_axes(seed: int, spacing: tuple[float, float]) -> None:
    """Masks have many equal diameters: which one comes first must not matter."""
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=(24, 24)), 3)
    y, x = np.mgrid[:24, :24] - 11.5
    mask = np.hypot(y, x) + 40 * noise < 8
    mask = fill_holes(keep_largest_overlap(mask, mask))
    contour = trace_contour(mask, 1, (0, 0))
    expected = [axis.length for axis in measure_axes(contour, spacing)]
    assert measure_long_axis(contour, spacing) == expected[0]
    for turned in (mask[::-1], mask[:, ::-1], mask[::-1, ::-1]):
        axes = measure_axes(trace_contour(turned, 1, (0, 0)), spacing)
        assert [axis.length for axis in axes] == pytest.approx(expected, rel=1e-9)
    axes = measure_axes(trace_contour(mask.T, 1, (0, 0)), spacing[::-1])
    assert [axis.length for axis in axes] == pytest.approx(expected, rel=1e-9)
