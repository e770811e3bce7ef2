"""The stored values of one slice, from its file or a frame of it, whatever their coding."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from ctbox.dicom.decoding import decode_frame
from ctbox.dicom.elements import Elements
from ctbox.dicom.encapsulation import FrameError, find_fragments, read_frame
from ctbox.dicom.functional_groups import GROUP_TAGS, FrameElements
from ctbox.dicom.pixel_format import (
    FORMAT_TAGS,
    PALETTE_DATA,
    PixelFormat,
    StoredValues,
    find_pixel_problem,
    parse_pixel_format,
)
from ctbox.dicom.scanning import (
    DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    PixelElement,
    ScannedHeader,
    inflate_dataset,
    scan_header,
)
from ctbox.dicom.series import InstanceSource, Slice
from ctbox.dicom.transfer_syntax import Coding, find_coding
from ctbox.errors import ArchiveError, DicomReadError

MAX_INFLATED_BYTES = 2**30
"""Of a deflated file no more than this is unpacked."""

_HEAD_BYTES = (256 * 1024, 4 * 1024**2, 64 * 1024**2)
"""How much of a multi-frame file is read until its pixels come into sight: 300 frames' functional
groups take some 60 KiB and more."""
HINT = "Copy or download the file again, or leave it out."
_TAGS = FORMAT_TAGS | GROUP_TAGS | {*PALETTE_DATA}


@dataclass(frozen=True, slots=True)
class StoredImage:
    """What one slice's pixels are stored as.

    Parameters
    ----------
    pixels : PixelFormat
        How to understand the values.
    values : ndarray
        Flat; read-only where they are the file's own bytes.
    elements : dict
        What the header says of the pixels.
    """

    pixels: PixelFormat
    values: StoredValues
    elements: Elements


def read_stored(slice_: Slice) -> StoredImage:
    """Read the stored values of a slice.

    Raises
    ------
    DicomReadError
        If the file is gone, truncated, damaged, or not the one that was scanned.
    """
    if slice_.frame is not None and slice_.source.member is None:
        image = _read_one_frame(slice_)
        if image is not None:
            return image
    data = _read_bytes(slice_)
    header, pixels, elements = _understand(slice_, scan_header(data, _TAGS), len(data))
    try:
        pixels, values = _take_frame(data, header, pixels, slice_.frame or 0)
    except FrameError as error:
        name = slice_.source.display
        raise DicomReadError(f"{name}: {error}", HINT, name) from error
    return StoredImage(pixels, values, elements)


def _understand(
    slice_: Slice, header: ScannedHeader | None, size_bytes: int
) -> tuple[ScannedHeader, PixelFormat, Elements]:
    """Return a file's header and what it says of a slice's pixels, if they can be read."""
    name = slice_.source.display
    if header is None:
        raise DicomReadError(f"{name} is not a DICOM file.", HINT, name)
    problem = find_pixel_problem(header, size_bytes)
    if problem is not None or header.pixel_element is None:
        raise DicomReadError(f"{name}: {problem}", "", name)
    frame = slice_.frame or 0
    elements = FrameElements(header, _TAGS).find(frame)
    pixels = parse_pixel_format(elements)
    if (pixels.rows, pixels.columns) != (slice_.rows, slice_.columns) or frame >= pixels.frames:
        raise DicomReadError(
            f"{name} has {pixels.rows} × {pixels.columns} pixels, and had "
            f"{slice_.rows} × {slice_.columns} when it was scanned.",
            "Open the folder again.",
            name,
        )
    return header, pixels, elements


def _read_one_frame(slice_: Slice) -> StoredImage | None:
    """Read the bytes of a single frame; None where the whole file is needed for it."""
    path = slice_.source.path
    try:
        status = path.stat()
        scanned = _scan_many_frames(path, (status.st_size, status.st_mtime_ns))
        if scanned is None or scanned.pixel_element is None:
            return None
        _, pixels, elements = _understand(slice_, scanned, status.st_size)
        size = pixels.expected_bytes
        with path.open("rb") as file:
            file.seek(scanned.pixel_element.offset + (slice_.frame or 0) * size)
            data = file.read(size)
    except OSError as error:
        raise _describe_failure(slice_.source, error) from error
    if len(data) < size:
        name = slice_.source.display
        raise DicomReadError(f"{name} became shorter while it was read.", HINT, name)
    values = np.frombuffer(data, pixels.dtype.newbyteorder("<"))
    return StoredImage(pixels, values, elements)


@lru_cache(maxsize=1)
def _scan_many_frames(path: Path, _stamp: tuple[int, int]) -> ScannedHeader | None:
    """Return the header of a multi-frame file whose frames lie in it plainly, one after another."""
    with path.open("rb") as file:
        for limit in _HEAD_BYTES:
            file.seek(0)
            data = file.read(limit)
            header = scan_header(data, _TAGS)
            if header is None or header.pixel_element is not None or len(data) < limit:
                break
    if header is None or find_coding(header.transfer_syntax_uid) is not Coding.NATIVE:
        return None
    is_deflated = header.transfer_syntax_uid == DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN
    return None if is_deflated or header.encoding.is_big_endian else header


def _read_bytes(slice_: Slice) -> bytes:
    source = slice_.source
    try:
        if slice_.frame is None:
            return inflate_dataset(source.read(), MAX_INFLATED_BYTES)
        status = source.path.stat()
        return _read_many_frames(source, (status.st_size, status.st_mtime_ns))
    except (OSError, ArchiveError) as error:
        raise _describe_failure(source, error) from error


def _describe_failure(source: InstanceSource, error: OSError | ArchiveError) -> DicomReadError:
    detail = error.message if isinstance(error, ArchiveError) else error.strerror or str(error)
    name = source.display
    return DicomReadError(f"{name} cannot be read: {detail.rstrip('.')}.", HINT, name)


@lru_cache(maxsize=1)
def _read_many_frames(source: InstanceSource, _stamp: tuple[int, int]) -> bytes:
    """Read a compressed or archived multi-frame file once for all its frames."""
    return inflate_dataset(source.read(), MAX_INFLATED_BYTES)


def _take_frame(
    data: bytes, header: ScannedHeader, pixels: PixelFormat, frame: int
) -> tuple[PixelFormat, StoredValues]:
    """Return one frame's values; the header must have passed `find_pixel_problem`."""
    element, coding = header.pixel_element, find_coding(header.transfer_syntax_uid)
    if element is None or coding is None:
        raise FrameError("It holds no image.")
    if coding is Coding.NATIVE:
        return pixels, _take_native(data, header, element, pixels, frame)
    fragments = find_fragments(data, element.offset)
    return decode_frame(read_frame(data, fragments, frame, pixels.frames), coding, pixels)


def _take_native(
    data: bytes, header: ScannedHeader, element: PixelElement, pixels: PixelFormat, frame: int
) -> StoredValues:
    """Return a frame's own bytes as values, without a copy where they lie in little endian."""
    size = pixels.expected_bytes
    offset = element.offset + frame * size
    count = size // pixels.dtype.itemsize
    if not header.encoding.is_big_endian:
        return np.frombuffer(data, pixels.dtype.newbyteorder("<"), count, offset)
    if pixels.dtype.itemsize == 1 and element.vr == b"OW":
        # Bytes in words: the two of each word stand the other way round (PS3.5 8.1.1).
        words = np.frombuffer(data, ">u2", (len(data) - element.offset) // 2, element.offset)
        turned = words.astype("<u2").view(pixels.dtype)
        if turned.size < (frame + 1) * size:
            raise FrameError("Its pixel data end within a word of two bytes.")
        return turned[frame * size :][:count]
    values = np.frombuffer(data, pixels.dtype.newbyteorder(">"), count, offset)
    return values.astype(pixels.dtype)
