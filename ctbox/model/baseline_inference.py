"""From voxels to boxes with SimpleCancerCNN: one raw box a slice, always."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctbox.boxes import FloatArray
from ctbox.model.attention import AttentionMap, quantise_scores
from ctbox.model.card import ModelCard
from ctbox.model.checkpoint import load_into
from ctbox.model.decoding import Candidates
from ctbox.model.networks.simple_cancer_cnn import SimpleCancerCNN, prepare_slices
from ctbox.model.prediction import VolumePrediction, VolumeTask
from ctbox.progress import Progress, TaskContext

SCORE = 1.0


class BaselinePredictor:
    """SimpleCancerCNN with its own way of looking at slices.

    Parameters
    ----------
    network : SimpleCancerCNN
        In evaluation mode, on its device.
    device : torch.device
        Where it lies.
    """

    def __init__(self, network: SimpleCancerCNN, device: torch.device) -> None:
        self._network = network.eval().to(device)
        self._device = device

    @classmethod
    def build(
        cls, state: Mapping[str, Tensor], card: ModelCard, device: torch.device
    ) -> BaselinePredictor:
        """Return the predictor of a checkpoint.

        Raises
        ------
        CheckpointError
            If the tensors don't fit the network.
        """
        network = SimpleCancerCNN(card.input.rows)
        load_into(network, state, card.name)
        return cls(network, device)

    @property
    def most_lesions(self) -> int:
        """How many lesions of a series are returned at most; 0 for any number."""
        return 0

    def predict(self, task: VolumeTask, ctx: TaskContext) -> VolumePrediction:
        """Return one box of score 1 per slice asked for; it knows no lesions."""
        found, attention = {}, {}
        for done, index in enumerate(task.wanted):
            ctx.check()
            box, amounts = self._look(task.hu[index], want_attention=task.want_attention)
            found[index] = Candidates(box, np.array([SCORE]))
            if amounts is not None:
                attention[index] = _lay_over_slice(amounts, task.hu[index].shape)
            ctx.report(Progress(done + 1, len(task.wanted), "Looking for tumours"))
        return VolumePrediction(found, [], attention)

    @torch.no_grad()
    def _look(
        self, hu: NDArray[np.generic], *, want_attention: bool
    ) -> tuple[FloatArray, NDArray[np.float32] | None]:
        side = self._network.side
        slices = prepare_slices(torch.from_numpy(hu.astype(np.float32))[None], side)
        features = self._network.extract(slices.to(self._device))
        amounts = None
        if want_attention:
            boxes, contributions = self._network.attribute(features)
            amounts = contributions[0].cpu().numpy()
        else:
            boxes = self._network.regress(features)
        rows, columns = hu.shape
        raw = boxes.cpu().numpy().astype(np.float64)
        return _order_edges(raw * np.array([columns, rows, columns, rows]) / side), amounts


def _order_edges(boxes: FloatArray) -> FloatArray:
    """Return boxes (N, 4) with x1 ≤ x2 and y1 ≤ y2: nothing keeps the network's in order."""
    low = np.minimum(boxes[:, :2], boxes[:, 2:])
    high = np.maximum(boxes[:, :2], boxes[:, 2:])
    return np.concatenate([low, high], axis=1)


def _lay_over_slice(amounts: NDArray[np.float32], shape: tuple[int, ...]) -> AttentionMap:
    share = amounts / max(float(amounts.max()), 1e-12)
    cell_y, cell_x = shape[0] / amounts.shape[0], shape[1] / amounts.shape[1]
    return AttentionMap(quantise_scores(share), 0.0, 0.0, cell_x, cell_y)
