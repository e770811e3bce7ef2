"""Judge a model on annotated series, by patient and beside the baselines it must beat."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ctbox.dicom.pixels import read_hu
from ctbox.errors import DicomReadError, TrainingDataError
from ctbox.evaluation.breakdown import SummaryOptions
from ctbox.evaluation.comparison import PairedDifference, compare_models
from ctbox.evaluation.slices import EvaluatedSlice
from ctbox.evaluation.summary import EvaluationSummary, summarise
from ctbox.model.disk_cache import CacheLimits
from ctbox.model.leakage import check_fold, compute_fingerprint
from ctbox.model.linking import group_samples
from ctbox.model.ranks import count_processes
from ctbox.model.recipe import Recipe
from ctbox.model.splits import Fold, SplitKind, SplitPlan, make_folds
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.baseline_boxes import predict_baselines
from ctbox.workflows.cross_validation import CrossValidation, cross_validate
from ctbox.workflows.detect import load_detector
from ctbox.workflows.held_out import HeldOut, predict_held_out
from ctbox.workflows.open_case import open_case
from ctbox.workflows.report_models import find_seen_patients
from ctbox.workflows.samples import Samples, collect_samples
from ctbox.workflows.series_prediction import (
    SeriesPredictor,
    make_series_predictor,
)

NOTICE = "Research use only, not for diagnosis."


@dataclass(frozen=True, slots=True)
class EvaluateRequest:
    """What to evaluate on what.

    Parameters
    ----------
    dicom, annotations : pathlib.Path
        As for `ctbox.workflows.open_case.open_case`.
    model : str or None
        Name or folder of a model; None for the shipped default.
    plan : SplitPlan
        Which patients are held out of what; the baselines copy from the rest.
    device : str
        "auto", "cpu" or "cuda".
    threshold : float or None
        Least score that counts; None for the card's own.
    retrain : Recipe or None
        Train anew for every fold, on its training part alone; None takes the weights as
        they are, and tells which patients they have seen.
    state : pathlib.Path or None
        With `retrain`: folder that keeps the folds' models and predictions, so that a stopped
        evaluation goes on where it was; None keeps nothing.
    cache : CacheLimits
        With `retrain`: where prepared series are kept, and how many.
    """

    dicom: Path
    annotations: Path | None
    model: str | None = None
    plan: SplitPlan = field(default_factory=SplitPlan)
    device: str = "auto"
    threshold: float | None = None
    retrain: Recipe | None = None
    state: Path | None = None
    cache: CacheLimits = field(default_factory=CacheLimits)


@dataclass(frozen=True)
class Evaluation:
    """One model's figures beside its baselines'.

    Parameters
    ----------
    model_name, model_sha256 : str
        What was judged; the hash is empty where it was trained anew for every fold.
    device_label : str
        Where it ran.
    folds : tuple of Fold
        How the samples were divided.
    seen_patients : tuple of str
        Held-out patients that the weights have seen in training: their figures prove nothing.
    model : EvaluationSummary
        The model's figures.
    baselines : dict
        Name to figures on the same slices; empty where nobody was left to copy from.
    comparisons : dict
        Baseline's name to paired differences, the model's minus the baseline's.
    held_out : tuple of EvaluatedSlice
        Everything that was judged.
    unreadable : dict
        SOP Instance UID to the reason, for held-out slices that could not be read and are left
        out.
    """

    model_name: str
    model_sha256: str
    device_label: str
    folds: tuple[Fold, ...]
    seen_patients: tuple[str, ...]
    model: EvaluationSummary
    baselines: dict[str, EvaluationSummary]
    comparisons: dict[str, tuple[PairedDifference, ...]]
    held_out: tuple[EvaluatedSlice, ...] = ()
    unreadable: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return all of it as JSON values."""
        return {
            "notice": NOTICE,
            "model": {"name": self.model_name, "sha256": self.model_sha256 or None},
            "device": self.device_label,
            "split": self.model.options.split,
            "leaky": self.model.options.leaky,
            "seen_patients": list(self.seen_patients),
            "folds": [_describe_fold(fold) for fold in self.folds],
            "unreadable": [
                {"sop_instance_uid": uid, "reason": reason}
                for uid, reason in self.unreadable.items()
            ],
            "summary": self.model.to_json(),
            "baselines": {name: one.to_json() for name, one in self.baselines.items()},
            "comparisons": {
                name: [asdict(one) for one in rows] for name, rows in self.comparisons.items()
            },
        }


@dataclass(frozen=True)
class Judged:
    """Who is judged: the model's name, hash, place, threshold, and whom it has seen.

    `adapted` tells whether it was trained on the fold's own training part and few shots.
    """

    name: str
    sha256: str
    device_label: str
    threshold: float | None
    seen_patients: tuple[str, ...] = ()
    adapted: bool = True


def evaluate(request: EvaluateRequest, ctx: TaskContext) -> Evaluation:
    """Evaluate a model on held-out patients.

    Raises
    ------
    TrainingDataError
        If there is nothing annotated, or too few patients for the split.
    SplitLeakageError
        If a split that claims to be honest shares patients or images.
    CheckpointError, DeviceError, DicomReadError, AnnotationError
        If model, device or data cannot be used.
    TaskCancelledError
        If cancelled.
    """
    if count_processes() > 1:
        raise TrainingDataError("An evaluation runs in one process.", "Start it without torchrun.")
    case = open_case(request.dicom, request.annotations, ctx)
    samples = collect_samples(case)
    folds = _make_folds(request, samples, case.linked_folders)
    check_folds(samples, folds, ctx, case.linked_folders)
    if request.retrain is not None:
        return _evaluate_anew(request, samples, folds, ctx)
    detector = load_detector(request.model, request.device)
    held_out = {samples.keys[i].patient_id for fold in folds for i in fold.held_out}
    seen = find_seen_patients(detector.card, samples.cases, case.linked_folders)
    judged = Judged(
        name=detector.card.name,
        sha256=detector.card.weights_sha256,
        device_label=detector.device_label,
        threshold=detector.threshold if request.threshold is None else request.threshold,
        seen_patients=tuple(sorted(held_out & seen)),
        adapted=False,
    )
    predict = make_series_predictor(request.model, request.device, request.threshold)
    return judge_folds(samples, [(fold, predict) for fold in folds], judged, ctx)


def _make_folds(
    request: EvaluateRequest, samples: Samples, linked: Sequence[frozenset[str]]
) -> tuple[Fold, ...]:
    """Return the folds, no more of them than there are independent patients."""
    groups = len(group_samples(samples.keys, linked))
    plan = request.plan
    if groups == 1 and plan.kind is SplitKind.PATIENT and request.retrain is None:
        # Finished weights can be judged on one patient; only nobody is left to copy from.
        return (Fold(plan.kind, "1/1", (), tuple(range(len(samples.keys)))),)
    return make_folds(samples.keys, replace(plan, folds=max(2, min(plan.folds, groups))), linked)


def judge_folds(
    samples: Samples,
    folds: Sequence[tuple[Fold, SeriesPredictor]],
    judged: Judged,
    ctx: TaskContext,
) -> Evaluation:
    """Predict every fold's held-out part and sum up, beside the baselines.

    Parameters
    ----------
    samples : Samples
        All annotated slices.
    folds : sequence of (Fold, callable)
        Each with the model that may judge it.
    judged : Judged
        Whose figures they are.
    ctx : TaskContext
        Told of progress and asked to stop.
    """
    said = HeldOut()
    answers: dict[str, list[EvaluatedSlice]] = {}
    for fold, predict in folds:
        held_out = predict_held_out(samples, fold, predict, ctx)
        said.extend(held_out)
        training = samples.select((*fold.training, *fold.few_shot))
        if training:
            ctx.report(Progress(0, None, "Asking the baselines"))
            found = predict_baselines(samples.cases, training, held_out.slices, ctx)
            for name, answered in found.items():
                answers.setdefault(name, []).extend(answered)
    kinds = [fold for fold, _ in folds]
    ctx.report(Progress(0, None, "Summing up"))
    options = _make_options(kinds[0], judged)
    model = summarise(said.slices, options, said.lesions)
    baselines = {
        name: summarise(answered, _rename(options, name)).without_detection_figures()
        for name, answered in answers.items()
    }
    return Evaluation(
        model_name=judged.name,
        model_sha256=judged.sha256,
        device_label=judged.device_label,
        folds=tuple(kinds),
        seen_patients=judged.seen_patients,
        model=model,
        baselines=baselines,
        comparisons={name: compare_models(one, model) for name, one in baselines.items()},
        held_out=tuple(said.slices),
        unreadable=said.unreadable,
    )


def check_folds(
    samples: Samples,
    folds: Sequence[Fold],
    ctx: TaskContext,
    linked: Sequence[frozenset[str]] = (),
) -> None:
    """Raise if a fold that claims to be honest shares UIDs, pixels or near duplicates.

    Raises
    ------
    SplitLeakageError
        Naming a slice of either side.
    """
    fingerprints = {}
    wanted = frozenset(key.sop_uid for key in samples.keys)
    if all(fold.leaky for fold in folds):
        return
    for case in samples.cases:
        for each in case.series.slices:
            if each.sop_instance_uid in wanted:
                ctx.check()
                # What cannot be read is neither trained on nor judged.
                with contextlib.suppress(DicomReadError):
                    fingerprints[each.sop_instance_uid] = compute_fingerprint(read_hu(each))
    for fold in folds:
        check_fold(fold, samples.keys, fingerprints, linked)


def _evaluate_anew(
    request: EvaluateRequest, samples: Samples, folds: Sequence[Fold], ctx: TaskContext
) -> Evaluation:
    recipe = request.retrain
    assert recipe is not None  # asked before
    with tempfile.TemporaryDirectory(prefix="ctbox-folds-") as scratch:
        job = CrossValidation(
            recipe=recipe,
            folder=request.state or Path(scratch),
            device=request.device,
            threshold=request.threshold,
            cache=request.cache,
        )
        trained = cross_validate(samples, folds, job, ctx)
        name = f"{recipe.model.architecture}, trained anew for every fold"
        label = trained[-1].device_label
        judged = Judged(name, "", label, trained[-1].threshold)
        return judge_folds(samples, [(one.fold, one.predict) for one in trained], judged, ctx)


def _make_options(fold: Fold, judged: Judged) -> SummaryOptions:
    split, leaky = fold.label, fold.leaky
    if judged.seen_patients:
        split += f"; LEAKY: the model was trained on {len(judged.seen_patients)} of the patients"
        leaky = True
    if fold.kind is SplitKind.FEW_SHOT_K and not judged.adapted:
        split += "; finished weights, not adapted on the few shots"
    return SummaryOptions(split=split, model=judged.name, leaky=leaky, threshold=judged.threshold)


def _rename(options: SummaryOptions, name: str) -> SummaryOptions:
    return SummaryOptions(split=options.split, model=name, leaky=options.leaky, seed=options.seed)


def _describe_fold(fold: Fold) -> Mapping[str, Any]:
    return {
        "name": fold.name,
        "training_slices": len(fold.training),
        "few_shot_slices": len(fold.few_shot),
        "held_out_slices": len(fold.held_out),
        "excluded_slices": len(fold.excluded),
    }
