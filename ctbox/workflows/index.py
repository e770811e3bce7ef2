"""Bring a catalogue up to date with a place: images, annotations and the clinical table."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from ctbox.annotations.reading import find_annotation_folder
from ctbox.dicom.catalog import CATALOG_NAME, Catalog
from ctbox.dicom.catalog_scan import check_place
from ctbox.dicom.catalog_schema import BELOW, encode_path, find_bounds, writer_lock
from ctbox.dicom.catalog_writer import CatalogWriter
from ctbox.errors import AnnotationError, ArchiveError, CtboxError
from ctbox.paths import user_data_folder
from ctbox.progress import TaskContext
from ctbox.workflows.clinical_table import find_clinical_table
from ctbox.workflows.index_annotations import AnnotationCounts, index_annotations
from ctbox.workflows.index_clinical import index_clinical
from ctbox.workflows.index_files import FileCounts, FileIndexer
from ctbox.workflows.index_places import (
    Change,
    Presence,
    RootPlaces,
    choose_place,
    drop_annotations,
    drop_clinical,
    find_presence,
    inherit_places,
    list_moved_roots,
    note_end,
    note_start,
    read_places,
)
from ctbox.workflows.index_reading import HeaderReaders, choose_worker_count
from ctbox.workflows.index_series import build_changed_series

BUILD_EVERY_S = 5.0
"""How often series are sorted while files are still being read, so that the browser fills."""
BUILD_SHARE = 10
"""How many times as long as the last sorting the next one waits."""
_STAYS = "Its disk may not be connected: what the catalogue holds of it stays."


@dataclass(frozen=True, slots=True)
class IndexRequest:
    """What to index.

    Parameters
    ----------
    path : pathlib.Path
        A folder, a file or a ZIP archive.
    catalog : pathlib.Path or None
        The catalogue's file; None for the user's own.
    annotations : pathlib.Path or None
        Annotation root; None looks for it in and beside `path`.
    clinical : pathlib.Path or None
        Clinical table; None looks for it in and beside `path`.
    workers : int or None
        Reading processes; None for as many as there are processors, 8 at most.
    """

    path: Path
    catalog: Path | None = None
    annotations: Path | None = None
    clinical: Path | None = None
    workers: int | None = None


@dataclass(frozen=True)
class IndexReport:
    """What came of a run.

    Parameters
    ----------
    catalog : pathlib.Path
        The catalogue's file.
    files : FileCounts
        How the files fared.
    annotations : AnnotationCounts
        How the annotation files fared.
    patients, series, instances, skipped, orphans, unparsable : int
        What the whole catalogue holds now, copies counted once; the last two count annotation
        files without a slice, and those that could not be read.
    clinical_patients : int
        Patients in the clinical table.
    seconds : float
        How long it took.
    is_empty : bool
        Whether no image of the place that was indexed is in the catalogue.
    warnings : tuple of str
        What could not be used, one sentence each.
    """

    catalog: Path
    files: FileCounts
    annotations: AnnotationCounts
    patients: int
    series: int
    instances: int
    skipped: int
    orphans: int
    unparsable: int
    clinical_patients: int
    seconds: float
    is_empty: bool
    warnings: tuple[str, ...] = field(default=())


def default_catalog_path() -> Path:
    """Return the catalogue of whoever names none."""
    return user_data_folder() / CATALOG_NAME


def index_collection(request: IndexRequest, ctx: TaskContext) -> IndexReport:
    """Index a place; only what changed since the last run is read.

    A run that was cancelled or killed leaves a whole catalogue, and the next one goes on with
    what is missing.

    Raises
    ------
    DicomReadError
        If there is nothing at the path, or it may not be read.
    CatalogError
        If the catalogue is damaged, of a newer ctbox, or written by another run.
    CtboxError
        If named annotations or a named clinical table cannot be read.
    TaskCancelledError
        If cancelled.
    """
    started = time.monotonic()
    root = request.path.absolute()
    path = (request.catalog or default_catalog_path()).absolute()
    warnings: list[str] = []
    check_place(root)
    with writer_lock(path), Catalog(path) as catalog:
        note_start(catalog, root)
        files = _index_files(catalog, root, request.workers, ctx)
        change = _find_change(catalog, request, root)
        annotations = _index_annotations(catalog, change, request, (ctx, warnings))
        clinical = _index_clinical(catalog, change, request, warnings)
        annotations.vanished += drop_annotations(
            catalog, change, is_named_now=request.annotations is not None
        )
        drop_clinical(catalog, change, is_named_now=request.clinical is not None)
        build_changed_series(catalog, ctx)
        _tidy(catalog)
        note_end(catalog, root, change.now, change.moved)
        return IndexReport(
            catalog=path,
            files=files,
            annotations=annotations,
            **_count(catalog),
            clinical_patients=clinical,
            seconds=time.monotonic() - started,
            is_empty=_is_empty(catalog, root),
            warnings=tuple(warnings),
        )


def _find_change(catalog: Catalog, request: IndexRequest, root: Path) -> Change:
    moved = list_moved_roots(catalog)
    before = inherit_places(read_places(catalog, root), moved.values())
    now = RootPlaces(
        choose_place(request.annotations, before.annotations, root, find_annotation_folder),
        choose_place(request.clinical, before.clinical, root, find_clinical_table),
    )
    return Change(root, before, now, moved)


def _index_files(catalog: Catalog, root: Path, workers: int | None, ctx: TaskContext) -> FileCounts:
    indexer = FileIndexer(CatalogWriter(catalog), root, ctx)
    with HeaderReaders(choose_worker_count() if workers is None else workers) as readers:
        quiet = TaskContext(is_cancelled=lambda: ctx.cancelled)
        due = time.monotonic() + BUILD_EVERY_S
        for _ in indexer.run(readers):
            ctx.check()
            if (before := time.monotonic()) > due:
                build_changed_series(catalog, quiet)
                after = time.monotonic()
                due = after + max(BUILD_EVERY_S, BUILD_SHARE * (after - before))
    return indexer.counts


def _index_annotations(
    catalog: Catalog,
    change: Change,
    request: IndexRequest,
    told: tuple[TaskContext, list[str]],
) -> AnnotationCounts:
    ctx, warnings = told
    place = change.now.annotations.path
    if place is None:
        return AnnotationCounts()
    # An empty folder that somebody named may be the mount point of a disk.
    is_empty = place.is_dir() or request.annotations is None
    if is_empty and find_presence(place, change.root) is Presence.AWAY:
        warnings.append(f"There are no annotations in {place} now. {_STAYS}")
        return AnnotationCounts()
    try:
        counts = index_annotations(catalog, place, ctx)
        if counts.unlisted:
            warnings.append(
                f"{counts.unlisted} folders or archives of annotations in {place} could not be "
                f"read. What the catalogue holds of them stays."
            )
        return counts
    except (AnnotationError, ArchiveError) as error:
        if request.annotations is not None:
            raise
        warnings.append(str(error))
        return AnnotationCounts()


def _index_clinical(
    catalog: Catalog, change: Change, request: IndexRequest, warnings: list[str]
) -> int:
    table = change.now.clinical.path
    if table is None:
        return 0
    if request.clinical is None and find_presence(table, change.root) is Presence.AWAY:
        warnings.append(f"The clinical table {table} is not there now. {_STAYS}")
        return 0
    try:
        return index_clinical(catalog, table)
    except CtboxError as error:
        if request.clinical is not None:
            raise
        warnings.append(str(error))
        return 0


def _tidy(catalog: Catalog) -> None:
    """Drop what nothing refers to any more."""
    with catalog.writing() as connection:
        connection.execute(
            "DELETE FROM folder WHERE NOT EXISTS (SELECT 1 FROM file WHERE folder_id = folder.id)"
        )
        connection.execute(
            "DELETE FROM series_uid "
            "WHERE NOT EXISTS (SELECT 1 FROM instance WHERE series_id = series_uid.id)"
        )
    with catalog.unchecked(), catalog.writing() as connection:
        connection.execute(
            "DELETE FROM common WHERE id NOT IN (SELECT DISTINCT common_id FROM instance)"
        )


def _is_empty(catalog: Catalog, root: Path) -> bool:
    """Whether the catalogue has no image below a place; of a file, none in it."""
    sql = (
        "SELECT 1 FROM instance i JOIN file f ON f.id = i.file_id "
        "JOIN folder d ON d.id = f.folder_id WHERE "
    )
    if root.is_dir():
        return not catalog.ask(f"{sql}{BELOW} LIMIT 1", find_bounds(root))
    name = (encode_path(root.parent), encode_path(root.name))
    return not catalog.ask(f"{sql}d.path = ? AND f.name = ? LIMIT 1", name)


def _count(catalog: Catalog) -> dict[str, int]:
    questions = {
        "patients": "SELECT count(DISTINCT patient_id) FROM series",
        "series": "SELECT count(*) FROM series",
        "instances": "SELECT coalesce(sum(n_slices), 0) FROM series",
        "skipped": "SELECT count(*) FROM skipped",
        "orphans": "SELECT count(*) FROM annotation a WHERE sop_uid != '' AND NOT EXISTS "
        "(SELECT 1 FROM instance i WHERE i.sop_uid = a.sop_uid)",
        "unparsable": "SELECT count(*) FROM annotation WHERE problem != ''",
    }
    return {name: int(catalog.ask(sql)[0][0]) for name, sql in questions.items()}
