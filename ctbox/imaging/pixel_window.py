"""Rectangles of whole pixels, and the one that a box stands for."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ctbox.boxes import BoundingBox

MARGIN = 0.10
LEAST_MARGIN_PX = 2


@dataclass(frozen=True, slots=True)
class PixelWindow:
    """A rectangle of whole pixels: columns x1…x2 − 1 and rows y1…y2 − 1."""

    x1: int
    y1: int
    x2: int
    y2: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of an array (rows, columns) that cuts the window out."""
        return slice(self.y1, self.y2), slice(self.x1, self.x2)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns; not positive where the window is empty."""
        return self.y2 - self.y1, self.x2 - self.x1

    def grown(self, rows: int, columns: int, shape: tuple[int, int]) -> PixelWindow:
        """Return the window grown on every side and clipped to an image of this shape."""
        return PixelWindow(
            max(self.x1 - columns, 0),
            max(self.y1 - rows, 0),
            min(self.x2 + columns, shape[1]),
            min(self.y2 + rows, shape[0]),
        )


def find_window(box: BoundingBox, shape: tuple[int, int]) -> PixelWindow:
    """Return the box plus 10 % on every side (2 pixels at least), whole pixels, on the image."""
    dx = max(MARGIN * box.width, LEAST_MARGIN_PX)
    dy = max(MARGIN * box.height, LEAST_MARGIN_PX)
    # The tolerance keeps 12.000000001 from reaching for another pixel.
    window = PixelWindow(
        math.floor(box.x1 - dx + 1e-6),
        math.floor(box.y1 - dy + 1e-6),
        math.ceil(box.x2 + dx - 1e-6),
        math.ceil(box.y2 + dy - 1e-6),
    )
    return window.grown(0, 0, shape)
