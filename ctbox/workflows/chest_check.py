"""Whether a CT shows a chest at all: the detector knows nothing else, and looks at anything."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctbox.dicom.series import Series

LEAST_LUNG_CM2 = 40.0
"""Air inside the body on the slice that has most of it. Sinuses and mastoids stay below 30, the
chests of the collection begin at 170."""
LEAST_LUNG_ELSEWHERE_CM2 = 100.0
"""The same where the header names another part of the body: a head rest closes in some air."""
_CHEST = re.compile(r"CHEST|THORA|LUNG|HEART|CARDIAC|CORONARY|BODY|TRUNK|TORSO|\b[TC]AP\b")


@dataclass(frozen=True, slots=True)
class NoChest:
    """Why a series looks like no CT of the chest.

    Parameters
    ----------
    body_part : str
        What the header calls the part of the body (0018,0015), if that is another one; else "".
    """

    body_part: str = ""

    def __str__(self) -> str:
        if self.body_part:
            return (
                f"This looks like no chest CT (body part {self.body_part}, no lung found): the "
                "detector knows only the chest."
            )
        return "This looks like no chest CT (no lung found): the detector knows only the chest."


def check_chest(series: Series, hu: NDArray[np.generic]) -> NoChest | None:
    """Return why a series looks like no chest; None if it shows lungs.

    Parameters
    ----------
    series : Series
        The images.
    hu : ndarray
        (n, rows, columns), HU: all slices of the series, as one alone may lie above the lungs.
    """
    part = (series.body_part or "").strip().upper()
    other = part if part and not _CHEST.search(part) else ""
    least = LEAST_LUNG_ELSEWHERE_CM2 if other else LEAST_LUNG_CM2
    return NoChest(other) if measure_lungs(hu, series.pixel_spacing_mm) < least else None


def measure_lungs(hu: NDArray[np.generic], pixel_spacing_mm: tuple[float, float] | None) -> float:
    """Return the area of air inside the body, cm², on the slice that has most of it.

    Without a spacing the image is taken to be as wide as a usual chest's, 350 mm.
    """
    from ctbox.model.lungs import COARSE_MM, segment_lungs  # late: scipy comes with it

    row_mm, column_mm = pixel_spacing_mm or (350.0 / hu.shape[1], 350.0 / hu.shape[2])
    steps = [max(1, round(COARSE_MM / spacing)) for spacing in (row_mm, column_mm)]
    inside = segment_lungs(hu[:, :: steps[0], :: steps[1]])
    pixel_cm2 = row_mm * steps[0] * column_mm * steps[1] / 100
    return float(inside.sum(axis=(1, 2)).max(initial=0)) * pixel_cm2
