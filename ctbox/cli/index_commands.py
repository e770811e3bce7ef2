"""`ctbox index`: a whole collection into a catalogue that opens at once."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctbox.cli.output import (
    EXIT_NOTHING_READ,
    RESEARCH_NOTICE,
    err,
    exit_with,
    out,
    print_error,
    watched_task,
    write_json,
)
from ctbox.errors import DicomReadError
from ctbox.progress import Progress

if TYPE_CHECKING:
    from ctbox.workflows.index import IndexReport

_SURE_AFTER_S = 0.5


def index(
    path: Annotated[Path, typer.Argument(metavar="DIR", help="Folder, file or ZIP to index.")],
    annotations: Annotated[
        Path | None,
        typer.Option(help="Annotation root or one patient's folder; found beside DIR if absent."),
    ] = None,
    clinical: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Clinical table (.xlsx); found beside DIR if absent."),
    ] = None,
    catalog: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The catalogue; yours if absent.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Reading processes; as many as processors.")
    ] = None,
    json_target: Annotated[
        str | None, typer.Option("--json", metavar="FILE|-", help="Write JSON.")
    ] = None,
) -> None:
    """Bring the catalogue up to date with DIR; only what changed is read.

    Ctrl-C stops after the files in hand, and the next run goes on.
    """
    from ctbox.workflows.index import IndexRequest, index_collection

    request = IndexRequest(path, catalog, annotations, clinical, workers)
    try:
        with watched_task("Indexing", _RateTeller()) as ctx:
            report = index_collection(request, ctx)
    except DicomReadError as error:
        print_error(error)
        exit_with(EXIT_NOTHING_READ)
        return
    if json_target is not None:
        write_json(describe_index(report), json_target)
    if json_target != "-":
        _print_report(report)
    if report.is_empty:
        err.print(f"No DICOM image could be read in {path}.")
        exit_with(EXIT_NOTHING_READ)


class _RateTeller:
    """Adds to each update how many are done in a second."""

    def __init__(self) -> None:
        self._stage = ""
        self._start, self._first = 0.0, 0

    def __call__(self, update: object) -> object:
        if not isinstance(update, Progress):
            return update
        now = time.monotonic()
        if update.message != self._stage:
            self._stage, self._start, self._first = update.message, now, update.done
        elapsed = now - self._start
        if elapsed < _SURE_AFTER_S:
            return update
        rate = (update.done - self._first) / elapsed
        return Progress(update.done, update.total, f"{update.message}, {rate:,.0f}/s")


def describe_index(report: IndexReport) -> dict[str, Any]:
    """Return the document of `--json`."""
    files, annotations = report.files, report.annotations
    return {
        "notice": RESEARCH_NOTICE,
        "catalog": str(report.catalog),
        "files": {
            "found": files.files, "read": files.read, "unchanged": files.unchanged,
            "moved": files.moved, "vanished": files.vanished,
        },
        "annotations": {
            "found": annotations.files, "read": annotations.read,
            "unchanged": annotations.unchanged, "vanished": annotations.vanished,
            "orphans": report.orphans, "unparsable": report.unparsable,
        },
        "catalogue": {
            "patients": report.patients, "series": report.series,
            "instances": report.instances, "skipped": report.skipped,
        },
        "clinical_patients": report.clinical_patients,
        "seconds": round(report.seconds, 3),
        "warnings": list(report.warnings),
    }  # fmt: skip


def _print_report(report: IndexReport) -> None:
    files, annotations = report.files, report.annotations
    out.print(
        f"Files: {files.files}. Read now: {files.read}, unchanged: {files.unchanged}, "
        f"moved: {files.moved}, gone: {files.vanished}."
    )
    out.print(
        f"Annotation files: {annotations.files}. Read now: {annotations.read}, "
        f"unchanged: {annotations.unchanged}, gone: {annotations.vanished}."
    )
    if report.clinical_patients:
        out.print(f"Clinical table: {report.clinical_patients} patients.")
    for warning in report.warnings:
        out.print(f"Warning: {warning}")
    out.print(
        f"The catalogue holds {report.patients} patients, {report.series} series, "
        f"{report.instances} images; {report.skipped} files were not read; "
        f"{report.orphans} annotation files have no image, {report.unparsable} could not be read."
    )
    out.print(f"{report.catalog}, {report.seconds:.1f} s")


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(index)
