"""What counts as truth: annotated, negative and ignored slices, and lesions.

Unannotated is not negative (see `ctbox.annotations.negatives`), so most slices near a tumour
are neither and stay out of every figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ctbox.annotations.negatives import (
    POSITION_TOLERANCE_MM,
    AnnotatedRange,
    find_annotated_range,
    is_beyond,
)
from ctbox.boxes import FloatArray, compute_iou
from ctbox.evaluation.slices import DetectedLesion, EvaluatedSlice, measure_size_mm

LESION_GAP_MM = 15.0


class SliceStatus(StrEnum):
    """What a slice may be used for."""

    ANNOTATED = "annotated"
    NEGATIVE = "negative"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, eq=False)
class TruthLesion:
    """The expert's boxes of one tumour in one series.

    Parameters
    ----------
    series_key, patient_id : str
        Where it lies.
    sop_uids : tuple of str
        The slice of each box.
    boxes : ndarray
        (n, 4) xyxy in the slices' pixels.
    size_mm : float or None
        Longest side among its boxes.
    """

    series_key: str
    patient_id: str
    sop_uids: tuple[str, ...]
    boxes: FloatArray
    size_mm: float | None


def classify_slices(slices: Sequence[EvaluatedSlice]) -> tuple[SliceStatus, ...]:
    """Return what each slice may be used for.

    A slice is negative only if its series has annotations, and it lies more than 12 mm beyond
    the first or last annotated slice of its own series (gaps included) and of the patient's
    other series in the same frame of reference. A series without that UID might share any, so
    it counts as sharing the patient's every one.
    """
    ranges = _find_ranges(slices)
    return tuple(_classify(one, ranges) for one in slices)


_Ranges = dict[str, dict[str, tuple[str | None, AnnotatedRange]]]


def _find_ranges(slices: Sequence[EvaluatedSlice]) -> _Ranges:
    """Return patient -> series -> (frame of reference, annotated range)."""
    places: dict[tuple[str, str, str | None], list[float]] = {}
    for one in slices:
        if len(one.expert_boxes) and one.position_mm is not None:
            key = (one.patient_id, one.series_key, one.frame_of_reference_uid)
            places.setdefault(key, []).append(one.position_mm)
    ranges: _Ranges = {}
    for (patient, series, frame), positions in places.items():
        found = find_annotated_range(positions)
        if found is not None:
            ranges.setdefault(patient, {})[series] = (frame, found)
    return ranges


def _classify(one: EvaluatedSlice, ranges: _Ranges) -> SliceStatus:
    if len(one.expert_boxes):
        return SliceStatus.ANNOTATED if len(one.truth_boxes) else SliceStatus.IGNORED
    of_patient = ranges.get(one.patient_id, {})
    if one.position_mm is None or one.series_key not in of_patient:
        return SliceStatus.IGNORED
    here = one.frame_of_reference_uid
    shared = [
        found
        for series, (frame, found) in of_patient.items()
        if series == one.series_key or frame is None or here is None or frame == here
    ]
    return SliceStatus.NEGATIVE if is_beyond(one.position_mm, shared) else SliceStatus.IGNORED


def find_truth_lesions(slices: Sequence[EvaluatedSlice]) -> tuple[TruthLesion, ...]:
    """Return the lesions that the expert's boxes make, by series and place.

    Boxes of one series belong to one lesion if they overlap in the plane (IoU > 0) on slices
    at most 15 mm apart, directly or by way of others.
    """
    lesions = []
    for series in _group_by_series(slices):
        owners = [one for one in series for _ in one.truth_boxes]
        boxes = np.concatenate([one.truth_boxes for one in series])
        for members in link_boxes(owners, boxes):
            chosen = [owners[i] for i in members]
            lesions.append(
                TruthLesion(
                    series_key=chosen[0].series_key,
                    patient_id=chosen[0].patient_id,
                    sop_uids=tuple(one.sop_uid for one in chosen),
                    boxes=boxes[members],
                    size_mm=measure_size_mm(boxes[members], chosen[0].pixel_spacing_mm),
                )
            )
    return tuple(lesions)


def link_detections(slices: Sequence[EvaluatedSlice]) -> tuple[DetectedLesion, ...]:
    """Return the lesions that a model's boxes make by the rule for the expert's.

    For models that give boxes only; a lesion's score is its best box's.
    """
    lesions = []
    for series in _group_by_series(slices):
        owners = [one for one in series for _ in one.boxes]
        boxes = np.concatenate([one.boxes for one in series])
        scores = np.concatenate([one.scores for one in series])
        for members in link_boxes(owners, boxes):
            sop_uids = tuple(owners[i].sop_uid for i in members)
            lesions.append(
                DetectedLesion(
                    owners[members[0]].series_key,
                    float(scores[members].max()),
                    sop_uids,
                    boxes[members],
                )
            )
    return tuple(lesions)


def _group_by_series(slices: Sequence[EvaluatedSlice]) -> list[list[EvaluatedSlice]]:
    series: dict[str, list[EvaluatedSlice]] = {}
    for one in slices:
        series.setdefault(one.series_key, []).append(one)
    return list(series.values())


def link_boxes(owners: Sequence[EvaluatedSlice], boxes: FloatArray) -> list[NDArray[np.int64]]:
    """Return the indices of the boxes of each lesion, ascending, by their first box.

    Parameters
    ----------
    owners : sequence of EvaluatedSlice
        The slice of each box; all of one series.
    boxes : ndarray
        (N, 4) xyxy.
    """
    if not owners:
        return []
    places = np.array([np.nan if o.position_mm is None else o.position_mm for o in owners])
    uids = np.array([o.sop_uid for o in owners])
    # A NaN distance is not near: slices without a position link with nobody but themselves.
    near = np.abs(places[:, None] - places[None, :]) <= LESION_GAP_MM + POSITION_TOLERANCE_MM
    touching = (near | (uids[:, None] == uids[None, :])) & (compute_iou(boxes, boxes) > 0)
    left = np.ones(len(owners), dtype=bool)
    components = []
    for start in range(len(owners)):
        if not left[start]:
            continue
        reached = np.zeros(len(owners), dtype=bool)
        frontier = np.zeros(len(owners), dtype=bool)
        frontier[start] = True
        while frontier.any():
            reached |= frontier
            frontier = touching[frontier].any(axis=0) & ~reached
        left &= ~reached
        components.append(np.flatnonzero(reached))
    return components
