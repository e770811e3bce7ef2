"""One instance's header as values: its slice, and what it says of its series."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from ctbox.dicom import elements as el
from ctbox.dicom.elements import Elements
from ctbox.dicom.functional_groups import GROUP_TAGS, FrameElements
from ctbox.dicom.geometry import find_valid_orientation
from ctbox.dicom.pixel_format import FORMAT_TAGS, MODALITY, NUMBER_OF_FRAMES, parse_pixel_format
from ctbox.dicom.scanning import ScannedHeader
from ctbox.dicom.series import InstanceSource, Orientation, Slice, Vector3, VoiWindow

SOP_CLASS_UID, SOP_INSTANCE_UID = 0x00080016, 0x00080018
STUDY_DATE, ACQUISITION_TIME = 0x00080020, 0x00080032
MODEL_NAME, BODY_PART = 0x00081090, 0x00180015
MANUFACTURER, STUDY_DESCRIPTION, SERIES_DESCRIPTION = 0x00080070, 0x00081030, 0x0008103E
PATIENT_ID, PATIENT_SEX, PATIENT_AGE = 0x00100020, 0x00100040, 0x00101010
SLICE_THICKNESS, CONVOLUTION_KERNEL = 0x00180050, 0x00181210
STUDY_INSTANCE_UID, SERIES_INSTANCE_UID = 0x0020000D, 0x0020000E
SERIES_NUMBER, INSTANCE_NUMBER = 0x00200011, 0x00200013
IMAGE_POSITION, IMAGE_ORIENTATION = 0x00200032, 0x00200037
FRAME_OF_REFERENCE_UID, PIXEL_SPACING = 0x00200052, 0x00280030
PIXEL_ASPECT_RATIO = 0x00280034
WINDOW_CENTER, WINDOW_WIDTH, WINDOW_EXPLANATION = 0x00281050, 0x00281051, 0x00281055

HEADER_TAGS = FORMAT_TAGS | GROUP_TAGS | {
    el.SPECIFIC_CHARACTER_SET, el.IMAGE_TYPE, el.CONTENT_TIME, el.ACQUISITION_NUMBER,
    SOP_CLASS_UID, SOP_INSTANCE_UID, STUDY_DATE, ACQUISITION_TIME, MANUFACTURER, MODEL_NAME,
    STUDY_DESCRIPTION, SERIES_DESCRIPTION, PATIENT_ID, PATIENT_SEX, PATIENT_AGE, BODY_PART,
    SLICE_THICKNESS, CONVOLUTION_KERNEL, STUDY_INSTANCE_UID, SERIES_INSTANCE_UID,
    SERIES_NUMBER, INSTANCE_NUMBER, IMAGE_POSITION, IMAGE_ORIENTATION,
    FRAME_OF_REFERENCE_UID, PIXEL_SPACING, PIXEL_ASPECT_RATIO,
    WINDOW_CENTER, WINDOW_WIDTH, WINDOW_EXPLANATION,
}  # fmt: skip

_OWN_TAGS = frozenset(
    {SOP_INSTANCE_UID, INSTANCE_NUMBER, IMAGE_POSITION, el.CONTENT_TIME, ACQUISITION_TIME}
)
_SHARED_TAGS = tuple(sorted(HEADER_TAGS - GROUP_TAGS - _OWN_TAGS))
_MAX_REMEMBERED_BYTES = 16 * 1024
_FRAME_TAGS = GROUP_TAGS | {NUMBER_OF_FRAMES}
_COLLECTION_ID = re.compile(r"(?:Lung_Dx-)?([ABEG])\d{4}")


@dataclass(frozen=True, slots=True)
class SeriesAttributes:
    """What an instance says of its patient, study and series; None where it says nothing."""

    study_instance_uid: str | None = None
    frame_of_reference_uid: str | None = None
    patient_id: str | None = None
    patient_sex: str | None = None
    patient_age: str | None = None
    modality: str | None = None
    sop_class_uid: str | None = None
    description: str | None = None
    series_number: int | None = None
    study_description: str | None = None
    study_date: str | None = None
    manufacturer: str | None = None
    model_name: str | None = None
    convolution_kernel: str | None = None
    is_localizer: bool = False
    body_part: str | None = None


@dataclass(frozen=True, slots=True)
class InstanceHeader:
    """One readable instance.

    Parameters
    ----------
    slice_ : Slice
        The image.
    series_instance_uid : str
        Its series.
    time_s : float or None
        Content time, else acquisition time, in seconds of the day.
    attributes : SeriesAttributes
        What it says of its series.
    """

    slice_: Slice
    series_instance_uid: str
    time_s: float | None
    attributes: SeriesAttributes


def find_identity_problem(elements: Elements) -> str | None:
    """Return why an instance cannot be placed in a series, or None if it can."""
    for tag, name in (
        (SOP_INSTANCE_UID, "SOP Instance UID"),
        (SERIES_INSTANCE_UID, "Series Instance UID"),
    ):
        if el.read_uid(elements, tag) is None:
            return f"It has no {name}: it is no complete DICOM image."
    return None


def find_subtype(patient_id: str | None) -> str | None:
    """Return the subtype letter A, B, E or G of the collection's patient IDs, else None."""
    match = _COLLECTION_ID.fullmatch(patient_id or "")
    return match.group(1) if match else None


def parse_instances(header: ScannedHeader, source: InstanceSource) -> tuple[InstanceHeader, ...]:
    """Return an instance's values, those of each frame where it has several.

    The header must have passed `find_identity_problem` and `find_pixel_problem`.
    """
    if header.elements.keys().isdisjoint(_FRAME_TAGS):
        return (_parse_instance(header, source),)
    frames = parse_pixel_format(header.elements).frames
    groups = FrameElements(header, HEADER_TAGS)
    if frames == 1:
        return (_parse_instance(replace(header, elements=groups.find(0)), source),)
    return tuple(
        _number_frame(_parse_instance(replace(header, elements=groups.find(i)), source), i)
        for i in range(frames)
    )


def _number_frame(instance: InstanceHeader, frame: int) -> InstanceHeader:
    """Give a frame its number, and an identifier that no other slice has."""
    uid = f"{instance.slice_.sop_instance_uid}#{frame + 1}"
    slice_ = replace(instance.slice_, frame=frame, sop_instance_uid=uid)
    return replace(instance, slice_=slice_)


def _parse_instance(header: ScannedHeader, source: InstanceSource) -> InstanceHeader:
    elements = header.elements
    shared = _find_shared(elements)
    time_s = el.read_seconds(elements, el.CONTENT_TIME)
    slice_ = Slice(
        sop_instance_uid=el.read_uid(elements, SOP_INSTANCE_UID) or "",
        transfer_syntax_uid=header.transfer_syntax_uid,
        source=source,
        instance_number=el.read_integer(elements, INSTANCE_NUMBER),
        image_position_mm=_parse_position(elements),
        **shared.of_slice,
    )
    return InstanceHeader(
        slice_=slice_,
        series_instance_uid=shared.series_instance_uid,
        time_s=el.read_seconds(elements, ACQUISITION_TIME) if time_s is None else time_s,
        attributes=shared.attributes,
    )


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the slices of a series have in common; `of_slice` are arguments of Slice."""

    series_instance_uid: str
    attributes: SeriesAttributes
    of_slice: dict[str, Any]


def _find_shared(elements: Elements) -> _Shared:
    """Parse what slices share once for all that have the same bytes there."""
    raw = tuple(map(elements.get, _SHARED_TAGS))
    if sum(map(len, filter(None, raw))) > _MAX_REMEMBERED_BYTES:
        return _parse_shared(raw)
    return _recall_shared(raw)


def _parse_shared(raw: tuple[bytes | None, ...]) -> _Shared:
    pairs = zip(_SHARED_TAGS, raw, strict=True)
    elements = {tag: value for tag, value in pairs if value is not None}
    uid = el.read_uid(elements, SERIES_INSTANCE_UID) or ""
    return _Shared(uid, _parse_attributes(elements), _parse_of_slice(elements))


_recall_shared = lru_cache(maxsize=64)(_parse_shared)


def _parse_attributes(elements: Elements) -> SeriesAttributes:
    return SeriesAttributes(
        study_instance_uid=el.read_uid(elements, STUDY_INSTANCE_UID),
        frame_of_reference_uid=el.read_uid(elements, FRAME_OF_REFERENCE_UID),
        patient_id=el.read_text(elements, PATIENT_ID),
        patient_sex=el.read_text(elements, PATIENT_SEX),
        patient_age=el.read_text(elements, PATIENT_AGE),
        modality=el.read_text(elements, MODALITY),
        sop_class_uid=el.read_uid(elements, SOP_CLASS_UID),
        description=el.read_text(elements, SERIES_DESCRIPTION),
        series_number=el.read_integer(elements, SERIES_NUMBER),
        study_description=el.read_text(elements, STUDY_DESCRIPTION),
        study_date=el.read_text(elements, STUDY_DATE),
        manufacturer=el.read_text(elements, MANUFACTURER),
        model_name=el.read_text(elements, MODEL_NAME),
        convolution_kernel=el.read_text(elements, CONVOLUTION_KERNEL),
        is_localizer=b"LOCALIZER" in elements.get(el.IMAGE_TYPE, b""),
        body_part=el.read_text(elements, BODY_PART),
    )


def _parse_of_slice(elements: Elements) -> dict[str, Any]:
    pixels = parse_pixel_format(elements)
    thickness = el.read_number(elements, SLICE_THICKNESS)
    return {
        "sop_class_uid": el.read_uid(elements, SOP_CLASS_UID) or "",
        "rows": pixels.rows,
        "columns": pixels.columns,
        "samples_per_pixel": pixels.samples_per_pixel,
        "photometric_interpretation": pixels.photometric_interpretation,
        "acquisition_number": el.read_integer(elements, el.ACQUISITION_NUMBER),
        "image_orientation": _parse_orientation(elements),
        "pixel_spacing_mm": _parse_spacing(elements),
        "slice_thickness_mm": thickness if thickness is not None and thickness > 0 else None,
        "windows": parse_windows(elements),
        "is_lossy": pixels.is_lossy,
        "has_rescale": pixels.has_rescale,
        "pixel_aspect": _parse_aspect(elements),
    }


def _parse_position(elements: Elements) -> Vector3 | None:
    values = el.read_vector(elements, IMAGE_POSITION, 3)
    return None if values is None else (values[0], values[1], values[2])


def _parse_orientation(elements: Elements) -> Orientation | None:
    values = el.read_vector(elements, IMAGE_ORIENTATION, 6)
    return None if values is None else find_valid_orientation(values)


def _parse_spacing(elements: Elements) -> tuple[float, float] | None:
    values = el.read_vector(elements, PIXEL_SPACING, 2)
    if values is None or min(values) <= 0:
        return None
    return values[0], values[1]


def _parse_aspect(elements: Elements) -> float | None:
    """Return height over width of a pixel (PS3.3 C.7.6.3.1.7); None where it cannot be told."""
    for tag in (PIXEL_SPACING, PIXEL_ASPECT_RATIO):
        values = el.read_vector(elements, tag, 2)
        if values is not None and min(values) > 0:
            return values[0] / values[1]
    given = (elements.get(tag, b"").strip(b" \0") for tag in (PIXEL_SPACING, PIXEL_ASPECT_RATIO))
    return None if any(given) else 1.0


def parse_windows(elements: Elements) -> tuple[VoiWindow, ...]:
    """Return the file's windows in their order, without repeats.

    Centers and widths are paired by place; a pair with a bad number, or with a width below 1,
    which PS3.3 C.11.2.1.2 forbids, is dropped.
    """
    names = el.read_texts(elements, WINDOW_EXPLANATION)
    windows: dict[tuple[float, float], VoiWindow] = {}
    centers = el.read_numbers(elements, WINDOW_CENTER)
    widths = el.read_numbers(elements, WINDOW_WIDTH)
    for index, (center, width) in enumerate(zip(centers, widths, strict=False)):
        if center is not None and width is not None and width >= 1:
            name = names[index] if index < len(names) else ""
            windows.setdefault((center, width), VoiWindow(center, width, name))
    return tuple(windows.values())
