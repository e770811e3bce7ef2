"""Where annotation files lie: folders and ZIP archives listed, and their files read bounded.

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
from typing import Protocol

from ctbox.annotations.annotation import AnnotationProblem, ProblemKind
from ctbox.annotations.safe_xml import MAX_XML_BYTES
from ctbox.errors import AnnotationError, ArchiveError

ANNOTATION_NAMES = ("Annotation", "Annotations", "annotation", "annotations")
MAX_DEPTH = 4
"""Levels of folders below an annotation root that are looked into."""
MAX_ARCHIVE_XML_BYTES = 500_000_000
"""All XML of one archive together; the whole collection's is 17 MB."""
_MAX_CHILDREN_LOOKED_AT = 2_000
_FIRST_READ_BYTES = 16_384

_DAMAGED_MEMBER = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,  # compression that Python does not know
    RuntimeError,  # encrypted
    EOFError,
    OSError,
    ValueError,
)


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


def find_annotation_grandchildren(folder: Path) -> list[Path]:
    """Return the `Annotation` folders of a folder's subfolders, sorted.

    At most 2,000 entries of the folder are looked at.
    """
    try:
        with os.scandir(folder) as entries:
            names = [e.name for e in islice(entries, _MAX_CHILDREN_LOOKED_AT) if e.is_dir()]
    except OSError:
        return []
    found = (find_annotation_child(folder / name) for name in sorted(names))
    return [child for child in found if child is not None]


def is_folder(path: Path) -> bool:
    """Whether there is a folder here that may be seen; no error where it may not."""
    try:
        return path.is_dir()
    except OSError:
        return False


def list_folder(root: Path) -> SourceListing:
    """Return the annotation files of a root or of one patient's folder.

    A root that has an `Annotation` folder, or whose subfolders have, stands for these.

    Raises
    ------
    AnnotationError
        If the root itself cannot be read.
    """
    child = find_annotation_child(root)
    bases = find_annotation_grandchildren(root) if child is None else [child]
    listing = SourceListing()
    for base in bases or [root]:
        folder = None if base.name in ANNOTATION_NAMES else base.resolve().name
        _FolderWalk(listing, set()).visit(base, folder, 0)
    if any(problem.path == str(root) for problem in listing.problems):
        raise AnnotationError(
            "This annotation folder cannot be read.", "Check its permissions.", root
        )
    return listing


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
    except _DAMAGED_MEMBER as error:
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


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes | None: ...


def _read_bounded(file: _Readable) -> bytes:
    # Python reserves the whole size asked for, so the usual small file is asked for first.
    chunks: list[bytes] = []
    left = MAX_XML_BYTES + 1
    wanted = _FIRST_READ_BYTES
    while left > 0:
        chunk = file.read(min(wanted, left))
        if not chunk:
            break
        chunks.append(chunk)
        left -= len(chunk)
        wanted = left
    return b"".join(chunks)


class SourceReader:
    """Reads the bytes of sources, never more than a bounded number.

    Parameters
    ----------
    archive : zipfile.ZipFile, optional
        The open archive that sources with a member lie in.
    """

    def __init__(self, archive: zipfile.ZipFile | None = None) -> None:
        self._archive = archive
        self._left = MAX_ARCHIVE_XML_BYTES

    def read(self, source: AnnotationSource) -> bytes:
        """Return a file's bytes, cut one byte behind the limit that `parse_xml` refuses.

        Raises
        ------
        AnnotationError
            If it cannot be read.
        ArchiveError
            If the archive unpacks to more than 500 MB of XML.
        """
        if source.member is None:
            return self._read_file(source)
        data = self._read_member(source, source.member)
        self._left -= len(data)
        return data

    def _read_file(self, source: AnnotationSource) -> bytes:
        try:
            with source.path.open("rb", buffering=0) as file:
                return _read_bounded(file)
        except OSError as error:
            message = f"This file could not be read: {error.strerror}."
            raise AnnotationError(message, "Check its permissions.", source.display) from error

    def _read_member(self, source: AnnotationSource, member: zipfile.ZipInfo) -> bytes:
        if self._archive is None:
            raise ValueError("A member can only be read with its archive open.")
        if self._left <= 0:
            message = "This archive unpacks to more than 500 MB of XML; the rest was not read."
            raise ArchiveError(message, "Unpack it with care and open the folder.", source.path)
        try:
            with self._archive.open(member) as file:
                return _read_bounded(file)
        except _DAMAGED_MEMBER as error:
            message = "This archive member is damaged, encrypted or packed in an unknown way."
            raise AnnotationError(message, "Repack the archive.", source.display) from error
