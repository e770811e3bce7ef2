"""Comments and other texts inside compressed frames, blanked where they stand.

A JPEG or JPEG 2000 codestream has room for free text and for foreign data beside the picture
(ITU-T T.81 B.2.4.5 and B.2.4.6, T.800 A.9.2). They are overwritten with zeros: every length and
offset stays what it is, and decoders pass over them as they did before.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator

from ctbox.dicom.encapsulation import FrameError
from ctbox.dicom.pixel_format import PixelFormat
from ctbox.dicom.transfer_syntax import Coding

_SOI, _EOI, _SOS, _COM = 0xD8, 0xD9, 0xDA, 0xFE
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
# In a scan 0xFF is followed by a byte below 0x80, or a restart marker; anything else ends it.
_SCAN_END = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")
# What a decoder must know of the colours: JFIF without its small picture, Adobe, and HP's
# transform of JPEG-LS, each with as many bytes as it needs.
_NEEDED = ((b"JFIF\0", 12), (b"Adobe", 12), (b"mrfx", 5))
_SOC, _SOT, _SOD, _EOC, _J2K_COM = b"\xff\x4f", b"\xff\x90", b"\xff\x93", b"\xff\xd9", b"\xff\x64"
_RLE_HEADER_BYTES = 64

Span = tuple[int, int]
"""Begin and end."""


def find_texts(frame: bytes, coding: Coding, pixels: PixelFormat) -> list[Span]:
    """Return the parts of a frame that may hold text and that its picture does not need.

    Raises
    ------
    FrameError
        If the codestream is damaged, or wrapped into a file of another kind.
    """
    if coding in (Coding.JPEG, Coding.JPEG_LS):
        return list(_walk_jpeg(frame))
    if coding is Coding.JPEG_2000:
        return list(_walk_jpeg_2000(frame))
    if coding is Coding.RLE:
        n_segments = min(int.from_bytes(frame[:4], "little"), 15)
        return [(4 + 4 * n_segments, _RLE_HEADER_BYTES)]
    return [(min(pixels.expected_bytes, len(frame)), len(frame))]


def _walk_jpeg(frame: bytes) -> Iterator[Span]:
    if frame[:2] != bytes((0xFF, _SOI)):
        raise FrameError("Its compressed pixel data are no JPEG.")
    offset = 2
    while offset + 2 <= len(frame) and frame[offset] == 0xFF:
        marker = frame[offset + 1]
        if marker == 0xFF or marker in _STANDALONE:
            offset += 1 if marker == 0xFF else 2
            continue
        if marker == _EOI:
            yield offset + 2, len(frame)
            return
        start, offset = offset + 4, offset + 2 + int.from_bytes(frame[offset + 2 : offset + 4])
        if marker == _COM or marker >> 4 == 0xE:
            yield start + _count_needed(frame[start:offset]), offset
        if marker == _SOS:
            found = _SCAN_END.search(frame, offset)
            if found is None:  # the end is missing, which decoders forgive
                return
            offset = found.start()
    raise FrameError("The markers of its JPEG frame are damaged.")


def _count_needed(segment: bytes) -> int:
    kept = (count for name, count in _NEEDED if segment.startswith(name))
    return min(next(kept, 0), len(segment))


def _walk_jpeg_2000(frame: bytes) -> Iterator[Span]:
    if not frame.startswith(_SOC):
        # Its boxes have room for texts of their own, and DICOM allows none (PS3.5 A.4.4).
        raise FrameError("Its JPEG 2000 codestream is wrapped into a JP2 file.")
    offset = yield from _walk_header(frame, 2)
    while frame[offset : offset + 2] == _SOT:
        length = int.from_bytes(frame[offset + 6 : offset + 10])
        yield from _walk_header(frame, offset + 12)
        if length < 14:  # 0: this part goes to the end
            return
        offset += length
    if frame[offset : offset + 2] == _EOC:
        yield offset + 2, len(frame)
    elif offset < len(frame):
        raise FrameError("The parts of its JPEG 2000 codestream are damaged.")


def _walk_header(frame: bytes, offset: int) -> Generator[Span, None, int]:
    """Yield the comments of a main or tile-part header; return where it ends."""
    while frame[offset : offset + 2] not in (_SOT, _SOD):
        length = int.from_bytes(frame[offset + 2 : offset + 4])
        if length < 2 or frame[offset : offset + 1] != b"\xff":
            raise FrameError("The header of its JPEG 2000 codestream is damaged.")
        if frame[offset : offset + 2] == _J2K_COM:
            yield offset + 6, offset + 2 + length  # what kind of comment it is stays
        offset += 2 + length
    return offset
