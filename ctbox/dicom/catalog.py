"""A catalogue: what lies in a whole collection, in one SQLite file per workspace.

It holds every instance's header values, so that a series opens without its headers being read
again, and what the browser shows of each series. `catalog_writer` fills it, `catalog_query` asks it
for rows, `catalog_schema` has its tables.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

from ctbox.dicom.archives import MemberSpan
from ctbox.dicom.catalog_rows import build_header
from ctbox.dicom.catalog_schema import (
    connect,
    decode_path,
    distrust_rows,
    transaction,
    translate_errors,
)
from ctbox.dicom.grouping import build_series
from ctbox.dicom.header import InstanceHeader
from ctbox.dicom.series import InstanceSource, Series
from ctbox.errors import CatalogError

CATALOG_NAME = "catalogue.sqlite"
"""Name of the file in the user's data folder."""

REVIEW_STATES = ("open", "done", "doubtful")

_PRIME = 1_000_000_007
"""Times in nanoseconds are kept below it, so that the sum of many fits 64 bits."""

_INSTANCES = """
SELECT c.body, u.uid, i.sop_uid, i.frame, i.instance_number, i.acquisition_number,
    i.x, i.y, i.z, i.time_s, d.path, f.name, m.name, m.header_offset, m.stored_bytes,
    m.size_bytes, m.is_deflated, m.crc32, f.id, f.size, f.mtime_ns
FROM instance i
JOIN common c ON c.id = i.common_id JOIN series_uid u ON u.id = i.series_id
JOIN file f ON f.id = i.file_id JOIN folder d ON d.id = f.folder_id
LEFT JOIN member m ON m.id = i.member_id
WHERE i.series_id = ?
ORDER BY d.path, f.name, m.name, i.frame
"""


class Catalog:
    """An open catalogue; a context manager. Each thread and process opens its own.

    Parameters
    ----------
    path : pathlib.Path
        The file; made if it does not exist.

    Raises
    ------
    CatalogError
        If it is damaged, of a newer ctbox, or cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = connect(path)

    def __enter__(self) -> Catalog:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; nothing is lost."""
        self.connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Do all of a block's changes, or none.

        Raises
        ------
        CatalogError
            If the disk is full, or the file damaged or locked.
        """
        with translate_errors(self.path), transaction(self.connection):
            yield self.connection

    @contextmanager
    def unchecked(self) -> Iterator[None]:
        """Let a block delete rows that it has itself found to be referred to by no other.

        SQLite would look for referring rows once more, for each row that goes: where their column
        has no index, through the whole table.
        """
        self.connection.execute("PRAGMA foreign_keys = OFF")
        try:
            yield
        finally:
            self.connection.execute("PRAGMA foreign_keys = ON")

    def ask(self, sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a question.

        Raises
        ------
        CatalogError
            If the file is damaged or locked.
        """
        with translate_errors(self.path):
            return self.connection.execute(sql, tuple(values)).fetchall()

    def read_headers(self, series_id: int) -> list[InstanceHeader]:
        """Return the instances of one SeriesInstanceUID; of duplicates the first by path.

        Parameters
        ----------
        series_id : int
            Row of table `series_uid`.
        """
        headers: list[InstanceHeader] = []
        owner: dict[str, tuple[Any, ...]] = {}
        with distrust_rows(self.path):
            for row in self.ask(_INSTANCES, (series_id,)):
                place = row[10:13]
                if owner.setdefault(row[2], place) == place:
                    headers.append(build_header(row[0], row[1:10], _build_source(row)))
        return headers

    def read_series(self, keys: Iterable[str]) -> tuple[Series, ...]:
        """Return series as opening their folder would, from the catalogue alone.

        Parameters
        ----------
        keys : iterable of str
            `Series.key` of each; a SeriesInstanceUID that was split is built once.

        Raises
        ------
        CatalogError
            If one is not in the catalogue.
        """
        wanted = list(dict.fromkeys(keys))
        built: dict[str, Series] = {}
        for key in wanted:
            if key in built:
                continue
            found = self.ask("SELECT series_id FROM series WHERE key = ?", (key,))
            if not found:
                message = f"The series {key} is not in the catalogue any more."
                raise CatalogError(message, "Index its folder again.", self.path)
            headers = self.read_headers(found[0][0])
            with distrust_rows(self.path):
                built.update({series.key: series for series in build_series(headers)})
        return tuple(built[key] for key in wanted if key in built)

    def list_patient_keys(self, patient_id: str) -> tuple[str, ...]:
        """Return the keys of a patient's series, in the browser's order."""
        sql = (
            "SELECT key FROM series WHERE patient_id = ? "
            "ORDER BY study_date, study_uid, series_number, key"
        )
        return tuple(key for (key,) in self.ask(sql, (patient_id,)))

    def find_patient(self, series_key: str) -> str | None:
        """Return the patient ID of a series, None if the series is not catalogued."""
        found = self.ask("SELECT patient_id FROM series WHERE key = ?", (series_key,))
        return found[0][0] if found else None

    def find_stamp(self, series_key: str) -> str:
        """Return what changes when a series' files do, but not when they move; "" if unknown.

        Number, sizes and times of its files; of archives' members the checksums stand for times.
        """
        sql = (
            "SELECT count(*), sum(coalesce(m.size_bytes, f.size)), "
            f"sum(coalesce(m.crc32, f.mtime_ns % {_PRIME})) "
            "FROM series s JOIN instance i ON i.series_id = s.series_id "
            "JOIN file f ON f.id = i.file_id LEFT JOIN member m ON m.id = i.member_id "
            "WHERE s.key = ?"
        )
        ((count, size, times),) = self.ask(sql, (series_key,))
        return f"{count}-{size}-{times}" if count else ""

    def list_changed(self, series: Series) -> dict[InstanceSource, str]:
        """Return the files of a series that are no longer what was catalogued, and why.

        Sizes and times are compared; no file is opened.
        """
        uid = series.series_instance_uid
        rows = self.ask("SELECT id FROM series_uid WHERE uid = ?", (uid,))
        changed: dict[InstanceSource, str] = {}
        stamps: dict[Path, str] = {}
        with distrust_rows(self.path):
            for row in self.ask(_INSTANCES, rows[0] if rows else (-1,)):
                source = _build_source(row)
                if source.path not in stamps:
                    stamps[source.path] = _compare(source.path, row[19], row[20])
                if stamps[source.path]:
                    changed[source] = stamps[source.path]
        return changed

    def set_reviewed(
        self, series_key: str, state: str, *, reader: str = "", note: str = ""
    ) -> None:
        """Remember what a reader has decided on a series; survives indexing again.

        Parameters
        ----------
        series_key : str
            `Series.key`; it need not be catalogued.
        state : str
            One of `REVIEW_STATES`; "open" takes a decision back.
        reader, note : str
            Who, and any remark.

        Raises
        ------
        ValueError
            If the state is unknown.
        CatalogError
            If the catalogue cannot be written.
        """
        if state not in REVIEW_STATES:
            raise ValueError(f"state must be one of {REVIEW_STATES}, not {state!r}")
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO review VALUES (?, ?, ?, ?, ?)",
                (series_key, state, reader, note, now),
            )

    def find_review(self, series_key: str) -> str:
        """Return the state of a series; "open" where nothing was decided."""
        found = self.ask("SELECT state FROM review WHERE series_key = ?", (series_key,))
        return str(found[0][0]) if found else "open"


def _compare(path: Path, size: int, mtime_ns: int) -> str:
    try:
        status = path.stat()
    except OSError:
        return "It is gone since it was indexed."
    if (status.st_size, status.st_mtime_ns) != (size, mtime_ns):
        return "It was changed since it was indexed."
    return ""


@lru_cache(maxsize=64)
def _join(folder: bytes, name: bytes) -> Path:
    """Return a path; the members of an archive come one after the other and share it."""
    return Path(decode_path(folder), decode_path(name))


def _build_source(row: tuple[Any, ...]) -> InstanceSource:
    path = _join(row[10], row[11])
    if row[12] is None:
        return InstanceSource(path)
    offset, stored, size, is_deflated, crc32 = row[13:18]
    return InstanceSource(path, row[12], MemberSpan(offset, stored, size, bool(is_deflated), crc32))
