"""SUV by body weight: the formula, what allows it, and the reason where nothing does."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from ctbox.dicom.pet_writing import F18_HALF_LIFE_S, PetHeader, write_pet_slice
from ctbox.dicom.pixels import read_hu
from ctbox.dicom.reading import read_series
from ctbox.dicom.suv import SuvError, compute_suv_factor, read_suv_scale
from ctbox.dicom.writing import CtHeader

COMMON = CtHeader(
    patient_id="P1",
    study_instance_uid="1.2.1",
    series_instance_uid="1.2.2",
    sop_instance_uid="1.2.3",
    frame_of_reference_uid="1.2.4",
    image_position_mm=(-10.0, -20.0, 30.0),
    pixel_spacing_mm=(4.0, 4.0),
    slice_thickness_mm=3.0,
    study_date="20060504",
)
HEADER = PetHeader(
    common=COMMON,
    slice_count=1,
    patient_weight_kg=70.0,
    patient_size_m=1.75,
    injected_dose_bq=350e6,
    injected_at=datetime(2006, 5, 4, 9, 0),  # noqa: DTZ001
    scanned_at=datetime(2006, 5, 4, 10, 0),  # noqa: DTZ001
)
# One hour: 350 MBq decay to 350 · 2^(−3600/6586.2) MBq; 70 kg of them are SUV 1.
EXPECTED = 70_000 / (350e6 * 2 ** (-3600 / F18_HALF_LIFE_S))


@pytest.fixture
def header(tmp_path: Path) -> Dataset:
    write_pet_slice(tmp_path / "pet.dcm", np.full((4, 5), 5000.0), HEADER)
    return dcmread(tmp_path / "pet.dcm", stop_before_pixels=True)


def test_factor_by_hand(header: Dataset) -> None:
    assert compute_suv_factor(header) == pytest.approx(EXPECTED)
    assert pytest.approx(0.000292, rel=2e-3) == EXPECTED


def test_values_survive_writing_within_half_a_step(tmp_path: Path) -> None:
    values = np.random.default_rng(1).uniform(0, 20_000, (6, 7))
    write_pet_slice(tmp_path / "pet.dcm", values, HEADER)
    (series,) = read_series(tmp_path).series
    read = read_hu(series.slices[0])
    assert read.dtype == np.float32
    assert np.abs(read - values).max() <= values.max() / 32767
    scale = read_suv_scale(series)
    assert (scale.factor, scale.unit, scale.problem) == (pytest.approx(EXPECTED), "Bq/ml", "")


def test_admin_correction_needs_no_times(header: Dataset) -> None:
    header.DecayCorrection = "ADMIN"
    del header.SeriesTime
    assert compute_suv_factor(header) == pytest.approx(70_000 / 350e6)


def test_injection_before_midnight(header: Dataset) -> None:
    isotope = header.RadiopharmaceuticalInformationSequence[0]
    del isotope.RadiopharmaceuticalStartDateTime
    isotope.RadiopharmaceuticalStartTime = "233000"
    header.SeriesTime = header.AcquisitionTime = "003000.00"
    assert compute_suv_factor(header) == pytest.approx(EXPECTED)


@pytest.mark.parametrize("injected", ["20060502090000", "20060504110000"])
def test_an_injection_days_before_or_after_the_scan_is_refused(
    header: Dataset, injected: str
) -> None:
    isotope = header.RadiopharmaceuticalInformationSequence[0]
    isotope.RadiopharmaceuticalStartDateTime = injected
    with pytest.raises(SuvError, match="within the day before the scan"):
        compute_suv_factor(header)


def test_two_isotopes_leave_the_dose_open(header: Dataset) -> None:
    isotopes = header.RadiopharmaceuticalInformationSequence
    header.RadiopharmaceuticalInformationSequence = [isotopes[0], isotopes[0]]
    with pytest.raises(SuvError, match="does not hold one item"):
        compute_suv_factor(header)


def test_gram_per_ml_is_suv_already(header: Dataset) -> None:
    header.Units = "GML"
    assert compute_suv_factor(header) == 1.0
    header.SUVType = "LBM"
    with pytest.raises(SuvError, match="by LBM"):
        compute_suv_factor(header)


def test_philips_counts_have_their_own_factor(header: Dataset) -> None:
    header.Units = "CNTS"
    with pytest.raises(SuvError, match="Philips"):
        compute_suv_factor(header)
    block = header.private_block(0x7053, "Philips PET Private Group", create=True)
    block.add_new(0x00, "DS", "0.000514")
    assert compute_suv_factor(header) == pytest.approx(0.000514)


@pytest.mark.parametrize(
    ("keyword", "value", "reason"),
    [
        ("Units", "CPS", "Units is CPS"),
        ("PatientWeight", None, "Patient's Weight is missing or zero"),
        ("PatientWeight", 0, "Patient's Weight is missing or zero"),
        ("CorrectedImage", ["DECY"], "attenuation"),
        ("CorrectedImage", ["ATTN"], "decay"),
        ("DecayCorrection", "NONE", "Decay Correction is NONE"),
        ("SeriesTime", "", "Series Time"),
        ("SeriesTime", "235900", "after Acquisition Time"),
        ("RadiopharmaceuticalInformationSequence", [], "does not hold one item"),
        ("SeriesDate", "20060507", "after Acquisition Time"),
    ],
)
def test_what_is_missing_is_named(header: Dataset, keyword: str, value, reason: str) -> None:
    setattr(header, keyword, value)
    with pytest.raises(SuvError, match=reason):
        compute_suv_factor(header)


@pytest.mark.parametrize(
    ("keyword", "name"),
    [
        ("RadionuclideTotalDose", "Radionuclide Total Dose"),
        ("RadionuclideHalfLife", "Radionuclide Half Life"),
    ],
)
def test_what_the_isotope_lacks_is_named(header: Dataset, keyword: str, name: str) -> None:
    delattr(header.RadiopharmaceuticalInformationSequence[0], keyword)
    with pytest.raises(SuvError, match=name):
        compute_suv_factor(header)


def test_reason_is_one_sentence_with_the_unit(tmp_path: Path) -> None:
    from dataclasses import replace

    write_pet_slice(tmp_path / "a.dcm", np.ones((4, 4)), replace(HEADER, patient_weight_kg=0.0))
    (series,) = read_series(tmp_path).series
    scale = read_suv_scale(series)
    assert scale.factor is None
    assert scale.problem == ("No SUV, values are in Bq/ml: Patient's Weight is missing or zero.")
    (tmp_path / "a.dcm").unlink()
    assert "cannot be read" in read_suv_scale(series).problem
