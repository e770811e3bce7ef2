"""Intervals by drawing patients with replacement, and paired tests between patients."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import FloatArray

MIN_PATIENTS = 6
TOO_FEW_PATIENTS = "too few patients"
RESAMPLES = 1000
_EXACT_PATIENTS = 12
_SIGN_FLIPS = 10_000

Figures = Callable[[NDArray[np.int64]], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval over patients.

    Parameters
    ----------
    low, high : float or None
        2.5th and 97.5th percentile; None where there is nothing to draw from.
    patients : int
        How many patients it rests on.
    note : str or None
        "too few patients" below six: such an interval tells next to nothing.
    """

    low: float | None
    high: float | None
    patients: int
    note: str | None = None


def bootstrap_figures(
    compute: Figures, patients: int, seed: int, resamples: int = RESAMPLES
) -> dict[str, Interval]:
    """Return a 95 % percentile interval for every figure.

    Patients, not slices, are drawn: slices of one patient are no independent evidence.

    Parameters
    ----------
    compute : callable
        Takes weights int (P,), how often each patient was drawn, and returns the figures;
        NaN for one that such a draw leaves without anything to count.
    patients : int
        P.
    seed : int
        Same seed, same intervals.
    resamples : int
        Number of draws.
    """
    note = mark_few(patients)
    if patients < 2:
        names = compute(np.ones(patients, dtype=np.int64))
        return {name: Interval(None, None, patients, note) for name in names}
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(patients, np.full(patients, 1 / patients), size=resamples)
    values: dict[str, list[float]] = {}
    for weights in drawn:
        for name, value in compute(weights).items():
            values.setdefault(name, []).append(value)
    return {name: _make_interval(np.array(v), patients, note) for name, v in values.items()}


def mark_few(patients: int) -> str | None:
    """Return the note for an interval over so many patients."""
    return TOO_FEW_PATIENTS if patients < MIN_PATIENTS else None


def _make_interval(values: FloatArray, patients: int, note: str | None) -> Interval:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return Interval(None, None, patients, note)
    low, high = np.percentile(finite, [2.5, 97.5])
    return Interval(float(low), float(high), patients, note)


def compute_sign_flip_p(differences: FloatArray, seed: int) -> float | None:
    """Return the two-sided p of a paired sign-flip test on patients' differences (P,).

    Exact up to twelve patients, else by 10,000 random flips, the observed one counted in.
    None below six patients, where no p is given.
    """
    patients = len(differences)
    if patients < MIN_PATIENTS:
        return None
    if patients <= _EXACT_PATIENTS:
        signs = np.array(list(itertools.product((1.0, -1.0), repeat=patients)))
    else:
        flips = np.random.default_rng(seed).choice((1.0, -1.0), size=(_SIGN_FLIPS, patients))
        signs = np.concatenate([np.ones((1, patients)), flips])
    observed = abs(float(differences.mean()))
    # Sums of the same numbers in another order differ in the last bits.
    reached = np.abs(signs @ differences / patients) >= observed - 1e-12
    return float(reached.mean())
