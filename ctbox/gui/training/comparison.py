"""Two models on the open series: one click shows the one's boxes or the other's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal

from ctbox.boxes import compute_iou
from ctbox.gui.tasks import TaskHandle, TaskRunner
from ctbox.gui.translation import tr
from ctbox.gui.viewer.detection_store import DetectionStore
from ctbox.model.detection import Detection, SliceDetections
from ctbox.workflows.detect import DetectRequest, DetectResult, detect
from ctbox.workflows.open_case import SeriesCase

WORKER = "comparison"


@dataclass(frozen=True, slots=True)
class ModelOnSeries:
    """What a model says of a series.

    Parameters
    ----------
    name : str
        The model.
    lesions, boxes : int
        At its own confidence.
    mean_iou : float or None
        Of the surest box on the slices with an expert's box, a miss counting 0; None without.
    expert_slices : int
        How many slices that rests on.
    """

    name: str
    lesions: int
    boxes: int
    mean_iou: float | None
    expert_slices: int


class Comparison(QObject):
    """Runs two models over one series and lets the viewer show either.

    Parameters
    ----------
    runner : TaskRunner
        Has a worker process named "comparison".
    store : DetectionStore
        Shows the chosen model's boxes.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(
        self, runner: TaskRunner, store: DetectionStore, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._runner, self._store = runner, store
        self._handle: TaskHandle | None = None
        self._waiting: list[str] = []
        self._case: SeriesCase | None = None
        self.results: dict[str, DetectResult] = {}
        self.figures: dict[str, ModelOnSeries] = {}
        self.shown: str | None = None
        self.device = "auto"

    @property
    def is_running(self) -> bool:
        """Whether a model is looking."""
        return self._handle is not None

    def start(self, case: SeriesCase, names: tuple[str, str]) -> None:
        """Let two models look at a series, in place of an earlier comparison."""
        self.cancel()
        self._case, self._waiting = case, list(names)
        self.results, self.figures, self.shown = {}, {}, None
        self._start_next()
        self.changed.emit()

    def cancel(self) -> None:
        """Look no further."""
        self._waiting = []
        if self._handle is not None:
            handle, self._handle = self._handle, None
            handle.cancel()

    def show(self, name: str) -> None:
        """Put a model's boxes on the images."""
        result = self.results.get(name)
        if result is None:
            return
        self.shown = name
        self._store.set_own_threshold(result.model.threshold)
        for found in result.series:
            self._store.add_series(found.series.key, found.slices, found.lesions)
        self.changed.emit()

    def _start_next(self) -> None:
        if not self._waiting or self._case is None:
            return
        name = self._waiting.pop(0)
        request = DetectRequest((self._case.series,), model=name, device=self.device)
        handle = self._runner.start(
            detect,
            request,
            kind="worker",
            worker=WORKER,
            title=tr("{name} looks at the series").format(name=name),
        )
        self._handle = handle
        handle.finished.connect(lambda result: self._on_finished(handle, name, result))
        handle.failed.connect(self.failed)
        handle.ended.connect(lambda: self._on_ended(handle))

    def _on_finished(self, handle: TaskHandle, name: str, result: DetectResult) -> None:
        if handle is not self._handle or self._case is None:
            return
        self.results[name] = result
        self.figures[name] = judge(name, result, self._case)
        if self.shown is None:
            self.show(name)

    def _on_ended(self, handle: TaskHandle) -> None:
        if handle is self._handle:
            self._handle = None
            self._start_next()
            self.changed.emit()


def judge(name: str, result: DetectResult, case: SeriesCase) -> ModelOnSeries:
    """Return a model's counts on a series, and its IoU where an expert drew boxes."""
    (found,) = result.series
    threshold = result.model.threshold
    ious = [_compute_top_iou(one, case) for one in found.slices]
    known = [iou for iou in ious if iou is not None]
    return ModelOnSeries(
        name=name,
        lesions=sum(lesion.score >= threshold for lesion in found.lesions),
        boxes=sum(d.score >= threshold for one in found.slices for d in one.detections),
        mean_iou=float(np.mean(known)) if known else None,
        expert_slices=len(known),
    )


def _compute_top_iou(one: SliceDetections, case: SeriesCase) -> float | None:
    experts = case.annotations.get(one.sop_instance_uid)
    if not experts:
        return None
    if not one.detections:
        return 0.0
    top: Detection = max(one.detections, key=lambda d: d.score)
    truth = np.array([each.box.as_tuple() for each in experts])
    return float(compute_iou(np.array([top.box.as_tuple()]), truth).max())
