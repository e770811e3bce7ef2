"""Run a trained model over slices and volumes: boxes per slice, lesions per volume."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctbox.errors import CheckpointError
from ctbox.model.attention import AttentionMap
from ctbox.model.baseline_inference import BaselinePredictor
from ctbox.model.card import ModelCard
from ctbox.model.checkpoint import load_checkpoint
from ctbox.model.config import DETECTOR, SIMPLE_CANCER_CNN
from ctbox.model.decoding import Candidates
from ctbox.model.detection import Detection
from ctbox.model.devices import ComputeDevice, choose_device
from ctbox.model.geometry import VolumeGeometry
from ctbox.model.lung_inference import LungPredictor
from ctbox.model.prediction import Predictor, VolumeTask
from ctbox.model.volume_lesions import VolumeLesion, build_boxes, build_lesions
from ctbox.progress import TaskContext

__all__ = ["Detector", "VolumeDetections", "VolumeGeometry", "VolumeLesion"]


@dataclass(frozen=True)
class VolumeDetections:
    """What a model says of a volume.

    Parameters
    ----------
    slices : list of tuple of Detection
        One entry per requested slice, in the order asked for; best first.
    lesions : list of VolumeLesion
        Best first; only where the whole volume was looked at.
    attention : list of AttentionMap
        One per requested slice, if they were asked for.
    """

    slices: list[tuple[Detection, ...]]
    lesions: list[VolumeLesion]
    attention: list[AttentionMap] = field(default_factory=list)


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

    @property
    def most_lesions(self) -> int:
        """How many lesions of a series are returned at most; 0 for any number."""
        return self._predictor.most_lesions

    def predict_volume(
        self,
        hu: NDArray[np.generic],
        geometry: VolumeGeometry,
        indices: Sequence[int] | None = None,
        ctx: TaskContext | None = None,
        threshold: float | None = None,
        *,
        want_attention: bool = False,
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
        want_attention : bool
            Whether to return where the model looked, from the same forward passes.

        Raises
        ------
        ValueError
            If volume, geometry and indices don't fit each other.
        TaskCancelledError
            If cancelled.
        """
        _check_shapes(hu, geometry, indices)
        task = VolumeTask(
            hu, geometry, None if indices is None else tuple(map(int, indices)), want_attention
        )
        wanted = list(range(len(hu))) if task.indices is None else task.indices
        least = self.threshold if threshold is None else threshold
        said = self._predictor.predict(task, ctx or TaskContext())
        size = (hu.shape[2], hu.shape[1])
        slices = [_build_detections(said.found[index], size, least) for index in wanted]
        lesions = build_lesions(said.lesions, geometry, size, least)
        attention = [said.attention[index] for index in wanted] if want_attention else []
        return VolumeDetections(slices, lesions, attention)


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
    return tuple(
        one
        for one in build_boxes(found, size)
        if one.score >= threshold and not one.box.is_degenerate
    )
