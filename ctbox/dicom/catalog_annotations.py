"""What the catalogue keeps of annotation files: which slice, how many boxes, what is odd.

The boxes themselves stay in their files, which are read again when a series is opened: they are
edited, and the catalogue must not show old ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from ctbox.dicom.catalog import Catalog
from ctbox.dicom.catalog_schema import decode_path, distrust_rows, encode_path, encode_text

_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class AnnotationRow:
    """One annotation file.

    Parameters
    ----------
    path : str
        The file, or the archive it lies in.
    member : str
        Name inside the archive; "" for a file.
    folder : str or None
        The patient's annotation folder.
    size, mtime_ns : int
        Stamp by which a change is told.
    sop_uid : str
        The slice; "" where the file could not be read.
    boxes : int
        Usable boxes.
    labels : str
        Their subtype letters, sorted, each once.
    problem : str
        Why the file gave nothing; "" where it did.
    notes : tuple of str
        What is odd about it or its boxes.
    """

    path: str
    member: str
    folder: str | None
    size: int
    mtime_ns: int
    sop_uid: str = ""
    boxes: int = 0
    labels: str = ""
    problem: str = ""
    notes: tuple[str, ...] = ()


class AnnotationLedger:
    """One run over the annotations of one place.

    Parameters
    ----------
    catalog : Catalog
        Open; the caller holds `writer_lock`.
    place : pathlib.Path
        The annotation root, absolute.
    """

    def __init__(self, catalog: Catalog, place: Path) -> None:
        self._catalog = catalog
        self._place = encode_path(place)
        self._run = 1 + (catalog.ask("SELECT max(seen_run) FROM annotation")[0][0] or 0)

    def list_known(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Return (path, member) of every catalogued file of this place, with size and time."""
        sql = "SELECT path, member, size, mtime_ns FROM annotation WHERE place = ?"
        rows = self._catalog.ask(sql, (self._place,))
        return {(decode_path(path), member): (size, time) for path, member, size, time in rows}

    def store(self, rows: Iterable[AnnotationRow], same: Iterable[tuple[str, str]] = ()) -> None:
        """Write down files that were read, and see those that stayed the same."""
        rows = list(rows)
        uids = {row.sop_uid for row in rows}
        with self._catalog.writing() as connection:
            for row in rows:
                found = connection.execute(
                    "SELECT sop_uid FROM annotation WHERE path = ? AND member = ?",
                    (encode_path(row.path), row.member),
                )
                uids.update(uid for (uid,) in found)
            connection.executemany(
                "INSERT OR REPLACE INTO annotation(place, path, member, folder, size, mtime_ns, "
                "sop_uid, boxes, labels, problem, notes, seen_run) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [self._flatten(row) for row in rows],
            )
            connection.executemany(
                "UPDATE annotation SET seen_run = ? WHERE path = ? AND member = ?",
                [(self._run, encode_path(path), member) for path, member in same],
            )
            connection.executemany(_MARK_DIRTY, [(uid,) for uid in uids])

    def _flatten(self, row: AnnotationRow) -> tuple[object, ...]:
        folder = None if row.folder is None else encode_text(row.folder)
        return (
            self._place, encode_path(row.path), row.member, folder, row.size, row.mtime_ns,
            row.sop_uid, row.boxes, row.labels, encode_text(row.problem),
            json.dumps(row.notes, ensure_ascii=True), self._run,
        )  # fmt: skip

    def forget_unseen(self, is_gone: Callable[[Path, str], bool]) -> int:
        """Take out the files of this place that this run did not meet; return their number.

        Parameters
        ----------
        is_gone : callable
            Told path and member of each, whether it is sure that it is not there.
        """
        sql = "SELECT id, sop_uid, path, member FROM annotation WHERE place = ? AND seen_run < ?"
        gone = [
            (row_id, uid)
            for row_id, uid, path, member in self._catalog.ask(sql, (self._place, self._run))
            if is_gone(Path(decode_path(path)), member)
        ]
        with self._catalog.writing() as connection:
            connection.executemany(_MARK_DIRTY, [(uid,) for _, uid in gone])
            connection.executemany("DELETE FROM annotation WHERE id = ?", [(i,) for i, _ in gone])
        return len(gone)


_MARK_DIRTY = (
    "UPDATE series_uid SET is_dirty = 1 "
    "WHERE id IN (SELECT series_id FROM instance WHERE sop_uid = ?) AND NOT is_dirty"
)


def forget_place(catalog: Catalog, place: bytes) -> int:
    """Take out all annotation files of a place, by its stored path; return their number."""
    with catalog.writing() as connection:
        sql = "SELECT sop_uid FROM annotation WHERE place = ?"
        gone = connection.execute(sql, (place,)).fetchall()
        connection.executemany(_MARK_DIRTY, gone)
        connection.execute("DELETE FROM annotation WHERE place = ?", (place,))
    return len(gone)


def find_annotations(catalog: Catalog, sop_uids: Collection[str]) -> dict[str, list[AnnotationRow]]:
    """Return the annotation files of slices by SOP Instance UID, in sorting order."""
    found: dict[str, list[AnnotationRow]] = {}
    wanted = sorted(set(sop_uids))
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        marks = ",".join("?" * len(part))
        rows = catalog.ask(
            "SELECT path, member, folder, size, mtime_ns, sop_uid, boxes, labels, problem, notes "
            f"FROM annotation WHERE sop_uid IN ({marks}) ORDER BY folder, path, member",
            part,
        )
        with distrust_rows(catalog.path):
            for path, member, folder, size, time, uid, boxes, labels, problem, notes in rows:
                row = AnnotationRow(
                    decode_path(path), member, folder, size, time, uid, boxes, labels, problem,
                    tuple(json.loads(notes)),
                )  # fmt: skip
                found.setdefault(uid, []).append(row)
    return found
