"""Hits, false boxes and misses of a series at any confidence, counted anew without any waiting.

The rule is the evaluation's own (`ctbox.evaluation`): detections choose one to one by falling
score, and boxes on unannotated slices that are no sure negatives count neither way. A detection
matches regardless of those less sure than itself, so that one matching serves all confidences.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import as_box_array
from ctbox.evaluation.matching import UNMATCHED, match_boxes
from ctbox.evaluation.slices import EvaluatedSlice
from ctbox.evaluation.truth import SliceStatus, classify_slices
from ctbox.gui.viewer.detection_store import DetectionStore
from ctbox.workflows.open_case import SeriesCase


@dataclass(frozen=True, slots=True)
class HitCounts:
    """How the shown boxes fare against the expert's.

    Parameters
    ----------
    hits : int
        Detections that hit an expert's box (TP).
    false : int
        Detections that hit none, on slices that count (FP).
    missed : int
        Expert's boxes that nothing hit, on predicted slices (FN).
    uncounted : int
        Detections on slices without an expert's box that may hold tumour all the same.
    """

    hits: int = 0
    false: int = 0
    missed: int = 0
    uncounted: int = 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a series can be counted.

    Parameters
    ----------
    annotated : int
        Slices with an expert's box.
    predicted : int
        Those of them that were predicted.
    """

    annotated: int = 0
    predicted: int = 0


class SeriesScore:
    """One series' detections against the expert's boxes, matched once.

    Parameters
    ----------
    slices : sequence of EvaluatedSlice
        The series' slices, with detections of any score.
    statuses : sequence of SliceStatus
        What each slice may be used for.
    predicted : collection of str
        SOP Instance UIDs of the slices that were predicted.
    hit_iou : float
        Least IoU of a hit.
    """

    def __init__(
        self,
        slices: Sequence[EvaluatedSlice],
        statuses: Sequence[SliceStatus],
        predicted: Collection[str],
        hit_iou: float,
    ) -> None:
        self.slices = tuple(slices)
        self.statuses = tuple(statuses)
        self.hit_iou = hit_iou
        self._places = {one.sop_uid: i for i, one in enumerate(slices)}
        self._drawn = np.array(
            [len(one.truth_boxes) if one.sop_uid in predicted else 0 for one in slices]
        )
        annotated = [len(one.truth_boxes) > 0 for one in slices]
        known = [one.sop_uid in predicted for one in slices]
        both = sum(a and k for a, k in zip(annotated, known, strict=True))
        self.coverage = Coverage(sum(annotated), both)
        self._match()

    def _match(self) -> None:
        none = np.zeros(0)
        scores, hits, places = [none], [none.astype(bool)], [none.astype(np.int64)]
        for place, one in enumerate(self.slices):
            if not len(one.boxes):
                continue
            row = match_boxes(one.truth_boxes, one.boxes, one.scores, (self.hit_iou,))[0]
            scores.append(one.scores)
            hits.append(row != UNMATCHED)
            places.append(np.full(len(row), place, dtype=np.int64))
        self._scores = np.concatenate(scores)
        self._hits: NDArray[np.bool_] = np.concatenate(hits)
        self._owners: NDArray[np.int64] = np.concatenate(places)
        ignored = np.array([each is SliceStatus.IGNORED for each in self.statuses], dtype=bool)
        self._ignored = ignored[self._owners] if len(self._owners) else self._hits

    def count(self, threshold: float) -> HitCounts:
        """Return the counts of the whole series for detections from this score on."""
        return self._count(self._scores >= threshold, int(self._drawn.sum()))

    def count_slice(self, sop_instance_uid: str, threshold: float) -> HitCounts:
        """Return the counts of one slice; zeros for a slice of another series."""
        place = self._places.get(sop_instance_uid)
        if place is None:
            return HitCounts()
        shown = (self._scores >= threshold) & (self._owners == place)
        return self._count(shown, int(self._drawn[place]))

    def _count(self, shown: NDArray[np.bool_], drawn: int) -> HitCounts:
        hits = int((self._hits & shown).sum())
        uncounted = int((self._ignored & shown).sum())
        return HitCounts(hits, int(shown.sum()) - hits - uncounted, drawn - hits, uncounted)


def score_series(
    series_case: SeriesCase,
    others: Sequence[SeriesCase],
    store: DetectionStore,
    hit_iou: float,
) -> SeriesScore:
    """Match a series' detections of any score with the expert's boxes.

    Parameters
    ----------
    series_case : SeriesCase
        The series.
    others : sequence of SeriesCase
        The case's series: what is annotated on a patient's others may be tumour here too.
    store : DetectionStore
        The detections.
    hit_iou : float
        Least IoU of a hit.
    """
    slices = _describe(series_case, store)
    patient = _name_patient(series_case)
    around = [
        one
        for other in others
        if other.series.key != series_case.series.key and _name_patient(other) == patient
        for one in _describe(other, None)
    ]
    statuses = classify_slices([*slices, *around])[: len(slices)]
    predicted = {one.sop_uid for one in slices if store.has(one.sop_uid)}
    return SeriesScore(slices, statuses, predicted, hit_iou)


def _name_patient(case: SeriesCase) -> str:
    return case.series.patient_id or case.series.series_instance_uid


def _describe(case: SeriesCase, store: DetectionStore | None) -> list[EvaluatedSlice]:
    """Return a series' slices that hold a box: an expert's, or one detected, if there is a store.

    The others, of a series just opened nearly all, neither count nor tell what others count as.
    """
    series, patient = case.series, _name_patient(case)
    described = []
    for each in series.slices:
        uid = each.sop_instance_uid
        found = (store.find_eligible(uid) if store is not None else None) or ()
        if not found and uid not in case.annotations:
            continue
        described.append(
            EvaluatedSlice(
                sop_uid=uid,
                series_key=series.key,
                patient_id=patient,
                expert_boxes=as_box_array([one.box for one in case.annotations.get(uid, ())]),
                boxes=as_box_array([one.box for one in found]),
                scores=np.array([one.score for one in found], dtype=np.float64),
                position_mm=each.position_along_normal_mm,
                frame_of_reference_uid=series.frame_of_reference_uid,
                pixel_spacing_mm=each.pixel_spacing_mm,
            )
        )
    return described
