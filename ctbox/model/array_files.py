"""Arrays in one file, checked once and then read by mapping: only what is looked at is loaded.

A fixed head (magic, checksum of all that follows, length of the note), a JSON note that lists the
arrays, then the arrays. A file is written beside its place and renamed, so it is whole or absent.
"""

from __future__ import annotations

import contextlib
import json
import math
import mmap
import os
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"ctboxar1"
_HEAD = struct.Struct("<8sIQ")
_LENGTH = struct.Struct("<Q")
_ALIGNMENT = 64
_CHUNK = 1 << 22


class DamagedFileError(Exception):
    """The file is not one of these, cut short, or changed."""


@dataclass(frozen=True)
class ArrayFile:
    """What a file holds.

    Parameters
    ----------
    arrays : mapping
        By name; read-only, backed by the file.
    note : mapping
        JSON values.
    """

    arrays: Mapping[str, NDArray[Any]]
    note: Mapping[str, Any]


def write_array_file(
    path: Path, arrays: Mapping[str, NDArray[Any]], note: Mapping[str, Any]
) -> None:
    """Write arrays and a note, whole or not at all.

    Raises
    ------
    OSError
        If the disk refuses; nothing is left behind.
    """
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    entries = []
    offset = 0
    for name, array in whole.items():
        entries.append([name, array.dtype.str, list(array.shape), offset])
        offset += _round_up(array.nbytes)
    header = json.dumps({"arrays": entries, "note": dict(note)}).encode()
    header += b" " * (_round_up(_HEAD.size + len(header)) - _HEAD.size - len(header))
    parts: list[bytes | memoryview] = [header]
    for array in whole.values():
        # An empty array has no bytes to look at.
        parts.append(array.data.cast("B") if array.size else b"")
        parts.append(b"\0" * (_round_up(array.nbytes) - array.nbytes))
    checksum = zlib.crc32(_LENGTH.pack(len(header)))
    for part in parts:
        checksum = zlib.crc32(part, checksum)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as file:
            file.write(_HEAD.pack(MAGIC, checksum, len(header)))
            for part in parts:
                file.write(part)
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def open_array_file(path: Path) -> ArrayFile:
    """Map a file and check that it is whole.

    Raises
    ------
    OSError
        If there is none, or it cannot be read.
    DamagedFileError
        If it is not as it was written.
    """
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size < _HEAD.size:
            raise DamagedFileError(f"{path.name} is cut short.")
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    magic, checksum, length = _HEAD.unpack_from(data)
    if magic != MAGIC or _compute_checksum(data) != checksum:
        raise DamagedFileError(f"{path.name} is damaged.")
    document = json.loads(data[_HEAD.size : _HEAD.size + length])
    start = _HEAD.size + length
    arrays = {}
    for name, kind, shape, offset in document["arrays"]:
        count = math.prod(shape)
        flat = np.frombuffer(data, dtype=kind, count=count, offset=start + offset)
        arrays[name] = flat.reshape(shape)
    return ArrayFile(arrays, document["note"])


def _compute_checksum(data: mmap.mmap) -> int:
    checksum = 0
    with memoryview(data) as whole:
        for start in range(_HEAD.size - _LENGTH.size, len(whole), _CHUNK):
            checksum = zlib.crc32(whole[start : start + _CHUNK], checksum)
    return checksum


def _round_up(count: int) -> int:
    return -(-count // _ALIGNMENT) * _ALIGNMENT
