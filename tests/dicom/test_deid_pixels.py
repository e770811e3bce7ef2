"""What is hidden beside the picture ends in the copy; the picture stays the same to the bit."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from pydicom.dataset import FileDataset

from ctbox.dicom.deidentify import Deidentifier
from ctbox.dicom.pixel_format import PixelFormat
from ctbox.dicom.pixels import _to_hu, read_hu
from ctbox.errors import DicomReadError
from tests.builders import compress, make_dataset, make_hu, save_dataset, set_tags
from tests.dicom.test_codecs import RLE, encode_jpeg_lossless, encode_rle, scan_one

KEY = bytes(32)
EXPLICIT, BIG_ENDIAN, JPEG_LOSSLESS = (
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.4.70",
)
NAME = np.frombuffer(b"Quillfeather" * 4, np.uint8)
"""A text whose bits stand in the unused bits of as many pixels."""

Stored = NDArray[np.uint16] | NDArray[np.int16]


def make_picture(*, signed: bool = False) -> Stored:
    """Return 12 bits a pixel, dark and bright, negative ones too where signed."""
    low, high = (-2048, 2047) if signed else (0, 4095)
    rng = np.random.default_rng(5)
    return rng.integers(low, high, (6, 8), np.int16, endpoint=True).astype("i2" if signed else "u2")


def hide(picture: Stored, frame: int = 0) -> Stored:
    """Return the picture with half a letter in the upper four bits of each pixel."""
    bits = picture.view(np.uint16) & 0x0FFF
    nibbles = np.roll(NAME, frame)[: picture.size].reshape(picture.shape).astype(np.uint16) & 0xF
    return (bits | nibbles << 12).view(picture.dtype)


def make_file(
    path: Path,
    frames: list[Stored],
    syntax: str = EXPLICIT,
    *,
    high_bit: int = 11,
    tail: bytes = b"",
) -> bytes:
    """Write 12-bit frames as they are and return the file."""
    dataset = make_dataset(np.zeros(frames[0].shape, np.int16), padding=None, intercept=0)
    tags = {"BitsStored": 12, "HighBit": high_bit}
    tags["PixelRepresentation"] = int(frames[0].dtype.kind == "i")
    set_tags(dataset, tags)
    if len(frames) > 1:
        dataset.NumberOfFrames = len(frames)
    if syntax in (RLE, JPEG_LOSSLESS):
        encode = encode_rle if syntax == RLE else encode_jpeg_lossless
        compress(dataset, [encode(frame) for frame in frames])
    else:
        order = ">" if syntax == BIG_ENDIAN else "<"
        parts = [frame.astype(frame.dtype.newbyteorder(order)).tobytes() for frame in frames]
        dataset.PixelData = b"".join(parts) + tail
    if syntax == BIG_ENDIAN:
        dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRBigEndian
        dataset["PixelData"].VR = "OW"
        buffer = io.BytesIO()
        pydicom.dcmwrite(
            buffer, dataset, implicit_vr=False, little_endian=False, force_encoding=True
        )
        return buffer.getvalue()
    return save_dataset(dataset, path, syntax).read_bytes()


def copy(data: bytes) -> FileDataset:
    return pydicom.dcmread(io.BytesIO(Deidentifier(KEY).deidentify(data, "in.dcm").data))


def read_back(copied: FileDataset, dtype: np.dtype[np.generic]) -> NDArray[np.generic]:
    """Return all stored values of an uncompressed copy, unmasked."""
    order = ">" if copied.file_meta.TransferSyntaxUID == BIG_ENDIAN else "<"
    return np.frombuffer(copied.PixelData, dtype.newbyteorder(order))


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("syntax", [EXPLICIT, BIG_ENDIAN, RLE, JPEG_LOSSLESS])
@pytest.mark.parametrize("n_frames", [1, 3])
def test_an_overlay_in_unused_bits_is_gone(
    tmp_path: Path, signed: bool, syntax: str, n_frames: int
) -> None:
    pictures = [np.roll(make_picture(signed=signed), n) for n in range(n_frames)]
    hidden = [hide(picture, n) for n, picture in enumerate(pictures)]
    data = make_file(tmp_path / "a.dcm", hidden, syntax)
    copied = copy(data)
    # Signed values hold their sign above, so that unmasked they are the picture all the same.
    expected = np.concatenate([picture.ravel() for picture in pictures])
    assert read_back(copied, pictures[0].dtype).tolist() == expected.tolist()
    compressed = syntax in (RLE, JPEG_LOSSLESS)
    assert copied.file_meta.TransferSyntaxUID == (EXPLICIT if compressed else syntax)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("syntax", [RLE, JPEG_LOSSLESS])
def test_compressed_pixels_that_hide_nothing_stay_as_they_are(
    tmp_path: Path, signed: bool, syntax: str
) -> None:
    data = make_file(tmp_path / "a.dcm", [make_picture(signed=signed)], syntax)
    copied = copy(data)
    assert copied.PixelData == pydicom.dcmread(io.BytesIO(data)).PixelData
    assert copied.file_meta.TransferSyntaxUID == syntax


def test_bits_below_the_pixels_are_cleared_too(tmp_path: Path) -> None:
    picture = make_picture()
    data = make_file(tmp_path / "a.dcm", [picture << 4 | 0xB], high_bit=15)
    copied = copy(data)
    assert copied.HighBit == 11
    assert read_back(copied, picture.dtype).tolist() == picture.ravel().tolist()


def test_padding_that_needs_the_unused_bits_stays(tmp_path: Path) -> None:
    stored = np.array([[63536, 1024, 4095, 0xF001]], np.uint16)
    dataset = make_dataset(np.zeros((1, 4), np.int16), padding=None)
    set_tags(dataset, {"PixelRepresentation": 0, "BitsStored": 12, "HighBit": 11})
    dataset.add_new("PixelPaddingValue", "US", 63536)
    dataset.PixelData = stored.astype("<u2").tobytes()
    path = save_dataset(dataset, tmp_path / "in" / "a.dcm")
    (tmp_path / "out").mkdir()
    copied = Deidentifier(KEY).deidentify(path.read_bytes(), "x").data
    (tmp_path / "out" / "a.dcm").write_bytes(copied)
    values = read_back(pydicom.dcmread(io.BytesIO(copied)), stored.dtype)
    assert values.tolist() == [63536, 1024, 4095, 1]
    before, after = (read_hu(scan_one(tmp_path / name / "a.dcm")) for name in ("in", "out"))
    assert before.tolist() == after.tolist() == [[-1024, 0, 3071, -1023]]


@st.composite
def layouts(draw: st.DrawFn) -> tuple[PixelFormat, NDArray[np.uint16]]:
    stored = draw(st.integers(1, 15))
    high = draw(st.integers(stored - 1, 15))
    edges = st.integers(-(2**15), 2**15 - 1)
    signed = draw(st.booleans())
    pad = draw(st.none() | st.tuples(edges, edges).map(sorted))
    if pad is not None and not signed:
        pad = sorted(value % 65536 for value in pad)
    pixels = PixelFormat(
        rows=2, columns=8, bits_stored=stored, high_bit=high, is_signed=signed,
        padding=None if pad is None else (pad[0], pad[1]),
    )  # fmt: skip
    return pixels, draw(arrays(np.uint16, (2, 8)))


@settings(max_examples=200, deadline=None)
@given(layouts())
def test_any_layout_keeps_its_picture_and_nothing_else(
    case: tuple[PixelFormat, NDArray[np.uint16]],
) -> None:
    pixels, raw = case
    dataset = make_dataset(np.zeros(raw.shape, np.int16), padding=None, intercept=0)
    tags = {"BitsStored": pixels.bits_stored, "HighBit": pixels.high_bit}
    set_tags(dataset, {**tags, "PixelRepresentation": int(pixels.is_signed)})
    if pixels.padding is not None:
        vr = "SS" if pixels.is_signed else "US"
        dataset.add_new("PixelPaddingValue", vr, pixels.padding[0])
        dataset.add_new("PixelPaddingRangeLimit", vr, pixels.padding[1])
    dataset.PixelData = raw.astype("<u2").tobytes()
    buffer = io.BytesIO()
    dataset["PixelData"].VR = "OW"
    dataset.save_as(buffer, enforce_file_format=True)
    copied = copy(buffer.getvalue())
    values = read_back(copied, pixels.dtype).reshape(raw.shape).astype(pixels.dtype)
    after = replace(pixels, high_bit=copied.HighBit)
    assert after.high_bit == pixels.bits_stored - 1
    before_hu, after_hu = _to_hu(raw.view(pixels.dtype), pixels), _to_hu(values, after)
    assert before_hu.tolist() == after_hu.tolist()
    low = -(1 << pixels.bits_stored - 1) if pixels.is_signed else 0
    beyond = values[(values < low) | (values >= low + (1 << pixels.bits_stored))]
    assert set(beyond.tolist()) <= {pixels.padding[0]} if pixels.padding else not beyond.size


def test_bytes_behind_the_last_pixel_are_gone(tmp_path: Path) -> None:
    picture = make_picture()
    data = make_file(tmp_path / "a.dcm", [picture], tail=b"Quillfeather")
    assert b"Quillfeather" in data
    assert b"Quillfeather" not in Deidentifier(KEY).deidentify(data, "x").data
    full = make_dataset()  # all 16 bits used
    full.PixelData += b"Quillfeather"
    data = save_dataset(full, tmp_path / "b.dcm").read_bytes()
    assert copy(data).PixelData == full.PixelData[: -len(b"Quillfeather")]


def test_an_odd_number_of_bytes_stays_even(tmp_path: Path) -> None:
    dataset = make_dataset(np.zeros((3, 3), np.int16), padding=None)
    set_tags(dataset, {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7, "PixelRepresentation": 0})
    dataset.PixelData = bytes(range(1, 10)) + b"\0"
    data = save_dataset(dataset, tmp_path / "a.dcm").read_bytes()
    assert copy(data).PixelData == dataset.PixelData


def test_overlay_groups_are_gone(tmp_path: Path) -> None:
    dataset = make_dataset()
    for group in (0x6000, 0x6002, 0x601E):
        base = group << 16
        dataset.add_new(base | 0x0010, "US", 32)
        dataset.add_new(base | 0x0011, "US", 40)
        dataset.add_new(base | 0x0022, "LO", "Quillfeather")
        dataset.add_new(base | 0x0040, "CS", "G")
        dataset.add_new(base | 0x0050, "SS", [1, 1])
        dataset.add_new(base | 0x0100, "US", 1)
        dataset.add_new(base | 0x0102, "US", 0)
        dataset.add_new(base | 0x3000, "OW", NAME.tobytes() * 4)
    data = save_dataset(dataset, tmp_path / "a.dcm").read_bytes()
    assert data.count(NAME.tobytes()) >= 3
    copied = Deidentifier(KEY).deidentify(data, "x").data
    assert b"Quillfeather" not in copied
    tags = pydicom.dcmread(io.BytesIO(copied)).keys()
    assert not [tag for tag in tags if tag.group >> 8 == 0x60]


def test_what_cannot_be_looked_into_is_refused_by_name(tmp_path: Path) -> None:
    dataset = make_dataset(make_hu(6, 8))
    set_tags(dataset, {"BitsStored": 12, "HighBit": 11})
    compress(dataset, [b"\xff\xd8\xff nothing"])
    data = save_dataset(dataset, tmp_path / "a.dcm", "1.2.840.10008.1.2.4.55").read_bytes()
    with pytest.raises(DicomReadError, match=r"a\.dcm could not be .* cannot be looked into"):
        Deidentifier(KEY).deidentify(data, "a.dcm")
    dataset = make_dataset()
    set_tags(dataset, {"BitsStored": 12, "HighBit": 3})
    data = save_dataset(dataset, tmp_path / "b.dcm").read_bytes()
    with pytest.raises(DicomReadError, match="layout not supported"):
        Deidentifier(KEY).deidentify(data, "b.dcm")
