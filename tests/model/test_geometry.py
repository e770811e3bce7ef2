from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctbox.model.geometry import (
    CropGeometry,
    VolumeGeometry,
    build_resampling_matrix,
    build_slab_weights,
    centre_crop,
    crop_planes,
)

mm = st.floats(0.3, 3.0)


@given(mm, mm, mm, st.floats(-50, 300), st.floats(-50, 300), st.floats(0, 400), st.floats(1, 100))
def test_boxes_survive_the_way_to_the_crop_and_back(
    row_mm: float, column_mm: float, pixel: float, x: float, y: float, x1: float, side: float
) -> None:
    crop = CropGeometry((x, y), pixel, (64, 96), (row_mm, column_mm))
    box = np.array([[x1, x1 / 2, x1 + side, x1 / 2 + side]])
    np.testing.assert_allclose(crop.to_slice(crop.to_crop(box)), box, atol=1e-7)


def test_a_crop_of_the_slices_own_pixels_is_the_slice() -> None:
    hu = np.random.default_rng(0).integers(-1000, 1000, (2, 32, 64)).astype(np.int16)
    crop = CropGeometry((0.0, 0.0), 0.7, (32, 64), (0.7, 0.7))
    np.testing.assert_allclose(crop_planes(hu, crop), hu, atol=1e-3)
    box = np.array([[3.0, 4.0, 10.0, 12.0]])
    np.testing.assert_allclose(crop.to_crop(box), box)


def test_a_block_lands_where_its_box_says_with_unequal_spacing() -> None:
    hu = np.full((1, 200, 100), -1024, dtype=np.int16)
    hu[0, 40:80, 20:30] = 1000
    crop = centre_crop((60.0, 50.0), 1.0, (64, 96), (0.8, 1.2))
    plane = crop_planes(hu, crop)[0]
    x1, y1, x2, y2 = crop.to_crop([[20, 40, 30, 80]])[0]
    rows, columns = np.nonzero(plane > -12)
    assert columns.min() == pytest.approx(x1, abs=1)
    assert columns.max() + 1 == pytest.approx(x2, abs=1)
    assert rows.min() == pytest.approx(y1, abs=1)
    assert rows.max() + 1 == pytest.approx(y2, abs=1)


def test_outside_the_image_there_is_air() -> None:
    hu = np.full((1, 32, 32), 100, dtype=np.int16)
    plane = crop_planes(hu, CropGeometry((-64.0, 0.0), 1.0, (32, 32), (1.0, 1.0)))
    np.testing.assert_array_equal(plane, -1024)


def test_downsampling_averages_instead_of_skipping() -> None:
    stripes = np.tile(np.array([0, 1000], dtype=np.int16), (1, 64, 32))
    plane = crop_planes(stripes, CropGeometry((8.0, 8.0), 4.0, (8, 8), (1.0, 1.0)))
    np.testing.assert_allclose(plane, 500, atol=1)


@given(st.floats(0.5, 6.0), st.integers(2, 40))
def test_resampling_weights_sum_to_one_inside(width: float, count: int) -> None:
    targets = np.linspace(width, count - 1 - width, 5) if count - 1 > 2 * width else [0.0]
    weights = build_resampling_matrix(targets, np.arange(count), max(width, 1.0))
    assert weights.min() >= 0
    assert np.all(weights.sum(axis=1) <= 1 + 1e-5)


def test_thick_slices_are_interpolated_and_thin_ones_averaged() -> None:
    thick = build_slab_weights([0, -10, -20], -5.0, 4.0, 10.0)
    np.testing.assert_allclose(thick, [0.5, 0.5, 0.0], atol=1e-6)
    thin = build_slab_weights(np.arange(0, 30, 1.0), 15.0, 4.0, 1.0)
    assert np.count_nonzero(thin) == 7
    assert float(thin @ np.arange(0, 30, 1.0)) == pytest.approx(15.0)


def test_beyond_the_ends_and_in_gaps_the_nearest_slice_is_used() -> None:
    np.testing.assert_allclose(build_slab_weights([0, -5, -10], 40.0, 4.0, 5.0), [1, 0, 0])
    np.testing.assert_allclose(build_slab_weights([0, -5, -60], -30.0, 4.0, 5.0), [0, 1, 0])


def test_impossible_geometry_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        VolumeGeometry((0.0, 1.0), (0.0,))
    with pytest.raises(ValueError, match="finite"):
        VolumeGeometry((1.0, 1.0), (float("nan"),))
    with pytest.raises(ValueError, match="2 slices, but 1 image positions"):
        VolumeGeometry((1.0, 1.0), (0.0, 1.0), ((0.0, 0.0, 0.0),))
