"""Batch normalisation over the samples of all ranks, on any device."""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn


class _SumOverRanks(torch.autograd.Function):
    """Sums a tensor over all ranks; its gradient is summed as well, for all use the sum."""

    @staticmethod
    def forward(ctx: Any, own: Tensor) -> Tensor:
        total = own.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        total = gradient.contiguous().clone()
        dist.all_reduce(total)
        return total


class SharedBatchNorm2d(nn.BatchNorm2d):
    """`nn.BatchNorm2d` whose mean and variance in training are those of the whole batch.

    torch's SyncBatchNorm does the same on GPUs alone; this one also runs on the CPU. The state's
    names and shapes are BatchNorm2d's own.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return the normalised features (n, channels, rows, columns), in their own dtype."""
        if not self.training:
            return super().forward(x)
        values = x.float()
        count = values.new_tensor([float(values.numel() // values.shape[1])])
        sums: Tensor = _SumOverRanks.apply(torch.cat([values.sum(dim=(0, 2, 3)), count]))  # type: ignore[no-untyped-call]
        total = sums[-1].detach()
        mean = sums[:-1] / total
        centred = values - mean[None, :, None, None]
        squares: Tensor = _SumOverRanks.apply(centred.square().sum(dim=(0, 2, 3)))  # type: ignore[no-untyped-call]
        variance = squares / total
        self._track(mean.detach(), (squares / (total - 1).clamp_min(1)).detach())
        scale = self.weight * torch.rsqrt(variance + self.eps)
        shifted = centred * scale[None, :, None, None] + self.bias[None, :, None, None]
        return shifted.to(x.dtype)

    def _track(self, mean: Tensor, variance: Tensor) -> None:
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        assert self.momentum is not None
        self.num_batches_tracked.add_(1)
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance, self.momentum)


def share_batch_norms(network: nn.Module) -> None:
    """Replace every BatchNorm2d below a module by one over all ranks, weights kept."""
    for name, child in network.named_children():
        if type(child) is nn.BatchNorm2d:
            shared = SharedBatchNorm2d(child.num_features, child.eps, child.momentum)
            shared.load_state_dict(child.state_dict())
            setattr(network, name, shared.to(child.weight.device))
        else:
            share_batch_norms(child)
