"""Small pictures of slices, by which slices are compared with each other."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

SIDE = 64
LOW_HU, HIGH_HU = -1024, 600
# Clipped as they are; anything else goes by way of float64 first.
_FAST_TYPES = (np.dtype(np.int16), np.dtype(np.float32), np.dtype(np.float64))


def compute_thumbnail(hu: ArrayLike, side: int = SIDE) -> NDArray[np.float64]:
    """Return a slice clipped to −1024…600 HU and averaged over blocks.

    Parameters
    ----------
    hu : array_like
        One slice (rows, columns) in HU.
    side : int
        Rows and columns of the result. Where they don't divide the slice's, pixels at a
        block's edge count by the part that lies inside.

    Returns
    -------
    ndarray
        float64 (side, side), in HU.

    Raises
    ------
    ValueError
        If the slice has not two axes or no pixels.
    """
    pixels = np.asarray(hu)
    if pixels.ndim != 2 or pixels.size == 0:
        raise ValueError(f"A slice must have shape (rows, columns), got {pixels.shape}.")
    if pixels.dtype not in _FAST_TYPES:
        pixels = pixels.astype(np.float64)
    clipped = np.clip(pixels, LOW_HU, HIGH_HU)
    if any(length % side for length in pixels.shape):
        return _average_parts(clipped, side)
    height, width = (length // side for length in pixels.shape)
    lines = clipped.reshape(side, height, -1).sum(axis=1, dtype=np.float64)
    return np.asarray(lines.reshape(side, side, width).sum(axis=2) / (height * width))


def _average_parts(clipped: NDArray[np.generic], side: int) -> NDArray[np.float64]:
    rows, columns = clipped.shape
    averaged: NDArray[np.float64] = (
        _make_averaging(rows, side) @ clipped.astype(np.float64) @ _make_averaging(columns, side).T
    )
    return averaged


@lru_cache(maxsize=16)
def _make_averaging(length: int, side: int) -> NDArray[np.float64]:
    """Return the matrix (side, length) that averages a line over equal blocks."""
    edges = np.linspace(0.0, length, side + 1)
    starts = np.arange(length, dtype=np.float64)
    overlap = np.minimum(edges[1:, None], starts + 1) - np.maximum(edges[:-1, None], starts)
    return np.asarray(np.clip(overlap, 0.0, None) * (side / length))
