"""Slice by slice and lesion by lesion, as JSON values."""

from __future__ import annotations

from typing import Any

from ctbox.evaluation.scoring import ScoredLesions, ScoredSlice


def describe_slice(one: ScoredSlice) -> dict[str, Any]:
    """Return one row of the table of slices, as JSON values."""
    return {
        "sop_instance_uid": one.slice.sop_uid,
        "series_key": one.slice.series_key,
        "patient_id": one.slice.patient_id,
        "subtype": one.slice.subtype,
        "status": one.status.value,
        "top_iou": one.top_iou,
        "top_score": float(one.slice.scores.max()) if len(one.slice.scores) else None,
        "expert_boxes": len(one.slice.expert_boxes),
        "detections": len(one.slice.boxes),
        "true_positives": one.true_positives,
        "false_positives": one.false_positives,
        "false_negatives": one.false_negatives,
        "size_mm": one.slice.size_mm,
    }


def describe_lesions(results: ScoredLesions) -> dict[str, Any]:
    """Return the table of lesions, found, missed and false, as JSON values."""
    return {
        "truth": [
            {
                "series_key": one.lesion.series_key,
                "patient_id": one.lesion.patient_id,
                "sop_instance_uids": list(dict.fromkeys(one.lesion.sop_uids)),
                "size_mm": one.lesion.size_mm,
                "found": one.score is not None,
                "score": one.score,
            }
            for one in results.lesions
        ],
        "false": [
            {
                "series_key": one.series_key,
                "patient_id": results.scans[one.series_key],
                "sop_instance_uids": list(dict.fromkeys(one.sop_uids)),
                "score": one.score,
            }
            for one in results.false
        ],
        "scans": len(results.scans),
    }
