"""What a compressed frame says of itself, read before any decoder sees it.

A decoder makes room for what the codestream declares; held against the DICOM header first, a
few damaged bytes cannot ask for gigabytes or for hours.
Sources: ITU-T T.81 B.2 (JPEG), T.87 C.2 (JPEG-LS), T.800 A.5 (JPEG 2000).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from ctbox.dicom.encapsulation import FrameError

SOF_BASELINE, SOF_EXTENDED, SOF_PROGRESSIVE, SOF_LOSSLESS, SOF_JPEG_LS = (
    0xC0,
    0xC1,
    0xC2,
    0xC3,
    0xF7,
)
MAX_SCANS = 8
"""Scans of one sequential JPEG: one a component is usual, thousands are an attack."""
MAX_TILES = 16_384

_SOF_MARKERS = frozenset({*range(0xC0, 0xD0), SOF_JPEG_LS}) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_SOS, _EOI, _APP0, _APP14 = 0xDA, 0xD9, 0xE0, 0xEE
_SIZ = struct.Struct(">HH8LH")


@dataclass(frozen=True, slots=True)
class Codestream:
    """What a codestream declares.

    Parameters
    ----------
    rows, columns, components, precision : int
        Size; bits a sample.
    is_signed : bool
        Only JPEG 2000 can tell.
    process : int
        The start-of-frame marker of JPEG and JPEG-LS; 0 for JPEG 2000.
    tells_color : bool
        Whether markers (JFIF, Adobe) tell in which colour space the components are.
    """

    rows: int
    columns: int
    components: int
    precision: int
    is_signed: bool = False
    process: int = 0
    tells_color: bool = False


def parse_jpeg(frame: bytes) -> Codestream:
    """Return what a JPEG or JPEG-LS frame declares.

    Raises
    ------
    FrameError
        If it is none, or its header is damaged.
    """
    if not frame.startswith(b"\xff\xd8"):
        raise FrameError("Its compressed pixel data are no JPEG.")
    offset, tells_color = 2, False
    while offset + 4 <= len(frame):
        if frame[offset] != 0xFF:
            break
        marker = frame[offset + 1]
        if marker == 0xFF or marker in _STANDALONE:
            offset += 1 if marker == 0xFF else 2
            continue
        if marker in (_SOS, _EOI):
            break
        segment = frame[offset + 4 : offset + 2 + int.from_bytes(frame[offset + 2 : offset + 4])]
        if marker in _SOF_MARKERS:
            return _parse_frame_header(segment, marker, tells_color)
        if (marker == _APP0 and segment.startswith(b"JFIF\0")) or (
            marker == _APP14 and segment.startswith(b"Adobe")
        ):
            tells_color = True
        offset += 4 + max(len(segment), 0)
    raise FrameError("The header of its JPEG frame is damaged.")


def _parse_frame_header(segment: bytes, marker: int, tells_color: bool) -> Codestream:
    if len(segment) < 6:
        raise FrameError("The header of its JPEG frame is damaged.")
    precision, rows, columns, components = struct.unpack_from(">BHHB", segment)
    return Codestream(rows, columns, components, precision, process=marker, tells_color=tells_color)


def parse_jpeg_2000(frame: bytes) -> Codestream:
    """Return what a JPEG 2000 codestream declares, high-throughput or not.

    Raises
    ------
    FrameError
        If it is none, is damaged, or has components of different kinds.
    """
    if not frame.startswith(b"\xff\x4f\xff\x51") or len(frame) < 4 + _SIZ.size:
        raise FrameError("Its compressed pixel data are no JPEG 2000 codestream.")
    _, _, x1, y1, x0, y0, tile_x, tile_y, _, _, components = _SIZ.unpack_from(frame, 4)
    kinds = frame[4 + _SIZ.size :][: 3 * components]
    if len(kinds) < 3 or len(set(struct.iter_unpack("3s", kinds[: len(kinds) // 3 * 3]))) > 1:
        raise FrameError("Its JPEG 2000 codestream has components of different kinds.")
    depth, step_x, step_y = kinds[:3]
    if x1 <= x0 or y1 <= y0 or not tile_x or not tile_y or (step_x, step_y) != (1, 1):
        raise FrameError("The header of its JPEG 2000 codestream is damaged.")
    if -(-x1 // tile_x) * -(-y1 // tile_y) > MAX_TILES:
        raise FrameError("Its JPEG 2000 codestream has more tiles than an image can need.")
    return Codestream(y1 - y0, x1 - x0, components, (depth & 0x7F) + 1, bool(depth & 0x80))
