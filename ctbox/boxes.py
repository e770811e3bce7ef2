"""Bounding boxes on a slice and the arithmetic between them.

A box is x1, y1, x2, y2 in pixels: x is the column, y the row, and the numbers are pixel
*edges*, so that width is ``x2 - x1`` and IoU has no "+1". Arrays of boxes are float (N, 4).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BoundingBox:
    """An axis-aligned box on one slice, in pixel edges.

    Parameters
    ----------
    x1, y1, x2, y2 : float
        Left, upper, right and lower edge in pixels.

    Raises
    ------
    ValueError
        If a coordinate is not finite, or the edges are in the wrong order.
    """

    x1: float
    y1: float
    x2: float
    y2: float

    def __post_init__(self) -> None:
        if not all(math.isfinite(value) for value in self.as_tuple()):
            raise ValueError(f"A box needs finite coordinates, got {self.as_tuple()}.")
        if self.x2 < self.x1 or self.y2 < self.y1:
            raise ValueError(f"A box needs x1 <= x2 and y1 <= y2, got {self.as_tuple()}.")

    @property
    def width(self) -> float:
        """Width in pixels."""
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        """Height in pixels."""
        return self.y2 - self.y1

    @property
    def area(self) -> float:
        """Area in pixels squared."""
        return self.width * self.height

    @property
    def centre(self) -> tuple[float, float]:
        """Centre as (x, y)."""
        return (self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2

    @property
    def is_degenerate(self) -> bool:
        """Whether the box has no area."""
        return self.area <= 0

    def as_tuple(self) -> tuple[float, float, float, float]:
        """Return (x1, y1, x2, y2)."""
        return self.x1, self.y1, self.x2, self.y2

    def clipped(self, width: float, height: float) -> BoundingBox:
        """Return the part of the box that lies on an image of this size."""
        x1, x2 = (min(max(value, 0.0), width) for value in (self.x1, self.x2))
        y1, y2 = (min(max(value, 0.0), height) for value in (self.y1, self.y2))
        return BoundingBox(x1, y1, x2, y2)

    def expanded(self, fraction: float) -> BoundingBox:
        """Return the box grown on every side by this fraction of its width and height."""
        dx, dy = self.width * fraction, self.height * fraction
        return BoundingBox(self.x1 - dx, self.y1 - dy, self.x2 + dx, self.y2 + dy)

    def iou(self, other: BoundingBox) -> float:
        """Return the intersection over union with another box."""
        return float(compute_iou([self.as_tuple()], [other.as_tuple()])[0, 0])


def as_box_array(boxes: Sequence[BoundingBox] | ArrayLike) -> FloatArray:
    """Return boxes as a float64 array (N, 4); an empty input gives shape (0, 4).

    Raises
    ------
    ValueError
        If the input is not N boxes of four coordinates.
    """
    if isinstance(boxes, Sequence):
        boxes = [b.as_tuple() if isinstance(b, BoundingBox) else b for b in boxes]
    array = np.asarray(boxes, dtype=np.float64)
    if array.size == 0:
        return array.reshape(0, 4)
    if array.ndim != 2 or array.shape[1] != 4:
        raise ValueError(f"Boxes must have shape (N, 4), got {array.shape}.")
    return array


def compute_area(boxes_xyxy: ArrayLike) -> FloatArray:
    """Return the areas (N,) of boxes (N, 4)."""
    boxes = as_box_array(boxes_xyxy)
    sides = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None)
    return np.asarray(sides[:, 0] * sides[:, 1])


def _compute_overlap(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    sides = np.clip(high - low, 0, None)
    intersection = sides[..., 0] * sides[..., 1]
    union = compute_area(a)[:, None] + compute_area(b)[None, :] - intersection
    return intersection, union


def compute_iou(a_xyxy: ArrayLike, b_xyxy: ArrayLike) -> FloatArray:
    """Return the intersection over union of every pair of boxes.

    Parameters
    ----------
    a_xyxy, b_xyxy : array_like
        Boxes (N, 4) and (M, 4).

    Returns
    -------
    ndarray
        IoU (N, M) in 0…1; 0 where both boxes have no area.
    """
    intersection, union = _compute_overlap(as_box_array(a_xyxy), as_box_array(b_xyxy))
    return np.divide(intersection, union, out=np.zeros_like(union), where=union > 0)


def compute_giou(a_xyxy: ArrayLike, b_xyxy: ArrayLike) -> FloatArray:
    """Return the generalised IoU (N, M) in −1…1 of every pair (Rezatofighi et al., 2019)."""
    a, b = as_box_array(a_xyxy), as_box_array(b_xyxy)
    intersection, union = _compute_overlap(a, b)
    iou = np.divide(intersection, union, out=np.zeros_like(union), where=union > 0)
    low = np.minimum(a[:, None, :2], b[None, :, :2])
    high = np.maximum(a[:, None, 2:], b[None, :, 2:])
    hull = (high - low)[..., 0] * (high - low)[..., 1]
    slack = np.divide(hull - union, hull, out=np.zeros_like(hull), where=hull > 0)
    return np.asarray(iou - slack)


def clip_boxes(boxes_xyxy: ArrayLike, width: float, height: float) -> FloatArray:
    """Return boxes (N, 4) clipped to an image of this width and height."""
    boxes = as_box_array(boxes_xyxy)
    return np.clip(boxes, 0.0, np.array([width, height, width, height], dtype=np.float64))


def apply_nms(boxes_xyxy: ArrayLike, scores: ArrayLike, iou_threshold: float) -> NDArray[np.int64]:
    """Return the indices of boxes that greedy non-maximum suppression keeps, best first.

    Parameters
    ----------
    boxes_xyxy : array_like
        Boxes (N, 4).
    scores : array_like
        Scores (N,); ties keep the earlier box.
    iou_threshold : float
        A box whose IoU with a kept one is above this is dropped.
    """
    boxes = as_box_array(boxes_xyxy)
    order = np.argsort(-np.asarray(scores, dtype=np.float64), kind="stable")
    iou = compute_iou(boxes, boxes)
    kept: list[int] = []
    for index in order:
        if all(iou[index, other] <= iou_threshold for other in kept):
            kept.append(int(index))
    return np.array(kept, dtype=np.int64)
