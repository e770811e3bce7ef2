"""How the pixels of one instance are stored, and why they might not be readable."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ctbox.dicom.elements import Elements, read_number, read_short, read_text
from ctbox.dicom.scanning import UNDEFINED_LENGTH, ScannedHeader
from ctbox.dicom.transfer_syntax import Coding, find_coding, find_transfer_syntax_problem

MAX_FRAME_BYTES = 2**29
"""A frame that declares more than this is refused: a slice of 2048² takes 8 MiB."""
MAX_FRAMES = 20_000

StoredValues = NDArray[np.signedinteger] | NDArray[np.unsignedinteger]

MODALITY = 0x00080060
SAMPLES_PER_PIXEL = 0x00280002
PHOTOMETRIC_INTERPRETATION = 0x00280004
PLANAR_CONFIGURATION = 0x00280006
NUMBER_OF_FRAMES = 0x00280008
ROWS, COLUMNS = 0x00280010, 0x00280011
BITS_ALLOCATED, BITS_STORED, HIGH_BIT = 0x00280100, 0x00280101, 0x00280102
PIXEL_REPRESENTATION = 0x00280103
PIXEL_PADDING_VALUE, PIXEL_PADDING_RANGE_LIMIT = 0x00280120, 0x00280121
RESCALE_INTERCEPT, RESCALE_SLOPE = 0x00281052, 0x00281053
LOSSY_COMPRESSION = 0x00282110
PALETTE_DESCRIPTORS = (0x00281101, 0x00281102, 0x00281103)
PALETTE_DATA = (0x00281201, 0x00281202, 0x00281203)

FORMAT_TAGS = frozenset(
    {
        MODALITY, SAMPLES_PER_PIXEL, PHOTOMETRIC_INTERPRETATION, PLANAR_CONFIGURATION,
        NUMBER_OF_FRAMES, ROWS, COLUMNS, BITS_ALLOCATED, BITS_STORED, HIGH_BIT,
        PIXEL_REPRESENTATION, PIXEL_PADDING_VALUE, PIXEL_PADDING_RANGE_LIMIT,
        RESCALE_INTERCEPT, RESCALE_SLOPE, LOSSY_COMPRESSION, *PALETTE_DESCRIPTORS,
    }
)  # fmt: skip

_ORDERED_TAGS = tuple(sorted(FORMAT_TAGS))
_MAX_REMEMBERED_BYTES = 4 * 1024

GRAYSCALE = ("MONOCHROME1", "MONOCHROME2")
PALETTE = "PALETTE COLOR"
YBR_422 = "YBR_FULL_422"
"""Uncompressed: two pixels share their colour, as four bytes Y Y Cb Cr (PS3.3 C.7.6.3.1.2)."""


@dataclass(frozen=True, slots=True)
class PixelFormat:
    """The image pixel and modality LUT attributes (PS3.3 C.7.6.3, C.11.1).

    Parameters
    ----------
    rows, columns, samples_per_pixel, frames : int
        Size of the image.
    photometric_interpretation : str
        MONOCHROME1, MONOCHROME2, RGB…
    bits_allocated, bits_stored, high_bit : int
        Layout of a stored value; `high_bit` counts from 0.
    is_signed, is_planar : bool
        Two's complement; colour by plane instead of by pixel.
    slope, intercept : float
        Rescale slope and intercept; 1 and 0 where the file has none.
    has_rescale : bool
        Whether the file has them: without, the values are as stored, and of a CT image no HU.
    padding : tuple or None
        Lowest and highest stored value that stand for "no pixel here".
    is_ct : bool
        Whether the modality says CT, so that rescaled values are HU.
    is_lossy : bool
        Whether the file says that it was ever compressed with loss.
    """

    rows: int
    columns: int
    samples_per_pixel: int = 1
    frames: int = 1
    photometric_interpretation: str = "MONOCHROME2"
    bits_allocated: int = 16
    bits_stored: int = 16
    high_bit: int = 15
    is_signed: bool = False
    is_planar: bool = False
    slope: float = 1.0
    intercept: float = 0.0
    has_rescale: bool = True
    padding: tuple[int, int] | None = None
    is_ct: bool = True
    is_lossy: bool = False

    @property
    def is_color(self) -> bool:
        """Whether a pixel holds colour samples; of a palette it holds an index instead."""
        return self.samples_per_pixel > 1

    @property
    def expected_bytes(self) -> int:
        """Bytes that the pixels of one frame take, uncompressed."""
        samples = 2 if self.photometric_interpretation == YBR_422 else self.samples_per_pixel
        return self.rows * self.columns * samples * (self.bits_allocated // 8)

    @property
    def dtype(self) -> np.dtype[np.signedinteger] | np.dtype[np.unsignedinteger]:
        """Type of a stored value, in the machine's byte order."""
        return np.dtype(f"{'i' if self.is_signed else 'u'}{self.bits_allocated // 8}")


def parse_pixel_format(elements: Elements) -> PixelFormat:
    """Return how the pixels are stored; what is missing gets the commonest value.

    Rows and columns are 0 where missing: `find_pixel_problem` then names it.
    """
    raw = tuple(map(elements.get, _ORDERED_TAGS))
    if sum(map(len, filter(None, raw))) > _MAX_REMEMBERED_BYTES:
        return _parse_format(raw)
    return _recall_format(raw)


def _parse_format(raw: tuple[bytes | None, ...]) -> PixelFormat:
    pairs = zip(_ORDERED_TAGS, raw, strict=True)
    elements = {tag: value for tag, value in pairs if value is not None}
    allocated = read_short(elements, BITS_ALLOCATED) or 16
    stored = read_short(elements, BITS_STORED) or allocated
    high_bit = read_short(elements, HIGH_BIT)
    is_signed = read_short(elements, PIXEL_REPRESENTATION) == 1
    slope = read_number(elements, RESCALE_SLOPE)
    intercept = read_number(elements, RESCALE_INTERCEPT)
    return PixelFormat(
        rows=read_short(elements, ROWS) or 0,
        columns=read_short(elements, COLUMNS) or 0,
        samples_per_pixel=read_short(elements, SAMPLES_PER_PIXEL) or 1,
        frames=int(read_number(elements, NUMBER_OF_FRAMES) or 1),
        photometric_interpretation=read_text(elements, PHOTOMETRIC_INTERPRETATION) or "MONOCHROME2",
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=stored - 1 if high_bit is None else high_bit,
        is_signed=is_signed,
        is_planar=read_short(elements, PLANAR_CONFIGURATION) == 1,
        # A slope of 0 would make every pixel the same: some writers mean "none".
        slope=slope or 1.0,
        intercept=intercept or 0.0,
        has_rescale=slope != 0 and (slope is not None or intercept is not None),
        padding=_parse_padding(elements, is_signed),
        is_ct=read_text(elements, MODALITY) == "CT",
        is_lossy=elements.get(LOSSY_COMPRESSION) == b"01",
    )


# The files of a series have the same bytes there: they are parsed once.
_recall_format = lru_cache(maxsize=64)(_parse_format)


def _parse_padding(elements: Elements, is_signed: bool) -> tuple[int, int] | None:
    value = read_short(elements, PIXEL_PADDING_VALUE, is_signed)
    if value is None:
        return None
    limit = read_short(elements, PIXEL_PADDING_RANGE_LIMIT, is_signed)
    limit = value if limit is None else limit
    return min(value, limit), max(value, limit)


def find_pixel_problem(header: ScannedHeader, size_bytes: int) -> str | None:
    """Return why an instance's pixels cannot be read, or None if they can.

    Nothing is read: the pixel element's place and the file's length tell whether the pixels
    are all there.

    Parameters
    ----------
    header : ScannedHeader
        A complete header.
    size_bytes : int
        Length of the file.
    """
    problem = find_transfer_syntax_problem(header.transfer_syntax_uid)
    if problem is not None:
        return problem
    element = header.pixel_element
    if element is None:
        return "No pixel data: it holds no image."
    pixels = parse_pixel_format(header.elements)
    coding = find_coding(header.transfer_syntax_uid)
    problem = _find_format_problem(pixels, header.elements, coding)
    if problem is not None:
        return problem
    available = max(size_bytes - element.offset, 0)
    if coding is not Coding.NATIVE:
        return _find_encapsulation_problem(pixels, element.length, available)
    if element.length == UNDEFINED_LENGTH:
        return "Its pixel data are compressed, though its transfer syntax says they are not."
    expected, actual = pixels.frames * pixels.expected_bytes, min(element.length, available)
    if actual < expected:
        frames = "" if pixels.frames == 1 else f" in {pixels.frames} frames"
        return (
            f"Truncated pixel data: {expected} bytes expected for "
            f"{pixels.rows} × {pixels.columns} pixels{frames}, {actual} found. "
            "Copy or download the file again."
        )
    return None


def _find_encapsulation_problem(pixels: PixelFormat, length: int, available: int) -> str | None:
    if length != UNDEFINED_LENGTH:
        return "Its pixel data are not compressed, though its transfer syntax says they are."
    # Each frame takes a fragment, and each fragment, the offset table too, a head of 8 bytes.
    if available < 8 * (pixels.frames + 1):
        return "Truncated pixel data: the file ends where they begin. Copy or download it again."
    return None


def _find_format_problem(
    pixels: PixelFormat, elements: Elements, coding: Coding | None
) -> str | None:
    if pixels.rows == 0 or pixels.columns == 0:
        return "Rows or Columns is missing: the size of its image is not known."
    if not 0 < pixels.frames <= MAX_FRAMES:
        return f"It claims {pixels.frames} frames; 1 to {MAX_FRAMES} can be read."
    if pixels.expected_bytes > MAX_FRAME_BYTES:
        return f"It claims {pixels.rows} × {pixels.columns} pixels, more than can be shown."
    if pixels.is_color:
        return _find_color_problem(pixels, coding)
    if pixels.photometric_interpretation == PALETTE:
        if any(len(elements.get(tag, b"")) < 6 for tag in PALETTE_DESCRIPTORS):
            return "Its colour palette is missing."
    elif pixels.photometric_interpretation not in GRAYSCALE:
        return f"Photometric interpretation {pixels.photometric_interpretation} is not supported."
    stored, high = pixels.bits_stored, pixels.high_bit
    if pixels.bits_allocated not in (8, 16, 32) or not stored - 1 <= high < pixels.bits_allocated:
        return (
            f"Pixel layout not supported: {stored} bits stored in "
            f"{pixels.bits_allocated}, high bit {high}."
        )
    return None


def _find_color_problem(pixels: PixelFormat, coding: Coding | None) -> str | None:
    if coding is Coding.RLE:
        known: tuple[str, ...] = ("RGB", "YBR_FULL")
    elif coding in (Coding.NATIVE, Coding.ENCAPSULATED):
        known = ("RGB", "YBR_FULL", *(() if pixels.columns % 2 else (YBR_422,)))
    else:
        known = ("RGB", "YBR_FULL", YBR_422, "YBR_ICT", "YBR_RCT")
    photometric, samples = pixels.photometric_interpretation, pixels.samples_per_pixel
    if photometric in known and samples == 3 and pixels.bits_allocated == 8:
        return None
    return (
        f"Colour image of a kind that is not supported ({photometric}, "
        f"{samples} samples of {pixels.bits_allocated} bits)."
    )
