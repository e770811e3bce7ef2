"""The long axes of a series in the expert's and in the predicted boxes, each outlined once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import BoundingBox, FloatArray, compute_iou
from ctbox.dicom.pixels import read_hu
from ctbox.dicom.series import Slice
from ctbox.evaluation.scoring import LESION_HIT_IOU
from ctbox.progress import TaskContext
from ctbox.workflows.open_case import SeriesCase
from ctbox.workflows.report_records import SeriesRecord, SliceBoxes
from ctbox.workflows.samples import get_boxes

_NOTHING: SliceBoxes = (np.zeros((0, 4)), np.zeros(0))


class LongAxes:
    """Measures the boxes of one series, for one model after the other.

    Parameters
    ----------
    case : SeriesCase
        Has the expert's boxes.
    read : callable
        Gives a readable slice's HU, int16 (rows, columns); asked only for what is measured.
    """

    def __init__(self, case: SeriesCase, read: Callable[[Slice], NDArray[np.int16]]) -> None:
        self._case, self._read = case, read
        # Models are judged by the same expert, and often find the very box of one before.
        self._known: dict[tuple[str, bytes], float | None] = {}

    def measure(self, boxes: dict[str, SliceBoxes]) -> dict[str, tuple[float, float]]:
        """Return both long axes where the surest box hits an expert's: else they are two things.

        Parameters
        ----------
        boxes : dict
            SOP Instance UID to a model's boxes and scores, for every readable slice.

        Returns
        -------
        dict
            SOP Instance UID to the expert's and the model's long axis, mm.
        """
        pairs = {}
        for each in self._case.series.slices:
            expert = get_boxes(self._case, each.sop_instance_uid)
            found, scores = boxes.get(each.sop_instance_uid, _NOTHING)
            if not len(expert) or not len(found):
                continue
            top = found[int(scores.argmax())]
            iou = compute_iou(top[None], expert)[0]
            if iou.max() < LESION_HIT_IOU:
                continue
            theirs = self._measure_one(each, expert[int(iou.argmax())])
            ours = None if theirs is None else self._measure_one(each, top)
            if theirs is not None and ours is not None:
                pairs[each.sop_instance_uid] = (theirs, ours)
        return pairs

    def _measure_one(self, shown: Slice, box: FloatArray) -> float | None:
        from ctbox.imaging.outline import measure_long_axis_mm  # skimage

        key = (shown.sop_instance_uid, box.tobytes())
        if key not in self._known:
            corners = BoundingBox(*map(float, box))
            self._known[key] = measure_long_axis_mm(
                self._read(shown), corners, shown.pixel_spacing_mm
            )
        return self._known[key]


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """The records of a series whose long axes are still to be measured."""

    case: SeriesCase
    records: tuple[SeriesRecord, ...]


def measure_records(unmeasured: Unmeasured, ctx: TaskContext) -> tuple[SeriesRecord, ...]:
    """Return records with their long axes, for slices that are read anew.

    Raises
    ------
    DicomReadError
        If a slice cannot be read any more.
    TaskCancelledError
        If cancelled.
    """
    ctx.check()
    axes = LongAxes(unmeasured.case, _read_slice)
    return tuple(replace(one, long_axes_mm=axes.measure(one.boxes)) for one in unmeasured.records)


@functools.lru_cache(maxsize=1)  # the expert's box and the model's
def _read_slice(shown: Slice) -> NDArray[np.int16]:
    return np.asarray(read_hu(shown), dtype=np.int16)
