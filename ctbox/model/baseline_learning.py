"""Train SimpleCancerCNN as its author did: MSE on raw corners, whole slices, no augmentation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ctbox.boxes import FloatArray, compute_iou
from ctbox.errors import TrainingDataError
from ctbox.model.config import TrainingConfig
from ctbox.model.dataset import TrainingData, TrainingSeries
from ctbox.model.learning import load_start
from ctbox.model.networks.simple_cancer_cnn import SIDE, SimpleCancerCNN, prepare_slices
from ctbox.progress import TaskContext


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
    side : int
        Rows and columns of the network's picture; 512 is the published one.
    """

    def __init__(
        self,
        config: TrainingConfig,
        data: TrainingData,
        device: torch.device,
        start: Mapping[str, Tensor] | None = None,
        side: int = SIDE,
    ) -> None:
        self._device, self._side = device, side
        self._inputs, self._targets = self._load(data.training)
        if not len(self._inputs):
            raise TrainingDataError(
                "None of the training series has an annotated slice.",
                "Give a folder whose annotations belong to its series.",
            )
        self._validation = [(s.patient_id, *self._load_truth(s)) for s in data.validation]
        self._order = np.zeros(0, dtype=np.int64)
        network = SimpleCancerCNN(side)
        load_start(network, start)
        self.network: nn.Module = network.to(device)

    def _load(self, series: Sequence[TrainingSeries]) -> tuple[Tensor, Tensor]:
        pictures, targets = [], []
        for one in series:
            inputs, truth, scale = self._load_truth(one)
            pictures.append(inputs)
            for boxes in truth:
                area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
                targets.append(boxes[int(np.argmax(area))] * scale)
        if not targets:
            return torch.zeros(0), torch.zeros(0)
        return torch.cat(pictures), torch.from_numpy(np.stack(targets)).float()

    def _load_truth(self, series: TrainingSeries) -> tuple[Tensor, list[FloatArray], FloatArray]:
        if not series.boxes:
            return torch.zeros(0, 1, self._side, self._side), [], np.ones(4)
        hu = series.read()
        indices = sorted(series.boxes)
        picked = torch.from_numpy(hu[indices].astype(np.float32))
        rows, columns = hu.shape[1:]
        scale = self._side / np.array([columns, rows, columns, rows], dtype=np.float64)
        # Half precision halves the memory; the values are 12-bit shares of their maximum.
        inputs = prepare_slices(picked, self._side).half()
        return inputs, [series.boxes[index] for index in indices], scale

    def make_optimizer(self, config: TrainingConfig) -> torch.optim.Optimizer:
        """Return Adam, as published."""
        return torch.optim.Adam(self.network.parameters(), lr=config.learning_rate)

    def start_epoch(self, rng: np.random.Generator) -> None:
        """Shuffle anew."""
        self._order = rng.permutation(len(self._inputs))

    def compute_batch_loss(self, size: int, rng: np.random.Generator) -> Tensor:
        """Return the squared error of the next samples of a shuffled pass over the data."""
        while len(self._order) < size:
            self._order = np.concatenate([self._order, rng.permutation(len(self._inputs))])
        chosen, self._order = self._order[:size], self._order[size:]
        picked = torch.from_numpy(chosen)
        found = self.network(self._inputs[picked].float().to(self._device))
        return functional.mse_loss(found, self._targets[picked].to(self._device))

    @torch.inference_mode()
    def validate(self, network: nn.Module, ctx: TaskContext) -> float | None:
        """Return the mean IoU, per patient and then over patients."""
        by_patient: dict[str, list[float]] = {}
        for patient, inputs, truth, scale in self._validation:
            for picture, boxes in zip(inputs, truth, strict=True):
                ctx.check()
                found = network(picture[None].float().to(self._device)).cpu().numpy() / scale
                iou = float(compute_iou(found, boxes).max())
                by_patient.setdefault(patient, []).append(iou)
        if not by_patient:
            return None
        return float(np.mean([np.mean(values) for values in by_patient.values()]))
