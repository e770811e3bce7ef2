"""Pixel data of a de-identified copy: the picture, and nothing that was hidden beside it.

A stored value uses Bits Stored of the Bits Allocated (PS3.5 8.1.1). The rest once held overlays,
a name drawn over the image among them, which no viewer shows and any program can read; so may
bytes that follow the last pixel. Both end here, and the picture stays the same to the bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ctbox.dicom.decoding import decode_frame
from ctbox.dicom.deid_codestream import find_texts
from ctbox.dicom.encapsulation import FrameError, find_fragments, group_by_frame, read_frame
from ctbox.dicom.pixel_format import (
    FORMAT_TAGS,
    MAX_FRAMES,
    PixelFormat,
    StoredValues,
    parse_pixel_format,
)
from ctbox.dicom.pixels import drop_unused_bits
from ctbox.dicom.scanning import UNDEFINED_LENGTH, PixelElement, inflate_dataset, scan_header
from ctbox.dicom.stored import MAX_INFLATED_BYTES
from ctbox.dicom.transfer_syntax import Coding, find_coding

_ALLOCATED = (8, 16, 32)
_BITMAP = 1


@dataclass(frozen=True, slots=True)
class CleanPixels:
    """What to put into the copy.

    Parameters
    ----------
    data : bytes
        Value of Pixel Data, of even length; of compressed ones all items, without the delimiter.
    high_bit : int or None
        High Bit in the copy; None where it stays.
    is_decoded : bool
        Whether the original was compressed and `data` is not: then it is little endian.
    """

    data: bytes
    high_bit: int | None = None
    is_decoded: bool = False


def clean_pixels(data: bytes) -> CleanPixels:
    """Return the pixel data of one image file without hidden bits and bytes.

    Unused bits become 0, of signed values the sign, so that readers that do not mask them read
    the same; High Bit becomes Bits Stored − 1. Values that stand for "no pixel here" stay what
    they are, also where they need the unused bits, as −2000 in a 12-bit file does.

    Compressed pixels are decoded to look at them: RLE and codestreams of more bits than Bits
    Stored keep unused bits. Where these hold anything but zeros or the sign, the copy is written
    uncompressed. Encoding it again would need an encoder for each codec, and one with loss would
    change the picture. Texts inside codestreams are blanked.

    Parameters
    ----------
    data : bytes
        The whole file.

    Raises
    ------
    FrameError
        If it holds no image, or one that cannot be looked at for what it may hide.
    """
    data = inflate_dataset(data, MAX_INFLATED_BYTES)
    header = scan_header(data, FORMAT_TAGS)
    if header is None or header.pixel_element is None:
        raise FrameError("It holds no image.")
    pixels = parse_pixel_format(header.elements)
    _check_layout(pixels)
    coding = find_coding(header.transfer_syntax_uid)
    if coding is Coding.NATIVE:
        return _clean_native(data, header.pixel_element, pixels, header.encoding.is_big_endian)
    if coding is None:
        raise FrameError("Its pixels are compressed in a way that cannot be looked into.")
    if pixels.bits_stored < pixels.bits_allocated:
        cleaned = _clean_encapsulated(data, header.pixel_element.offset, coding, pixels)
        if cleaned is not None:
            return cleaned
    return CleanPixels(_blank_texts(data, header.pixel_element.offset, coding, pixels))


def _check_layout(pixels: PixelFormat) -> None:
    stored, high, allocated = pixels.bits_stored, pixels.high_bit, pixels.bits_allocated
    if allocated == _BITMAP == stored:
        return
    if allocated not in _ALLOCATED or not stored - 1 <= high < allocated:
        raise FrameError(f"Pixel layout not supported: {stored} bits in {allocated}, high {high}.")
    if not 0 < pixels.frames <= MAX_FRAMES or pixels.expected_bytes == 0:
        raise FrameError("The size of its image is not known.")


def _clean_native(
    data: bytes, element: PixelElement, pixels: PixelFormat, is_big_endian: bool
) -> CleanPixels:
    if element.length == UNDEFINED_LENGTH:
        raise FrameError("Its pixel data are compressed, though it says they are not.")
    length = min(element.length, len(data) - element.offset)
    if pixels.bits_allocated == _BITMAP:
        bits = pixels.rows * pixels.columns * pixels.samples_per_pixel * pixels.frames
        return CleanPixels(_cut(data, element.offset, min(length, -(-bits // 8))))
    # A byte more of an odd number: in big endian words it may be the last pixel.
    expected = pixels.frames * pixels.expected_bytes
    length = min(length, expected + expected % 2)
    if pixels.bits_stored >= pixels.bits_allocated:
        return CleanPixels(_cut(data, element.offset, length))
    stored = pixels.dtype.newbyteorder(">" if is_big_endian else "<")
    raw = np.frombuffer(data, stored, length // stored.itemsize, element.offset)
    cleaned = _clean(raw.astype(pixels.dtype), pixels)
    encoded = cleaned.astype(stored).tobytes()
    return CleanPixels(_cut(encoded, 0, len(encoded)), pixels.bits_stored - 1)


def _cut(data: bytes, offset: int, length: int) -> bytes:
    """Return a part of even length (PS3.5 7.1.1)."""
    return data[offset : offset + length] + b"\0" * (length % 2)


def _clean(raw: StoredValues, pixels: PixelFormat) -> StoredValues:
    """Return values in their lowest bits, signed ones with their sign in the unused bits."""
    values = drop_unused_bits(raw, pixels)
    if pixels.padding is not None:
        low, high = pixels.padding
        only_raw = (raw >= low) & (raw <= high) & ~((values >= low) & (values <= high))
        # One value for all: a range of them could hide as much as the bits that were cleared.
        limits = np.iinfo(values.dtype)
        values[only_raw] = min(max(low, int(limits.min)), int(limits.max))
    return values


def _clean_encapsulated(
    data: bytes, offset: int, coding: Coding, pixels: PixelFormat
) -> CleanPixels | None:
    """Return the pixels uncompressed where they hide something, or None."""
    fragments = find_fragments(data, offset)
    frames, hides = [], False
    for number in range(pixels.frames):
        frame = read_frame(data, fragments, number, pixels.frames)
        layout, raw = decode_frame(frame, coding, pixels)
        if layout.is_color:
            raise FrameError("It is a compressed colour image with bits that belong to no pixel.")
        cleaned = _clean(raw, layout)
        hides = hides or not _is_plain(raw, cleaned, layout)
        frames.append(cleaned.astype(cleaned.dtype.newbyteorder("<")).tobytes())
    if not hides:
        return None
    joined = b"".join(frames)
    return CleanPixels(_cut(joined, 0, len(joined)), pixels.bits_stored - 1, is_decoded=True)


def _blank_texts(data: bytes, offset: int, coding: Coding, pixels: PixelFormat) -> bytes:
    """Return the items of compressed pixels with zeros for texts; all lengths stay."""
    fragments = find_fragments(data, offset)
    last, length = fragments.items[-1]
    blank = bytearray(data[offset : last + length])
    for items in group_by_frame(data, fragments, pixels.frames):
        frame = b"".join(data[start : start + length] for start, length in items)
        texts = find_texts(frame, coding, pixels)
        for start, length in items:
            for begin, end in texts:
                part = slice(start - offset + max(begin, 0), start - offset + min(end, length))
                if part.start < part.stop:
                    blank[part] = bytes(part.stop - part.start)
            texts = [(begin - length, end - length) for begin, end in texts]
    return bytes(blank)


def _is_plain(raw: StoredValues, cleaned: StoredValues, layout: PixelFormat) -> bool:
    """Whether the unused bits say nothing: all zero, or the sign in each pixel."""
    if np.array_equal(raw, cleaned):
        return True
    used = (1 << layout.bits_stored) - 1 << (layout.high_bit + 1 - layout.bits_stored)
    bits = raw.view(np.dtype(f"u{raw.dtype.itemsize}"))
    return not bool((bits & ~bits.dtype.type(used)).any())
