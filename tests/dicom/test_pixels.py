"""Stored values to HU, colour and gray, held against pydicom and against the standard's formula."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.pixels import apply_rescale, apply_windowing

from ctbox.dicom.pixels import (
    apply_lut,
    apply_window,
    build_window_lut,
    read_hu,
    read_rgb,
    read_volume,
)
from ctbox.dicom.reading import read_series
from ctbox.dicom.series import Slice
from ctbox.errors import DicomReadError
from ctbox.progress import TaskCancelledError, TaskContext
from tests.builders import (
    IMPLICIT_LITTLE_ENDIAN,
    make_dataset,
    make_hu,
    save_dataset,
    set_tags,
    write_rgb,
    write_series,
    write_slice,
    zip_folder,
)


def scan_one(path: Path) -> Slice:
    ((slice_,),) = (series.slices for series in read_series(path).series)
    return slice_


def write_stored(path: Path, stored: np.ndarray, **tags: Any) -> Slice:
    """Write stored values as they are, in their own dtype, without padding or rescale tags."""
    dataset = make_dataset(np.zeros(stored.shape, np.int16), padding=None)
    bits = stored.dtype.itemsize * 8
    defaults = {
        "BitsAllocated": bits,
        "BitsStored": bits,
        "HighBit": bits - 1,
        "PixelRepresentation": int(stored.dtype.kind == "i"),
        "RescaleIntercept": None,
        "RescaleSlope": None,
    }
    set_tags(dataset, {**defaults, **tags})
    dataset.PixelData = stored.astype(stored.dtype.newbyteorder("<")).tobytes()
    return scan_one(save_dataset(dataset, path))


def test_hu_of_a_plain_slice(tmp_path: Path) -> None:
    hu = make_hu()
    image = read_hu(scan_one(write_slice(tmp_path, hu)))
    assert image.dtype == np.int16
    assert image.shape == (32, 40)
    assert (image == hu).all()
    image[0, 0] = 5  # it is the reader's own to change


def test_values_below_air_and_padding_become_air(tmp_path: Path) -> None:
    hu = make_hu()
    hu[0, :5] = [-3024, -2000, -1025, -1024, -1023]
    image = read_hu(scan_one(write_slice(tmp_path, hu)))
    assert image[0, :5].tolist() == [-1024, -1024, -1024, -1024, -1023]


@pytest.mark.parametrize(
    ("dtype", "padding", "limit", "expected"),
    [
        ("int16", 500, None, [100, 400, -1024, 600, 900]),
        ("int16", 500, 700, [100, 400, -1024, -1024, 900]),
        ("int16", 700, 500, [100, 400, -1024, -1024, 900]),
        ("uint16", 900, None, [100, 400, 500, 600, -1024]),
        ("uint16", 0, None, [100, 400, 500, 600, 900]),
        ("int16", -2000, None, [100, 400, 500, 600, 900]),
    ],
)
def test_padding_inside_the_range_of_values(
    tmp_path: Path, dtype: str, padding: int, limit: int | None, expected: list[int]
) -> None:
    stored = np.array([[100, 400, 500, 600, 900]], dtype=dtype)
    tags = {"PixelPaddingValue": padding, "PixelPaddingRangeLimit": limit}
    slice_ = write_stored(tmp_path / "a.dcm", stored, **tags)
    assert read_hu(slice_)[0].tolist() == expected


def test_padding_in_the_bits_that_pixels_do_not_use(tmp_path: Path) -> None:
    stored = np.array([[63536, 1024, 4095, 0]], np.uint16)
    slice_ = write_stored(
        tmp_path / "a.dcm",
        stored,
        BitsStored=12,
        HighBit=11,
        PixelPaddingValue=63536,
        RescaleIntercept=-1024,
    )
    assert read_hu(slice_)[0].tolist() == [-1024, 0, 3071, -1024]


def test_unused_bits_are_dropped_and_the_sign_carried(tmp_path: Path) -> None:
    stored = np.array([[0xF123, 0x0123, 0xA800, 0x0FFF]], np.uint16)
    as_unsigned = write_stored(tmp_path / "u" / "a.dcm", stored, BitsStored=12, HighBit=11)
    assert read_hu(as_unsigned)[0].tolist() == [0x123, 0x123, 0x800, 0xFFF]
    as_signed = write_stored(
        tmp_path / "s" / "a.dcm", stored.view(np.int16), BitsStored=12, HighBit=11
    )
    assert read_hu(as_signed)[0].tolist() == [0x123, 0x123, -1024, -1]
    shifted = write_stored(tmp_path / "h" / "a.dcm", stored, BitsStored=12, HighBit=15)
    assert read_hu(shifted)[0].tolist() == [0xF12, 0x012, 0xA80, 0x0FF]


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32"])
@pytest.mark.parametrize(
    ("slope", "intercept"),
    [(1, 0), (1, -1024), (1, 1000), (1, -32767), (2, -1024), (0.5, 0.25), (-1, 50), (1, 70000)],
)
def test_rescale_equals_pydicom(tmp_path: Path, dtype: str, slope: float, intercept: float) -> None:
    limits = np.iinfo(dtype)
    rng = np.random.default_rng(3)
    stored = rng.integers(limits.min, limits.max, (9, 11), dtype, endpoint=True)
    stored[0, :2] = limits.min, limits.max
    slice_ = write_stored(
        tmp_path / "a.dcm", stored, RescaleSlope=slope, RescaleIntercept=intercept
    )
    dataset = pydicom.dcmread(tmp_path / "a.dcm")
    expected = np.clip(np.rint(apply_rescale(dataset.pixel_array, dataset)), -1024, 32767)
    assert (read_hu(slice_) == expected).all()
    room = np.full((3, 9, 11), 7, np.int16)
    assert np.shares_memory(read_hu(slice_, room[1]), room)
    assert (room[1] == expected).all()
    assert (room[[0, 2]] == 7).all()


def test_zero_slope_counts_as_none(tmp_path: Path) -> None:
    stored = np.array([[1, 2, 3]], np.int16)
    slice_ = write_stored(tmp_path / "a.dcm", stored, RescaleSlope=0, RescaleIntercept=-10)
    assert read_hu(slice_)[0].tolist() == [-9, -8, -7]


def test_other_modalities_keep_their_fractions(tmp_path: Path) -> None:
    stored = np.array([[0, 10, 20, 7]], np.int16)
    slice_ = write_stored(
        tmp_path / "a.dcm", stored, Modality="PT", RescaleSlope=0.25, PixelPaddingValue=7
    )
    room = np.full((1, 4), 7, np.int16)
    image = read_hu(slice_, room)
    assert (room == 7).all()
    assert image.dtype == np.float32
    assert image[0].tolist() == [0.0, 2.5, 5.0, 0.0]
    with pytest.raises(DicomReadError, match="not CT"):
        read_volume(read_series(tmp_path).series[0])


def test_monochrome1_keeps_hu_and_inverts_the_display(tmp_path: Path) -> None:
    tags = {"PhotometricInterpretation": "MONOCHROME1"}
    hu = make_hu()
    slice_ = scan_one(write_slice(tmp_path, hu, tags=tags))
    assert slice_.is_inverted
    image = read_hu(slice_)
    assert (image == hu).all()
    gray = apply_window(image, 40, 350)
    assert (apply_window(image, 40, 350, inverted=True) == 255 - gray.astype(int)).all()


@pytest.mark.parametrize("planar", [0, 1])
def test_colour(tmp_path: Path, planar: int) -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (7, 9, 3)).astype(np.uint8)
    slice_ = scan_one(write_rgb(tmp_path, rgb, planar=planar))
    image = read_rgb(slice_)
    assert image.dtype == np.uint8
    assert (image == rgb).all()
    assert image.flags.c_contiguous
    assert image.flags.writeable
    with pytest.raises(DicomReadError, match="colour"):
        read_hu(slice_)


def test_gray_is_no_colour(tmp_path: Path) -> None:
    with pytest.raises(DicomReadError, match="not a colour image"):
        read_rgb(scan_one(write_slice(tmp_path)))


def test_file_that_changed_since_the_scan_is_named(tmp_path: Path) -> None:
    path = write_slice(tmp_path)
    slice_ = scan_one(path)
    with pytest.raises(DicomReadError, match=r"32 × 40 pixels, and had 16 × 40"):
        read_hu(dataclasses.replace(slice_, rows=16))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DicomReadError, match=r"2560 bytes expected .* 2559 found") as caught:
        read_hu(slice_)
    assert str(path) in str(caught.value)
    path.write_bytes(b"something else")
    with pytest.raises(DicomReadError, match="not a DICOM file"):
        read_hu(slice_)
    path.unlink()
    with pytest.raises(DicomReadError, match="cannot be read: No such file"):
        read_hu(slice_)


def test_damaged_member_is_named(tmp_path: Path) -> None:
    write_slice(tmp_path / "case")
    archive = zip_folder(tmp_path / "case")
    slice_ = scan_one(archive)
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 0xFF
    archive.write_bytes(data)
    with pytest.raises(DicomReadError, match="damaged"):
        read_hu(slice_)


@pytest.mark.parametrize("syntax", [IMPLICIT_LITTLE_ENDIAN, "1.2.840.10008.1.2.1"])
def test_volume_is_stacked_cranial_first(tmp_path: Path, syntax: str) -> None:
    hu = np.stack([make_hu(seed=seed) for seed in range(5)])
    write_series(tmp_path, 5, hu=hu, transfer_syntax=syntax)
    heard: list[object] = []
    (series,) = read_series(tmp_path).series
    volume = read_volume(series, TaskContext(heard.append))
    assert volume.dtype == np.int16
    assert (volume == hu).all()
    assert len(heard) == 6
    ctx = TaskContext()
    ctx.cancel()
    with pytest.raises(TaskCancelledError):
        read_volume(series, ctx)


VALUES = st.lists(st.integers(-3000, 4000), min_size=1, max_size=40)
CENTERS = st.integers(-1000, 1000).map(float)
WIDTHS = st.integers(1, 4000).map(float)


def linear(value: float, center: float, width: float) -> float:
    """Return the formula of PS3.3 C.11.2.1.2.1 for one value, for gray 0…255."""
    if value <= center - 0.5 - (width - 1) / 2:
        return 0.0
    if value > center - 0.5 + (width - 1) / 2:
        return 255.0
    return ((value - (center - 0.5)) / (width - 1) + 0.5) * 255


@given(VALUES, CENTERS, WIDTHS)
def test_window_is_the_standards_formula(values: list[int], center: float, width: float) -> None:
    hu = np.array(values, np.int16)
    expected = [math.floor(linear(value, center, width) + 0.5) for value in values]
    assert apply_window(hu, center, width).tolist() == expected
    assert apply_window(hu.astype(np.float32), center, width).tolist() == expected


@given(VALUES, CENTERS, WIDTHS, st.booleans())
def test_window_is_monotone(values: list[int], center: float, width: float, inverted: bool) -> None:
    gray = apply_window(np.array(sorted(values), np.int16), center, width, inverted=inverted)
    steps = np.diff(gray.astype(int))
    assert (steps <= 0).all() if inverted else (steps >= 0).all()


def test_window_equals_pydicoms(tmp_path: Path) -> None:
    hu = make_hu()
    slice_ = scan_one(write_slice(tmp_path, hu, tags={"WindowCenter": 40, "WindowWidth": 350}))
    dataset = pydicom.dcmread(slice_.source.path)
    shown = apply_windowing(apply_rescale(dataset.pixel_array, dataset), dataset)
    # pydicom spreads over the range of the stored bits after rescale.
    low, high = -32768 - 1024, 32767 - 1024
    expected = (shown - low) / (high - low) * 255
    assert np.abs(apply_window(read_hu(slice_), 40, 350) - expected).max() <= 0.5 + 1e-6


def test_width_below_one_is_a_threshold() -> None:
    values = np.array([38, 39, 40, 41], np.int16)
    for width in (1.0, 0.0, -5.0):
        assert apply_window(values, 40, width).tolist() == [0, 0, 255, 255]


def test_lut_covers_every_int16_and_fills_the_buffer() -> None:
    every = np.arange(-32768, 32768, dtype=np.int16).reshape(256, 256)
    lut = build_window_lut(-700, 1400)
    buffer = np.empty(every.shape, np.uint8)
    shown = apply_lut(every, lut, buffer)
    assert shown is buffer
    assert (shown == apply_window(every.astype(np.float32), -700, 1400)).all()


def test_nan_is_black_and_infinity_is_clipped() -> None:
    values = np.array([np.nan, np.inf, -np.inf], np.float32)
    assert apply_window(values, 40, 350).tolist() == [0, 255, 0]
