"""A run in two stages that `test_kill` kills: tells of every step, saves its weights at the end."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from safetensors.torch import save_file

from ctbox.model.config import SampleMix
from ctbox.model.dataset import TrainingData
from ctbox.model.recipe import Recipe, Stage
from ctbox.model.recipe_training import train_recipe
from ctbox.model.training import FitOptions, FitResult
from ctbox.model.training_updates import StepFinished
from ctbox.progress import TaskContext
from tests.model.toy import make_config, make_series

CONFIG = make_config(
    batch_size=2, mix=SampleMix(real=0.4, pasted=0.2, synthetic=0.2, grown=0, negative=0.2)
)
RECIPE = Recipe((Stage("first", CONFIG), Stage("finish", replace(CONFIG, seed=2))))


def tell(update: object) -> None:
    if isinstance(update, StepFinished):
        sys.stdout.write(f"{update.step} {update.loss.hex()}\n")
        sys.stdout.flush()


def train(folder: Path, ctx: TaskContext) -> FitResult:
    data = TrainingData((make_series("T1"),), (make_series("T2", centre=(6, 42, 90), seed=1),))
    options = FitOptions(device="cpu", folder=folder / "run", resume=True)
    return train_recipe(RECIPE, data, ctx, options)


if __name__ == "__main__":
    out = Path(sys.argv[1])
    save_file(train(out, TaskContext(on_report=tell)).state, out / "weights.safetensors")
