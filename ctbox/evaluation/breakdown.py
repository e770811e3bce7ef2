"""Figures of all slices, and of the parts they are broken down into."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ctbox.evaluation import bootstrap, metrics
from ctbox.evaluation.bootstrap import Interval
from ctbox.evaluation.grouping import SERIES_GROUPS, SIZE_NAMES, name_lesion_size, name_slice_size
from ctbox.evaluation.scoring import ScoredLesions, ScoredSlice
from ctbox.evaluation.tables import (
    IntArray,
    tabulate_detections,
    tabulate_lesions,
    tabulate_slices,
)
from ctbox.evaluation.truth import SliceStatus

Figures = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class SummaryOptions:
    """What to say of an evaluation, and how to draw its intervals.

    Parameters
    ----------
    split : str
        How the evaluated patients relate to those trained on; printed with every figure.
    model : str
        The model's name.
    leaky : bool
        Whether slices of one patient stood on both sides.
    threshold : float or None
        Score threshold of the detections.
    seed, resamples : int
        Of the bootstrap.
    """

    split: str
    model: str
    leaky: bool = False
    threshold: float | None = None
    seed: int = 0
    resamples: int = bootstrap.RESAMPLES


@dataclass(frozen=True, slots=True)
class GroupSummary:
    """Figures of a part of the slices.

    Parameters
    ----------
    patients, slices, lesions : int
        How much is annotated there.
    figures : dict
        Name to value; None where there is nothing to count.
    intervals : dict
        95 % intervals over patients of the figures that are drawn again.
    """

    patients: int
    slices: int
    lesions: int
    figures: Figures
    intervals: dict[str, Interval]


class ResultTables:
    """The columns of a part of the results, and its figures for any weighting of patients."""

    def __init__(self, scored: Sequence[ScoredSlice], results: ScoredLesions) -> None:
        annotated = {s.slice.patient_id for s in scored if s.status is SliceStatus.ANNOTATED}
        self.patients = sorted(annotated | {one.lesion.patient_id for one in results.lesions})
        self.slices = tabulate_slices(scored, self.patients)
        self.detections = tabulate_detections(scored, self.patients)
        self.lesions = tabulate_lesions(results, self.patients)
        self.ones: IntArray = np.ones(len(self.patients), dtype=np.int64)

    def compute_slice_figures(self, weights: IntArray) -> dict[str, float]:
        """Return the IoU figures for patients weighted so."""
        return metrics.compute_slice_figures(self.slices, weights)

    def compute_all_figures(self, weights: IntArray) -> dict[str, float]:
        """Return every figure for patients weighted so."""
        return {
            **metrics.compute_slice_figures(self.slices, weights),
            **metrics.compute_detection_figures(self.detections, weights),
            **metrics.compute_lesion_figures(self.lesions, weights),
        }


def summarise_part(tables: ResultTables, options: SummaryOptions, *, whole: bool) -> GroupSummary:
    """Return the figures of one part; for the whole with intervals of all of them."""
    # Average precision is slow to draw again, and parts are many: they get the IoU's intervals.
    drawn = tables.compute_all_figures if whole else tables.compute_slice_figures
    figures = tables.compute_all_figures(tables.ones)
    return GroupSummary(
        patients=len(tables.patients),
        slices=len(tables.slices.iou),
        lesions=len(tables.lesions.scores),
        figures={name: clean(value) for name, value in figures.items()},
        intervals=bootstrap.bootstrap_figures(
            drawn, len(tables.patients), options.seed, options.resamples
        ),
    )


def break_down(
    scored: Sequence[ScoredSlice], results: ScoredLesions, options: SummaryOptions
) -> dict[str, dict[str, GroupSummary]]:
    """Return the figures by patient, series, subtype, thickness, vendor, kernel and size.

    Parts without an annotated slice are left out.
    """
    groups: dict[str, dict[str, GroupSummary]] = {}
    for kind, name_of in SERIES_GROUPS.items():
        parts: dict[str, list[ScoredSlice]] = {}
        for one in scored:
            if one.slice.series_key in results.scans:
                parts.setdefault(name_of(one.slice), []).append(one)
        groups[kind] = {
            name: summarise_part(
                ResultTables(parts[name], _pick_series(results, parts[name])), options, whole=False
            )
            for name in sorted(parts)
        }
    groups["size"] = _break_down_sizes(scored, results, options)
    return groups


def _pick_series(results: ScoredLesions, part: Sequence[ScoredSlice]) -> ScoredLesions:
    keys = {one.slice.series_key for one in part}
    return ScoredLesions(
        tuple(one for one in results.lesions if one.lesion.series_key in keys),
        tuple(one for one in results.false if one.series_key in keys),
        {key: patient for key, patient in results.scans.items() if key in keys},
    )


def _break_down_sizes(
    scored: Sequence[ScoredSlice], results: ScoredLesions, options: SummaryOptions
) -> dict[str, GroupSummary]:
    """Break annotated slices and truth lesions down by their own size.

    A false alarm has no true size, so no scan belongs to a size and its rate stays empty.
    """
    slices: dict[str, list[ScoredSlice]] = {}
    for one in scored:
        if one.status is SliceStatus.ANNOTATED:
            slices.setdefault(name_slice_size(one.slice), []).append(one)
    sizes = {*slices, *(name_lesion_size(one.lesion) for one in results.lesions)}
    parts = {}
    for size in sorted(sizes, key=SIZE_NAMES.index):
        lesions = tuple(o for o in results.lesions if name_lesion_size(o.lesion) == size)
        tables = ResultTables(slices.get(size, []), ScoredLesions(lesions, (), {}))
        parts[size] = summarise_part(tables, options, whole=False)
    return parts


def clean(value: float) -> float | None:
    """Return a figure for JSON: None where it is not a finite number."""
    return float(value) if math.isfinite(value) else None
