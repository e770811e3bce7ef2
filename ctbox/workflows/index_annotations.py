"""The annotation files of a place into the catalogue; unchanged ones are not read again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ctbox.annotations.pascal_voc import parse_voc
from ctbox.annotations.reading import open_sources
from ctbox.annotations.source_reader import SourceReader
from ctbox.annotations.sources import AnnotationSource, SourceListing
from ctbox.dicom.catalog import Catalog
from ctbox.dicom.catalog_annotations import AnnotationLedger, AnnotationRow
from ctbox.dicom.catalog_scan import is_there
from ctbox.errors import AnnotationError, ArchiveError
from ctbox.progress import Progress, TaskContext

_AT_ONCE = 500


@dataclass
class AnnotationCounts:
    """How the annotation files of a place fared.

    Parameters
    ----------
    files : int
        Met.
    read, unchanged, vanished : int
        Read now; not touched; taken out.
    unlisted : int
        Folders and archives that could not be looked into.
    """

    files: int = 0
    read: int = 0
    unchanged: int = 0
    vanished: int = 0
    unlisted: int = 0


def index_annotations(catalog: Catalog, place: Path, ctx: TaskContext) -> AnnotationCounts:
    """Bring the catalogue's annotation files of one place up to date.

    Raises
    ------
    AnnotationError, ArchiveError
        If the place cannot be read at all; what was catalogued of it stays.
    TaskCancelledError
        If cancelled; what was read stays.
    """
    ledger = AnnotationLedger(catalog, place)
    known = ledger.list_known()
    counts = AnnotationCounts()
    with open_sources(place) as (listing, reader):
        total = len(listing.sources)
        for start in range(0, total, _AT_ONCE):
            ctx.check()
            ctx.report(Progress(start, total, "Indexing annotations"))
            same: list[tuple[str, str]] = []
            rows: list[AnnotationRow] = []
            for source in listing.sources[start : start + _AT_ONCE]:
                key, stamp = _identify(source), _stamp(source)
                if known.get(key) == stamp:
                    same.append(key)
                else:
                    rows.append(_read(source, reader, key, stamp))
            ledger.store(rows, same)
            counts.read += len(rows)
            counts.unchanged += len(same)
        counts.files, counts.unlisted = total, len(listing.problems)
        ctx.report(Progress(total, total, "Indexing annotations"))
        counts.vanished = ledger.forget_unseen(partial(_is_gone, listing))
    return counts


def _is_gone(listing: SourceListing, path: Path, member: str) -> bool:
    """Whether a file that was not met is surely not there any more.

    Where a part could not be listed, its files may still be there.
    """
    if not listing.problems or not is_there(path):
        return True
    return bool(member) and any(source.path == path for source in listing.sources)


def _identify(source: AnnotationSource) -> tuple[str, str]:
    return str(source.path), "" if source.member is None else source.member.filename


def _stamp(source: AnnotationSource) -> tuple[int, int]:
    """Return size and time; of a member the checksum stands for the time."""
    if source.member is not None:
        return source.member.file_size, source.member.CRC
    try:
        status = source.path.stat()
    except OSError:
        return -1, 0
    return status.st_size, status.st_mtime_ns


def _read(
    source: AnnotationSource, reader: SourceReader, key: tuple[str, str], stamp: tuple[int, int]
) -> AnnotationRow:
    try:
        file = parse_voc(reader.read(source), source.display, source.stem, source.folder)
    except (AnnotationError, ArchiveError) as error:
        problem = " ".join(part for part in (error.message, error.hint) if part)
        return AnnotationRow(*key, source.folder, *stamp, problem=problem)
    labels = "".join(sorted({each.label for each in file.annotations}))
    notes = tuple(problem.reason for problem in file.warnings)
    return AnnotationRow(
        *key, source.folder, *stamp, file.sop_instance_uid, len(file.annotations), labels, "", notes
    )
