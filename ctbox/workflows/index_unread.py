"""The files of a catalogue's folders that could not be read, with their reasons."""

from __future__ import annotations

from pathlib import Path

from ctbox.dicom.catalog import Catalog
from ctbox.dicom.catalog_schema import decode_path
from ctbox.dicom.series import InstanceSource
from ctbox.progress import TaskContext
from ctbox.workflows.open_case import FileProblem

MOST_UNREAD = 20_000
_QUESTION = (
    "SELECT d.path, f.name, s.member, s.reason FROM skipped s "
    "JOIN file f ON f.id = s.file_id JOIN folder d ON d.id = f.folder_id "
    "ORDER BY s.id DESC LIMIT ?"
)


def list_unread(path: Path, _ctx: TaskContext) -> tuple[FileProblem, ...]:
    """Return what a catalogue could not read, the newest first, `MOST_UNREAD` at most.

    Raises
    ------
    CatalogError
        If the catalogue is damaged or busy.
    """
    if not path.is_file():
        return ()
    with Catalog(path) as catalog:
        rows = catalog.ask(_QUESTION, (MOST_UNREAD,))
    return tuple(
        FileProblem(
            InstanceSource(Path(decode_path(folder), decode_path(name)), member).display, reason
        )
        for folder, name, member, reason in rows
    )
