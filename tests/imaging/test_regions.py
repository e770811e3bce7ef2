from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import ndimage
from skimage.measure import grid_points_in_poly

from ctbox.imaging.regions import (
    EIGHT_NEIGHBOURS,
    compute_distance_mm,
    dilate,
    dilate_all_round,
    erode,
    fill_holes,
    fill_polygon,
    keep_largest_overlap,
    label_parts,
    open_by_disc,
)

MASKS = arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=9))


@given(MASKS)
def test_growing_and_shrinking_are_scipy_s(mask: np.ndarray) -> None:
    np.testing.assert_array_equal(dilate(mask), ndimage.binary_dilation(mask))
    np.testing.assert_array_equal(
        dilate_all_round(mask), ndimage.binary_dilation(mask, EIGHT_NEIGHBOURS)
    )
    np.testing.assert_array_equal(erode(mask), ndimage.binary_erosion(mask))
    np.testing.assert_array_equal(label_parts(mask)[0], ndimage.label(mask)[0])


# Halves put corners and sides onto pixel centres.
CORNERS = st.one_of(
    st.floats(-3, 14, width=32), st.integers(-3, 14), st.integers(-6, 28).map(lambda n: n / 2)
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(CORNERS, CORNERS), min_size=3, max_size=12),
    st.tuples(st.integers(1, 12), st.integers(1, 12)),
)
def test_a_polygon_is_filled_as_scikit_image_fills_it(
    corners: list[tuple[float, float]], shape: tuple[int, int]
) -> None:
    polygon = np.array(corners, dtype=float)
    np.testing.assert_array_equal(fill_polygon(shape, polygon), grid_points_in_poly(shape, polygon))


def test_holes_are_filled_as_scipy_fills_them() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        mask = rng.random((30, 40)) < 0.6
        np.testing.assert_array_equal(fill_holes(mask), ndimage.binary_fill_holes(mask))


@pytest.mark.parametrize("value", [True, False])
def test_a_full_or_empty_mask_stays(value: bool) -> None:
    mask = np.full((5, 6), value)
    np.testing.assert_array_equal(fill_holes(mask), mask)


def test_the_component_with_the_largest_overlap_is_kept() -> None:
    mask, target = np.zeros((10, 10), dtype=bool), np.zeros((10, 10), dtype=bool)
    mask[0:3, 0:9] = mask[5:9, 2:5] = mask[5:9, 7:9] = True
    target[4:, 4:8] = True
    kept = keep_largest_overlap(mask, target)
    assert kept.sum() == 12 if kept[5, 2] else kept.sum() == 8
    target[2, :] = True
    assert keep_largest_overlap(mask, target)[0, 0]


def test_of_equal_overlaps_the_larger_component_is_kept() -> None:
    mask, target = np.zeros((6, 6), dtype=bool), np.zeros((6, 6), dtype=bool)
    mask[0, :2] = mask[3:, :] = True
    target[0, 0] = target[3, 0] = True
    assert keep_largest_overlap(mask, target).sum() == 18


@pytest.mark.parametrize("components", [0, 1, 2])
def test_nothing_is_kept_without_overlap(components: int) -> None:
    mask, target = np.zeros((6, 6), dtype=bool), np.zeros((6, 6), dtype=bool)
    mask[0, : 2 * components : 2] = True
    target[5, 5] = True
    assert not keep_largest_overlap(mask, target).any()


def test_opening_is_the_same_in_mm_along_rows_and_columns() -> None:
    # Bars 4 mm and 2 mm broad, along rows and along columns; spacing 0.5 × 1 mm.
    mask = np.zeros((60, 60), dtype=bool)
    mask[10:18, 5:55] = mask[22:26, 5:55] = True
    mask[30:58, 5:9] = mask[30:58, 20:22] = True
    opened = open_by_disc(mask, 1.5, (0.5, 1.0))
    assert opened[14, 30]
    assert opened[45, 7]
    assert not opened[22:26].any()
    assert not opened[30:58, 20:22].any()
    assert not (opened & ~mask).any()


def test_distance_to_nothing_is_infinite() -> None:
    assert np.isinf(compute_distance_mm(np.zeros((3, 3), dtype=bool), (1.0, 1.0))).all()
