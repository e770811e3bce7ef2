"""Series and slices as frozen values; their pixels stay on disk until asked for."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from ctbox.dicom.archives import MemberSpan, find_member, read_member

CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
CT_CLASSES = (CT_IMAGE_STORAGE, f"{CT_IMAGE_STORAGE}.1", f"{CT_IMAGE_STORAGE}.2")
"""CT Image, Enhanced CT Image and Legacy Converted Enhanced CT Image Storage."""
PET_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.128"
SECONDARY_CAPTURE_PREFIX = "1.2.840.10008.5.1.4.1.1.7"

Vector3 = tuple[float, float, float]
Orientation = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True, order=True)
class InstanceSource:
    """Where one instance's bytes lie: a file, or a member of a ZIP archive.

    Parameters
    ----------
    path : pathlib.Path
        The file, or the archive.
    member : str, optional
        The member's name inside the archive.
    span : MemberSpan, optional
        Where the member lies; looked up in the archive's directory if not given.
    """

    path: Path
    member: str | None = None
    span: MemberSpan | None = field(default=None, compare=False, repr=False)

    @property
    def display(self) -> str:
        """The place as a user reads it."""
        return str(self.path) if self.member is None else f"{self.path}!/{self.member}"

    def read(self, limit: int | None = None) -> bytes:
        """Read the instance's bytes, all of them or the first `limit`.

        Raises
        ------
        OSError
            If the file cannot be read.
        ArchiveError
            If the archive or its member is damaged or refused.
        """
        if self.member is None:
            # Unbuffered, so that a head costs one small read.
            with self.path.open("rb", buffering=0) as file:
                return file.readall() if limit is None else file.read(limit)
        span = self.span or find_member(self.path, self.member)
        return read_member(self.path, self.member, span, limit)

    def read_head(self, limit: int) -> tuple[bytes, int]:
        """Read the first `limit` bytes and tell the length of all; errors as `read`."""
        if self.member is not None:
            return self.read(limit), self.size()
        with self.path.open("rb", buffering=0) as file:
            return file.read(limit), os.fstat(file.fileno()).st_size

    def size(self) -> int:
        """Return the length in bytes; of a member, the length that its archive declares.

        Raises
        ------
        OSError
            If the file cannot be found.
        ArchiveError
            If the archive or its member is damaged or refused.
        """
        if self.member is None:
            return self.path.stat().st_size
        return (self.span or find_member(self.path, self.member)).size_bytes

    def open(self) -> BinaryIO:
        """Open the bytes for reading; the caller closes them. Errors as `read`."""
        return self.path.open("rb") if self.member is None else io.BytesIO(self.read())


@dataclass(frozen=True, slots=True)
class VoiWindow:
    """A display window (PS3.3 C.11.2.1.2), in HU for CT.

    Parameters
    ----------
    center, width : float
        Window center and width.
    name : str
        What to call it, from the file's explanation or a preset.
    """

    center: float
    width: float
    name: str = ""


LUNG_WINDOW = VoiWindow(-700.0, 1400.0, "Lung")
MEDIASTINUM_WINDOW = VoiWindow(40.0, 350.0, "Mediastinum")


@dataclass(frozen=True, slots=True)
class Slice:
    """One displayed plane of a series.

    Parameters
    ----------
    sop_instance_uid, sop_class_uid, transfer_syntax_uid : str
        DICOM identifiers. Frames of one instance share its UID, so they get ``#1``, ``#2``…
        behind it here: every slice has an identifier of its own.
    source : InstanceSource
        Where the pixels lie.
    rows, columns, samples_per_pixel : int
        Size of the image.
    photometric_interpretation : str
        MONOCHROME1, MONOCHROME2, RGB…
    instance_number, acquisition_number : int or None
        As in the file.
    image_position_mm : tuple or None
        Centre of the upper left pixel in the patient's system (LPS), mm.
    image_orientation : tuple or None
        Direction cosines of the row, then of the column (PS3.3 C.7.6.2.1.1).
    pixel_spacing_mm : tuple or None
        Spacing between rows, then between columns, mm.
    position_along_normal_mm : float or None
        Place along the normal of the image planes, mm.
    slice_thickness_mm : float or None
        Nominal thickness, which is not the spacing.
    windows : tuple of VoiWindow
        The file's own display windows.
    frame : int or None
        Which frame of a multi-frame instance, from 0; None where the instance has one image.
    is_lossy : bool
        Whether the file says that its image was ever compressed with loss.
    has_rescale : bool
        Whether the file says how stored values become HU (PS3.3 C.11.1); a CT image that does
        not is shown as stored.
    pixel_aspect : float or None
        Height of a pixel over its width: from the spacing, else from PixelAspectRatio, else 1
        where the file has neither (PS3.3 C.7.6.3.1.7); None where what it has is of no use.
    """

    sop_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    source: InstanceSource
    rows: int
    columns: int
    samples_per_pixel: int = 1
    photometric_interpretation: str = "MONOCHROME2"
    instance_number: int | None = None
    acquisition_number: int | None = None
    image_position_mm: Vector3 | None = None
    image_orientation: Orientation | None = None
    pixel_spacing_mm: tuple[float, float] | None = None
    position_along_normal_mm: float | None = None
    slice_thickness_mm: float | None = None
    windows: tuple[VoiWindow, ...] = ()
    frame: int | None = None
    is_lossy: bool = False
    has_rescale: bool = True
    pixel_aspect: float | None = 1.0

    @property
    def instance_uid(self) -> str:
        """The file's own SOP Instance UID, which all frames of one instance share."""
        return self.sop_instance_uid.partition("#")[0]

    @property
    def value_unit(self) -> str:
        """What values as read are measured in: HU of CT, else empty."""
        return "HU" if self.sop_class_uid in CT_CLASSES and self.has_rescale else ""

    @property
    def is_color(self) -> bool:
        """Whether the slice has colours, by sample or by palette, instead of HU."""
        return self.samples_per_pixel > 1 or self.photometric_interpretation == "PALETTE COLOR"

    @property
    def is_inverted(self) -> bool:
        """Whether low values are to be shown bright (MONOCHROME1, PS3.3 C.7.6.3.1.2)."""
        return self.photometric_interpretation == "MONOCHROME1"


@dataclass(frozen=True, slots=True)
class Series:
    """One series as the user sees it: the slices in display order, most cranial first.

    A SeriesInstanceUID that repeats its positions over several acquisitions becomes several
    of these, told apart by `acquisition_number`.

    Parameters
    ----------
    series_instance_uid, study_instance_uid, frame_of_reference_uid : str or None
        DICOM identifiers.
    acquisition_number : int or None
        Set where the series was split by acquisition, or where all slices agree on one.
    patient_id : str or None
        As in the file.
    subtype : str or None
        Letter A, B, E or G from the collection's patient ID; None elsewhere.
    modality, sop_class_uid, description, manufacturer, convolution_kernel, model_name : str or None
        As in the file. Colour secondary captures here claim modality CT.
    slices : tuple of Slice
        Most cranial first where the geometry is known.
    slice_spacing_mm : float or None
        Median distance between neighbouring positions; None with fewer than two positions.
    problems : tuple of str
        What the user should know of its geometry, one sentence each.
    not_a_volume : bool
        Several images of one position (scrolled by time), or images without position.
    was_split : bool
        Whether the SeriesInstanceUID was split by acquisition.
    part : int
        0, or the place among the parts of one SeriesInstanceUID whose images differ in size,
        orientation or class and cannot be one stack.
    series_number : int or None
        As in the file.
    study_description, study_date, patient_sex, patient_age : str or None
        As in the file: date as YYYYMMDD, age as "058Y".
    is_localizer : bool
        Whether the images are overviews (scouts) for planning.
    body_part : str or None
        Body Part Examined, as in the file; a scanner's protocol sets it, so it may be wrong.
    """

    series_instance_uid: str
    slices: tuple[Slice, ...]
    study_instance_uid: str | None = None
    frame_of_reference_uid: str | None = None
    acquisition_number: int | None = None
    patient_id: str | None = None
    subtype: str | None = None
    modality: str | None = None
    sop_class_uid: str | None = None
    description: str | None = None
    manufacturer: str | None = None
    convolution_kernel: str | None = None
    slice_spacing_mm: float | None = None
    problems: tuple[str, ...] = field(default=())
    not_a_volume: bool = False
    was_split: bool = False
    part: int = 0
    series_number: int | None = None
    study_description: str | None = None
    study_date: str | None = None
    patient_sex: str | None = None
    patient_age: str | None = None
    is_localizer: bool = False
    model_name: str | None = None
    body_part: str | None = None

    @property
    def key(self) -> str:
        """Identifier that is unique also where a SeriesInstanceUID was split."""
        part = f"/{self.part}" if self.part else ""
        acquisition = f"#{self.acquisition_number}" if self.was_split else ""
        return self.series_instance_uid + part + acquisition

    @property
    def rows(self) -> int:
        """Rows of the first slice."""
        return self.slices[0].rows

    @property
    def columns(self) -> int:
        """Columns of the first slice."""
        return self.slices[0].columns

    @property
    def pixel_spacing_mm(self) -> tuple[float, float] | None:
        """Row and column spacing of the first slice, mm."""
        return self.slices[0].pixel_spacing_mm

    @property
    def slice_thickness_mm(self) -> float | None:
        """Nominal thickness of the first slice, mm."""
        return self.slices[0].slice_thickness_mm

    @property
    def is_secondary_capture(self) -> bool:
        """Whether the SOP Class is a secondary capture, whatever the modality says."""
        return (self.sop_class_uid or "").startswith(SECONDARY_CAPTURE_PREFIX)

    @property
    def skip_detection_reason(self) -> str | None:
        """Why the detector does not run on this series; None if it does."""
        from ctbox.dicom.geometry import find_plane  # late: it knows this module's types

        if self.is_secondary_capture or self.slices[0].is_color:
            return "Secondary capture or colour image: it holds no HU to predict on."
        if self.modality != "CT" or self.sop_class_uid not in CT_CLASSES:
            return f"Modality {self.modality or 'unknown'} is not CT: the detector knows only CT."
        if self.is_localizer:
            return "Localizer: an overview, not a volume of slices."
        if self.not_a_volume:
            return "Not a volume: its images share one position or have none."
        plane = find_plane(self.slices[0].image_orientation)
        if plane not in ("axial", None):
            return f"Its slices are {plane}: the detector knows only axial ones."
        if not all(slice_.has_rescale for slice_ in self.slices):
            return "No rescale slope and intercept: its values are not HU."
        return None
