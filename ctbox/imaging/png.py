"""Eight-bit pictures as PNG files (ISO/IEC 15948), with the standard library alone."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GRAY, _RGB = 0, 2
_NO_FILTER = 0
_COMMENT = b"Comment\0"


def encode_png(pixels: NDArray[np.uint8], comment: str = "") -> bytes:
    """Return the file of a picture.

    Parameters
    ----------
    pixels : ndarray
        uint8, (rows, columns) for grey or (rows, columns, 3) for RGB.
    comment : str
        Latin-1 text that travels with the picture; none if empty.

    Raises
    ------
    ValueError
        If the array is neither.
    """
    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or pixels.shape[2:] not in ((), (3,)):
        raise ValueError(f"pixels must be uint8 grey or RGB, not {pixels.dtype} {pixels.shape}")
    rows, columns = pixels.shape[:2]
    color = _GRAY if pixels.ndim == 2 else _RGB
    lines = np.empty((rows, 1 + pixels[0].size), dtype=np.uint8)
    lines[:, 0] = _NO_FILTER
    lines[:, 1:] = pixels.reshape(rows, -1)
    head = struct.pack(">LLBBBBB", columns, rows, 8, color, 0, 0, 0)
    text = ((b"tEXt", _COMMENT + comment.encode("latin-1")),) if comment else ()
    data = (b"IDAT", zlib.compress(lines.tobytes(), 6))
    chunks = ((b"IHDR", head), *text, data, (b"IEND", b""))
    return _SIGNATURE + b"".join(_frame(kind, body) for kind, body in chunks)


def read_comment(data: bytes) -> str | None:
    """Return the comment of a whole PNG file, "" without one; None if the file is damaged."""
    comment, place = "", len(_SIGNATURE)
    while data.startswith(_SIGNATURE) and place + 12 <= len(data):
        (size,) = struct.unpack_from(">L", data, place)
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        if _frame(kind, body) != data[place : place + 12 + size]:
            return None
        if kind == b"tEXt" and body.startswith(_COMMENT):
            comment = body[len(_COMMENT) :].decode("latin-1")
        if kind == b"IEND":
            return comment
        place += 12 + size
    return None


def _frame(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))
