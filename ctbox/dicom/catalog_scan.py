"""What lies below a place now, folder by folder, so that any size takes little memory.

The same files count as in `ctbox.dicom.listing`: XML and DICOMDIR are passed over, links to
folders are not followed, pipes and devices are not read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR

from ctbox.dicom.archives import is_archive
from ctbox.dicom.listing import describe_failure, is_archive_name, is_passed_over
from ctbox.errors import DicomReadError
from ctbox.progress import Progress, TaskContext

_REPORT_EVERY = 64


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file as its folder lists it.

    Parameters
    ----------
    name : str
        Without its folder.
    size, mtime_ns : int
        Bytes, and when it was last changed; −1 and 0 for what is known not to be readable.
    reason : str
        Why it is not read; empty for what is.
    is_archive : bool
        Whether it is taken for a ZIP archive.
    """

    name: str
    size: int = -1
    mtime_ns: int = 0
    reason: str = ""
    is_archive: bool = False


@dataclass(frozen=True, slots=True)
class FolderListing:
    """One folder's own files, sorted by name.

    Parameters
    ----------
    path : str
        The folder, absolute.
    files : tuple of FoundFile
        What might be an instance or an archive, and what cannot be read.
    is_whole : bool
        Whether these are all of its files; False where one file alone was asked for.
    """

    path: str
    files: tuple[FoundFile, ...]
    is_whole: bool = True


def check_place(root: Path) -> None:
    """Check that there is a folder, a file or a ZIP archive to be gone through.

    Raises
    ------
    DicomReadError
        If there is nothing at `root`, or it may not be read.
    """
    try:
        if S_ISDIR(root.stat().st_mode):
            os.scandir(root).close()
            return
        if root.is_file():
            root.open("rb").close()
            return
    except FileNotFoundError as error:
        raise DicomReadError(f"{root} does not exist.", "Check the path.", root) from error
    except OSError as error:
        message = f"{root} cannot be read: {error.strerror}."
        raise DicomReadError(message, "Ask for read access.", root) from error
    # A pipe would be waited for without end.
    message = f"{root} is neither a file nor a folder."
    raise DicomReadError(message, "Choose the folder, file or ZIP archive to index.", root)


def iterate_folders(root: Path, ctx: TaskContext) -> Iterator[FolderListing]:
    """Yield every folder below a place, those without files of interest too, sorted by path.

    Parameters
    ----------
    root : pathlib.Path
        A folder, a file or a ZIP archive, absolute.
    ctx : TaskContext
        Asked to stop, once a folder.

    Raises
    ------
    DicomReadError
        If there is nothing at `root`, or it may not be read.
    TaskCancelledError
        If cancelled.
    """
    check_place(root)
    if not root.is_dir():
        yield FolderListing(str(root.parent), (_look_at_file(root),), is_whole=False)
        return
    pending = [str(root)]
    while pending:
        ctx.check()
        listing, folders = _list_folder(pending.pop())
        yield listing
        pending += sorted(folders, reverse=True)


def _look_at_file(path: Path) -> FoundFile:
    """Return a file that was asked for by itself."""
    status = path.stat()
    return FoundFile(path.name, status.st_size, status.st_mtime_ns, is_archive=is_archive(path))


def _list_folder(folder: str) -> tuple[FolderListing, list[str]]:
    files: list[FoundFile] = []
    folders: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                elif not is_passed_over(entry.name):
                    files.append(_look_at(entry))
    except OSError as error:
        # An empty name stands for the folder itself.
        files.append(FoundFile("", reason=describe_failure(error)))
    return FolderListing(folder, tuple(sorted(files, key=lambda file: file.name))), folders


def _look_at(entry: os.DirEntry[str]) -> FoundFile:
    try:
        if entry.is_symlink() and entry.is_dir():
            reason = "Link to a folder: not followed. Open its target on its own."
            return FoundFile(entry.name, reason=reason)
        status = entry.stat()
        if not entry.is_file():
            return FoundFile(entry.name, reason="Not a regular file.")
    except OSError as error:
        return FoundFile(entry.name, reason=describe_failure(error))
    stamp = (status.st_size, status.st_mtime_ns)
    return FoundFile(entry.name, *stamp, is_archive=is_archive_name(entry.name))


def count_files(root: Path, ctx: TaskContext, weigh: Callable[[str, str], int]) -> int:
    """Return the number of files below a place without asking for more than their names.

    Parameters
    ----------
    root : pathlib.Path
        A folder, a file or a ZIP archive, absolute.
    ctx : TaskContext
        Told of progress and asked to stop.
    weigh : callable
        Told folder and name of each ZIP archive, for how many files it counts.

    Raises
    ------
    TaskCancelledError
        If cancelled.
    """
    if not root.is_dir():
        return weigh(str(root.parent), root.name)
    count, pending, looked_at = 0, [str(root)], 0
    while pending:
        looked_at += 1
        if looked_at % _REPORT_EVERY == 0:
            ctx.check()
            ctx.report(Progress(count, None, "Counting files"))
        folder = pending.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    elif is_archive_name(entry.name):
                        count += weigh(folder, entry.name)
                    elif not is_passed_over(entry.name):
                        count += 1
        except OSError:
            count += 1
    return count


def is_there(path: Path) -> bool:
    """Whether something is at a path, or may be: what may not be looked at counts as there."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
