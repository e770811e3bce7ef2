"""`ctbox finetune` and `ctbox reproduce-thesis`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from ctbox.cli.model_commands import Device
from ctbox.cli.output import RESEARCH_NOTICE, out, watched_task
from ctbox.cli.training_commands import describe_training

if TYPE_CHECKING:  # numpy and more come with them; --help should not wait for that
    from ctbox.workflows.fine_tune_results import BeforeAfter, Figure, FineTuneResult

_Dicom = Annotated[Path, typer.Option(help="DICOM folder, TCIA download or ZIP.")]
_Place = Annotated[
    Path, typer.Option(help="DICOM folder, TCIA download, ZIP, or a catalogue's file.")
]
_Annotations = Annotated[
    Path | None, typer.Option(help="Annotation root; found beside --dicom if absent.")
]


def finetune(
    dicom: _Place,
    subtype: Annotated[str, typer.Option(help="A, B, E, G or a new name.")],
    name: Annotated[str, typer.Option(help="Name of the new model.")],
    out_folder: Annotated[Path, typer.Option("--out", help="Folder of the run and its model.")],
    annotations: _Annotations = None,
    base: Annotated[str | None, typer.Option(help="Model to start from; default: shipped.")] = None,
    test_patients: Annotated[
        str, typer.Option(metavar="ID,ID", help="Patients who judge; default: chosen by --seed.")
    ] = "",
    steps: Annotated[
        int | None, typer.Option(min=1, help="Default: by the number of boxes.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 1,
    old_dicom: Annotated[
        Path | None, typer.Option(help="Patients of old subtypes, against forgetting.")
    ] = None,
    old_annotations: Annotated[
        Path | None, typer.Option(help="Their annotations; found beside --old-dicom if absent.")
    ] = None,
    device: Annotated[Device, typer.Option(help="Where to compute.")] = Device.AUTO,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
) -> None:
    """Fine-tune a model for a subtype, and say whether it got better and what it forgot."""
    from ctbox.workflows.fine_tune import fine_tune
    from ctbox.workflows.fine_tune_control import RunControl
    from ctbox.workflows.fine_tune_request import FineTuneRequest
    from ctbox.workflows.parallel import WorkerOptions, WorkerProcess

    request = FineTuneRequest(
        dicom=dicom.absolute(),
        annotations=None if annotations is None else annotations.absolute(),
        subtype=subtype,
        name=name,
        out=out_folder.absolute(),
        base=base,
        test_patients=tuple(w.strip() for w in test_patients.split(",") if w.strip()),
        steps=steps,
        old_dicom=None if old_dicom is None else old_dicom.absolute(),
        old_annotations=None if old_annotations is None else old_annotations.absolute(),
        seed=seed,
        device=device.value,
        resume=resume,
        command=describe_command(subtype, name, base, test_patients, (steps, seed)),
    )
    if resume:  # what was asked of it before it was cut off is over
        RunControl(request.out).clear()
    # As in the window: the run lives in a process of its own.
    worker = WorkerProcess(WorkerOptions("training", cancel_limit_s=60.0))
    try:
        with watched_task("Fine-tuning", describe_fine_tuning) as ctx:
            result = worker.run(fine_tune, request, ctx)
    finally:
        worker.shutdown()
    print_result(result)


def describe_command(
    subtype: str,
    name: str,
    base: str | None,
    test_patients: str,
    numbers: tuple[int | None, int],
) -> str:
    """Return the command for the model's card: without folders, whose names may tell whose.

    The card leaves with the model; what lies on this computer stays out of it.
    """
    from ctbox.model.card import is_model_name

    steps, seed = numbers
    words = ["ctbox", "finetune", "--dicom", "DIR", "--annotations", "DIR"]
    words += ["--subtype", subtype, "--name", name, "--out", "DIR"]
    if base is not None:
        words += ["--base", base if is_model_name(base) else "MODEL"]
    if test_patients:
        words += ["--test-patients", test_patients]
    if steps is not None:
        words += ["--steps", str(steps)]
    return shlex.join([*words, "--seed", str(seed)])


def describe_fine_tuning(update: object) -> object:
    """Return an update of a run as a step of the bar or a line above it."""
    from ctbox.workflows.fine_tune_updates import STAGES, StageStarted, StartMeasured

    if isinstance(update, StageStarted):
        return f"[{update.index + 1}/{len(STAGES)}] {STAGES[update.index]}"
    if isinstance(update, StartMeasured):
        if update.validation_iou is None:
            return "nobody ends the training early"
        return f"start: IoU {update.validation_iou:.3f} on the stopping patients"
    return describe_training(update)


def print_result(result: FineTuneResult) -> None:
    """Print old and new side by side, the thesis's table and what was forgotten."""
    ended = " (stopped)" if result.stopped else ""
    out.print(f"\n{result.name}: epoch {result.best_epoch} of {result.epochs} kept{ended}")
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("Mean IoU by patient (95 %)", result.base_name, result.name, "Difference"):
        table.add_column(title, justify="left" if title.startswith("Mean") else "right")
    told = [result.test, result.training, result.entire, *result.forgetting]
    for each in told:
        if each is not None:
            table.add_row(*_describe_pair(each))
    out.print(table)
    if result.copy_baseline is not None:
        out.print(f"Copying the nearest training slice: {_describe_figure(result.copy_baseline)}")
    row = "   ".join(f"{k} {_number(v)}" for k, v in result.thesis_row().items())
    out.print(f"As the thesis counts (by slice; entire set is LEAKY): {row}")
    for warning in result.warnings:
        out.print(f"Note: {warning}")
    for each in result.forgotten:
        out.print(f"WORSE on old subtypes: {each.title} lost {-(each.difference or 0):.3f}.")
    out.print(f"Model and figures in {result.folder}. A miss counts as IoU 0. {RESEARCH_NOTICE}")


def _describe_pair(each: BeforeAfter) -> tuple[str, str, str, str]:
    title = f"{each.title}{' LEAKY' if each.leaky else ''}"
    change = "—" if each.difference is None else f"{each.difference:+.3f}"
    if each.low is not None and each.high is not None:
        change += f" ({each.low:+.2f}…{each.high:+.2f})"
    count = f"{each.after.patients} patient{'' if each.after.patients == 1 else 's'}"
    if each.title.startswith("Phantoms"):
        count = f"{each.after.patients} phantoms"
    size = f"{count}, {each.after.slices} slices"
    return f"{title}, {size}", _describe_figure(each.before), _describe_figure(each.after), change


def _describe_figure(figure: Figure) -> str:
    told = _number(figure.value)
    if figure.low is not None and figure.high is not None:
        told += f" ({figure.low:.2f}–{figure.high:.2f})"
    return told if figure.note is None else f"{told} {figure.note}"


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"


def reproduce(
    dicom: _Dicom,
    out_folder: Annotated[Path, typer.Option("--out", help="New folder of tables and curves.")],
    annotations: _Annotations = None,
    max_slices: Annotated[int, typer.Option(min=5, help="Of each subtype.")] = 1000,
    epochs: Annotated[int, typer.Option(min=1, help="On subtype B.")] = 1000,
    fine_tune_epochs: Annotated[int, typer.Option(min=1, help="On A, G and E.")] = 100,
    side: Annotated[int, typer.Option(min=16, help="Rows and columns, a multiple of 4.")] = 512,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 1,
    device: Annotated[Device, typer.Option(help="Where to compute.")] = Device.AUTO,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on in --out: what was trained whole is kept.")
    ] = False,
) -> None:
    """Make the 2023 thesis's tables again with SimpleCancerCNN, beside the honest ones."""
    from ctbox.workflows.reproduce_thesis import ThesisRequest, reproduce_thesis
    from ctbox.workflows.thesis_tables import format_tables

    if side % 4:
        raise typer.BadParameter("must be a multiple of 4", param_hint="--side")
    request = ThesisRequest(
        dicom=dicom,
        annotations=annotations,
        out=out_folder,
        max_slices=max_slices,
        epochs=epochs,
        fine_tune_epochs=fine_tune_epochs,
        side=side,
        seed=seed,
        device=device.value,
        resume=resume,
    )
    with watched_task("Reproducing the thesis") as ctx:
        result = reproduce_thesis(request, ctx)
    out.print(format_tables(result))
    out.print(f"Tables and loss curves in {out_folder}. {RESEARCH_NOTICE}")


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(finetune)
    app.command("reproduce-thesis")(reproduce)
