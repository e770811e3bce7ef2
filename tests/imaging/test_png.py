"""PNG files as another library reads them."""

from __future__ import annotations

import imagecodecs
import numpy as np
import pytest

from ctbox.imaging.png import encode_png, read_comment


@pytest.mark.parametrize("shape", [(1, 1), (7, 13), (7, 13, 3)])
def test_other_libraries_read_the_same_pixels(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    assert (imagecodecs.png_decode(encode_png(pixels)) == pixels).all()
    turned = np.asfortranarray(pixels)
    assert encode_png(turned) == encode_png(pixels)


@pytest.mark.parametrize("pixels", [np.zeros((2, 2)), np.zeros((2, 2, 4), np.uint8)])
def test_other_arrays_are_refused(pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="uint8 grey or RGB"):
        encode_png(pixels)  # type: ignore[arg-type]


def test_a_comment_is_read_back_from_a_whole_file() -> None:
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 4)
    data = encode_png(pixels, "größe 3")
    assert read_comment(data) == "größe 3"
    assert read_comment(encode_png(pixels)) == ""
    assert (imagecodecs.png_decode(data) == pixels).all()
    for place in range(len(data)):
        assert read_comment(data[:place]) is None
        assert read_comment(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :]) is None
