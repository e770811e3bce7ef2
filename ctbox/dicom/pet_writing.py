"""PET slices out as DICOM files (Positron Emission Tomography Image Storage, PS3.3 A.21)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.valuerep import DSfloat

from ctbox.dicom.series import PET_IMAGE_STORAGE
from ctbox.dicom.writing import (
    CtHeader,
    begin_dataset,
    set_geometry,
    set_identity,
    write_dataset,
)

F18_HALF_LIFE_S = 6586.2
"""Half-life of fluorine-18, 109.77 min."""
_MAX_STORED = 32767


@dataclass(frozen=True)
class PetHeader:
    """What a PET slice says besides what every slice does.

    Parameters
    ----------
    common : CtHeader
        Patient, study, series, place; what concerns CT alone is not written.
    slice_count : int
        Slices of the series.
    patient_weight_kg, patient_size_m : float
        Of the patient.
    injected_dose_bq : float
        Radionuclide total dose at the time of injection.
    injected_at, scanned_at : datetime
        Injection, and start of the series, to which the values are decay corrected.
    frame_duration_s : float
        Duration of the acquisition.
    """

    common: CtHeader
    slice_count: int
    patient_weight_kg: float
    patient_size_m: float
    injected_dose_bq: float
    injected_at: datetime
    scanned_at: datetime
    frame_duration_s: float = 150.0


def write_pet_slice(path: Path, activity_bq_ml: NDArray[np.floating], header: PetHeader) -> None:
    """Write one PET slice, whole or not at all, with a rescale slope of its own as scanners do.

    Parameters
    ----------
    path : pathlib.Path
        The file; an existing one is replaced.
    activity_bq_ml : ndarray
        Activity concentration (rows, columns), Bq/ml, not negative.
    header : PetHeader
        Everything else.

    Raises
    ------
    ValueError
        If the values are not two-dimensional.
    CtboxError
        If the file cannot be written.
    """
    if activity_bq_ml.ndim != 2:
        raise ValueError(f"A slice needs shape (rows, columns), got {activity_bq_ml.shape}.")
    common = header.common
    dataset = begin_dataset(PET_IMAGE_STORAGE, common.sop_instance_uid)
    set_identity(dataset, common)
    set_geometry(dataset, common)
    dataset.SOPClassUID, dataset.Modality = PET_IMAGE_STORAGE, "PT"
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    del dataset.KVP
    _set_times(dataset, header)
    _set_series(dataset, header)
    _set_isotope(dataset, header)
    _set_pixels(dataset, activity_bq_ml)
    write_dataset(path, dataset)


def _set_times(dataset: Dataset, header: PetHeader) -> None:
    start, step = header.scanned_at, timedelta(seconds=header.frame_duration_s)
    dataset.StudyDate = dataset.SeriesDate = dataset.AcquisitionDate = start.strftime("%Y%m%d")
    dataset.ContentDate = dataset.SeriesDate
    dataset.SeriesTime = dataset.AcquisitionTime = start.strftime("%H%M%S.%f")
    dataset.StudyTime = dataset.SeriesTime
    dataset.ContentTime = (start + step).strftime("%H%M%S.%f")


def _set_series(dataset: Dataset, header: PetHeader) -> None:
    """PET series and image (PS3.3 C.8.9.1, C.8.9.4)."""
    dataset.PatientWeight = DSfloat(header.patient_weight_kg, auto_format=True)
    dataset.PatientSize = DSfloat(header.patient_size_m, auto_format=True)
    dataset.Units, dataset.CountsSource = "BQML", "EMISSION"
    dataset.SeriesType = ["STATIC", "IMAGE"]
    dataset.NumberOfSlices = header.slice_count
    dataset.CorrectedImage = ["NORM", "DTIM", "ATTN", "SCAT", "DECY", "RAN"]
    dataset.DecayCorrection = "START"
    dataset.CollimatorType = "NONE"
    dataset.RandomsCorrectionMethod = "DLYD"
    dataset.AttenuationCorrectionMethod = "CT-based, synthetic"
    dataset.ScatterCorrectionMethod = "Synthetic"
    dataset.ReconstructionMethod = "Synthetic"
    dataset.FrameReferenceTime = 0
    dataset.ActualFrameDuration = round(1000 * header.frame_duration_s)
    dataset.DecayFactor = 1
    dataset.ImageIndex = header.common.instance_number


def _set_isotope(dataset: Dataset, header: PetHeader) -> None:
    """PET isotope (PS3.3 C.8.9.2)."""
    isotope = Dataset()
    isotope.Radiopharmaceutical = "Fluorodeoxyglucose"
    isotope.RadiopharmaceuticalStartTime = header.injected_at.strftime("%H%M%S.%f")
    isotope.RadiopharmaceuticalStartDateTime = header.injected_at.strftime("%Y%m%d%H%M%S.%f")
    isotope.RadionuclideTotalDose = DSfloat(header.injected_dose_bq, auto_format=True)
    isotope.RadionuclideHalfLife = DSfloat(F18_HALF_LIFE_S, auto_format=True)
    isotope.RadionuclidePositronFraction = DSfloat(0.967, auto_format=True)
    nuclide = Dataset()
    nuclide.CodeValue, nuclide.CodingSchemeDesignator = "C-111A1", "SRT"
    nuclide.CodeMeaning = "^18^Fluorine"
    isotope.RadionuclideCodeSequence = [nuclide]
    dataset.RadiopharmaceuticalInformationSequence = [isotope]
    dataset.PatientOrientationCodeSequence = []
    dataset.PatientGantryRelationshipCodeSequence = []


def _set_pixels(dataset: Dataset, activity_bq_ml: NDArray[np.floating]) -> None:
    highest = max(float(activity_bq_ml.max(initial=0.0)), 1e-3)
    # The slope that is written, in its sixteen characters, is the one that is divided by.
    slope = DSfloat(highest / _MAX_STORED, auto_format=True)
    stored = np.clip(np.rint(activity_bq_ml / float(str(slope))), 0, _MAX_STORED)
    dataset.Rows, dataset.Columns = activity_bq_ml.shape
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit, dataset.PixelRepresentation = 15, 1
    dataset.RescaleIntercept, dataset.RescaleSlope = 0, slope
    dataset.WindowCenter, dataset.WindowWidth = (
        DSfloat(highest / 2, auto_format=True),
        DSfloat(highest, auto_format=True),
    )
    dataset.add_new(0x7FE00010, "OW", stored.astype("<i2").tobytes())
