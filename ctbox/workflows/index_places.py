"""Where a root's annotations and clinical table lie: named, found, remembered, replaced or gone.

Rows of a folder or file that was removed or replaced are dropped. Those of one that may lie on a
disk that is not connected now are kept, as the rows of images are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from pathlib import Path

from ctbox.dicom.catalog import Catalog
from ctbox.dicom.catalog_annotations import forget_place
from ctbox.dicom.catalog_scan import is_there
from ctbox.dicom.catalog_schema import BELOW, decode_path, encode_path, find_bounds


class Presence(Enum):
    """Whether a place is here, was removed, or may come back with its disk."""

    HERE = auto()
    GONE = auto()
    AWAY = auto()


@dataclass(frozen=True, slots=True)
class Place:
    """One of a root's places.

    Parameters
    ----------
    path : pathlib.Path or None
        Where; None without one.
    is_named : bool
        Whether somebody named it: then it is used again until another is named or it is removed.
    """

    path: Path | None = None
    is_named: bool = False


NO_PLACE = Place()


@dataclass(frozen=True, slots=True)
class RootPlaces:
    """Where a root's annotations and clinical table lie."""

    annotations: Place = NO_PLACE
    clinical: Place = NO_PLACE


def find_presence(path: Path, root: Path) -> Presence:
    """Tell a place that was removed from one whose disk may not be connected.

    Below `root`, which was just read, what is not there was removed. Elsewhere this is only sure
    where the folder above it is there and holds anything: an empty one may be a mount point.
    """
    is_inside = path.is_relative_to(root)
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        if path.is_symlink():
            return Presence.AWAY
        return Presence.GONE if is_inside or _holds_anything(path.parent) else Presence.AWAY
    except OSError:
        return Presence.AWAY
    if is_inside or not path.is_dir() or _holds_anything(path):
        return Presence.HERE
    return Presence.AWAY


def _holds_anything(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is not None
    except OSError:
        return False


def choose_place(
    named: Path | None, before: Place, root: Path, find: Callable[[Path], Path | None]
) -> Place:
    """Return the place to use: the one named now, else the one named before, else what is found.

    A place that was found before, and is now no longer found but not gone, is used on: it is
    looked through, and what vanished from it is dropped file by file.
    """
    if named is not None:
        return Place(named.absolute(), is_named=True)
    stays = before.path is not None and find_presence(before.path, root) is not Presence.GONE
    if stays and before.is_named:
        return before
    found = find(root)
    if found is not None:
        return Place(found.absolute())
    return before if stays else NO_PLACE


# --- what the catalogue remembers -------------------------------------------------------------

_COLUMNS = "path, annotations, annotations_named, clinical, clinical_named"


def read_places(catalog: Catalog, root: Path) -> RootPlaces:
    """Return what an earlier run has used; empty where there was none."""
    sql = f"SELECT {_COLUMNS} FROM root WHERE path = ?"
    found = catalog.ask(sql, (encode_path(root),))
    return _parse(found[0]) if found else RootPlaces()


def _parse(row: tuple[bytes, bytes | None, int, bytes | None, int]) -> RootPlaces:
    _, annotations, annotations_named, clinical, clinical_named = row
    return RootPlaces(
        Place(_decode(annotations), bool(annotations_named)),
        Place(_decode(clinical), bool(clinical_named)),
    )


def _decode(stored: bytes | None) -> Path | None:
    return None if stored is None else Path(decode_path(stored))


def note_start(catalog: Catalog, root: Path) -> None:
    """Keep a root in the list of those that were added, with the places it had before."""
    with catalog.writing() as connection:
        connection.execute(
            "INSERT INTO root(path, indexed_at, is_complete) VALUES (?, ?, 0) "
            "ON CONFLICT(path) DO UPDATE SET is_complete = 0, indexed_at = excluded.indexed_at",
            (encode_path(root), _tell_time()),
        )


def note_end(catalog: Catalog, root: Path, now: RootPlaces, moved: Collection[Path]) -> None:
    """Write down that a root was gone through, and forget those that moved into it."""
    values = [
        encode_path(root), _tell_time(),
        *(each for place in (now.annotations, now.clinical) for each in _flatten(place)),
    ]  # fmt: skip
    with catalog.writing() as connection:
        connection.execute(
            "INSERT OR REPLACE INTO root(path, indexed_at, is_complete, annotations, "
            "annotations_named, clinical, clinical_named) VALUES (?, ?, 1, ?, ?, ?, ?)",
            values,
        )
        gone = [(encode_path(path),) for path in moved]
        connection.executemany("DELETE FROM root WHERE path = ?", gone)


def _flatten(place: Place) -> tuple[bytes | None, int]:
    return None if place.path is None else encode_path(place.path), int(place.is_named)


def _tell_time() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def list_moved_roots(catalog: Catalog) -> dict[Path, RootPlaces]:
    """Return roots that are gone and whose files were all found elsewhere.

    A root of which files are still catalogued may be a disk that is not connected now.
    """
    moved = {}
    for row in catalog.ask(f"SELECT {_COLUMNS} FROM root"):
        path = Path(decode_path(row[0]))
        sql = f"SELECT 1 FROM file f JOIN folder d ON d.id = f.folder_id WHERE {BELOW} LIMIT 1"
        if not is_there(path) and not catalog.ask(sql, find_bounds(path)):
            moved[path] = _parse(row)
    return moved


def inherit_places(before: RootPlaces, moved: Collection[RootPlaces]) -> RootPlaces:
    """Return a root's places, those it lacks from a root that moved: a place that is still there.

    What moved along is found anew.
    """

    def fill(own: Place, others: list[Place]) -> Place:
        there = [place for place in others if place.path is not None and is_there(place.path)]
        return there[0] if own.path is None and there else own

    return RootPlaces(
        fill(before.annotations, [places.annotations for places in moved]),
        fill(before.clinical, [places.clinical for places in moved]),
    )


# --- what goes --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """What a root has used before, what it uses now, and which roots moved into it."""

    root: Path
    before: RootPlaces
    now: RootPlaces
    moved: dict[Path, RootPlaces]


def drop_annotations(catalog: Catalog, change: Change, *, is_named_now: bool) -> int:
    """Take out annotation files of places that were removed or replaced; return their number.

    Parameters
    ----------
    is_named_now : bool
        Whether somebody named the new place: then the old one goes though it may only be away.
    """
    stored = catalog.ask("SELECT DISTINCT place FROM annotation")
    others = _list_used(catalog, "annotations", change)
    places = (change.before.annotations, change.now.annotations)
    moved = [each.annotations.path for each in change.moved.values()]
    count = 0
    for (place,) in stored:
        path = Path(decode_path(place))
        if path not in others and _is_stale(path, change.root, (*places, is_named_now), moved):
            count += forget_place(catalog, place)
    return count


def drop_clinical(catalog: Catalog, change: Change, *, is_named_now: bool) -> None:
    """Take out rows of clinical tables that were removed or replaced, as `drop_annotations`."""
    stored = catalog.ask("SELECT DISTINCT source FROM clinical")
    others = _list_used(catalog, "clinical", change)
    places = (change.before.clinical, change.now.clinical)
    moved = [each.clinical.path for each in change.moved.values()]
    for (source,) in stored:
        path = Path(decode_path(source))
        if path not in others and _is_stale(path, change.root, (*places, is_named_now), moved):
            with catalog.writing() as connection:
                connection.execute("DELETE FROM clinical WHERE source = ?", (source,))


def _list_used(catalog: Catalog, column: str, change: Change) -> set[Path]:
    """Return the places of all other roots."""
    rows = catalog.ask(f"SELECT path, {column} FROM root WHERE {column} IS NOT NULL")
    used = {Path(decode_path(path)): Path(decode_path(place)) for path, place in rows}
    leaving = {change.root, *change.moved}
    return {place for path, place in used.items() if path not in leaving}


def _is_stale(
    path: Path, root: Path, places: tuple[Place, Place, bool], moved: Collection[Path | None]
) -> bool:
    before, now, is_named_now = places
    if path == now.path:
        return False
    if path != before.path and path not in moved:
        return True  # nobody's: a run was killed before it noted the place, and then it changed
    presence = find_presence(path, root)
    if path == before.path and (is_named_now or presence is Presence.HERE):
        return True
    return presence is Presence.GONE or (path in moved and not is_there(path))
