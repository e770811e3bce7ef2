"""All figures of one model on one set of slices, ready for JSON, tables and reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from ctbox.evaluation import metrics
from ctbox.evaluation.breakdown import (
    GroupSummary,
    ResultTables,
    SummaryOptions,
    break_down,
    clean,
    summarise_part,
)
from ctbox.evaluation.metrics import FROC_RATES, SLICE_FIGURES, CalibrationBin
from ctbox.evaluation.rows import describe_lesions, describe_slice
from ctbox.evaluation.scoring import ScoredLesions, ScoredSlice, score_lesions, score_slices
from ctbox.evaluation.slices import DetectedLesion, EvaluatedSlice
from ctbox.evaluation.truth import SliceStatus, find_truth_lesions, link_detections

__all__ = ["EvaluationSummary", "GroupSummary", "SummaryOptions", "summarise"]

SCHEMA_VERSION = 1
LINKED_BY_MODEL, LINKED_BY_RULE = "model", "rule"
IOU_RULE = (
    "IoU of the highest-scoring box of a slice, best over the slice's expert boxes; a slice "
    "with an expert's box and no detection counts 0. Boxes are pixel edges, without '+1'."
)


@dataclass(frozen=True, slots=True)
class EvaluationSummary:
    """Everything an evaluation found.

    Parameters
    ----------
    options : SummaryOptions
        Split, model and threshold.
    overall : GroupSummary
        All slices together.
    groups : dict
        "patient", "series", "subtype", "size", "slice_thickness", "vendor" and "kernel" to
        the parts and their figures.
    froc : tuple of (float, float or None)
        False lesions a scan, and sensitivity there.
    calibration : tuple of CalibrationBin
        Score against precision.
    slice_counts : dict
        Number of annotated, negative and ignored slices.
    scored_slices, scored_lesions
        Slice by slice and lesion by lesion.
    lesions_linked_by : str
        "model" where its own lesions were judged, "rule" where its boxes were linked by the rule
        for the expert's.
    """

    options: SummaryOptions
    overall: GroupSummary
    groups: dict[str, dict[str, GroupSummary]]
    froc: tuple[tuple[float, float | None], ...]
    calibration: tuple[CalibrationBin, ...]
    slice_counts: dict[str, int]
    scored_slices: tuple[ScoredSlice, ...]
    scored_lesions: ScoredLesions
    lesions_linked_by: str = LINKED_BY_RULE

    @property
    def patients(self) -> int:
        """Number of patients with an annotated slice."""
        return self.overall.patients

    def to_json(self) -> dict[str, Any]:
        """Return all of it as JSON values; absent figures are null, never 0 or NaN."""
        return {
            "schema_version": SCHEMA_VERSION,
            **asdict(self.options),
            "patients": self.patients,
            "iou_rule": IOU_RULE,
            "slice_counts": self.slice_counts,
            "overall": asdict(self.overall),
            "groups": {
                kind: {name: asdict(part) for name, part in parts.items()}
                for kind, parts in self.groups.items()
            },
            "froc": [
                {"false_lesions_per_scan": rate, "sensitivity": value} for rate, value in self.froc
            ],
            "calibration": [asdict(one) for one in self.calibration],
            "slices": [describe_slice(one) for one in self.scored_slices],
            "lesions_linked_by": self.lesions_linked_by,
            "lesions": describe_lesions(self.scored_lesions),
        }

    def without_detection_figures(self) -> EvaluationSummary:
        """Return the same without what rests on scores, lesions or slices without a box.

        For baselines that answer annotated slices alone, each with one box of no score: AP,
        calibration and false lesions of such are not comparable with a model's, so they are
        None rather than flattering.
        """
        return replace(
            self,
            overall=_keep_slice_figures(self.overall),
            groups={
                kind: {name: _keep_slice_figures(part) for name, part in parts.items()}
                for kind, parts in self.groups.items()
            },
            froc=tuple((rate, None) for rate, _ in self.froc),
            calibration=(),
        )


def _keep_slice_figures(part: GroupSummary) -> GroupSummary:
    figures = {
        name: value if name in SLICE_FIGURES else None for name, value in part.figures.items()
    }
    intervals = {
        name: one if name in SLICE_FIGURES else replace(one, low=None, high=None)
        for name, one in part.intervals.items()
    }
    return replace(part, figures=figures, intervals=intervals)


def summarise(
    slices: Sequence[EvaluatedSlice],
    options: SummaryOptions,
    lesions: Sequence[DetectedLesion] | None = None,
) -> EvaluationSummary:
    """Evaluate one model's detections.

    Parameters
    ----------
    slices : sequence of EvaluatedSlice
        Every slice of every evaluated series, with the model's boxes.
    options : SummaryOptions
        Split, model and bootstrap.
    lesions : sequence of DetectedLesion, optional
        The model's lesions; without them its boxes are linked by the rule for truth lesions.
    """
    scored = score_slices(slices)
    detected = link_detections(slices) if lesions is None else lesions
    results = score_lesions(scored, find_truth_lesions(slices), detected)
    tables = ResultTables(scored, results)
    froc = metrics.compute_froc(tables.lesions, tables.ones)
    return EvaluationSummary(
        options=options,
        overall=summarise_part(tables, options, whole=True),
        groups=break_down(scored, results, options),
        froc=tuple(zip(FROC_RATES, map(clean, froc), strict=True)),
        calibration=metrics.compute_calibration(tables.detections, tables.ones),
        slice_counts=_count_statuses(scored),
        scored_slices=scored,
        scored_lesions=results,
        lesions_linked_by=LINKED_BY_RULE if lesions is None else LINKED_BY_MODEL,
    )


def _count_statuses(scored: Sequence[ScoredSlice]) -> dict[str, int]:
    counts = Counter(one.status for one in scored)
    return {status.value: counts[status] for status in SliceStatus}
