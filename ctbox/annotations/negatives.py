"""Which slices are tumour-free for sure: one rule for training and for scoring.

Unannotated is not negative: two kernels or phases of one anatomy carry different numbers of
boxes, and annotated runs have holes.
"""

from __future__ import annotations

from collections.abc import Iterable

NEGATIVE_DISTANCE_MM = 12.0
# Positions are sums and products of written decimals; a micrometre is no distance.
POSITION_TOLERANCE_MM = 1e-3

AnnotatedRange = tuple[float, float]


def find_annotated_range(positions_mm: Iterable[float]) -> AnnotatedRange | None:
    """Return the first and last place among annotated slices, or None without any.

    Parameters
    ----------
    positions_mm : iterable of float
        Places along the normal of a series' slices that carry boxes.
    """
    places = sorted(positions_mm)
    return (places[0], places[-1]) if places else None


def is_beyond(position_mm: float, ranges: Iterable[AnnotatedRange]) -> bool:
    """Return whether a place lies more than 12 mm outside every range.

    For a slice of an annotated series, the ranges being those of its own series and of the
    patient's other series in the same frame of reference, this makes it a negative.
    """
    reach = NEGATIVE_DISTANCE_MM + POSITION_TOLERANCE_MM
    return all(position_mm < first - reach or position_mm > last + reach for first, last in ranges)
