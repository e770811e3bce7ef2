"""Compressed frames to stored values: the only home of imagecodecs.

JPEG in all its widths through libjpeg-turbo, JPEG-LS through CharLS, JPEG 2000 and its
high-throughput kind through OpenJPEG, RLE through imagecodecs' own. What a frame declares is held
against the DICOM header before a decoder sees it, and its result afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ctbox.dicom.codestream import (
    MAX_SCANS,
    SOF_BASELINE,
    SOF_EXTENDED,
    SOF_JPEG_LS,
    SOF_LOSSLESS,
    Codestream,
    parse_jpeg,
    parse_jpeg_2000,
)
from ctbox.dicom.encapsulation import FrameError
from ctbox.dicom.pixel_format import PixelFormat, StoredValues
from ctbox.dicom.transfer_syntax import Coding

_JPEG_PROCESSES = (SOF_BASELINE, SOF_EXTENDED, SOF_LOSSLESS)
_START_OF_SCAN, _END_OF_IMAGE = b"\xff\xda", b"\xff\xd9"
_START_OF_CODESTREAM = b"\xff\x4f\xff\x51"
_MAX_JP2_BYTES = 4096
# What imagecodecs raises: its own errors are RuntimeErrors.
_DECODER_ERRORS = (RuntimeError, ValueError, TypeError, OverflowError, MemoryError)

Decoded = tuple[PixelFormat, StoredValues]


def decode_frame(frame: bytes, coding: Coding, pixels: PixelFormat) -> Decoded:
    """Decode one frame.

    Parameters
    ----------
    frame : bytes
        The frame's codestream.
    coding : Coding
        What the transfer syntax says it is.
    pixels : PixelFormat
        What the header says of its pixels.

    Returns
    -------
    PixelFormat
        Of the decoded values: colours by pixel, and RGB where the decoder made them so.
    ndarray
        Stored values, flat, in the type the header asks for.

    Raises
    ------
    FrameError
        If it is damaged, or is not what the header says.
    """
    try:
        return _DECODERS[coding](frame, pixels)
    except FrameError:
        raise
    except _DECODER_ERRORS as error:
        detail = " ".join(str(error).split()) or type(error).__name__
        raise FrameError(f"Its compressed pixel data are damaged ({detail}).") from error


def _take_raw(frame: bytes, pixels: PixelFormat) -> Decoded:
    if len(frame) < pixels.expected_bytes:
        raise FrameError(
            f"Truncated pixel data: {pixels.expected_bytes} bytes expected, {len(frame)} found."
        )
    count = pixels.expected_bytes // pixels.dtype.itemsize
    return pixels, np.frombuffer(frame, pixels.dtype, count)


def _decode_rle(frame: bytes, pixels: PixelFormat) -> Decoded:
    """PS3.5 annex G; colours come by plane."""
    from imagecodecs import dicomrle_decode

    n_segments = int.from_bytes(frame[:4], "little")
    wanted = pixels.samples_per_pixel * pixels.dtype.itemsize
    if n_segments != wanted:
        raise FrameError(f"Its RLE frame has {n_segments} segments where {wanted} belong.")
    data = dicomrle_decode(frame, pixels.dtype, out=pixels.expected_bytes)
    if len(data) != pixels.expected_bytes:
        raise FrameError(
            f"Its RLE frame holds {len(data)} bytes where {pixels.expected_bytes} belong."
        )
    return replace(pixels, is_planar=pixels.is_color), np.frombuffer(data, pixels.dtype)


def _decode_jpeg(frame: bytes, pixels: PixelFormat) -> Decoded:
    from imagecodecs import jpeg8_decode

    declared = parse_jpeg(frame)
    if declared.process not in _JPEG_PROCESSES:
        raise FrameError(
            f"Its JPEG frame is of a kind that is not supported (SOF{declared.process & 0xF})."
        )
    _check(declared, pixels)
    if frame.count(_START_OF_SCAN) > MAX_SCANS:
        raise FrameError("Its JPEG frame has more scans than an image can need.")
    if pixels.samples_per_pixel == 1:
        return _conform(jpeg8_decode(frame), declared, pixels)
    # Lossless JPEG is kept in the header's own colours; lossy ones are turned into RGB, as
    # markers tell, or else the header.
    space = "YCBCR" if pixels.photometric_interpretation.startswith("YBR") else "RGB"
    if declared.process == SOF_LOSSLESS:
        return _conform(
            jpeg8_decode(frame, colorspace="RGB", outcolorspace="RGB"), declared, pixels
        )
    image = jpeg8_decode(
        frame, colorspace=None if declared.tells_color else space, outcolorspace="RGB"
    )
    return _conform(image, declared, replace(pixels, photometric_interpretation="RGB"))


def _decode_jpeg_ls(frame: bytes, pixels: PixelFormat) -> Decoded:
    from imagecodecs import jpegls_decode

    declared = parse_jpeg(frame)
    if declared.process != SOF_JPEG_LS:
        raise FrameError("Its compressed pixel data are no JPEG-LS.")
    _check(declared, pixels)
    # Without an end in sight CharLS searches a cut frame for seconds before it gives up.
    return _conform(jpegls_decode(frame + _END_OF_IMAGE), declared, pixels)


def _decode_jpeg_2000(frame: bytes, pixels: PixelFormat) -> Decoded:
    from imagecodecs import jpeg2k_decode

    # Some writers leave the boxes of a JP2 file around the codestream.
    start = frame.find(_START_OF_CODESTREAM, 0, _MAX_JP2_BYTES)
    codestream = frame[max(start, 0) :]
    declared = parse_jpeg_2000(codestream)
    _check(declared, pixels)
    image = jpeg2k_decode(codestream)
    # The decoder undoes the codestream's own colour transform, and names it in no other way.
    if pixels.photometric_interpretation in ("YBR_RCT", "YBR_ICT"):
        pixels = replace(pixels, photometric_interpretation="RGB")
    return _conform(image, declared, pixels)


_DECODERS: dict[Coding, Callable[[bytes, PixelFormat], Decoded]] = {
    Coding.ENCAPSULATED: _take_raw,
    Coding.RLE: _decode_rle,
    Coding.JPEG: _decode_jpeg,
    Coding.JPEG_LS: _decode_jpeg_ls,
    Coding.JPEG_2000: _decode_jpeg_2000,
}


def _check(declared: Codestream, pixels: PixelFormat) -> None:
    """Refuse a codestream of another size than the header's, before it is decoded."""
    found = (declared.rows, declared.columns, declared.components)
    wanted = (pixels.rows, pixels.columns, pixels.samples_per_pixel)
    if found != wanted:
        raise FrameError(
            f"Its compressed frame holds {found[0]} × {found[1]} pixels of {found[2]} samples, "
            f"and its header says {wanted[0]} × {wanted[1]} of {wanted[2]}."
        )
    if declared.precision > pixels.bits_allocated:
        raise FrameError(
            f"Its compressed frame holds {declared.precision} bits a sample, and its header "
            f"makes room for {pixels.bits_allocated}."
        )


def _conform(image: NDArray[np.generic], declared: Codestream, pixels: PixelFormat) -> Decoded:
    """Return decoded samples as the header would have them stored."""
    if pixels.is_color and image.shape == (3, pixels.rows, pixels.columns):
        image = np.moveaxis(image, 0, -1)
    samples = (pixels.samples_per_pixel,) if pixels.is_color else ()
    wanted = (pixels.rows, pixels.columns, *samples)
    if image.shape != wanted or image.dtype.kind not in "iu":
        raise FrameError(f"Its compressed frame decodes to {image.shape}, {wanted} was expected.")
    values = image.astype(pixels.dtype, copy=False).reshape(-1)
    if declared.is_signed != pixels.is_signed:
        # The codestream does not know the sign, or wrongly claims one: only its bits count.
        unused = pixels.bits_allocated - declared.precision
        values = (values << unused) >> unused
    # Decoders put values into the lowest bits, wherever the header has them (PS3.5 8.2).
    layout = replace(pixels, high_bit=pixels.bits_stored - 1, is_planar=False)
    return layout, values
