"""Images of different series that bear one SOP Instance UID, which the standard forbids.

Annotations name a slice by that UID alone: whoever pairs them must know that it tells two slices.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable

from ctbox.dicom.catalog import Catalog
from ctbox.dicom.catalog_schema import distrust_rows

_RIVALS = (
    "SELECT DISTINCT i.sop_uid, c.body FROM instance i "
    "JOIN instance o ON o.sop_uid = i.sop_uid AND o.series_id != i.series_id "
    "JOIN common c ON c.id = o.common_id WHERE i.series_id = ?"
)
_MARK_OTHERS = (
    "UPDATE series_uid SET is_dirty = 1 WHERE NOT is_dirty AND id IN ("
    "SELECT o.series_id FROM series_uid s JOIN instance i ON i.series_id = s.id "
    "JOIN instance o ON o.sop_uid = i.sop_uid AND o.series_id != i.series_id WHERE s.is_dirty)"
)
_MARK_OTHERS_OF_FILE = (
    "UPDATE series_uid SET is_dirty = 1 WHERE id IN (SELECT o.series_id FROM instance i "
    "JOIN instance o ON o.sop_uid = i.sop_uid WHERE i.file_id = ?)"
)


def find_rivals(catalog: Catalog, series_ids: Iterable[int]) -> dict[str, frozenset[str]]:
    """Return the patients of other series' images that bear a UID of these series.

    Parameters
    ----------
    catalog : Catalog
        Open.
    series_ids : iterable of int
        Rows of table `series_uid`.

    Returns
    -------
    dict
        SOP Instance UID to patient IDs, "" for an unknown one; UIDs of one series are absent.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    with distrust_rows(catalog.path):
        for series_id in series_ids:
            for uid, body in catalog.ask(_RIVALS, (series_id,)):
                found[uid].add(str(json.loads(body)[0]["patient_id"] or ""))
    return {uid: frozenset(patients) for uid, patients in found.items()}


def mark_rivals(catalog: Catalog) -> None:
    """Have the rivals of every changed series built anew with it."""
    with catalog.writing() as connection:
        connection.execute(_MARK_OTHERS)


def mark_series_of_file(connection: sqlite3.Connection, file_id: int) -> None:
    """Have every series built anew that a file has an image of, or a rival of one."""
    connection.execute(_MARK_OTHERS_OF_FILE, (file_id,))
