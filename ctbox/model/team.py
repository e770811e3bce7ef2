"""Several processes that train as one: every rank computes its share of the same batch.

All ranks draw the same batches. Each passes its share of a batch through the network; the outputs
are put together again, and every rank computes the loss of the whole batch, whose gradient flows
through its own outputs. The ranks' gradients are summed, so that they take the very step that
one process would have taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn

from ctbox.errors import DeviceError
from ctbox.model.ranks import (
    count_local_processes,
    count_processes,
    find_local_rank,
    find_rank,
)
from ctbox.progress import TaskCancelledError, TaskContext

ResultT = TypeVar("ResultT")
# Others wait while rank 0 validates or makes phantoms.
TIMEOUT = timedelta(hours=6)


@dataclass(frozen=True)
class Team:
    """One process among others; the default is one alone, for whom everything here is free.

    Parameters
    ----------
    rank : int
        From 0, which alone writes files.
    size : int
        Processes in all.
    control : object
        Their group for flags and small values; None for one alone.
    device : str
        What all of them compute on, "cpu" or "cuda"; empty where it is not settled.
    """

    rank: int = 0
    size: int = 1
    control: Any = None
    device: str = ""

    def find_share(self, count: int) -> slice:
        """Return which of `count` samples this rank looks at; shares differ by one at most."""
        low, extra = divmod(count, self.size)
        start = self.rank * low + min(self.rank, extra)
        return slice(start, start + low + (self.rank < extra))

    def join(self, own: Tensor, count: int) -> Tensor:
        """Return all ranks' outputs (count, …) for a batch; only one's own have a gradient."""
        if self.size == 1:
            return own
        share = self.find_share(count)
        own = own.float()
        whole = own.new_zeros((count, *own.shape[1:]))
        whole[share] = own.detach()
        dist.all_reduce(whole)
        return torch.cat([whole[: share.start], own, whole[share.stop :]])

    def sum_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Replace every gradient by the sum of all ranks'."""
        if self.size == 1:
            return
        trained = [p for p in parameters if p.requires_grad]
        parts = [torch.zeros_like(p) if p.grad is None else p.grad for p in trained]
        flat = torch.cat([part.reshape(-1) for part in parts])
        dist.all_reduce(flat)
        sums = torch.split(flat, [part.numel() for part in parts])
        for parameter, total in zip(trained, sums, strict=True):
            parameter.grad = total.view(parameter.shape)

    def check(self, ctx: TaskContext) -> None:
        """Stop all ranks as soon as one was asked to.

        Raises
        ------
        TaskCancelledError
            If so.
        """
        if self.size == 1:
            ctx.check()
            return
        flag = torch.tensor([int(ctx.cancelled)])
        dist.all_reduce(flag, dist.ReduceOp.MAX, group=self.control)
        if int(flag):
            raise TaskCancelledError("Cancelled.")

    def lead(self, work: Callable[[], ResultT]) -> ResultT:
        """Let rank 0 do something and tell all ranks what came of it.

        Raises
        ------
        TaskCancelledError
            On all ranks, if it was cancelled.
        """
        if self.size == 1:
            return work()
        told: list[Any] = [None, None]
        if self.rank == 0:
            try:
                told[0] = work()
            except TaskCancelledError as error:
                told[1] = str(error)
        dist.broadcast_object_list(told, src=0, group=self.control)
        if told[1] is not None:
            raise TaskCancelledError(told[1])
        result: ResultT = told[0]
        return result


ALONE = Team()


@contextmanager
def join_team(device: str) -> Iterator[Team]:
    """Join the processes that torchrun started; without it, be alone.

    Parameters
    ----------
    device : str
        "auto", "cpu" or "cuda". Each process takes a GPU of its own; with fewer GPUs than
        processes, "auto" computes on the CPU.

    Raises
    ------
    DeviceError
        If there are too few GPUs, or the processes don't find each other.
    """
    size = count_processes()
    if size == 1:
        yield ALONE
        return
    cuda = can_use_gpus(device)
    if cuda:
        torch.cuda.set_device(find_local_rank())
    try:
        dist.init_process_group("nccl" if cuda else "gloo", timeout=TIMEOUT)
        control = dist.new_group(backend="gloo", timeout=TIMEOUT)
    except (RuntimeError, ValueError) as error:
        raise DeviceError(
            f"The {size} training processes did not find each other: {error}.",
            "Start them with torchrun, or train in one process.",
        ) from error
    try:
        yield Team(find_rank(), size, control, "cuda" if cuda else "cpu")
    finally:
        dist.destroy_process_group()


def can_use_gpus(device: str) -> bool:
    """Return whether every process here gets a GPU.

    Raises
    ------
    DeviceError
        If GPUs were asked for and there are too few.
    """
    wanted, found = count_local_processes(), torch.cuda.device_count()
    if device == "cpu" or (device == "auto" and found < wanted):
        return False
    if found < wanted:
        raise DeviceError(
            f"{wanted} processes need a GPU each, and there are {found}.",
            "Start fewer processes, or give --device cpu.",
        )
    return True
