"""Run a model over series: per slice its boxes, per series its lesions."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ctbox.dicom.pixels import read_hu, read_volume
from ctbox.dicom.series import Series
from ctbox.errors import DicomReadError
from ctbox.model.attention import AttentionMap
from ctbox.model.detection import Lesion, SliceDetections
from ctbox.model.geometry import USUAL_SPACING_MM, VolumeGeometry
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.chest_check import NoChest, check_chest
from ctbox.workflows.lesion_size import measure_lesion
from ctbox.workflows.seen import Seen, read_seen

if TYPE_CHECKING:  # torch comes with it, and the window imports this module for its requests
    from ctbox.model.inference import Detector, VolumeLesion


@dataclass(frozen=True, slots=True)
class DetectRequest:
    """What to predict on.

    Parameters
    ----------
    series : tuple of Series
        Series in the order to run them; those that hold no HU are skipped with the reason.
    model : str or None
        Name or folder of a model; None for the shipped default.
    device : str
        "auto", "cpu" or "cuda".
    threshold : float or None
        Least score to report; None for the card's own.
    slice_indices : tuple of int or None
        Only these slices of each series; None for all.
    want_attention : bool
        Whether to tell with every slice where the model looked.
    """

    series: tuple[Series, ...]
    model: str | None = None
    device: str = "auto"
    threshold: float | None = None
    slice_indices: tuple[int, ...] | None = None
    want_attention: bool = False


@dataclass(frozen=True, slots=True)
class ModelReady:
    """The model is loaded; the note says why a GPU that is there is not used.

    `seen` tells whom it has learnt from, `most_lesions` how many of a series it returns at most
    (0 where that is not known).
    """

    name: str
    sha256: str
    device_label: str
    threshold: float
    device_note: str = ""
    seen: Seen = field(default_factory=Seen)
    most_lesions: int = 0


@dataclass(frozen=True, slots=True)
class SliceDetected:
    """One slice is predicted.

    Parameters
    ----------
    series_key : str
        Its series.
    slice : SliceDetections
        Its boxes.
    attention : AttentionMap or None
        Where the model looked, from the same forward pass; None unless asked for.
    """

    series_key: str
    slice: SliceDetections
    attention: AttentionMap | None = None


@dataclass(frozen=True, slots=True)
class SeriesDetected:
    """A whole series is predicted, and its boxes linked into lesions."""

    series_key: str
    lesions: tuple[Lesion, ...]


@dataclass(frozen=True, slots=True)
class SeriesSkipped:
    """A series is not predicted, and why."""

    series_key: str
    reason: str


@dataclass(frozen=True)
class SeriesResult:
    """What the model says of one series.

    Parameters
    ----------
    series : Series
        The images.
    slices : tuple of SliceDetections
        Every slice that was asked for, in display order; empty detections where none was found.
    lesions : tuple of Lesion
        Boxes linked along z; only when whole series are predicted.
    not_predicted_reason : str or None
        Why the model did not run on it.
    unreadable : dict
        SOP Instance UID to the reason, for slices whose pixels could not be read; they have
        no detections.
    no_chest : NoChest or None
        Why the images look like no chest, of which alone the model knows something.
    """

    series: Series
    slices: tuple[SliceDetections, ...]
    lesions: tuple[Lesion, ...] = ()
    not_predicted_reason: str | None = None
    unreadable: dict[str, str] = field(default_factory=dict)
    no_chest: NoChest | None = None


@dataclass(frozen=True)
class DetectResult:
    """Every series' result, and the model it came from."""

    model: ModelReady
    series: tuple[SeriesResult, ...]


@functools.lru_cache(maxsize=2)
def load_detector(model: str | None, device: str) -> Detector:
    """Return the model, kept warm for the next request of the same process."""
    from ctbox.model.inference import Detector

    return Detector.load(model, device=device)


@functools.lru_cache(maxsize=1)
def _load_volume(series: Series) -> NDArray[np.int16]:
    return read_volume(series)


def _leave_out_unreadable(series: Series, ctx: TaskContext) -> tuple[Series, dict[str, str]]:
    """Return the series without slices whose pixels cannot be read, and those with the reason."""
    readable, unreadable = [], {}
    for each in series.slices:
        ctx.check()
        try:
            read_hu(each)
        except DicomReadError as error:
            unreadable[each.sop_instance_uid] = str(error)
        else:
            readable.append(each)
    return replace(series, slices=tuple(readable)), unreadable


def get_geometry(series: Series) -> VolumeGeometry:
    """Return where the voxels of a series lie; evenly spaced where a position is unknown."""
    positions = [each.position_along_normal_mm for each in series.slices]
    known = tuple(place for place in positions if place is not None)
    origins = [each.image_position_mm for each in series.slices]
    known_origins = tuple(origin for origin in origins if origin is not None)
    complete = len(known) == len(positions) and len(known_origins) == len(origins)
    step = series.slice_spacing_mm or series.slices[0].slice_thickness_mm or USUAL_SPACING_MM
    return VolumeGeometry(
        pixel_spacing_mm=series.pixel_spacing_mm or (1.0, 1.0),
        positions_mm=known if complete else tuple(step * i for i in range(len(positions))),
        image_positions_mm=known_origins if complete else None,
        image_orientation=series.slices[0].image_orientation or (1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    )


def warm_up(request: DetectRequest, ctx: TaskContext) -> ModelReady:
    """Load torch and the model ahead of the first prediction."""
    ready = _describe(load_detector(request.model, request.device), request.threshold)
    ctx.report(ready)
    return ready


def detect(request: DetectRequest, ctx: TaskContext) -> DetectResult:
    """Predict boxes on every requested slice.

    Reports `ModelReady`, `Progress`, and per series `SliceDetected` and `SeriesDetected`, or
    `SeriesSkipped`.

    Raises
    ------
    CheckpointError, DeviceError, DicomReadError
        If the model, the device or a slice's pixels cannot be used.
    TaskCancelledError
        If cancelled; what was reported until then stands.
    """
    ctx.report(Progress(0, None, "Loading the model"))
    detector = load_detector(request.model, request.device)
    ready = _describe(detector, request.threshold)
    ctx.report(ready)
    results = tuple(detect_series(series, detector, request, ctx) for series in request.series)
    return DetectResult(model=ready, series=results)


def _describe(detector: Detector, threshold: float | None) -> ModelReady:
    card = detector.card
    return ModelReady(
        name=card.name,
        sha256=card.weights_sha256,
        device_label=detector.device_label,
        threshold=detector.threshold if threshold is None else threshold,
        device_note=detector.device_fallback_reason,
        seen=read_seen(card),
        most_lesions=detector.most_lesions,
    )


def detect_series(
    series: Series, detector: Detector, request: DetectRequest, ctx: TaskContext
) -> SeriesResult:
    """Predict one series with a model at hand; what `detect` does series by series.

    Raises
    ------
    TaskCancelledError
        If cancelled.
    """
    ctx.check()
    wanted = range(len(series.slices)) if request.slice_indices is None else request.slice_indices
    reason = series.skip_detection_reason
    if reason is not None:
        ctx.report(SeriesSkipped(series.key, reason))
        empty = tuple(SliceDetections(series.slices[i].sop_instance_uid, ()) for i in wanted)
        return SeriesResult(series, empty, not_predicted_reason=reason)
    ctx.report(Progress(0, len(wanted), "Reading slices"))
    wanted_uids = [series.slices[i].sop_instance_uid for i in wanted]
    whole, unreadable = series, dict[str, str]()
    try:
        volume = _load_volume(series)
    except DicomReadError as error:
        series, unreadable = _leave_out_unreadable(series, ctx)
        if not series.slices:
            ctx.report(SeriesSkipped(whole.key, str(error)))
            empty = tuple(SliceDetections(uid, ()) for uid in wanted_uids)
            return SeriesResult(whole, empty, (), str(error), unreadable)
        volume = _load_volume(series)
    places = {each.sop_instance_uid: i for i, each in enumerate(series.slices)}
    indices = [places[uid] for uid in wanted_uids if uid in places]
    found = detector.predict_volume(
        volume,
        get_geometry(series),
        indices=None if request.slice_indices is None else indices,
        ctx=ctx,
        threshold=request.threshold,
        want_attention=request.want_attention,
    )
    boxes = dict(zip(indices, found.slices, strict=True))
    maps = dict(zip(indices, found.attention, strict=False))
    slices = tuple(
        SliceDetections(uid, tuple(boxes[places[uid]]) if uid in places else ())
        for uid in wanted_uids
    )
    for each in slices:
        attention = maps.get(places.get(each.sop_instance_uid, -1))
        ctx.report(SliceDetected(series.key, each, attention))
    lesions = tuple(
        _name_lesion(number, lesion, series, volume)
        for number, lesion in enumerate(found.lesions, start=1)
    )
    ctx.report(SeriesDetected(series.key, lesions))
    doubt = check_chest(series, volume)
    return SeriesResult(whole, slices, lesions, unreadable=unreadable, no_chest=doubt)


def _name_lesion(
    number: int, lesion: VolumeLesion, series: Series, volume: NDArray[np.int16]
) -> Lesion:
    uids = tuple(series.slices[index].sop_instance_uid for index in lesion.indices)
    boxes = [one.box for one in lesion.detections]
    size = measure_lesion(
        volume, list(zip(lesion.indices, uids, boxes, strict=True)), series.pixel_spacing_mm
    )
    return Lesion(number, lesion.box_mm, lesion.score, uids, lesion.detections, size)
