"""Twin series: kernels or phases of one anatomy, and how far their boxes agree."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ctbox.annotations.annotation import Annotation
from ctbox.boxes import FloatArray, as_box_array, compute_iou
from ctbox.dicom.series import Series, Slice
from ctbox.workflows.open_case import SeriesCase

SAME_PLACE_MM = 0.5
LEAST_SHARED_PLACES = 2
_ORIENTATION_TOLERANCE = 0.01


@dataclass(frozen=True, slots=True)
class TwinPair:
    """Two series of one patient and frame of reference that share places.

    Parameters
    ----------
    first, second : Series
        The twins.
    ious : tuple of float
        Mean IoU of the boxes at each shared place where both have some; a box without a
        partner counts 0.
    only_first, only_second : int
        Shared places where one alone has boxes.
    unannotated : Series or None
        The twin without any box, if there is one.
    """

    first: Series
    second: Series
    ious: tuple[float, ...]
    only_first: int
    only_second: int
    unannotated: Series | None = None


def find_twins(cases: Sequence[SeriesCase]) -> list[TwinPair]:
    """Return the twins of which at least one has boxes at a shared place.

    Twins have the patient, the frame of reference and the orientation in common and at least
    two places within 0.5 mm. Boxes are compared in millimetres of the image plane, so that
    another field of view makes no difference.
    """
    groups: defaultdict[tuple[str, str], list[SeriesCase]] = defaultdict(list)
    for case in cases:
        frame = case.series.frame_of_reference_uid
        if frame is not None and _is_placed(case.series):
            groups[case.series.patient_id or "", frame].append(case)
    pairs = (pair for group in groups.values() for pair in itertools.combinations(group, 2))
    compared = (_compare(first, second) for first, second in pairs)
    return [pair for pair in compared if pair is not None]


def _is_placed(series: Series) -> bool:
    return not series.not_a_volume and all(
        each.position_along_normal_mm is not None and each.pixel_spacing_mm is not None
        for each in series.slices
    )


def _compare(first: SeriesCase, second: SeriesCase) -> TwinPair | None:
    if not (first.annotations or second.annotations) or not _is_parallel(first, second):
        return None
    shared = _match_places(first.series, second.series)
    if len(shared) < LEAST_SHARED_PLACES:
        return None
    ious, lonely = [], [0, 0]
    for a, b in shared:
        boxes_a = first.annotations.get(a.sop_instance_uid, ())
        boxes_b = second.annotations.get(b.sop_instance_uid, ())
        if boxes_a and boxes_b:
            ious.append(compare_boxes(_to_mm(a, boxes_a), _to_mm(b, boxes_b)))
        elif boxes_a or boxes_b:
            lonely[0 if boxes_a else 1] += 1
    if not ious and lonely == [0, 0]:
        return None
    bare = next((case.series for case in (first, second) if not case.annotations), None)
    return TwinPair(first.series, second.series, tuple(ious), lonely[0], lonely[1], bare)


def _is_parallel(first: SeriesCase, second: SeriesCase) -> bool:
    a, b = (case.series.slices[0].image_orientation for case in (first, second))
    if a is None or b is None:
        return False
    return max(abs(x - y) for x, y in zip(a, b, strict=True)) < _ORIENTATION_TOLERANCE


def _match_places(first: Series, second: Series) -> list[tuple[Slice, Slice]]:
    """Return the slices of both that lie at one place, each at most once."""
    places = sorted(
        (each.position_along_normal_mm or 0.0, index) for index, each in enumerate(second.slices)
    )
    taken: set[int] = set()
    matched = []
    for slice_ in first.slices:
        position = slice_.position_along_normal_mm or 0.0
        start = bisect_left(places, (position - SAME_PLACE_MM, -1))
        near = [
            (abs(place - position), index)
            for place, index in itertools.takewhile(
                lambda entry: entry[0] <= position + SAME_PLACE_MM,  # noqa: B023  # used at once
                itertools.islice(places, start, None),
            )
            if index not in taken
        ]
        if near:
            index = min(near)[1]
            taken.add(index)
            matched.append((slice_, second.slices[index]))
    return matched


def _to_mm(slice_: Slice, annotations: Sequence[Annotation]) -> FloatArray:
    """Return boxes (N, 4) in mm along the image's row and column from the patient's origin."""
    boxes = as_box_array([annotation.box for annotation in annotations])
    origin, direction = slice_.image_position_mm, slice_.image_orientation
    if origin is None or direction is None or slice_.pixel_spacing_mm is None:
        raise ValueError(f"Slice {slice_.sop_instance_uid} has no place in the patient.")
    across = float(np.dot(origin, direction[:3]))
    down = float(np.dot(origin, direction[3:]))
    row_mm, column_mm = slice_.pixel_spacing_mm
    scale = np.array([column_mm, row_mm, column_mm, row_mm])
    # The position is the first pixel's centre; boxes count from its edge.
    placed: FloatArray = (boxes - 0.5) * scale + np.array([across, down, across, down])
    return placed


def compare_boxes(first: FloatArray, second: FloatArray) -> float:
    """Return the mean IoU of two sets of boxes, paired greedily; a box without partner counts 0."""
    iou = compute_iou(first, second)
    total, count = 0.0, max(len(first), len(second))
    for _ in range(min(len(first), len(second))):
        row, column = np.unravel_index(int(np.argmax(iou)), iou.shape)
        total += float(iou[row, column])
        iou[row, :] = iou[:, column] = -1.0
    return total / count
