"""Encapsulated pixel data: fragments, and which of them make up a frame (PS3.5 A.4).

Nothing is copied before a frame is asked for, and no declared length is believed.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from ctbox.dicom.scanning import ITEM, SEQUENCE_END, UNDEFINED_LENGTH

_HEAD = struct.Struct("<HHL")
# Every codestream of the JPEG family begins with one of these.
_FRAME_STARTS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51")
_JP2_SIGNATURE = b"\0\0\0\x0cjP  "


class FrameError(ValueError):
    """A frame cannot be read or decoded; the message is a sentence without the file's name."""


@dataclass(frozen=True, slots=True)
class Fragments:
    """The items of encapsulated pixel data.

    Parameters
    ----------
    items : tuple
        (offset, length) of each fragment's bytes in the file.
    frame_offsets : tuple of int
        Basic Offset Table; empty where the file has none.
    """

    items: tuple[tuple[int, int], ...]
    frame_offsets: tuple[int, ...] = ()


def find_fragments(data: bytes, offset: int) -> Fragments:
    """List the fragments of encapsulated pixel data.

    Parameters
    ----------
    data : bytes
        The file, little endian as all encapsulated ones are.
    offset : int
        Where the value of the pixel data begins.

    Raises
    ------
    FrameError
        If the fragments are cut off or something else stands between them.
    """
    items: list[tuple[int, int]] = []
    while True:
        if offset + _HEAD.size > len(data):
            raise FrameError("Its compressed pixel data are cut off.")
        group, element, length = _HEAD.unpack_from(data, offset)
        offset += _HEAD.size
        tag = group << 16 | element
        if tag == SEQUENCE_END:
            break
        if tag != ITEM or length == UNDEFINED_LENGTH:
            raise FrameError(
                "Its compressed pixel data are damaged: no fragment where one belongs."
            )
        if offset + length > len(data):
            raise FrameError("Its compressed pixel data are cut off.")
        items.append((offset, length))
        offset += length
    if not items:
        raise FrameError("Its compressed pixel data are empty.")
    (start, length), *fragments = items
    count = length // 4
    table = struct.unpack_from(f"<{count}L", data, start)
    return Fragments(tuple(fragments), table)


def read_frame(data: bytes, fragments: Fragments, frame: int, frames: int) -> bytes:
    """Return the bytes of one frame, its fragments joined.

    Parameters
    ----------
    data : bytes
        The file.
    fragments : Fragments
        As `find_fragments` found them.
    frame, frames : int
        Which one, from 0, of how many.

    Raises
    ------
    FrameError
        If the frames cannot be told apart, or this one holds nothing.
    """
    items = group_by_frame(data, fragments, frames)[frame]
    joined = b"".join(data[offset : offset + length] for offset, length in items)
    if not joined:
        raise FrameError("Its compressed pixel data are empty.")
    return joined


def group_by_frame(
    data: bytes, fragments: Fragments, frames: int
) -> list[Sequence[tuple[int, int]]]:
    """Return (offset, length) of the fragments of each of some frames.

    Raises
    ------
    FrameError
        If the frames cannot be told apart.
    """
    items = fragments.items
    if frames == 1:
        return [items]
    if len(items) == frames:
        return [[item] for item in items]
    starts = _find_starts_by_table(fragments, frames) or _find_starts_by_content(data, items)
    if len(starts) != frames or starts[0] != 0:
        raise FrameError(
            f"Its {frames} frames cannot be told apart: it has no usable offset table."
        )
    ends = [*starts[1:], len(items)]
    return [items[start:end] for start, end in zip(starts, ends, strict=True)]


def _find_starts_by_table(fragments: Fragments, frames: int) -> list[int]:
    """Return the number of each frame's first fragment as the offset table tells, or nothing."""
    if len(fragments.frame_offsets) != frames or not fragments.items:
        return []
    first = fragments.items[0][0]
    number_at = {offset - first: number for number, (offset, _) in enumerate(fragments.items)}
    starts = [number_at.get(offset, -1) for offset in fragments.frame_offsets]
    return starts if -1 not in starts and starts == sorted(set(starts)) else []


def _find_starts_by_content(data: bytes, items: Sequence[tuple[int, int]]) -> list[int]:
    return [
        number
        for number, (offset, _) in enumerate(items)
        if data.startswith(_FRAME_STARTS, offset) or data.startswith(_JP2_SIGNATURE, offset)
    ]
