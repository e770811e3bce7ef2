"""Predictions kept in a file as they come, so that a stop does not cost them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from ctbox.boxes import BoundingBox
from ctbox.dicom.series import Series
from ctbox.errors import TrainingDataError
from ctbox.evaluation.slices import DetectedLesion
from ctbox.model.detection import Detection
from ctbox.progress import TaskContext
from ctbox.workflows.series_prediction import SeriesPrediction, SeriesPredictor

LAYOUT = 2
"""Of the file; predictions of another layout are made anew."""


class KeptPredictions:
    """A series predictor that asks its model once for every series.

    Parameters
    ----------
    path : pathlib.Path
        Where the predictions are kept; one file a model.
    origin : str
        What made them: a file of another origin, or a damaged one, is not used.
    predict : callable
        The model.

    Raises
    ------
    TrainingDataError
        If the file cannot be written.
    """

    def __init__(self, path: Path, origin: str, predict: SeriesPredictor) -> None:
        self._path, self._origin, self._predict = path, origin, predict
        self._kept: dict[str, Any] = self._read()
        self._write()

    def __call__(self, series: Series, ctx: TaskContext) -> SeriesPrediction:
        """Return what the model says of a series."""
        if series.key not in self._kept:
            self._kept[series.key] = _describe(self._predict(series, ctx))
            self._write()
        return _parse(series.key, self._kept[series.key])

    def _read(self) -> dict[str, Any]:
        try:
            document = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(document, dict) or document.get("origin") != self._origin:
            return {}
        return dict(document["series"]) if document.get("layout") == LAYOUT else {}

    def _write(self) -> None:
        document = {"layout": LAYOUT, "origin": self._origin, "series": self._kept}
        scratch = self._path.with_name(f".{self._path.name}.part")
        try:
            scratch.write_text(json.dumps(document, allow_nan=False), encoding="utf-8")
            scratch.replace(self._path)
        except OSError as error:
            raise TrainingDataError(
                f"The predictions cannot be kept: {error.strerror or error}.",
                "Free disk space, or choose another folder for --state.",
                self._path,
            ) from error


def _describe(found: SeriesPrediction) -> dict[str, Any]:
    lesions = found.lesions
    return {
        # Slice by slice its detections: x1, y1, x2, y2, score.
        "slices": [[[*one.box.as_tuple(), one.score] for one in rows] for rows in found.slices],
        "lesions": None
        if lesions is None
        else [
            {"score": one.score, "uids": list(one.sop_uids), "boxes": one.boxes.tolist()}
            for one in lesions
        ],
        "unreadable": found.unreadable,
    }


def _parse(series_key: str, kept: dict[str, Any]) -> SeriesPrediction:
    lesions = kept["lesions"]
    return SeriesPrediction(
        tuple(
            tuple(Detection(BoundingBox(*row[:4]), row[4]) for row in rows)
            for rows in kept["slices"]
        ),
        None if lesions is None else tuple(_parse_lesion(series_key, one) for one in lesions),
        dict(kept["unreadable"]),
    )


def _parse_lesion(series_key: str, kept: dict[str, Any]) -> DetectedLesion:
    boxes = np.array(kept["boxes"], dtype=np.float64).reshape(-1, 4)
    return DetectedLesion(series_key, kept["score"], tuple(kept["uids"]), boxes)
