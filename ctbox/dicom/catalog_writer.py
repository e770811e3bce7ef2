"""Filling a catalogue: which files are new, changed or gone, and what was read of them.

Every method is one transaction. A file has a row only together with all that was read of it, so a
run that was killed leaves nothing half done, and the next one goes on with what has no row. Only
the holder of `writer_lock` may write here: row numbers are counted in memory.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ctbox.dicom.archives import MemberSpan
from ctbox.dicom.catalog import Catalog
from ctbox.dicom.catalog_rivals import mark_series_of_file
from ctbox.dicom.catalog_rows import HeaderRows
from ctbox.dicom.catalog_scan import FolderListing, FoundFile, is_there
from ctbox.dicom.catalog_schema import (
    BELOW,
    decode_path,
    encode_path,
    encode_text,
    find_bounds,
)
from ctbox.dicom.reading import NOT_DICOM

_SEEN_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as it was catalogued."""

    file_id: int
    size: int
    mtime_ns: int
    is_complete: bool

    def is_same(self, found: FoundFile) -> bool:
        """Whether nothing need be read again."""
        stamp = (found.size, found.mtime_ns)
        return self.is_complete and stamp == (self.size, self.mtime_ns) and not found.reason


class CatalogWriter:
    """One run of the indexer over a catalogue.

    Parameters
    ----------
    catalog : Catalog
        Open; the caller holds `writer_lock`.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.run = 1 + (catalog.ask("SELECT max(seen_run) FROM folder")[0][0] or 0)
        self._file_ids = self._count_from("file")
        self._member_ids = self._count_from("member")
        self._seen: list[int] = []
        self._find_series_id = lru_cache(maxsize=4096)(self._add_series_uid)
        self._find_common_id = lru_cache(maxsize=4096)(self._add_common)

    def _count_from(self, table: str) -> itertools.count[int]:
        last = self.catalog.ask(f"SELECT max(id) FROM {table}")[0][0]
        return itertools.count(1 + (last or 0))

    # --- what is known ----------------------------------------------------------------------

    def enter_folder(self, path: str) -> dict[str, KnownFile]:
        """Note that a folder is there, and return its catalogued files by name."""
        found = self.catalog.ask("SELECT id FROM folder WHERE path = ?", (encode_path(path),))
        if not found:
            return {}
        self._seen.append(found[0][0])
        if len(self._seen) >= _SEEN_AT_ONCE:
            self.flush_seen()
        sql = "SELECT name, id, size, mtime_ns, is_complete FROM file WHERE folder_id = ?"
        return {
            decode_path(name): KnownFile(file_id, size, mtime_ns, bool(is_complete))
            for name, file_id, size, mtime_ns, is_complete in self.catalog.ask(sql, found[0])
        }

    def find_file(self, folder: str, name: str) -> KnownFile | None:
        """Return one catalogued file, None if it is not."""
        found = self.catalog.ask(
            "SELECT f.id, f.size, f.mtime_ns, f.is_complete FROM file f "
            "JOIN folder d ON d.id = f.folder_id WHERE d.path = ? AND f.name = ?",
            (encode_path(folder), encode_path(name)),
        )
        if not found:
            return None
        file_id, size, mtime_ns, is_complete = found[0]
        return KnownFile(file_id, size, mtime_ns, bool(is_complete))

    def flush_seen(self) -> None:
        """Write down which folders were seen in this run."""
        with self.catalog.writing() as connection:
            connection.executemany(
                "UPDATE folder SET seen_run = ? WHERE id = ?",
                [(self.run, folder_id) for folder_id in self._seen],
            )
        self._seen.clear()

    # --- what goes --------------------------------------------------------------------------

    def forget_files(self, file_ids: Collection[int]) -> None:
        """Take files out, with all that was read of them."""
        if not file_ids:
            return
        with self.catalog.writing() as connection:
            for file_id in file_ids:
                delete_file(connection, file_id)

    def forget_unseen(self, root: Path) -> int:
        """Take out the folders below a place that this run did not meet; return their files.

        A folder that is still there, but could not be listed, keeps its rows.
        """
        self.flush_seen()
        sql = f"SELECT id, path FROM folder WHERE {BELOW} AND seen_run < ?"
        bounds = (*find_bounds(root), self.run)
        gone = [
            folder_id
            for folder_id, path in self.catalog.ask(sql, bounds)
            if not is_there(Path(decode_path(path)))
        ]
        count = 0
        for folder_id in gone:
            files = self.catalog.ask("SELECT id FROM file WHERE folder_id = ?", (folder_id,))
            with self.catalog.writing() as connection:
                for (file_id,) in files:
                    delete_file(connection, file_id)
                connection.execute("DELETE FROM folder WHERE id = ?", (folder_id,))
            count += len(files)
        return count

    # --- what moved -------------------------------------------------------------------------

    def find_moved_folders(self, listing: FolderListing) -> list[tuple[int, tuple[str, ...]]]:
        """Return the catalogued folders that are gone and held these files, or some of them.

        By names, sizes and times; whether they are the same is for `read_batch` to tell. Some of
        them are enough, since a run may have been killed before it came to the others.

        Returns
        -------
        list of (int, tuple of str)
            Row, and the names of the files that are no archives.
        """
        readable = [file for file in listing.files if not file.reason]
        wanted = {(encode_path(file.name), file.size, file.mtime_ns) for file in readable}
        moved = []
        for folder_id, path in self._find_likely_folders(readable):
            if is_there(Path(decode_path(path))):
                continue
            rows = self.catalog.ask(
                "SELECT name, size, mtime_ns, is_archive FROM file "
                "WHERE folder_id = ? AND size >= 0 ORDER BY name",
                (folder_id,),
            )
            if wanted.issuperset(row[:3] for row in rows):
                plain = tuple(decode_path(row[0]) for row in rows if not row[3])
                moved.append((folder_id, plain))
        return moved

    def _find_likely_folders(self, files: Sequence[FoundFile]) -> list[tuple[int, bytes]]:
        """Return the folders that hold a file like the first one, or like the first archive."""
        firsts = [file for file in files if not file.is_archive][:1]
        firsts += [file for file in files if file.is_archive][:1]
        sql = (
            "SELECT DISTINCT d.id, d.path FROM file f JOIN folder d ON d.id = f.folder_id "
            "WHERE f.size = ? AND f.mtime_ns = ? AND f.name = ? LIMIT 50"
        )
        found: dict[int, bytes] = {}
        for file in firsts:
            found.update(self.catalog.ask(sql, (file.size, file.mtime_ns, encode_path(file.name))))
        return list(found.items())

    def list_sop_uids(self, folder_id: int, name: str) -> set[str]:
        """Return the SOP Instance UIDs of a catalogued file."""
        sql = (
            "SELECT sop_uid FROM instance i JOIN file f ON f.id = i.file_id "
            "WHERE f.folder_id = ? AND f.name = ?"
        )
        return {uid for (uid,) in self.catalog.ask(sql, (folder_id, encode_path(name)))}

    def move_folder(self, folder_id: int, path: str) -> int:
        """Give a catalogued folder its new place; return the number of its files."""
        with self.catalog.writing() as connection:
            # A folder that was emptied before may have left its row there.
            connection.execute(
                "DELETE FROM folder WHERE path = ? AND id != ? "
                "AND NOT EXISTS (SELECT 1 FROM file WHERE file.folder_id = folder.id)",
                (encode_path(path), folder_id),
            )
            connection.execute(
                "UPDATE folder SET path = ?, seen_run = ? WHERE id = ?",
                (encode_path(path), self.run, folder_id),
            )
            count = connection.execute(
                "SELECT count(*) FROM file WHERE folder_id = ?", (folder_id,)
            ).fetchone()
        return int(count[0])

    # --- what comes -------------------------------------------------------------------------

    def store_files(self, folder: str, files: Sequence[FoundFile], read: HeaderRows) -> None:
        """Write down what was read of a folder's files, in their order."""
        with self.catalog.writing() as connection:
            folder_id = self._find_folder(connection, folder)
            ids = [next(self._file_ids) for _ in files]
            connection.executemany(
                "INSERT INTO file VALUES (?, ?, ?, ?, ?, 0, 1)",
                [
                    (file_id, folder_id, encode_path(file.name), file.size, file.mtime_ns)
                    for file_id, file in zip(ids, files, strict=True)
                ],
            )
            self._insert_rows(connection, read, [(file_id, None) for file_id in ids])
            connection.executemany(
                "INSERT INTO skipped(file_id, reason) VALUES (?, ?)",
                [(ids[number], encode_text(reason)) for number, reason in read.skipped],
            )

    def store_unreadable(self, folder: str, files: Iterable[FoundFile]) -> None:
        """Write down what cannot be read, with the reason; it is looked at again in each run."""
        with self.catalog.writing() as connection:
            folder_id = self._find_folder(connection, folder)
            for file in files:
                file_id = next(self._file_ids)
                name = encode_path(file.name)
                stamp = (file.size, file.mtime_ns)
                connection.execute(
                    "INSERT INTO file VALUES (?, ?, ?, ?, ?, 0, 1)",
                    (file_id, folder_id, name, *stamp),
                )
                connection.execute(
                    "INSERT INTO skipped(file_id, reason) VALUES (?, ?)",
                    (file_id, encode_text(file.reason)),
                )

    def begin_archive(self, folder: str, file: FoundFile) -> int:
        """Make room for an archive's members; it counts as unread until `end_archive`."""
        with self.catalog.writing() as connection:
            folder_id = self._find_folder(connection, folder)
            file_id = next(self._file_ids)
            connection.execute(
                "INSERT INTO file VALUES (?, ?, ?, ?, ?, 1, 0)",
                (file_id, folder_id, encode_path(file.name), file.size, file.mtime_ns),
            )
        return file_id

    def list_members(self, file_id: int) -> set[str]:
        """Return the members of an archive that a run before has read."""
        found = self.catalog.ask(
            "SELECT name FROM member WHERE file_id = ? "
            "UNION SELECT member FROM skipped WHERE file_id = ? AND member IS NOT NULL",
            (file_id, file_id),
        )
        return {name for (name,) in found}

    def store_members(
        self, file_id: int, members: Sequence[tuple[str, MemberSpan]], read: HeaderRows
    ) -> None:
        """Write down what was read of an archive's members, in their order."""
        refused = {number for number, _ in read.skipped}
        with self.catalog.writing() as connection:
            owners: list[tuple[int, int | None]] = []
            rows: list[tuple[Any, ...]] = []
            for number, (name, span) in enumerate(members):
                member_id = None if number in refused else next(self._member_ids)
                owners.append((file_id, member_id))
                if member_id is not None:
                    rows.append((member_id, file_id, name, *_flatten(span)))
            connection.executemany("INSERT INTO member VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
            self._insert_rows(connection, read, owners)
            named = [(members[number][0], reason) for number, reason in read.skipped]
            _insert_skipped(connection, file_id, named)

    def end_archive(self, file_id: int, refused: Iterable[tuple[str, str]]) -> None:
        """Write down that an archive was read to its end, and which members must not be read.

        An archive without a single image is named once, instead of each of its members.
        """
        with self.catalog.writing() as connection:
            _insert_skipped(connection, file_id, refused)
            connection.execute("UPDATE file SET is_complete = 1 WHERE id = ?", (file_id,))
            (images,) = connection.execute(
                "SELECT count(*) FROM member WHERE file_id = ?", (file_id,)
            ).fetchone()
            (foreign, count) = connection.execute(
                "SELECT sum(reason = ?), count(*) FROM skipped WHERE file_id = ?",
                (NOT_DICOM, file_id),
            ).fetchone()
            if not images and (foreign or 0) == count:
                reason = f"A ZIP archive without DICOM files; files of other kinds in it: {count}."
                connection.execute("DELETE FROM skipped WHERE file_id = ?", (file_id,))
                connection.execute(
                    "INSERT INTO skipped(file_id, reason) VALUES (?, ?)", (file_id, reason)
                )

    # --- rows -------------------------------------------------------------------------------

    def _find_folder(self, connection: sqlite3.Connection, path: str) -> int:
        stored = encode_path(path)
        found = connection.execute("SELECT id FROM folder WHERE path = ?", (stored,)).fetchone()
        if found is not None:
            return int(found[0])
        made = connection.execute(
            "INSERT INTO folder(path, seen_run) VALUES (?, ?)", (stored, self.run)
        )
        return int(made.lastrowid or 0)

    def _insert_rows(
        self,
        connection: sqlite3.Connection,
        read: HeaderRows,
        owners: Sequence[tuple[int, int | None]],
    ) -> None:
        # A transaction that fails takes its new rows back: then the cached numbers are wrong.
        try:
            commons = [self._find_common_id(body) for body in read.commons]
            series = {row[2]: self._find_series_id(row[2]) for row in read.rows}
            connection.executemany(
                "INSERT INTO instance(file_id, member_id, series_id, common_id, sop_uid, frame, "
                "instance_number, acquisition_number, x, y, z, time_s) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (*owners[number], series[uid], commons[common], *rest)
                    for number, common, uid, *rest in read.rows
                ],
            )
            connection.executemany(
                "UPDATE series_uid SET is_dirty = 1 WHERE id = ? AND NOT is_dirty",
                [(series_id,) for series_id in series.values()],
            )
        except sqlite3.Error:
            self._find_series_id.cache_clear()
            self._find_common_id.cache_clear()
            raise

    def _add_series_uid(self, uid: str) -> int:
        return self._add("series_uid(uid, is_dirty)", "?, 1", "series_uid", ("uid", uid))

    def _add_common(self, body: str) -> int:
        return self._add("common(body)", "?", "common", ("body", body))

    def _add(self, into: str, places: str, table: str, key: tuple[str, str]) -> int:
        column, value = key
        connection = self.catalog.connection
        connection.execute(f"INSERT OR IGNORE INTO {into} VALUES ({places})", (value,))
        sql = f"SELECT id FROM {table} WHERE {column} = ?"
        return int(connection.execute(sql, (value,)).fetchone()[0])


def _flatten(span: MemberSpan) -> tuple[int, int, int, int, int]:
    deflated = int(span.is_deflated)
    return span.header_offset, span.stored_bytes, span.size_bytes, deflated, span.crc32


def _insert_skipped(
    connection: sqlite3.Connection, file_id: int, named: Iterable[tuple[str, str]]
) -> None:
    connection.executemany(
        "INSERT INTO skipped(file_id, member, reason) VALUES (?, ?, ?)",
        [(file_id, name, encode_text(reason)) for name, reason in named],
    )


def delete_file(connection: sqlite3.Connection, file_id: int) -> None:
    """Take out a file with its instances; their series are to be built anew."""
    mark_series_of_file(connection, file_id)
    connection.execute("DELETE FROM file WHERE id = ?", (file_id,))
