"""The figures: IoU, hits, average precision, FROC and calibration, weighted by patient.

Every figure takes a weight for each patient, so that the bootstrap, which draws patients with
replacement, is the same arithmetic. A figure without anything to count is NaN here and null in
JSON, never 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ctbox.boxes import FloatArray
from ctbox.evaluation.tables import DetectionTable, IntArray, LesionTable, SliceTable

HIT_THRESHOLDS = (0.1, 0.3, 0.5)
FROC_RATES = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
CALIBRATION_BINS = 10
# What `compute_slice_figures` returns.
SLICE_FIGURES = (
    "mean_iou",
    "median_iou",
    "patient_mean_iou",
    *(f"{who}hit_at_{threshold}" for threshold in HIT_THRESHOLDS for who in ("", "patient_")),
)
_RECALLS = np.linspace(0.0, 1.0, 101)


def compute_slice_figures(table: SliceTable, weights: IntArray) -> dict[str, float]:
    """Return mean and median IoU and hit shares, by slice and by patient.

    Parameters
    ----------
    table : SliceTable
        Annotated slices; a miss counts as IoU 0.
    weights : ndarray
        int (P,) how often each patient counts.

    Returns
    -------
    dict
        ``mean_iou``, ``median_iou`` and ``hit_at_…`` over slices; the same with ``patient_``
        in front, where each patient's slices are averaged first.
    """
    by_slice = weights[table.patient]
    repeated = np.repeat(table.iou, by_slice)
    figures = {
        "mean_iou": _average(table.iou, by_slice),
        "median_iou": float(np.median(repeated)) if len(repeated) else np.nan,
        "patient_mean_iou": _average_by_patient(table.iou, table.patient, weights),
    }
    for threshold in HIT_THRESHOLDS:
        hit = (table.iou >= threshold).astype(np.float64)
        figures[f"hit_at_{threshold}"] = _average(hit, by_slice)
        figures[f"patient_hit_at_{threshold}"] = _average_by_patient(hit, table.patient, weights)
    return figures


def _average(values: FloatArray, weights: IntArray | FloatArray) -> float:
    total = float(weights.sum())
    return float(values @ weights) / total if total > 0 else np.nan


def average_by_patient(values: FloatArray, patient: IntArray, patients: int) -> FloatArray:
    """Return each patient's mean (P,) of values (S,); NaN for a patient without any."""
    counts = np.bincount(patient, minlength=patients)
    sums = np.bincount(patient, weights=values, minlength=patients)
    means = np.full(patients, np.nan)
    np.divide(sums, counts, out=means, where=counts > 0)
    return means


def _average_by_patient(values: FloatArray, patient: IntArray, weights: IntArray) -> float:
    means = average_by_patient(values, patient, len(weights))
    present = ~np.isnan(means)
    return _average(means[present], weights[present])


def compute_average_precision(table: DetectionTable, weights: IntArray) -> FloatArray:
    """Return average precision (10,) at IoU 0.50, 0.55 … 0.95; NaN without expert's boxes.

    COCO's: precision made monotone, read at 101 recalls (Lin et al., 2014).

    Parameters
    ----------
    table : DetectionTable
        Detections, best first.
    weights : ndarray
        int (P,) how often each patient counts.
    """
    total = float(table.boxes_by_patient @ weights)
    if total <= 0:
        return np.full(len(table.hits), np.nan)
    if not len(table.scores):
        return np.zeros(len(table.hits))
    by_detection = weights[table.patient]
    hit = np.cumsum(table.hits * by_detection, axis=1).astype(np.float64)
    drawn = np.cumsum(by_detection).astype(np.float64)
    precision = hit / (drawn + np.spacing(1))
    envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    return np.array(
        [_read_at_recalls(recall, line) for recall, line in zip(hit / total, envelope, strict=True)]
    )


def _read_at_recalls(recall: FloatArray, precision: FloatArray) -> float:
    places = np.searchsorted(recall, _RECALLS, side="left")
    padded = np.append(precision, 0.0)
    return float(padded[places].mean())


def compute_froc(table: LesionTable, weights: IntArray) -> FloatArray:
    """Return lesion sensitivity (7,) at 1/8, 1/4 … 8 false lesions a scan.

    Each is the highest sensitivity of any score threshold whose false lesions stay within the
    rate; nothing is interpolated. Beyond the model's own threshold the curve stays level.
    """
    lesions, false = weights[table.patient], weights[table.false_patient]
    scans = float(table.scans_by_patient @ weights)
    if lesions.sum() == 0 or scans == 0:
        return np.full(len(FROC_RATES), np.nan)
    thresholds = np.unique(np.concatenate([table.scores, table.false_scores]))[::-1]
    thresholds = thresholds[np.isfinite(thresholds)]
    rates = _count_from(table.false_scores, false, thresholds) / scans
    sensitivity = _count_from(table.scores, lesions, thresholds) / lesions.sum()
    # Thresholds fall, so both columns rise: the last one within the rate is the best.
    last = np.searchsorted(rates, FROC_RATES, side="right")
    return np.concatenate([[0.0], sensitivity])[last]


def _count_from(scores: FloatArray, weights: IntArray, thresholds: FloatArray) -> FloatArray:
    """Return the weight of the scores that reach each threshold (thresholds falling)."""
    order = np.argsort(-scores, kind="stable")
    summed = np.concatenate([[0.0], np.cumsum(weights[order])])
    return np.asarray(summed[np.searchsorted(-scores[order], -thresholds, side="right")])


def compute_lesion_figures(table: LesionTable, weights: IntArray) -> dict[str, float]:
    """Return sensitivity and false lesions a scan at the model's own threshold, and FROC's mean."""
    lesions = weights[table.patient]
    scans = float(table.scans_by_patient @ weights)
    false = float(weights[table.false_patient].sum())
    return {
        "lesion_sensitivity": _average(np.isfinite(table.scores).astype(np.float64), lesions),
        "false_lesions_per_scan": false / scans if scans > 0 else np.nan,
        "froc_mean_sensitivity": float(compute_froc(table, weights).mean()),
    }


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Detections of similar score: how sure the model was, and how often it was right."""

    low: float
    high: float
    detections: int
    mean_score: float
    precision: float


def compute_calibration(table: DetectionTable, weights: IntArray) -> tuple[CalibrationBin, ...]:
    """Return the bins of ten equal widths that hold detections; right means IoU ≥ 0.5."""
    by_detection = weights[table.patient]
    place = np.minimum((table.scores * CALIBRATION_BINS).astype(np.int64), CALIBRATION_BINS - 1)
    bins = []
    for number in range(CALIBRATION_BINS):
        inside = place == number
        counted = by_detection[inside]
        if counted.sum() == 0:
            continue
        bins.append(
            CalibrationBin(
                low=number / CALIBRATION_BINS,
                high=(number + 1) / CALIBRATION_BINS,
                detections=int(counted.sum()),
                mean_score=_average(table.scores[inside], counted),
                precision=_average(table.hits[0, inside].astype(np.float64), counted),
            )
        )
    return tuple(bins)


def compute_calibration_error(bins: Sequence[CalibrationBin]) -> float:
    """Return the expected calibration error: the bins' mean |score − precision| by detections."""
    total = sum(one.detections for one in bins)
    if not total:
        return float("nan")
    return sum(one.detections * abs(one.mean_score - one.precision) for one in bins) / total


def compute_detection_figures(table: DetectionTable, weights: IntArray) -> dict[str, float]:
    """Return AP50, AP[.5:.95] and the expected calibration error."""
    precision = compute_average_precision(table, weights)
    return {
        "ap50": float(precision[0]),
        "ap50_95": float(precision.mean()),
        "calibration_error": compute_calibration_error(compute_calibration(table, weights)),
    }
