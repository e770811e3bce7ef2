"""The bytes of annotation files, from folders and ZIP archives, never more than is sane."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Protocol

from ctbox.annotations.safe_xml import MAX_XML_BYTES
from ctbox.annotations.sources import DAMAGED_MEMBER, AnnotationSource, open_archive
from ctbox.errors import AnnotationError, ArchiveError

MAX_ARCHIVE_XML_BYTES = 500_000_000
"""All XML of one archive together; the whole collection's is 17 MB."""
_FIRST_READ_BYTES = 16_384


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
    """Reads the bytes of sources, never more than a bounded number; a context manager.

    One archive is open at a time: sources sorted by place open each archive once.

    Parameters
    ----------
    path : pathlib.Path, optional
        An archive that is open already; it is closed with the reader.
    archive : zipfile.ZipFile, optional
        The same, as opened by `open_archive`.
    """

    def __init__(self, path: Path | None = None, archive: zipfile.ZipFile | None = None) -> None:
        self._path, self._archive = path, archive
        self._left = MAX_ARCHIVE_XML_BYTES

    def __enter__(self) -> SourceReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def _close(self) -> None:
        if self._archive is not None:
            self._archive.close()
        self._path, self._archive = None, None

    def read(self, source: AnnotationSource) -> bytes:
        """Return a file's bytes, cut one byte behind the limit that `parse_xml` refuses.

        Raises
        ------
        AnnotationError
            If it cannot be read.
        ArchiveError
            If its archive unpacks to more than 500 MB of XML, or cannot be opened any more.
        """
        if source.member is None:
            return self._read_file(source)
        data = self._read_member(source, source.member)
        self._left -= len(data)
        return data

    def find_member(self, path: Path, name: str) -> zipfile.ZipInfo:
        """Return the member of an archive by its name.

        Raises
        ------
        AnnotationError
            If it is not there any more.
        ArchiveError
            If the archive cannot be opened.
        """
        try:
            return self._open(path).getinfo(name)
        except KeyError as error:
            message = "This archive member is not there any more."
            raise AnnotationError(message, "Index its folder again.", f"{path}!/{name}") from error

    def _read_file(self, source: AnnotationSource) -> bytes:
        try:
            with source.path.open("rb", buffering=0) as file:
                return _read_bounded(file)
        except OSError as error:
            message = f"This file could not be read: {error.strerror}."
            raise AnnotationError(message, "Check its permissions.", source.display) from error

    def _open(self, path: Path) -> zipfile.ZipFile:
        if self._archive is None or self._path != path:
            self._close()
            self._path, self._archive = path, open_archive(path)
            self._left = MAX_ARCHIVE_XML_BYTES
        return self._archive

    def _read_member(self, source: AnnotationSource, member: zipfile.ZipInfo) -> bytes:
        archive = self._open(source.path)
        if self._left <= 0:
            message = "This archive unpacks to more than 500 MB of XML; the rest was not read."
            raise ArchiveError(message, "Unpack it with care and open the folder.", source.path)
        try:
            with archive.open(member) as file:
                return _read_bounded(file)
        except DAMAGED_MEMBER as error:
            message = "This archive member is damaged, encrypted or packed in an unknown way."
            raise AnnotationError(message, "Repack the archive.", source.display) from error
