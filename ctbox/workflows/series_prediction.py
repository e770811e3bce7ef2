"""Predict whole series with one model, exactly as `ctbox predict` does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ctbox.dicom.series import Series
from ctbox.evaluation.slices import DetectedLesion
from ctbox.model.config import links_lesions
from ctbox.model.detection import Detection, Lesion
from ctbox.progress import TaskContext
from ctbox.workflows.detect import DetectRequest, detect_series, load_detector

if TYPE_CHECKING:  # torch comes with it
    from ctbox.model.inference import Detector


@dataclass(frozen=True)
class SeriesPrediction:
    """What a model says of a series.

    Parameters
    ----------
    slices : tuple of tuple of Detection
        Every slice's detections, best first, in the order of the series.
    lesions : tuple of DetectedLesion or None
        The model's own linked lesions; None where it links none.
    unreadable : dict
        SOP Instance UID to the reason, for slices whose pixels cannot be read: they have no
        detections, and nothing can be said of the model there.
    """

    slices: tuple[tuple[Detection, ...], ...]
    lesions: tuple[DetectedLesion, ...] | None = None
    unreadable: dict[str, str] = field(default_factory=dict)


SeriesPredictor = Callable[[Series, TaskContext], SeriesPrediction]
"""Takes a series and gives what a model says of it."""


def make_series_predictor(
    model: str | None, device: str, threshold: float | None
) -> SeriesPredictor:
    """Return a function that predicts a whole series with one model."""
    detector = load_detector(model, device)

    def predict(series: Series, ctx: TaskContext) -> SeriesPrediction:
        return predict_series(detector, series, ctx, threshold)

    return predict


def predict_series(
    detector: Detector, series: Series, ctx: TaskContext, threshold: float | None = None
) -> SeriesPrediction:
    """Return what a model says of a whole series; the context is only asked to stop.

    Raises
    ------
    TaskCancelledError
        If cancelled.
    """
    quiet = TaskContext(is_cancelled=lambda: ctx.cancelled)
    request = DetectRequest((series,), threshold=threshold)
    result = detect_series(series, detector, request, quiet)
    own = tuple(_make_lesion(series.key, one) for one in result.lesions)
    return SeriesPrediction(
        slices=tuple(one.detections for one in result.slices),
        lesions=own if links_lesions(detector.card.architecture) else None,
        unreadable=dict(result.unreadable),
    )


def _make_lesion(series_key: str, lesion: Lesion) -> DetectedLesion:
    boxes = np.array([one.box.as_tuple() for one in lesion.detections], dtype=np.float64)
    return DetectedLesion(series_key, lesion.score, lesion.sop_instance_uids, boxes.reshape(-1, 4))
