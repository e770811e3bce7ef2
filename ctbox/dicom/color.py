"""Stored colours to RGB (PS3.3 C.7.6.3.1.2, C.7.9)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ctbox.dicom.elements import Elements
from ctbox.dicom.encapsulation import FrameError
from ctbox.dicom.pixel_format import (
    PALETTE_DATA,
    PALETTE_DESCRIPTORS,
    YBR_422,
    PixelFormat,
    StoredValues,
)

Rgb = NDArray[np.uint8]


def apply_color_space(values: StoredValues, pixels: PixelFormat) -> Rgb:
    """Return samples of any colour space as RGB.

    Parameters
    ----------
    values : ndarray
        Flat, of one frame.
    pixels : PixelFormat
        Their size, order and colour space.

    Returns
    -------
    ndarray
        uint8 (rows, columns, 3), the caller's own.
    """
    samples = values.astype(np.uint8, copy=False)
    size = (pixels.rows, pixels.columns)
    if pixels.photometric_interpretation == YBR_422:
        return _convert_ybr(_spread_422(samples.reshape(*size[:1], -1, 4)))
    if pixels.is_planar:
        image = np.moveaxis(samples.reshape(3, *size), 0, -1)
    else:
        image = samples.reshape(*size, 3)
    if pixels.photometric_interpretation.startswith("YBR"):
        return _convert_ybr(image)
    return np.array(image, order="C")


def _spread_422(quads: Rgb) -> Rgb:
    """Return Y Y Cb Cr of (rows, columns / 2, 4) as Y Cb Cr of (rows, columns, 3)."""
    rows, half = quads.shape[:2]
    image = np.empty((rows, half, 2, 3), np.uint8)
    image[..., 0] = quads[..., :2]
    image[..., 1:] = quads[:, :, np.newaxis, 2:]
    return image.reshape(rows, half * 2, 3)


def _convert_ybr(image: Rgb) -> Rgb:
    """Invert the equations of YBR_FULL (PS3.3 C.7.6.3.1.2)."""
    y, blue, red = (image[..., channel].astype(np.float32) for channel in range(3))
    blue, red = blue - 128, red - 128
    rgb = np.stack([y + 1.402 * red, y - 0.344136 * blue - 0.714136 * red, y + 1.772 * blue], -1)
    converted: Rgb = np.clip(np.rint(rgb), 0, 255).astype(np.uint8)
    return converted


def apply_palette(values: StoredValues, pixels: PixelFormat, elements: Elements) -> Rgb:
    """Return the colours that indices stand for (PS3.3 C.7.6.3.1.5, C.7.6.3.1.6).

    Parameters
    ----------
    values : ndarray
        Indices, flat.
    pixels : PixelFormat
        Their size.
    elements : dict
        The file's palette descriptors and data.

    Returns
    -------
    ndarray
        uint8 (rows, columns, 3); of 16-bit palettes the upper byte.

    Raises
    ------
    FrameError
        If the palette is missing, cut off or segmented.
    """
    channels = [
        _look_up(values, pixels, elements.get(descriptor, b""), elements.get(data))
        for descriptor, data in zip(PALETTE_DESCRIPTORS, PALETTE_DATA, strict=True)
    ]
    return _stack(channels, pixels)


def _stack(channels: Sequence[Rgb], pixels: PixelFormat) -> Rgb:
    image: Rgb = np.stack(channels, axis=-1)
    return image.reshape(pixels.rows, pixels.columns, 3)


def _look_up(
    values: StoredValues, pixels: PixelFormat, descriptor: bytes, data: bytes | None
) -> Rgb:
    if data is None:
        raise FrameError("Its colour palette is missing or segmented, which is not supported.")
    numbers = np.frombuffer(descriptor[:6], "<u2")
    entries, first, bits = (int(number) for number in numbers)
    entries = entries or 65536
    if pixels.is_signed:
        first -= 65536 if first >= 32768 else 0
    table = _parse_table(data, entries, bits)
    index = np.clip(values.astype(np.int64) - first, 0, entries - 1)
    return table[index]


def _parse_table(data: bytes, entries: int, bits: int) -> Rgb:
    if len(data) >= 2 * entries:
        words = np.frombuffer(data, "<u2", entries)
        # Some writers put 8-bit colours into words, others scale them up to 16 bits.
        is_wide = bits > 8 or bool((words > 255).any())
        return (words >> 8 if is_wide else words).astype(np.uint8)
    if bits <= 8 and len(data) >= entries:
        return np.frombuffer(data, np.uint8, entries)
    raise FrameError(f"Its colour palette is cut off: {len(data)} bytes for {entries} colours.")
