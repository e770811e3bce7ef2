"""Slices with both boxes, and the thesis's five pictures of one slice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import BoundingBox
from ctbox.evaluation.reporting.drawing import EXPERT_COLOR, PREDICTED_COLOR, Picture, draw
from ctbox.imaging.outline import Outline, compute_outline
from ctbox.imaging.overlay import crop_box, scale_sobel_to_uint8

_LOW_HU, _HIGH_HU = -1400.0, 0.0
_REGION_SHARE = 1.0
_TILES = ("Slice", "Expert's box", "Predicted box", "Zoom", "Sobel outline")
Box = Sequence[float]


@dataclass(frozen=True, slots=True, eq=False)
class PicturedSlice:
    """One slice to show.

    Parameters
    ----------
    sop_instance_uid, patient_id : str
        Which slice of whom.
    hu : ndarray
        (rows, columns).
    pixel_spacing_mm : tuple of float or None
        Row and column spacing.
    expert_boxes : sequence
        The expert's boxes, xyxy.
    top_box : sequence or None
        The surest predicted box.
    iou : float or None
        Of the surest box.
    """

    sop_instance_uid: str
    patient_id: str
    hu: NDArray[np.generic]
    pixel_spacing_mm: tuple[float, float] | None
    expert_boxes: Sequence[Box]
    top_box: Box | None
    iou: float | None

    @property
    def told_iou(self) -> str:
        """The IoU in words."""
        return "no expert's box" if self.iou is None else f"IoU {self.iou:.2f}"


def draw_slice(shown: PicturedSlice, name: str, title: str) -> Picture:
    """Return the whole slice in the lung window with both boxes."""

    def paint(figure: Any) -> None:
        figure.set_layout_engine(None)
        _add_boxes(_paint_image(figure.add_axes((0, 0, 1, 1)), shown.hu), shown)

    rows, columns = shown.hu.shape[:2]
    size = (2.7, 2.7 * rows / columns)
    return draw(name, title, f"{title}: {_describe(shown)}", size, paint)


def draw_panel(shown: PicturedSlice, name: str) -> Picture:
    """Return five pictures: slice, expert's box, predicted box, zoom, and Sobel outline.

    Zoom and outline are of the predicted box, or of the expert's where nothing was predicted.
    """
    expert = max(shown.expert_boxes, key=_get_area, default=None)
    focus = shown.top_box if shown.top_box is not None else expert
    outline = None
    if focus is not None:
        outline = compute_outline(shown.hu, _as_box(focus), shown.pixel_spacing_mm)
    title = f"{shown.patient_id}, {shown.told_iou}"

    def paint(figure: Any) -> None:
        figure.set_layout_engine(None)
        slice_, left, right, zoom, sobel = (_add_tile(figure, place) for place in range(5))
        _add_boxes(_paint_image(slice_, shown.hu), shown)
        _paint_region(left, shown.hu, expert, EXPERT_COLOR)
        _paint_region(right, shown.hu, shown.top_box, PREDICTED_COLOR)
        _paint_zoom(zoom, shown.hu, focus)
        _paint_outline(sobel, outline)

    alt = (
        f"Five pictures of one slice: {_describe(shown)} Slice, expert's box, predicted box, "
        f"zoom, and Sobel outline{_describe_outline(outline)}."
    )
    return draw(name, title, alt, (10.0, 2.35), paint)


def _describe(shown: PicturedSlice) -> str:
    expert = len(shown.expert_boxes)
    return (
        f"patient {shown.patient_id}, slice {shown.sop_instance_uid}, "
        f"{expert} expert's box{'' if expert == 1 else 'es'} (solid green), "
        f"{'one' if shown.top_box is not None else 'no'} predicted box (dashed orange), "
        f"{shown.told_iou}."
    )


def _describe_outline(outline: Outline | None) -> str:
    if outline is None or not outline.is_found:
        return " (none was found)"
    return "" if outline.long_axis_mm is None else f", long axis {outline.long_axis_mm:.0f} mm"


def _get_area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _as_box(box: Box) -> BoundingBox:
    x1, y1, x2, y2 = (float(value) for value in box)
    return BoundingBox(x1, y1, x2, y2)


def _add_tile(figure: Any, place: int) -> Any:
    count = len(_TILES)
    axes = figure.add_axes(((place + 0.02) / count, 0.01, 0.96 / count, 0.87))
    axes.set_title(_TILES[place], fontsize=8)
    axes.set_anchor("N")
    axes.set_axis_off()
    return axes


def _paint_image(axes: Any, hu: NDArray[np.generic]) -> Any:
    rows, width = hu.shape[:2]
    # Pixel edges are whole numbers, as in the boxes.
    axes.imshow(
        hu, cmap="gray", vmin=_LOW_HU, vmax=_HIGH_HU, extent=(0, width, rows, 0),
        interpolation="nearest",
    )  # fmt: skip
    axes.set_axis_off()
    return axes


def _add_boxes(axes: Any, shown: PicturedSlice) -> None:
    for box in shown.expert_boxes:
        _add_rectangle(axes, box, EXPERT_COLOR, "-")
    if shown.top_box is not None:
        _add_rectangle(axes, shown.top_box, PREDICTED_COLOR, "--")


def _add_rectangle(axes: Any, box: Box, color: str, style: str) -> None:
    from matplotlib.patches import Rectangle

    x1, y1, x2, y2 = box
    axes.add_patch(
        Rectangle(
            (x1, y1), x2 - x1, y2 - y1, fill=False, color=color, linewidth=1.5, linestyle=style
        )
    )


def _paint_region(axes: Any, hu: NDArray[np.generic], box: Box | None, color: str) -> None:
    if box is None:
        _paint_nothing(axes)
        return
    crop, (left, top) = crop_box(hu, _as_box(box), _REGION_SHARE)
    moved = (box[0] - left, box[1] - top, box[2] - left, box[3] - top)
    _add_rectangle(_paint_image(axes, crop), moved, color, "-" if color == EXPERT_COLOR else "--")


def _paint_zoom(axes: Any, hu: NDArray[np.generic], box: Box | None) -> None:
    crop = None if box is None else crop_box(hu, _as_box(box))[0]
    if crop is None or not crop.size:
        _paint_nothing(axes)
        return
    _paint_image(axes, crop)


def _paint_outline(axes: Any, outline: Outline | None) -> None:
    if outline is None or not outline.gradient.size:
        _paint_nothing(axes)
        return
    rows, columns = outline.gradient.shape
    picture = scale_sobel_to_uint8(outline.gradient)
    axes.imshow(picture, cmap="gray", extent=(0, columns, rows, 0), interpolation="nearest")
    left, top = outline.offset
    if outline.is_found:
        axes.plot(
            outline.contour[:, 0] - left, outline.contour[:, 1] - top,
            color=PREDICTED_COLOR, linewidth=1.4,
        )  # fmt: skip


def _paint_nothing(axes: Any) -> None:
    axes.text(0.5, 0.5, "none", ha="center", va="center", fontsize=8, transform=axes.transAxes)
