"""The report's tables as CSV (RFC 4180, UTF-8, dot for the decimal)."""

from __future__ import annotations

import csv
import io

from ctbox.evaluation.reporting.document import Document
from ctbox.evaluation.reporting.tables import Cell, Table

_RISKY = ("=", "+", "-", "@", "\t", "\r")


def format_csv(table: Table, document: Document) -> str:
    """Return a table with its header; what is unknown is empty, flags are true or false.

    Numbers are written in full, so that nothing is lost against the JSON. A text from the
    images that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in table.columns])
    for row in table.fill(document):
        writer.writerow([_format_cell(cell) for cell in row])
    return text.getvalue()


def _format_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(_RISKY) else cell
    return repr(cell)
