"""What a model says of the held-out part of a fold, beside what the expert drew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ctbox.evaluation.slices import DetectedLesion, EvaluatedSlice
from ctbox.evaluation.truth import SliceStatus, classify_slices
from ctbox.model.splits import Fold
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.open_case import SeriesCase
from ctbox.workflows.samples import Samples, get_boxes, get_patient_id
from ctbox.workflows.series_prediction import SeriesPrediction, SeriesPredictor


@dataclass
class HeldOut:
    """What a model said of what was held out.

    Parameters
    ----------
    slices : list of EvaluatedSlice
        Every readable slice of the held-out series, with the expert's and the model's boxes.
    lesions : list of DetectedLesion or None
        The model's own; None where it links none.
    unreadable : dict
        SOP Instance UID to the reason, for the slices that are left out.
    """

    slices: list[EvaluatedSlice] = field(default_factory=list)
    lesions: list[DetectedLesion] | None = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)

    def extend(self, other: HeldOut) -> None:
        """Add what was said of another fold."""
        self.slices.extend(other.slices)
        self.unreadable.update(other.unreadable)
        self.add_lesions(other.lesions)

    def add_lesions(self, lesions: Sequence[DetectedLesion] | None) -> None:
        """Add a series' lesions; None if the model links none."""
        if lesions is None or self.lesions is None:
            self.lesions = None
        else:
            self.lesions.extend(lesions)


def predict_held_out(
    samples: Samples, fold: Fold, predict: SeriesPredictor, ctx: TaskContext
) -> HeldOut:
    """Predict every series with a held-out slice, and join the expert's boxes.

    Parameters
    ----------
    samples : Samples
        All annotated slices.
    fold : Fold
        Whose held-out part is predicted.
    predict : callable
        The model.
    ctx : TaskContext
        Told of progress and asked to stop.
    """
    held_out = samples.select(fold.held_out)
    other = frozenset(key.sop_uid for key in samples.keys) - held_out
    cases = [c for c in samples.cases if held_out.intersection(c.annotations)]
    said = HeldOut()
    for number, case in enumerate(cases):
        ctx.check()
        ctx.report(Progress(number, len(cases), f"Predicting fold {fold.name}"))
        found = predict(case.series, ctx)
        said.slices.extend(_make_evaluated(case, found))
        said.add_lesions(found.lesions)
        said.unreadable.update(found.unreadable)
    said.slices = _leave_out(said.slices, other)
    return said


def _leave_out(slices: list[EvaluatedSlice], other: frozenset[str]) -> list[EvaluatedSlice]:
    """Return the slices without annotated ones of another part of the split.

    They still tell what is negative: a slice among them is not, whoever they belong to.
    """
    if not any(one.sop_uid in other for one in slices):
        return slices
    return [
        one
        for one, status in zip(slices, classify_slices(slices), strict=True)
        if one.sop_uid not in other and status is not SliceStatus.IGNORED
    ]


def _make_evaluated(case: SeriesCase, found: SeriesPrediction) -> list[EvaluatedSlice]:
    series = case.series
    labels = [each.label for boxes in case.annotations.values() for each in boxes]
    subtype = series.subtype or (labels[0] if len(set(labels)) == 1 else None)
    return [
        EvaluatedSlice(
            sop_uid=each.sop_instance_uid,
            series_key=series.key,
            patient_id=get_patient_id(series),
            expert_boxes=get_boxes(case, each.sop_instance_uid),
            boxes=np.array([d.box.as_tuple() for d in detections]).reshape(-1, 4),
            scores=np.array([d.score for d in detections]),
            position_mm=each.position_along_normal_mm,
            frame_of_reference_uid=series.frame_of_reference_uid,
            pixel_spacing_mm=each.pixel_spacing_mm,
            subtype=subtype,
            slice_thickness_mm=each.slice_thickness_mm,
            vendor=series.manufacturer,
            kernel=series.convolution_kernel,
        )
        for each, detections in zip(series.slices, found.slices, strict=True)
        if each.sop_instance_uid not in found.unreadable
    ]
