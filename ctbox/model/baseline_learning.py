"""Train SimpleCancerCNN as its author did: MSE on raw corners, whole slices, no augmentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ctbox.boxes import FloatArray, compute_iou
from ctbox.errors import TrainingDataError
from ctbox.model.config import TrainingConfig
from ctbox.model.dataset import TrainingData, TrainingSeries, VolumeCache
from ctbox.model.learning import load_start
from ctbox.model.networks.simple_cancer_cnn import SimpleCancerCNN
from ctbox.model.slice_pictures import prepare_pictures
from ctbox.model.team import ALONE, Team
from ctbox.progress import TaskContext


class PictureBatch(NamedTuple):
    """Pictures (n, 1, side, side) and boxes (n, 4) in their pixels."""

    inputs: Tensor
    targets: Tensor


class BaselineLearning:
    """SimpleCancerCNN's part of a training run.

    Every annotated slice is a sample; where it has several boxes, the network, which knows but
    one, gets the largest.

    Parameters
    ----------
    config : TrainingConfig
        How to train.
    data : TrainingData
        Training and validation series.
    device : torch.device
        Where to compute.
    start : mapping, optional
        Weights to start from.
    team : Team, optional
        The processes that share every batch.
    """

    def __init__(
        self,
        config: TrainingConfig,
        data: TrainingData,
        device: torch.device,
        start: Mapping[str, Tensor] | None = None,
        team: Team = ALONE,
    ) -> None:
        side = config.model.baseline_side
        self._device, self._data, self._team = device, data, team
        self._cache = VolumeCache(
            lambda series: prepare_pictures(series, side, data.disk), data.cache_bytes
        )
        self._samples = [
            (series, position) for series in data.training for position in range(len(series.boxes))
        ]
        if not self._samples:
            raise TrainingDataError(
                "None of the training series has an annotated slice.",
                "Give a folder whose annotations belong to its series.",
            )
        self._order = np.zeros(0, dtype=np.int64)
        network = SimpleCancerCNN(side)
        load_start(network, start)
        self.network: nn.Module = network.to(device)

    def make_optimizer(self, config: TrainingConfig) -> torch.optim.Optimizer:
        """Return Adam, as published."""
        return torch.optim.Adam(self.network.parameters(), lr=config.learning_rate)

    def start_epoch(self, rng: np.random.Generator) -> None:
        """Shuffle anew."""
        self._order = rng.permutation(len(self._samples))

    def draw_batch(self, size: int, rng: np.random.Generator) -> PictureBatch:
        """Return the next samples of a shuffled pass over the data."""
        while len(self._order) < size:
            self._order = np.concatenate([self._order, rng.permutation(len(self._samples))])
        chosen, self._order = self._order[:size], self._order[size:]
        samples = [self._load(*self._samples[index]) for index in chosen]
        return PictureBatch(
            torch.stack([picture for picture, _ in samples]),
            torch.from_numpy(np.stack([target for _, target in samples])).float(),
        )

    def _load(self, series: TrainingSeries, position: int) -> tuple[Tensor, FloatArray]:
        held = self._cache.get(series)
        boxes = series.boxes[held.indices[position]]
        area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
        return held.get(position), boxes[int(np.argmax(area))] * held.scale

    def compute_batch_loss(self, batch: PictureBatch) -> Tensor:
        """Return the squared error of a batch."""
        count = len(batch.inputs)
        own = batch.inputs[self._team.find_share(count)].to(self._device)
        found = self._team.join(self.network(own), count)
        return functional.mse_loss(found, batch.targets.to(self._device))

    @torch.inference_mode()
    def validate(self, network: nn.Module, ctx: TaskContext) -> float | None:
        """Return the mean IoU, per patient and then over patients."""
        by_patient: dict[str, list[float]] = {}
        for series in self._data.validation:
            held = self._cache.get(series)
            for position, index in enumerate(held.indices):
                ctx.check()
                picture = held.get(position)[None].to(self._device)
                found = network(picture).cpu().numpy() / held.scale
                iou = float(compute_iou(found, series.boxes[index]).max())
                by_patient.setdefault(series.patient_id, []).append(iou)
        if not by_patient:
            return None
        return float(np.mean([np.mean(values) for values in by_patient.values()]))
