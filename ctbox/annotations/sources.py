"""Where annotation files lie: folders and ZIP archives listed.

A place is laid out as the collection is, `Annotation/<patient>/<SOPInstanceUID>.xml`, or is
one patient's folder, or holds such places one level down. Hidden files and macOS's shadow
copies (`__MACOSX`, `._name`) are passed over: they hold no box.
"""

from __future__ import annotations

import lzma
import os
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath

from ctbox.annotations.annotation import AnnotationProblem, ProblemKind, is_uid
from ctbox.errors import AnnotationError, ArchiveError

ANNOTATION_NAMES = ("Annotation", "Annotations", "annotation", "annotations")
MAX_DEPTH = 4
"""Levels of folders below an annotation root that are looked into."""
_LEVELS_DOWN = 3
_MAX_CHILDREN_LOOKED_AT = 2_000
_GLANCE = 50

DAMAGED_MEMBER = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,  # compression that Python does not know
    RuntimeError,  # encrypted
    EOFError,
    OSError,
    ValueError,
)
"""What zipfile raises of a damaged, encrypted or strangely packed archive or member."""


@dataclass(frozen=True, slots=True)
class AnnotationSource:
    """One annotation file, by name.

    Parameters
    ----------
    path : pathlib.Path
        The file, or the archive it lies in.
    folder : str or None
        The patient's annotation folder.
    member : zipfile.ZipInfo or None
        The archive's member.
    """

    path: Path
    folder: str | None
    member: zipfile.ZipInfo | None = None

    @property
    def display(self) -> str:
        """The place as a user reads it."""
        return str(self.path) if self.member is None else f"{self.path}!/{self.member.filename}"

    @property
    def stem(self) -> str:
        """The file name without `.xml`."""
        name = self.path.name if self.member is None else self.member.filename.rpartition("/")[2]
        return name[: -len(".xml")]


@dataclass
class SourceListing:
    """What a place holds, sorted by folder and name, and what of it could not be listed."""

    sources: list[AnnotationSource] = field(default_factory=list)
    problems: list[AnnotationProblem] = field(default_factory=list)


def is_annotation_name(name: str) -> bool:
    """Whether a file's name is that of an annotation file: visible and ending in `.xml`."""
    return name.lower().endswith(".xml") and not name.startswith(".")


def find_annotation_child(folder: Path) -> Path | None:
    """Return the `Annotation` folder directly inside a folder, or None."""
    children = (folder / name for name in ANNOTATION_NAMES)
    return next((child for child in children if is_folder(child)), None)


def find_places_below(folder: Path) -> list[Path]:
    """Return the `Annotation` folders of a folder's subfolders, and the ZIPs that hold one.

    The ZIPs are those that lie in the folder itself. Where there is neither, the subfolders are
    searched so, then theirs: whoever opens the folder above a download must not lose the boxes
    in silence. At most 2,000 entries of a level are looked at. Folders come first, either sorted.
    """
    level = [folder]
    for _ in range(_LEVELS_DOWN):
        folders, archives = _list_level(level)
        found = (find_annotation_child(each) for each in folders)
        places = [child for child in found if child is not None]
        places += [each for each in archives if is_annotation_archive(each)]
        if places or not folders:
            return places
        level = folders
    return []


def _list_level(parents: list[Path]) -> tuple[list[Path], list[Path]]:
    """Return the folders and the archives that lie directly in some folders, sorted."""
    folders: list[Path] = []
    archives: list[Path] = []
    left = _MAX_CHILDREN_LOOKED_AT
    for parent in parents:
        try:
            with os.scandir(parent) as scanned:
                entries = list(islice(scanned, left))
                folders += [parent / entry.name for entry in entries if entry.is_dir()]
                named = [entry for entry in entries if is_archive_name(entry.name)]
                archives += [parent / entry.name for entry in named if entry.is_file()]
        except OSError:
            continue
        left -= len(entries)
    return sorted(folders), sorted(archives)


def is_annotation_archive(path: Path) -> bool:
    """Whether a file is a readable ZIP archive with XML files below an `Annotation` folder."""
    try:
        with open_archive(path) as archive:
            return holds_annotations(archive)
    except ArchiveError:
        return False


def is_archive_name(name: str) -> bool:
    """Whether a file's name is that of a ZIP archive."""
    return name.lower().endswith(".zip")


def is_folder(path: Path) -> bool:
    """Whether there is a folder here that may be seen; no error where it may not."""
    try:
        return path.is_dir()
    except OSError:
        return False


def list_folder(root: Path) -> SourceListing:
    """Return the annotation files of a root or of one patient's folder.

    A root that has an `Annotation` folder stands for this; else, unless files named after
    slices lie in it, for the `Annotation` folders of its subfolders and of its ZIP archives.

    Raises
    ------
    AnnotationError
        If the root itself cannot be read.
    """
    listing = SourceListing()
    for base in _find_bases(root):
        if is_folder(base):
            folder = None if base.name in ANNOTATION_NAMES else base.resolve().name
            _FolderWalk(listing, set()).visit(base, folder, 0)
        else:
            _add_archive(base, listing)
    if any(problem.path == str(root) for problem in listing.problems):
        raise AnnotationError(
            "This annotation folder cannot be read.", "Check its permissions.", root
        )
    return listing


def _find_bases(root: Path) -> list[Path]:
    child = find_annotation_child(root)
    if child is not None:
        return [child]
    places = find_places_below(root)
    # An archive beside boxes that lie open is a copy of them, or of something else.
    if not any(is_folder(place) for place in places) and _holds_slice_files(root):
        return [root]
    return places or [root]


def _holds_slice_files(root: Path) -> bool:
    """Whether a glance finds an XML file named after a slice, here or one level down."""
    try:
        children = list(islice(root.iterdir(), _GLANCE))
        folders = [root, *(child for child in children if child.is_dir())]
        names = (file.name for folder in folders for file in islice(folder.iterdir(), _GLANCE))
        return any(is_annotation_name(name) and is_uid(name[: -len(".xml")]) for name in names)
    except OSError:
        return False


def _add_archive(path: Path, listing: SourceListing) -> None:
    try:
        with open_archive(path) as archive:
            found = list_archive(path, archive)
    except ArchiveError as error:
        reason = f"{error.message} {error.hint}"
        listing.problems.append(AnnotationProblem(str(path), ProblemKind.FOLDER, reason))
        return
    listing.sources += found.sources
    listing.problems += found.problems


@dataclass
class _FolderWalk:
    """A bounded walk: sorted, following links but entering no folder twice."""

    listing: SourceListing
    seen: set[tuple[int, int]]

    def visit(self, folder: Path, patient: str | None, depth: int) -> None:
        try:
            status = folder.stat()
            with os.scandir(folder) as scanned:
                entries = sorted(scanned, key=lambda entry: entry.name)
        except OSError as error:
            reason = f"This folder could not be read ({error.strerror}). Check its permissions."
            problem = AnnotationProblem(str(folder), ProblemKind.FOLDER, reason)
            self.listing.problems.append(problem)
            return
        identity = (status.st_dev, status.st_ino)
        if identity in self.seen and status.st_ino:
            return
        self.seen.add(identity)
        for entry in entries:
            self.visit_entry(entry, patient, depth)

    def visit_entry(self, entry: os.DirEntry[str], patient: str | None, depth: int) -> None:
        try:
            is_folder, is_file = entry.is_dir(), entry.is_file()
        except OSError:
            return
        if is_file and is_annotation_name(entry.name):
            self.listing.sources.append(AnnotationSource(Path(entry.path), patient))
        elif is_folder and depth < MAX_DEPTH and not entry.name.startswith("."):
            self.visit(Path(entry.path), entry.name if depth == 0 else patient, depth + 1)


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open a ZIP archive for reading; the caller closes it.

    Raises
    ------
    ArchiveError
        If it is damaged or no ZIP archive, or cannot be opened.
    """
    try:
        return zipfile.ZipFile(path)
    except DAMAGED_MEMBER as error:
        message = "This file is no readable ZIP archive."
        raise ArchiveError(message, "Copy or download it again.", path) from error


def _split_member(name: str) -> tuple[str, ...]:
    return PurePosixPath(name.replace("\\", "/")).parts


def _is_unsafe(name: str) -> bool:
    parts = _split_member(name)
    return ".." in parts or parts[0] == "/" or parts[0].endswith(":")


def _iterate_members(archive: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, tuple[str, ...]]]:
    for member in archive.infolist():
        parts = _split_member(member.filename)
        if member.is_dir() or not parts or "__MACOSX" in parts:
            continue
        if is_annotation_name(parts[-1]):
            yield member, parts


def _find_patient(parts: tuple[str, ...]) -> str | None:
    folders = parts[:-1]
    for place, name in enumerate(folders):
        if name in ANNOTATION_NAMES:
            return folders[place + 1] if place + 1 < len(folders) else None
    return folders[-1] if folders else None


def holds_annotations(archive: zipfile.ZipFile) -> bool:
    """Whether an archive has XML files below an `Annotation` folder."""
    return any(set(parts[:-1]) & {*ANNOTATION_NAMES} for _, parts in _iterate_members(archive))


def list_archive(path: Path, archive: zipfile.ZipFile) -> SourceListing:
    """Return the annotation files of an archive.

    Where it has an `Annotation` folder only XML files below one count, else all do. A member
    whose name leads out of the archive is refused.
    """
    only_below = holds_annotations(archive)
    listing = SourceListing()
    for member, parts in _iterate_members(archive):
        if _is_unsafe(member.filename):
            source = AnnotationSource(path, None, member)
            reason = "Its name leads out of the archive, so it was not read. Repack the archive."
            problem = AnnotationProblem(source.display, ProblemKind.UNPARSABLE, reason)
            listing.problems.append(problem)
        elif not only_below or set(parts[:-1]) & {*ANNOTATION_NAMES}:
            listing.sources.append(AnnotationSource(path, _find_patient(parts), member))
    listing.sources.sort(key=lambda source: (source.folder or "", source.display))
    return listing
