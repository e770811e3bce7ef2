"""The one recipe of the weights that ship with ctbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ctbox.model.card import MetricRecord, ModelCard
from ctbox.model.checkpoint import read_card, save_checkpoint
from ctbox.model.config import InferenceConfig
from ctbox.model.dataset import TrainingData, TrainingSeries
from ctbox.model.manifest import write_manifest
from ctbox.model.recipe import SHIPPED_RECIPE, Recipe
from ctbox.model.recipe_training import train_recipe
from ctbox.model.shipping import CardNotes, build_card
from ctbox.model.training import FitOptions, FitResult
from ctbox.progress import TaskCancelledError, TaskContext

SHIPPED_NAME = "ctbox-lung"
SHIPPED_THRESHOLD = 0.005
# Fitted to patients left out of training, then rounded.
SHIPPED_INFERENCE = InferenceConfig(score_scale=2.5, score_shift=1.0)
COMMAND = "make weights"


@dataclass(frozen=True)
class ShippedRun:
    """Where the shipped weights are made.

    Parameters
    ----------
    weights : pathlib.Path
        The folder of shipped models.
    state : pathlib.Path
        Where the run's state is kept, to go on after a stop.
    metrics : tuple of MetricRecord
        Figures of this recipe on patients left out of training, for the card.
    recipe : Recipe
        How they are trained.
    """

    weights: Path
    state: Path
    metrics: tuple[MetricRecord, ...] = ()
    recipe: Recipe = SHIPPED_RECIPE


def train_shipped(
    series: Sequence[TrainingSeries], run: ShippedRun, ctx: TaskContext | None = None
) -> ModelCard:
    """Train the default detector on all patients given, and ship it.

    Nothing is validated on: the recipe was judged on patients left out in turn, then trained
    once on all. The same series give the same weights on one CPU.

    Parameters
    ----------
    series : sequence of TrainingSeries
        Real, annotated series; the recipe's phantoms are added.
    run : ShippedRun
        Where to.
    ctx : TaskContext, optional
        Progress and stop; a stopped run ships nothing and goes on next time.

    Raises
    ------
    CtboxError
        As `ctbox.model.training.fit`, or if the weights can't be saved.
    TaskCancelledError
        If stopped.
    """
    options = FitOptions(device="cpu", folder=run.state, resume=True)
    data = TrainingData(tuple(series))
    result = train_recipe(run.recipe, data, ctx or TaskContext(), options)
    if result.cancelled:
        raise TaskCancelledError("Cancelled; the run goes on from here next time.")
    return ship(result, series, run)


def ship(result: FitResult, series: Sequence[TrainingSeries], run: ShippedRun) -> ModelCard:
    """Write the weights, their card and the manifest."""
    notes = CardNotes(
        name=SHIPPED_NAME,
        threshold=SHIPPED_THRESHOLD,
        split="all patients, nobody held out",
        command=COMMAND,
        metrics=run.metrics,
    )
    card = build_card(result.state, run.recipe, SHIPPED_INFERENCE, (series, ()), notes)
    folder = run.weights / SHIPPED_NAME
    save_checkpoint(folder, result.state, card)
    finished = read_card(folder)
    write_manifest(run.weights, {SHIPPED_NAME: finished}, SHIPPED_NAME)
    return finished
