"""The report's tasks as the window starts them: light to import, their work is not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctbox.progress import TaskContext
from ctbox.workflows.report_request import ReportRequest, ReportResult


def make_report(request: ReportRequest, ctx: TaskContext) -> ReportResult:
    """Run `ctbox.workflows.report_run.run_report`; errors as there."""
    from ctbox.workflows.report_run import run_report

    return run_report(request, ctx)


@dataclass(frozen=True, slots=True)
class OpenedReport:
    """A report read back.

    Parameters
    ----------
    path : pathlib.Path
        Its ``report.json``.
    document : dict
        All of it.
    """

    path: Path
    document: dict[str, Any]


def open_report(path: Path, _ctx: TaskContext) -> OpenedReport:
    """Read a report; errors as `ctbox.workflows.report_files.read_report`."""
    from ctbox.workflows.report_document import find_report, read_report

    return OpenedReport(find_report(path), read_report(path))


def open_two_reports(paths: tuple[Path, Path], ctx: TaskContext) -> tuple[OpenedReport, ...]:
    """Read two reports to compare."""
    return tuple(open_report(path, ctx) for path in paths)
