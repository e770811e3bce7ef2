"""Write a report's files: CSV, JSON, XLSX, HTML, pictures, and PDF if asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ctbox.errors import CtboxError
from ctbox.evaluation.reporting.contents import Report
from ctbox.evaluation.reporting.csv_files import format_csv
from ctbox.evaluation.reporting.document import Document, describe_report
from ctbox.evaluation.reporting.html_page import PlacedPicture, format_html
from ctbox.evaluation.reporting.tables import CSV_TABLES
from ctbox.evaluation.reporting.xlsx_file import format_xlsx
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.export_files import collect_files
from ctbox.workflows.open_case import SeriesCase
from ctbox.workflows.report_document import JSON_NAME, format_json
from ctbox.workflows.report_pdf import print_pdf
from ctbox.workflows.report_pictures import draw_pictures
from ctbox.workflows.report_records import WORK_FOLDER
from ctbox.workflows.report_request import ReportRequest

HTML_NAME, XLSX_NAME, PDF_NAME = "report.html", "report.xlsx", "report.pdf"
PICTURES_FOLDER = "pictures"


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """Where the page lies, and its print if there is one."""

    html: Path
    pdf: Path | None


def check_out(request: ReportRequest) -> None:
    """Refuse a folder that holds another report, or anything that is none of ours.

    Raises
    ------
    CtboxError
        Naming what is there.
    """
    out = request.out
    if out.exists() and not out.is_dir():
        raise CtboxError(f"{out} is a file, not a folder.", "Choose a folder.", out)
    if not out.is_dir() or request.resume or request.overwrite:
        return
    there = sorted(path.name for path in out.iterdir() if path.name != WORK_FOLDER)
    if JSON_NAME in there:
        raise CtboxError(
            f"{out} holds a report already.",
            "Go on with it by --resume, replace it by --overwrite, or choose another folder.",
            out,
        )
    if there:
        raise CtboxError(
            f"{out} is not empty: {there[0]} lies in it.", "Choose a new or empty folder.", out
        )


def write_report(
    report: Report, cases: Sequence[SeriesCase], request: ReportRequest, ctx: TaskContext
) -> WrittenReport:
    """Write all files of a report, each whole or not at all.

    Raises
    ------
    CtboxError
        If the disk refuses, a slice asked for is not there, or nothing can print a PDF.
    """
    document = describe_report(report)
    pictures = draw_pictures(document, cases, request.panels, ctx)
    document["pictures"] = [_describe_picture(one) for one in pictures]
    ctx.report(Progress(0, None, "Writing the report"))
    out = request.out
    with collect_files(out, overwrite=True) as scratch:
        for table in CSV_TABLES:
            text = format_csv(table, document)
            (scratch / f"{table.name}.csv").write_bytes(text.encode())
        (scratch / JSON_NAME).write_text(format_json(document), encoding="utf-8")
        created = datetime.fromisoformat(report.run.created)
        (scratch / XLSX_NAME).write_bytes(format_xlsx(document, created))
        (scratch / HTML_NAME).write_text(format_html(document, pictures), encoding="utf-8")
        (scratch / PICTURES_FOLDER).mkdir()
        for one in pictures:
            place = scratch / PICTURES_FOLDER / one.picture.name
            place.with_name(f"{one.picture.name}.png").write_bytes(one.picture.png)
            place.with_name(f"{one.picture.name}.svg").write_bytes(one.picture.svg)
    _remove_stale(out, document)
    pdf = None
    if request.pdf:
        ctx.report(Progress(0, None, "Printing"))
        pdf = print_pdf(out / HTML_NAME, out / PDF_NAME)
    return WrittenReport(out / HTML_NAME, pdf)


def _remove_stale(out: Path, document: Document) -> None:
    """Remove what an earlier report in the same folder left and this one does not have."""
    kept = {one[kind] for one in document["pictures"] for kind in ("png", "svg")}
    there = [*(out / PICTURES_FOLDER).glob("*.png"), *(out / PICTURES_FOLDER).glob("*.svg")]
    for path in [*there, out / PDF_NAME]:
        if path.relative_to(out).as_posix() not in kept:
            path.unlink(missing_ok=True)


def _describe_picture(one: PlacedPicture) -> Document:
    name = one.picture.name
    return {
        "name": name,
        "title": one.title,
        "alt": one.alt,
        "model": one.model,
        "population": one.population,
        "kind": one.kind,
        "png": f"{PICTURES_FOLDER}/{name}.png",
        "svg": f"{PICTURES_FOLDER}/{name}.svg",
    }
