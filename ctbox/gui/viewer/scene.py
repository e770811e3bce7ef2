"""Everything that lies over a slice, as plain values ready to paint."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from ctbox.boxes import BoundingBox
from ctbox.gui.viewer.readout import IouReadout
from ctbox.model.attention import AttentionMap

Polyline = tuple[tuple[float, float], ...]


class BoxKind(enum.Enum):
    """Whose box it is; decides colour and line style."""

    EXPERT = "expert"
    DETECTION = "detection"
    MINE = "mine"
    PROPOSAL = "proposal"


@dataclass(frozen=True, slots=True)
class BoxMark:
    """One box with its tag.

    Parameters
    ----------
    box : BoundingBox
        In the slice's own pixels.
    kind : BoxKind
        Whose box it is.
    tag : str
        The text beside it, such as ``Expert A``.
    index : int
        Its place in the slice's list of that kind; the number of one of the reader's own.
    selected : bool
        Whether it is drawn as selected.
    """

    box: BoundingBox
    kind: BoxKind
    tag: str
    index: int = 0
    selected: bool = False


@dataclass(frozen=True, slots=True)
class EdgeTexts:
    """Orientation letters at the four edges; empty where unknown."""

    left: str = ""
    right: str = ""
    top: str = ""
    bottom: str = ""


@dataclass(frozen=True, slots=True)
class CornerTexts:
    """Lines in the four corners, from the corner inwards to the middle."""

    top_left: tuple[str, ...] = ()
    top_right: tuple[str, ...] = ()
    bottom_left: tuple[str, ...] = ()
    bottom_right: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AttentionMark:
    """A slice's attention map, ready to be drawn.

    Parameters
    ----------
    map : AttentionMap
        The map.
    opacity : float
        Of its brightest place, 0…1.
    columns, rows : int
        The slice's size: nothing is drawn beside it.
    """

    map: AttentionMap
    opacity: float
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class Scene:
    """All overlays of one slice.

    Parameters
    ----------
    boxes : tuple of BoxMark
        Expert's and predicted boxes.
    outlines : tuple of polylines
        Closed contours as (x, y) in pixel edges.
    corners : CornerTexts
        Corner lines.
    few_corners : CornerTexts or None
        The lines of them for a small viewer, where all would cover the image; None for all.
    edges : EdgeTexts
        Orientation letters.
    iou : IouReadout or None
        The IoU corner; None hides it.
    column_mm : float or None
        Width of a pixel for the scale bar; None where the spacing is unknown.
    message : str
        A sentence in the middle, for a slice that cannot be shown.
    attention : AttentionMark or None
        Where the model looked, if that is to be shown.
    """

    boxes: tuple[BoxMark, ...] = ()
    outlines: tuple[Polyline, ...] = ()
    corners: CornerTexts = CornerTexts()
    few_corners: CornerTexts | None = None
    edges: EdgeTexts = EdgeTexts()
    iou: IouReadout | None = None
    column_mm: float | None = None
    message: str = ""
    attention: AttentionMark | None = None


def find_box_at(boxes: Sequence[BoxMark], x: float, y: float, reach: float) -> BoxMark | None:
    """Return the box whose edge or tag-side a point touches, else the smallest that holds it.

    Parameters
    ----------
    boxes : sequence of BoxMark
        The boxes on the slice.
    x, y : float
        The point in pixel edges.
    reach : float
        How far from an edge still counts, in pixels.
    """
    boxes = boxes[::-1]  # what is painted last lies on top
    near = [mark for mark in boxes if _edge_distance(mark.box, x, y) <= reach]
    if near:
        return min(near, key=lambda mark: _edge_distance(mark.box, x, y))
    holding = [mark for mark in boxes if _holds(mark.box, x, y)]
    return min(holding, key=lambda mark: mark.box.area, default=None)


def _holds(box: BoundingBox, x: float, y: float) -> bool:
    return box.x1 <= x <= box.x2 and box.y1 <= y <= box.y2


def _edge_distance(box: BoundingBox, x: float, y: float) -> float:
    if _holds(box, x, y):
        return min(x - box.x1, box.x2 - x, y - box.y1, box.y2 - y)
    dx = max(box.x1 - x, 0.0, x - box.x2)
    dy = max(box.y1 - y, 0.0, y - box.y2)
    return float((dx**2 + dy**2) ** 0.5)


def choose_scale_bar(mm_per_point: float, available_points: float) -> tuple[float, float]:
    """Return the length of a scale bar in mm (1, 2 or 5 times a power of ten) and in points.

    Parameters
    ----------
    mm_per_point : float
        Millimetres a point of the screen stands for.
    available_points : float
        The bar is no longer than this.
    """
    limit = mm_per_point * available_points
    length = 0.1
    for candidate in (0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200):
        if candidate <= limit:
            length = float(candidate)
    return length, length / mm_per_point
