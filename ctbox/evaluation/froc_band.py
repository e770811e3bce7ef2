"""The FROC curve with its 95 % band over patients."""

from __future__ import annotations

from dataclasses import dataclass

from ctbox.evaluation import bootstrap, metrics
from ctbox.evaluation.breakdown import ResultTables, clean
from ctbox.evaluation.metrics import FROC_RATES
from ctbox.evaluation.summary import EvaluationSummary
from ctbox.evaluation.tables import IntArray


@dataclass(frozen=True, slots=True)
class FrocPoint:
    """One point of the curve.

    Parameters
    ----------
    false_lesions_per_scan : float
        Where it is read.
    sensitivity : float or None
        Share of lesions found there.
    low, high : float or None
        95 % interval, patients drawn with replacement.
    """

    false_lesions_per_scan: float
    sensitivity: float | None
    low: float | None
    high: float | None


def compute_froc_band(summary: EvaluationSummary) -> tuple[FrocPoint, ...]:
    """Return the curve at 1/8 … 8 false lesions a scan; seed and draws are the summary's."""
    tables = ResultTables(summary.scored_slices, summary.scored_lesions)

    def read(weights: IntArray) -> dict[str, float]:
        values = metrics.compute_froc(tables.lesions, weights)
        return {str(rate): float(value) for rate, value in zip(FROC_RATES, values, strict=True)}

    options = summary.options
    intervals = bootstrap.bootstrap_figures(
        read, len(tables.patients), options.seed, options.resamples
    )
    curve = metrics.compute_froc(tables.lesions, tables.ones)
    return tuple(
        FrocPoint(rate, clean(float(value)), intervals[str(rate)].low, intervals[str(rate)].high)
        for rate, value in zip(FROC_RATES, curve, strict=True)
    )
