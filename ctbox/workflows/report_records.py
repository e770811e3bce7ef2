"""What is kept of each judged series, in one JSON file each: a stop costs only the last one."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctbox import __version__
from ctbox.boxes import FloatArray
from ctbox.errors import CtboxError
from ctbox.workflows.open_case import SeriesCase
from ctbox.workflows.samples import get_boxes

RECORD_VERSION = 1
WORK_FOLDER = ".work"

SliceBoxes = tuple[FloatArray, FloatArray]
"""Boxes (M, 4) xyxy and scores (M,) of one slice."""


@dataclass(frozen=True, slots=True, eq=False)
class RecordedLesion:
    """A detected lesion: score in 0…1, and its box (n, 4) on each of its n slices."""

    score: float
    sop_uids: tuple[str, ...]
    boxes: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class SeriesRecord:
    """What one model says of one series, and what was measured on the way.

    Parameters
    ----------
    series_key : str
        The series.
    model_sha256 : str
        The weights.
    device_label : str
        Where they ran.
    boxes : dict
        SOP Instance UID to boxes and scores, for every slice that could be read.
    lesions : tuple of RecordedLesion
        The model's own lesions, best first.
    long_axes_mm : dict
        SOP Instance UID to the long axis of the outline in the expert's and in the predicted
        box, for slices where the surest box hits the expert's.
    thumbnails : dict
        SOP Instance UID to float32 (64, 64) in HU, for the annotated slices.
    unreadable : dict
        SOP Instance UID to the reason, for slices whose pixels cannot be read.
    """

    series_key: str
    model_sha256: str
    device_label: str
    boxes: dict[str, SliceBoxes]
    lesions: tuple[RecordedLesion, ...] = ()
    long_axes_mm: dict[str, tuple[float, float]] = field(default_factory=dict)
    thumbnails: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)


def make_key(case: SeriesCase, model_sha256: str, threshold: float) -> dict[str, Any]:
    """Return what a record depends on: other slices, boxes, weights or rules make another one."""
    digest = hashlib.sha256()
    for each in case.series.slices:
        digest.update(each.sop_instance_uid.encode())
        digest.update(get_boxes(case, each.sop_instance_uid).tobytes())
    return {
        "record_version": RECORD_VERSION,
        "ctbox": __version__,
        "series_key": case.series.key,
        "content_sha256": digest.hexdigest(),
        "model_sha256": model_sha256,
        "threshold": threshold,
    }


class RecordStore:
    """The records of a report, in the folder ``.work`` of its own.

    Parameters
    ----------
    out : pathlib.Path
        Folder of the report.
    """

    def __init__(self, out: Path) -> None:
        self.folder = out / WORK_FOLDER

    def has(self, key: Mapping[str, Any]) -> bool:
        """Return whether there is a whole record of this key."""
        return self.find(key) is not None

    def find(self, key: Mapping[str, Any], *, with_thumbnails: bool = False) -> SeriesRecord | None:
        """Return the record of this key; None if there is none, or a damaged or other one.

        Thumbnails, 16 kB an annotated slice, are left out unless asked for.
        """
        try:
            document = json.loads(self._get_path(key).read_bytes())
            if document["key"] != dict(key):
                return None
            if not with_thumbnails:
                document["thumbnails"] = {}
            return _parse_record(document)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def save(self, key: Mapping[str, Any], record: SeriesRecord) -> None:
        """Write a record whole or not at all.

        Raises
        ------
        CtboxError
            If the disk refuses.
        """
        document = {"key": dict(key), **_describe_record(record)}
        text = json.dumps(document, allow_nan=False, separators=(",", ":"))
        path = self._get_path(key)
        scratch = path.with_suffix(".part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            scratch.write_text(text, encoding="utf-8")
            scratch.replace(path)
        except OSError as error:
            raise CtboxError(
                f"{path} could not be written: {error.strerror or error}.",
                "Make room on the disk; --resume then goes on with what is finished.",
                path,
            ) from error

    def _get_path(self, key: Mapping[str, Any]) -> Path:
        name = hashlib.sha256(str(key["series_key"]).encode()).hexdigest()[:24]
        return self.folder / f"{name}-{str(key['model_sha256'])[:16]}.json"


def _describe_record(record: SeriesRecord) -> dict[str, Any]:
    return {
        "series_key": record.series_key,
        "model_sha256": record.model_sha256,
        "device": record.device_label,
        "slices": [
            {"uid": uid, "boxes": boxes.tolist(), "scores": scores.tolist()}
            for uid, (boxes, scores) in record.boxes.items()
        ],
        "lesions": [
            {"score": one.score, "uids": list(one.sop_uids), "boxes": one.boxes.tolist()}
            for one in record.lesions
        ],
        "long_axes_mm": {uid: list(pair) for uid, pair in record.long_axes_mm.items()},
        "thumbnails": {
            uid: base64.b64encode(picture.astype("<f4").tobytes()).decode()
            for uid, picture in record.thumbnails.items()
        },
        "unreadable": record.unreadable,
    }


def _parse_record(document: Mapping[str, Any]) -> SeriesRecord:
    return SeriesRecord(
        series_key=str(document["series_key"]),
        model_sha256=str(document["model_sha256"]),
        device_label=str(document["device"]),
        boxes={
            str(one["uid"]): (_as_boxes(one["boxes"]), np.array(one["scores"], dtype=np.float64))
            for one in document["slices"]
        },
        lesions=tuple(
            RecordedLesion(float(one["score"]), tuple(one["uids"]), _as_boxes(one["boxes"]))
            for one in document["lesions"]
        ),
        long_axes_mm={
            uid: (float(pair[0]), float(pair[1])) for uid, pair in document["long_axes_mm"].items()
        },
        thumbnails={uid: _parse_picture(text) for uid, text in document["thumbnails"].items()},
        unreadable={str(uid): str(reason) for uid, reason in document["unreadable"].items()},
    )


def _as_boxes(rows: Any) -> FloatArray:
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def _parse_picture(text: str) -> NDArray[np.float32]:
    values = np.frombuffer(base64.b64decode(text, validate=True), dtype="<f4")
    side = round(len(values) ** 0.5)
    return values.reshape(side, side).astype(np.float32)
