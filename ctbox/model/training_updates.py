"""What a training run tells whoever watches; free of torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EpochFinished:
    """One epoch is over.

    Parameters
    ----------
    epoch, epochs : int
        Its number from 1, and how many there will be.
    training_loss : float
        Mean over the epoch's steps.
    validation_iou : float or None
        Mean IoU of the top box on the validation patients' annotated slices, a miss counting 0,
        averaged per patient first; None without validation data.
    learning_rate : float
        At the epoch's end.
    seconds : float
        It took.
    is_best : bool
        Whether these weights are the best so far.
    """

    epoch: int
    epochs: int
    training_loss: float
    validation_iou: float | None
    learning_rate: float
    seconds: float
    is_best: bool


@dataclass(frozen=True, slots=True)
class StepFinished:
    """One step is over; reported every step, so listeners should be quick."""

    step: int
    steps: int
    loss: float


@dataclass(frozen=True, slots=True)
class BatchHalved:
    """Memory ran out, so training goes on with smaller batches."""

    batch_size: int
    message: str


@dataclass(frozen=True, slots=True)
class TrainingNote:
    """Something worth a line that does not stop the training."""

    message: str
