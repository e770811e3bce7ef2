"""The JSON document of `ctbox predict` read back: a file of unknown origin, checked on the way."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ctbox.boxes import BoundingBox
from ctbox.errors import CtboxError
from ctbox.model.detection import Detection, Lesion, LesionSize, SizeSource

MAX_DOCUMENT_BYTES = 1_000_000_000
_HINT = "Choose a file that `ctbox predict --json` has written."


@dataclass(frozen=True)
class DetectionsDocument:
    """What a model said of slices.

    Parameters
    ----------
    model_name, model_sha256 : str
        The model.
    by_uid : dict
        SOP Instance UID to the detections of that slice; slices without any are absent.
    lesions_of_uid : dict
        SOP Instance UID to the lesions that reach it.
    """

    model_name: str
    model_sha256: str
    by_uid: dict[str, tuple[Detection, ...]] = field(default_factory=dict)
    lesions_of_uid: dict[str, tuple[Lesion, ...]] = field(default_factory=dict)


def read_json(path: Path, hint: str = _HINT) -> Any:
    """Return the content of a JSON file; `hint` says what to do where it is none.

    Raises
    ------
    CtboxError
        If it cannot be read, is absurdly large, or is no JSON.
    """
    try:
        if path.stat().st_size > MAX_DOCUMENT_BYTES:
            raise CtboxError(f"{path} is larger than 1 GB.", "Choose another file.", path)
        return json.loads(path.read_bytes())
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}."
        raise CtboxError(message, "Check the path.", path) from error
    except (ValueError, RecursionError) as error:
        raise CtboxError(f"{path} is no JSON file.", hint, path) from error


def read_detections(path: Path) -> DetectionsDocument:
    """Return what `ctbox predict --json` has written.

    Raises
    ------
    CtboxError
        If it is no such file.
    """
    try:
        return parse_detections(read_json(path))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise CtboxError(f"{path} holds no predictions of ctbox.", _HINT, path) from error


def parse_detections(document: Mapping[str, Any]) -> DetectionsDocument:
    """Return the detections and lesions of a document.

    Raises
    ------
    KeyError, TypeError, ValueError, AttributeError, OverflowError
        If something in it is missing or of the wrong kind.
    """
    by_uid: dict[str, tuple[Detection, ...]] = {}
    lesions: defaultdict[str, list[Lesion]] = defaultdict(list)
    for series in document["series"]:
        for each in series["slices"]:
            found = tuple(_parse_detection(one) for one in each["detections"])
            if found:
                by_uid[str(each["sop_instance_uid"])] = found
        for each in series.get("lesions", ()):
            lesion = _parse_lesion(each)
            for uid in lesion.sop_instance_uids:
                lesions[uid].append(lesion)
    model = document["model"]
    return DetectionsDocument(
        model_name=str(model["name"]),
        model_sha256=str(model["sha256"]),
        by_uid=by_uid,
        lesions_of_uid={uid: tuple(found) for uid, found in lesions.items()},
    )


def _parse_detection(entry: Mapping[str, Any]) -> Detection:
    x1, y1, x2, y2 = (float(value) for value in entry["box"])
    return Detection(BoundingBox(x1, y1, x2, y2), _parse_score(entry["score"]))


def _parse_score(value: Any) -> float:
    score = float(value)
    if not 0 <= score <= 1:
        raise ValueError(f"A score must lie in 0…1, got {score}.")
    return score


def _parse_lesion(entry: Mapping[str, Any]) -> Lesion:
    x1, y1, z1, x2, y2, z2 = (float(value) for value in entry["box_mm"])
    if not all(map(math.isfinite, (x1, y1, z1, x2, y2, z2))):
        raise ValueError("A lesion's box is not finite.")
    uids = tuple(str(uid) for uid in entry["sop_instance_uids"])
    members = zip(entry.get("boxes", ()), entry.get("scores", ()), strict=True)
    found = tuple(_parse_detection({"box": box, "score": score}) for box, score in members)
    if found and len(found) != len(uids):
        raise ValueError(f"A lesion has {len(uids)} slices but {len(found)} boxes.")
    return Lesion(
        lesion_id=int(entry["id"]),
        box_mm=(x1, y1, z1, x2, y2, z2),
        score=_parse_score(entry["score"]),
        sop_instance_uids=uids,
        detections=found,
        size=_parse_size(entry.get("long_axis")),
    )


def _parse_size(entry: Mapping[str, Any] | None) -> LesionSize | None:
    """Return a lesion's size; files of an older ctbox have none."""
    if entry is None:
        return None
    length = float(entry["mm"])
    if not (math.isfinite(length) and length >= 0):
        raise ValueError(f"A long axis must be a length in mm, got {length}.")
    return LesionSize(length, str(entry["sop_instance_uid"]), SizeSource(entry["measured_on"]))
