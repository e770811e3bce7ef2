"""The elements of a DICOM header, found by walking over its bytes (PS3.5 7.1, PS3.10 7.1).

Only top-level elements that are asked for are kept, as raw bytes; sequences are stepped over,
and the walk stops at the pixel data. That is all a scan of a quarter of a million files needs,
it is an order of magnitude faster than building a dataset, and bytes that make no sense can
only end the walk: they are never interpreted here. The suite holds it against pydicom.

Numbers of big endian files are turned round while they are kept, so that all that follows
knows little endian values alone; sequences are kept as they lie, for `parse_items`.
"""

from __future__ import annotations

import struct
import zlib
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
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
# PS3.5 7.1.2: these have lengths of two bytes, all others (present and future) of four.
_SHORT_VRS = frozenset(
    {
        b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FL", b"FD", b"IS", b"LO", b"LT", b"PN",
        b"SH", b"SL", b"SS", b"ST", b"TM", b"UI", b"UL", b"US",
    }
)  # fmt: skip
_WORD_BYTES = {
    b"US": 2, b"SS": 2, b"OW": 2, b"AT": 2, b"UL": 4, b"SL": 4, b"FL": 4, b"OL": 4, b"OF": 4,
    b"FD": 8, b"OD": 8, b"SV": 8, b"UV": 8, b"OV": 8,
}  # fmt: skip


@dataclass(frozen=True)
class Encoding:
    """How elements are written (PS3.5 7.1).

    Parameters
    ----------
    is_implicit, is_big_endian : bool
        Without VR; numbers with the highest byte first.
    head : struct.Struct
        Group, element, VR where it is explicit, length.
    item : struct.Struct
        Group, element, length of an item.
    length : struct.Struct
        A length of four bytes.
    """

    is_implicit: bool
    is_big_endian: bool
    head: struct.Struct
    item: struct.Struct
    length: struct.Struct


def _make_encoding(is_implicit: bool, order: str) -> Encoding:
    layouts = ("HHL" if is_implicit else "HH2sH", "HHL", "L")
    return Encoding(is_implicit, order == ">", *(struct.Struct(order + each) for each in layouts))


IMPLICIT_LITTLE = _make_encoding(True, "<")
EXPLICIT_LITTLE = _make_encoding(False, "<")
EXPLICIT_BIG = _make_encoding(False, ">")


@dataclass(frozen=True, slots=True)
class PixelElement:
    """Where the pixel data lie.

    Parameters
    ----------
    offset : int
        Offset of the first pixel byte from the start of the file.
    length : int
        Declared length in bytes; UNDEFINED_LENGTH where the data are encapsulated.
    vr : bytes, optional
        b"OB" or b"OW"; b"" where the file does not tell.
    """

    offset: int
    length: int
    vr: bytes = b""


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
    encoding : Encoding
        How its elements are written.
    """

    transfer_syntax_uid: str
    elements: dict[int, bytes] = field(default_factory=dict)
    pixel_element: PixelElement | None = None
    is_complete: bool = False
    has_preamble: bool = True
    encoding: Encoding = EXPLICIT_LITTLE


def scan_header(data: bytes, wanted: Collection[int]) -> ScannedHeader | None:
    """Walk over a file's first bytes.

    Parameters
    ----------
    data : bytes
        The beginning of the file, or all of it; of a deflated one as `inflate_dataset` gave it.
    wanted : collection of int
        Tags (group << 16 | element) whose values to keep.

    Returns
    -------
    ScannedHeader or None
        None if the bytes are not DICOM.
    """
    has_preamble = data[128:132] == b"DICM"
    # Without a preamble the bytes must at least begin with file meta or an identifying element.
    if not has_preamble and data[:2] not in (b"\x02\x00", b"\x08\x00"):
        return None
    syntax, start = _read_file_meta(data, 132 if has_preamble else 0)
    encoding = EXPLICIT_LITTLE
    # Some writers declare one of the encodings and write another: believe the bytes.
    if not _is_vr(data[start + 4 : start + 6]):
        encoding = IMPLICIT_LITTLE
    elif syntax == EXPLICIT_VR_BIG_ENDIAN and data[start : start + 1] == b"\0":
        encoding = EXPLICIT_BIG
    if not syntax:
        is_implicit = encoding.is_implicit
        syntax = IMPLICIT_VR_LITTLE_ENDIAN if is_implicit else EXPLICIT_VR_LITTLE_ENDIAN
    elements: dict[int, bytes] = {}
    try:
        end, pixel_element = walk_elements(data, start, encoding, elements, frozenset(wanted))
        is_complete = pixel_element is not None or end == len(data)
    except struct.error:  # The bytes end within the head of an element or item.
        pixel_element, is_complete = None, False
    return ScannedHeader(syntax, elements, pixel_element, is_complete, has_preamble, encoding)


def inflate_dataset(data: bytes, limit: int) -> bytes:
    """Return a deflated file's bytes with its dataset inflated (PS3.5 A.5).

    Parameters
    ----------
    data : bytes
        A file, or its beginning; any but a deflated one comes back as it is.
    limit : int
        Stop after this many bytes. Of a damaged dataset nothing is left but a byte.
    """
    if DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN.encode() not in data[:1024]:
        return data
    syntax, start = _read_file_meta(data, 132 if data[128:132] == b"DICM" else 0)
    if syntax != DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN or start >= limit:
        return data
    try:
        dataset = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data[start:], limit - start)
    except zlib.error:
        dataset = b"\0"  # no whole element, so that the walk takes it for cut off
    return data[:start] + dataset


def _is_vr(code: bytes) -> bool:
    return len(code) == 2 and code.isalpha() and code.isupper()


def _read_file_meta(data: bytes, offset: int) -> tuple[str, int]:
    """Return the declared transfer syntax ("" if none), and where the dataset begins."""
    syntax = ""
    while data[offset : offset + 2] == b"\x02\x00" and offset + 12 <= len(data):
        tag, _, start, length = _read_element_head(data, offset, EXPLICIT_LITTLE)
        offset = start + length
        if tag == _TRANSFER_SYNTAX:
            syntax = data[start:offset].decode("ascii", "replace").strip(" \0")
    return syntax, offset


def _read_element_head(data: bytes, offset: int, encoding: Encoding) -> tuple[int, bytes, int, int]:
    """Return an element's tag, VR, and the offset and length of its value."""
    if encoding.is_implicit:
        group, element, length = encoding.head.unpack_from(data, offset)
        return group << 16 | element, b"", offset + 8, length
    group, element, vr, length = encoding.head.unpack_from(data, offset)
    start = offset + 8
    if vr not in _SHORT_VRS:
        start, length = _read_long_head(data, offset, vr, encoding)
    return group << 16 | element, vr, start, length


def _read_long_head(data: bytes, offset: int, vr: bytes, encoding: Encoding) -> tuple[int, int]:
    """Return the offset and length of a value whose length takes four bytes."""
    # Items, delimiters and the odd element written without a VR have it in the VR's place.
    at = offset + 8 if _is_vr(vr) else offset + 4
    (length,) = encoding.length.unpack_from(data, at)
    return at + 4, length


def walk_elements(
    data: bytes,
    offset: int,
    encoding: Encoding,
    elements: dict[int, bytes],
    wanted: frozenset[int],
) -> tuple[int, PixelElement | None]:
    """Step over the elements of one level, keeping those wanted.

    Parameters
    ----------
    data : bytes
        A dataset, or the content of one item.
    offset : int
        Where its first element begins.
    encoding : Encoding
        How its elements are written.
    elements : dict
        Takes the values of those wanted.
    wanted : frozenset of int
        Tags.

    Returns
    -------
    int
        Where the walk ended.
    PixelElement or None
        The pixel data, if it came upon them.

    Raises
    ------
    struct.error
        If the bytes end within the head of an element or item.
    """
    n_bytes = len(data)
    unpack, is_implicit = encoding.head.unpack_from, encoding.is_implicit
    while offset < n_bytes:
        # Most elements are short and not wanted: they cost no call but these.
        if is_implicit:
            group, element, length = unpack(data, offset)
            vr, start = b"", offset + 8
        else:
            group, element, vr, length = unpack(data, offset)
            start = offset + 8
            if vr not in _SHORT_VRS:
                start, length = _read_long_head(data, offset, vr, encoding)
        tag = group << 16 | element
        if tag in _PIXEL_TAGS:
            if tag != _PIXEL_DATA:  # float pixel data, which no CT instance holds
                return n_bytes, None
            return start, PixelElement(start, length, vr)
        if length == UNDEFINED_LENGTH:
            offset = _skip_items(data, start, _find_inner_encoding(encoding, vr), 0)
        else:
            offset = start + length
        if tag in wanted and offset <= n_bytes:
            value = data[start:offset]
            elements[tag] = _turn_round(value, vr) if encoding.is_big_endian else value
    return offset, None


def _find_inner_encoding(encoding: Encoding, vr: bytes) -> Encoding:
    """Return how the items of a sequence are written: of an unknown VR always implicitly."""
    return IMPLICIT_LITTLE if vr == b"UN" else encoding


def _turn_round(value: bytes, vr: bytes) -> bytes:
    """Return a big endian value with the bytes of its numbers in little endian order."""
    width = _WORD_BYTES.get(vr, 1)
    if width == 1:
        return value
    return b"".join(value[i : i + width][::-1] for i in range(0, len(value), width))


def _skip_items(data: bytes, offset: int, encoding: Encoding, depth: int) -> int:
    """Return where a sequence (or encapsulated value) of undefined length ends."""
    if depth > MAX_SEQUENCE_DEPTH:
        raise struct.error("sequences nested too deep")
    while True:
        group, element, length = encoding.item.unpack_from(data, offset)
        tag = group << 16 | element
        offset += 8
        if tag == SEQUENCE_END:
            return offset
        if tag != ITEM:
            raise struct.error("an item was expected")
        if length == UNDEFINED_LENGTH:
            offset = skip_item_elements(data, offset, encoding, depth)
        else:
            offset += length


def skip_item_elements(data: bytes, offset: int, encoding: Encoding, depth: int) -> int:
    """Return where an item of undefined length ends, its delimiter included.

    Raises
    ------
    struct.error
        If the bytes end before it does, or make no sense.
    """
    while True:
        tag, vr, start, length = _read_element_head(data, offset, encoding)
        if tag == ITEM_END:
            return start
        if length == UNDEFINED_LENGTH:
            offset = _skip_items(data, start, _find_inner_encoding(encoding, vr), depth + 1)
        else:
            offset = start + length
