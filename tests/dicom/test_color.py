"""Palettes and YBR as they lie in uncompressed files, held against pydicom and the equations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.pixels import apply_color_lut, convert_color_space

from ctbox.dicom.pixels import read_hu, read_rgb
from ctbox.dicom.reading import read_series
from ctbox.dicom.series import Slice
from ctbox.errors import DicomReadError
from tests.builders import save_dataset, set_tags, write_rgb

BIG = "1.2.840.10008.1.2.2"


def scan_one(path: Path) -> Slice:
    ((slice_,),) = (series.slices for series in read_series(path).series)
    return slice_


def write_palette(
    path: Path, index: NDArray[Any], tables: list[NDArray[Any]], descriptor: list[int], **tags: Any
) -> Slice:
    write_rgb(path.parent, np.zeros((*index.shape, 3), np.uint8), name=path.name)
    dataset = pydicom.dcmread(path)
    bits = index.dtype.itemsize * 8
    layout = {"BitsAllocated": bits, "BitsStored": bits, "HighBit": bits - 1}
    set_tags(dataset, {**layout, "SamplesPerPixel": 1, "PlanarConfiguration": None})
    dataset.PixelRepresentation = int(index.dtype.kind == "i")
    dataset.PhotometricInterpretation = "PALETTE COLOR"
    for color, table in zip(("Red", "Green", "Blue"), tables, strict=True):
        dataset.add_new(
            f"{color}PaletteColorLookupTableDescriptor",
            "SS" if index.dtype.kind == "i" else "US",
            descriptor,
        )
        dataset.add_new(f"{color}PaletteColorLookupTableData", "OW", table.tobytes())
    dataset.PixelData = index.tobytes()
    set_tags(dataset, tags)
    return scan_one(save_dataset(dataset, path))


def make_tables(entries: int, dtype: str) -> list[NDArray[Any]]:
    rng = np.random.default_rng(2)
    top = np.iinfo(dtype).max
    return [rng.integers(0, top, entries, dtype, endpoint=True) for _ in range(3)]


@pytest.mark.parametrize(
    ("index_type", "first", "entries", "table_type"),
    [
        ("uint8", 0, 256, "uint16"),
        ("uint8", 0, 256, "uint8"),
        ("uint8", 10, 100, "uint16"),
        ("uint16", 300, 500, "uint16"),
        ("int16", -20, 50, "uint16"),
    ],
)
def test_palette_equals_pydicom(
    tmp_path: Path, index_type: str, first: int, entries: int, table_type: str
) -> None:
    rng = np.random.default_rng(4)
    low, high = max(first - 5, np.iinfo(index_type).min), first + entries + 5
    index = rng.integers(low, min(high, np.iinfo(index_type).max), (9, 12)).astype(index_type)
    tables = make_tables(entries, table_type)
    bits = np.dtype(table_type).itemsize * 8
    slice_ = write_palette(tmp_path / "a.dcm", index, tables, [entries, first, bits])
    assert slice_.is_color
    dataset = pydicom.dcmread(tmp_path / "a.dcm")
    expected = apply_color_lut(dataset.pixel_array, dataset)
    image = read_rgb(slice_)
    assert image.dtype == np.uint8
    assert (image == expected >> (bits - 8)).all()
    with pytest.raises(DicomReadError, match="colour"):
        read_hu(slice_)


def test_palette_of_65536_colours_and_of_bytes_in_words(tmp_path: Path) -> None:
    index = np.array([[0, 1, 65535]], np.uint16)
    tables = make_tables(65536, "uint16")
    image = read_rgb(write_palette(tmp_path / "a.dcm", index, tables, [0, 0, 16]))
    assert image[0, 2].tolist() == [int(table[65535]) >> 8 for table in tables]
    words = [table.astype(np.uint16) for table in make_tables(256, "uint8")]
    small = np.array([[7, 255]], np.uint8)
    image = read_rgb(write_palette(tmp_path / "b.dcm", small, words, [256, 0, 8]))
    assert image[0].tolist() == [[int(table[i]) for table in words] for i in (7, 255)]


def test_missing_and_short_palettes_are_refused(tmp_path: Path) -> None:
    index = np.zeros((2, 2), np.uint8)
    tables = make_tables(256, "uint16")
    slice_ = write_palette(
        tmp_path / "a.dcm", index, tables, [256, 0, 16], RedPaletteColorLookupTableData=None
    )
    with pytest.raises(DicomReadError, match="missing or segmented"):
        read_rgb(slice_)
    slice_ = write_palette(
        tmp_path / "b.dcm", index, [table[:20] for table in tables], [256, 0, 16]
    )
    with pytest.raises(DicomReadError, match="cut off: 40 bytes for 256 colours"):
        read_rgb(slice_)


def make_ybr() -> NDArray[np.uint8]:
    rng = np.random.default_rng(1)
    return rng.integers(0, 256, (8, 10, 3)).astype(np.uint8)


@pytest.mark.parametrize("planar", [0, 1])
def test_ybr_full(tmp_path: Path, planar: int) -> None:
    ybr = make_ybr()
    path = write_rgb(tmp_path, ybr, planar=planar, tags={})
    dataset = pydicom.dcmread(path)
    dataset.PhotometricInterpretation = "YBR_FULL"
    dataset.save_as(path)
    expected = convert_color_space(ybr, "YBR_FULL", "RGB")
    assert np.abs(read_rgb(scan_one(path)).astype(int) - expected).max() <= 1


def test_ybr_full_422(tmp_path: Path) -> None:
    y = np.arange(80, dtype=np.uint8).reshape(8, 10)
    quads = np.stack([y[:, ::2], y[:, 1::2], y[:, ::2] + 100, 200 - y[:, ::2]], axis=-1)
    path = write_rgb(tmp_path, np.zeros((8, 10, 3), np.uint8))
    dataset = pydicom.dcmread(path)
    dataset.PhotometricInterpretation = "YBR_FULL_422"
    dataset.PixelData = quads.tobytes()
    dataset.save_as(path)
    spread = np.empty((8, 10, 3), np.uint8)
    spread[..., 0] = y
    for place in (0, 1):
        spread[:, place::2, 1:] = quads[..., 2:]
    expected = convert_color_space(spread, "YBR_FULL", "RGB")
    assert np.abs(read_rgb(scan_one(path)).astype(int) - expected).max() <= 1


@pytest.mark.parametrize("photometric", ["YBR_PARTIAL_420", "YBR_ICT", "CMYK", "HSV"])
def test_other_colours_are_refused_by_name(tmp_path: Path, photometric: str) -> None:
    path = write_rgb(tmp_path)
    dataset = pydicom.dcmread(path)
    dataset.PhotometricInterpretation = photometric
    dataset.save_as(path)
    (skipped,) = read_series(path).skipped
    assert f"not supported ({photometric}, 3 samples of 8 bits)" in skipped.reason
