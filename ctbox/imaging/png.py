"""Eight-bit pictures as PNG files (ISO/IEC 15948), with the standard library alone."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GRAY, _RGB = 0, 2
_NO_FILTER = 0


def encode_png(pixels: NDArray[np.uint8]) -> bytes:
    """Return the file of a picture.

    Parameters
    ----------
    pixels : ndarray
        uint8, (rows, columns) for grey or (rows, columns, 3) for RGB.

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
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines.tobytes(), 6)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_frame(kind, data) for kind, data in chunks)


def _frame(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))
