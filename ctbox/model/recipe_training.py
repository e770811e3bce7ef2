"""Train by a recipe: stage after stage, with its phantoms, as one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from ctbox.model.dataset import TrainingData, TrainingSeries
from ctbox.model.phantom_series import make_phantom_series
from ctbox.model.recipe import Recipe, Stage
from ctbox.model.training import FitOptions, FitResult, fit
from ctbox.model.training_updates import EpochFinished, StepFinished
from ctbox.progress import TaskContext


def train_recipe(
    recipe: Recipe, data: TrainingData, ctx: TaskContext, options: FitOptions
) -> FitResult:
    """Train all stages, each from the best weights of the one before.

    The order of the series given does not matter. Epochs and steps are reported and numbered
    over all stages. Where something is validated, the best epoch of all stages counts, else the
    last. The branches of a stage are averaged where nothing is validated; where something is,
    one branch is run, since the epochs that validation chose would no longer be the ones kept.

    Parameters
    ----------
    recipe : Recipe
        What to do.
    data : TrainingData
        Patients' series; the recipe's phantoms are added here.
    ctx : TaskContext
        Told of progress and asked to stop; a stopped run returns its best weights.
    options : FitOptions
        As for `ctbox.model.training.fit`; the state of a stage lies in a folder of its name.

    Raises
    ------
    TaskCancelledError
        If stopped before training began.
    CtboxError
        As `ctbox.model.training.fit`.
    """

    def make_phantoms() -> tuple[TrainingSeries, ...]:
        return make_phantom_series(recipe.phantoms, recipe.phantom_seed, ctx)

    # Rank 0 makes them first; the others, and it again, find them on the disk.
    options.team.lead(lambda: len(make_phantoms()))
    phantoms = make_phantoms()
    real = sorted(data.training, key=lambda one: one.key)
    if data.validation:
        recipe = recipe.without_branches()
    past: FitResult | None = None
    for stage in recipe.stages:
        own = replace(data, training=(*real, *phantoms[: stage.phantoms]))
        begin, states = options.start if past is None else past.state, []
        for branch in stage.branch_out():
            run = _StageRun(recipe.unroll(), branch, replace(options, start=begin), past)
            past = _run_stage(run, own, ctx)
            if past.cancelled:
                return past
            states.append(past.state)
        if len(states) > 1 and past is not None:
            past = replace(past, state=average_weights(states))
            if options.on_best is not None and options.team.rank == 0:
                options.on_best(past.state, past.history[-1])
    assert past is not None  # a recipe has at least one stage
    return past


def average_weights(states: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Return the mean of several networks' weights; counters are the first one's.

    Parameters
    ----------
    states : sequence of dict
        State dictionaries with the same names and shapes, at least one.
    """
    mean: dict[str, Tensor] = {}
    for name, first in states[0].items():
        if first.is_floating_point():
            parts = [state[name].double() for state in states]
            total = sum(parts[1:], start=parts[0])
            mean[name] = torch.div(total, len(parts)).to(first.dtype)
        else:
            mean[name] = first
    return mean


class _StageRun:
    """One stage among the others: its numbers among theirs, its best against theirs."""

    def __init__(
        self, recipe: Recipe, stage: Stage, options: FitOptions, past: FitResult | None
    ) -> None:
        self.stage, self.options, self.past = stage, options, past
        index = recipe.stages.index(stage)
        self._epochs = recipe.epochs
        # Numbers are the planned ones: patience may end a stage early.
        self.first_epoch = sum(one.config.epochs for one in recipe.stages[:index])
        steps = [one.config.epochs * one.config.steps_per_epoch for one in recipe.stages]
        self._first_step, self._steps = sum(steps[:index]), sum(steps)
        self._counts_steps = all(steps)

    def number(self, update: object) -> object:
        """Return an update as one of the whole run."""
        if isinstance(update, EpochFinished):
            return replace(
                update,
                epoch=update.epoch + self.first_epoch,
                epochs=self._epochs,
                is_best=update.is_best and self._beats_past(update),
            )
        if isinstance(update, StepFinished) and self._counts_steps:
            return replace(update, step=update.step + self._first_step, steps=self._steps)
        return update

    def keep(self, state: dict[str, Tensor], epoch: EpochFinished) -> None:
        """Pass the best weights on, unless an earlier stage's were better."""
        if self.options.on_best is not None and self._beats_past(epoch):
            numbered = self.number(epoch)
            assert isinstance(numbered, EpochFinished)
            self.options.on_best(state, numbered)

    def watch(self, network: nn.Module, epoch: int, iou: float | None) -> None:
        """Pass on what was validated; a later stage's start is the end of the one before."""
        if self.options.on_epoch is not None and (epoch or self.past is None):
            self.options.on_epoch(network, epoch + self.first_epoch, iou)

    def join(self, result: FitResult) -> FitResult:
        """Return the result of the stages so far."""
        own = tuple(self.number(each) for each in result.history)
        history = tuple(each for each in own if isinstance(each, EpochFinished))
        joined = replace(result, history=history)
        if result.best_epoch:
            joined = replace(joined, best_epoch=result.best_epoch + self.first_epoch)
        if self.past is None:
            return joined
        joined = replace(joined, history=(*self.past.history, *history))
        before, now = self.past.best_iou, result.best_iou
        if result.best_epoch == 0 or (before is not None and now is not None and now <= before):
            past = self.past
            joined = replace(
                joined, state=past.state, best_epoch=past.best_epoch, best_iou=past.best_iou
            )
        return joined

    def _beats_past(self, epoch: EpochFinished) -> bool:
        before = None if self.past is None else self.past.best_iou
        return before is None or epoch.validation_iou is None or epoch.validation_iou > before


def _run_stage(run: _StageRun, data: TrainingData, ctx: TaskContext) -> FitResult:
    watched = TaskContext(
        on_report=lambda update: ctx.report(run.number(update)),
        is_cancelled=lambda: ctx.cancelled,
    )
    folder = run.options.folder
    options = replace(
        run.options,
        folder=None if folder is None else folder / run.stage.name,
        on_best=run.keep,
        on_epoch=None if run.options.on_epoch is None else run.watch,
    )
    return run.join(fit(run.stage.config, data, watched, options))
