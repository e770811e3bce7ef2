"""Find and read the annotation files of a folder, a ZIP archive or a single file."""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from ctbox.annotations.annotation import AnnotationProblem, ProblemKind, is_uid
from ctbox.annotations.annotation_set import AnnotationFile, AnnotationSet, UnopenedFile
from ctbox.annotations.pascal_voc import parse_voc
from ctbox.annotations.source_reader import SourceReader
from ctbox.annotations.sources import (
    ANNOTATION_NAMES,
    AnnotationSource,
    SourceListing,
    find_annotation_child,
    find_places_below,
    is_annotation_archive,
    is_annotation_name,
    is_archive_name,
    is_folder,
    list_archive,
    list_folder,
    open_archive,
)
from ctbox.errors import AnnotationError, ArchiveError
from ctbox.progress import Progress, TaskContext

REPORT_EVERY = 200
"""Files between two progress reports and checks for cancellation."""
MAX_LEVELS_UP = 4
"""How far above an opened folder its annotations are looked for."""
_CHILDREN_LOOKED_AT = 50


def read_annotations(
    path: Path,
    ctx: TaskContext | None = None,
    wanted_uids: Collection[str] | None = None,
) -> AnnotationSet:
    """Return all annotation files of one place; what cannot be read is named with its reason.

    Parameters
    ----------
    path : pathlib.Path
        The Annotation root (a folder per patient), one patient's folder, a folder or ZIP
        archive that holds an Annotation root, a folder of such folders and archives, or a
        single XML file.
    ctx : TaskContext, optional
        Told of the progress, and asked whether to stop, every 200 files.
    wanted_uids : collection of str, optional
        The slices whose boxes are wanted. Files named after any other UID are counted from
        their names and stay closed, so that one patient opens quickly beside a root of
        31,562 files; orphans, duplicates and linked folders remain complete, while damage
        and odd labels in closed files stay unknown. A file whose name is no UID is always
        opened, because only its content tells its slice.

    Raises
    ------
    AnnotationError
        If there is nothing at `path`, it cannot be read, or it is neither folder, XML nor ZIP.
    ArchiveError
        If it is a damaged ZIP archive.
    TaskCancelledError
        If `ctx` was cancelled.
    """
    ctx = ctx or TaskContext()
    is_single = path.suffix.lower() == ".xml" and not is_folder(path)
    wanted = None if wanted_uids is None or is_single else frozenset(wanted_uids)
    with open_sources(path) as (listing, reader):
        return _read_sources(path, listing, (ctx, wanted), reader)


@contextmanager
def open_sources(path: Path) -> Iterator[tuple[SourceListing, SourceReader]]:
    """List the annotation files of one place, with what reads them; errors as `read_annotations`.

    Yields
    ------
    tuple of SourceListing and SourceReader
        The reader is closed at the end.
    """
    if is_folder(path):
        with SourceReader() as reader:
            yield list_folder(path), reader
        return
    if not _is_file(path):
        message = "There is no annotation folder or file here."
        raise AnnotationError(message, "Check the path given for the annotations.", path)
    if path.suffix.lower() == ".xml":
        source = AnnotationSource(path, _find_patient(path))
        with SourceReader() as reader:
            yield SourceListing([source]), reader
        return
    if not _is_archive(path):
        message = "This is neither a folder, an XML file nor a ZIP archive."
        raise AnnotationError(message, "Give the Annotation folder or its ZIP archive.", path)
    archive = open_archive(path)
    with SourceReader(path, archive) as reader:
        yield list_archive(path, archive), reader


def _find_patient(path: Path) -> str | None:
    name = path.resolve().parent.name
    return None if name in ANNOTATION_NAMES else name


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _is_archive(path: Path) -> bool:
    try:
        return is_archive_name(path.name) or zipfile.is_zipfile(path)
    except OSError:
        return False


def _read_sources(
    path: Path,
    listing: SourceListing,
    limits: tuple[TaskContext, frozenset[str] | None],
    reader: SourceReader,
) -> AnnotationSet:
    ctx, wanted = limits
    files: list[AnnotationFile] = []
    unopened: list[UnopenedFile] = []
    failures = list(listing.problems)
    for done, source in enumerate(listing.sources):
        if done % REPORT_EVERY == 0:
            ctx.check()
            ctx.report(Progress(done, len(listing.sources), "Reading annotations"))
        stem = source.stem
        if wanted is not None and stem not in wanted and is_uid(stem):
            unopened.append(UnopenedFile(source.display, stem, source.folder))
            continue
        try:
            files.append(parse_voc(reader.read(source), source.display, stem, source.folder))
        except (AnnotationError, ArchiveError) as error:
            reason = " ".join(part for part in (error.message, error.hint) if part)
            failures.append(AnnotationProblem(source.display, ProblemKind.UNPARSABLE, reason))
    ctx.report(Progress(len(listing.sources), len(listing.sources), "Reading annotations"))
    return AnnotationSet(str(path), tuple(files), tuple(unopened), tuple(failures))


def find_annotation_folder(path: Path) -> Path | None:
    """Return where the annotations of something opened lie, for `read_annotations`, or None.

    Looked for in this order, by name (`Annotation`, `Annotations`, either in lower case) and
    only where a glance finds an XML file inside:

    1. `path` itself: an Annotation root, something inside one, an XML file, or a ZIP archive
       with an Annotation folder;
    2. inside the folder;
    3. beside the folder and up to four levels above it (a series in its TCIA download);
    4. one level down, inside its subfolders and its ZIP archives, then up to two levels further:
       if several have annotations the folder itself is returned, which `read_annotations` takes
       as all of them.

    No folder tree is walked whole: each step asks for a handful of names, the last lists at most
    2,000 entries a level and the directories of the archives among them.
    """
    if _is_file(path):
        if is_annotation_name(path.name) or (_is_archive(path) and is_annotation_archive(path)):
            return path
        start = path.parent
    elif is_folder(path):
        start = path
    else:
        return None
    start = start.absolute()
    return (
        _find_around(start)
        or _find_above(start)
        or (_find_below(start) if is_folder(path) else None)
    )


def _find_around(folder: Path) -> Path | None:
    if {folder.name, folder.parent.name} & {*ANNOTATION_NAMES} and _holds_xml(folder):
        return folder
    return _take_if_filled(find_annotation_child(folder))


def _find_above(folder: Path) -> Path | None:
    above = islice(folder.parents, MAX_LEVELS_UP)
    found = (_take_if_filled(find_annotation_child(parent)) for parent in above)
    return next((child for child in found if child is not None), None)


def _find_below(folder: Path) -> Path | None:
    places = find_places_below(folder)
    found = [place for place in places if not is_folder(place) or _holds_xml(place)]
    if len(found) > 1:
        return folder
    return found[0] if found else None


def _take_if_filled(folder: Path | None) -> Path | None:
    return folder if folder is not None and _holds_xml(folder) else None


def _holds_xml(folder: Path) -> bool:
    try:
        children = list(islice(folder.iterdir(), _CHILDREN_LOOKED_AT))
        if any(is_annotation_name(child.name) for child in children):
            return True
        return any(_holds_xml_directly(child) for child in children if child.is_dir())
    except OSError:
        return False


def _holds_xml_directly(folder: Path) -> bool:
    try:
        children = islice(folder.iterdir(), _CHILDREN_LOOKED_AT)
        return any(is_annotation_name(child.name) for child in children)
    except OSError:
        # It may hold some. Passed over, one locked folder would hide all others in silence; taken,
        # it is named by whoever reads it.
        return True
