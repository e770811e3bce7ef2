"""Judge the old and the new model on the same images, new subtype and old."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ctbox.boxes import FloatArray
from ctbox.dicom.pixels import read_hu
from ctbox.dicom.series import Series
from ctbox.evaluation.breakdown import SummaryOptions
from ctbox.evaluation.comparison import compare_models
from ctbox.evaluation.scoring import ScoredSlice
from ctbox.evaluation.slices import EvaluatedSlice
from ctbox.evaluation.summary import EvaluationSummary, summarise
from ctbox.evaluation.truth import SliceStatus
from ctbox.model.splits import Fold, SplitKind
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.baseline_boxes import COPY
from ctbox.workflows.evaluate import Judged, judge_folds
from ctbox.workflows.fine_tune_data import make_picture
from ctbox.workflows.fine_tune_phantoms import OldPhantom, to_evaluated
from ctbox.workflows.fine_tune_results import BeforeAfter, Figure, PatientLine, SliceExample
from ctbox.workflows.samples import Samples
from ctbox.workflows.series_prediction import SeriesPrediction, predict_series

if TYPE_CHECKING:  # torch comes with it
    from ctbox.model.inference import Detector

_EXAMPLES = 4
_PICTURE_PX = 256


@dataclass
class Seer:
    """A model that looks at every series once, however often it is asked."""

    detector: Detector
    _seen: dict[str, SeriesPrediction] = field(default_factory=dict)

    def predict(self, series: Series, ctx: TaskContext) -> SeriesPrediction:
        """Return boxes and lesions of a series."""
        if series.key not in self._seen:
            self._seen[series.key] = predict_series(self.detector, series, ctx)
        return self._seen[series.key]

    def predict_phantom(self, phantom: OldPhantom, ctx: TaskContext) -> list[EvaluatedSlice]:
        """Return a phantom's slices with this model's boxes."""
        quiet = TaskContext(is_cancelled=lambda: ctx.cancelled)
        series = phantom.series
        found = self.detector.predict_volume(series.read(), series.geometry, ctx=quiet)
        return to_evaluated(phantom, list(found.slices))

    def judge(self, samples: Samples, fold: Fold, ctx: TaskContext) -> Judgement:
        """Return this model's figures on the held-out part of a fold."""
        card = self.detector.card
        judged = Judged(
            card.name, card.weights_sha256, self.detector.device_label, self.detector.threshold
        )
        evaluation = judge_folds(samples, [(fold, self.predict)], judged, ctx)
        copy = evaluation.baselines.get(COPY)
        return Judgement(evaluation.model, copy)


@dataclass(frozen=True)
class Judgement:
    """A model's figures, and those of copying from the training slices where there are any."""

    summary: EvaluationSummary
    copy_baseline: EvaluationSummary | None = None


def compare(
    title: str, before: EvaluationSummary, after: EvaluationSummary, *, leaky: bool = False
) -> BeforeAfter:
    """Return two models' figures on the same images side by side."""
    difference = low = high = None
    if after.overall.slices:
        paired = next(d for d in compare_models(before, after) if d.figure == "patient_mean_iou")
        difference, low, high = paired.difference, paired.interval.low, paired.interval.high
    return BeforeAfter(title, describe(before), describe(after), difference, low, high, leaky=leaky)


def describe(summary: EvaluationSummary) -> Figure:
    """Return the mean IoU of a summary with its interval."""
    overall = summary.overall
    interval = overall.intervals["patient_mean_iou"]
    return Figure(
        value=overall.figures["patient_mean_iou"],
        low=interval.low,
        high=interval.high,
        by_slice=overall.figures["mean_iou"],
        patients=overall.patients,
        slices=overall.slices,
        note=interval.note,
    )


def compare_phantoms(
    phantoms: Sequence[OldPhantom], old: Seer, new: Seer, ctx: TaskContext
) -> tuple[BeforeAfter, ...]:
    """Return both models' figures on phantoms: all together, then by letter."""
    before: dict[str, list[EvaluatedSlice]] = {}
    after: dict[str, list[EvaluatedSlice]] = {}
    for done, phantom in enumerate(phantoms):
        ctx.check()
        ctx.report(Progress(done, len(phantoms), "Looking for what was forgotten"))
        before.setdefault(phantom.letter, []).extend(old.predict_phantom(phantom, ctx))
        after.setdefault(phantom.letter, []).extend(new.predict_phantom(phantom, ctx))
    whole = [one for slices in before.values() for one in slices]
    whole_after = [one for slices in after.values() for one in slices]
    parts = [
        replace(
            compare(f"Phantoms {letter}", _summarise(before[letter]), _summarise(after[letter])),
            is_part=True,
        )
        for letter in sorted(before)
    ]
    return (compare("Phantoms", _summarise(whole), _summarise(whole_after)), *parts)


def _summarise(slices: Sequence[EvaluatedSlice]) -> EvaluationSummary:
    return summarise(slices, SummaryOptions(split="phantoms of old subtypes", model=""))


def select_fold(samples: Samples, held_out: Sequence[str], training: Sequence[str] = ()) -> Fold:
    """Return a fold by patient IDs; whoever is named on neither side is left out."""
    indices = range(len(samples.keys))
    chosen = tuple(i for i in indices if samples.keys[i].patient_id in held_out)
    taught = tuple(i for i in indices if samples.keys[i].patient_id in training)
    rest = tuple(sorted(set(indices) - set(chosen) - set(taught)))
    name = ", ".join(sorted(held_out))
    return Fold(SplitKind.PATIENT, name, taught, chosen, excluded=rest)


def list_patients(before: EvaluationSummary, after: EvaluationSummary) -> tuple[PatientLine, ...]:
    """Return one line a patient."""
    subtypes = {s.slice.patient_id: s.slice.subtype for s in after.scored_slices}
    lines = []
    for name, part in after.groups["patient"].items():
        old = before.groups["patient"].get(name)
        if part.slices:
            lines.append(
                PatientLine(
                    patient_id=name,
                    subtype=subtypes.get(name),
                    slices=part.slices,
                    before=None if old is None else old.figures["mean_iou"],
                    after=part.figures["mean_iou"],
                )
            )
    return tuple(lines)


def choose_examples(
    samples: Samples, before: EvaluationSummary, after: EvaluationSummary
) -> tuple[tuple[SliceExample, ...], tuple[SliceExample, ...]]:
    """Return the slices that lost most and those that gained most."""
    old = {one.slice.sop_uid: one for one in before.scored_slices}
    pairs = [
        (old[one.slice.sop_uid], one)
        for one in after.scored_slices
        if one.status is SliceStatus.ANNOTATED and one.slice.sop_uid in old
    ]
    pairs.sort(key=lambda pair: (_gain(*pair), pair[1].slice.sop_uid))
    worst = [pair for pair in pairs[:_EXAMPLES] if len(pairs) > 1]
    best = [pair for pair in reversed(pairs) if pair not in worst][:_EXAMPLES]
    return (
        tuple(_make_example(samples, *pair) for pair in worst),
        tuple(_make_example(samples, *pair) for pair in best),
    )


def _gain(before: ScoredSlice, after: ScoredSlice) -> float:
    return (after.top_iou or 0.0) - (before.top_iou or 0.0)


def _make_example(samples: Samples, before: ScoredSlice, after: ScoredSlice) -> SliceExample:
    uid = after.slice.sop_uid
    shown = next(s for c in samples.cases for s in c.series.slices if s.sop_instance_uid == uid)
    size = np.array([shown.columns, shown.rows, shown.columns, shown.rows], dtype=np.float64)
    return SliceExample(
        sop_uid=uid,
        patient_id=after.slice.patient_id,
        before=before.top_iou or 0.0,
        after=after.top_iou or 0.0,
        picture=make_picture(read_hu(shown), _PICTURE_PX),
        expert=after.slice.expert_boxes / size,
        old=_take_top(before.slice) / size,
        new=_take_top(after.slice) / size,
    )


def _take_top(one: EvaluatedSlice) -> FloatArray:
    if not len(one.boxes):
        return np.zeros((0, 4))
    best = int(np.argmax(one.scores))
    return np.asarray(one.boxes[best : best + 1])
