"""By what results are broken down: patient, subtype, size, thickness, vendor, kernel."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

from ctbox.evaluation.slices import EvaluatedSlice
from ctbox.evaluation.truth import TruthLesion

UNKNOWN = "unknown"
# The limits of the T stages (AJCC, 8th edition), with the smallest stages taken together.
SIZE_LIMITS_MM = (20.0, 30.0, 50.0, 70.0)
SIZE_NAMES = (
    "up to 20 mm",
    "over 20 to 30 mm",
    "over 30 to 50 mm",
    "over 50 to 70 mm",
    "over 70 mm",
    UNKNOWN,
)

SeriesKey = Callable[[EvaluatedSlice], str]


def name_size(size_mm: float | None) -> str:
    """Return the size class of a box or lesion, by its longest side in mm."""
    if size_mm is None:
        return UNKNOWN
    return SIZE_NAMES[bisect_left(SIZE_LIMITS_MM, size_mm)]


def name_slice_size(one: EvaluatedSlice) -> str:
    """Return the size class of a slice's largest box."""
    return name_size(one.size_mm)


def name_lesion_size(lesion: TruthLesion) -> str:
    """Return the size class of a truth lesion."""
    return name_size(lesion.size_mm)


def _name_thickness(one: EvaluatedSlice) -> str:
    return UNKNOWN if one.slice_thickness_mm is None else f"{one.slice_thickness_mm:g} mm"


# What is the same on every slice of a series, so that its negatives and false lesions belong
# to the group as well.
SERIES_GROUPS: dict[str, SeriesKey] = {
    "patient": lambda one: one.patient_id,
    "series": lambda one: one.series_key,
    "subtype": lambda one: one.subtype or UNKNOWN,
    "slice_thickness": _name_thickness,
    "vendor": lambda one: one.vendor or UNKNOWN,
    "kernel": lambda one: one.kernel or UNKNOWN,
}
