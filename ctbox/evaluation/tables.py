"""Scored slices and lesions as columns, each row with its patient's index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import FloatArray
from ctbox.evaluation.scoring import AP_THRESHOLDS, ScoredLesions, ScoredSlice
from ctbox.evaluation.truth import SliceStatus

MAX_DETECTIONS = 100

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class SliceTable:
    """Annotated slices as columns: IoU of the top box (S,) and patient index (S,)."""

    iou: FloatArray
    patient: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class DetectionTable:
    """Detections on annotated and negative slices as columns, best score first.

    Parameters
    ----------
    scores : ndarray
        (D,) falling.
    hits : ndarray
        bool (10, D): hit at IoU 0.50 … 0.95.
    patient : ndarray
        (D,) patient index.
    boxes_by_patient : ndarray
        (P,) number of the expert's boxes.
    """

    scores: FloatArray
    hits: NDArray[np.bool_]
    patient: IntArray
    boxes_by_patient: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class LesionTable:
    """Lesions as columns.

    Parameters
    ----------
    scores, patient : ndarray
        (L,) truth lesions: score of the detection (−inf for a miss), and patient index.
    false_scores, false_patient : ndarray
        (F,) the same of false lesions.
    scans_by_patient : ndarray
        (P,) number of scans.
    """

    scores: FloatArray
    patient: IntArray
    false_scores: FloatArray
    false_patient: IntArray
    scans_by_patient: IntArray


def tabulate_slices(scored: Sequence[ScoredSlice], patients: Sequence[str]) -> SliceTable:
    """Return the annotated slices; patients not listed are left out."""
    index = {patient: i for i, patient in enumerate(patients)}
    rows = [
        (s.top_iou, index[s.slice.patient_id])
        for s in scored
        if s.status is SliceStatus.ANNOTATED and s.slice.patient_id in index
    ]
    return SliceTable(
        np.array([iou for iou, _ in rows], dtype=np.float64),
        np.array([patient for _, patient in rows], dtype=np.int64),
    )


def tabulate_detections(scored: Sequence[ScoredSlice], patients: Sequence[str]) -> DetectionTable:
    """Return the detections on slices that count, at most 100 a slice."""
    index = {patient: i for i, patient in enumerate(patients)}
    scores, patient = [np.zeros(0)], [np.zeros(0, dtype=np.int64)]
    hits = [np.zeros((len(AP_THRESHOLDS), 0), dtype=bool)]
    boxes = np.zeros(len(patients), dtype=np.int64)
    for one in scored:
        if one.status is SliceStatus.IGNORED or one.slice.patient_id not in index:
            continue
        owner = index[one.slice.patient_id]
        best = np.argsort(-one.slice.scores, kind="stable")[:MAX_DETECTIONS]
        scores.append(one.slice.scores[best])
        hits.append(one.hits[:, best])
        patient.append(np.full(len(best), owner, dtype=np.int64))
        boxes[owner] += len(one.slice.truth_boxes)
    all_scores = np.concatenate(scores)
    order = np.argsort(-all_scores, kind="stable")
    return DetectionTable(
        all_scores[order],
        np.concatenate(hits, axis=1)[:, order],
        np.concatenate(patient)[order],
        boxes,
    )


def tabulate_lesions(results: ScoredLesions, patients: Sequence[str]) -> LesionTable:
    """Return the lesions of the patients listed."""
    index = {patient: i for i, patient in enumerate(patients)}
    found = [one for one in results.lesions if one.lesion.patient_id in index]
    false = [one for one in results.false if results.scans[one.series_key] in index]
    scans = np.zeros(len(patients), dtype=np.int64)
    for patient in results.scans.values():
        if patient in index:
            scans[index[patient]] += 1
    return LesionTable(
        np.array([-np.inf if f.score is None else f.score for f in found], dtype=np.float64),
        np.array([index[f.lesion.patient_id] for f in found], dtype=np.int64),
        np.array([f.score for f in false], dtype=np.float64),
        np.array([index[results.scans[f.series_key]] for f in false], dtype=np.int64),
        scans,
    )
