"""The one recipe of the weights that ship with ctbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ctbox.model.card import MetricRecord, ModelCard
from ctbox.model.checkpoint import read_card, save_checkpoint
from ctbox.model.config import InferenceConfig, SampleMix, TrainingConfig
from ctbox.model.dataset import TrainingData, TrainingSeries
from ctbox.model.manifest import write_manifest
from ctbox.model.phantom_series import make_phantom_series
from ctbox.model.shipping import CardNotes, build_card
from ctbox.model.training import FitOptions, FitResult, fit
from ctbox.progress import TaskContext

SHIPPED_NAME = "ctbox-lung"
SHIPPED_THRESHOLD = 0.005
SHIPPED_PHANTOMS = 8
SHIPPED_PHANTOM_SEED = 4100
# Fitted to patients left out of training, then rounded.
SHIPPED_INFERENCE = InferenceConfig(score_scale=2.5, score_shift=1.0)
SHIPPED_TRAINING = TrainingConfig(
    epochs=10,
    steps_per_epoch=100,
    seed=1,
    mix=SampleMix(real=0.33, pasted=0.15, synthetic=0.07, grown=0.19, negative=0.18, phantom=0.08),
)
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
    """

    weights: Path
    state: Path
    metrics: tuple[MetricRecord, ...] = ()


def train_shipped(
    series: Sequence[TrainingSeries], run: ShippedRun, ctx: TaskContext | None = None
) -> ModelCard:
    """Train the default detector on all patients given, and ship it.

    Nothing is validated on: the recipe was judged on patients left out in turn, then trained
    once on all. The same series give the same weights on one CPU.

    Parameters
    ----------
    series : sequence of TrainingSeries
        Real, annotated series; phantoms are added here.
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
    ctx = ctx or TaskContext()
    result, data = fit_recipe(series, SHIPPED_TRAINING, run.state, ctx)
    if result.cancelled:
        ctx.check()
    return ship(result, data, SHIPPED_TRAINING, run)


def fit_recipe(
    series: Sequence[TrainingSeries],
    config: TrainingConfig,
    state: Path | None,
    ctx: TaskContext,
    held_out: Sequence[str] = (),
) -> tuple[FitResult, TrainingData]:
    """Train by the recipe, with these patients left out, on the CPU.

    The order of the series given does not matter.
    """
    phantoms = make_phantom_series(SHIPPED_PHANTOMS, SHIPPED_PHANTOM_SEED, ctx)
    ordered = sorted(series, key=lambda one: one.key)
    kept = [one for one in ordered if one.patient_id not in held_out]
    data = TrainingData((*kept, *phantoms))
    options = FitOptions(device="cpu", folder=state, resume=state is not None)
    return fit(config, data, ctx, options), data


def ship(
    result: FitResult, data: TrainingData, config: TrainingConfig, run: ShippedRun
) -> ModelCard:
    """Write the weights, their card and the manifest."""
    notes = CardNotes(
        name=SHIPPED_NAME,
        threshold=SHIPPED_THRESHOLD,
        split="patient",
        command=COMMAND,
        metrics=run.metrics,
        synthetic_seeds=(SHIPPED_PHANTOM_SEED,),
    )
    card = build_card(result.state, config, SHIPPED_INFERENCE, (data.training, ()), notes)
    folder = run.weights / SHIPPED_NAME
    save_checkpoint(folder, result.state, card)
    finished = read_card(folder)
    write_manifest(run.weights, {SHIPPED_NAME: finished}, SHIPPED_NAME)
    return finished


def make_trial_config(steps: int, seed: int) -> TrainingConfig:
    """Return the recipe with another length or seed, for leaving patients out."""
    epochs = SHIPPED_TRAINING.epochs
    return replace(SHIPPED_TRAINING, steps_per_epoch=max(1, steps // epochs), seed=seed)
