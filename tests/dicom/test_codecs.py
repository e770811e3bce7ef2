"""Compressed slices: the codec zoo, the same slice encoded here, and what is refused by name."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.pixels.encoders import RLELosslessEncoder

from ctbox.dicom.pixels import read_hu, read_rgb
from ctbox.dicom.reading import read_series
from ctbox.dicom.series import Slice
from ctbox.dicom.transfer_syntax import find_transfer_syntax_name
from ctbox.errors import CtboxError, DicomReadError
from tests.builders import (
    compress,
    make_dataset,
    make_hu,
    save_dataset,
    set_tags,
    write_rgb,
    zip_folder,
)

JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
JPEG_EXTENDED = "1.2.840.10008.1.2.4.51"
JPEG_LOSSLESS = "1.2.840.10008.1.2.4.57"
JPEG_LOSSLESS_1 = "1.2.840.10008.1.2.4.70"
JPEG_LS, JPEG_LS_NEAR = "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"
JPEG_2000_LOSSLESS, JPEG_2000 = "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"
HTJ2K_LOSSLESS, HTJ2K_RPCL = "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202"
HTJ2K = "1.2.840.10008.1.2.4.203"
RLE, RAW = "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.1.98"

Gray = NDArray[Any]
Encode = Callable[[Gray], bytes]


def encode_rle(image: Gray) -> bytes:
    rows, columns, *samples = image.shape
    bits = image.dtype.itemsize * 8
    return RLELosslessEncoder.encode(
        image,
        rows=rows,
        columns=columns,
        samples_per_pixel=3 if samples else 1,
        bits_allocated=bits,
        bits_stored=bits,
        pixel_representation=int(image.dtype.kind == "i"),
        photometric_interpretation="RGB" if samples else "MONOCHROME2",
        number_of_frames=1,
        planar_configuration=0,
    )


def encode_jpeg_lossless(image: Gray) -> bytes:
    bits = image.dtype.itemsize * 8
    unsigned = image.view(f"u{image.dtype.itemsize}")
    space = "RGB" if image.ndim == 3 else None
    return bytes(
        imagecodecs.jpeg8_encode(
            unsigned, lossless=True, bitspersample=bits, colorspace=space, outcolorspace=space
        )
    )


def encode_jpeg_ls(image: Gray) -> bytes:
    return bytes(imagecodecs.jpegls_encode(image.view(f"u{image.dtype.itemsize}")))


def encode_jpeg_2000(image: Gray) -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(image, codecformat="j2k", reversible=True))


def encode_htj2k(image: Gray) -> bytes:
    """Encode with OpenJPH, which ctbox does not decode with."""
    return bytes(imagecodecs.htj2k_encode(image, reversible=True))


LOSSLESS: list[tuple[str, Encode]] = [
    (RLE, encode_rle),
    (RAW, lambda image: image.tobytes()),
    (JPEG_LOSSLESS, encode_jpeg_lossless),
    (JPEG_LOSSLESS_1, encode_jpeg_lossless),
    (JPEG_LS, encode_jpeg_ls),
    (JPEG_LS_NEAR, encode_jpeg_ls),
    (JPEG_2000_LOSSLESS, encode_jpeg_2000),
    (JPEG_2000, encode_jpeg_2000),
    (HTJ2K_LOSSLESS, encode_htj2k),
    (HTJ2K_RPCL, encode_htj2k),
    (HTJ2K, encode_htj2k),
]
LOSSLESS_IDS = [str(find_transfer_syntax_name(uid)) for uid, _ in LOSSLESS]


def scan_one(path: Path) -> Slice:
    scan = read_series(path)
    assert scan.skipped == ()
    ((slice_,),) = (series.slices for series in scan.series)
    return slice_


def write_gray(path: Path, stored: Gray, syntax: str, frame: bytes, **tags: Any) -> Slice:
    """Write a compressed image that stands for `stored`, rescaled by nothing."""
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
    return scan_one(save_dataset(compress(dataset, [frame]), path, syntax))


def make_stored(dtype: str, bits: int | None = None) -> Gray:
    """Return noise over the whole range of HU that the type holds, corners included."""
    info = np.iinfo(dtype)
    low, high = max(info.min, -1000), min(info.max, 32000)
    if bits is not None:
        is_signed = info.min < 0
        high = min(high, 2 ** (bits - is_signed) - 1)
        low = max(low, -(2 ** (bits - 1)) if is_signed else 0)
    rng = np.random.default_rng(5)
    stored = rng.integers(low, high, (21, 34), dtype, endpoint=True)
    stored[0, :2] = low, high
    return stored


@pytest.fixture(scope="module")
def plain(codec_zoo: Path) -> Path:
    return next(codec_zoo.glob("*LittleEndianImplicit*"))


@pytest.fixture(scope="module")
def reference(plain: Path) -> NDArray[np.int16]:
    """HU of the zoo's uncompressed slice."""
    hu = read_hu(scan_one(plain))
    assert hu.dtype == np.int16
    return hu


# --- the codec zoo --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "BigEndianExplicit",
        "DeflatedExplicit",
        "JPEG2000LosslessOnly",
        "JPEGProcess14SV1",
        "RLELossless",
    ],
)
def test_lossless_files_of_the_zoo_are_identical(
    codec_zoo: Path, reference: NDArray[np.int16], name: str
) -> None:
    (path,) = codec_zoo.glob(f"*_{name}*")
    slice_ = scan_one(path)
    assert not slice_.is_lossy
    assert (read_hu(slice_) == reference).all()


@pytest.mark.parametrize(
    ("name", "most_hu", "mean_hu"),
    [
        ("JPEG2000Transfer", 5, 0.6),
        # Stored in 12 bits of 2 HU each, and in 8 bits of 32 HU each.
        ("JPEGProcess2_4Transfer", 36, 3.6),
        ("JPEGProcess1Transfer", 64, 14),
    ],
)
def test_lossy_files_of_the_zoo_are_near(
    codec_zoo: Path, reference: NDArray[np.int16], name: str, most_hu: int, mean_hu: float
) -> None:
    (path,) = codec_zoo.glob(f"*_{name}*")
    (series,) = read_series(path).series
    error = np.abs(read_hu(series.slices[0]).astype(int) - reference)
    assert 0 < error.max() <= most_hu
    assert error.mean() <= mean_hu
    assert series.slices[0].is_lossy
    assert series.problems[0].startswith("Compressed with loss in 1 of 1 image")


def test_two_frames_in_twelve_fragments(codec_zoo: Path) -> None:
    (path,) = codec_zoo.glob("*fragmented*")
    (series,) = read_series(path).series
    assert [slice_.frame for slice_ in series.slices] == [1, 0]
    frames = [read_hu(slice_) for slice_ in series.slices]
    assert all(frame.shape == (512, 512) for frame in frames)
    # Neighbours of one patient: alike, and not the same.
    difference = np.abs(frames[0].astype(int) - frames[1])
    assert 0 < difference.mean() < 100


def test_palette_without_spacing(codec_zoo: Path) -> None:
    (series,) = read_series(codec_zoo / "no-pixel-spacing.dcm").series
    image = read_rgb(series.slices[0])
    assert image.shape == (600, 800, 3)
    dataset = pydicom.dcmread(codec_zoo / "no-pixel-spacing.dcm")
    expected = pydicom.pixels.apply_color_lut(dataset.pixel_array, dataset)
    assert expected.dtype == np.uint16
    assert (image == expected >> 8).all()


def test_retired_full_progression_is_refused_by_name(codec_zoo: Path) -> None:
    (path,) = codec_zoo.glob("*JPEGProcess10_12*")
    scan = read_series(path)
    assert scan.series == ()
    (skipped,) = scan.skipped
    assert "JPEG Full Progression (Processes 10 and 12, retired)" in skipped.reason


def test_no_codec_of_the_zoo_is_slow(codec_zoo: Path) -> None:
    for path in codec_zoo.glob("CTImage*"):
        for series in read_series(path).series:
            start = time.perf_counter()
            read_hu(series.slices[0])
            assert time.perf_counter() - start < 3  # 0.09 s for JPEG 2000 where nobody computes


# --- the zoo's slice, encoded here ------------------------------------------------------------


@pytest.mark.parametrize(("syntax", "encode"), LOSSLESS, ids=LOSSLESS_IDS)
@pytest.mark.parametrize("fragments", [1, 3])
def test_real_slice_is_identical(
    plain: Path,
    reference: NDArray[np.int16],
    tmp_path: Path,
    syntax: str,
    encode: Encode,
    fragments: int,
) -> None:
    dataset = pydicom.dcmread(plain)
    frame = encode(dataset.pixel_array)
    compress(dataset, [frame], fragments_per_frame=fragments, has_table=fragments == 1)
    path = save_dataset(dataset, tmp_path / "a.dcm", syntax)
    assert (read_hu(scan_one(path)) == reference).all()


@pytest.mark.parametrize(
    ("syntax", "encode", "most_hu"),
    [
        (JPEG_LS_NEAR, lambda image: imagecodecs.jpegls_encode(image.view("u2"), level=2), 2),
        (HTJ2K, lambda image: imagecodecs.htj2k_encode(image, level=1e-5, reversible=False), 3),
        (JPEG_2000, lambda image: imagecodecs.jpeg2k_encode(image, 90, codecformat="j2k"), 11),
    ],
    ids=["JPEG-LS", "HTJ2K", "JPEG 2000"],
)
def test_real_slice_with_loss_is_near(
    plain: Path,
    reference: NDArray[np.int16],
    tmp_path: Path,
    syntax: str,
    encode: Encode,
    most_hu: int,
) -> None:
    dataset = compress(pydicom.dcmread(plain), [])
    frame = bytes(encode(pydicom.dcmread(plain).pixel_array))
    path = save_dataset(compress(dataset, [frame]), tmp_path / "a.dcm", syntax)
    error = np.abs(read_hu(scan_one(path)).astype(int) - reference)
    assert 0 < error.max() <= most_hu


# --- layouts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("syntax", "encode"), LOSSLESS, ids=LOSSLESS_IDS)
@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16"])
def test_every_type_comes_back(tmp_path: Path, syntax: str, encode: Encode, dtype: str) -> None:
    stored = make_stored(dtype)
    slice_ = write_gray(tmp_path / "a.dcm", stored, syntax, encode(stored))
    assert (read_hu(slice_) == stored).all()


@pytest.mark.parametrize("bits", [10, 12])
def test_narrow_signed_values_in_codestreams_that_know_no_sign(tmp_path: Path, bits: int) -> None:
    stored = make_stored("int16", bits)
    cut = stored.view(np.uint16) & (2**bits - 1)
    frames = {
        JPEG_LS: bytes(imagecodecs.jpegls_encode(cut)),
        JPEG_LOSSLESS_1: bytes(imagecodecs.jpeg8_encode(cut, lossless=True, bitspersample=bits)),
        JPEG_2000_LOSSLESS: bytes(
            imagecodecs.jpeg2k_encode(cut, codecformat="j2k", bitspersample=bits, reversible=True)
        ),
    }
    for syntax, frame in frames.items():
        layout = {"BitsStored": bits, "HighBit": bits - 1}
        slice_ = write_gray(tmp_path / f"{syntax}.dcm", stored, syntax, frame, **layout)
        assert (read_hu(slice_) == stored).all(), syntax


def test_values_of_a_decoder_lie_in_the_lowest_bits_whatever_the_high_bit(tmp_path: Path) -> None:
    stored = make_stored("uint16", 12)
    frame = bytes(imagecodecs.jpeg8_encode(stored, lossless=True, bitspersample=12))
    slice_ = write_gray(
        tmp_path / "a.dcm", stored, JPEG_LOSSLESS_1, frame, BitsStored=12, HighBit=15
    )
    assert (read_hu(slice_) == stored).all()


def test_codestream_in_the_boxes_of_a_jp2_file(tmp_path: Path) -> None:
    stored = make_stored("uint16")
    frame = bytes(imagecodecs.jpeg2k_encode(stored, codecformat="jp2", reversible=True))
    assert frame[4:8] == b"jP  "
    slice_ = write_gray(tmp_path / "a.dcm", stored, JPEG_2000_LOSSLESS, frame)
    assert (read_hu(slice_) == stored).all()


def test_jpeg_of_another_process_than_declared_is_read(tmp_path: Path) -> None:
    stored = make_stored("uint16")
    slice_ = write_gray(tmp_path / "a.dcm", stored, JPEG_EXTENDED, encode_jpeg_lossless(stored))
    assert (read_hu(slice_) == stored).all()


@pytest.mark.parametrize(("dtype", "vr"), [("int16", "OW"), ("uint8", "OB"), ("uint8", "OW")])
def test_big_endian(tmp_path: Path, dtype: str, vr: str) -> None:
    stored = make_stored(dtype)
    bits = stored.dtype.itemsize * 8
    dataset = make_dataset(np.zeros(stored.shape, np.int16), padding=-1000)
    layout = {"BitsAllocated": bits, "BitsStored": bits, "HighBit": bits - 1}
    is_signed = int(dtype.startswith("int"))
    set_tags(dataset, {**layout, "PixelRepresentation": is_signed, "RescaleIntercept": 0})
    if not is_signed:
        set_tags(dataset, {"PixelPaddingValue": None})
    pixels = stored.astype(stored.dtype.newbyteorder(">")).tobytes()
    if (dtype, vr) == ("uint8", "OW"):
        pixels = np.frombuffer(pixels, "<u2").astype(">u2").tobytes()
    dataset.PixelData = pixels
    dataset["PixelData"].VR = vr
    path = tmp_path / "a.dcm"
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRBigEndian
    pydicom.dcmwrite(path, dataset, implicit_vr=False, little_endian=False, force_encoding=True)
    slice_ = scan_one(path)
    expected = stored.astype(int)
    if is_signed:
        expected[stored == -1000] = -1024  # the padding value was turned round too
    assert (read_hu(slice_) == expected).all()
    assert slice_.pixel_spacing_mm == (0.7, 0.7)


def test_deflated_from_file_and_archive(tmp_path: Path) -> None:
    hu = make_hu()
    syntax = pydicom.uid.DeflatedExplicitVRLittleEndian
    path = save_dataset(make_dataset(hu), tmp_path / "case" / "a.dcm", syntax)
    for place in (path, zip_folder(tmp_path / "case")):
        assert (read_hu(scan_one(place)) == hu).all()
    data = path.read_bytes()
    path.write_bytes(data[:-200])
    (skipped,) = read_series(path).skipped
    assert skipped.reason.startswith("Truncated pixel data")
    path.write_bytes(data[:500] + bytes(40) + data[540:])
    (skipped,) = read_series(path).skipped
    assert "damaged" in skipped.reason or "Truncated" in skipped.reason


# --- colour -----------------------------------------------------------------------------------


def make_rgb() -> NDArray[np.uint8]:
    """Return soft colours, which lossy coding keeps."""
    y, x = np.mgrid[0:24, 0:32]
    return np.stack([x * 7, y * 10, 255 - x * 4 - y * 2], -1).astype(np.uint8)


def write_color(path: Path, syntax: str, frame: bytes, **tags: Any) -> Slice:
    write_rgb(path.parent, make_rgb(), name=path.name)
    dataset = compress(pydicom.dcmread(path), [frame])
    set_tags(dataset, tags)
    return scan_one(save_dataset(dataset, path, syntax))


@pytest.mark.parametrize(("syntax", "encode"), LOSSLESS, ids=LOSSLESS_IDS)
def test_colour_without_loss(tmp_path: Path, syntax: str, encode: Encode) -> None:
    rgb = make_rgb()
    assert (read_rgb(write_color(tmp_path / "a.dcm", syntax, encode(rgb))) == rgb).all()


@pytest.mark.parametrize("photometric", ["YBR_RCT", "YBR_ICT", "RGB"])
def test_colour_transform_of_jpeg_2000_is_undone_once(tmp_path: Path, photometric: str) -> None:
    rgb = make_rgb()
    frame = bytes(
        imagecodecs.jpeg2k_encode(rgb, codecformat="j2k", reversible=photometric != "YBR_ICT")
    )
    slice_ = write_color(
        tmp_path / "a.dcm", JPEG_2000, frame, PhotometricInterpretation=photometric
    )
    assert np.abs(read_rgb(slice_).astype(int) - rgb).max() <= 2


def test_lossy_jpeg_colours_follow_the_markers_and_else_the_header(tmp_path: Path) -> None:
    rgb = make_rgb()
    frame = bytes(imagecodecs.jpeg8_encode(rgb, 97, subsampling="444"))
    assert frame[6:10] == b"JFIF"  # which says YCbCr, whatever the header says
    for photometric in ("YBR_FULL_422", "YBR_FULL", "RGB"):
        tags = {"PhotometricInterpretation": photometric}
        image = read_rgb(write_color(tmp_path / "a.dcm", JPEG_BASELINE, frame, **tags))
        assert np.abs(image.astype(int) - rgb).max() < 12
    bare = frame[:2] + frame[4 + int.from_bytes(frame[4:6], "big") :]
    assert b"JFIF" not in bare
    shown = {
        photometric: read_rgb(
            write_color(
                tmp_path / "b.dcm", JPEG_BASELINE, bare, PhotometricInterpretation=photometric
            )
        )
        for photometric in ("YBR_FULL_422", "RGB")
    }
    assert np.abs(shown["YBR_FULL_422"].astype(int) - rgb).max() < 12
    assert np.abs(shown["RGB"].astype(int) - rgb).max() > 50  # taken at its word


# --- refusals ---------------------------------------------------------------------------------


def spoil(path: Path, stored: Gray, syntax: str, frame: bytes, **tags: Any) -> str:
    """Return the sentence of reading a compressed image that must not be read."""
    with pytest.raises(DicomReadError) as caught:
        read_hu(write_gray(path, stored, syntax, frame, **tags))
    assert str(path) in str(caught.value)
    return caught.value.message


def test_frames_of_another_size_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    stored = make_stored("uint16")
    frames = [(uid, encode) for uid, encode in LOSSLESS if uid not in (RLE, RAW)]
    for syntax, encode in frames:
        frame = encode(np.repeat(stored, 2, axis=0))
        sentence = spoil(tmp_path / "a.dcm", stored, syntax, frame)
        assert "42 × 34 pixels of 1 samples, and its header says 21 × 34 of 1" in sentence
    j2k = bytearray(encode_jpeg_2000(stored))
    j2k[8:16] = j2k[24:32] = (60_000).to_bytes(4) * 2
    assert "60000 × 60000" in spoil(tmp_path / "a.dcm", stored, JPEG_2000, bytes(j2k))


def test_frames_with_more_bits_than_the_header_has_room_for(tmp_path: Path) -> None:
    stored = make_stored("uint8")
    frame = encode_jpeg_ls(stored.astype(np.uint16) * 100)
    sentence = spoil(tmp_path / "a.dcm", stored, JPEG_LS, frame)
    assert "holds 15 bits a sample" in sentence or "holds 16 bits a sample" in sentence


def test_progressive_and_arithmetic_jpeg_are_named(tmp_path: Path) -> None:
    stored = make_stored("uint8")
    frame = bytearray(imagecodecs.jpeg8_encode(stored))
    at = frame.index(b"\xff\xc0") + 1
    for marker, name in ((0xC2, "SOF2"), (0xC9, "SOF9")):
        frame[at] = marker
        assert name in spoil(tmp_path / "a.dcm", stored, JPEG_BASELINE, bytes(frame))


def test_jpeg_with_thousands_of_scans_is_refused(tmp_path: Path) -> None:
    stored = make_stored("uint8")
    frame = bytes(imagecodecs.jpeg8_encode(stored))
    at = frame.index(b"\xff\xda")
    many = frame[:-2] + frame[at:-2] * 2000 + b"\xff\xd9"
    assert "more scans" in spoil(tmp_path / "a.dcm", stored, JPEG_BASELINE, many)


def test_jpeg_2000_with_thousands_of_tiles_is_refused(tmp_path: Path) -> None:
    stored = np.zeros((200, 200), np.uint16)
    frame = bytearray(encode_jpeg_2000(stored))
    frame[24:32] = (1).to_bytes(4) * 2
    assert "more tiles" in spoil(tmp_path / "a.dcm", stored, JPEG_2000, bytes(frame))


@pytest.mark.parametrize(
    ("syntax", "encode"),
    [(uid, encode) for uid, encode in LOSSLESS if uid in (RLE, RAW, JPEG_LS, JPEG_2000, HTJ2K)],
)
@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.95])
def test_cut_frames_give_a_sentence_at_once(
    tmp_path: Path, syntax: str, encode: Encode, share: float
) -> None:
    stored = make_stored("uint16")
    frame = encode(stored)
    start = time.perf_counter()
    cut = frame[: int(share * len(frame))] or bytes(2)
    sentence = spoil(tmp_path / "a.dcm", stored, syntax, cut)
    assert time.perf_counter() - start < 3
    assert sentence.startswith(str(tmp_path / "a.dcm"))


@pytest.mark.parametrize("lost", [1, 9, 300])
def test_files_cut_in_their_fragments_are_refused(tmp_path: Path, lost: int) -> None:
    stored = make_stored("uint16")
    slice_ = write_gray(tmp_path / "a.dcm", stored, JPEG_LS, encode_jpeg_ls(stored))
    path = slice_.source.path
    path.write_bytes(path.read_bytes()[:-lost])
    with pytest.raises(DicomReadError, match="cut off"):
        read_hu(scan_one(path))


def test_native_pixels_in_a_compressed_syntax_and_the_reverse(tmp_path: Path) -> None:
    path = save_dataset(make_dataset(), tmp_path / "a.dcm")
    data = path.read_bytes()
    uid = b"UI\x14\x001.2.840.10008.1.2.1\0"
    path.write_bytes(data.replace(uid, b"UI\x16\x001.2.840.10008.1.2.4.80"))
    (skipped,) = read_series(path).skipped
    assert "not compressed, though its transfer syntax says they are" in skipped.reason
    stored = make_stored("uint16")
    slice_ = write_gray(tmp_path / "b.dcm", stored, JPEG_LS, encode_jpeg_ls(stored))
    data = slice_.source.path.read_bytes()
    slice_.source.path.write_bytes(data.replace(b"UI\x16\x001.2.840.10008.1.2.4.80", uid))
    (skipped,) = read_series(slice_.source.path).skipped
    assert "compressed, though its transfer syntax says they are not" in skipped.reason


@pytest.mark.parametrize(("syntax", "encode"), LOSSLESS, ids=LOSSLESS_IDS)
def test_damage_gives_an_image_or_a_sentence(tmp_path: Path, syntax: str, encode: Encode) -> None:
    """Bytes changed, lost or doubled in the frame; a decoder that crashes ends the whole suite."""
    stored = make_stored("int16")
    slice_ = write_gray(tmp_path / "a.dcm", stored, syntax, encode(stored))
    path = slice_.source.path
    whole = path.read_bytes()
    start = whole.index(b"\xe0\x7f\x10\x00") + 12
    for seed in range(60):
        rng = random.Random(seed)
        data = bytearray(whole)
        for _ in range(rng.choice([1, 2, 8])):
            # Headers, where the danger lies, are hit as often as all the rest.
            place = rng.randrange(start, min(start + 150, len(data)) if seed % 2 else len(data))
            action = rng.randrange(4)
            if action == 0:
                data[place] = rng.choice([0, 0xFF, rng.randrange(256)])
            elif action == 1:
                data[place] ^= 1 << rng.randrange(8)
            elif action == 2:
                del data[place : place + rng.randrange(1, 9)]
            else:
                data[place:place] = data[start : start + rng.randrange(1, 40)]
        path.write_bytes(data)
        began = time.perf_counter()
        sentence = None
        try:
            assert read_hu(slice_).shape == stored.shape
        except CtboxError as error:
            sentence = str(error)
        assert sentence is None or str(path) in sentence
        assert time.perf_counter() - began < 5
