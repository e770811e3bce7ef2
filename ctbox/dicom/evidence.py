"""The images that an SR or SEG object refers to, reduced to what it may repeat of them.

Patient's name, birth date, accession number and all else that identifies beyond the patient ID
and the UIDs is left empty: those two are what an archive matches by.
"""

from __future__ import annotations

from collections.abc import Sequence

import pydicom
from pydicom.dataset import Dataset
from pydicom.valuerep import DA, TM, DSfloat

from ctbox.dicom.lesion_marks import split_frame
from ctbox.dicom.pydicom_errors import DAMAGED_FILE
from ctbox.dicom.series import Series, Slice
from ctbox.errors import ArchiveError, DicomReadError

_STUDY_TAGS = ("StudyDate", "StudyTime", "PatientSex", "PositionReferenceIndicator", "ImageType")
_SEXES = ("F", "M", "O")


def build_evidence(series: Series, slices: Sequence[Slice]) -> list[Dataset]:
    """Return a dataset without pixels for each slice.

    Raises
    ------
    DicomReadError
        If the first slice's header cannot be read any more.
    """
    study = _read_study(slices[0])
    return [_build_one(series, slice_, study) for slice_ in slices]


def _read_study(slice_: Slice) -> Dataset:
    """Read what of the study is not known from the scan."""
    try:
        with slice_.source.open() as file:
            header = pydicom.dcmread(
                file, stop_before_pixels=True, force=True, specific_tags=list(_STUDY_TAGS)
            )
        found = {name: header.get(name) for name in _STUDY_TAGS}
    except (*DAMAGED_FILE, ArchiveError) as error:
        raise DicomReadError(
            f"{slice_.source.display} cannot be read any more.",
            "Open the folder again.",
            slice_.source.display,
        ) from error
    study = Dataset()
    study.StudyDate = _keep_valid(found["StudyDate"], DA)
    study.StudyTime = _keep_valid(found["StudyTime"], TM)
    study.PatientSex = found["PatientSex"] if found["PatientSex"] in _SEXES else ""
    study.PositionReferenceIndicator = found["PositionReferenceIndicator"] or ""
    if found["ImageType"]:
        study.ImageType = found["ImageType"]
    return study


def _keep_valid(value: object, kind: type[DA] | type[TM]) -> str:
    try:
        return "" if not value else str(kind(str(value)) or "")
    except ValueError:
        return ""


def _build_one(series: Series, slice_: Slice, study: Dataset) -> Dataset:
    evidence = Dataset()
    evidence.update(study)
    evidence.SOPClassUID = slice_.sop_class_uid
    evidence.SOPInstanceUID = split_frame(slice_.sop_instance_uid)[0]
    evidence.StudyInstanceUID = series.study_instance_uid or ""
    evidence.SeriesInstanceUID = series.series_instance_uid
    evidence.Modality = series.modality or "OT"
    evidence.PatientID = series.patient_id or ""
    for name in ("PatientName", "PatientBirthDate", "AccessionNumber", "StudyID"):
        setattr(evidence, name, "")
    evidence.ReferringPhysicianName = ""
    evidence.SpecificCharacterSet = "ISO_IR 192"
    evidence.Rows, evidence.Columns = slice_.rows, slice_.columns
    if series.frame_of_reference_uid is not None:
        evidence.FrameOfReferenceUID = series.frame_of_reference_uid
    if slice_.image_position_mm is not None:
        evidence.ImagePositionPatient = _as_decimals(slice_.image_position_mm)
    if slice_.image_orientation is not None:
        evidence.ImageOrientationPatient = _as_decimals(slice_.image_orientation)
    if slice_.pixel_spacing_mm is not None:
        evidence.PixelSpacing = _as_decimals(slice_.pixel_spacing_mm)
    if slice_.slice_thickness_mm is not None:
        evidence.SliceThickness = DSfloat(slice_.slice_thickness_mm, auto_format=True)
    return evidence


def _as_decimals(values: Sequence[float]) -> list[DSfloat]:
    return [DSfloat(value, auto_format=True) for value in values]


def is_placed(evidence: Dataset) -> bool:
    """Whether an image has its full place in space."""
    names = (
        "FrameOfReferenceUID",
        "ImagePositionPatient",
        "ImageOrientationPatient",
        "PixelSpacing",
    )
    return all(name in evidence for name in names)
