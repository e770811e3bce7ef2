"""Tiny DICOM files and series for tests, written with pydicom alone.

Nothing here uses ctbox, so that a test of ctbox's reading does not lean on its writing.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pydicom.encaps
from numpy.typing import NDArray
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
SECONDARY_CAPTURE_STORAGE = "1.2.840.10008.5.1.4.1.1.7"
EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
IMPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2"

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)

Tags = Mapping[str, Any]


def make_uid(*parts: object) -> str:
    """Return the same valid UID for the same parts, every time."""
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return f"2.25.{int.from_bytes(digest[:15], 'big')}"


def make_hu(rows: int = 32, columns: int = 40, seed: int = 0) -> NDArray[np.int16]:
    """Return an int16 image (rows, columns) in HU: air, a body, noise; no symmetry."""
    rng = np.random.default_rng(seed)
    hu = np.full((rows, columns), -1000, dtype=np.int16)
    hu[rows // 8 : rows * 3 // 4, columns // 8 : columns * 5 // 6] = 40
    noise = rng.integers(-10, 11, size=(rows, columns))
    return np.asarray(hu + noise, dtype=np.int16)


def make_dataset(
    hu: NDArray[np.int16] | None = None,
    *,
    sop_instance_uid: str | None = None,
    series_instance_uid: str | None = None,
    study_instance_uid: str | None = None,
    patient_id: str = "Lung_Dx-A0001",
    instance_number: int = 1,
    acquisition_number: int | None = 1,
    position: Sequence[float] | None = (-100.0, -100.0, 0.0),
    orientation: Sequence[float] | None = AXIAL,
    spacing: Sequence[float] | None = (0.7, 0.7),
    thickness: float | None = 5.0,
    intercept: float = -1024.0,
    padding: int | None = -2000,
    tags: Tags | None = None,
) -> FileDataset:
    """Return a CT slice as a dataset: signed 16 bits, stored value = HU − intercept.

    `tags` sets any further element by keyword after everything else; a value of None deletes it.
    None for a named argument leaves its element out.
    """
    hu = make_hu() if hu is None else hu
    series = series_instance_uid or make_uid("series", patient_id)
    sop = sop_instance_uid or make_uid("sop", series, acquisition_number, instance_number)
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = CT_IMAGE_STORAGE
    meta.MediaStorageSOPInstanceUID = sop
    ds = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    ds.SOPClassUID, ds.SOPInstanceUID = CT_IMAGE_STORAGE, sop
    ds.SeriesInstanceUID = series
    ds.StudyInstanceUID = study_instance_uid or make_uid("study", patient_id)
    ds.FrameOfReferenceUID = make_uid("frame", patient_id)
    ds.PatientID, ds.PatientName = patient_id, "Test^Nobody"
    ds.PatientSex, ds.PatientAge = "F", "061Y"
    ds.Modality, ds.Manufacturer, ds.ConvolutionKernel = "CT", "ctbox tests", "STANDARD"
    ds.SeriesDescription, ds.StudyDescription = "5mm", "Chest"
    ds.StudyDate, ds.SeriesNumber, ds.InstanceNumber = "20090201", 2, instance_number
    ds.Rows, ds.Columns = hu.shape
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 1
    ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType = 1, intercept, "HU"
    ds.WindowCenter, ds.WindowWidth = 40, 350
    ds.PixelData = np.round(hu - intercept).astype("<i2").tobytes()
    optional = {
        "AcquisitionNumber": acquisition_number,
        "ImagePositionPatient": None if position is None else list(position),
        "ImageOrientationPatient": None if orientation is None else list(orientation),
        "PixelSpacing": None if spacing is None else list(spacing),
        "SliceThickness": thickness,
        "PixelPaddingValue": padding,
    }
    set_tags(ds, {key: value for key, value in optional.items() if value is not None})
    set_tags(ds, tags or {})
    return ds


def set_tags(ds: FileDataset, tags: Tags) -> None:
    """Set elements by keyword; None deletes."""
    for keyword, value in tags.items():
        if value is None:
            if keyword in ds:
                delattr(ds, keyword)
        else:
            setattr(ds, keyword, value)


def save_dataset(
    ds: FileDataset, path: Path, transfer_syntax: str = EXPLICIT_LITTLE_ENDIAN
) -> Path:
    """Write a dataset; folders are made.

    Pixel data are taken as they are: encapsulated already for a compressed transfer syntax,
    turned round already for big endian.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    ds.file_meta.TransferSyntaxUID = pydicom.uid.UID(transfer_syntax)
    if "PixelData" in ds:
        is_compressed = ds.file_meta.TransferSyntaxUID.is_encapsulated
        wide = int(ds.BitsAllocated) > 8 or transfer_syntax == IMPLICIT_LITTLE_ENDIAN
        ds["PixelData"].VR = "OW" if wide and not is_compressed else "OB"
        ds["PixelData"].is_undefined_length = is_compressed
    ds.save_as(path, enforce_file_format=True)
    return path


def encapsulate(
    frames: Sequence[bytes], *, fragments_per_frame: int = 1, has_table: bool = True
) -> bytes:
    """Return encapsulated pixel data (PS3.5 A.4) of compressed frames."""
    return pydicom.encaps.encapsulate(
        list(frames), fragments_per_frame=fragments_per_frame, has_bot=has_table
    )


def compress(ds: FileDataset, frames: Sequence[bytes], **arguments: Any) -> FileDataset:
    """Give a dataset compressed frames for its pixels; arguments as `encapsulate`."""
    ds.PixelData = encapsulate(frames, **arguments)
    if len(frames) > 1:
        ds.NumberOfFrames = len(frames)
    return ds


def write_slice(
    folder: Path,
    hu: NDArray[np.int16] | None = None,
    *,
    name: str | None = None,
    transfer_syntax: str = EXPLICIT_LITTLE_ENDIAN,
    **arguments: Any,
) -> Path:
    """Write one CT slice into a folder and return its path; arguments as `make_dataset`."""
    ds = make_dataset(hu, **arguments)
    path = folder / (name or f"{ds.get('AcquisitionNumber') or 1}-{int(ds.InstanceNumber):03d}.dcm")
    return save_dataset(ds, path, transfer_syntax)


def write_series(
    folder: Path,
    n_slices: int = 5,
    *,
    hu: NDArray[np.int16] | None = None,
    rows: int = 32,
    columns: int = 40,
    slice_spacing_mm: float = 5.0,
    first_z_mm: float = 100.0,
    first_instance_number: int = 1,
    **arguments: Any,
) -> list[Path]:
    """Write an axial series, most cranial slice first, and return its paths in that order.

    `hu` is a volume (n_slices, rows, columns) or one image for all; without it each slice gets
    noise of its own. Other arguments as `write_slice` (spacing, acquisition_number, patient_id…).
    """
    paths = []
    for index in range(n_slices):
        if hu is None:
            image = make_hu(rows, columns, seed=index)
        else:
            image = hu if hu.ndim == 2 else hu[index]
        place = (-100.0, -100.0, first_z_mm - index * slice_spacing_mm)
        number = first_instance_number + index
        paths.append(
            write_slice(folder, image, instance_number=number, **{"position": place, **arguments})
        )
    return paths


def write_smart_prep(folder: Path, n_images: int = 6, patient_id: str = "Lung_Dx-A0002") -> Path:
    """Write a bolus-tracking series: one position, each image an acquisition of its own."""
    for index in range(n_images):
        write_slice(
            folder,
            instance_number=index + 1,
            acquisition_number=index + 1,
            patient_id=patient_id,
            series_instance_uid=make_uid("smart-prep", patient_id),
            position=(-100.0, -100.0, 20.0),
            tags={"ContentTime": f"10{index:02d}00", "SeriesDescription": "Smart Prep Series"},
        )
    return folder


def write_rgb(
    folder: Path,
    rgb: NDArray[np.uint8] | None = None,
    *,
    name: str = "capture.dcm",
    planar: int = 0,
    **arguments: Any,
) -> Path:
    """Write a colour secondary capture (Modality CT, no geometry), as of fused PET-CT."""
    if rgb is None:
        rgb = np.random.default_rng(7).integers(0, 256, (24, 30, 3)).astype(np.uint8)
    arguments = {"position": None, "orientation": None, "spacing": None, **arguments}
    arguments = {"thickness": None, "padding": None, "patient_id": "Lung_Dx-B0040", **arguments}
    ds = make_dataset(np.zeros(rgb.shape[:2], np.int16), **arguments)
    dropped = ("RescaleSlope", "RescaleIntercept", "RescaleType", "WindowCenter", "WindowWidth")
    set_tags(ds, dict.fromkeys((*dropped, "FrameOfReferenceUID", "ConvolutionKernel")))
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = SECONDARY_CAPTURE_STORAGE
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "RGB", planar
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.PixelData = (rgb if planar == 0 else np.moveaxis(rgb, -1, 0)).tobytes()
    return save_dataset(ds, folder / name)


def zip_folder(folder: Path, archive: Path | None = None) -> Path:
    """Zip a folder's content (names relative to the folder) beside it and return the archive."""
    archive = archive or folder.with_suffix(".zip")
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for path in sorted(folder.rglob("*")):
            target.write(path, path.relative_to(folder).as_posix())
    return archive
