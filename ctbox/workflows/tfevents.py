"""TensorBoard event files of scalars, written without TensorBoard.

A file is a row of records (length, its checksum, data, its checksum), each an Event message in
protocol buffers' wire format. Both are small and frozen, so that forty lines replace a
dependency of half a gigabyte. Source: tensorflow/core/lib/io/record_writer.h and
tensorflow/core/util/event.proto.
"""

from __future__ import annotations

import os
import struct
import time
from pathlib import Path

_VERSION = b"brain.Event:2"
_MASK_DELTA = 0xA282EAD8
_POLYNOMIAL = 0x82F63B78
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def _build_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        table.append(value)
    return tuple(table)


_TABLE = _build_table()


def compute_crc32c(data: bytes) -> int:
    """Return the CRC-32C (Castagnoli) of some bytes (RFC 3720, appendix B.4)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def _mask(crc: int) -> int:
    return (((crc >> 15) | (crc << 17)) + _MASK_DELTA) & 0xFFFFFFFF


def frame_record(data: bytes) -> bytes:
    """Return data with its length and both masked checksums around it."""
    length = struct.pack("<Q", len(data))
    return b"".join(
        (
            length,
            struct.pack("<I", _mask(compute_crc32c(length))),
            data,
            struct.pack("<I", _mask(compute_crc32c(data))),
        )
    )


def _encode_varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _encode_field(number: int, kind: int, payload: bytes) -> bytes:
    head = _encode_varint(number << 3 | kind)
    if kind == _BYTES:
        return head + _encode_varint(len(payload)) + payload
    return head + payload


def encode_scalar(tag: str, value: float, step: int, wall_time: float) -> bytes:
    """Return an Event message with one scalar."""
    scalar = _encode_field(1, _BYTES, tag.encode()) + _encode_field(
        2, _FIXED32, struct.pack("<f", value)
    )
    summary = _encode_field(1, _BYTES, scalar)
    return (
        _encode_field(1, _FIXED64, struct.pack("<d", wall_time))
        + _encode_field(2, _VARINT, _encode_varint(step))
        + _encode_field(5, _BYTES, summary)
    )


class EventWriter:
    """Appends scalars to an event file of its own in a folder; each is on disk at once.

    Parameters
    ----------
    folder : pathlib.Path
        TensorBoard's ``--logdir``, or a folder in it.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        now = time.time()
        # TensorBoard takes any file with "tfevents" in its name, in the names' order.
        self._path = folder / f"events.out.tfevents.{int(now):010d}.ctbox.{os.getpid()}"
        version = _encode_field(1, _FIXED64, struct.pack("<d", now)) + _encode_field(
            3, _BYTES, _VERSION
        )
        self._append(version)

    def write_scalar(self, tag: str, value: float, step: int) -> None:
        """Append one point of one curve.

        Raises
        ------
        OSError
            If the disk refuses.
        """
        self._append(encode_scalar(tag, value, step, time.time()))

    def _append(self, message: bytes) -> None:
        with self._path.open("ab") as file:
            file.write(frame_record(message))
