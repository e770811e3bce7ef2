"""Lesions as linked along z, told in the patient's millimetres and the slices' boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import BoundingBox, FloatArray, clip_boxes, compute_area
from ctbox.model.decoding import Candidates
from ctbox.model.detection import Detection
from ctbox.model.geometry import VolumeGeometry
from ctbox.model.lesions import LinkedLesion

CORE_SHARE = 0.5
"""Slices scoring less than this share of the best one are not counted to a lesion's extent."""


@dataclass(frozen=True, slots=True)
class VolumeLesion:
    """Detections of neighbouring slices that belong together.

    Parameters
    ----------
    box_mm : tuple of float
        x1, y1, z1, x2, y2, z2: the hull in the patient's system (LPS), mm.
    score : float
        In 0…1.
    indices : tuple of int
        Its slices, in the order of the volume.
    detections : tuple of Detection
        Its box on each of them; the same as among the slice's own.
    """

    box_mm: tuple[float, float, float, float, float, float]
    score: float
    indices: tuple[int, ...]
    detections: tuple[Detection, ...]


def build_boxes(found: Candidates, size: tuple[int, int]) -> tuple[Detection, ...]:
    """Return boxes of slice pixels as detections, clipped to a slice of (columns, rows)."""
    boxes = clip_boxes(found.boxes_xyxy, *size)
    return tuple(
        Detection(BoundingBox(*(float(v) for v in box)), float(score))
        for box, score in zip(boxes, found.scores, strict=True)
    )


def build_lesions(
    linked: Sequence[LinkedLesion],
    geometry: VolumeGeometry,
    size: tuple[int, int],
    threshold: float,
) -> list[VolumeLesion]:
    """Return the lesions that show on some slice.

    Parameters
    ----------
    linked : sequence of LinkedLesion
        Best first.
    geometry : VolumeGeometry
        Where the slices lie.
    size : tuple of int
        Columns and rows of a slice.
    threshold : float
        Slice boxes with a lower score are not shown, and do not count to a lesion.
    """
    shown = [_drop_hidden(one, size, threshold) for one in linked]
    return [_build_lesion(one, geometry, size) for one in shown if one.indices]


def _drop_hidden(lesion: LinkedLesion, size: tuple[int, int], threshold: float) -> LinkedLesion:
    """Return a lesion without the slices whose boxes are not shown."""
    shown = compute_area(clip_boxes(lesion.boxes_xyxy, *size)) > 0
    return _pick_members(lesion, np.flatnonzero((lesion.scores >= threshold) & shown))


def _pick_members(lesion: LinkedLesion, kept: NDArray[np.int64]) -> LinkedLesion:
    indices = tuple(lesion.indices[i] for i in kept)
    return LinkedLesion(indices, lesion.boxes_xyxy[kept], lesion.scores[kept], lesion.score)


def _build_lesion(
    lesion: LinkedLesion, geometry: VolumeGeometry, size: tuple[int, int]
) -> VolumeLesion:
    core = _pick_members(lesion, np.arange(len(lesion.indices))[find_core(lesion.scores)])
    corners = np.concatenate(
        [
            _to_patient(box, index, geometry)
            for index, box in zip(core.indices, core.boxes_xyxy, strict=True)
        ]
    )
    half = np.abs(_compute_normal(geometry)) * geometry.slice_spacing_mm / 2
    low, high = corners.min(axis=0) - half, corners.max(axis=0) + half
    box_mm = (*(float(v) for v in low), *(float(v) for v in high))
    detections = build_boxes(Candidates(core.boxes_xyxy, core.scores), size)
    return VolumeLesion(box_mm, lesion.score, core.indices, detections)  # type: ignore[arg-type]


def find_core(scores: NDArray[np.float64]) -> slice:
    """Return the run of slices around the best one that score at least half as much.

    Chains go on along vessels and the mediastinum with faint boxes. Those stay on their slices,
    with their scores, but do not belong to what is called the lesion.
    """
    best = int(np.argmax(scores))
    faint = np.flatnonzero(scores < CORE_SHARE * scores[best])
    first = int(faint[faint < best].max(initial=-1)) + 1
    last = int(faint[faint > best].min(initial=len(scores)))
    return slice(first, last)


def _compute_normal(geometry: VolumeGeometry) -> FloatArray:
    orientation = np.asarray(geometry.image_orientation, dtype=np.float64)
    return np.asarray(np.cross(orientation[:3], orientation[3:]))


def _to_patient(box: FloatArray, index: int, geometry: VolumeGeometry) -> FloatArray:
    """Return the box's corners (4, 3) in the patient's system (PS3.3 C.7.6.2.1.1)."""
    orientation = np.asarray(geometry.image_orientation, dtype=np.float64)
    row_mm, column_mm = geometry.pixel_spacing_mm
    x1, y1, x2, y2 = box
    # A pixel's centre is half a pixel inside its edges.
    columns = (np.array([x1, x2, x1, x2]) - 0.5) * column_mm
    rows = (np.array([y1, y1, y2, y2]) - 0.5) * row_mm
    origin = np.asarray(geometry.get_image_position(index), dtype=np.float64)
    return np.asarray(origin + columns[:, None] * orientation[:3] + rows[:, None] * orientation[3:])
