"""Predict whole series with one model."""

from __future__ import annotations

from collections.abc import Callable

from ctbox.dicom.pixels import read_volume
from ctbox.dicom.series import Series
from ctbox.model.detection import Detection
from ctbox.progress import TaskContext
from ctbox.workflows.detect import get_geometry, load_detector

SeriesPredictor = Callable[[Series, TaskContext], list[tuple[Detection, ...]]]
"""Takes a series and gives every slice's detections, best first."""


def make_series_predictor(
    model: str | None, device: str, threshold: float | None
) -> SeriesPredictor:
    """Return a function that predicts a whole series with one model."""
    detector = load_detector(model, device)

    def predict(series: Series, ctx: TaskContext) -> list[tuple[Detection, ...]]:
        quiet = TaskContext(is_cancelled=lambda: ctx.cancelled)
        volume = read_volume(series)
        found = detector.predict_volume(
            volume, get_geometry(series), ctx=quiet, threshold=threshold
        )
        return found.slices

    return predict
