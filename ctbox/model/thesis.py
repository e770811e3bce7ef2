"""SimpleCancerCNN for the thesis's tables: trained for so many epochs, then asked for its boxes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from ctbox.boxes import FloatArray
from ctbox.errors import TrainingDataError
from ctbox.model.config import SIMPLE_CANCER_CNN, ModelConfig, make_baseline_config
from ctbox.model.dataset import TrainingData, TrainingSeries
from ctbox.model.devices import choose_device
from ctbox.model.networks.simple_cancer_cnn import SimpleCancerCNN, prepare_slices
from ctbox.model.training import FitOptions, fit
from ctbox.progress import TaskContext

_LOSSES = "losses of every epoch"


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
    """Weights after the last epoch, as the thesis keeps them, and the loss of every epoch.

    `mark` tells what it was trained on and how, in hexadecimal.
    """

    state: dict[str, Tensor]
    losses: tuple[float, ...]
    mark: str = ""


def mark_training(
    series: Sequence[TrainingSeries], epochs: int, settings: ThesisSettings, start: str = ""
) -> str:
    """Return a checksum of everything that a training's outcome depends on.

    Parameters
    ----------
    series : sequence of TrainingSeries
        With the slices and boxes (n, 4) to learn from.
    epochs : int
        How many.
    settings : ThesisSettings
        The network's and the training's.
    start : str
        The mark of the network that it starts from.
    """
    words = [epochs, settings.side, settings.seed, settings.device, start]
    digest = hashlib.sha256(json.dumps(words).encode())
    for each in series:
        digest.update(each.series_instance_uid.encode())
        for index in sorted(each.boxes):
            digest.update(f"/{index}:".encode())
            digest.update(np.asarray(each.boxes[index], dtype="<f8").tobytes())
    return digest.hexdigest()


def keep_trained(path: Path, trained: TrainedThesis) -> None:
    """Write a network with its losses and mark, whole or not at all.

    Raises
    ------
    TrainingDataError
        If the disk refuses.
    """
    scratch = path.with_suffix(".part")
    tensors = {name: each.detach().cpu().contiguous() for name, each in trained.state.items()}
    losses = torch.tensor(trained.losses, dtype=torch.float64)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file({**tensors, _LOSSES: losses}, scratch, metadata={"mark": trained.mark})
        scratch.replace(path)
    except (OSError, SafetensorError) as error:
        raise TrainingDataError(
            f"A trained network can't be kept: {getattr(error, 'strerror', None) or error}.",
            "Free disk space, then go on with --resume.",
            path,
        ) from error


def find_trained(path: Path, mark: str) -> TrainedThesis | None:
    """Return the network that was kept, if it is whole and has this mark; else None."""
    try:
        with safe_open(path, framework="pt") as file:
            if (file.metadata() or {}).get("mark") != mark:
                return None
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        losses = tuple(state.pop(_LOSSES).tolist())
    except (OSError, SafetensorError, KeyError):
        return None
    return TrainedThesis(state, losses, mark)


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
