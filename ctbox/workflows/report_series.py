"""Judge one series by every model of a report: what runs in a worker process or on a cluster.

The same function runs everywhere, so a cluster gives what a single computer gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import FloatArray
from ctbox.dicom.pixels import read_hu
from ctbox.dicom.series import Series
from ctbox.errors import CheckpointError, CtboxError, DicomReadError
from ctbox.imaging.thumbnail import compute_thumbnail
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.detect import get_geometry, load_detector
from ctbox.workflows.open_case import SeriesCase
from ctbox.workflows.report_axes import LongAxes
from ctbox.workflows.report_records import RecordedLesion, SeriesRecord, SliceBoxes

if TYPE_CHECKING:  # torch comes with it
    from ctbox.model.inference import VolumeDetections

# As `ctbox predict` writes them. The last bits follow the number of compute threads; rounded,
# one worker, many and a cluster give the same report.
_BOX_DECIMALS, _SCORE_DECIMALS = 3, 6


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model by the folder it lies in, the hash of its weights, and its threshold in 0…1."""

    folder: str
    sha256: str
    threshold: float


@dataclass(frozen=True, slots=True)
class SeriesJob:
    """One series and the models that judge it.

    Parameters
    ----------
    case : SeriesCase
        Series and expert's boxes.
    models : tuple of ModelChoice
        Those whose record is missing.
    device : str
        "auto", "cpu" or "cuda".
    measures : bool
        Whether long axes are measured at once; else `ctbox.workflows.report_axes.measure_records`
        does it afterwards.
    """

    case: SeriesCase
    models: tuple[ModelChoice, ...]
    device: str = "auto"
    measures: bool = True

    @property
    def slices(self) -> int:
        """Slices of the series."""
        return len(self.case.series.slices)


def judge_series(job: SeriesJob, ctx: TaskContext) -> tuple[SeriesRecord, ...]:
    """Return one record for each model; the pixels are read once and forgotten.

    Reports `Progress` in slices of the series, over all models.

    Raises
    ------
    DicomReadError
        If no slice of the series can be read.
    CheckpointError, DeviceError
        If a model or the device cannot be used.
    TaskCancelledError
        If cancelled.
    """
    series, volume, unreadable = _read_volume(job.case.series, ctx)
    places = {each.sop_instance_uid: i for i, each in enumerate(series.slices)}
    annotated = [uid for uid in places if uid in job.case.annotations]
    thumbnails = {uid: compute_thumbnail(volume[places[uid]]) for uid in annotated}
    axes = LongAxes(job.case, lambda each: volume[places[each.sop_instance_uid]])
    records = []
    for number, model in enumerate(job.models):
        found, label = _predict(series, volume, model, job.device, _Share(number, job, ctx))
        boxes = _collect_boxes(series, found)
        records.append(
            SeriesRecord(
                series_key=series.key,
                model_sha256=model.sha256,
                device_label=label,
                boxes=boxes,
                lesions=_collect_lesions(series, found),
                long_axes_mm=axes.measure(boxes) if job.measures else {},
                thumbnails={uid: one.astype(np.float32) for uid, one in thumbnails.items()},
                unreadable=unreadable,
            )
        )
    return tuple(records)


class _Share(TaskContext):
    """Turns a model's progress into progress of the series, each model having its share."""

    def __init__(self, number: int, job: SeriesJob, ctx: TaskContext) -> None:
        self._part, self._parts, self._total = number, len(job.models), job.slices
        self._outer = ctx
        super().__init__(self._pass_on, lambda: ctx.cancelled)

    def _pass_on(self, update: object) -> None:
        if isinstance(update, Progress) and update.total:
            share = (self._part + update.done / update.total) / self._parts
            self._outer.report(Progress(int(share * self._total), self._total))


def _read_volume(
    series: Series, ctx: TaskContext
) -> tuple[Series, NDArray[np.int16], dict[str, str]]:
    """Return the readable slices with their HU, and the others with the reason."""
    readable, pixels, unreadable = [], [], {}
    for each in series.slices:
        ctx.check()
        try:
            hu = read_hu(each)
            if hu.dtype != np.int16 or hu.shape != (series.rows, series.columns):
                raise DicomReadError("It is no CT image of the size of its series.")
        except DicomReadError as error:
            unreadable[each.sop_instance_uid] = describe_reason(error)
        else:
            readable.append(each)
            pixels.append(np.asarray(hu, dtype=np.int16))
    if not readable:
        raise DicomReadError(f"None of its slices can be read. {next(iter(unreadable.values()))}")
    return replace(series, slices=tuple(readable)), np.stack(pixels), unreadable


def describe_reason(error: CtboxError) -> str:
    """Return why a file could not be used, without its place: paths may hold names."""
    text = error.message
    if error.source:
        text = text.replace(f"{error.source}: ", "").replace(error.source, "The file")
    return text


def _predict(
    series: Series, volume: NDArray[np.int16], model: ModelChoice, device: str, ctx: TaskContext
) -> tuple[VolumeDetections, str]:
    detector = load_detector(model.folder, device)
    if detector.card.weights_sha256 != model.sha256:
        raise CheckpointError(
            f"The model {detector.card.name} was replaced while the report ran.",
            "Start the report again.",
            model.folder,
        )
    found = detector.predict_volume(
        volume, get_geometry(series), ctx=ctx, threshold=model.threshold
    )
    return found, detector.device_label


def _round_boxes(boxes: Sequence[tuple[float, ...]]) -> FloatArray:
    rounded: FloatArray = np.array(boxes, dtype=np.float64).round(_BOX_DECIMALS)
    return rounded.reshape(-1, 4)


def _collect_boxes(series: Series, found: VolumeDetections) -> dict[str, SliceBoxes]:
    return {
        each.sop_instance_uid: (
            _round_boxes([one.box.as_tuple() for one in detections]),
            np.round([one.score for one in detections], _SCORE_DECIMALS).astype(np.float64),
        )
        for each, detections in zip(series.slices, found.slices, strict=True)
    }


def _collect_lesions(series: Series, found: VolumeDetections) -> tuple[RecordedLesion, ...]:
    return tuple(
        RecordedLesion(
            round(lesion.score, _SCORE_DECIMALS),
            tuple(series.slices[index].sop_instance_uid for index in lesion.indices),
            _round_boxes([one.box.as_tuple() for one in lesion.detections]),
        )
        for lesion in found.lesions
    )
