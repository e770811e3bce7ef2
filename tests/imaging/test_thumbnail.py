"""Thumbnails are block averages of clipped HU, for any size of slice."""

from __future__ import annotations

import numpy as np
import pytest

from ctbox.imaging.thumbnail import compute_thumbnail


def test_whole_blocks_are_plain_means() -> None:
    hu = np.random.default_rng(0).integers(-1500, 900, (512, 512)).astype(np.int16)
    expected = np.clip(hu, -1024, 600).astype(float).reshape(64, 8, 64, 8).mean(axis=(1, 3))

    np.testing.assert_allclose(compute_thumbnail(hu), expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.uint16, np.int32, np.float32, np.float64, np.uint8])
def test_any_type_of_pixel_gives_the_same(dtype: type) -> None:
    hu = np.random.default_rng(0).integers(0, 250, (128, 128))

    np.testing.assert_allclose(compute_thumbnail(hu.astype(dtype)), compute_thumbnail(hu))


def test_parts_of_pixels_count_by_their_share() -> None:
    line = np.array([[0.0, 100.0, 200.0]])

    np.testing.assert_allclose(
        compute_thumbnail(line, side=2), [[100 / 3, 500 / 3], [100 / 3, 500 / 3]]
    )


@pytest.mark.parametrize("shape", [(64, 64), (100, 333), (768, 512), (3, 5)])
def test_any_size_keeps_the_mean(shape: tuple[int, int]) -> None:
    hu = np.random.default_rng(1).uniform(-1000, 500, shape)

    assert compute_thumbnail(hu).shape == (64, 64)
    assert compute_thumbnail(hu).mean() == pytest.approx(hu.mean())


@pytest.mark.parametrize("shape", [(3,), (2, 3, 4), (0, 5)])
def test_what_is_no_slice_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"\(rows, columns\)"):
        compute_thumbnail(np.zeros(shape))
