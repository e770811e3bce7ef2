"""Where a model looked on a slice; free of torch, so that the window may draw it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FULL = 255


@dataclass(frozen=True, slots=True, eq=False)
class AttentionMap:
    """A coarse map laid over a slice, from the same forward pass as the slice's boxes.

    The detector's map says how sure it is of a box whose centre lies in a cell: the slice's
    boxes are the map's peaks. SimpleCancerCNN has no such map; its own says how much each place
    added to the four numbers of its box, as a share of the place that added most.

    Parameters
    ----------
    values : ndarray
        uint8 (h, w): 255 × √score, so that faint places still show.
    x0, y0 : float
        Left and upper edge of the first cell, in the slice's pixels (edges, like boxes); may lie
        outside the slice.
    pixel_px_x, pixel_px_y : float
        Width and height of a cell in the slice's pixels.
    """

    values: NDArray[np.uint8]
    x0: float
    y0: float
    pixel_px_x: float
    pixel_px_y: float

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.dtype != np.uint8:
            found = f"{self.values.dtype} {self.values.shape}"
            raise ValueError(f"An attention map must be uint8 (h, w), got {found}.")
        if not (self.pixel_px_x > 0 and self.pixel_px_y > 0):
            raise ValueError("An attention map's cells need a width and a height.")

    @property
    def scores(self) -> NDArray[np.float32]:
        """float32 (h, w) in 0…1, on the scale of the boxes' scores."""
        return np.asarray((self.values.astype(np.float32) / FULL) ** 2)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """x1, y1, x2, y2 of the whole map in the slice's pixels."""
        rows, columns = self.values.shape
        right = self.x0 + columns * self.pixel_px_x
        return self.x0, self.y0, right, self.y0 + rows * self.pixel_px_y

    def find_peak(self) -> tuple[float, float]:
        """Return x and y of the middle of the highest cell, in the slice's pixels."""
        row, column = divmod(int(self.values.argmax()), self.values.shape[1])
        x = self.x0 + (column + 0.5) * self.pixel_px_x
        return x, self.y0 + (row + 0.5) * self.pixel_px_y


def quantise_scores(scores: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Return scores (h, w) in 0…1 as an `AttentionMap` keeps them."""
    return np.asarray(np.round(FULL * np.sqrt(np.clip(scores, 0.0, 1.0))), dtype=np.uint8)
