"""Predictions kept in a file as they come, so that a stop does not cost them."""

from __future__ import annotations

import json
from pathlib import Path

from ctbox.boxes import BoundingBox
from ctbox.dicom.series import Series
from ctbox.errors import TrainingDataError
from ctbox.model.detection import Detection
from ctbox.progress import TaskContext
from ctbox.workflows.series_prediction import SeriesPredictor

Rows = list[list[list[float]]]
"""Slice by slice its detections: x1, y1, x2, y2, score."""


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
        self._rows: dict[str, Rows] = self._read()
        self._write()

    def __call__(self, series: Series, ctx: TaskContext) -> list[tuple[Detection, ...]]:
        """Return every slice's detections."""
        if series.key not in self._rows:
            found = self._predict(series, ctx)
            self._rows[series.key] = [
                [[*each.box.as_tuple(), each.score] for each in detections] for detections in found
            ]
            self._write()
        return [
            tuple(Detection(BoundingBox(*row[:4]), row[4]) for row in rows)
            for rows in self._rows[series.key]
        ]

    def _read(self) -> dict[str, Rows]:
        try:
            document = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(document, dict) or document.get("origin") != self._origin:
            return {}
        return dict(document["series"])

    def _write(self) -> None:
        document = {"origin": self._origin, "series": self._rows}
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
