"""Open what there is to learn from, wherever it lies: a folder, a ZIP, or the whole catalogue."""

from __future__ import annotations

from pathlib import Path

from ctbox.progress import TaskContext
from ctbox.workflows.index_opening import open_annotated
from ctbox.workflows.open_case import Case, open_case

_SQLITE = b"SQLite format 3\x00"


def is_catalogue(path: Path) -> bool:
    """Return whether a place is a catalogue's file, by its first bytes (SQLite's file format)."""
    try:
        with path.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False


def open_place(path: Path, annotations: Path | None, ctx: TaskContext) -> Case:
    """Return the case of a folder or ZIP, or every annotated series of a catalogue.

    Parameters
    ----------
    path : pathlib.Path
        DICOM folder, TCIA download, single file, ZIP, or a catalogue's file.
    annotations : pathlib.Path or None
        As for `ctbox.workflows.open_case.open_case`; for a catalogue None takes its own.
    ctx : TaskContext
        Told of progress and asked to stop.

    Raises
    ------
    CtboxError
        If there is nothing to read.
    TaskCancelledError
        If cancelled.
    """
    if is_catalogue(path):
        return open_annotated(path, annotations, ctx)
    return open_case(path, annotations, ctx)
