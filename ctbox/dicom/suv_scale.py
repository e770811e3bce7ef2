"""What is known of a PET series' SUV; apart from `suv`, which needs pydicom to find it out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SuvScale:
    """How a PET series' values become SUVbw.

    Parameters
    ----------
    factor : float or None
        SUVbw = value · factor; None where the tags do not allow it.
    unit : str
        Of the values themselves, such as Bq/ml.
    problem : str
        Why there is no factor.
    """

    factor: float | None
    unit: str = ""
    problem: str = ""
