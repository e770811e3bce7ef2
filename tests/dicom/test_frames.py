"""Multi-frame images, enhanced ones with functional groups included, and localizers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence

from ctbox.dicom.grouping import build_series
from ctbox.dicom.header import SeriesAttributes
from ctbox.dicom.pixels import read_hu, read_rgb, read_volume
from ctbox.dicom.reading import read_series
from ctbox.errors import DicomReadError
from tests.builders import (
    AXIAL,
    EXPLICIT_LITTLE_ENDIAN,
    IMPLICIT_LITTLE_ENDIAN,
    compress,
    make_dataset,
    make_hu,
    save_dataset,
    set_tags,
    write_rgb,
    write_series,
    zip_folder,
)
from tests.dicom.headers import make_stack
from tests.dicom.test_codecs import JPEG_LS, RLE, encode_jpeg_ls, encode_rle

ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.1"


def make_volume(n_frames: int = 4) -> NDArray[np.int16]:
    return np.stack([make_hu(10, 12, seed=seed) for seed in range(n_frames)])


def make_item(**elements: Any) -> Dataset:
    item = Dataset()
    for keyword, value in elements.items():
        setattr(item, keyword, value)
    return item


def make_enhanced(hu: NDArray[np.int16], slopes: list[float] | None = None) -> FileDataset:
    """Return an enhanced CT of HU, most caudal frame first, each with a rescale of its own."""
    ds = make_dataset(hu[0], position=None, orientation=None, spacing=None, thickness=None)
    dropped = ("RescaleSlope", "RescaleIntercept", "WindowCenter", "WindowWidth", "PixelData")
    set_tags(ds, dict.fromkeys((*dropped, "AcquisitionNumber", "ConvolutionKernel")))
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = ENHANCED_CT
    ds.NumberOfFrames = len(hu)
    measures = make_item(PixelSpacing=[0.8, 0.6], SliceThickness=2.0)
    shared = make_item(
        PixelMeasuresSequence=Sequence([measures]),
        PlaneOrientationSequence=Sequence([make_item(ImageOrientationPatient=list(AXIAL))]),
        CTReconstructionSequence=Sequence([make_item(ConvolutionKernel="B30f")]),
    )
    frames, stored = [], []
    for index, image in enumerate(hu):
        slope = 1.0 if slopes is None else slopes[index]
        rescale = make_item(RescaleSlope=slope, RescaleIntercept=-1024 - index, RescaleType="HU")
        position = make_item(ImagePositionPatient=[-10, -20, 100 + 2 * index])
        content = make_item(FrameAcquisitionNumber=3, FrameAcquisitionDateTime="20090201101500")
        window = make_item(WindowCenter=40 + index, WindowWidth=350)
        frames.append(
            make_item(
                PixelValueTransformationSequence=Sequence([rescale]),
                PlanePositionSequence=Sequence([position]),
                FrameContentSequence=Sequence([content]),
                FrameVOILUTSequence=Sequence([window]),
            )
        )
        stored.append(np.rint((image + 1024.0 + index) / slope).astype("<i2"))
    ds.SharedFunctionalGroupsSequence = Sequence([shared])
    ds.PerFrameFunctionalGroupsSequence = Sequence(frames)
    ds.PixelData = np.stack(stored).tobytes()
    return ds


def open_lengths(ds: Dataset) -> None:
    """Write all sequences and items with undefined length."""
    for element in ds.iterall():
        if element.VR == "SQ":
            element.is_undefined_length = True
            for item in element.value:
                item.is_undefined_length_sequence_item = True


@pytest.mark.parametrize("syntax", [IMPLICIT_LITTLE_ENDIAN, EXPLICIT_LITTLE_ENDIAN])
@pytest.mark.parametrize("is_undefined", [False, True])
def test_enhanced_ct_is_a_volume(tmp_path: Path, syntax: str, is_undefined: bool) -> None:
    hu = make_volume()
    ds = make_enhanced(hu)
    if is_undefined:
        open_lengths(ds)
    path = save_dataset(ds, tmp_path / "case" / "a.dcm", syntax)
    for place in (path, zip_folder(path.parent)):
        (series,) = read_series(place).series
        # Cranial first, as in any other series; the file has it the other way round.
        assert [slice_.frame for slice_ in series.slices] == [3, 2, 1, 0]
        assert (read_volume(series) == hu[::-1]).all()
        assert series.skip_detection_reason is None
        assert series.problems == ()
        assert (series.slice_spacing_mm, series.slice_thickness_mm) == (2.0, 2.0)
        assert series.pixel_spacing_mm == (0.8, 0.6)
        assert (series.acquisition_number, series.convolution_kernel) == (3, "B30f")
        assert series.slices[0].windows[0].center == 43
        uid = str(ds.SOPInstanceUID)
        assert [s.sop_instance_uid for s in series.slices] == [f"{uid}#{n}" for n in (4, 3, 2, 1)]
        assert {s.instance_uid for s in series.slices} == {uid}


def test_enhanced_big_endian_ct(tmp_path: Path) -> None:
    hu = make_volume(2)
    ds = make_enhanced(hu)
    ds.PixelData = np.frombuffer(ds.PixelData, "<i2").astype(">i2").tobytes()
    ds["PixelData"].VR = "OW"
    ds.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRBigEndian
    path = tmp_path / "a.dcm"
    pydicom.dcmwrite(path, ds, implicit_vr=False, little_endian=False, force_encoding=True)
    (series,) = read_series(path).series
    assert series.acquisition_number == 3
    assert (read_volume(series) == hu[::-1]).all()


def test_each_frame_has_its_own_rescale(tmp_path: Path) -> None:
    hu = make_volume(2) // 4 * 4
    ds = make_enhanced(hu, slopes=[0.5, 2.0])
    path = save_dataset(ds, tmp_path / "a.dcm")
    (series,) = read_series(path).series
    assert np.abs(read_volume(series)[::-1].astype(int) - hu).max() <= 1


@pytest.mark.parametrize(("syntax", "encode"), [(JPEG_LS, encode_jpeg_ls), (RLE, encode_rle)])
@pytest.mark.parametrize("has_table", [True, False])
@pytest.mark.parametrize("fragments", [1, 2])
def test_compressed_enhanced_ct(
    tmp_path: Path, syntax: str, encode: Any, has_table: bool, fragments: int
) -> None:
    hu = make_volume()
    ds = make_enhanced(hu)
    frames = [encode(image) for image in np.frombuffer(ds.PixelData, "<i2").reshape(hu.shape)]
    compress(ds, frames, has_table=has_table, fragments_per_frame=fragments)
    path = save_dataset(ds, tmp_path / "a.dcm", syntax)
    (series,) = read_series(path).series
    if syntax == RLE and fragments == 2 and not has_table:
        with pytest.raises(DicomReadError, match="4 frames cannot be told apart"):
            read_volume(series)
    else:
        assert (read_volume(series) == hu[::-1]).all()


def test_damaged_groups_leave_frames_without_geometry(tmp_path: Path) -> None:
    ds = make_enhanced(make_volume())
    ds.PerFrameFunctionalGroupsSequence = Sequence([])
    path = save_dataset(ds, tmp_path / "a.dcm")
    (series,) = read_series(path).series
    assert [slice_.frame for slice_ in series.slices] == [0, 1, 2, 3]
    assert series.not_a_volume
    assert "No rescale slope" in series.problems[0]
    assert "ImagePositionPatient missing" in series.problems[1]


def test_plain_frames_are_scrolled_in_their_order(tmp_path: Path) -> None:
    rgb = np.random.default_rng(3).integers(0, 256, (12, 6, 8, 3)).astype(np.uint8)
    path = write_rgb(tmp_path, rgb[0])
    ds = pydicom.dcmread(path)
    ds.NumberOfFrames, ds.PixelData = len(rgb), rgb.tobytes()
    ds.save_as(path)
    (series,) = read_series(path).series
    assert [slice_.frame for slice_ in series.slices] == list(range(12))
    assert (np.stack([read_rgb(slice_) for slice_ in series.slices]) == rgb).all()


def test_missing_frames_are_told(tmp_path: Path) -> None:
    ds = make_enhanced(make_volume())
    ds.NumberOfFrames = 5
    (skipped,) = read_series(save_dataset(ds, tmp_path / "a.dcm")).skipped
    assert "1200 bytes expected for 10 × 12 pixels in 5 frames, 960 found" in skipped.reason
    frames = [bytes(imagecodecs.jpegls_encode(np.zeros((10, 12), np.uint16)))] * 3
    path = save_dataset(compress(ds, frames), tmp_path / "b.dcm", JPEG_LS)
    ds.NumberOfFrames = 4
    path = save_dataset(ds, tmp_path / "b.dcm", JPEG_LS)
    (series,) = read_series(path).series
    with pytest.raises(DicomReadError, match="4 frames cannot be told apart"):
        read_hu(series.slices[0])


@pytest.mark.parametrize("frames", [-3, 20_001, 10**9])
def test_absurd_numbers_of_frames_are_refused(tmp_path: Path, frames: int) -> None:
    ds = make_dataset(tags={"NumberOfFrames": frames})
    (skipped,) = read_series(save_dataset(ds, tmp_path / "a.dcm")).skipped
    assert skipped.reason.startswith(f"It claims {frames} frames")
    compress(ds, [b"\0\0"])
    ds.NumberOfFrames = 19_000
    (skipped,) = read_series(save_dataset(ds, tmp_path / "a.dcm", JPEG_LS)).skipped
    assert skipped.reason.startswith("Truncated pixel data")


def test_file_that_changes_between_frames_is_read_anew(tmp_path: Path) -> None:
    hu = make_volume()
    path = save_dataset(make_enhanced(hu), tmp_path / "a.dcm")
    (series,) = read_series(path).series
    assert (read_hu(series.slices[0]) == hu[3]).all()
    save_dataset(make_enhanced(hu[::-1]), path)
    assert (read_hu(series.slices[0]) == hu[0]).all()
    path.unlink()
    with pytest.raises(DicomReadError, match="No such file"):
        read_hu(series.slices[0])


def test_localizer_in_a_series_is_kept_apart(tmp_path: Path) -> None:
    write_series(tmp_path, 4, tags={"ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"]})
    for number, height in ((90, 40.0), (91, 45.0)):
        dataset = make_dataset(
            instance_number=number,
            position=(-100.0, -100.0, height),
            tags={"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER", "CT_SOM5 TOP"]},
        )
        save_dataset(dataset, tmp_path / f"{number}.dcm")
    volume, scout = read_series(tmp_path).series
    assert (len(volume.slices), volume.is_localizer, volume.not_a_volume) == (4, False, False)
    assert volume.skip_detection_reason is None
    assert (len(scout.slices), scout.is_localizer, scout.not_a_volume) == (2, True, True)
    assert scout.problems[1].startswith("Localizer")
    assert "Localizer" in (scout.skip_detection_reason or "")
    assert volume.key != scout.key


def test_more_localizers_than_slices_do_not_take_the_key() -> None:
    scout_like = SeriesAttributes(patient_id="Lung_Dx-A0001", modality="CT", is_localizer=True)
    scouts = make_stack(range(5), attributes=scout_like)
    volume, scout = build_series([*scouts, *make_stack([10.0, 15.0], acquisition=2)])
    assert (volume.key, len(volume.slices)) == ("1.2.3", 2)
    assert (scout.key, len(scout.slices)) == ("1.2.3/1", 5)
