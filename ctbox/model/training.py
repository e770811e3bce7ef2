"""Train a network: short epochs, the best weights kept, stopped and resumed at will."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ctbox.errors import DeviceError, TrainingDataError, TrainingDivergedError
from ctbox.model.baseline_learning import BaselineLearning
from ctbox.model.config import SIMPLE_CANCER_CNN, TrainingConfig
from ctbox.model.dataset import TrainingData
from ctbox.model.devices import choose_device
from ctbox.model.learning import AveragedWeights, LearningTask, copy_state
from ctbox.model.lung_learning import LungLearning
from ctbox.model.prefetch import Prefetcher
from ctbox.model.team import ALONE, Team
from ctbox.model.training_state import RunState, load_run_state, save_run_state
from ctbox.model.training_updates import BatchHalved, EpochFinished, StepFinished
from ctbox.progress import TaskCancelledError, TaskContext

__all__ = ["FitOptions", "FitResult", "fit", "train_one_epoch"]

Weights = dict[str, Tensor]
"""A network's state, by name."""

FINAL_RATE_SHARE = 0.02
OUT_OF_MEMORY = ("not enough memory", "out of memory", "can't allocate")


@dataclass(frozen=True)
class FitOptions:
    """Where a run starts, computes and leaves its traces.

    Parameters
    ----------
    device : str
        "auto", "cpu" or "cuda".
    start : mapping, optional
        Weights to start from, for fine-tuning.
    folder : pathlib.Path, optional
        Where the run's state is saved after every epoch, and found again on resume.
    resume : bool
        Whether to go on from the state in the folder, if there is one.
    on_best : callable, optional
        Called with the best weights so far whenever they change: save them there, and they
        survive whatever comes.
    on_epoch : callable, optional
        Called after every epoch with its number and the weights that were validated; also
        before the first, with 0 and its validation IoU, where the run is not a resumed one.
    team : Team
        The processes that train together. Rank 0 alone saves, calls back and validates.
    """

    device: str = "auto"
    start: Mapping[str, Tensor] | None = None
    folder: Path | None = None
    resume: bool = False
    on_best: Callable[[dict[str, Tensor], EpochFinished], None] | None = None
    on_epoch: Callable[[torch.nn.Module, int, float | None], None] | None = None
    team: Team = field(default_factory=Team)


@dataclass(frozen=True)
class FitResult:
    """What came of a run.

    Parameters
    ----------
    state : dict
        The best weights, on the CPU; the last ones where nothing was validated.
    best_epoch : int
        From 1; 0 if cancelled within the first epoch.
    best_iou : float or None
        Validation IoU of the best weights.
    history : tuple of EpochFinished
        All epochs.
    cancelled : bool
        Whether it was stopped before its end.
    device_label : str
        Where it ran.
    """

    state: dict[str, Tensor]
    best_epoch: int
    best_iou: float | None
    history: tuple[EpochFinished, ...]
    cancelled: bool
    device_label: str


class _Trainer:
    """What changes during a run, in one place."""

    def __init__(self, config: TrainingConfig, data: TrainingData, options: FitOptions) -> None:
        if config.threads > 0:
            torch.set_num_threads(config.threads)
        torch.manual_seed(config.seed)
        self.compute = choose_device(options.device)
        self.config, self.options, self.team = config, options, options.team
        self._check_team()
        self.task = make_task(config, data, self.compute.device, options.start, self.team)
        self.optimizer = self.task.make_optimizer(config)
        self.averaged = AveragedWeights(self.task.network, config.ema_decay)
        self.run = RunState(batch_size=config.batch_size)
        self.steps = config.steps_per_epoch or count_steps(data, config.batch_size)
        if options.resume and options.folder is not None:
            found = load_run_state(options.folder, self._modules, self.optimizer, config)
            self.run = found or self.run

    def _check_team(self) -> None:
        if self.team.size > self.config.batch_size:
            raise TrainingDataError(
                f"A batch of {self.config.batch_size} cannot be shared by {self.team.size} "
                "processes.",
                "Start fewer processes.",
            )

    def validate(self, ctx: TaskContext) -> float | None:
        """Return the validation IoU of the averaged weights."""
        network = self.averaged.network.eval()
        return self.team.lead(lambda: self.task.validate(network, ctx))

    @property
    def _modules(self) -> dict[str, torch.nn.Module]:
        return {"network": self.task.network, "averaged": self.averaged.network}

    def draw_batch(self, rng: np.random.Generator) -> Any:
        """Draw in the calling thread, which computes with as many threads as the main one."""
        if self.config.threads > 0:
            torch.set_num_threads(self.config.threads)
        return self.task.draw_batch(self.run.batch_size, rng)

    def save(self) -> None:
        if self.options.folder is not None and self.team.rank == 0:
            save_run_state(
                self.options.folder, self.run, self._modules, self.optimizer, self.config
            )


def make_task(
    config: TrainingConfig,
    data: TrainingData,
    device: torch.device,
    start: Mapping[str, Tensor] | None = None,
    team: Team = ALONE,
) -> LearningTask[Any]:
    """Return the architecture's part of a training run."""
    if config.model.architecture == SIMPLE_CANCER_CNN:
        return BaselineLearning(config, data, device, start, team)
    return LungLearning(config, data, device, start, team)


def count_steps(data: TrainingData, batch_size: int) -> int:
    """Return the steps of one pass over the annotated slices."""
    return max(1, math.ceil(sum(len(s.boxes) for s in data.training) / batch_size))


def fit(
    config: TrainingConfig,
    data: TrainingData,
    ctx: TaskContext | None = None,
    options: FitOptions | None = None,
) -> FitResult:
    """Train, validate after every epoch, and keep the best weights.

    Reports `StepFinished`, `EpochFinished` and `BatchHalved`. The same configuration and data
    give the same weights on one CPU with fixed threads, resumed or not.

    Parameters
    ----------
    config : TrainingConfig
        What and how to train.
    data : TrainingData
        Training and validation series, of different patients.
    ctx : TaskContext, optional
        Asked to stop before every step; a stopped run returns its best weights.
    options : FitOptions, optional
        Device, start, state on disk.

    Raises
    ------
    TrainingDataError
        If there is nothing to learn from.
    TrainingDivergedError
        If loss or weights are no longer finite; weights given to `on_best` before stay good.
    CheckpointError
        If the state can't be saved, or not be resumed from.
    DeviceError
        If the device that was asked for can't be used, or memory ran out in one of several
        processes.
    """
    ctx = ctx or TaskContext()
    trainer = _Trainer(config, data, options or FitOptions())
    run, cancelled = trainer.run, False
    try:
        _look_at_start(trainer, ctx)
        while run.epoch < config.epochs and not _has_stalled(run, config.patience):
            _run_epoch(trainer, ctx)
    except TaskCancelledError:
        cancelled = True
    best = run.best or copy_state(trainer.averaged.network)
    return FitResult(
        best, run.best_epoch, run.best_iou, tuple(run.history), cancelled, trainer.compute.label
    )


def _look_at_start(trainer: _Trainer, ctx: TaskContext) -> None:
    """Tell how good the weights are that training starts from, if anyone wants to know."""
    if trainer.options.on_epoch is not None and trainer.run.epoch == 0:
        iou = trainer.validate(ctx)
        trainer.options.on_epoch(trainer.averaged.network, 0, iou)


def _has_stalled(run: RunState, patience: int) -> bool:
    return patience > 0 and run.best_iou is not None and run.epoch - run.best_epoch >= patience


def _run_epoch(trainer: _Trainer, ctx: TaskContext) -> None:
    run, config, started = trainer.run, trainer.config, time.perf_counter()
    loss = _train_with_smaller_batches(trainer, ctx)
    network = trainer.averaged.network
    _check_weights(network, run.epoch + 1)
    iou = trainer.validate(ctx)
    run.epoch += 1
    is_best = iou is None or run.best_iou is None or iou > run.best_iou
    rate = float(trainer.optimizer.param_groups[0]["lr"])
    seconds = time.perf_counter() - started
    finished = EpochFinished(run.epoch, config.epochs, loss, iou, rate, seconds, is_best)
    run.history.append(finished)
    if is_best:
        run.best, run.best_iou, run.best_epoch = copy_state(network), iou, run.epoch
        if trainer.options.on_best is not None and trainer.team.rank == 0:
            trainer.options.on_best(run.best, finished)
    trainer.save()
    ctx.report(finished)
    if trainer.options.on_epoch is not None:
        trainer.options.on_epoch(network, run.epoch, iou)


def _check_weights(network: torch.nn.Module, epoch: int) -> None:
    """Raise if an epoch spoilt the weights: a finite loss can have gradients that are not.

    Raises
    ------
    TrainingDivergedError
        If a weight is not finite.
    """
    for name, tensor in network.state_dict().items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise TrainingDivergedError(
                f"The weights {name} are no longer finite after epoch {epoch}.",
                "Lower the learning rate; the best weights before this epoch are kept.",
            )


def _train_with_smaller_batches(trainer: _Trainer, ctx: TaskContext) -> float:
    """Train an epoch; when memory runs out, halve the batch and take the epoch again."""
    while True:
        try:
            return train_one_epoch(trainer, ctx)
        except (RuntimeError, MemoryError) as error:
            size = trainer.run.batch_size
            if size <= 1 or not _is_out_of_memory(error):
                raise
            if trainer.team.size > 1:  # the others are in the middle of this step
                raise DeviceError(
                    f"Memory ran out with batches of {size} in {trainer.team.size} processes.",
                    "Start more processes on more GPUs, or one, which halves its batches.",
                ) from error
            trainer.run.batch_size = size // 2
            trainer.optimizer.zero_grad(set_to_none=True)
            message = f"Memory ran out; going on with batches of {size // 2} instead of {size}."
            ctx.report(BatchHalved(size // 2, message))


def _is_out_of_memory(error: RuntimeError | MemoryError) -> bool:
    # Samples are drawn by numpy, which raises MemoryError; torch's CPU allocator raises nothing
    # finer than RuntimeError.
    told = str(error).lower()
    return isinstance(error, MemoryError) or any(text in told for text in OUT_OF_MEMORY)


def train_one_epoch(trainer: _Trainer, ctx: TaskContext) -> float:
    """Take one epoch's steps and return their mean loss.

    Raises
    ------
    TrainingDivergedError
        If the loss is no longer finite.
    TaskCancelledError
        If cancelled.
    """
    config, run = trainer.config, trainer.run
    rng = np.random.default_rng([config.seed, run.epoch])
    trainer.task.start_epoch(rng)
    trainer.task.network.train()
    total = 0.0
    with Prefetcher(lambda: trainer.draw_batch(rng), trainer.steps) as batches:
        for number in range(trainer.steps):
            trainer.team.check(ctx)
            step = run.epoch * trainer.steps + number
            loss = _take_step(trainer, step, batches.take())
            total += loss
            ctx.report(StepFinished(step + 1, config.epochs * trainer.steps, loss))
    return total / trainer.steps


def _take_step(trainer: _Trainer, step: int, batch: Any) -> float:
    config = trainer.config
    rate = compute_learning_rate(config, step, config.epochs * trainer.steps)
    for group in trainer.optimizer.param_groups:
        group["lr"] = rate * group.get("rate_share", 1.0)
    loss = trainer.task.compute_batch_loss(batch)
    value = float(loss.detach())
    if not math.isfinite(value):
        raise TrainingDivergedError(
            f"The training loss became {value} at step {step + 1}.",
            "Lower the learning rate; the best weights before this step are kept.",
        )
    trainer.optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    trainer.team.sum_gradients(trainer.task.network.parameters())
    if config.gradient_clip > 0:
        torch.nn.utils.clip_grad_norm_(trainer.task.network.parameters(), config.gradient_clip)
    trainer.optimizer.step()
    trainer.averaged.update(trainer.task.network, step)
    return value


def compute_learning_rate(config: TrainingConfig, step: int, steps: int) -> float:
    """Return the rate of a step from 0: a linear rise, then half a cosine (detector only)."""
    if config.model.architecture == SIMPLE_CANCER_CNN:
        return config.learning_rate
    warm = min(1.0, (step + 1) / max(config.warmup_steps, 1))
    cosine = 0.5 * (1 + math.cos(math.pi * step / max(steps, 1)))
    return config.learning_rate * warm * (FINAL_RATE_SHARE + (1 - FINAL_RATE_SHARE) * cosine)
