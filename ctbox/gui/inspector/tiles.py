"""The five pictures of the thesis as plain values: what each shows, or why it shows nothing."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import BoundingBox
from ctbox.gui.inspector.state import BoxPair, InspectedSlice, OutlinePair
from ctbox.gui.sentences import say
from ctbox.gui.translation import mark, tr
from ctbox.gui.viewer.readout import describe_annotation, describe_detection
from ctbox.gui.viewer.scene import BoxKind

if TYPE_CHECKING:
    from ctbox.imaging.outline import Outline

Line = tuple[tuple[float, float], tuple[float, float]]

_CONTEXT = 2.2
_LEAST_CONTEXT_PX = 72.0
_SOBEL_PERCENTILE = 99.5


class TileKind(enum.Enum):
    """The five pictures, in the thesis's order; the value is the caption."""

    SLICE = mark("Slice")
    EXPERT_AREA = mark("Expert's area")
    PREDICTED_AREA = mark("Predicted area")
    PREDICTED_ZOOM = mark("Predicted box, zoomed")
    OUTLINE = mark("Sobel outline")


@dataclass(frozen=True, slots=True)
class TileBox:
    """A box in a picture, with its tag."""

    box: BoundingBox
    kind: BoxKind
    tag: str


@dataclass(frozen=True, eq=False)
class Tile:
    """One picture.

    Parameters
    ----------
    kind : TileKind
        Which of the five.
    crop : BoundingBox or None
        The part of the slice it shows, in pixel edges; None shows the message alone.
    message : str
        Why there is no picture, or what is lacking in it.
    boxes : tuple of TileBox
        Boxes to draw.
    bright : BoundingBox or None
        What is outside this box is darkened.
    outline : Outline or None
        Contour and axes to draw.
    gray : ndarray or None
        A picture uint8 (rows, columns) of the crop in place of the slice's own.
    description : str
        The picture in words, for screen readers and the tooltip.
    """

    kind: TileKind
    crop: BoundingBox | None = None
    message: str = ""
    boxes: tuple[TileBox, ...] = ()
    bright: BoundingBox | None = None
    outline: Outline | None = None
    gray: NDArray[np.uint8] | None = None
    description: str = ""


@dataclass(frozen=True, eq=False)
class TileInput:
    """Everything the pictures are made from.

    Parameters
    ----------
    shown : InspectedSlice
        The slice.
    pair : BoxPair
        The boxes the pictures are of.
    outlines : OutlinePair or None
        Their outlines; None while they are being computed.
    raw_sobel : bool
        Whether the fifth picture is the raw Sobel picture.
    """

    shown: InspectedSlice
    pair: BoxPair
    outlines: OutlinePair | None = None
    raw_sobel: bool = False

    @property
    def expert(self) -> TileBox | None:
        """The expert's box of the pair."""
        if self.pair.annotation is None:
            return None
        annotation = self.shown.annotations[self.pair.annotation]
        return TileBox(annotation.box, BoxKind.EXPERT, describe_annotation(annotation))

    @property
    def predicted(self) -> TileBox | None:
        """The predicted box of the pair."""
        if self.pair.detection is None or self.shown.detections is None:
            return None
        detection = self.shown.detections[self.pair.detection]
        return TileBox(detection.box, BoxKind.DETECTION, describe_detection(detection))

    @property
    def image(self) -> BoundingBox:
        """The whole slice."""
        if self.shown.pixels is None:
            return BoundingBox(0, 0, 0, 0)
        rows, columns = self.shown.pixels.shape[:2]
        return BoundingBox(0, 0, columns, rows)


def build_tiles(source: TileInput) -> tuple[Tile, ...]:
    """Return the five pictures, in order."""
    if source.shown.pixels is None:
        return tuple(Tile(kind, message=tr("Loading…")) for kind in TileKind)
    return (
        _build_slice(source),
        _build_area(source, TileKind.EXPERT_AREA, source.expert),
        _build_area(source, TileKind.PREDICTED_AREA, source.predicted),
        _build_zoom(source),
        _build_outline(source),
    )


def _build_slice(source: TileInput) -> Tile:
    boxes = tuple(box for box in (source.expert, source.predicted) if box is not None)
    tags = tr(" and ").join(box.tag for box in boxes) or tr("no boxes")
    return Tile(
        TileKind.SLICE,
        source.image,
        boxes=boxes,
        description=tr("The whole slice with {tags}.").format(tags=tags),
    )


def _build_area(source: TileInput, kind: TileKind, box: TileBox | None) -> Tile:
    if box is None:
        return Tile(kind, message=_explain_missing(source, kind))
    crop = find_context(source)
    if box.box.is_degenerate:
        return Tile(
            kind, crop, tr("The box has no area."), (box,), description=tr("A box without area.")
        )
    description = tr("{tag}, {width:.0f} × {height:.0f} pixels.").format(
        tag=box.tag, width=box.box.width, height=box.box.height
    )
    return Tile(kind, crop, boxes=(box,), bright=box.box, description=description)


def _build_zoom(source: TileInput) -> Tile:
    kind, box = TileKind.PREDICTED_ZOOM, source.predicted
    if box is None:
        return Tile(kind, message=_explain_missing(source, TileKind.PREDICTED_AREA))
    crop = box.box.clipped(source.image.width, source.image.height)
    if crop.is_degenerate:
        return Tile(kind, message=tr("The predicted box has no area on the image."))
    return Tile(kind, crop, description=tr("The pixels of {tag}, enlarged.").format(tag=box.tag))


def _build_outline(source: TileInput) -> Tile:
    kind = TileKind.OUTLINE
    if source.shown.is_color:
        return Tile(kind, message=tr("A colour image holds no HU to outline."))
    if source.predicted is None and source.expert is None:
        return Tile(kind, message=tr("No box to outline."))
    if source.outlines is None or source.outlines.shown is None:
        return Tile(kind, message=tr("Outlining…"))
    outline = source.outlines.shown
    whose = tr("expert's box") if source.predicted is None else tr("predicted box")
    crop = outline.window
    if crop.is_degenerate:
        return Tile(kind, message=say(outline.reason or "") or tr("No outline."))
    if source.raw_sobel:
        gray = scale_gradient(outline.gradient)
        return Tile(
            kind,
            crop,
            gray=gray,
            description=tr("Raw Sobel picture of the {whose}.").format(whose=whose),
        )
    if not outline.is_found:
        message = tr("No outline. {reason}").format(reason=say(outline.reason or "")).strip()
        return Tile(kind, crop, message, description=message)
    cut = tr(" It may be cut off at the box's edge.") if outline.touches_box_edge else ""
    description = tr("Outline within the {whose}, with long and short axis.{cut}").format(
        whose=whose, cut=cut
    )
    return Tile(kind, crop, outline=outline, description=description)


def _explain_missing(source: TileInput, kind: TileKind) -> str:
    if source.shown.expert_hidden:
        return tr("Hidden until you reveal the AI.")
    if kind is TileKind.EXPERT_AREA:
        if source.shown.annotations:
            return tr("No expert's box overlaps the selected one.")
        return tr("No annotation on this slice.")
    if source.shown.ai_hidden:
        return tr("Hidden until you reveal the AI.")
    if source.shown.detections is None:
        return tr("Not predicted yet.")
    if source.shown.detections:
        return tr("No predicted box overlaps the selected one.")
    return tr("Nothing was detected on this slice.")


def find_context(source: TileInput) -> BoundingBox:
    """Return a part of the slice, square in millimetres, that holds both boxes and surroundings.

    The two area pictures share it, so that they can be compared by eye.
    """
    boxes = [box.box for box in (source.expert, source.predicted) if box is not None]
    x1, y1 = min(box.x1 for box in boxes), min(box.y1 for box in boxes)
    x2, y2 = max(box.x2 for box in boxes), max(box.y2 for box in boxes)
    row_mm, column_mm = source.shown.pixel_spacing_mm or (1.0, 1.0)
    stretch = row_mm / column_mm
    side = max(_CONTEXT * max(x2 - x1, (y2 - y1) * stretch), _LEAST_CONTEXT_PX)
    left, right = _place(side, (x1 + x2) / 2, source.image.width)
    top, bottom = _place(side / stretch, (y1 + y2) / 2, source.image.height)
    return BoundingBox(left, top, right, bottom)


def _place(side: float, centre: float, limit: float) -> tuple[float, float]:
    """Return a stretch of this length about a centre, moved so that it lies on the image."""
    side = min(side, limit)
    start = min(max(centre - side / 2, 0.0), limit - side)
    return start, start + side


def scale_gradient(gradient: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return a gradient picture as grey values 0…255, its brightest half per cent white."""
    top = float(np.percentile(gradient, _SOBEL_PERCENTILE)) if gradient.size else 0.0
    if top <= 0:
        return np.zeros(gradient.shape, dtype=np.uint8)
    return np.asarray(np.clip(gradient / top * 255.0, 0, 255).astype(np.uint8))
