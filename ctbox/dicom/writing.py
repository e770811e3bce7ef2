"""CT slices out as DICOM files (CT Image Storage, PS3.3 A.3, Explicit VR Little Endian)."""

from __future__ import annotations

import io
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID
from pydicom.valuerep import DSfloat

from ctbox.dicom.scanning import EXPLICIT_VR_LITTLE_ENDIAN
from ctbox.dicom.series import CT_IMAGE_STORAGE, Orientation, Vector3, VoiWindow
from ctbox.errors import CtboxError

AXIAL_ORIENTATION: Orientation = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
RESCALE_INTERCEPT_HU = -1024

_STORED_RANGES = {"int16": (-32768, 32767), "uint12": (0, 4095)}


@dataclass(frozen=True)
class CtHeader:
    """What a CT slice says of itself besides its pixels.

    Parameters
    ----------
    patient_id : str
        Also written as the patient's name: no file made here is of a person.
    study_instance_uid, series_instance_uid, sop_instance_uid, frame_of_reference_uid : str
        DICOM identifiers.
    image_position_mm : tuple
        Centre of the upper left pixel in the patient's system (LPS), mm.
    pixel_spacing_mm : tuple
        Spacing between rows, then between columns, mm.
    slice_thickness_mm : float
        Nominal thickness.
    image_orientation : tuple, optional
        Direction cosines of the row, then of the column.
    instance_number : int
        Place in the series, from 1.
    acquisition_number : int or None, optional
        Left out if None, as Philips does.
    series_number : int, optional
        Place in the study.
    series_description, study_description, manufacturer, convolution_kernel : str, optional
        Text as scanners write it.
    study_date : str, optional
        YYYYMMDD; dates of series and image are the same.
    patient_sex, patient_age : str, optional
        "F", "M" or "O"; age as "058Y".
    windows : tuple of VoiWindow, optional
        Display windows.
    storage : {"int16", "uint12"}
        Signed 16 bits as GE, HU down to −31744; or unsigned 12 bits as Siemens and Philips,
        HU −1024…3071. The rescale intercept is −1024 in both.
    padding_value : int or None, optional
        Stored value that stands for "no pixel here"; −2000 (−3024 HU) for GE. Tag alone: where
        it applies is up to the HU given.
    image_comments : str, optional
        Free text, such as that a slice is synthetic.
    """

    patient_id: str
    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    frame_of_reference_uid: str
    image_position_mm: Vector3
    pixel_spacing_mm: tuple[float, float]
    slice_thickness_mm: float
    image_orientation: Orientation = AXIAL_ORIENTATION
    instance_number: int = 1
    acquisition_number: int | None = None
    series_number: int = 1
    series_description: str = ""
    study_description: str = ""
    study_date: str = ""
    manufacturer: str = ""
    convolution_kernel: str = ""
    patient_sex: str = ""
    patient_age: str = ""
    windows: tuple[VoiWindow, ...] = ()
    storage: Literal["int16", "uint12"] = "int16"
    padding_value: int | None = None
    image_comments: str = ""


def write_ct_slice(path: Path, hu: NDArray[np.integer], header: CtHeader) -> None:
    """Write one CT slice, whole or not at all; missing folders are made.

    Parameters
    ----------
    path : pathlib.Path
        The file; an existing one is replaced.
    hu : ndarray
        Integer HU (rows, columns); clipped to what the storage holds.
    header : CtHeader
        Everything else.

    Raises
    ------
    ValueError
        If `hu` is not two-dimensional, or the padding value does not fit the storage.
    CtboxError
        If the file cannot be written.
    """
    if hu.ndim != 2:
        raise ValueError(f"A slice needs shape (rows, columns), got {hu.shape}.")
    low, high = _STORED_RANGES[header.storage]
    if header.padding_value is not None and not low <= header.padding_value <= high:
        raise ValueError(f"Padding {header.padding_value} does not fit {header.storage}.")
    write_dataset(path, _build_dataset(hu, header))


def write_dataset(path: Path, dataset: FileDataset) -> None:
    """Write a data set, whole or not at all; missing folders are made.

    Raises
    ------
    CtboxError
        If the file cannot be written.
    """
    data = _encode(dataset)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_atomically(data, path)
    except OSError as error:
        raise CtboxError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Choose another folder, or make room on the disk.",
            path,
        ) from error


def _encode(dataset: FileDataset) -> bytes:
    # In memory first: pydicom tells of a value it cannot encode by OSError, as of a full disk.
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _write_atomically(data: bytes, path: Path) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def begin_dataset(sop_class_uid: str, sop_instance_uid: str) -> FileDataset:
    """Return a data set with nothing but its file meta information."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(sop_class_uid)
    meta.MediaStorageSOPInstanceUID = UID(sop_instance_uid)
    meta.TransferSyntaxUID = UID(EXPLICIT_VR_LITTLE_ENDIAN)
    meta.ImplementationVersionName = "CTBOX"
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SpecificCharacterSet = "ISO_IR 192"
    return dataset


def _build_dataset(hu: NDArray[np.integer], header: CtHeader) -> FileDataset:
    dataset = begin_dataset(CT_IMAGE_STORAGE, header.sop_instance_uid)
    set_identity(dataset, header)
    set_geometry(dataset, header)
    _set_pixels(dataset, hu, header)
    return dataset


def set_identity(dataset: Dataset, header: CtHeader) -> None:
    """Patient, study, series, equipment and instance (PS3.3 C.7.1 to C.7.5, C.12.1)."""
    dataset.SOPClassUID = CT_IMAGE_STORAGE
    dataset.SOPInstanceUID = header.sop_instance_uid
    dataset.StudyInstanceUID = header.study_instance_uid
    dataset.SeriesInstanceUID = header.series_instance_uid
    dataset.PatientID = dataset.PatientName = header.patient_id
    dataset.PatientBirthDate = ""
    dataset.PatientSex = header.patient_sex
    if header.patient_age:
        dataset.PatientAge = header.patient_age
    dataset.StudyID, dataset.AccessionNumber, dataset.ReferringPhysicianName = "", "", ""
    dataset.StudyDate = dataset.SeriesDate = dataset.ContentDate = header.study_date
    dataset.StudyTime = dataset.ContentTime = ""
    dataset.StudyDescription = header.study_description
    dataset.SeriesDescription = header.series_description
    dataset.SeriesNumber = header.series_number
    dataset.InstanceNumber = header.instance_number
    if header.acquisition_number is not None:
        dataset.AcquisitionNumber = header.acquisition_number
    dataset.Modality = "CT"
    dataset.Manufacturer = header.manufacturer
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.KVP = ""
    dataset.PatientPosition = "HFS"
    if header.convolution_kernel:
        dataset.ConvolutionKernel = header.convolution_kernel
    if header.image_comments:
        dataset.ImageComments = header.image_comments


def set_geometry(dataset: Dataset, header: CtHeader) -> None:
    """Frame of reference and image plane (PS3.3 C.7.4.1, C.7.6.2)."""
    dataset.FrameOfReferenceUID = header.frame_of_reference_uid
    dataset.PositionReferenceIndicator = ""
    dataset.ImagePositionPatient = as_decimals(header.image_position_mm)
    dataset.ImageOrientationPatient = as_decimals(header.image_orientation)
    dataset.PixelSpacing = as_decimals(header.pixel_spacing_mm)
    dataset.SliceThickness = DSfloat(header.slice_thickness_mm, auto_format=True)
    dataset.SliceLocation = DSfloat(header.image_position_mm[2], auto_format=True)


def as_decimals(values: tuple[float, ...]) -> list[DSfloat]:
    """Return decimal strings of at most 16 characters (PS3.5 6.2, VR DS)."""
    return [DSfloat(value, auto_format=True) for value in values]


def _set_pixels(dataset: Dataset, hu: NDArray[np.integer], header: CtHeader) -> None:
    """Image pixel, modality LUT and VOI LUT (PS3.3 C.7.6.3, C.8.2.1, C.11.2)."""
    is_signed = header.storage == "int16"
    low, high = _STORED_RANGES[header.storage]
    stored = np.clip(hu.astype(np.int32) - RESCALE_INTERCEPT_HU, low, high)
    dataset.Rows, dataset.Columns = hu.shape
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = 16
    dataset.BitsStored = 16 if is_signed else 12
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(is_signed)
    if header.padding_value is not None:
        dataset.add_new(0x00280120, "SS" if is_signed else "US", header.padding_value)
    dataset.RescaleIntercept, dataset.RescaleSlope = RESCALE_INTERCEPT_HU, 1
    dataset.RescaleType = "HU"
    if header.windows:
        dataset.WindowCenter = as_decimals(tuple(window.center for window in header.windows))
        dataset.WindowWidth = as_decimals(tuple(window.width for window in header.windows))
    if any(window.name for window in header.windows):
        dataset.WindowCenterWidthExplanation = [window.name for window in header.windows]
    dataset.add_new(0x7FE00010, "OW", stored.astype("<i2" if is_signed else "<u2").tobytes())
