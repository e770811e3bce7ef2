"""The JSON documents of `ctbox scan` and `ctbox predict`: a contract; add fields, never rename."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ctbox.dicom.series import Series
from ctbox.model.detection import Detection, Lesion, LesionSize, SliceDetections
from ctbox.workflows.detect import DetectResult, SeriesResult
from ctbox.workflows.open_case import AnnotationSummary, Case, FileProblem, SeriesCase

NOTICE = "Research use only, not for diagnosis."


def describe_case(case: Case) -> dict[str, Any]:
    """Return what `ctbox scan --json` prints.

    `files` and `matched` count annotation files; a series' `annotated_slices` counts slices
    with a box and `annotations` counts boxes; what is unknown is None, never 0.
    """
    return {
        "notice": NOTICE,
        "series": [_describe_series(each) for each in case.series],
        "skipped": _describe_problems(case.skipped),
        "annotations": _describe_annotations(case.annotation_summary),
    }


def describe_detections(result: DetectResult, skipped: Sequence[FileProblem]) -> dict[str, Any]:
    """Return what `ctbox predict --json` writes.

    Boxes are x1, y1, x2, y2 in the slice's own pixels (x column, y row, pixel edges), best
    score first. A lesion's `box_mm` is x1, y1, z1, x2, y2, z2 in mm of the patient's system (LPS);
    its `boxes` and `scores` are those on its `sop_instance_uids`, one by one; its `long_axis` is
    measured on the slice where its box is largest, None without a pixel spacing.
    """
    return {
        "notice": NOTICE,
        "model": {"name": result.model.name, "sha256": result.model.sha256},
        "device": result.model.device_label,
        "threshold": result.model.threshold,
        "series": [_describe_result(each) for each in result.series],
        "skipped": [*_describe_problems(skipped), *_describe_unreadable(result)],
    }


def _describe_unreadable(result: DetectResult) -> list[dict[str, str]]:
    return [
        {"path": each.source.display, "reason": one.unreadable[each.sop_instance_uid]}
        for one in result.series
        for each in one.series.slices
        if each.sop_instance_uid in one.unreadable
    ]


def _describe_series(case: SeriesCase) -> dict[str, Any]:
    series = case.series
    return {
        "series_instance_uid": series.series_instance_uid,
        "acquisition_number": series.acquisition_number,
        "study_instance_uid": series.study_instance_uid,
        "patient_id": series.patient_id,
        "subtype": series.subtype,
        "modality": series.modality,
        "sop_class_uid": series.sop_class_uid,
        "description": series.description,
        "n_slices": len(series.slices),
        "rows": series.rows,
        "columns": series.columns,
        "pixel_spacing_mm": _as_list(series.pixel_spacing_mm),
        "slice_spacing_mm": series.slice_spacing_mm,
        "slice_thickness_mm": series.slice_thickness_mm,
        "annotated_slices": case.annotated_slices,
        "annotations": case.annotation_count,
        "problems": list(series.problems),
    }


def _as_list(spacing: tuple[float, float] | None) -> list[float] | None:
    return None if spacing is None else list(spacing)


def _describe_annotations(summary: AnnotationSummary) -> dict[str, Any]:
    return {
        "files": summary.files,
        "matched": summary.matched,
        "orphans": _describe_problems(summary.orphans),
        "unparsable": _describe_problems(summary.unparsable),
        "unknown_labels": _describe_problems(summary.unknown_labels),
        "duplicates": _describe_problems(summary.duplicates),
        "warnings": _describe_problems(summary.warnings),
    }


def _describe_problems(problems: Sequence[FileProblem]) -> list[dict[str, str]]:
    return [{"path": each.path, "reason": each.reason} for each in problems]


def _describe_result(result: SeriesResult) -> dict[str, Any]:
    series: Series = result.series
    return {
        "series_instance_uid": series.series_instance_uid,
        "acquisition_number": series.acquisition_number,
        "patient_id": series.patient_id,
        "not_predicted_reason": result.not_predicted_reason,
        "no_chest_reason": None if result.no_chest is None else str(result.no_chest),
        "slices": [_describe_slice(each) for each in result.slices],
        "lesions": [_describe_lesion(each) for each in result.lesions],
    }


def _describe_slice(found: SliceDetections) -> dict[str, Any]:
    ordered = sorted(found.detections, key=lambda each: -each.score)
    return {
        "sop_instance_uid": found.sop_instance_uid,
        "detections": [_describe_detection(each) for each in ordered],
    }


def _describe_detection(detection: Detection) -> dict[str, Any]:
    return {
        "box": [round(value, 3) for value in detection.box.as_tuple()],
        "score": round(detection.score, 6),
    }


def _describe_lesion(lesion: Lesion) -> dict[str, Any]:
    found = lesion.detections
    return {
        "id": lesion.lesion_id,
        "box_mm": [round(value, 3) for value in lesion.box_mm],
        "score": round(lesion.score, 6),
        "sop_instance_uids": list(lesion.sop_instance_uids),
        "boxes": [[round(value, 3) for value in one.box.as_tuple()] for one in found],
        "scores": [round(one.score, 6) for one in found],
        "long_axis": _describe_size(lesion.size),
    }


def _describe_size(size: LesionSize | None) -> dict[str, Any] | None:
    if size is None:
        return None
    return {
        "mm": round(size.long_axis_mm, 2),
        "sop_instance_uid": size.sop_instance_uid,
        "measured_on": size.source.value,
    }
