"""The elements of single frames in a multi-frame image (PS3.3 C.7.6.16).

An enhanced image keeps what differs between frames (position, rescale, window…) in sequences.
Taken out of them and laid over the image's own elements, each frame looks like a single-frame
instance, which all the rest can read.
"""

from __future__ import annotations

import struct
from collections.abc import Collection

from ctbox.dicom.elements import ACQUISITION_NUMBER, CONTENT_TIME, IMAGE_TYPE
from ctbox.dicom.scanning import (
    ITEM,
    SEQUENCE_END,
    UNDEFINED_LENGTH,
    Encoding,
    ScannedHeader,
    skip_item_elements,
    walk_elements,
)

_SHARED, _PER_FRAME = 0x52009229, 0x52009230
GROUP_TAGS = frozenset({_SHARED, _PER_FRAME})

# PS3.3 C.7.6.16.2 and C.8.15.3: pixel measures, plane position and orientation, frame content,
# pixel value transformation, frame VOI LUT, CT frame type and reconstruction.
_MACROS = frozenset(
    {
        0x00289110, 0x00209113, 0x00209116, 0x00209111, 0x00289145, 0x00289132, 0x00189329,
        0x00189314,
    }
)  # fmt: skip
_FRAME_ACQUISITION_NUMBER, _FRAME_ACQUISITION_TIME = 0x00209156, 0x00189074
_FRAME_TYPE = 0x00089007
_OWN_TAGS = frozenset({_FRAME_ACQUISITION_NUMBER, _FRAME_ACQUISITION_TIME, _FRAME_TYPE})


class FrameElements:
    """The elements of each frame of an image.

    Parameters
    ----------
    header : ScannedHeader
        Scanned with `GROUP_TAGS` among the tags wanted. Damaged groups count as missing.
    wanted : collection of int
        Tags to take from the groups.
    """

    def __init__(self, header: ScannedHeader, wanted: Collection[int]) -> None:
        self._root = {k: v for k, v in header.elements.items() if k not in GROUP_TAGS}
        self._encoding = header.encoding
        self._wanted = frozenset(wanted) | _OWN_TAGS
        self._shared = _list_items(header.elements.get(_SHARED, b""), header.encoding)[:1]
        self._frames = _list_items(header.elements.get(_PER_FRAME, b""), header.encoding)

    def find(self, frame: int) -> dict[int, bytes]:
        """Return the elements of one frame, counted from 0."""
        found = dict(self._root)
        for item in (*self._shared, *self._frames[frame : frame + 1]):
            found.update(self._read_group(item))
        return found

    def _read_group(self, item: bytes) -> dict[int, bytes]:
        leaves: dict[int, bytes] = {}
        for raw in _walk(item, self._encoding, _MACROS).values():
            for macro in _list_items(raw, self._encoding)[:1]:
                leaves.update(_walk(macro, self._encoding, self._wanted))
        return _rename(leaves)


def _walk(item: bytes, encoding: Encoding, wanted: frozenset[int]) -> dict[int, bytes]:
    elements: dict[int, bytes] = {}
    try:
        walk_elements(item, 0, encoding, elements, wanted)
    except struct.error:  # The item ends within an element: what was read so far counts.
        return elements
    return elements


def _list_items(raw: bytes, encoding: Encoding) -> list[bytes]:
    """Return the content of each item of a sequence; damage ends the list."""
    items: list[bytes] = []
    offset = 0
    try:
        while offset < len(raw):
            group, element, length = encoding.item.unpack_from(raw, offset)
            tag = group << 16 | element
            offset += 8
            if tag == SEQUENCE_END or tag != ITEM:
                break
            is_open = length == UNDEFINED_LENGTH
            end = skip_item_elements(raw, offset, encoding, 0) if is_open else offset + length
            items.append(raw[offset:end])
            offset = end
    except struct.error:
        return items
    return items


def _rename(leaves: dict[int, bytes]) -> dict[int, bytes]:
    """Give a frame's own elements the tags that single-frame instances have for them."""
    if (number := leaves.pop(_FRAME_ACQUISITION_NUMBER, b"")) and len(number) >= 2:
        leaves[ACQUISITION_NUMBER] = str(int.from_bytes(number[:2], "little")).encode()
    if len(moment := leaves.pop(_FRAME_ACQUISITION_TIME, b"")) > 8:  # YYYYMMDDHHMMSS.F
        leaves[CONTENT_TIME] = moment[8:]
    if kind := leaves.pop(_FRAME_TYPE, b""):
        leaves[IMAGE_TYPE] = kind
    return leaves
