"""From voxels to boxes with SimpleCancerCNN: one raw box a slice, always."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctbox.boxes import FloatArray
from ctbox.model.card import ModelCard
from ctbox.model.checkpoint import load_into
from ctbox.model.decoding import Candidates
from ctbox.model.geometry import VolumeGeometry
from ctbox.model.lesions import LinkedLesion
from ctbox.model.networks.simple_cancer_cnn import SimpleCancerCNN, prepare_slices
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

    def predict(
        self,
        hu: NDArray[np.generic],
        geometry: VolumeGeometry,
        indices: Sequence[int] | None,
        ctx: TaskContext,
    ) -> tuple[dict[int, Candidates], list[LinkedLesion]]:
        """Return one box of score 1 per slice asked for (None: all); it knows no lesions."""
        wanted = list(range(len(hu))) if indices is None else sorted(set(indices))
        found = {}
        for done, index in enumerate(wanted):
            ctx.check()
            found[index] = Candidates(self._predict_box(hu[index]), np.array([SCORE]))
            ctx.report(Progress(done + 1, len(wanted), "Looking for tumours"))
        return found, []

    @torch.inference_mode()
    def _predict_box(self, hu: NDArray[np.generic]) -> FloatArray:
        side = self._network.side
        slices = prepare_slices(torch.from_numpy(hu.astype(np.float32))[None], side)
        raw = self._network(slices.to(self._device)).cpu().numpy().astype(np.float64)
        rows, columns = hu.shape
        boxes = raw * np.array([columns, rows, columns, rows]) / side
        # Nothing keeps its edges in order.
        low = np.minimum(boxes[:, :2], boxes[:, 2:])
        high = np.maximum(boxes[:, :2], boxes[:, 2:])
        return np.concatenate([low, high], axis=1)
