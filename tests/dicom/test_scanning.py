"""The header walk, held against pydicom on generated and real files."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from ctbox.dicom.header import HEADER_TAGS
from ctbox.dicom.scanning import (
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
    ScannedHeader,
    inflate_dataset,
    scan_header,
)
from tests.builders import make_dataset, make_hu, save_dataset

SYNTAXES = [IMPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_LITTLE_ENDIAN]


def scan(data: bytes) -> ScannedHeader:
    header = scan_header(data, HEADER_TAGS)
    assert header is not None
    return header


def read_with_pydicom(data: bytes) -> dict[int, bytes]:
    """Return the wanted elements' raw bytes as pydicom finds them."""
    dataset = pydicom.dcmread(io.BytesIO(data), force=True)
    found = {}
    for tag in HEADER_TAGS:
        if tag in dataset:
            item = dataset.get_item(tag)
            assert item is not None
            # pydicom converts the character set while reading and keeps no bytes of it.
            if isinstance(item.value, bytes | None) and tag != 0x00080005:
                found[tag] = item.value or b""
    return found


def assert_equals_pydicom(data: bytes) -> None:
    header = scan(data)
    elements = {tag: raw for tag, raw in header.elements.items() if tag != 0x00080005}
    expected = read_with_pydicom(data)
    assert elements == expected
    element = header.pixel_element
    assert element is not None
    pixels = pydicom.dcmread(io.BytesIO(data), force=True).PixelData
    assert data[element.offset : element.offset + element.length] == pixels


def make_nested() -> Dataset:
    """Return a slice with sequences before its pixels, nested, with a picture in one."""
    ds = make_dataset(make_hu(6, 5))
    icon = Dataset()
    icon.Rows, icon.Columns = 99, 98
    icon.PixelData = b"\x01\x02" * 7
    icon["PixelData"].VR = "OW"
    inner, outer = Dataset(), Dataset()
    inner.CodeValue, inner.SOPInstanceUID = "T-1", "1.2.3"
    outer.PurposeOfReferenceCodeSequence = Sequence([inner, Dataset()])
    ds.SourceImageSequence = Sequence([outer, outer])
    ds.IconImageSequence = Sequence([icon])
    ds.ReferencedStudySequence = Sequence([])
    return ds


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("is_undefined", [False, True])
def test_sequences_are_stepped_over(tmp_path: Path, syntax: str, is_undefined: bool) -> None:
    ds = make_nested()
    for element in ds.iterall():
        if element.VR == "SQ":
            element.is_undefined_length = is_undefined
            for item in element.value:
                item.is_undefined_length_sequence_item = is_undefined
    data = save_dataset(ds, tmp_path / "a.dcm", syntax).read_bytes()
    assert scan(data).elements[0x00280010] == b"\x06\x00"
    assert_equals_pydicom(data)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_files_without_preamble_are_walked(tmp_path: Path, syntax: str) -> None:
    data = save_dataset(make_dataset(), tmp_path / "a.dcm", syntax).read_bytes()
    bare = scan(data[132:])
    assert not bare.has_preamble
    assert bare.elements == scan(data).elements


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_files_without_file_meta_have_their_encoding_guessed(tmp_path: Path, syntax: str) -> None:
    data = save_dataset(make_dataset(), tmp_path / "a.dcm", syntax).read_bytes()
    dataset_only = data[data.index(b"\x08\x00", 200) :]
    while dataset_only[:4] not in (b"\x08\x00\x16\x00", b"\x08\x00\x05\x00"):
        dataset_only = dataset_only[dataset_only.index(b"\x08\x00", 2) :]
    header = scan(dataset_only)
    assert header.transfer_syntax_uid == syntax
    assert header.elements == scan(data).elements


def test_wrongly_declared_encoding_is_read_as_it_lies(tmp_path: Path) -> None:
    data = save_dataset(make_dataset(), tmp_path / "a.dcm").read_bytes()
    wrong = data.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2\0\0\0")
    assert wrong != data
    assert scan(wrong).elements == scan(data).elements


def test_head_of_a_file_is_enough(tmp_path: Path) -> None:
    data = save_dataset(make_dataset(), tmp_path / "a.dcm").read_bytes()
    header = scan(data)
    assert header.pixel_element is not None
    head = data[: header.pixel_element.offset]
    assert scan(head) == header


@pytest.mark.parametrize("data", [b"", b"DICM", b"\x08\x00", bytes(132), b"PK\x03\x04" * 99])
def test_other_bytes_are_not_dicom_or_empty(data: bytes) -> None:
    header = scan_header(data, HEADER_TAGS)
    assert header is None or not header.elements


@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_make_the_walk_fail(noise: bytes, has_preamble: bool) -> None:
    start = bytes(128) + b"DICM" if has_preamble else b"\x08\x00"
    header = scan_header(start + noise, HEADER_TAGS)
    assert header is not None


def test_deep_nesting_ends_the_walk() -> None:
    item = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    header = scan(bytes(128) + b"DICM" + item * 100_000)
    assert not header.is_complete


def test_every_real_file_is_walked_as_pydicom_reads_it(real_data: Path) -> None:
    n_files = 0
    for path in sorted(real_data.glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith(".dcm")]
            for name in names[::4]:
                assert_equals_pydicom(archive.read(name))
            n_files += len(names)
    assert n_files == 607


def test_big_endian_values_are_turned_round(tmp_path: Path) -> None:
    ds = make_nested()
    ds.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRBigEndian
    path = tmp_path / "a.dcm"
    pydicom.dcmwrite(path, ds, implicit_vr=False, little_endian=False, force_encoding=True)
    plain = save_dataset(make_nested(), tmp_path / "b.dcm").read_bytes()
    assert scan(path.read_bytes()).elements == scan(plain).elements


def test_little_endian_declared_as_big_is_read_as_it_lies(tmp_path: Path) -> None:
    data = save_dataset(make_dataset(), tmp_path / "a.dcm").read_bytes()
    wrong = data.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.2\0")
    assert scan(wrong).elements == scan(data).elements


@given(st.binary(max_size=300))
def test_no_deflated_bytes_make_the_walk_fail(noise: bytes) -> None:
    head = b"\x02\x00\x10\x00UI\x16\x00" + b"1.2.840.10008.1.2.1.99"
    start = bytes(128) + b"DICM" + head
    inflated = inflate_dataset(start + noise, 10_000)
    assert inflated.startswith(start)
    assert len(inflated) <= 10_000
    assert scan(inflated).transfer_syntax_uid == "1.2.840.10008.1.2.1.99"


def test_inflation_stops_at_its_limit() -> None:
    packed = zlib.compressobj(9, wbits=-15)
    bomb = packed.compress(bytes(50_000_000)) + packed.flush()
    start = bytes(128) + b"DICM\x02\x00\x10\x00UI\x16\x001.2.840.10008.1.2.1.99"
    tracemalloc.start()
    assert len(inflate_dataset(start + bomb, 20_000)) == 20_000
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
