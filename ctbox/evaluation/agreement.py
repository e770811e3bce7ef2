"""How well two ways of measuring the same length agree (Bland and Altman, Lancet 1986)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

_LIMIT_SD = 1.96


@dataclass(frozen=True, slots=True)
class Agreement:
    """Differences of paired measurements, second minus first.

    Parameters
    ----------
    pairs : int
        How many.
    bias : float or None
        Mean difference; None without a pair.
    low, high : float or None
        95 % limits of agreement, bias ± 1.96 standard deviations; None below two pairs. Pairs
        of one patient are no independent evidence, so they are rather too narrow.
    """

    pairs: int
    bias: float | None
    low: float | None
    high: float | None


def compute_agreement(first: ArrayLike, second: ArrayLike) -> Agreement:
    """Return bias and limits of agreement of measurements (N,) and (N,) of one unit.

    Raises
    ------
    ValueError
        If the two are not of the same length.
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"Measurements must be pairs, got shapes {a.shape} and {b.shape}.")
    differences = b - a
    if not len(differences):
        return Agreement(0, None, None, None)
    bias = float(differences.mean())
    if len(differences) < 2:
        return Agreement(len(differences), bias, None, None)
    spread = _LIMIT_SD * float(differences.std(ddof=1))
    return Agreement(len(differences), bias, bias - spread, bias + spread)
