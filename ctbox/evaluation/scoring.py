"""Score slices and lesions one by one; every figure is made from these results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import FloatArray, compute_iou
from ctbox.evaluation.matching import UNMATCHED, compute_top_iou, match_boxes
from ctbox.evaluation.slices import DetectedLesion, EvaluatedSlice
from ctbox.evaluation.truth import SliceStatus, TruthLesion, classify_slices

AP_THRESHOLDS = tuple(float(t) for t in np.round(np.arange(0.5, 1.0, 0.05), 2))
LESION_HIT_IOU = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class ScoredSlice:
    """How the model did on one slice.

    Parameters
    ----------
    slice : EvaluatedSlice
        The slice itself.
    status : SliceStatus
        What it may be used for.
    top_iou : float or None
        IoU of the surest detection, best over the expert's boxes; 0 for a miss, None where
        the slice has no expert's box.
    hits : ndarray
        bool (10, M): whether each detection hits a box at IoU 0.50, 0.55 … 0.95, one to one.
    """

    slice: EvaluatedSlice
    status: SliceStatus
    top_iou: float | None
    hits: NDArray[np.bool_]

    @property
    def true_positives(self) -> int:
        """Detections that hit at IoU 0.5."""
        return int(self.hits[0].sum())

    @property
    def false_positives(self) -> int:
        """Detections that hit nothing at IoU 0.5; 0 on ignored slices."""
        if self.status is SliceStatus.IGNORED:
            return 0
        return len(self.slice.boxes) - self.true_positives

    @property
    def false_negatives(self) -> int:
        """The expert's boxes that nothing hit at IoU 0.5."""
        return len(self.slice.truth_boxes) - self.true_positives


@dataclass(frozen=True, slots=True, eq=False)
class ScoredLesion:
    """A truth lesion and the surest detection of it.

    Parameters
    ----------
    lesion : TruthLesion
        The expert's boxes.
    score : float or None
        Score of the best detected lesion that hits it; None for a miss.
    """

    lesion: TruthLesion
    score: float | None


@dataclass(frozen=True, slots=True, eq=False)
class ScoredLesions:
    """How the model did on lesions.

    Parameters
    ----------
    lesions : tuple of ScoredLesion
        Every truth lesion.
    false : tuple of DetectedLesion
        Detected lesions that hit none and touch a slice that is annotated or negative.
    scans : dict
        Series key to patient, for every series with annotations: what false lesions are
        counted by.
    """

    lesions: tuple[ScoredLesion, ...]
    false: tuple[DetectedLesion, ...]
    scans: dict[str, str]


def score_slices(slices: Sequence[EvaluatedSlice]) -> tuple[ScoredSlice, ...]:
    """Return how the model did on each slice, in the same order."""
    statuses = classify_slices(slices)
    return tuple(_score_slice(one, status) for one, status in zip(slices, statuses, strict=True))


def _score_slice(one: EvaluatedSlice, status: SliceStatus) -> ScoredSlice:
    matches = match_boxes(one.truth_boxes, one.boxes, one.scores, AP_THRESHOLDS)
    top_iou = compute_top_iou(one.truth_boxes, one.boxes, one.scores)
    return ScoredSlice(one, status, top_iou, matches != UNMATCHED)


def score_lesions(
    scored: Sequence[ScoredSlice],
    truth: Sequence[TruthLesion],
    detected: Sequence[DetectedLesion],
    least_iou: float = LESION_HIT_IOU,
) -> ScoredLesions:
    """Return which truth lesions were found, and which detected lesions are false.

    A detected lesion hits a truth lesion if on some annotated slice its box has IoU ≥ 0.3
    (`least_iou`) with the expert's. A second detection of a lesion that was found is neither a
    hit nor false. A detection that lies wholly on ignored slices is neither, since nobody can
    tell.
    """
    statuses = {(s.slice.series_key, s.slice.sop_uid): s.status for s in scored}
    scans = {
        s.slice.series_key: s.slice.patient_id for s in scored if s.status is SliceStatus.ANNOTATED
    }
    best: dict[int, float] = {}
    false = []
    boxes_by_slice = _index_truth(truth)
    for found in detected:
        hit = _find_hits(found, boxes_by_slice, least_iou)
        for index in hit:
            best[index] = max(best.get(index, 0.0), found.score)
        if not hit and found.series_key in scans and _can_be_false(found, statuses):
            false.append(found)
    lesions = tuple(ScoredLesion(lesion, best.get(i)) for i, lesion in enumerate(truth))
    return ScoredLesions(lesions, tuple(false), scans)


_TruthBoxes = dict[tuple[str, str], list[tuple[int, FloatArray]]]


def _index_truth(truth: Sequence[TruthLesion]) -> _TruthBoxes:
    boxes: _TruthBoxes = {}
    for index, lesion in enumerate(truth):
        for sop_uid, box in zip(lesion.sop_uids, lesion.boxes, strict=True):
            boxes.setdefault((lesion.series_key, sop_uid), []).append((index, box))
    return boxes


def _find_hits(found: DetectedLesion, truth: _TruthBoxes, least_iou: float) -> set[int]:
    hits = set()
    for sop_uid, box in zip(found.sop_uids, found.boxes, strict=True):
        for index, expert in truth.get((found.series_key, sop_uid), []):
            if compute_iou(box[None], expert[None])[0, 0] >= least_iou:
                hits.add(index)
    return hits


def _can_be_false(found: DetectedLesion, statuses: Mapping[tuple[str, str], SliceStatus]) -> bool:
    return any(
        statuses.get((found.series_key, uid), SliceStatus.IGNORED) is not SliceStatus.IGNORED
        for uid in found.sop_uids
    )
