"""Which files of a place might be DICOM instances: a folder, a single file, or a ZIP archive.

ZIP archives inside a folder are listed as if their members lay there; nothing is unpacked.
XML files (annotations) and DICOMDIR are passed over in silence.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ctbox.dicom.archives import is_archive, list_members
from ctbox.dicom.series import InstanceSource
from ctbox.errors import ArchiveError, DicomReadError
from ctbox.progress import TaskContext

_HINT = "Choose the folder, file or ZIP archive that holds the DICOM images."


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


@dataclass
class SourceListing:
    """What might be an instance, sorted by path, and what is known not to be."""

    sources: list[InstanceSource] = field(default_factory=list)
    skipped: list[SkippedFile] = field(default_factory=list)


def describe_failure(error: OSError | ArchiveError) -> str:
    """Return why a single file could not be read, as the reason of a skipped file."""
    if isinstance(error, ArchiveError):
        return f"{error.message} {error.hint}".strip()
    if isinstance(error, PermissionError):
        return "No permission to read it."
    return f"It cannot be read: {error.strerror or error}."


def list_sources(path: Path, ctx: TaskContext) -> SourceListing:
    """List what lies at a place; a folder is searched in depth, the ZIPs inside it included.

    Parameters
    ----------
    path : pathlib.Path
        Folder, file or ZIP archive.
    ctx : TaskContext
        Asked to stop, once a folder and once an archive.

    Raises
    ------
    DicomReadError
        If the path does not exist, may not be read, or holds no files at all.
    ArchiveError
        If `path` itself is a damaged ZIP archive; inside a folder it is a skipped file.
    TaskCancelledError
        If `ctx` was cancelled.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            os.scandir(path).close()
            listing, kind = _list_folder(path, ctx), "folder"
        elif not stat.S_ISREG(mode):
            raise DicomReadError(f"{path} is neither a file nor a folder.", _HINT, path)
        elif is_archive(path):
            listing, kind = _list_archive(path), "archive"
        else:
            return SourceListing([InstanceSource(path)])
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DicomReadError(f"{path} does not exist.", "Check the path.", path) from error
    except PermissionError as error:
        hint = "Ask for read access, or copy it to a folder of your own."
        raise DicomReadError(f"No permission to read {path}.", hint, path) from error
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}."
        raise DicomReadError(message, _HINT, path) from error
    if not listing.sources and not listing.skipped:
        raise DicomReadError(f"The {kind} {path} holds no DICOM files.", _HINT, path)
    return listing


def is_passed_over(name: str) -> bool:
    """Whether a file is known to be no image, and of no concern: annotations, the index."""
    return name.lower().endswith(".xml") or name.upper() == "DICOMDIR"


def is_archive_name(name: str) -> bool:
    """Whether a file in a folder is taken for a ZIP archive, by its name."""
    return name.lower().endswith(".zip")


def _list_archive(path: Path) -> SourceListing:
    members = list_members(path)
    listing = SourceListing()
    for name, span in members.members:
        source = InstanceSource(path, name, span)
        if is_archive_name(name):
            reason = "A ZIP archive inside another is not searched: unpack the outer one."
            listing.skipped.append(SkippedFile(source.display, reason))
        elif not is_passed_over(PurePosixPath(name).name):
            listing.sources.append(source)
    listing.skipped += [
        SkippedFile(InstanceSource(path, name).display, reason) for name, reason in members.refused
    ]
    return listing


def _list_folder(folder: Path, ctx: TaskContext) -> SourceListing:
    listing = SourceListing()

    def on_error(error: OSError) -> None:
        listing.skipped.append(SkippedFile(str(error.filename), describe_failure(error)))

    for root, folders, names in os.walk(folder, onerror=on_error):
        ctx.check()
        for name in folders:
            if (linked := Path(root, name)).is_symlink():
                reason = "Link to a folder: not followed. Open its target on its own."
                listing.skipped.append(SkippedFile(str(linked), reason))
        for name in names:
            if not is_passed_over(name):
                _add_file(Path(root, name), listing, ctx)
    listing.sources.sort()
    return listing


def _add_file(file: Path, listing: SourceListing, ctx: TaskContext) -> None:
    # A pipe or device would be waited on forever. What cannot be asked is reported on reading.
    if file.exists() and not file.is_file():
        listing.skipped.append(SkippedFile(str(file), "Not a regular file."))
    elif is_archive_name(file.name):
        ctx.check()
        _add_archive(file, listing)
    else:
        listing.sources.append(InstanceSource(file))


def _add_archive(file: Path, listing: SourceListing) -> None:
    """Add the members of an archive that lies in a folder; a damaged one is a skipped file."""
    try:
        found = _list_archive(file)
    except (OSError, ArchiveError) as error:
        listing.skipped.append(SkippedFile(str(file), describe_failure(error)))
        return
    listing.sources += found.sources
    listing.skipped += found.skipped
