"""The long axes of a series in the expert's and in the predicted boxes, each outlined once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import BoundingBox, FloatArray, compute_iou
from ctbox.dicom.series import Series
from ctbox.evaluation.scoring import LESION_HIT_IOU
from ctbox.workflows.open_case import SeriesCase
from ctbox.workflows.report_records import SliceBoxes
from ctbox.workflows.samples import get_boxes


class LongAxes:
    """Measures the boxes of one series, for one model after the other.

    Parameters
    ----------
    case : SeriesCase
        Has the expert's boxes.
    series : Series
        The readable slices.
    volume : ndarray
        int16 (n, rows, columns), HU of these slices.
    """

    def __init__(self, case: SeriesCase, series: Series, volume: NDArray[np.int16]) -> None:
        self._case, self._series, self._volume = case, series, volume
        # Models are judged by the same expert, and often find the very box of one before.
        self._known: dict[tuple[int, bytes], float | None] = {}

    def measure(self, boxes: dict[str, SliceBoxes]) -> dict[str, tuple[float, float]]:
        """Return both long axes where the surest box hits an expert's: else they are two things.

        Parameters
        ----------
        boxes : dict
            SOP Instance UID to a model's boxes and scores.

        Returns
        -------
        dict
            SOP Instance UID to the expert's and the model's long axis, mm.
        """
        pairs = {}
        for place, each in enumerate(self._series.slices):
            expert = get_boxes(self._case, each.sop_instance_uid)
            found, scores = boxes[each.sop_instance_uid]
            if not len(expert) or not len(found):
                continue
            top = found[int(scores.argmax())]
            iou = compute_iou(top[None], expert)[0]
            if iou.max() < LESION_HIT_IOU:
                continue
            theirs = self._measure_one(place, expert[int(iou.argmax())])
            ours = None if theirs is None else self._measure_one(place, top)
            if theirs is not None and ours is not None:
                pairs[each.sop_instance_uid] = (theirs, ours)
        return pairs

    def _measure_one(self, place: int, box: FloatArray) -> float | None:
        from ctbox.imaging.outline import measure_long_axis_mm  # skimage

        key = (place, box.tobytes())
        if key not in self._known:
            spacing_mm = self._series.slices[place].pixel_spacing_mm
            corners = BoundingBox(*map(float, box))
            self._known[key] = measure_long_axis_mm(self._volume[place], corners, spacing_mm)
        return self._known[key]
