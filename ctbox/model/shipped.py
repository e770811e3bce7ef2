"""The one recipe of the weights that ship with ctbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from torch import Tensor

from ctbox.model.card import MetricRecord, ModelCard
from ctbox.model.checkpoint import read_card, save_checkpoint
from ctbox.model.config import InferenceConfig, SampleMix, TrainingConfig, config_to_dict
from ctbox.model.dataset import TrainingData, TrainingSeries
from ctbox.model.manifest import write_manifest
from ctbox.model.phantom_series import make_phantom_series
from ctbox.model.shipping import CardNotes, build_card
from ctbox.model.training import FitOptions, FitResult, fit
from ctbox.progress import TaskCancelledError, TaskContext

SHIPPED_NAME = "ctbox-lung"
SHIPPED_THRESHOLD = 0.005
SHIPPED_PHANTOMS = 8
FINISH_PHANTOMS = 14
SHIPPED_PHANTOM_SEED = 4100
# Fitted to patients left out of training, then rounded.
SHIPPED_INFERENCE = InferenceConfig(score_scale=2.5, score_shift=1.0)
SHIPPED_TRAINING = TrainingConfig(
    epochs=10,
    steps_per_epoch=100,
    seed=1,
    mix=SampleMix(real=0.33, pasted=0.15, synthetic=0.07, grown=0.19, negative=0.18, phantom=0.08),
)
# A short second stage with more phantoms, from the first one's weights.
SHIPPED_FINISH = replace(
    SHIPPED_TRAINING,
    epochs=6,
    steps_per_epoch=50,
    learning_rate=8e-4,
    warmup_steps=20,
    ema_decay=0.98,
    seed=2,
    mix=SampleMix(real=0.22, pasted=0.12, synthetic=0.05, grown=0.14, negative=0.15, phantom=0.32),
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
    phantoms = make_phantom_series(FINISH_PHANTOMS, SHIPPED_PHANTOM_SEED, ctx)
    # The order of the series given must not matter.
    real = sorted(series, key=lambda one: one.key)
    few = TrainingData((*real, *phantoms[:SHIPPED_PHANTOMS]))
    first = _fit_stage(SHIPPED_TRAINING, few, run.state / "first", None, ctx)
    data = TrainingData((*real, *phantoms))
    last = _fit_stage(SHIPPED_FINISH, data, run.state / "finish", first.state, ctx)
    return ship(last, data, SHIPPED_TRAINING, run)


def _fit_stage(
    config: TrainingConfig,
    data: TrainingData,
    folder: Path,
    start: Mapping[str, Tensor] | None,
    ctx: TaskContext,
) -> FitResult:
    options = FitOptions(device="cpu", start=start, folder=folder, resume=True)
    result = fit(config, data, ctx, options)
    if result.cancelled:
        raise TaskCancelledError("Cancelled; the run goes on from here next time.")
    return result


def ship(
    result: FitResult, data: TrainingData, config: TrainingConfig, run: ShippedRun
) -> ModelCard:
    """Write the weights, their card and the manifest."""
    notes = CardNotes(
        name=SHIPPED_NAME,
        threshold=SHIPPED_THRESHOLD,
        split="all patients, nobody held out",
        command=COMMAND,
        metrics=run.metrics,
        synthetic_seeds=(SHIPPED_PHANTOM_SEED,),
    )
    card = build_card(result.state, config, SHIPPED_INFERENCE, (data.training, ()), notes)
    card = replace(card, config={**card.config, "finish": config_to_dict(SHIPPED_FINISH)})
    folder = run.weights / SHIPPED_NAME
    save_checkpoint(folder, result.state, card)
    finished = read_card(folder)
    write_manifest(run.weights, {SHIPPED_NAME: finished}, SHIPPED_NAME)
    return finished
