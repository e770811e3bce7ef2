"""Boxes as a DICOM Structured Report: TID 1500, Comprehensive 3D SR (PS3.3 A.35.13, PS3.16 A).

Each box is a Planar ROI group (TID 1410): tracking UID and identifier of its lesion, finding
(the subtype), finding site (lung), the closed polyline of the box on its image, and for a model's
box its score as Certainty of Finding in percent.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ctbox import __version__
from ctbox.boxes import BoundingBox
from ctbox.dicom.evidence import build_evidence, is_placed
from ctbox.dicom.lesion_marks import (
    RESEARCH_NOTICE,
    MarkedBox,
    MarkedLesion,
    Observer,
    find_label_code,
    split_frame,
)
from ctbox.dicom.series import CT_CLASSES, Series

if TYPE_CHECKING:  # highdicom takes seconds to import
    from highdicom import sr
    from pydicom.dataset import Dataset

MANUFACTURER = "ctbox"
SERIES_NUMBER = 9001
_PERSON_ROOT = "Reader"


def build_sr(series: Series, lesions: Sequence[MarkedLesion], observer: Observer) -> bytes:
    """Return the file of a report on one series.

    Parameters
    ----------
    series : Series
        The images; each box must lie on one of its slices.
    lesions : sequence of MarkedLesion
        At least one box in all.
    observer : Observer
        A device for a model, a person for a reader.

    Raises
    ------
    ValueError
        If there is no box, or a box lies on no slice of the series.
    DicomReadError
        If the images' header cannot be read any more.
    """
    import highdicom
    from highdicom import sr
    from pydicom.sr.codedict import codes

    evidence = _collect_evidence(series, lesions)
    is_ct = series.sop_class_uid in CT_CLASSES
    procedure = codes.LN.CTUnspecifiedBodyRegion if is_ct else codes.SCT.ImagingProcedure
    report = sr.MeasurementReport(
        observation_context=_build_context(observer),
        procedure_reported=procedure,
        imaging_measurements=[
            _build_group(lesion, box, evidence, observer)
            for lesion in lesions
            for box in lesion.boxes
        ],
        title=codes.DCM.ImagingMeasurementReport,
        referenced_images=[_make_library_entry(each) for each in evidence.values()],
    )
    document = sr.Comprehensive3DSR(
        evidence=list(evidence.values()),
        content=report,
        series_instance_uid=highdicom.UID(),
        series_number=SERIES_NUMBER,
        sop_instance_uid=highdicom.UID(),
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=MANUFACTURER,
        software_versions=__version__,
        series_description=describe_series(observer, "boxes"),
    )
    return encode(document)


def describe_series(observer: Observer, what: str) -> str:
    """Return a series description with the research notice, within its 64 characters."""
    return f"{'AI' if observer.is_device else 'Reader'} {what}. {RESEARCH_NOTICE}"


def encode(document: Dataset) -> bytes:
    """Return an object's file (PS3.10)."""
    buffer = io.BytesIO()
    document.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _collect_evidence(series: Series, lesions: Sequence[MarkedLesion]) -> dict[str, Dataset]:
    """Return SOP Instance UID to dataset, once for all frames of an instance."""
    wanted = {box.sop_instance_uid for lesion in lesions for box in lesion.boxes}
    slices = [each for each in series.slices if each.sop_instance_uid in wanted]
    if not wanted or len(slices) < len(wanted):
        raise ValueError(f"{len(wanted)} slices are marked, {len(slices)} are in the series.")
    return {str(each.SOPInstanceUID): each for each in build_evidence(series, slices)}


def _make_library_entry(evidence: Dataset) -> Dataset:
    """Return what the image library tells of an image: its size, and its place where it has one.

    highdicom asks every cross-section for its place; without one it is listed as another modality.
    """
    if is_placed(evidence) and "SliceThickness" in evidence:
        return evidence
    plain = copy.copy(evidence)
    plain.Modality = "OT"
    return plain


def _build_context(observer: Observer) -> sr.ObservationContext:
    import highdicom
    from highdicom import sr
    from pydicom.sr.codedict import codes

    if observer.is_device:
        device = sr.DeviceObserverIdentifyingAttributes(
            uid=highdicom.UID(),
            name=observer.name,
            manufacturer_name=MANUFACTURER,
            model_name=observer.name,
            serial_number=observer.serial_number or None,
        )
        return sr.ObservationContext(
            observer_device_context=sr.ObserverContext(codes.DCM.Device, device)
        )
    person = sr.PersonObserverIdentifyingAttributes(name=f"{_PERSON_ROOT}^{observer.name}")
    return sr.ObservationContext(
        observer_person_context=sr.ObserverContext(codes.DCM.Person, person)
    )


def _build_group(
    lesion: MarkedLesion, marked: MarkedBox, evidence: dict[str, Dataset], observer: Observer
) -> sr.PlanarROIMeasurementsAndQualitativeEvaluations:
    from highdicom import sr
    from pydicom.sr.codedict import codes

    uid, frame = split_frame(marked.sop_instance_uid)
    frames = None if frame is None else [frame]
    source = sr.SourceImageForRegion(evidence[uid].SOPClassUID, uid, frames)
    region = sr.ImageRegion(sr.GraphicTypeValues.POLYLINE, trace_box(marked.box), source)
    return sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(lesion.tracking_uid, lesion.name),
        referenced_region=region,
        finding_type=find_label_code(lesion.label, is_device=observer.is_device),
        finding_category=codes.SCT.MorphologicallyAbnormalStructure,
        finding_sites=[sr.FindingSite(codes.SCT.Lung)],
        measurements=None if marked.score is None else [_build_score(marked.score)],
    )


def _build_score(score: float) -> sr.Measurement:
    from highdicom import sr
    from pydicom.sr.codedict import codes

    return sr.Measurement(
        name=codes.DCM.CertaintyOfFinding, value=round(score * 100, 9), unit=codes.UCUM.Percent
    )


def trace_box(box: BoundingBox) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return a box as a closed polyline (5, 2) of x and y, clockwise from the upper left."""
    x1, y1, x2, y2 = box.as_tuple()
    return np.array([(x1, y1), (x2, y1), (x2, y2), (x1, y2), (x1, y1)], dtype=np.float64)
