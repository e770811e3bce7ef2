"""Run a trained model over slices and volumes: boxes per slice, lesions per volume."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import BoundingBox, FloatArray, clip_boxes
from ctbox.errors import CheckpointError
from ctbox.model.baseline_inference import BaselinePredictor
from ctbox.model.card import ModelCard
from ctbox.model.checkpoint import load_checkpoint
from ctbox.model.config import DETECTOR, SIMPLE_CANCER_CNN
from ctbox.model.decoding import Candidates
from ctbox.model.detection import Detection
from ctbox.model.devices import ComputeDevice, choose_device
from ctbox.model.geometry import VolumeGeometry
from ctbox.model.lesions import LinkedLesion
from ctbox.model.lung_inference import LungPredictor
from ctbox.progress import TaskContext

CORE_SHARE = 0.5
"""Slices scoring less than this share of the best one are not counted to a lesion's extent."""

__all__ = ["Detector", "VolumeDetections", "VolumeGeometry", "VolumeLesion"]


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
    """

    box_mm: tuple[float, float, float, float, float, float]
    score: float
    indices: tuple[int, ...]


@dataclass(frozen=True)
class VolumeDetections:
    """What a model says of a volume.

    Parameters
    ----------
    slices : list of tuple of Detection
        One entry per requested slice, in the order asked for; best first.
    lesions : list of VolumeLesion
        Best first; only where the whole volume was looked at.
    """

    slices: list[tuple[Detection, ...]]
    lesions: list[VolumeLesion]


class Predictor(Protocol):
    """One architecture's way from voxels to boxes."""

    def predict(
        self,
        hu: NDArray[np.generic],
        geometry: VolumeGeometry,
        indices: Sequence[int] | None,
        ctx: TaskContext,
    ) -> tuple[dict[int, Candidates], list[LinkedLesion]]:
        """Return boxes in slice pixels per slice asked for (None: all), and lesions if all."""
        ...


class Detector:
    """A trained model, ready to predict.

    Parameters
    ----------
    predictor : Predictor
        The architecture's own part.
    card : ModelCard
        What the model says of itself.
    compute : ComputeDevice
        Where it runs.
    """

    def __init__(self, predictor: Predictor, card: ModelCard, compute: ComputeDevice) -> None:
        self._predictor = predictor
        self.card = card
        self._compute = compute

    @classmethod
    def load(cls, reference: str | Path | None = None, device: str = "auto") -> Detector:
        """Load a model by name or folder; None is the shipped default.

        Raises
        ------
        CheckpointError
            If it is missing, damaged, or of an unknown architecture.
        DeviceError
            If the device that was asked for can't be used.
        """
        state, card = load_checkpoint(reference)
        compute = choose_device(device)
        if card.architecture == DETECTOR:
            predictor: Predictor = LungPredictor.build(state, card, compute.device)
        elif card.architecture == SIMPLE_CANCER_CNN:
            predictor = BaselinePredictor.build(state, card, compute.device)
        else:
            raise CheckpointError(
                f"The model's architecture '{card.architecture}' is unknown to this ctbox.",
                "Install the ctbox that made it, or choose another model.",
                card.name,
            )
        return cls(predictor, card, compute)

    @property
    def device_label(self) -> str:
        """Where it runs, for the user: "CPU" or "GPU: name"."""
        return self._compute.label

    @property
    def device_fallback_reason(self) -> str:
        """Why a GPU that seemed to be there is not used; empty otherwise."""
        return self._compute.fallback_reason

    @property
    def threshold(self) -> float:
        """Least score of a returned detection, from the card."""
        return self.card.threshold

    def predict_volume(
        self,
        hu: NDArray[np.generic],
        geometry: VolumeGeometry,
        indices: Sequence[int] | None = None,
        ctx: TaskContext | None = None,
        threshold: float | None = None,
    ) -> VolumeDetections:
        """Predict boxes on slices of a volume, and lesions on a whole one.

        Parameters
        ----------
        hu : ndarray
            (n, rows, columns), HU.
        geometry : VolumeGeometry
            Where the voxels lie.
        indices : sequence of int, optional
            Only these slices, looked at with what they need of their neighbours; their boxes
            are then not linked. None takes all.
        ctx : TaskContext, optional
            Asked to stop before every batch; gets `Progress`.
        threshold : float, optional
            Least score to return; the card's by default.

        Raises
        ------
        ValueError
            If volume, geometry and indices don't fit each other.
        TaskCancelledError
            If cancelled.
        """
        _check_shapes(hu, geometry, indices)
        whole = indices is None
        wanted = list(range(len(hu))) if indices is None else [int(i) for i in indices]
        least = self.threshold if threshold is None else threshold
        found, lesions = self._predictor.predict(
            hu, geometry, None if whole else wanted, ctx or TaskContext()
        )
        size = (hu.shape[2], hu.shape[1])
        slices = [_build_detections(found[index], size, least) for index in wanted]
        sure = [_drop_faint(one, least) for one in lesions]
        kept = [_build_lesion(one, geometry) for one in sure if one.indices]
        return VolumeDetections(slices, kept)


def _check_shapes(
    hu: NDArray[np.generic], geometry: VolumeGeometry, indices: Sequence[int] | None
) -> None:
    if hu.ndim != 3:
        raise ValueError(f"A volume must be (n, rows, columns), got shape {hu.shape}.")
    if len(geometry.positions_mm) != len(hu):
        raise ValueError(f"{len(hu)} slices, but {len(geometry.positions_mm)} positions.")
    if indices is not None and any(not 0 <= index < len(hu) for index in indices):
        raise ValueError(f"Slice indices must lie in 0…{len(hu) - 1}, got {list(indices)}.")


def _build_detections(
    found: Candidates, size: tuple[int, int], threshold: float
) -> tuple[Detection, ...]:
    boxes = clip_boxes(found.boxes_xyxy, *size)
    return tuple(
        Detection(BoundingBox(*(float(v) for v in box)), float(score))
        for box, score in zip(boxes, found.scores, strict=True)
        if score >= threshold and box[2] > box[0] and box[3] > box[1]
    )


def _drop_faint(lesion: LinkedLesion, threshold: float) -> LinkedLesion:
    """Return a lesion without the slices whose boxes are not shown."""
    kept = np.flatnonzero(lesion.scores >= threshold)
    indices = tuple(lesion.indices[i] for i in kept)
    return LinkedLesion(indices, lesion.boxes_xyxy[kept], lesion.scores[kept], lesion.score)


def _build_lesion(lesion: LinkedLesion, geometry: VolumeGeometry) -> VolumeLesion:
    core = find_core(lesion.scores)
    indices, boxes = lesion.indices[core], lesion.boxes_xyxy[core]
    corners = np.concatenate(
        [_to_patient(box, index, geometry) for index, box in zip(indices, boxes, strict=True)]
    )
    half = np.abs(_compute_normal(geometry)) * geometry.slice_spacing_mm / 2
    low, high = corners.min(axis=0) - half, corners.max(axis=0) + half
    box_mm = (*(float(v) for v in low), *(float(v) for v in high))
    return VolumeLesion(box_mm, lesion.score, indices)  # type: ignore[arg-type]


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
