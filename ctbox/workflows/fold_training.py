"""Train on one fold of a split, and save the model with its card."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctbox.model.card import MetricRecord
from ctbox.model.disk_cache import CacheLimits
from ctbox.model.linking import hash_slices
from ctbox.model.recipe import Recipe
from ctbox.model.splits import Fold
from ctbox.model.store import MODEL_IN_RUN
from ctbox.model.training_updates import EpochFinished, TrainingNote
from ctbox.progress import TaskContext
from ctbox.workflows.samples import Samples, make_training_series

if TYPE_CHECKING:  # torch comes with it
    from ctbox.model.training import FitResult, Weights

RUN_FOLDER = "run"


@dataclass(frozen=True, slots=True)
class FoldTraining:
    """How one fold is trained.

    Parameters
    ----------
    recipe : Recipe
        Architecture, stages, phantoms.
    folder : pathlib.Path
        Of the run.
    name : str
        Of the model.
    device : str
        "auto", "cpu" or "cuda".
    resume : bool
        Go on with the run in the folder.
    command : str
        What to write into the card.
    validate : bool
        Whether the held-out part chooses the epoch. Not where it is judged by afterwards.
    cache : CacheLimits
        Where prepared series are kept, and how many.
    """

    recipe: Recipe
    folder: Path
    name: str = "fold"
    device: str = "auto"
    resume: bool = False
    command: str = "ctbox evaluate"
    validate: bool = False
    cache: CacheLimits = field(default_factory=CacheLimits)


@dataclass(frozen=True)
class TrainedFold:
    """What came of one fold."""

    folder: Path
    fit: FitResult


def train_fold(samples: Samples, fold: Fold, job: FoldTraining, ctx: TaskContext) -> TrainedFold:
    """Train on a fold's training part and few shots, and save the best weights with their card.

    Of several processes (torchrun) all train, and rank 0 alone writes.

    Raises
    ------
    TrainingDataError, TrainingDivergedError, DeviceError, CheckpointError
        As `ctbox.model.training.fit`.
    TaskCancelledError
        If stopped before training began.
    """
    from ctbox.model.checkpoint import save_checkpoint
    from ctbox.model.dataset import TrainingData
    from ctbox.model.recipe_training import train_recipe
    from ctbox.model.shipped import SHIPPED_INFERENCE, SHIPPED_THRESHOLD
    from ctbox.model.shipping import CardNotes, build_card
    from ctbox.model.team import join_team
    from ctbox.model.training import FitOptions

    # The few shots are learnt along with the rest: the recipe's stages are the same for all.
    taught = samples.select((*fold.training, *fold.few_shot))
    training = make_training_series(samples.cases, taught)
    held_out = make_training_series(samples.cases, samples.select(fold.held_out))
    disk = job.cache.open(lambda message: ctx.report(TrainingNote(message)))
    data = TrainingData(training, held_out if job.validate else (), disk=disk)
    folder = job.folder / MODEL_IN_RUN
    notes = CardNotes(
        name=job.name,
        # Too few patients are held out to choose these anew: they are the shipped recipe's.
        threshold=SHIPPED_THRESHOLD,
        split=fold.label if fold.held_out else "all patients, nobody held out",
        command=job.command,
        leaky=fold.leaky,
        held_out_sha256=hash_slices(samples.select(fold.held_out)),
    )

    def save(state: Weights, epoch: EpochFinished | None) -> None:
        metrics = () if epoch is None else _describe_validation(epoch, fold, data.validation)
        card = build_card(
            state,
            job.recipe,
            SHIPPED_INFERENCE,
            (training, data.validation),
            replace(notes, metrics=metrics),
        )
        save_checkpoint(folder, state, card)

    with join_team(job.device) as team:
        options = FitOptions(
            device=team.device or job.device,
            folder=job.folder / RUN_FOLDER,
            resume=job.resume,
            on_best=save,
            team=team,
        )
        result = train_recipe(job.recipe, data, ctx, options)
    if team.rank == 0 and not folder.is_dir():  # stopped within the first epoch
        save(result.state, None)
    return TrainedFold(folder, result)


def _describe_validation(
    epoch: EpochFinished, fold: Fold, validation: tuple[Any, ...]
) -> tuple[MetricRecord, ...]:
    if epoch.validation_iou is None:
        return ()
    record = MetricRecord(
        title="Validation of the best epoch (the same patients chose it)",
        split=fold.label,
        patients=len({each.patient_id for each in validation}),
        values={"patient_mean_iou": epoch.validation_iou, "epoch": epoch.epoch},
    )
    return (record,)
