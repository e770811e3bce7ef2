"""What a network must offer to be trained: its batches, its loss, its validation."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from ctbox.model.config import TrainingConfig
from ctbox.progress import TaskContext

BatchT = TypeVar("BatchT")


class LearningTask(Protocol[BatchT]):
    """One architecture's part of a training run.

    Batches are drawn in a thread of their own, while the main one computes losses.
    """

    network: nn.Module

    def make_optimizer(self, config: TrainingConfig) -> torch.optim.Optimizer:
        """Return the optimizer that fits the architecture."""
        ...

    def start_epoch(self, rng: np.random.Generator) -> None:
        """Forget what was drawn before, so that an epoch depends on its own seed alone."""
        ...

    def draw_batch(self, size: int, rng: np.random.Generator) -> BatchT:
        """Return the next samples, on the CPU."""
        ...

    def compute_batch_loss(self, batch: BatchT) -> Tensor:
        """Return a batch's scalar loss, ready for backward."""
        ...

    def validate(self, network: nn.Module, ctx: TaskContext) -> float | None:
        """Return the mean IoU on the validation patients; None without any."""
        ...


class AveragedWeights:
    """An exponential moving average of a network's weights and buffers.

    Parameters
    ----------
    network : nn.Module
        The network that is trained.
    decay : float
        Share of the old average that stays each step; early on it is less, so that the first
        weights are soon forgotten. 0 takes the network itself, without a copy.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).eval() if decay > 0 else network
        self._decay = decay

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Take in the weights after step number `step`, from 0."""
        if self._decay <= 0:
            return
        decay = min(self._decay, (step + 1) / (step + 10))
        own, new = self.network.state_dict(), network.state_dict()
        for name, tensor in own.items():
            if tensor.is_floating_point():
                tensor.lerp_(new[name], 1 - decay)
            else:
                tensor.copy_(new[name])


def copy_state(network: nn.Module) -> dict[str, Tensor]:
    """Return a copy of a network's state on the CPU."""
    state = network.state_dict()
    return {
        name: t.detach().cpu().clone(memory_format=torch.contiguous_format)
        for name, t in state.items()
    }


def load_start(network: nn.Module, start: Mapping[str, Tensor] | None) -> None:
    """Start from given weights instead of random ones."""
    if start is not None:
        network.load_state_dict(dict(start))
