"""The elements of a DICOM header, found by walking over its bytes (PS3.5 7.1, PS3.10 7.1).

Only top-level elements that are asked for are kept, as raw bytes; sequences are stepped over,
and the walk stops at the pixel data. That is all a scan of a quarter of a million files needs,
it is an order of magnitude faster than building a dataset, and bytes that make no sense can
only end the walk: they are never interpreted here. The suite holds it against pydicom.
"""

from __future__ import annotations

import struct
from collections.abc import Collection
from dataclasses import dataclass, field

IMPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2"
EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1.99"
EXPLICIT_VR_BIG_ENDIAN = "1.2.840.10008.1.2.2"

UNDEFINED_LENGTH = 0xFFFFFFFF
MAX_SEQUENCE_DEPTH = 24

_TRANSFER_SYNTAX = 0x00020010
_PIXEL_DATA = 0x7FE00010
_PIXEL_TAGS = frozenset({0x7FE00008, 0x7FE00009, _PIXEL_DATA})
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_LONG_VRS = frozenset(
    {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
)
_IMPLICIT = struct.Struct("<HHL")
_EXPLICIT = struct.Struct("<HH2sH")
_LONG = struct.Struct("<L")


@dataclass(frozen=True, slots=True)
class PixelElement:
    """Where the pixel data lie.

    Parameters
    ----------
    offset : int
        Offset of the first pixel byte from the start of the file.
    length : int
        Declared length in bytes; UNDEFINED_LENGTH where the data are encapsulated.
    """

    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class ScannedHeader:
    """What the walk found.

    Parameters
    ----------
    transfer_syntax_uid : str
        As declared; guessed between the two uncompressed ones where it is missing.
    elements : dict
        Tag to raw bytes of the value.
    pixel_element : PixelElement or None
        None where there is no integer pixel data, or the walk did not come so far.
    is_complete : bool
        Whether the walk came to the pixel data or to the very end of the bytes.
    has_preamble : bool
        Whether the bytes begin as PS3.10 asks.
    """

    transfer_syntax_uid: str
    elements: dict[int, bytes] = field(default_factory=dict)
    pixel_element: PixelElement | None = None
    is_complete: bool = False
    has_preamble: bool = True


def scan_header(data: bytes, wanted: Collection[int]) -> ScannedHeader | None:
    """Walk over a file's first bytes.

    Parameters
    ----------
    data : bytes
        The beginning of the file, or all of it.
    wanted : collection of int
        Tags (group << 16 | element) whose values to keep.

    Returns
    -------
    ScannedHeader or None
        None if the bytes are not DICOM. Deflated and big endian headers are not walked:
        they come back with their transfer syntax alone.
    """
    has_preamble = data[128:132] == b"DICM"
    # Without a preamble the bytes must at least begin with file meta or an identifying element.
    if not has_preamble and data[:2] not in (b"\x02\x00", b"\x08\x00"):
        return None
    syntax, start = _read_file_meta(data, 132 if has_preamble else 0)
    if syntax in (DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_BIG_ENDIAN):
        return ScannedHeader(syntax, has_preamble=has_preamble)
    # Some writers declare one of the two encodings and write the other: believe the bytes.
    is_implicit = not _is_vr(data[start + 4 : start + 6])
    if not syntax:
        syntax = IMPLICIT_VR_LITTLE_ENDIAN if is_implicit else EXPLICIT_VR_LITTLE_ENDIAN
    elements: dict[int, bytes] = {}
    try:
        end, pixel_element = _walk(data, start, is_implicit, elements, frozenset(wanted))
        is_complete = pixel_element is not None or end == len(data)
    except struct.error:  # The bytes end within the head of an element or item.
        pixel_element, is_complete = None, False
    return ScannedHeader(syntax, elements, pixel_element, is_complete, has_preamble)


def _is_vr(code: bytes) -> bool:
    return len(code) == 2 and code.isalpha() and code.isupper()


def _read_file_meta(data: bytes, offset: int) -> tuple[str, int]:
    """Return the declared transfer syntax ("" if none), and where the dataset begins."""
    syntax = ""
    while data[offset : offset + 2] == b"\x02\x00" and offset + 12 <= len(data):
        tag, _, start, length = _read_element_head(data, offset, is_implicit=False)
        offset = start + length
        if tag == _TRANSFER_SYNTAX:
            syntax = data[start:offset].decode("ascii", "replace").strip(" \0")
    return syntax, offset


def _read_element_head(data: bytes, offset: int, is_implicit: bool) -> tuple[int, bytes, int, int]:
    """Return an element's tag, VR, and the offset and length of its value."""
    if is_implicit:
        group, element, length = _IMPLICIT.unpack_from(data, offset)
        return group << 16 | element, b"", offset + 8, length
    group, element, vr, length = _EXPLICIT.unpack_from(data, offset)
    if vr in _LONG_VRS:
        (length,) = _LONG.unpack_from(data, offset + 8)
        return group << 16 | element, vr, offset + 12, length
    if not _is_vr(vr):
        # Items, delimiters, and the odd element written without a VR.
        (length,) = _LONG.unpack_from(data, offset + 4)
    return group << 16 | element, vr, offset + 8, length


def _walk(
    data: bytes,
    offset: int,
    is_implicit: bool,
    elements: dict[int, bytes],
    wanted: frozenset[int],
) -> tuple[int, PixelElement | None]:
    """Step over top-level elements, keeping those wanted; return the end and the pixel data."""
    n_bytes = len(data)
    while offset < n_bytes:
        tag, vr, start, length = _read_element_head(data, offset, is_implicit)
        if tag in _PIXEL_TAGS:
            if tag != _PIXEL_DATA:  # float pixel data, which no CT instance holds
                return n_bytes, None
            return start, PixelElement(start, length)
        if length == UNDEFINED_LENGTH:
            offset = _skip_items(data, start, is_implicit or vr == b"UN", 0)
            continue
        offset = start + length
        if tag in wanted and offset <= n_bytes:
            elements[tag] = data[start:offset]
    return offset, None


def _skip_items(data: bytes, offset: int, is_implicit: bool, depth: int) -> int:
    """Return where a sequence (or encapsulated value) of undefined length ends."""
    if depth > MAX_SEQUENCE_DEPTH:
        raise struct.error("sequences nested too deep")
    while True:
        group, element, length = _IMPLICIT.unpack_from(data, offset)
        tag = group << 16 | element
        offset += 8
        if tag == _SEQUENCE_END:
            return offset
        if tag != _ITEM:
            raise struct.error("an item was expected")
        if length == UNDEFINED_LENGTH:
            offset = _skip_item_elements(data, offset, is_implicit, depth)
        else:
            offset += length


def _skip_item_elements(data: bytes, offset: int, is_implicit: bool, depth: int) -> int:
    """Return where an item of undefined length ends."""
    while True:
        tag, vr, start, length = _read_element_head(data, offset, is_implicit)
        if tag == _ITEM_END:
            return start
        if length == UNDEFINED_LENGTH:
            offset = _skip_items(data, start, is_implicit or vr == b"UN", depth + 1)
        else:
            offset = start + length
