"""From kept records to what `ctbox.evaluation` is given."""

from __future__ import annotations

from collections.abc import Sequence

from ctbox.evaluation.slices import DetectedLesion, EvaluatedSlice
from ctbox.workflows.open_case import SeriesCase
from ctbox.workflows.report_models import get_patient
from ctbox.workflows.report_records import SeriesRecord
from ctbox.workflows.samples import get_boxes

Judged = Sequence[tuple[SeriesCase, SeriesRecord]]


def build_slices(judged: Judged) -> list[EvaluatedSlice]:
    """Return every readable slice of the series with the expert's and the model's boxes."""
    return [
        _build_slice(case, record, number)
        for case, record in judged
        for number, each in enumerate(case.series.slices)
        if each.sop_instance_uid in record.boxes
    ]


def _build_slice(case: SeriesCase, record: SeriesRecord, number: int) -> EvaluatedSlice:
    series, each = case.series, case.series.slices[number]
    boxes, scores = record.boxes[each.sop_instance_uid]
    return EvaluatedSlice(
        sop_uid=each.sop_instance_uid,
        series_key=series.key,
        patient_id=get_patient(case),
        expert_boxes=get_boxes(case, each.sop_instance_uid),
        boxes=boxes,
        scores=scores,
        position_mm=each.position_along_normal_mm,
        frame_of_reference_uid=series.frame_of_reference_uid,
        pixel_spacing_mm=each.pixel_spacing_mm,
        subtype=find_subtype(case),
        slice_thickness_mm=each.slice_thickness_mm,
        vendor=series.manufacturer,
        kernel=series.convolution_kernel,
    )


def find_subtype(case: SeriesCase) -> str | None:
    """Return the subtype's letter: the patient ID's, else the boxes' if they agree."""
    labels = {each.label for boxes in case.annotations.values() for each in boxes}
    return case.series.subtype or (labels.pop() if len(labels) == 1 else None)


def build_lesions(judged: Judged) -> list[DetectedLesion]:
    """Return the lesions that the model itself linked."""
    return [
        DetectedLesion(case.series.key, one.score, one.sop_uids, one.boxes)
        for case, record in judged
        for one in record.lesions
    ]
