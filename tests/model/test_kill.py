"""Killed at once, in either stage, a run goes on to the very same weights."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from ctbox.model.training_updates import StepFinished
from ctbox.progress import TaskContext
from tests.conftest import REPOSITORY
from tests.model.killed_run import train


def run(folder: Path, kill_at: int | None = None) -> dict[int, str]:
    """Run in a process of its own; return its steps' losses. Killed at a step, if given."""
    words = [sys.executable, "-m", "tests.model.killed_run", str(folder)]
    losses = {}
    with subprocess.Popen(words, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            step, loss = line.split()
            losses[int(step)] = loss
            if int(step) == kill_at:
                process.kill()
    assert (process.returncode == 0) == (kill_at is None)
    return losses


@pytest.mark.slow
def test_kills_in_both_stages_change_no_bit(tmp_path: Path) -> None:
    whole: dict[int, str] = {}

    def keep(update: object) -> None:
        if isinstance(update, StepFinished):
            whole[update.step] = update.loss.hex()

    state = train(tmp_path / "whole", TaskContext(on_report=keep)).state
    assert list(whole) == list(range(1, 13))
    # Two stages of two epochs of three steps: within an epoch of either.
    parts = [run(tmp_path, kill_at=5), run(tmp_path, kill_at=11), run(tmp_path)]
    assert [min(part) for part in parts] == [1, 4, 10]
    for part in parts:
        assert all(whole[step] == loss for step, loss in part.items())
    resumed = load_file(tmp_path / "weights.safetensors")
    assert resumed.keys() == state.keys()
    assert all(torch.equal(resumed[name], tensor) for name, tensor in state.items())
