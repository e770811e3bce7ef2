"""Pictures for the panel of five: the zoomed box and the raw Sobel, as plain arrays."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import BoundingBox
from ctbox.imaging.pixel_window import PixelWindow


def crop_box(
    hu: NDArray[np.generic], box: BoundingBox, margin: float = 0.10
) -> tuple[NDArray[np.generic], tuple[int, int]]:
    """Cut a box and a margin out of a slice.

    Parameters
    ----------
    hu : ndarray
        Slice (rows, columns), or (rows, columns, channels).
    box : BoundingBox
        Box on the slice.
    margin : float
        Share of the box's width and height that is added on every side.

    Returns
    -------
    crop : ndarray
        View of the slice, whole pixels, clipped to it; empty if the box lies outside.
    offset : tuple of int
        Column and row of the crop's first pixel.
    """
    grown = box.expanded(margin).clipped(hu.shape[1], hu.shape[0])
    window = PixelWindow(
        math.floor(grown.x1), math.floor(grown.y1), math.ceil(grown.x2), math.ceil(grown.y2)
    )
    return hu[window.slices], (window.x1, window.y1)


def scale_sobel_to_uint8(
    gradient: NDArray[np.floating], percentile: float = 99.0
) -> NDArray[np.uint8]:
    """Return a Sobel picture as grey values: 0 stays 0, the percentile and above become 255.

    Parameters
    ----------
    gradient : ndarray
        Magnitudes, not negative, any shape.
    percentile : float
        In 0…100; below 100 a few bright pixels (metal, a calcification) do not darken the rest.
    """
    if gradient.size == 0:
        return np.zeros(gradient.shape, dtype=np.uint8)
    top = float(np.percentile(gradient, percentile)) or float(gradient.max())
    if top <= 0:
        return np.zeros(gradient.shape, dtype=np.uint8)
    return np.asarray(np.rint(np.clip(gradient / top, 0, 1) * 255), dtype=np.uint8)
