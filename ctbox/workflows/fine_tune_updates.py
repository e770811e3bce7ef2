"""What a fine-tuning tells whoever watches, beside steps and epochs; free of torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import FloatArray
from ctbox.model.training_updates import StepFinished
from ctbox.progress import Progress
from ctbox.workflows.fine_tune_control import PauseChanged

STAGES = (
    "Reading the images",
    "Judging the model as it is",
    "Training",
    "Judging the new model",
    "Looking for what was forgotten",
)


@dataclass(frozen=True, slots=True)
class StageStarted:
    """The run came to another of `STAGES`, by its index."""

    index: int


@dataclass(frozen=True, slots=True)
class StartMeasured:
    """How good the model is on the stopping patients before anything is learnt."""

    validation_iou: float | None


@dataclass(frozen=True, eq=False)
class SamplePicture:
    """A slice that is looked at after every epoch.

    Parameters
    ----------
    title : str
        Whose it is.
    picture : ndarray
        uint8 (h, w), lung window.
    expert : ndarray
        (n, 4) expert's boxes as shares of width and height.
    """

    title: str
    picture: NDArray[np.uint8]
    expert: FloatArray


@dataclass(frozen=True, slots=True)
class SamplesChosen:
    """The slices whose boxes `SampleBoxes` brings."""

    pictures: tuple[SamplePicture, ...]


@dataclass(frozen=True, slots=True)
class SampleBoxes:
    """The surest box on every sample slice after an epoch: (0 or 1, 4) shares each."""

    epoch: int
    boxes: tuple[FloatArray, ...]


def describe_moment(update: object) -> Progress | None:
    """Return how far the training is, for bars that know no more; None for other updates."""
    if isinstance(update, StepFinished):
        return Progress(update.step, update.steps, f"Training, loss {update.loss:.3f}")
    if isinstance(update, PauseChanged) and update.paused:
        return Progress(0, None, "Paused")
    return None
