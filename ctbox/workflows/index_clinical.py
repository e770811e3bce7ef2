"""The clinical table of a place into the catalogue."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from ctbox.dicom.catalog import Catalog
from ctbox.dicom.catalog_schema import encode_path
from ctbox.workflows.clinical_table import read_clinical_table


def index_clinical(catalog: Catalog, table: Path) -> int:
    """Put a table's rows in place of its earlier ones; return their number.

    Raises
    ------
    CtboxError
        If it cannot be read; what was catalogued of it stays.
    """
    rows = read_clinical_table(table)
    source = encode_path(table)
    with catalog.writing() as connection:
        connection.execute("DELETE FROM clinical WHERE source = ?", (source,))
        connection.executemany(
            "INSERT OR REPLACE INTO clinical VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(*asdict(row).values(), source) for row in rows],
        )
    return len(rows)
