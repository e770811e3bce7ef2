"""A model for the window's tests: a real worker process, but no torch in it."""

from __future__ import annotations

import time

from ctbox.boxes import BoundingBox
from ctbox.errors import CheckpointError
from ctbox.model.detection import Detection, SliceDetections
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.detect import (
    DetectRequest,
    DetectResult,
    ModelReady,
    SeriesResult,
    SliceDetected,
)

BOX = BoundingBox(10, 8, 20, 18)
READY = ModelReady("fake-s", "0" * 64, "CPU", 0.25)


def fake_detect(request: DetectRequest, ctx: TaskContext) -> DetectResult:
    """One box on every slice that was asked for, and one below the threshold."""
    ctx.report(READY)
    results = []
    for series in request.series:
        indices = request.slice_indices or range(len(series.slices))
        slices = []
        for index in indices:
            ctx.check()
            uid = series.slices[index].sop_instance_uid
            found = SliceDetections(uid, (Detection(BOX, 0.87), Detection(BOX, 0.1)))
            ctx.report(SliceDetected(series.key, found))
            slices.append(found)
        results.append(SeriesResult(series, tuple(slices)))
    return DetectResult(READY, tuple(results))


def endless_detect(request: DetectRequest, ctx: TaskContext) -> DetectResult:
    """Work until cancelled."""
    ctx.report(READY)
    for step in range(100_000):
        ctx.check()
        ctx.report(Progress(step, None, "Working"))
        time.sleep(0.01)
    raise AssertionError("never cancelled")


def failing_detect(_request: DetectRequest, _ctx: TaskContext) -> DetectResult:
    raise CheckpointError("The weights of fake-s are missing.", "Install ctbox again.", "fake-s")
