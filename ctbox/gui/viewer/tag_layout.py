"""Where the boxes' tags stand, so that each can be read and none lies over another."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF

GAP = 3.0
"""Points between a tag and its box, and at least between two tags."""


@dataclass(frozen=True, slots=True)
class TagWish:
    """A tag to be placed.

    Parameters
    ----------
    box : QRectF
        Its box on the screen.
    size : QSizeF
        Its own size.
    below, right : bool
        The corner of the box where it likes to stand best.
    """

    box: QRectF
    size: QSizeF
    below: bool = False
    right: bool = False


def lay_out_tags(
    wishes: Sequence[TagWish], area: QRectF, texts: Sequence[QRectF] = ()
) -> list[QRectF]:
    """Return a place for each tag, inside the area and clear of one another.

    Each takes its best free place: its own corner, the box's other corners, beside the box, then
    ever further away in rows above and below. Only where the area has no room left at all do
    tags lie over others.

    Parameters
    ----------
    wishes : sequence of TagWish
        The tags, those that matter most first.
    area : QRectF
        What can be seen.
    texts : sequence of QRectF
        What else is written there, and must stay readable.
    """
    placed: list[QRectF] = []
    for wish in wishes:
        around = [each.adjusted(-GAP, -GAP, GAP, GAP) for each in placed]
        placed.append(_find_place(wish, [*around, *texts], area))
    return placed


def _find_place(wish: TagWish, taken: Sequence[QRectF], area: QRectF) -> QRectF:
    first = None
    for corner in _list_corners(wish):
        place = move_inside(QRectF(corner, wish.size), area)
        first = first or place
        if not _hits(place, taken):
            return place
    best = first or QRectF(wish.box.topLeft(), wish.size)
    return search_rows(best, taken, area) or best


def _list_corners(wish: TagWish) -> list[QPointF]:
    """Return upper left corners of the tag, the liked ones first."""
    box, width, height = wish.box, wish.size.width(), wish.size.height()
    rows = [box.top() - height - GAP, box.bottom() + GAP]
    columns = [box.left(), box.right() - width]
    if wish.below:
        rows.reverse()
    if wish.right:
        columns.reverse()
    corners = [QPointF(x, y) for y in rows for x in columns]
    sides = [box.right() + GAP, box.left() - width - GAP]
    return corners + [QPointF(x, y) for x in sides for y in (box.top(), box.bottom() - height)]


def search_rows(start: QRectF, taken: Sequence[QRectF], area: QRectF) -> QRectF | None:
    """Return the nearest free place on rows above and below, and columns beside."""
    down, across = start.height() + GAP, start.width() + GAP
    grid = _sort_grid(int(area.width() / across) + 1, int(area.height() / down) + 1)
    for columns, rows in grid:
        place = start.translated(columns * across, rows * down)
        if not _hits(place, taken) and area.contains(place):
            return place
    return None


@functools.lru_cache(maxsize=64)
def _sort_grid(columns: int, rows: int) -> tuple[tuple[int, int], ...]:
    """Return steps across and down, the nearest first; a step across is as wide as four down."""
    steps = [(x, y) for x in range(-columns, columns + 1) for y in range(-rows, rows + 1)]
    return tuple(sorted(steps, key=lambda step: 4 * abs(step[0]) + abs(step[1])))


def _hits(place: QRectF, taken: Sequence[QRectF]) -> bool:
    return any(place.intersects(each) for each in taken)


def move_inside(rect: QRectF, area: QRectF) -> QRectF:
    """Return the rectangle on whole points, moved so that it lies in the area as far as it fits."""
    left = max(math.floor(min(rect.left(), area.right() - rect.width())), area.left())
    top = max(math.floor(min(rect.top(), area.bottom() - rect.height())), area.top())
    return QRectF(QPointF(left, top), rect.size())
