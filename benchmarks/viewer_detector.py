"""A detector that costs nothing: ten boxes a slice, at a pace and in a burst; own process."""

from __future__ import annotations

import time

from ctbox.boxes import BoundingBox
from ctbox.model.detection import Detection, SliceDetections
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.detect import (
    DetectRequest,
    DetectResult,
    ModelReady,
    SeriesResult,
    SliceDetected,
)

BOXES, PACE_S = 10, 0.01


def detect(request: DetectRequest, ctx: TaskContext) -> DetectResult:
    """Tell the first half of the slices one by one, and the other half all at once."""
    ready = ModelReady("benchmark", "0" * 64, "CPU", 0.25)
    ctx.report(ready)
    results = []
    for series in request.series:
        slices = [make_slice(each.sop_instance_uid) for each in series.slices]
        for place, found in enumerate(slices):
            ctx.check()
            ctx.report(SliceDetected(series.key, found))
            ctx.report(Progress(place + 1, len(slices)))
            if place < len(slices) // 2:
                time.sleep(PACE_S)
        results.append(SeriesResult(series, tuple(slices)))
    return DetectResult(ready, tuple(results))


def make_slice(uid: str) -> SliceDetections:
    """Return ten boxes of falling score."""
    boxes = (BoundingBox(40 * k, 40 * k, 40 * k + 50, 40 * k + 50) for k in range(BOXES))
    found = (Detection(box, 0.9 - 0.05 * k) for k, box in enumerate(boxes))
    return SliceDetections(uid, tuple(found))
