"""Slices written are valid CT, whole or absent, and read back as they were."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom import config

from ctbox.dicom.pixels import read_hu
from ctbox.dicom.reading import read_series
from ctbox.dicom.series import VoiWindow
from ctbox.dicom.writing import CtHeader, write_ct_slice
from ctbox.errors import CtboxError
from tests.builders import make_hu, make_uid

HEADER = CtHeader(
    patient_id="Lung_Dx-E0009",
    study_instance_uid=make_uid("study"),
    series_instance_uid=make_uid("series"),
    sop_instance_uid=make_uid("sop"),
    frame_of_reference_uid=make_uid("frame"),
    image_position_mm=(-179.123456789012, -1 / 3, 62.5),
    pixel_spacing_mm=(0.71, 0.69),
    slice_thickness_mm=2.5,
    instance_number=4,
    acquisition_number=2,
    series_number=7,
    series_description="5mm Lung",
    study_description="Chest",
    study_date="20090201",
    manufacturer="ctbox phantom",
    convolution_kernel="LUNG",
    patient_sex="M",
    patient_age="058Y",
    windows=(VoiWindow(-700, 1400, "Lung"), VoiWindow(40, 350, "Mediastinum")),
    padding_value=-2000,
    image_comments="Synthetic",
)


@pytest.mark.parametrize("storage", ["int16", "uint12"])
def test_everything_reads_back(tmp_path: Path, storage: str) -> None:
    header = dataclasses.replace(
        HEADER, storage=storage, padding_value=-2000 if storage == "int16" else None
    )
    hu = make_hu()
    write_ct_slice(tmp_path / "deep" / "a.dcm", hu, header)
    (series,) = read_series(tmp_path).series
    (slice_,) = series.slices
    assert (read_hu(slice_) == hu).all()
    assert slice_.image_position_mm == pytest.approx(HEADER.image_position_mm, abs=1e-9)
    assert slice_.pixel_spacing_mm == (0.71, 0.69)
    assert slice_.slice_thickness_mm == 2.5
    assert slice_.windows == HEADER.windows
    assert slice_.sop_instance_uid == HEADER.sop_instance_uid
    assert (slice_.instance_number, slice_.acquisition_number) == (4, 2)
    for name in (
        "study_instance_uid",
        "series_instance_uid",
        "frame_of_reference_uid",
        "patient_id",
        "patient_sex",
        "patient_age",
        "series_number",
        "study_description",
        "study_date",
        "manufacturer",
        "convolution_kernel",
    ):
        assert getattr(series, name) == getattr(HEADER, name), name
    assert series.description == HEADER.series_description
    assert series.problems == ()


def test_pydicom_finds_it_valid(tmp_path: Path) -> None:
    write_ct_slice(tmp_path / "a.dcm", make_hu(), HEADER)
    with config.strict_reading():
        dataset = pydicom.dcmread(tmp_path / "a.dcm")
        values = [element.value for element in dataset.iterall()]
    assert len(values) > 40
    assert dataset.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"
    assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID
    assert (dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation) == (16, 15, 1)
    assert dataset.PixelPaddingValue == -2000
    assert dataset.pixel_array.shape == (32, 40)


def test_values_are_clipped_to_the_storage(tmp_path: Path) -> None:
    hu = np.array([[-5000, -3024, -1024, 3071, 9000]], np.int16)
    write_ct_slice(tmp_path / "a.dcm", hu, HEADER)
    assert pydicom.dcmread(tmp_path / "a.dcm").pixel_array[0].tolist() == [
        -3976,
        -2000,
        0,
        4095,
        10024,
    ]
    unsigned = dataclasses.replace(HEADER, storage="uint12", padding_value=None)
    write_ct_slice(tmp_path / "a.dcm", hu, unsigned)
    assert pydicom.dcmread(tmp_path / "a.dcm").pixel_array[0].tolist() == [0, 0, 0, 4095, 4095]


def test_missing_acquisition_number_is_left_out(tmp_path: Path) -> None:
    write_ct_slice(
        tmp_path / "a.dcm", make_hu(), dataclasses.replace(HEADER, acquisition_number=None)
    )
    assert "AcquisitionNumber" not in pydicom.dcmread(tmp_path / "a.dcm")


def test_failure_leaves_the_old_file_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.dcm"
    write_ct_slice(path, make_hu(), HEADER)
    before = path.read_bytes()

    def fail(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(CtboxError, match="No space left") as caught:
        write_ct_slice(path, make_hu(seed=1), HEADER)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_folder_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CtboxError, match="cannot be written"):
        write_ct_slice(tmp_path / "file" / "a.dcm", make_hu(), HEADER)


def test_padding_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="-2000 does not fit uint12"):
        write_ct_slice(tmp_path / "a.dcm", make_hu(), dataclasses.replace(HEADER, storage="uint12"))


def test_volumes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="shape"):
        write_ct_slice(tmp_path / "a.dcm", np.zeros((2, 3, 4), np.int16), HEADER)
