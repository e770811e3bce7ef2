"""Small pictures of slices, by which slices are compared with each other."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

SIDE = 64
LOW_HU, HIGH_HU = -1024.0, 600.0


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
    pixels = np.asarray(hu, dtype=np.float64)
    if pixels.ndim != 2 or pixels.size == 0:
        raise ValueError(f"A slice must have shape (rows, columns), got {pixels.shape}.")
    clipped = np.clip(pixels, LOW_HU, HIGH_HU)
    rows, columns = pixels.shape
    averaged: NDArray[np.float64] = (
        _make_averaging(rows, side) @ clipped @ _make_averaging(columns, side).T
    )
    return averaged


@lru_cache(maxsize=16)
def _make_averaging(length: int, side: int) -> NDArray[np.float64]:
    """Return the matrix (side, length) that averages a line over equal blocks."""
    edges = np.linspace(0.0, length, side + 1)
    starts = np.arange(length, dtype=np.float64)
    overlap = np.minimum(edges[1:, None], starts + 1) - np.maximum(edges[:-1, None], starts)
    return np.asarray(np.clip(overlap, 0.0, None) * (side / length))
