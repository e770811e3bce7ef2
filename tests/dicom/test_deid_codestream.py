"""Texts inside compressed frames end in the copy, and the picture stays."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ctbox.dicom.deid_codestream import find_texts
from ctbox.dicom.deidentify import Deidentifier
from ctbox.dicom.encapsulation import FrameError
from ctbox.dicom.pixel_format import PixelFormat
from ctbox.dicom.pixels import read_volume
from ctbox.dicom.reading import read_series
from ctbox.dicom.transfer_syntax import Coding
from ctbox.errors import DicomReadError
from tests.builders import compress, make_dataset, make_hu, save_dataset
from tests.dicom.test_codecs import (
    JPEG_2000_LOSSLESS,
    JPEG_LS,
    LOSSLESS,
    LOSSLESS_IDS,
    RAW,
    RLE,
    encode_jpeg_2000,
    encode_jpeg_ls,
)
from tests.dicom.test_frames import make_enhanced, make_volume

NAME = b"Quillfeather"
KEY = bytes(32)


def make_segment(marker: int, payload: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(payload) + 2).to_bytes(2) + payload


def write_name(frame: bytes, syntax: str) -> bytes:
    """Put a name wherever the codestream has room for one."""
    if syntax == RAW:
        return frame + NAME
    if syntax == RLE:
        return frame[:52] + NAME + frame[64:]
    if frame.startswith(b"\xff\x4f"):
        first = 4 + int.from_bytes(frame[4:6])  # behind SIZ
        comment = make_segment(0x64, b"\0\1" + NAME)
        return frame[:first] + comment + frame[first:] + NAME
    texts = make_segment(0xFE, NAME) + make_segment(0xE1, b"Exif\0\0" + NAME)
    picture = make_segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\2\2" + NAME)
    return frame[:2] + picture + texts + frame[2:] + NAME


def deidentify(data: bytes) -> bytes:
    return Deidentifier(KEY).deidentify(data, "a.dcm").data


def read_back(data: bytes, path: Path) -> NDArray[np.int16]:
    path.write_bytes(data)
    (series,) = read_series(path).series
    return read_volume(series)


@pytest.mark.parametrize(("syntax", "encode"), LOSSLESS, ids=LOSSLESS_IDS)
@pytest.mark.parametrize("fragments", [1, 3])
def test_texts_are_blanked_and_the_picture_stays(
    tmp_path: Path, syntax: str, encode: object, fragments: int
) -> None:
    dataset = make_dataset()
    stored = np.frombuffer(dataset.PixelData, "<i2").reshape(32, 40)
    frame = encode(stored)  # type: ignore[operator]
    compress(dataset, [write_name(frame, syntax)], fragments_per_frame=fragments)
    data = save_dataset(dataset, tmp_path / "a.dcm", syntax).read_bytes()
    assert NAME[:4] in data
    copied = deidentify(data)
    for start in range(0, len(NAME), 4):
        assert NAME[start : start + 4] not in copied
    assert (read_back(copied, tmp_path / "b.dcm") == make_hu()).all()
    after = pydicom.dcmread(io.BytesIO(copied))
    assert after.file_meta.TransferSyntaxUID == syntax
    assert len(after.PixelData) == len(dataset.PixelData)


def test_every_frame_is_blanked(tmp_path: Path) -> None:
    dataset = make_enhanced(make_volume(3))
    stored = np.frombuffer(dataset.PixelData, "<i2").reshape(3, 10, 12)
    frames = [write_name(encode_jpeg_2000(each), JPEG_2000_LOSSLESS) for each in stored]
    compress(dataset, frames)
    data = save_dataset(dataset, tmp_path / "a.dcm", JPEG_2000_LOSSLESS).read_bytes()
    before = read_back(data, tmp_path / "a.dcm")
    assert data.count(NAME) == 6
    copied = deidentify(data)
    assert NAME not in copied
    assert np.array_equal(read_back(copied, tmp_path / "b.dcm"), before)


@pytest.mark.parametrize(
    ("syntax", "frame"),
    [
        (JPEG_LS, b"Quillfeather"),
        (JPEG_LS, b"\xff\xd8\x00\x00" + NAME),
        (JPEG_2000_LOSSLESS, b"\0\0\0\x0cjP  " + NAME),
        (JPEG_2000_LOSSLESS, b"\xff\x4f\xff\x64\0\0" + NAME),
        (JPEG_2000_LOSSLESS, b"\xff\x4f\xff\x90\0\x0a\0\0\0\0\0\x0e\0\1\xff\x93" + NAME),
    ],
)
def test_what_cannot_be_looked_into_is_refused(tmp_path: Path, syntax: str, frame: bytes) -> None:
    dataset = compress(make_dataset(), [frame])
    data = save_dataset(dataset, tmp_path / "a.dcm", syntax).read_bytes()
    with pytest.raises(DicomReadError, match=r"a\.dcm could not be de-identified"):
        deidentify(data)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["jpeg", "j2k"]), st.binary(max_size=40), st.integers(0, 400))
def test_damaged_frames_are_refused_or_looked_through(kind: str, junk: bytes, at: int) -> None:
    encode, coding = (
        (encode_jpeg_ls, Coding.JPEG_LS) if kind == "jpeg" else (encode_jpeg_2000, Coding.JPEG_2000)
    )
    frame = encode(make_hu(8, 8))
    frame = frame[:at] + junk + frame[at:]
    try:
        texts = find_texts(frame, coding, PixelFormat(8, 8))
    except FrameError:
        return
    assert all(begin >= 0 and end >= 0 for begin, end in texts)
