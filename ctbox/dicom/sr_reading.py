"""Boxes out of Structured Reports by TID 1500, ctbox's own and others'.

The content tree is walked by concept names, not by place, so that planar groups (TID 1410) and
volumetric ones (TID 1411) of any software give their regions on images.
"""

from __future__ import annotations

import io
import math
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import pydicom
from pydicom.dataset import Dataset

from ctbox.boxes import BoundingBox
from ctbox.dicom.lesion_marks import (
    PRIVATE_SCHEME,
    UNKNOWN_LABEL,
    ImageSize,
    MarkedBox,
    MarkedLesion,
    get_subtype_codes,
)
from ctbox.dicom.pydicom_errors import DAMAGED_FILE
from ctbox.errors import DicomReadError

_GROUP, _REGION, _FINDING = "125007", "111030", "121071"
_TRACKING_UID, _TRACKING_NAME, _CERTAINTY = "112040", "112039", "111012"
_ROWS, _COLUMNS, _DEVICE_NAME, _OBSERVER_TYPE = "110910", "110911", "121013", "121005"
_DEVICE = "121007"
_MAX_DEPTH = 32
_UID = re.compile(r"[0-9]+(?:\.[0-9]+)+")


@dataclass(frozen=True)
class SrContent:
    """What a report says.

    Parameters
    ----------
    lesions : tuple of MarkedLesion
        By tracking UID, in the report's order.
    image_sizes : dict
        SOP Instance UID to size, where the report's image library tells it.
    series_of_image : dict
        SOP Instance UID to (study, series) Instance UIDs.
    patient_id : str
        As in the file.
    is_device : bool
        Whether a device observed, or else a person.
    observer_name : str
        The device's name; empty for a person.
    left_out : int
        Regions that are no closed shape in an image's pixels.
    """

    lesions: tuple[MarkedLesion, ...]
    image_sizes: dict[str, ImageSize]
    series_of_image: dict[str, tuple[str, str]]
    patient_id: str = ""
    is_device: bool = False
    observer_name: str = ""
    left_out: int = 0


def parse_sr(data: bytes, source: str) -> SrContent:
    """Return the boxes of a report; a region that is no rectangle gives the box around it.

    Raises
    ------
    DicomReadError
        If the bytes are no Structured Report, damaged, or without any measurement group.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of values that break the standard
            document = pydicom.dcmread(io.BytesIO(data))
            if document.get("Modality") == "SEG":
                raise _refuse_outlines(source)
            if "ContentSequence" not in document or document.get("Modality") != "SR":
                raise _refuse("This DICOM file is no Structured Report.", source)
            content = _read_document(document)
    except DAMAGED_FILE as error:
        raise _refuse("This is no DICOM Structured Report that can be read.", source) from error
    if not content.lesions:
        raise _refuse("This Structured Report marks no region on an image.", source)
    return content


def _refuse(message: str, source: str) -> DicomReadError:
    hint = "Choose a report by template TID 1500, as `ctbox export --to sr` writes."
    return DicomReadError(message, hint, source)


def _refuse_outlines(source: str) -> DicomReadError:
    """Name a segmentation: its outlines hold no box that anyone drew."""
    return DicomReadError(
        "This is a DICOM Segmentation: it holds outlines, and no boxes to import.",
        "Choose the SR, COCO, CSV, YOLO or VOC export of the same boxes.",
        source,
    )


def _read_document(document: Dataset) -> SrContent:
    found: dict[tuple[str, str, str], list[MarkedBox]] = {}
    left_out = 0
    groups = [each for each in _walk(document) if _get_name(each) == _GROUP]
    for number, group in enumerate(groups, start=1):
        key, boxes, lost = _read_group(group, number)
        left_out += lost
        if boxes:
            found.setdefault(key, []).extend(boxes)
    observer = next((_get_text(e) for e in _walk(document) if _get_name(e) == _DEVICE_NAME), "")
    kinds = [_get_code(each)[0] for each in _walk(document) if _get_name(each) == _OBSERVER_TYPE]
    return SrContent(
        lesions=tuple(MarkedLesion(*key, tuple(boxes)) for key, boxes in found.items()),
        image_sizes=_read_sizes(document),
        series_of_image=_read_references(document),
        patient_id=str(document.get("PatientID") or ""),
        is_device=_DEVICE in kinds,
        observer_name=observer,
        left_out=left_out,
    )


def _walk(item: Dataset, depth: int = 0) -> Iterator[Dataset]:
    """Yield every content item below an item, in document order."""
    if depth > _MAX_DEPTH:
        raise ValueError("content items nested too deep")
    for child in item.get("ContentSequence") or ():
        yield child
        yield from _walk(child, depth + 1)


def _get_name(item: Dataset) -> str:
    names = item.get("ConceptNameCodeSequence") or ()
    return str(names[0].get("CodeValue") or "") if names else ""


def _get_code(item: Dataset) -> tuple[str, str, str]:
    values = item.get("ConceptCodeSequence") or ()
    if not values:
        return "", "", ""
    names = ("CodeValue", "CodingSchemeDesignator", "CodeMeaning")
    value, scheme, meaning = (str(values[0].get(name) or "") for name in names)
    return value, scheme, meaning


def _get_text(item: Dataset) -> str:
    return str(item.get("UID") or item.get("TextValue") or "")


def _get_number(item: Dataset) -> float | None:
    values = item.get("MeasuredValueSequence") or ()
    if not values or values[0].get("NumericValue") is None:
        return None
    number = float(values[0].NumericValue)
    return number if math.isfinite(number) else None


def _read_group(group: Dataset, number: int) -> tuple[tuple[str, str, str], list[MarkedBox], int]:
    """Return tracking UID, name and label, the boxes, and how many regions were none."""
    children = list(_walk(group))
    named = {_get_name(child): child for child in reversed(children)}
    name = _get_text(named[_TRACKING_NAME]) if _TRACKING_NAME in named else f"Region {number}"
    uid = _get_text(named[_TRACKING_UID]) if _TRACKING_UID in named else ""
    label = _find_label(*_get_code(named[_FINDING])) if _FINDING in named else UNKNOWN_LABEL
    percent = _get_number(named[_CERTAINTY]) if _CERTAINTY in named else None
    score = None if percent is None else min(max(round(percent / 100, 9), 0.0), 1.0)
    regions = [child for child in children if _get_name(child) == _REGION]
    boxes = [box for box in (_read_region(region, score) for region in regions) if box is not None]
    return (uid, name, label), boxes, len(regions) - len(boxes)


def _find_label(value: str, scheme: str, meaning: str) -> str:
    if scheme == PRIVATE_SCHEME:
        return meaning or value
    letters = {
        (code.value, code.scheme_designator): letter for letter, code in get_subtype_codes().items()
    }
    return letters.get((value, scheme), UNKNOWN_LABEL)


def _read_region(region: Dataset, score: float | None) -> MarkedBox | None:
    """Return the box around a region, or None if it lies in no image's pixels or has no extent."""
    if region.get("ValueType") != "SCOORD" or region.get("GraphicType") == "POINT":
        return None
    image = next((e for e in _walk(region) if e.get("ReferencedSOPSequence")), None)
    numbers = [float(value) for value in region.get("GraphicData") or ()]
    if (
        image is None
        or len(numbers) < 4
        or len(numbers) % 2
        or not all(map(math.isfinite, numbers))
    ):
        return None
    if region.GraphicType in ("CIRCLE", "ELLIPSE"):
        box = _enclose_ellipse(numbers, is_circle=region.GraphicType == "CIRCLE")
    else:
        xs, ys = numbers[::2], numbers[1::2]
        box = BoundingBox(min(xs), min(ys), max(xs), max(ys))
    reference = image.ReferencedSOPSequence[0]
    uid, frame = str(reference.ReferencedSOPInstanceUID), reference.get("ReferencedFrameNumber")
    if not _UID.fullmatch(uid):  # files are named after it
        return None
    return MarkedBox(uid if frame is None else f"{uid}#{int(frame)}", box, score)


def _enclose_ellipse(numbers: list[float], *, is_circle: bool) -> BoundingBox:
    """Return the box around a circle (centre, point) or an ellipse (ends of its two axes)."""
    points = list(zip(numbers[::2], numbers[1::2], strict=True))
    if is_circle:
        (x, y), rim = points[0], points[1]
        radius = math.dist((x, y), rim)
        return BoundingBox(x - radius, y - radius, x + radius, y + radius)
    a, b, c, d = points[:4]
    x, y = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
    # Half extents of an ellipse with half axes u and v: sqrt(u² + v²) by coordinate.
    half = [math.hypot((b[i] - a[i]) / 2, (d[i] - c[i]) / 2) for i in (0, 1)]
    return BoundingBox(x - half[0], y - half[1], x + half[0], y + half[1])


def _read_sizes(document: Dataset) -> dict[str, ImageSize]:
    sizes = {}
    for item in _walk(document):
        references = item.get("ReferencedSOPSequence") or ()
        if item.get("ValueType") != "IMAGE" or not references:
            continue
        numbers = {_get_name(child): _get_number(child) for child in _walk(item)}
        width, height = numbers.get(_COLUMNS), numbers.get(_ROWS)
        if width is not None and height is not None and width >= 1 and height >= 1:
            uid = str(references[0].ReferencedSOPInstanceUID)
            sizes[uid] = ImageSize(int(width), int(height))
    return sizes


def _read_references(document: Dataset) -> dict[str, tuple[str, str]]:
    """Return the study and series of each image, from the evidence sequences (PS3.3 C.17.2)."""
    found = {}
    for name in ("CurrentRequestedProcedureEvidenceSequence", "PertinentOtherEvidenceSequence"):
        for study in document.get(name) or ():
            for series in study.get("ReferencedSeriesSequence") or ():
                for image in series.get("ReferencedSOPSequence") or ():
                    uids = (str(study.StudyInstanceUID), str(series.SeriesInstanceUID))
                    found[str(image.ReferencedSOPInstanceUID)] = uids
    return found
