"""`ctbox doctor`: what is wrong with a data set, and what ctbox does about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    write_text_atomic,
)
from ctbox.errors import CtboxError
from ctbox.workflows.doctor_report import DoctorReport, Finding, Severity

if TYPE_CHECKING:
    from ctbox.workflows.doctor_inputs import DoctorRequest

EXIT_NEEDS_PERSON = 3

_SHOWN_PLACES = 3
_STYLES = {Severity.PERSON: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def doctor(
    path: Annotated[
        Path | None, typer.Argument(help="Folder, file or ZIP with images, annotations or both.")
    ] = None,
    annotations: Annotated[
        Path | None,
        typer.Option(help="Annotation root or one patient's folder; found beside PATH if absent."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with every place.")] = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one self-contained HTML file.")
    ] = None,
    fix: Annotated[
        Path | None,
        typer.Option(metavar="OUT", help="Write corrected copies of the annotations to OUT."),
    ] = None,
) -> None:
    """Find every defect of a data set, with what ctbox does about it.

    Exit code: 0 nothing needs a person, 3 something does, 2 nothing could be read.
    """
    from ctbox.workflows.doctor import examine_dataset
    from ctbox.workflows.doctor_documents import describe_report
    from ctbox.workflows.doctor_html import format_html
    from ctbox.workflows.doctor_inputs import DoctorRequest

    request = DoctorRequest(path, annotations)
    try:
        with watched_task("Reading") as ctx:
            report = examine_dataset(request, ctx)
    except CtboxError as error:
        print_error(error)
        exit_with(EXIT_NOTHING_READ)
        return
    if html is not None:
        write_text_atomic(html, format_html(report))
    if as_json:
        write_json(describe_report(report), "-")
    else:
        _print_report(report)
    if fix is not None:
        _write_copy(request, fix)
    exit_with(EXIT_NEEDS_PERSON if report.needs_person else 0)


def _write_copy(request: DoctorRequest, target: Path) -> None:
    from ctbox.workflows.doctor_fix import write_fixed_copy

    with watched_task("Correcting") as ctx:
        done = write_fixed_copy(request, target, ctx)
    err.print(
        f"{done.copied} annotation files in {target}, {done.corrected} of them corrected, "
        f"{done.left_out} left out; fixes.csv lists every change.",
    )
    for what, count in sorted(done.fixes.items()):
        err.print(f"  {count:>6} {what}")


def _print_report(report: DoctorReport) -> None:
    examined = report.examined
    out.print(
        f"Examined: {examined.annotation_files} annotation files with {examined.boxes} boxes in "
        f"{examined.annotation_folders} folders; {examined.images} images in {examined.series} "
        f"series of {examined.patients} patients.",
    )
    for finding in report.findings:
        _print_finding(finding)
    if report.passed:
        names = ", ".join(check.check_id for check in report.passed)
        out.print(f"\nChecked, and nothing found: {names}")
    reasons = sorted({each.reason for each in report.not_checked})
    for reason in reasons:
        names = ", ".join(e.check.check_id for e in report.not_checked if e.reason == reason)
        out.print(f"\nNot checked ({reason.rstrip('.')}): {names}")
    out.print(f"\n{_conclude(report)}")
    out.print(RESEARCH_NOTICE)


def _conclude(report: DoctorReport) -> str:
    if report.needs_person:
        return "Some findings need a person."
    if not report.examined.annotation_files and report.not_checked:
        return f"No annotations were found: {len(report.not_checked)} checks were not made."
    return "Nothing needs a person."


def _print_finding(finding: Finding) -> None:
    from ctbox.workflows.doctor_html import format_count

    check = finding.check
    style = _STYLES[check.severity]
    out.print()
    out.print(
        f"{check.severity.value.upper()}  {check.title}: {format_count(finding)}  "
        f"({check.check_id})",
        style=style,
    )
    out.print(f"  {check.explanation}")
    out.print(f"  ctbox: {check.action}")
    if check.fix:
        out.print(f"  --fix: {check.fix}")
    for item in finding.items[:_SHOWN_PLACES]:
        out.print(f"    {item.path}" + (f": {item.detail}" if item.detail else ""))
    left = finding.count - _SHOWN_PLACES
    if left > 0:
        out.print(f"    … and {left} more (all of them with --json)")


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(doctor)
