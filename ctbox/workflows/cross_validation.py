"""Train a model anew for every fold and predict what was held out, to go on after a stop."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ctbox.errors import TrainingDataError
from ctbox.model.disk_cache import CacheLimits
from ctbox.model.recipe import Recipe
from ctbox.model.splits import Fold
from ctbox.model.store import MODEL_IN_RUN, read_card
from ctbox.progress import Progress, TaskCancelledError, TaskContext
from ctbox.workflows.detect import load_detector
from ctbox.workflows.fold_training import RUN_FOLDER, FoldTraining, train_fold
from ctbox.workflows.kept_predictions import KeptPredictions
from ctbox.workflows.samples import Samples
from ctbox.workflows.series_prediction import SeriesPredictor, make_series_predictor

PLAN_FILE = "folds.json"
PREDICTIONS_FILE = "predictions.json"


@dataclass(frozen=True, slots=True)
class CrossValidation:
    """How the folds are trained, and where they are kept.

    Parameters
    ----------
    recipe : Recipe
        How each fold is trained.
    folder : pathlib.Path
        Gets a folder for each fold, with its model, its run's state and its predictions. What
        an earlier run of the same evaluation left there is used.
    device : str
        "auto", "cpu" or "cuda".
    threshold : float or None
        Least score that counts; None for the card's own.
    cache : CacheLimits
        Where prepared series are kept, and how many.
    """

    recipe: Recipe
    folder: Path
    device: str = "auto"
    threshold: float | None = None
    cache: CacheLimits = field(default_factory=CacheLimits)


@dataclass(frozen=True)
class PredictedFold:
    """A fold with the predictions of the model trained on its training part."""

    fold: Fold
    predict: SeriesPredictor
    device_label: str
    threshold: float


def cross_validate(
    samples: Samples, folds: Sequence[Fold], job: CrossValidation, ctx: TaskContext
) -> list[PredictedFold]:
    """Train and predict fold by fold; a kill loses no more than the epoch in hand.

    Raises
    ------
    TrainingDataError
        If the folder holds another evaluation, or cannot be written.
    TaskCancelledError
        If cancelled.
    CtboxError
        As `ctbox.workflows.fold_training.train_fold`.
    """
    _claim_folder(samples, folds, job)
    done = []
    for number, fold in enumerate(folds, start=1):
        ctx.report(Progress(number - 1, len(folds), f"Training fold {fold.name}"))
        done.append(_predict_fold(samples, fold, job, job.folder / f"fold-{number}", ctx))
    return done


def _predict_fold(
    samples: Samples, fold: Fold, job: CrossValidation, folder: Path, ctx: TaskContext
) -> PredictedFold:
    model, path = folder / MODEL_IN_RUN, folder / PREDICTIONS_FILE
    # The file appears when training has ended; a model without it is an unfinished one.
    if not path.is_file():
        training = FoldTraining(job.recipe, folder, device=job.device, resume=True, cache=job.cache)
        if train_fold(samples, fold, training, ctx).fit.cancelled:
            raise TaskCancelledError("Cancelled.")
    card = read_card(model)
    threshold = card.threshold if job.threshold is None else job.threshold
    kept = KeptPredictions(
        path,
        f"{card.weights_sha256} at {threshold}",
        make_series_predictor(str(model), job.device, job.threshold),
    )
    # Its state is for going on with the training only, and may take gigabytes.
    shutil.rmtree(folder / RUN_FOLDER, ignore_errors=True)
    held_out = samples.select(fold.held_out)
    for case in samples.cases:
        if held_out.intersection(case.annotations):
            ctx.check()
            kept(case.series, ctx)
    label = load_detector(str(model), job.device).device_label
    return PredictedFold(fold, kept, label, threshold)


def _claim_folder(samples: Samples, folds: Sequence[Fold], job: CrossValidation) -> None:
    """Write what the folder's folds are, or check that it is the same.

    Raises
    ------
    TrainingDataError
        If it is not, or the disk refuses.
    """
    plan = _describe_plan(samples, folds, job)
    path = job.folder / PLAN_FILE
    try:
        if path.is_file():
            if json.loads(path.read_text(encoding="utf-8")) != json.loads(json.dumps(plan)):
                raise TrainingDataError(
                    f"The folder {job.folder} holds the folds of another evaluation: the data, "
                    "the split, the seed or the recipe differ.",
                    "Choose a new folder for --state, or repeat the words of the first run.",
                    job.folder,
                )
            return
        job.folder.mkdir(parents=True, exist_ok=True)
        if any(job.folder.iterdir()):
            raise TrainingDataError(
                f"The folder {job.folder} is not empty.", "Choose a new one.", job.folder
            )
        path.write_text(json.dumps(plan, indent=2) + "\n", encoding="utf-8")
    except (OSError, ValueError) as error:
        raise TrainingDataError(
            f"The folder {job.folder} cannot keep the folds: {error}.",
            "Choose a new folder that you may write to.",
            job.folder,
        ) from error


def _describe_plan(samples: Samples, folds: Sequence[Fold], job: CrossValidation) -> dict[str, Any]:
    return {
        "recipe": job.recipe.to_json(),
        "folds": [
            {
                "name": fold.name,
                "training": _digest(samples, fold.training),
                "held_out": _digest(samples, fold.held_out),
                **({"few_shot": _digest(samples, fold.few_shot)} if fold.few_shot else {}),
            }
            for fold in folds
        ],
    }


def _digest(samples: Samples, indices: Sequence[int]) -> str:
    uids = "\n".join(sorted(samples.select(indices)))
    return hashlib.sha256(uids.encode()).hexdigest()
