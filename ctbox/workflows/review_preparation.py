"""What a review queue is sorted by: each series' boxes against the expert's, and its scores."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ctbox.annotations.atomic_file import write_atomically
from ctbox.boxes import FloatArray, as_box_array
from ctbox.errors import CtboxError
from ctbox.evaluation.scoring import score_slices
from ctbox.evaluation.slices import EvaluatedSlice
from ctbox.model.detection import Lesion, SliceDetections
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.detect import (
    DetectRequest,
    DetectResult,
    ModelReady,
    SeriesResult,
    detect,
    warm_up,
)
from ctbox.workflows.detections_document import parse_detections, read_json
from ctbox.workflows.documents import describe_detections
from ctbox.workflows.index_opening import CataloguedRequest, open_catalogued
from ctbox.workflows.open_case import SeriesCase
from ctbox.workflows.report_models import get_patient
from ctbox.workflows.review_queue import ReviewItem
from ctbox.workflows.review_store import reviews_folder
from ctbox.workflows.samples import get_boxes

_LEAST_CERTAIN = 0.5


@dataclass(frozen=True)
class KeptSeries:
    """What a model said of a series, as it was kept.

    Parameters
    ----------
    key : str
        `Series.key`.
    model : ModelReady
        The model and its own confidence.
    slices : tuple of SliceDetections
        Every slice that was predicted.
    lesions : tuple of Lesion
        What its boxes were linked to.
    is_whole : bool
        Whether the whole series was predicted, rather than single slices.
    """

    key: str
    model: ModelReady
    slices: tuple[SliceDetections, ...]
    lesions: tuple[Lesion, ...]
    is_whole: bool = True


@dataclass(frozen=True)
class ReviewTarget:
    """A series that may come into a queue.

    Parameters
    ----------
    item : ReviewItem
        What is known of it without a prediction.
    case : SeriesCase or None
        The series, if it is open.
    catalog : pathlib.Path or None
        The catalogue that has it, if it is not.
    """

    item: ReviewItem
    case: SeriesCase | None = None
    catalog: Path | None = None


@dataclass(frozen=True)
class KnownPrediction:
    """What a model said of a series in this window.

    Parameters
    ----------
    model : ModelReady
        The model.
    result : SeriesResult
        The predicted slices, and lesions where all were.
    is_whole : bool
        Whether the whole series was predicted.
    """

    model: ModelReady
    result: SeriesResult
    is_whole: bool = True


@dataclass(frozen=True)
class PrepareRequest:
    """What to make a queue of.

    Parameters
    ----------
    targets : tuple of ReviewTarget
        The series.
    predict : bool
        Whether to predict those that have no kept prediction of this model.
    model : str or None
        Name or folder of the model; None for the shipped default.
    device : str
        "auto", "cpu" or "cuda".
    threshold : float or None
        Confidence from which boxes count; None for the model's own.
    known : tuple of KnownPrediction
        Predictions at hand; they are kept first.
    folder : pathlib.Path or None
        Where predictions are kept, instead of the user's own place.
    """

    targets: tuple[ReviewTarget, ...]
    predict: bool = False
    model: str | None = None
    device: str = "auto"
    threshold: float | None = None
    known: tuple[KnownPrediction, ...] = ()
    folder: Path | None = None


@dataclass(frozen=True)
class PreparedReview:
    """The series of a queue, not sorted yet.

    Parameters
    ----------
    items : tuple of ReviewItem
        Those with an expert's box or a prediction.
    model : str
        Name of the model; empty where nothing was predicted.
    failed : tuple of str
        A sentence for each series that could not be read.
    """

    items: tuple[ReviewItem, ...]
    model: str = ""
    failed: tuple[str, ...] = ()


# --- scores ---------------------------------------------------------------------------------


def rate_slices(
    item: ReviewItem,
    slices: Sequence[EvaluatedSlice],
    threshold: float,
    lesions: Sequence[Lesion] = (),
) -> ReviewItem:
    """Return an item with the evaluation's own figures (`ctbox.evaluation.scoring`).

    Parameters
    ----------
    item : ReviewItem
        The series.
    slices : sequence of EvaluatedSlice
        Its predicted slices, detections of any score.
    threshold : float
        Confidence from which boxes count, 0…1.
    lesions : sequence of Lesion
        What its boxes were linked to; the surest one's score is the series'.
    """
    if not slices:
        return item
    scores = [lesion.score for lesion in lesions]
    scores += [] if scores else [float(score) for one in slices for score in one.scores]
    score = max(scores, default=0.0)
    shown = [one.with_detections(*_keep_shown(one, threshold)) for one in slices]
    tops = [one.top_iou for one in score_slices(shown) if one.top_iou is not None]
    iou = float(np.mean(tops)) if tops else None
    return replace(item, iou=iou, score=score, margin=abs(score - _LEAST_CERTAIN))


def _keep_shown(one: EvaluatedSlice, threshold: float) -> tuple[FloatArray, FloatArray]:
    sure = one.scores >= threshold
    return one.boxes[sure], one.scores[sure]


def describe_slices(case: SeriesCase, found: Sequence[SliceDetections]) -> list[EvaluatedSlice]:
    """Return the predicted slices of a series with the expert's and the model's boxes."""
    places = {each.sop_instance_uid: each for each in case.series.slices}
    return [
        EvaluatedSlice(
            sop_uid=one.sop_instance_uid,
            series_key=case.series.key,
            patient_id=get_patient(case),
            expert_boxes=get_boxes(case, one.sop_instance_uid),
            boxes=as_box_array([each.box for each in one.detections]),
            scores=np.array([each.score for each in one.detections], dtype=np.float64),
            position_mm=places[one.sop_instance_uid].position_along_normal_mm,
            frame_of_reference_uid=case.series.frame_of_reference_uid,
        )
        for one in found
        if one.sop_instance_uid in places
    ]


def describe_item(case: SeriesCase) -> ReviewItem:
    """Return the item of an open series, without figures."""
    series = case.series
    name = series.description or f"Series {series.series_number or ''}".strip()
    if series.was_split and series.acquisition_number is not None:
        # In front: a narrow list cuts off the end, and phases share all the rest of their name.
        name = f"acq. {series.acquisition_number} · {name}"
    return ReviewItem(series.key, series.patient_id or "", name, case.annotated_slices)


# --- kept predictions -----------------------------------------------------------------------


def predictions_folder() -> Path:
    """Return the folder of the predictions that reviews keep; it may not exist yet."""
    return reviews_folder() / "predictions"


def find_prediction_path(key: str, folder: Path | None = None) -> Path:
    """Return where a series' prediction is kept."""
    name = hashlib.sha256(key.encode()).hexdigest()[:32]
    return (folder or predictions_folder()) / f"{name}.json"


def keep_prediction(
    model: ModelReady, found: SeriesResult, folder: Path | None = None, *, is_whole: bool = True
) -> None:
    """Keep what a model said of a series, in the place of what was kept before.

    Raises
    ------
    AnnotationError
        If it cannot be written.
    """
    document = describe_detections(DetectResult(model, (found,)), ())
    document["series_key"], document["is_whole"] = found.series.key, is_whole
    path = find_prediction_path(found.series.key, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    data = json.dumps(document, allow_nan=False, separators=(",", ":")).encode()
    write_atomically(path, data, overwrite=True)


def read_prediction(key: str, folder: Path | None = None) -> KeptSeries | None:
    """Return what was kept of a series; None where there is nothing that can be read."""
    path = find_prediction_path(key, folder)
    if not path.is_file():
        return None
    try:
        document = read_json(path)
        parsed = parse_detections(document)
        (series,) = document["series"]
        uids = [str(each["sop_instance_uid"]) for each in series["slices"]]
        name, sha256 = parsed.model_name, parsed.model_sha256
        model = ModelReady(name, sha256, "", float(document["threshold"]))
        is_same = document["series_key"] == key
        is_whole = bool(document["is_whole"])
    except (CtboxError, KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None
    lesions = {each.lesion_id: each for of in parsed.lesions_of_uid.values() for each in of}
    slices = tuple(SliceDetections(uid, parsed.by_uid.get(uid, ())) for uid in uids)
    ordered = tuple(lesions[number] for number in sorted(lesions))
    return KeptSeries(key, model, slices, ordered, is_whole) if is_same else None


# --- preparing ------------------------------------------------------------------------------


def prepare_review(request: PrepareRequest, ctx: TaskContext) -> PreparedReview:
    """Read or predict what a queue is sorted by.

    Raises
    ------
    AnnotationError
        If the predictions at hand cannot be kept.
    CheckpointError, DeviceError
        If there is something to predict and the model cannot be loaded.
    TaskCancelledError
        If cancelled; what was predicted until then is kept.
    """
    for known in request.known:
        keep_prediction(known.model, known.result, request.folder, is_whole=known.is_whole)
    ready = None
    if request.predict:
        ready = warm_up(DetectRequest((), request.model, request.device), ctx)
    items, failed, names = [], [], set()
    for number, target in enumerate(request.targets):
        ctx.check()
        ctx.report(Progress(number, len(request.targets), "Preparing the review"))
        try:
            item, name = _prepare_item(target, request, ready, ctx)
        except CtboxError as error:
            failed.append(f"{target.item.description or target.item.key}: {error.message}")
            continue
        names.add(name)
        if item.annotated or item.score is not None:
            items.append(item)
    names.discard("")
    return PreparedReview(tuple(items), ", ".join(sorted(names)), tuple(failed))


def _prepare_item(
    target: ReviewTarget, request: PrepareRequest, ready: ModelReady | None, ctx: TaskContext
) -> tuple[ReviewItem, str]:
    key = target.item.key
    kept = read_prediction(key, request.folder)
    if ready is None and kept is None:
        return target.item, ""
    if ready is not None and kept is not None:
        is_current = kept.is_whole and kept.model.sha256 == ready.sha256
        kept = kept if is_current else None
    case = _open(target, ctx)
    if kept is None:
        if case.series.skip_detection_reason is not None:
            return target.item, ""
        kept = _predict(case, request, ctx)
    threshold = kept.model.threshold if request.threshold is None else request.threshold
    slices = describe_slices(case, kept.slices)
    item = replace(target.item, annotated=case.annotated_slices)
    return rate_slices(item, slices, threshold, kept.lesions), kept.model.name


def _open(target: ReviewTarget, ctx: TaskContext) -> SeriesCase:
    if target.case is not None:
        return target.case
    if target.catalog is None:
        raise ValueError("A series of a review is open, or lies in a catalogue.")
    wanted = CataloguedRequest(target.catalog, target.item.key, whole_patient=False)
    series = open_catalogued(wanted, ctx).series
    return next(each for each in series if each.series.key == target.item.key)


def _predict(case: SeriesCase, request: PrepareRequest, ctx: TaskContext) -> KeptSeries:
    wanted = DetectRequest((case.series,), request.model, request.device)
    # Its slices' own news would drown the progress of the whole.
    result = detect(wanted, TaskContext(is_cancelled=lambda: ctx.cancelled))
    (found,) = result.series
    readable = [each for each in found.slices if each.sop_instance_uid not in found.unreadable]
    found = replace(found, slices=tuple(readable))
    keep_prediction(result.model, found, request.folder)
    return KeptSeries(case.series.key, result.model, found.slices, found.lesions)
