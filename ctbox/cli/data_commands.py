"""`ctbox scan` and `ctbox phantom`: what lies in a folder, and synthetic cases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

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
from ctbox.errors import CtboxError

if TYPE_CHECKING:  # numpy and more come with them; --help should not wait for that
    from ctbox.workflows.open_case import Case, FileProblem, SeriesCase

_SHOWN_PROBLEMS = 5


def scan(
    path: Annotated[Path, typer.Argument(help="DICOM folder, TCIA download, single file or ZIP.")],
    annotations: Annotated[
        Path | None,
        typer.Option(help="Annotation root or one patient's folder; found beside PATH if absent."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the series of PATH, and what was skipped or did not match."""
    from ctbox.workflows.documents import describe_case
    from ctbox.workflows.open_case import open_case

    try:
        with watched_task("Reading") as ctx:
            case = open_case(path, annotations, ctx, need_annotations=False)
    except CtboxError as error:
        print_error(error)
        exit_with(EXIT_NOTHING_READ)
        return
    if as_json:
        write_json(describe_case(case), "-")
    else:
        _print_case(case)
    if not case.series:
        err.print(f"No DICOM series could be read in {path}.")
        exit_with(EXIT_NOTHING_READ)


def phantom(
    folder: Annotated[Path, typer.Argument(metavar="OUT", help="Folder to make.")],
    patients: Annotated[int, typer.Option(min=1, help="Number of synthetic patients.")] = 4,
    seed: Annotated[int, typer.Option(help="Same seed, same files.")] = 0,
    pet: Annotated[
        bool, typer.Option("--pet", help="Write a PET series beside the CT, with all tags for SUV.")
    ] = False,
) -> None:
    """Write synthetic chest CT with annotations, in the collection's own layout."""
    from ctbox.phantom.collection import write_collection

    with watched_task("Writing phantoms") as ctx:
        report = write_collection(folder, patients=patients, seed=seed, ctx=ctx, with_pet=pet)
    out.print(
        f"{report.patients} synthetic patients, {report.series} series, {report.slices} slices, "
        f"{report.annotation_files} annotation files in {folder}",
    )


def _print_case(case: Case) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in (
        "Patient",
        "Subtype",
        "Description",
        "Slices",
        "Spacing mm",
        "Annotated",
        "Notes",
    ):
        table.add_column(title, justify="right" if title in ("Slices", "Annotated") else "left")
    for each in case.series:
        table.add_row(*_format_row(each))
    out.print(table)
    summary = case.annotation_summary
    out.print(f"\nAnnotation files: {summary.files}, matched: {summary.matched}")
    for title, problems in (
        ("Skipped files", case.skipped),
        ("Annotations without a slice here", summary.orphans),
        ("Annotations that could not be read", summary.unparsable),
        ("Unknown labels", summary.unknown_labels),
        ("Annotations of one slice in several places", summary.duplicates),
        ("Annotations to look at", summary.warnings),
    ):
        _print_problems(title, problems)
    out.print(f"\n{RESEARCH_NOTICE}")


def _format_row(case: SeriesCase) -> tuple[str, ...]:
    series = case.series
    description = series.description or "—"
    if series.was_split:
        description += f" (acquisition {series.acquisition_number})"
    notes = [*series.problems]
    if series.skip_detection_reason is not None:
        notes.append(series.skip_detection_reason)
    return (
        series.patient_id or "—",
        series.subtype or "—",
        description,
        str(len(series.slices)),
        _format_spacing(case),
        str(case.annotated_slices),
        " ".join(notes),
    )


def _format_spacing(case: SeriesCase) -> str:
    in_plane, along = case.series.pixel_spacing_mm, case.series.slice_spacing_mm
    left = "?" if in_plane is None else f"{in_plane[0]:.3g} × {in_plane[1]:.3g}"
    return f"{left} × {'?' if along is None else format(along, '.3g')}"


def _print_problems(title: str, problems: tuple[FileProblem, ...]) -> None:
    if not problems:
        return
    out.print(f"\n{title}: {len(problems)}")
    for each in problems[:_SHOWN_PROBLEMS]:
        out.print(f"  {each.path}: {each.reason}")
    if len(problems) > _SHOWN_PROBLEMS:
        out.print(f"  … and {len(problems) - _SHOWN_PROBLEMS} more (all of them with --json)")


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(scan)
    app.command()(phantom)
