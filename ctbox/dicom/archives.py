"""ZIP archives read where they lie: nothing is extracted, and no declared size is believed.

A member is found once, through the archive's directory, and from then on read by its offset,
so that showing one slice of a large archive does not parse the directory again. Members with
an unsafe name, encryption, an unknown compression or the marks of a bomb are refused with a
reason; the others stay readable.
"""

from __future__ import annotations

import os
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from ctbox.errors import ArchiveError

MAX_MEMBER_BYTES = 2 * 1024**3
"""A member that declares more than this is refused: no CT instance comes near it."""
MAX_RATIO = 200
"""A member that declares to grow more than this …"""
RATIO_FLOOR_BYTES = 50 * 1024**2
"""… is refused, if it would also be larger than this. CT slices deflate 2 to 5 times."""

_LOCAL_HEADER = struct.Struct("<4s22xHH")
_END = struct.Struct("<10xH10x")
_LOCATOR = struct.Struct("<4s4xQ4x")
_END64 = struct.Struct("<4s28xQ")
_MAX_COMMENT = 65535
_IN_ZIP64 = 65535
_ENTRY_BYTES = 46
"""The least that a member takes in the archive's directory."""
_UNSAFE_NAME = re.compile(r"^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)|\x00")
_DAMAGED = (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OverflowError)


@dataclass(frozen=True, slots=True, order=True)
class MemberSpan:
    """Where a member's bytes lie in its archive.

    Parameters
    ----------
    header_offset : int
        Offset of the member's local header.
    stored_bytes, size_bytes : int
        Length in the archive, and the length declared for the unpacked member.
    is_deflated : bool
        Deflated, or else stored as it is.
    crc32 : int
        Checksum of the unpacked member.
    """

    header_offset: int
    stored_bytes: int
    size_bytes: int
    is_deflated: bool
    crc32: int

    def __reduce__(self) -> tuple[type[MemberSpan], tuple[int, int, int, bool, int]]:
        """Travel to the reading processes by the hundred, faster than a dataclass does."""
        span = (self.stored_bytes, self.size_bytes, self.is_deflated, self.crc32)
        return MemberSpan, (self.header_offset, *span)


@dataclass(frozen=True, slots=True)
class ArchiveListing:
    """The members of an archive.

    Parameters
    ----------
    members : tuple
        (name, span) of each readable file, sorted by name.
    refused : tuple
        (name, reason) of each file that must not be read.
    """

    members: tuple[tuple[str, MemberSpan], ...]
    refused: tuple[tuple[str, str], ...]


def is_archive(path: Path) -> bool:
    """Whether a file is a ZIP archive, by its first bytes or its name.

    Raises
    ------
    OSError
        If the file cannot be opened.
    """
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06") or path.suffix.lower() == ".zip"


def list_members(path: Path) -> ArchiveListing:
    """List an archive's files without unpacking any.

    Raises
    ------
    ArchiveError
        If the archive is damaged, or is no ZIP archive.
    OSError
        If the file cannot be opened.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except (*_DAMAGED, struct.error) as error:
        told = f"{path} is not a readable ZIP archive ({error})."
        if _is_cut_off(path):
            told = f"{path} is a ZIP archive that was cut off: its end is missing."
        raise ArchiveError(
            told,
            "Copy or download it again; if it opens elsewhere, unpack it and open the folder.",
            path,
        ) from error
    archive_bytes = path.stat().st_size
    members, refused = [], []
    for info in sorted(infos, key=lambda info: info.filename):
        reason = _find_refusal(info, archive_bytes)
        if reason is None:
            members.append((info.filename, _locate(info)))
        else:
            refused.append((info.filename, reason))
    return ArchiveListing(tuple(members), tuple(refused))


def _is_cut_off(path: Path) -> bool:
    """Whether a file begins as an archive and lacks the record that every archive ends with."""
    try:
        with path.open("rb") as file:
            begins = file.read(4) == b"PK\x03\x04"
            file.seek(max(0, file.seek(0, os.SEEK_END) - _END.size - _MAX_COMMENT))
            return begins and b"PK\x05\x06" not in file.read()
    except OSError:
        return False


def count_members(path: Path) -> int:
    """Return how many members an archive's last record declares, folders among them.

    Only the record is read (APPNOTE.TXT 4.3.14 to 4.3.16), so that the members of many archives
    are counted at once. 1 where it cannot be found or makes no sense.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            start = max(0, size - _END.size - _MAX_COMMENT)
            file.seek(start)
            tail = file.read()
            place = tail.rfind(b"PK\x05\x06", 0, len(tail) - _END.size + 4)
            if place < 0:
                return 1
            count = int(_END.unpack_from(tail, place)[0])
            if count == _IN_ZIP64:
                file.seek(max(0, start + place - _LOCATOR.size))
                mark, offset = _LOCATOR.unpack(file.read(_LOCATOR.size))
                file.seek(offset if mark == b"PK\x06\x07" else size)
                mark, count = _END64.unpack(file.read(_END64.size))
                count = count if mark == b"PK\x06\x06" else 0
    except (OSError, OverflowError, ValueError, struct.error):
        return 1
    return count if 0 < count * _ENTRY_BYTES <= size else 1


def find_member(path: Path, name: str) -> MemberSpan:
    """Return the place of one member.

    Raises
    ------
    ArchiveError
        If the archive is damaged, or the member is missing or refused.
    OSError
        If the archive cannot be opened.
    """
    listing = list_members(path)
    for member, span in listing.members:
        if member == name:
            return span
    reason = dict(listing.refused).get(name, "the archive holds no such file.")
    raise ArchiveError(f"{name}: {reason}", source=path)


def _locate(info: zipfile.ZipInfo) -> MemberSpan:
    return MemberSpan(
        header_offset=info.header_offset,
        stored_bytes=info.compress_size,
        size_bytes=info.file_size,
        is_deflated=info.compress_type == zipfile.ZIP_DEFLATED,
        crc32=info.CRC,
    )


def _find_refusal(info: zipfile.ZipInfo, archive_bytes: int) -> str | None:
    """Return why a member must not be read, or None."""
    size, stored = info.file_size, info.compress_size
    # orig_filename still holds what follows a NUL, where ZipInfo cuts the name.
    if _UNSAFE_NAME.search(info.orig_filename):
        return "Unsafe name: it points outside the archive. Refused."
    if info.flag_bits & 0x1:
        return "Encrypted: unpack it with its password and open the folder."
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "Compressed by an unknown method: unpack it and open the folder."
    if size > MAX_MEMBER_BYTES:
        return f"Declares {size} bytes, more than the {MAX_MEMBER_BYTES} allowed. Refused."
    if size > RATIO_FLOOR_BYTES and size > MAX_RATIO * max(stored, 1):
        return f"Declares to grow {size // max(stored, 1)} times, the mark of a bomb. Refused."
    if info.header_offset < 0 or info.header_offset + stored > archive_bytes:
        return "Lies beyond the end of the archive, which is damaged: download it again."
    return None


def read_member(path: Path, name: str, span: MemberSpan, limit: int | None = None) -> bytes:
    """Read a member, whole or its first bytes.

    Never more than the declared size is unpacked, whatever the member holds.

    Parameters
    ----------
    path : pathlib.Path
        The archive.
    name : str
        The member's name, for messages.
    span : MemberSpan
        Where it lies.
    limit : int, optional
        Stop after this many unpacked bytes. The checksum is verified on whole members alone.

    Raises
    ------
    ArchiveError
        If the member is damaged or larger than declared.
    OSError
        If the archive cannot be opened.
    """
    wanted = span.size_bytes if limit is None else min(limit, span.size_bytes)
    is_whole = wanted == span.size_bytes
    stored = _read_stored(path, name, span, wanted)
    if span.is_deflated:
        try:
            # One byte more than wanted, so that a member larger than declared is noticed.
            data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(stored, wanted + is_whole)
        except zlib.error as error:
            raise _damaged(path, name, str(error)) from error
    else:
        data = stored
    if len(data) != wanted:
        raise _damaged(path, name, f"{wanted} bytes were declared")
    if is_whole and zlib.crc32(data) != span.crc32:
        raise _damaged(path, name, "its checksum is wrong")
    return data


def _read_stored(path: Path, name: str, span: MemberSpan, wanted: int) -> bytes:
    """Read as many of the member's bytes in the archive as `wanted` unpacked ones can need."""
    with path.open("rb") as file:
        file.seek(span.header_offset)
        header = file.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
            raise _damaged(path, name, "it is not where the archive's directory says")
        _, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(header)
        file.seek(name_bytes + extra_bytes, 1)
        if not span.is_deflated:
            return file.read(min(wanted, span.stored_bytes))
        if wanted == span.size_bytes:
            return file.read(span.stored_bytes)
        # Deflate grows what it cannot compress by 5 bytes in 16 KiB at worst.
        return file.read(min(span.stored_bytes, wanted + wanted // 1024 + 1024))


def _damaged(path: Path, name: str, detail: str) -> ArchiveError:
    return ArchiveError(
        f"{name} is damaged in its archive: {detail}.",
        "Copy or download the archive again.",
        path,
    )
