"""`ctbox report`: from a folder of patients to files that can go into a paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
)

if TYPE_CHECKING:
    from ctbox.workflows.report_request import ReportResult

_SEEN = "patients it has seen (LEAKY)"
_UNSEEN = "patients it has never seen"


def report(
    dicom: Annotated[Path, typer.Argument(help="DICOM folder, TCIA download or ZIP.")],
    out_folder: Annotated[Path, typer.Option("--out", help="Folder of the report.")],
    annotations: Annotated[
        Path | None, typer.Option(help="Annotation root; found beside DICOM if absent.")
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(help="Name or folder; again for more; default: shipped."),
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, help="Worker processes, which share the cores.")
    ] = 1,
    resume: Annotated[
        bool, typer.Option("--resume", help="Take over what an earlier run in --out finished.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the report in --out.")
    ] = False,
    threshold: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Least score; default: the card's.")
    ] = None,
    device: Annotated[Device, typer.Option(help="Where to compute.")] = Device.AUTO,
    training: Annotated[
        Path | None,
        typer.Option(help="Folder of the model's training patients, for the baselines."),
    ] = None,
    baselines: Annotated[bool, typer.Option(help="Ask the copy and mean-box baselines.")] = True,
    panel: Annotated[
        list[str] | None,
        typer.Option(metavar="UID", help="Slice to show in five pictures; again for more."),
    ] = None,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Print the page to report.pdf (needs Chrome or Edge).")
    ] = False,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Run on this Dask cluster.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the intervals.")] = 0,
) -> None:
    """Judge models on every annotated CT series and write tables, pages and pictures."""
    from ctbox.workflows.report_document import read_report
    from ctbox.workflows.report_request import ReportRequest
    from ctbox.workflows.report_run import run_report

    request = ReportRequest(
        dicom=dicom,
        annotations=annotations,
        models=tuple(model or ()),
        out=out_folder,
        workers=workers,
        resume=resume,
        overwrite=overwrite,
        device=device.value,
        threshold=threshold,
        training=training,
        baselines=baselines,
        scheduler=scheduler,
        panels=tuple(panel or ()),
        pdf=pdf,
        seed=seed,
    )
    with watched_task("Reading", _describe_update) as ctx:
        result = run_report(request, ctx)
    _print_result(result, read_report(result.json_path))
    if result.partial:
        err.print(f"Stopped: the report is PARTIAL. Go on with --resume --out {result.folder}")
        exit_with(EXIT_CANCELLED)


def _describe_update(update: object) -> object:
    from ctbox.workflows.report_request import SeriesFailed

    if isinstance(update, SeriesFailed):
        return f"Not judged: {update.patient_id}, series {update.series_key}. {update.reason}"
    return update


def _print_result(result: ReportResult, document: dict[str, Any]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("Model")
    table.add_column("Judged on")
    for title in ("Mean IoU", "By patient (95 %)", "IoU ≥ 0.5", "Patients", "Slices"):
        table.add_column(title, justify="right")
    for model in document["models"]:
        for name, part in model["populations"].items():
            where = _SEEN if name == "seen" else _UNSEEN
            table.add_row(model["label"], where, *_format_figures(part))
            for baseline, figures in part["baselines"].items():
                table.add_row(f"  {baseline}", "the same", *_format_figures(figures))
    out.print(table)
    pace = "" if result.slices_per_second is None else f", {result.slices_per_second:.0f} slices/s"
    resumed = f", {result.resumed} of them from an earlier run" if result.resumed else ""
    out.print(f"{result.series} series judged{resumed}{pace}; {result.failed} failed.")
    out.print(f"Report: {result.html_path}")
    if result.pdf_path is not None:
        out.print(f"PDF: {result.pdf_path}")
    out.print(f"A miss counts as IoU 0. {RESEARCH_NOTICE}")


def _format_figures(part: dict[str, Any]) -> tuple[str, ...]:
    figures, intervals = part["overall"]["figures"], part["overall"]["intervals"]
    interval = intervals["patient_mean_iou"]
    by_patient = _format(figures["patient_mean_iou"])
    if interval["low"] is not None and interval["high"] is not None:
        by_patient += f" ({interval['low']:.2f}–{interval['high']:.2f})"
    if interval["note"] is not None:
        by_patient += f" {interval['note']}"
    return (
        _format(figures["mean_iou"]),
        by_patient,
        _format(figures["hit_at_0.5"]),
        str(part["overall"]["patients"]),
        str(part["overall"]["slices"]),
    )


def _format(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(report)
