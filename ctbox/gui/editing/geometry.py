"""What a drag makes of a box: pure arithmetic in the slice's pixels, on whole pixels."""

from __future__ import annotations

from ctbox.boxes import BoundingBox
from ctbox.gui.viewer.box_frame import Handle

LEAST_SIDE_PX = 1.0


def snap_box(box: BoundingBox, width: int, height: int) -> BoundingBox:
    """Return a box as VOC's integers: clipped to the image, rounded half to even."""
    clipped = box.clipped(width, height)
    return BoundingBox(*(float(round(edge)) for edge in clipped.as_tuple()))


def span_box(
    start: tuple[float, float], end: tuple[float, float], size: tuple[int, int]
) -> BoundingBox | None:
    """Return the box between two points; None where it has no area on the image.

    Parameters
    ----------
    start, end : tuple of float
        x and y of opposite corners, in any order.
    size : tuple of int
        Columns and rows of the image.
    """
    (x1, x2), (y1, y2) = (sorted(pair) for pair in zip(start, end, strict=True))
    box = snap_box(BoundingBox(x1, y1, x2, y2), *size)
    return None if box.is_degenerate else box


def shift_box(box: BoundingBox, dx: float, dy: float, size: tuple[int, int]) -> BoundingBox:
    """Return a box moved by whole pixels, as far as the image goes."""
    width, height = size
    dx = _limit(round(dx), -box.x1, width - box.x2)
    dy = _limit(round(dy), -box.y1, height - box.y2)
    return BoundingBox(box.x1 + dx, box.y1 + dy, box.x2 + dx, box.y2 + dy)


def _limit(step: float, least: float, most: float) -> float:
    # A box that hangs over an edge already may come back, but go no further.
    return min(max(step, min(least, 0.0)), max(most, 0.0))


def pull_handle(
    box: BoundingBox, handle: Handle, to: tuple[float, float], size: tuple[int, int]
) -> BoundingBox:
    """Return a box with the handle's edges at a point; past the far edge the box turns over.

    Edges that the handle does not hold stay as they are, to the last fraction.
    """
    pull_x, pull_y = handle.value
    x1, x2 = _pull(box.x1, box.x2, pull_x, to[0], size[0])
    y1, y2 = _pull(box.y1, box.y2, pull_y, to[1], size[1])
    return BoundingBox(x1, y1, x2, y2)


def _pull(low: float, high: float, pull: int, to: float, limit: int) -> tuple[float, float]:
    if pull == 0:
        return low, high
    fixed, old = (high, low) if pull < 0 else (low, high)
    new = float(round(min(max(to, 0.0), float(limit))))
    if abs(new - fixed) < LEAST_SIDE_PX:
        side = 1.0 if old >= fixed else -1.0
        new = fixed + side * LEAST_SIDE_PX
        if not 0.0 <= new <= limit:
            new = fixed - side * LEAST_SIDE_PX
    return min(fixed, new), max(fixed, new)
