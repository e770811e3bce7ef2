"""Which of several training processes this is; free of torch, so that any command may ask."""

from __future__ import annotations

import os

RANK, WORLD, LOCAL_RANK, LOCAL_WORLD = "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"
"""Variables that torchrun sets for every process it starts."""


def count_processes() -> int:
    """Return how many processes torchrun started for this run; 1 without it."""
    return max(1, _read(WORLD, 1))


def find_rank() -> int:
    """Return this process's number among them, from 0; 0 writes, the others only compute."""
    return _read(RANK, 0) if count_processes() > 1 else 0


def find_local_rank() -> int:
    """Return its number on this machine: the number of the GPU that it takes."""
    return _read(LOCAL_RANK, find_rank()) if count_processes() > 1 else 0


def count_local_processes() -> int:
    """Return how many of them run on this machine."""
    return _read(LOCAL_WORLD, count_processes())


def _read(name: str, default: int) -> int:
    value = os.environ.get(name, "")
    return int(value) if value.isdigit() else default
