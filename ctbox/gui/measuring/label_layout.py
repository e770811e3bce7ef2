"""Where measurements' texts stand: beside their shapes, off one another and off the boxes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainterPath

from ctbox.gui.viewer.tag_layout import move_inside, search_rows

GAP = 4.0
"""Points between a text and the shape it belongs to."""
_LEAST_LEADER = 3 * GAP
_SLIDES = (0.0, -0.7, 0.7, -1.4, 1.4)
# What a text would rather do than lie over something, in points of its way from the shape.
_OVER_BOX, _OVER_SHAPE, _OVER_TEXT = 160.0, 80.0, 4000.0
_LATER_SIDE = 1.0


@dataclass(frozen=True, slots=True)
class LabelWish:
    """A text to be placed.

    Parameters
    ----------
    frame : QRectF
        What it stands beside.
    anchors : tuple of QPointF
        The points of the shape furthest right, left, up and down: where a text on that side
        begins.
    shape : QPainterPath
        What is drawn, which no text should cover.
    size : QSizeF
        Its own size; empty for a shape without a text.
    """

    frame: QRectF
    anchors: tuple[QPointF, QPointF, QPointF, QPointF]
    shape: QPainterPath
    size: QSizeF


@dataclass(frozen=True, slots=True)
class Around:
    """What else is on the screen.

    Parameters
    ----------
    texts : tuple of QRectF
        What is written, and must stay readable.
    boxes : tuple of QRectF
        Boxes, with the lesions in them.
    """

    texts: tuple[QRectF, ...] = ()
    boxes: tuple[QRectF, ...] = ()


EMPTY = Around()


@dataclass(frozen=True, slots=True)
class LabelPlace:
    """Where a text stands.

    Parameters
    ----------
    rect : QRectF
        Its place; empty where there is no text.
    leader : QLineF or None
        From its shape to it, where it does not stand beside it.
    """

    rect: QRectF
    leader: QLineF | None = None


def lay_out_labels(
    wishes: Sequence[LabelWish], area: QRectF, around: Around = EMPTY
) -> list[LabelPlace]:
    """Return a place for each text, inside the area and clear of what else is there.

    Each takes the first free place right, left, above or below of its shape; then beside the
    boxes and shapes around that. Where nothing is free, it lies over what matters least: other
    texts stay readable before boxes stay clear, and these before lines.

    Parameters
    ----------
    wishes : sequence of LabelWish
        The shapes, those whose texts choose first at the front.
    area : QRectF
        What can be seen.
    around : Around
        What else is there.
    """
    shapes = [wish.shape for wish in wishes]
    placed: list[LabelPlace] = []
    for wish in wishes:
        if wish.size.isEmpty() or not _find_bounds(wish.shape).intersects(area):
            placed.append(LabelPlace(QRectF()))
            continue
        texts = (*around.texts, *(each.rect for each in placed if not each.rect.isEmpty()))
        rect = _find_place(wish, area, Around(texts, around.boxes), shapes)
        placed.append(LabelPlace(rect, _lead(wish, rect)))
    return placed


def _find_place(
    wish: LabelWish, area: QRectF, around: Around, shapes: Sequence[QPainterPath]
) -> QRectF:
    frames = _list_frames(wish, around, shapes)
    near = []
    for i, wanted in enumerate(_list_places(wish, frames)):
        rect = move_inside(wanted, area)
        moved = QLineF(wanted.topLeft(), rect.topLeft()).length()
        near.append((_measure_way(wish, rect) + moved + _LATER_SIDE * (i % 4), rect))
    near.sort(key=lambda pair: pair[0])
    best, least = near[0][1], math.inf
    for way, rect in near:
        if way >= least:
            break
        cost = way + _price(rect, around, shapes)
        if cost < least:
            best, least = rect, cost
    if least >= _OVER_TEXT:
        return search_rows(best, around.texts, area) or best
    return best


def _list_frames(wish: LabelWish, around: Around, shapes: Sequence[QPainterPath]) -> list[QRectF]:
    """Return what the text may stand beside: its shape, and that with what touches it."""
    width, height = wish.size.width(), wish.size.height()
    reach = wish.frame.adjusted(-width, -height, width, height)
    others = [*around.boxes, *around.texts, *map(_find_bounds, shapes)]
    near = [wish.frame.united(each) for each in others if each.intersects(reach)]
    whole = QRectF(wish.frame)
    for each in near:
        whole = whole.united(each)
    return [wish.frame, *near, whole]


def _list_places(wish: LabelWish, frames: Sequence[QRectF]) -> Iterator[QRectF]:
    """Yield places right, left, above and below of each frame, at the shape's own height first."""
    width, height = wish.size.width(), wish.size.height()
    right, left, top, bottom = wish.anchors
    for frame, slide in itertools.product(frames, _SLIDES):
        down, across = slide * height - height / 2, slide * width - width / 2
        for x, y in (
            (frame.right() + GAP, right.y() + down),
            (frame.left() - GAP - width, left.y() + down),
            (top.x() + across, frame.top() - GAP - height),
            (bottom.x() + across, frame.bottom() + GAP),
        ):
            yield QRectF(QPointF(x, y), wish.size)


def _price(rect: QRectF, around: Around, shapes: Sequence[QPainterPath]) -> float:
    texts = sum(rect.intersects(each) for each in around.texts)
    boxes = sum(rect.intersects(each) for each in around.boxes)
    lines = sum(shape.intersects(rect) for shape in shapes)
    return _OVER_TEXT * texts + _OVER_BOX * boxes + _OVER_SHAPE * lines


def _measure_way(wish: LabelWish, rect: QRectF) -> float:
    return min(QLineF(each, _find_nearest(rect, each)).length() for each in wish.anchors)


def _lead(wish: LabelWish, rect: QRectF) -> QLineF | None:
    lines = [QLineF(each, _find_nearest(rect, each)) for each in wish.anchors]
    leader = min(lines, key=QLineF.length)
    return leader if leader.length() > _LEAST_LEADER else None


def _find_bounds(shape: QPainterPath) -> QRectF:
    """Return where a shape lies; a level line gets a height, without which it would meet none."""
    return shape.boundingRect().adjusted(-1, -1, 1, 1)


def _find_nearest(rect: QRectF, point: QPointF) -> QPointF:
    return QPointF(
        min(max(point.x(), rect.left()), rect.right()),
        min(max(point.y(), rect.top()), rect.bottom()),
    )
