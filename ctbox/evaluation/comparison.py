"""Two models on the same slices: paired differences, patient by patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ctbox.boxes import FloatArray
from ctbox.errors import TrainingDataError
from ctbox.evaluation import bootstrap
from ctbox.evaluation.bootstrap import Interval
from ctbox.evaluation.metrics import HIT_THRESHOLDS, average_by_patient
from ctbox.evaluation.scoring import ScoredSlice
from ctbox.evaluation.summary import EvaluationSummary
from ctbox.evaluation.truth import SliceStatus


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """How much better the second model is than the first.

    Parameters
    ----------
    figure : str
        What is compared, averaged by patient.
    first, second : float
        Either model's value.
    difference : float
        Second minus first.
    interval : Interval
        95 % interval of the difference, patients drawn for both models at once.
    p_value : float or None
        Two-sided sign-flip test over patients; None below six patients.
    """

    figure: str
    first: float
    second: float
    difference: float
    interval: Interval
    p_value: float | None


def compare_models(
    first: EvaluationSummary, second: EvaluationSummary
) -> tuple[PairedDifference, ...]:
    """Return paired differences of patient-mean IoU and hit shares.

    Seed and number of draws are the first summary's.

    Raises
    ------
    TrainingDataError
        If the two were not evaluated on the same annotated slices.
    """
    ours, theirs = _collect(first.scored_slices), _collect(second.scored_slices)
    if ours.keys() != theirs.keys():
        odd = len(ours.keys() ^ theirs.keys())
        raise TrainingDataError(
            f"The models were not judged on the same annotated slices: {odd} differ.",
            "Evaluate both on the same series and annotations.",
        )
    if not ours:
        raise TrainingDataError("There are no annotated slices to compare models on.")
    keys = sorted(ours)
    patients = sorted({ours[key][1] for key in keys})
    owner = np.array([patients.index(ours[key][1]) for key in keys], dtype=np.int64)
    iou_first = np.array([ours[key][0] for key in keys])
    iou_second = np.array([theirs[key][0] for key in keys])
    columns = {"patient_mean_iou": (iou_first, iou_second)}
    for threshold in HIT_THRESHOLDS:
        columns[f"patient_hit_at_{threshold}"] = (
            (iou_first >= threshold).astype(np.float64),
            (iou_second >= threshold).astype(np.float64),
        )
    return tuple(
        _compare(
            name,
            average_by_patient(a, owner, len(patients)),
            average_by_patient(b, owner, len(patients)),
            first,
        )
        for name, (a, b) in columns.items()
    )


def _collect(scored: Sequence[ScoredSlice]) -> dict[tuple[str, str], tuple[float, str]]:
    return {
        (one.slice.series_key, one.slice.sop_uid): (one.top_iou, one.slice.patient_id)
        for one in scored
        if one.status is SliceStatus.ANNOTATED and one.top_iou is not None
    }


def _compare(
    name: str, first: FloatArray, second: FloatArray, summary: EvaluationSummary
) -> PairedDifference:
    differences = second - first
    intervals = bootstrap.bootstrap_figures(
        lambda weights: {name: float(differences @ weights) / float(weights.sum())},
        len(differences),
        summary.options.seed,
        summary.options.resamples,
    )
    return PairedDifference(
        figure=name,
        first=float(first.mean()),
        second=float(second.mean()),
        difference=float(differences.mean()),
        interval=intervals[name],
        p_value=bootstrap.compute_sign_flip_p(differences, summary.options.seed),
    )
