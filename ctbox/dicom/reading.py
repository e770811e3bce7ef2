"""Find and read DICOM instances: a folder, a single file, or a ZIP read where it lies.

One pass over headers alone; pixels stay on disk (`ctbox.dicom.pixels` reads them later). What
cannot be read is listed with its reason, and the rest goes on. XML files (annotations) and
DICOMDIR are passed over in silence.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ctbox.dicom.archives import is_archive, list_members
from ctbox.dicom.grouping import build_series
from ctbox.dicom.header import (
    HEADER_TAGS,
    InstanceHeader,
    find_identity_problem,
    parse_instance,
)
from ctbox.dicom.pixel_format import find_pixel_problem
from ctbox.dicom.scanning import ScannedHeader, scan_header
from ctbox.dicom.series import InstanceSource, Series
from ctbox.dicom.transfer_syntax import find_transfer_syntax_problem
from ctbox.errors import ArchiveError, DicomReadError
from ctbox.progress import Progress, TaskContext

HEAD_BYTES = (16 * 1024, 256 * 1024, 64 * 1024**2)
"""How much of a file is read until its pixel data come into sight; headers here take 3 KiB."""

_NOT_DICOM = "Not a DICOM file."
_FOLDER_HINT = "Choose the folder, file or ZIP archive that holds the DICOM images."


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that was not read.

    Parameters
    ----------
    path : str
        The file; ``archive.zip!/member`` inside an archive.
    reason : str
        Why, and what to do about it, for the user's eyes.
    """

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class FoundInstances:
    """Readable instances in the order of their paths, and the files that are none."""

    headers: tuple[InstanceHeader, ...]
    skipped: tuple[SkippedFile, ...]


@dataclass(frozen=True, slots=True)
class SeriesScan:
    """Series in display order, and the files that were not read."""

    series: tuple[Series, ...]
    skipped: tuple[SkippedFile, ...]


def read_series(path: Path, ctx: TaskContext | None = None) -> SeriesScan:
    """Read all series at a place, headers only.

    Parameters
    ----------
    path : pathlib.Path
        A folder, searched in depth; a single DICOM file; or a ZIP archive.
    ctx : TaskContext, optional
        Told of progress and asked to stop, once a file.

    Returns
    -------
    SeriesScan
        No series if nothing was readable: `skipped` tells why.

    Raises
    ------
    DicomReadError
        If the path does not exist, may not be read, or holds no files at all.
    ArchiveError
        If a ZIP archive is damaged.
    TaskCancelledError
        If `ctx` was cancelled.
    """
    found = find_instances(path, ctx or TaskContext())
    return SeriesScan(build_series(found.headers), found.skipped)


def find_instances(path: Path, ctx: TaskContext) -> FoundInstances:
    """Read the header of every instance at a place; parameters and errors as `read_series`.

    Of instances that repeat a SOP Instance UID the first by path is kept.
    """
    sources, skipped = _list_sources(path)
    headers: list[InstanceHeader] = []
    first_with: dict[str, InstanceSource] = {}
    for done, source in enumerate(sources):
        ctx.check()
        ctx.report(Progress(done, len(sources), "Reading DICOM headers"))
        header = read_header(source)
        if isinstance(header, SkippedFile):
            skipped.append(header)
            continue
        uid = header.slice_.sop_instance_uid
        if uid in first_with:
            reason = f"Duplicate of {first_with[uid].display}: same SOP Instance UID."
            skipped.append(SkippedFile(source.display, reason))
            continue
        first_with[uid] = source
        headers.append(header)
    ctx.report(Progress(len(sources), len(sources), "Reading DICOM headers"))
    return FoundInstances(tuple(headers), tuple(sorted(skipped, key=lambda file: file.path)))


def read_header(source: InstanceSource) -> InstanceHeader | SkippedFile:
    """Read one instance's header, or say why it cannot be read."""
    try:
        size_bytes = source.size()
        header = _scan(source, size_bytes)
    except (OSError, ArchiveError) as error:
        return SkippedFile(source.display, _describe_failure(error))
    reason = _find_problem(header, size_bytes)
    if reason is not None or header is None:
        return SkippedFile(source.display, reason or _NOT_DICOM)
    return parse_instance(header, source)


def _scan(source: InstanceSource, size_bytes: int) -> ScannedHeader | None:
    """Scan a growing head of the file until the pixel data come into sight."""
    header = None
    for limit in HEAD_BYTES:
        data = source.read(limit)
        header = scan_header(data, HEADER_TAGS)
        if header is None or header.pixel_element is not None or len(data) >= size_bytes:
            return header
        if find_transfer_syntax_problem(header.transfer_syntax_uid) is not None:
            return header
    return header


def _find_problem(header: ScannedHeader | None, size_bytes: int) -> str | None:
    if size_bytes == 0:
        return "The file is empty (0 bytes)."
    if header is None:
        return _NOT_DICOM
    identity_problem = find_identity_problem(header.elements)
    if not header.has_preamble and identity_problem is not None:
        return _NOT_DICOM
    syntax_problem = find_transfer_syntax_problem(header.transfer_syntax_uid)
    if syntax_problem is not None:
        return syntax_problem
    if not header.is_complete:
        return "Its header is damaged or cut off: copy or download the file again."
    return find_pixel_problem(header, size_bytes) or identity_problem


def _describe_failure(error: OSError | ArchiveError) -> str:
    if isinstance(error, ArchiveError):
        return f"{error.message} {error.hint}".strip()
    if isinstance(error, PermissionError):
        return "No permission to read it."
    return f"It cannot be read: {error.strerror or error}."


def _list_sources(path: Path) -> tuple[list[InstanceSource], list[SkippedFile]]:
    """List what might be an instance, sorted by path, and what is known not to be."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            os.scandir(path).close()
            sources, skipped = _list_folder(path)
            kind = "folder"
        elif not stat.S_ISREG(mode):
            raise DicomReadError(f"{path} is neither a file nor a folder.", _FOLDER_HINT, path)
        elif is_archive(path):
            sources, skipped = _list_archive(path)
            kind = "archive"
        else:
            return [InstanceSource(path)], []
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DicomReadError(f"{path} does not exist.", "Check the path.", path) from error
    except PermissionError as error:
        hint = "Ask for read access, or copy it to a folder of your own."
        raise DicomReadError(f"No permission to read {path}.", hint, path) from error
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}."
        raise DicomReadError(message, _FOLDER_HINT, path) from error
    if not sources and not skipped:
        raise DicomReadError(f"The {kind} {path} holds no DICOM files.", _FOLDER_HINT, path)
    return sources, skipped


def _is_passed_over(name: str) -> bool:
    """Whether a file is known to be no image, and of no concern: annotations, the index."""
    return name.lower().endswith(".xml") or name.upper() == "DICOMDIR"


def _list_archive(path: Path) -> tuple[list[InstanceSource], list[SkippedFile]]:
    listing = list_members(path)
    sources = [
        InstanceSource(path, name, span)
        for name, span in listing.members
        if not _is_passed_over(PurePosixPath(name).name)
    ]
    skipped = [
        SkippedFile(InstanceSource(path, name).display, reason) for name, reason in listing.refused
    ]
    return sources, skipped


def _list_folder(folder: Path) -> tuple[list[InstanceSource], list[SkippedFile]]:
    sources: list[InstanceSource] = []
    skipped: list[SkippedFile] = []

    def on_error(error: OSError) -> None:
        skipped.append(SkippedFile(str(error.filename), _describe_failure(error)))

    for root, folders, names in os.walk(folder, onerror=on_error):
        for name in folders:
            if (linked := Path(root, name)).is_symlink():
                reason = "Link to a folder: not followed. Open its target on its own."
                skipped.append(SkippedFile(str(linked), reason))
        for name in names:
            if not _is_passed_over(name):
                file = Path(root, name)
                if (problem := _find_file_problem(file)) is None:
                    sources.append(InstanceSource(file))
                else:
                    skipped.append(SkippedFile(str(file), problem))
    return sorted(sources), skipped


def _find_file_problem(file: Path) -> str | None:
    """Return why a file inside a folder is not even opened, or None."""
    if file.suffix.lower() == ".zip":
        return "A ZIP archive inside a folder is not searched: open it on its own."
    # A pipe or device would be waited on forever. What cannot be asked is reported on reading.
    if file.exists() and not file.is_file():
        return "Not a regular file."
    return None
