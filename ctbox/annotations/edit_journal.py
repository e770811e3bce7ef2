"""An append-only file in which every finished edit is safe at once.

A line is the CRC-32 of its JSON text, a blank, and that text. Each is forced to the disk before
`append` returns, so neither a kill nor a power cut loses a finished edit; a line that was cut
off while being written fails its checksum and is left out.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ctbox.annotations.atomic_file import write_atomically
from ctbox.annotations.edit_records import Record
from ctbox.annotations.file_lock import FileLock
from ctbox.errors import AnnotationError

SUFFIX = ".jsonl"
_DAMAGED = ".damaged"


@dataclass(frozen=True)
class JournalContent:
    """What a journal holds.

    Parameters
    ----------
    records : tuple of dict
        All whole records, in order.
    good_bytes : int
        How far the file is whole.
    is_torn : bool
        Whether the last line was cut off while being written.
    is_damaged : bool
        Whether a line before the last one fails its checksum; what follows it is left out.
    """

    records: tuple[Record, ...] = ()
    good_bytes: int = 0
    is_torn: bool = False
    is_damaged: bool = False


def encode_line(record: Record) -> bytes:
    """Return a record as one line with its checksum."""
    text = json.dumps(record, separators=(",", ":"), allow_nan=False).encode("ascii")
    return b"%08x %s\n" % (zlib.crc32(text), text)


def parse_journal(data: bytes) -> JournalContent:
    """Return the whole records at the beginning of a journal's bytes; never fails."""
    records: list[Record] = []
    good = 0
    lines = data.splitlines(keepends=True)
    for line in lines:
        record = _parse_line(line)
        if record is None:
            break
        records.append(record)
        good += len(line)
    bad = len(lines) - len(records)
    return JournalContent(tuple(records), good, is_torn=bad == 1, is_damaged=bad > 1)


def _parse_line(line: bytes) -> Record | None:
    checksum, _, text = line.partition(b" ")
    if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(text[:-1]):
        return None
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def read_journal(path: Path) -> JournalContent:
    """Return what a journal holds; an absent one is empty.

    Raises
    ------
    AnnotationError
        If it is there and cannot be read.
    """
    try:
        return parse_journal(path.read_bytes())
    except FileNotFoundError:
        return JournalContent()
    except OSError as error:
        raise AnnotationError(
            f"The autosave file {path} could not be read: {error.strerror}.",
            "Check its permissions; edits in it are not lost.",
            path,
        ) from error


class EditJournal:
    """One case's journal, open for appending by one process alone.

    Nothing is made on the disk before the first `append`.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = FileLock(path.with_suffix(".lock"))
        self._handle: int | None = None
        self._good = 0
        self._waiting: list[bytes] = []
        self._guard = threading.Lock()

    @property
    def is_behind(self) -> bool:
        """Whether records could not be written yet; each `append` tries them again."""
        return bool(self._waiting)

    def acquire(self) -> bool:
        """Take the journal for this process; False where another one has it.

        Raises
        ------
        AnnotationError
            If the disk refuses.
        """
        try:
            return self._lock.acquire()
        except OSError as error:
            raise self._fail(error) from error

    def read(self) -> JournalContent:
        """Return what is there, and make the end of the file whole again.

        A damaged journal is first copied beside itself, so that nothing of it is lost.

        Raises
        ------
        AnnotationError
            If it cannot be read.
        """
        content = read_journal(self.path)
        if content.is_damaged:
            self.keep_copy()
        self._good = content.good_bytes
        return content

    def keep_copy(self) -> None:
        """Copy the file beside itself under a name of its own, as well as the disk allows."""
        number = 1
        while (copy := self.path.with_suffix(f"{_DAMAGED}{number}")).exists():
            number += 1
        with contextlib.suppress(OSError):
            copy.write_bytes(self.path.read_bytes())

    def append(self, *records: Record) -> None:
        """Write records and force them to the disk; safe from any thread.

        Raises
        ------
        AnnotationError
            If the disk refuses; the records are kept and tried again with the next.
        """
        with self._guard:
            self._waiting += [encode_line(record) for record in records]
            try:
                self._write(b"".join(self._waiting))
            except OSError as error:
                raise self._fail(error) from error
            self._waiting.clear()

    def rewrite(self, records: Iterable[Record]) -> None:
        """Put a short journal in the place of a long one, in one step; none removes it.

        Raises
        ------
        AnnotationError
            If the disk refuses; the long one stays.
        """
        with self._guard:
            data = b"".join(encode_line(record) for record in records)
            self._close_file()
            try:
                self._replace(data)
            except OSError as error:
                raise self._fail(error) from error
            self._good = len(data)

    def close(self) -> None:
        """Close the file and let other processes have it."""
        with self._guard:
            self._close_file()
            self._lock.release()

    def _write(self, data: bytes) -> None:
        if self._handle is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._handle = os.open(self.path, os.O_CREAT | os.O_WRONLY | _BINARY, 0o600)
        # What a failed write left behind the good part is written over.
        os.ftruncate(self._handle, self._good)
        os.lseek(self._handle, self._good, os.SEEK_SET)
        view = memoryview(data)
        while view:
            view = view[os.write(self._handle, view) :]
        os.fsync(self._handle)
        self._good += len(data)

    def _replace(self, data: bytes) -> None:
        if data:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self.path, data, overwrite=True)
        else:
            self.path.unlink(missing_ok=True)

    def _close_file(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _fail(self, error: OSError) -> AnnotationError:
        return AnnotationError(
            f"Autosave does not work: {self.path} could not be written "
            f"({error.strerror or 'the disk refused it'}).",
            "Your edits are kept in memory: save them now, or make room on the disk.",
            self.path,
        )


# Windows would turn line ends otherwise.
_BINARY = getattr(os, "O_BINARY", 0)
