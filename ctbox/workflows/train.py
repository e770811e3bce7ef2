"""Train a model on annotated series, and say by patient how good it is."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ctbox.errors import TrainingDataError
from ctbox.model.card import is_model_name
from ctbox.model.disk_cache import CacheLimits
from ctbox.model.ranks import find_rank
from ctbox.model.splits import Fold, SplitKind, SplitPlan, make_folds
from ctbox.model.training_updates import EpochFinished
from ctbox.progress import TaskContext
from ctbox.workflows.evaluate import (
    Evaluation,
    Judged,
    check_folds,
    judge_folds,
)
from ctbox.workflows.fold_training import FoldTraining, TrainedFold, train_fold
from ctbox.workflows.open_case import open_case
from ctbox.workflows.samples import Samples, collect_samples
from ctbox.workflows.series_prediction import make_series_predictor
from ctbox.workflows.training_plans import make_recipe

RESULTS_FILE = "results.json"
NO_VALIDATION = ("none",)
_MAX_FOLDS = 5


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What to train on what.

    Parameters
    ----------
    dicom, annotations : pathlib.Path
        As for `ctbox.workflows.open_case.open_case`.
    architecture : str
        One of `ctbox.model.config.ARCHITECTURES`.
    out : pathlib.Path
        Folder of the run: the model in ``model/``, its state in ``run/``, ``results.json``.
    subtype : str or None
        Train on this subtype alone.
    epochs, steps_per_epoch : int or None
        None for the recipe's own; else its stages are scaled in proportion.
    seed : int
        Of everything random.
    split : SplitKind
        By patient, or slice-random (LEAKY).
    validation_patients : tuple of str
        Patients to hold out; empty chooses about a fifth; ("none",) trains on all.
    device : str
        "auto", "cpu" or "cuda".
    resume : bool
        Go on with the run in `out`.
    command : str
        What to write into the card.
    cache : CacheLimits
        Where prepared series are kept between runs, and how many.
    input_side : int
        One of `ctbox.workflows.training_plans.INPUT_SIDES`.
    """

    dicom: Path
    annotations: Path | None
    architecture: str
    out: Path
    subtype: str | None = None
    epochs: int | None = None
    steps_per_epoch: int | None = None
    seed: int = 1
    split: SplitKind = SplitKind.PATIENT
    validation_patients: tuple[str, ...] = ()
    device: str = "auto"
    resume: bool = False
    command: str = "ctbox train"
    cache: CacheLimits = field(default_factory=CacheLimits)
    input_side: int = 256


@dataclass(frozen=True)
class TrainResult:
    """A trained model and its figures.

    Parameters
    ----------
    folder : pathlib.Path
        The model's folder, loadable by `--model`.
    history : tuple of EpochFinished
        All epochs.
    best_epoch : int
        The one that was kept.
    cancelled : bool
        Whether it was stopped; the best weights so far were kept.
    evaluation : Evaluation or None
        On the held-out part; None where nobody was held out, or after a stop.
    """

    folder: Path
    history: tuple[EpochFinished, ...]
    best_epoch: int
    cancelled: bool
    evaluation: Evaluation | None


def train(request: TrainRequest, ctx: TaskContext) -> TrainResult:
    """Train, keep the best epoch, and evaluate it on the held-out part.

    A cancelled run keeps its best weights. Of several processes (torchrun) all train; rank 0
    alone checks the split, writes and evaluates.

    Raises
    ------
    TrainingDataError
        If there is nothing to learn from, or too few patients to hold one out.
    SplitLeakageError
        If training and held-out part share images.
    TrainingDivergedError, DeviceError, DicomReadError, CtboxError
        As `ctbox.model.training.fit`.
    """
    recipe = make_recipe(
        request.architecture,
        request.epochs,
        request.seed,
        request.steps_per_epoch,
        request.input_side,
    )
    case = open_case(request.dicom, request.annotations, ctx)
    samples = collect_samples(case, request.subtype)
    fold = _make_fold(request, samples, case.linked_folders)
    leads = find_rank() == 0
    if leads:
        check_folds(samples, [fold], ctx, case.linked_folders)
        _make_folder(request.out, resume=request.resume)
    out = request.out.resolve()
    job = FoldTraining(
        recipe=recipe,
        folder=out,
        name=out.name if is_model_name(out.name) else request.architecture,
        device=request.device,
        resume=request.resume,
        command=request.command,
        validate=True,
        cache=request.cache,
    )
    trained = train_fold(samples, fold, job, ctx)
    evaluation = None
    if leads and fold.held_out and not trained.fit.cancelled:
        evaluation = _evaluate(samples, fold, trained, request.device, ctx)
        _write_results(out / RESULTS_FILE, trained, evaluation)
    fit = trained.fit
    return TrainResult(trained.folder, fit.history, fit.best_epoch, fit.cancelled, evaluation)


def _make_fold(request: TrainRequest, samples: Samples, linked: tuple[frozenset[str], ...]) -> Fold:
    everything = tuple(range(len(samples.keys)))
    if request.validation_patients == NO_VALIDATION:
        return Fold(request.split, "all patients", everything, ())
    named = request.validation_patients
    if request.split is SplitKind.SLICE_RANDOM:
        if named:
            raise TrainingDataError(
                "Patients cannot be held out in a slice-random split.",
                "Leave out --val-patients, or use --split patient.",
            )
        return make_folds(samples.keys, SplitPlan(request.split, seed=request.seed), linked)[0]
    patients = len(samples.patients)
    if patients < 2:
        raise TrainingDataError(
            f"A split by patient needs at least two patients with annotations, found {patients}.",
            "Add patients, train on all of them with --val-patients none, or use --split "
            "slice-random, which tells nothing of new patients.",
        )
    plan = SplitPlan(
        SplitKind.PATIENT,
        seed=request.seed,
        folds=min(_MAX_FOLDS, patients),
        held_out_patients=named,
    )
    return make_folds(samples.keys, plan, linked)[0]


def _make_folder(out: Path, *, resume: bool) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not resume and any(out.iterdir()):
            raise TrainingDataError(
                f"The folder {out} is not empty.",
                "Choose a new folder, or go on with the run in it by --resume.",
                out,
            )
        # Figures of an earlier stop do not belong to the weights that come now.
        (out / RESULTS_FILE).unlink(missing_ok=True)
    except OSError as error:
        raise TrainingDataError(
            f"The folder {out} cannot be made: {error.strerror or error}.",
            "Choose a folder you may write to.",
            out,
        ) from error


def _evaluate(
    samples: Samples, fold: Fold, trained: TrainedFold, device: str, ctx: TaskContext
) -> Evaluation:
    from ctbox.model.checkpoint import read_card

    card = read_card(trained.folder)
    judged = Judged(card.name, card.weights_sha256, trained.fit.device_label, card.threshold)
    predict = make_series_predictor(str(trained.folder), device, None)
    return judge_folds(samples, [(fold, predict)], judged, ctx)


def _write_results(path: Path, trained: TrainedFold, evaluation: Evaluation) -> None:
    document = {
        "best_epoch": trained.fit.best_epoch,
        "history": [asdict(epoch) for epoch in trained.fit.history],
        "evaluation": evaluation.to_json(),
    }
    scratch = path.with_name(f".{path.name}.part")
    scratch.write_text(json.dumps(document, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    scratch.replace(path)
