"""SimpleCancerCNN for the thesis's tables: trained for so many epochs, then asked for its boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctbox.boxes import FloatArray
from ctbox.model.config import SIMPLE_CANCER_CNN, ModelConfig, make_baseline_config
from ctbox.model.dataset import TrainingData, TrainingSeries
from ctbox.model.devices import choose_device
from ctbox.model.networks.simple_cancer_cnn import SimpleCancerCNN, prepare_slices
from ctbox.model.training import FitOptions, fit
from ctbox.progress import TaskContext


@dataclass(frozen=True)
class ThesisSettings:
    """How SimpleCancerCNN is trained here.

    Parameters
    ----------
    side : int
        Rows and columns of its picture; 512 as published.
    seed : int
        Of everything random.
    device : str
        "auto", "cpu" or "cuda".
    """

    side: int = 512
    seed: int = 1
    device: str = "auto"


@dataclass(frozen=True)
class TrainedThesis:
    """Weights after the last epoch, as the thesis keeps them, and the loss of every epoch."""

    state: dict[str, Tensor]
    losses: tuple[float, ...]


def train_thesis(
    series: Sequence[TrainingSeries],
    epochs: int,
    settings: ThesisSettings,
    ctx: TaskContext,
    start: Mapping[str, Tensor] | None = None,
) -> TrainedThesis:
    """Train for so many epochs with the published practice; nothing is validated.

    Raises
    ------
    TrainingDataError, TrainingDivergedError, DeviceError
        As `ctbox.model.training.fit`.
    TaskCancelledError
        If cancelled.
    """
    model = ModelConfig(architecture=SIMPLE_CANCER_CNN, baseline_side=settings.side)
    config = replace(make_baseline_config(epochs, settings.seed), model=model, threads=0)
    options = FitOptions(device=settings.device, start=start)
    result = fit(config, TrainingData(tuple(series)), ctx, options)
    ctx.check()
    return TrainedThesis(result.state, tuple(each.training_loss for each in result.history))


class ThesisNetwork:
    """The trained network, asked slice by slice.

    Parameters
    ----------
    state : mapping
        Its weights.
    settings : ThesisSettings
        With which it was trained.
    """

    def __init__(self, state: Mapping[str, Tensor], settings: ThesisSettings) -> None:
        self._device = choose_device(settings.device).device
        self._network = SimpleCancerCNN(settings.side)
        self._network.load_state_dict(dict(state))
        self._network.eval().to(self._device)
        self._side = settings.side

    @torch.inference_mode()
    def predict(self, hu: NDArray[np.generic]) -> FloatArray:
        """Return the one box (1, 4) that it gives for a slice (rows, columns), in its pixels."""
        slices = prepare_slices(torch.from_numpy(hu.astype(np.float32))[None], self._side)
        raw = self._network(slices.to(self._device)).cpu().numpy().astype(np.float64)
        rows, columns = hu.shape
        boxes = raw * np.array([columns, rows, columns, rows]) / self._side
        low = np.minimum(boxes[:, :2], boxes[:, 2:])
        high = np.maximum(boxes[:, :2], boxes[:, 2:])
        return np.concatenate([low, high], axis=1)
