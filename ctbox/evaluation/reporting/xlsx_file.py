"""The report as a workbook: one sheet a table, with filters, formats and frozen headers."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from ctbox.evaluation.reporting.document import Document
from ctbox.evaluation.reporting.tables import SHEETS, Cell, Column, Table, describe_columns

_NUMBER_FORMATS = {"count": "#,##0", "share": "0.000", "mm": "0.0"}
_WIDTHS = {"text": 18, "count": 11, "share": 12, "mm": 12, "flag": 10}
_UID_WIDTH = 46
_MAX_ROWS = 1_048_575
_HEADER_FILL, _HEADER_HEIGHT = "1F4E79", 32
# XML 1.0 has no place for these; a tag of a damaged file may hold them.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def format_xlsx(document: Document, created: datetime) -> bytes:
    """Return the workbook; two from the same document and time are the same bytes.

    A sheet holds 1,048,575 rows; what is beyond is only in the CSV.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.creator = "ctbox"
    book.properties.title = "ctbox report"
    book.properties.description = document["notice"]
    book.properties.created = created.replace(tzinfo=None)
    _add_sheet(book, "Report", [("What", 26), ("Value", 110)], list_header_rows(document))
    for table in SHEETS:
        _add_table(book, table, document)
    columns = [(one["table"], one["column"], one["meaning"]) for one in describe_columns()]
    _add_sheet(book, "Columns", [("Sheet", 30), ("Column", 28), ("Meaning", 90)], columns)
    target = io.BytesIO()
    book.save(target)
    return _settle_times(target.getvalue(), created)


def list_header_rows(document: Document) -> list[tuple[str, str]]:
    """Return what must be known before the figures are read, run fields left out."""
    images = document["images"]
    state = "PARTIAL: stopped before all series were judged" if document["partial"] else "complete"
    judged = f"{images['patients']} patients, {images['series']} series, {images['slices']} slices"
    rows = [
        ("Notice", document["notice"]),
        ("Software", f"ctbox {document['software']['version']}"),
        ("Report", state),
        ("Judged", judged),
        ("Series that failed", str(len(images["failed"]))),
        ("Series with nothing to judge by", str(len(images["not_judged"]))),
    ]
    for model in document["models"]:
        seen = ", ".join(model["seen_patients"])
        rows += [
            ("Model", model["label"]),
            ("  sha256", model["sha256"]),
            ("  Threshold", f"{model['threshold']:g}"),
            ("  Split", model["split"] + (" (LEAKY)" if model["leaky"] else "")),
            ("  Patients it has seen", f"LEAKY: {seen}" if seen else "none of those judged"),
        ]
    rules = document["rules"].items()
    return rows + [(f"Rule: {name.replace('_', ' ')}", text) for name, text in rules]


def _add_table(book: Any, table: Table, document: Document) -> None:
    heads = [(column.name, _get_width(column)) for column in table.columns]
    formats = [_NUMBER_FORMATS.get(column.style, "General") for column in table.columns]
    rows = ([_as_cell(cell) for cell in row] for row in table.fill(document))
    _add_sheet(book, table.title, heads, rows, formats)


def _add_sheet(
    book: Any,
    title: str,
    heads: Sequence[tuple[str, int]],
    rows: Iterable[Sequence[Cell]],
    formats: Sequence[str] | None = None,
) -> None:
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "B2" if formats else "A2"
    for place, (_, width) in enumerate(heads, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.row_dimensions[1].height = _HEADER_HEIGHT
    _set_up_page(sheet)
    sheet.append(list(_make_header(sheet, [name for name, _ in heads])))
    count = 1
    for row in rows:
        if count > _MAX_ROWS:
            break
        count += 1
        sheet.append(list(_make_cells(sheet, row, formats)))
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{count}"


def _make_header(sheet: Any, names: Sequence[str]) -> Iterator[Any]:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill

    for name in names:
        cell = WriteOnlyCell(sheet, name)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", start_color=_HEADER_FILL)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        yield cell


def _make_cells(sheet: Any, row: Sequence[Cell], formats: Sequence[str] | None) -> Iterator[Any]:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment

    for place, value in enumerate(row):
        cell = WriteOnlyCell(sheet, value)
        if isinstance(value, str):
            cell.data_type = "s"  # never a formula, whatever it begins with
        if formats is None:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        elif formats[place] != "General":
            cell.number_format = formats[place]
        yield cell


def _as_cell(cell: Cell) -> Cell:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return _NO_XML.sub("", cell) if isinstance(cell, str) else cell


def _get_width(column: Column) -> int:
    is_uid = "uid" in column.name or column.name == "series_key"
    return _UID_WIDTH if is_uid else _WIDTHS[column.style]


def _set_up_page(sheet: Any) -> None:
    """Print across the page's width with the notice on every page."""
    from ctbox.evaluation.reporting.document import NOTICE

    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    sheet.oddHeader.left.text = "ctbox report"
    sheet.oddHeader.right.text = NOTICE
    sheet.oddFooter.left.text = NOTICE
    sheet.oddFooter.right.text = "Page &P of &N"


def _settle_times(data: bytes, created: datetime) -> bytes:
    """Return the workbook with the report's time wherever the library wrote the present."""
    stamp = created.replace(tzinfo=None).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    modified = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as settled,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = modified.sub(rb"\g<1>" + stamp, content)
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            settled.writestr(info, content)
    return target.getvalue()
