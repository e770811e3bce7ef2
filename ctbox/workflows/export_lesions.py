"""Boxes of a series gathered into lesions, each with a UID that the same boxes always get."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ctbox.annotations.exchange.records import Origin, is_slice_uid
from ctbox.boxes import BoundingBox, as_box_array
from ctbox.dicom.lesion_marks import UNKNOWN_LABEL, MarkedBox, MarkedLesion
from ctbox.dicom.series import Series, Slice
from ctbox.evaluation.slices import EvaluatedSlice
from ctbox.evaluation.truth import link_boxes
from ctbox.model.detection import Lesion
from ctbox.workflows.detections_document import DetectionsDocument
from ctbox.workflows.open_case import FileProblem, SeriesCase


@dataclass(frozen=True)
class MarkedSeries:
    """A series and the lesions marked on it."""

    series: Series
    lesions: tuple[MarkedLesion, ...]

    @property
    def box_count(self) -> int:
        """Number of boxes."""
        return sum(len(lesion.boxes) for lesion in self.lesions)


@dataclass(frozen=True, slots=True)
class _LabelledBox:
    slice_: Slice
    box: BoundingBox
    label: str
    score: float | None = None

    @property
    def marked(self) -> MarkedBox:
        return MarkedBox(self.slice_.sop_instance_uid, self.box, self.score)


def gather_annotations(case: SeriesCase, origin: Origin) -> MarkedSeries:
    """Return the lesions of a series' annotations.

    Boxes of one label belong to one lesion if they overlap in the plane on slices at most 15 mm
    apart, by the rule that evaluation counts lesions with.
    """
    boxes = [
        _LabelledBox(slice_, annotation.box, annotation.label)
        for slice_ in case.series.slices
        for annotation in case.annotations.get(slice_.sop_instance_uid, ())
    ]
    return MarkedSeries(case.series, _name_lesions(case.series, _link(boxes, case.series), origin))


def gather_detections(series: Series, document: DetectionsDocument) -> MarkedSeries:
    """Return the lesions of a series' detections: the model's own where it linked them."""
    by_lesion: defaultdict[int, list[_LabelledBox]] = defaultdict(list)
    alone: list[_LabelledBox] = []
    for slice_ in series.slices:
        lesions = document.lesions_of_uid.get(slice_.sop_instance_uid, ())
        for detection in document.by_uid.get(slice_.sop_instance_uid, ()):
            box = _LabelledBox(slice_, detection.box, UNKNOWN_LABEL, detection.score)
            lesion = _find_lesion(slice_, detection.box, lesions)
            (alone if lesion is None else by_lesion[lesion.lesion_id]).append(box)
    groups = [by_lesion[number] for number in sorted(by_lesion)] + _link(alone, series)
    return MarkedSeries(series, _name_lesions(series, groups, Origin.AI))


def drop_unnamed(
    marked: Sequence[MarkedSeries],
) -> tuple[list[MarkedSeries], list[FileProblem]]:
    """Return the series without boxes on slices whose UID is none, and the places of these.

    Files are named after UIDs and reports refer to them, so a text such as "../x" must not pass.
    """
    kept, dropped = [], []
    for each in marked:
        lesions = []
        for lesion in each.lesions:
            boxes = tuple(box for box in lesion.boxes if is_slice_uid(box.sop_instance_uid))
            if boxes:
                lesions.append(replace(lesion, boxes=boxes))
            for _ in range(len(lesion.boxes) - len(boxes)):
                reason = "A box lies on an image without a valid SOP Instance UID."
                dropped.append(FileProblem(each.series.slices[0].source.display, reason))
        kept.append(MarkedSeries(each.series, tuple(lesions)))
    return kept, dropped


def _find_lesion(slice_: Slice, box: BoundingBox, lesions: Sequence[Lesion]) -> Lesion | None:
    """Return the lesion of a slice's box: the only one, or the one whose hull lies nearest."""
    if len(lesions) < 2:
        return lesions[0] if lesions else None
    centre = _locate(slice_, box)
    if centre is None:
        return None

    def measure(lesion: Lesion) -> tuple[float, float]:
        low, high = np.array(lesion.box_mm[:3]), np.array(lesion.box_mm[3:])
        outside = np.maximum(0.0, np.maximum(low - centre, centre - high))
        to_middle = np.linalg.norm((low + high) / 2 - centre)
        return float(np.linalg.norm(outside)), float(to_middle)

    return min(lesions, key=measure)


def _locate(slice_: Slice, box: BoundingBox) -> np.ndarray[tuple[int], np.dtype[np.float64]] | None:
    """Return the middle of a box in the patient's system, mm; None without geometry."""
    origin, direction = slice_.image_position_mm, slice_.image_orientation
    if origin is None or direction is None or slice_.pixel_spacing_mm is None:
        return None
    row_mm, column_mm = slice_.pixel_spacing_mm
    x, y = box.centre
    # The position is the first pixel's centre; boxes count from its edge.
    along = np.multiply(direction[:3], (x - 0.5) * column_mm)
    down = np.multiply(direction[3:], (y - 0.5) * row_mm)
    return np.asarray(np.add(origin, along + down), dtype=np.float64)


def _link(boxes: Sequence[_LabelledBox], series: Series) -> list[list[_LabelledBox]]:
    groups: list[list[_LabelledBox]] = []
    for label in sorted({box.label for box in boxes}):
        members = [box for box in boxes if box.label == label]
        owners = [
            EvaluatedSlice(
                each.slice_.sop_instance_uid,
                series.key,
                series.patient_id or "",
                position_mm=each.slice_.position_along_normal_mm,
            )
            for each in members
        ]
        linked = link_boxes(owners, as_box_array([each.box for each in members]))
        groups += [[members[index] for index in indices] for indices in linked]
    return groups


def _name_lesions(
    series: Series, groups: Iterable[Sequence[_LabelledBox]], origin: Origin
) -> tuple[MarkedLesion, ...]:
    return tuple(
        MarkedLesion(
            tracking_uid=_make_uid(series, group, origin),
            name=f"Lesion {number}",
            label=group[0].label,
            boxes=tuple(box.marked for box in group),
        )
        for number, group in enumerate(groups, 1)
    )


def _make_uid(series: Series, boxes: Iterable[_LabelledBox], origin: Origin) -> str:
    """Return a UID of the form 2.25.<UUID> (PS3.5 B.2), the same whenever the boxes are the same.

    So SR and SEG of one lesion agree, and so do exports of one day and the next.
    """
    parts = [series.key, origin.value]
    for each in boxes:
        parts += [each.slice_.sop_instance_uid, repr(each.box.as_tuple()), each.label]
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return f"2.25.{int.from_bytes(digest[:16]) >> 6}"
