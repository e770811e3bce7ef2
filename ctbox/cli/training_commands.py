"""`ctbox train` and `ctbox evaluate`."""

from __future__ import annotations

import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from ctbox.cli.model_commands import Device
from ctbox.cli.output import (
    EXIT_CANCELLED,
    RESEARCH_NOTICE,
    err,
    exit_with,
    out,
    watched_task,
    write_json,
)
from ctbox.progress import Progress

if TYPE_CHECKING:  # numpy and more come with them; --help should not wait for that
    from ctbox.evaluation.breakdown import GroupSummary
    from ctbox.evaluation.summary import EvaluationSummary
    from ctbox.workflows.evaluate import Evaluation


class TrainingSplit(StrEnum):
    """How to keep validation data apart in training."""

    PATIENT = "patient"
    SLICE_RANDOM = "slice-random"


class InputSide(StrEnum):
    """Columns of the detector's input."""

    PLAIN = "256"
    FINE = "512"


class EvaluationSplit(StrEnum):
    """How to hold data out in an evaluation."""

    PATIENT = "patient"
    LEAVE_ONE_PATIENT_OUT = "leave-one-patient-out"
    LEAVE_ONE_SUBTYPE_OUT = "leave-one-subtype-out"
    FEW_SHOT_K = "few-shot-k"
    SLICE_RANDOM = "slice-random"


class Subtype(StrEnum):
    """Letters of the collection's patient IDs."""

    A = "A"
    B = "B"
    E = "E"
    G = "G"


_Dicom = Annotated[Path, typer.Option(help="DICOM folder, TCIA download or ZIP.")]
_Annotations = Annotated[
    Path | None, typer.Option(help="Annotation root; found beside --dicom if absent.")
]
_Cache = Annotated[
    Path | None,
    typer.Option(help="Folder for prepared series; default: the user's cache folder."),
]
_CacheGb = Annotated[
    float, typer.Option(min=0.0, help="Room on disk for prepared series; 0 keeps none.")
]
DEFAULT_CACHE_GB = 20.0


def train(
    dicom: _Dicom,
    model: Annotated[str, typer.Option(help="lung-detector or simple-cancer-cnn.")],
    out_folder: Annotated[Path, typer.Option("--out", help="Folder of the run and its model.")],
    annotations: _Annotations = None,
    subtype: Annotated[Subtype | None, typer.Option(help="Train on this subtype alone.")] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Of all stages together; default: the recipe's own.")
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(min=1, help="Steps per epoch of the first stage; default: the recipe's own."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 1,
    split: Annotated[
        TrainingSplit, typer.Option(help="slice-random is LEAKY.")
    ] = TrainingSplit.PATIENT,
    val_patients: Annotated[
        str, typer.Option(metavar="ID,ID", help="Patients to hold out; `none` holds nobody out.")
    ] = "",
    device: Annotated[Device, typer.Option(help="Where to compute.")] = Device.AUTO,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    cache: _Cache = None,
    cache_gb: _CacheGb = DEFAULT_CACHE_GB,
    input_side: Annotated[
        InputSide,
        typer.Option("--input", help="Columns of the detector's crop; 512 for small tumours."),
    ] = InputSide.PLAIN,
) -> None:
    """Train a model, keep its best epoch, and say by patient how good it is."""
    from ctbox.model.disk_cache import CacheLimits
    from ctbox.model.ranks import find_rank
    from ctbox.model.splits import SplitKind
    from ctbox.workflows.train import TrainRequest
    from ctbox.workflows.train import train as run_training

    request = TrainRequest(
        dicom=dicom,
        annotations=annotations,
        architecture=model,
        out=out_folder,
        subtype=None if subtype is None else subtype.value,
        epochs=epochs,
        steps_per_epoch=steps,
        seed=seed,
        split=SplitKind(split.value),
        validation_patients=_split_names(val_patients),
        device=device.value,
        resume=resume,
        command=" ".join(["ctbox", *sys.argv[1:]]),
        cache=CacheLimits(cache, cache_gb),
        input_side=int(input_side.value),
    )
    leads = find_rank() == 0
    # One of several processes speaks; what ends the others is an error, and told.
    out.quiet = err.quiet = not leads
    try:
        with watched_task("Training", describe_training) as ctx:
            result = run_training(request, ctx)
    finally:
        err.quiet = False
    if result.cancelled and not leads:
        exit_with(EXIT_CANCELLED)
    if result.cancelled:
        err.print(f"Stopped. The best weights so far are in {result.folder}")
        exit_with(EXIT_CANCELLED)
    out.print(f"Best epoch {result.best_epoch} of {len(result.history)}; model in {result.folder}")
    if result.evaluation is None:
        out.print("Nobody was held out, so nothing can be said of new patients.")
    else:
        print_evaluation(result.evaluation)


def evaluate(
    dicom: _Dicom,
    json_target: Annotated[
        str, typer.Option("--json", metavar="FILE|-", help="Where to write all figures.")
    ],
    annotations: _Annotations = None,
    model: Annotated[str | None, typer.Option(help="Name or folder; default: shipped.")] = None,
    split: Annotated[
        EvaluationSplit, typer.Option(help="Which patients are held out of what.")
    ] = EvaluationSplit.PATIENT,
    folds: Annotated[int, typer.Option(min=2, help="Folds of a patient split, at most.")] = 5,
    few_shot: Annotated[int, typer.Option(min=1, help="The k of few-shot-k, in slices.")] = 20,
    seed: Annotated[int, typer.Option(help="Of split; with --retrain added to the recipe's.")] = 0,
    retrain: Annotated[
        bool, typer.Option("--retrain", help="Train anew for every fold, on its training part.")
    ] = False,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Of all stages together, with --retrain.")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Steps per epoch of the first stage, with --retrain.")
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(help="With --retrain: keep finished folds here, and go on from them."),
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Least score; default: the card's.")
    ] = None,
    device: Annotated[Device, typer.Option(help="Where to compute.")] = Device.AUTO,
    cache: _Cache = None,
    cache_gb: _CacheGb = DEFAULT_CACHE_GB,
) -> None:
    """Judge a model by patient, beside the baselines it must beat."""
    from ctbox.model.disk_cache import CacheLimits
    from ctbox.model.splits import SplitKind, SplitPlan
    from ctbox.workflows.evaluate import EvaluateRequest
    from ctbox.workflows.evaluate import evaluate as run_evaluation
    from ctbox.workflows.training_plans import find_recipe

    if state is not None and not retrain:
        raise typer.BadParameter("--state keeps the folds of --retrain; give both.")
    plan = SplitPlan(SplitKind(split.value), seed=seed, folds=folds, few_shot_slices=few_shot)
    request = EvaluateRequest(
        dicom, annotations, model=model, plan=plan, device=device.value, threshold=threshold
    )
    if retrain:
        limits = CacheLimits(cache, cache_gb)
        recipe = find_recipe(model, epochs, seed, steps)
        request = replace(request, retrain=recipe, state=state, cache=limits)
    with watched_task("Evaluating", describe_training) as ctx:
        result = run_evaluation(request, ctx)
    write_json(result.to_json(), json_target)
    if json_target != "-":
        print_evaluation(result)


def describe_training(update: object) -> object:
    """Return a training update as a step of the bar or a line above it."""
    from ctbox.model.training_updates import (
        BatchHalved,
        EpochFinished,
        StepFinished,
        TrainingNote,
    )

    if isinstance(update, StepFinished):
        return Progress(update.step, update.steps, f"Training, loss {update.loss:.3f}")
    if isinstance(update, BatchHalved | TrainingNote):
        return update.message
    if isinstance(update, EpochFinished):
        told = f"epoch {update.epoch}/{update.epochs}  loss {update.training_loss:.4f}"
        if update.validation_iou is not None:
            told += f"  validation IoU {update.validation_iou:.3f}"
            told += "  (best so far)" if update.is_best else ""
        return f"{told}  {update.seconds:.0f} s"
    return update


def print_evaluation(evaluation: Evaluation) -> None:
    """Print one model's figures beside its baselines', with the split they rest on."""
    summary = evaluation.model
    out.print(f"\nSplit: {summary.options.split}")
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("")
    titles = ("Mean IoU", "By patient (95 %)", "IoU ≥ 0.5", "Patients", "Slices")
    for title in titles:
        table.add_column(title, justify="right")
    table.add_row(evaluation.model_name, *_format_figures(summary))
    for name, baseline in evaluation.baselines.items():
        table.add_row(name, *_format_figures(baseline))
    out.print(table)
    out.print(_format_lesions(summary))
    if evaluation.unreadable:
        out.print(f"{len(evaluation.unreadable)} slices could not be read and are left out.")
    if not evaluation.baselines:
        out.print("No training slices were left to copy from, so there is no copy baseline.")
    out.print(f"A miss counts as IoU 0. {RESEARCH_NOTICE}")


def _format_lesions(summary: EvaluationSummary) -> str:
    """Return what the model's lesions come to, at which threshold."""
    results, figures = summary.scored_lesions, summary.overall.figures
    found = sum(one.score is not None for one in results.lesions)
    threshold, scans = summary.options.threshold, len(results.scans)
    return (
        f"Lesions: {found} of {len(results.lesions)} found, "
        f"{_format(figures['false_lesions_per_scan'])} false ones a scan over "
        f"{scans} scan{'' if scans == 1 else 's'}"
        f"{'' if threshold is None else f', at threshold {threshold:g}'}; "
        f"calibration error {_format(figures['calibration_error'])}."
    )


def _format_figures(summary: EvaluationSummary) -> tuple[str, ...]:
    overall: GroupSummary = summary.overall
    interval = overall.intervals["patient_mean_iou"]
    by_patient = _format(overall.figures["patient_mean_iou"])
    if interval.low is not None and interval.high is not None:
        by_patient += f" ({interval.low:.2f}–{interval.high:.2f})"
    if interval.note is not None:
        by_patient += f" {interval.note}"
    return (
        _format(overall.figures["mean_iou"]),
        by_patient,
        _format(overall.figures["hit_at_0.5"]),
        str(overall.patients),
        str(overall.slices),
    )


def _format(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"


def _split_names(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(",") if word.strip())


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(train)
    app.command()(evaluate)
