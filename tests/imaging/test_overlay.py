from __future__ import annotations

import numpy as np
import pytest

from ctbox.boxes import BoundingBox
from ctbox.imaging.overlay import crop_box, scale_sobel_to_uint8


def test_a_crop_is_the_box_and_its_margin() -> None:
    hu = np.arange(100 * 80).reshape(100, 80)
    crop, offset = crop_box(hu, BoundingBox(20, 30, 40, 70), margin=0.1)
    assert offset == (18, 26)
    np.testing.assert_array_equal(crop, hu[26:74, 18:42])


def test_a_crop_without_margin_takes_whole_pixels() -> None:
    crop, offset = crop_box(np.zeros((50, 50)), BoundingBox(3.5, 4.2, 9.5, 9.0), margin=0.0)
    assert offset == (3, 4)
    assert crop.shape == (5, 7)


def test_a_crop_stops_at_the_image_and_keeps_channels() -> None:
    crop, offset = crop_box(np.zeros((50, 60, 3)), BoundingBox(-10, 40, 20, 90))
    assert offset == (0, 35)
    assert crop.shape == (15, 23, 3)


def test_a_box_outside_gives_an_empty_crop() -> None:
    crop, _ = crop_box(np.zeros((50, 60)), BoundingBox(100, 100, 120, 120))
    assert crop.size == 0


def test_sobel_is_scaled_from_zero() -> None:
    gradient = np.linspace(0, 400, 1000, dtype=np.float32).reshape(20, 50)
    grey = scale_sobel_to_uint8(gradient)
    assert grey.dtype == np.uint8
    assert grey[0, 0] == 0
    assert grey[-1, -1] == 255
    assert (np.diff(grey.ravel().astype(int)) >= 0).all()


def test_one_bright_pixel_does_not_darken_the_rest() -> None:
    gradient = np.full((30, 30), 50.0)
    gradient[3, 3] = 1e6
    assert scale_sobel_to_uint8(gradient)[10, 10] == 255


@pytest.mark.parametrize("shape", [(0, 0), (0, 7), (4, 5)])
def test_no_gradient_is_black(shape: tuple[int, int]) -> None:
    grey = scale_sobel_to_uint8(np.zeros(shape, dtype=np.float32))
    assert grey.shape == shape
    assert not grey.any()
