"""Which slices of a series the detector looks at, and whose heat each of them shares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ctbox.model.geometry import VolumeGeometry

HEAT_STEP_MM = 4.0
LOOK_STEP_MM = 2.5


@dataclass(frozen=True)
class LookPlan:
    """What to look at for the slices that are wanted.

    Parameters
    ----------
    looked_at : dict
        Wanted slice to the slice whose boxes stand for it.
    neighbours : dict
        Slice whose boxes are taken, ascending, to the slices whose heat is averaged for it,
        ascending.
    """

    looked_at: dict[int, int]
    neighbours: dict[int, list[int]]

    @property
    def needed(self) -> list[int]:
        """Every slice that the network must look at, ascending."""
        return sorted({one for group in self.neighbours.values() for one in group})


def make_plan(geometry: VolumeGeometry, wanted: Iterable[int], reach_mm: float) -> LookPlan:
    """Return the plan for some slices; `reach_mm` is how far heat is averaged."""
    looked_at = {index: find_looked_at(geometry, index) for index in wanted}
    return LookPlan(
        looked_at,
        {
            index: find_heat_neighbours(geometry, index, reach_mm)
            for index in sorted(set(looked_at.values()))
        },
    )


def find_looked_at(geometry: VolumeGeometry, index: int) -> int:
    """Return the slice whose maps stand for a slice: itself, or a neighbour among thin ones.

    Slices a millimetre apart look alike in slabs of four, so of thin ones only every second or
    third is looked at. Where the spacing is uneven, a slice further away never stands in.
    """
    places = geometry.positions_mm
    step = max(1, int(LOOK_STEP_MM / geometry.slice_spacing_mm))
    last = (len(places) - 1) // step * step
    chosen = min(round(index / step) * step, last)
    return chosen if abs(places[chosen] - places[index]) <= LOOK_STEP_MM else index


def find_heat_neighbours(geometry: VolumeGeometry, index: int, reach_mm: float) -> list[int]:
    """Return the slices whose heat is averaged into a slice's, itself among them.

    Parameters
    ----------
    geometry : VolumeGeometry
        Where the slices lie; of thin ones those about 4 mm apart are enough.
    index : int
        A slice that is looked at.
    reach_mm : float
        Only slices nearer than this.
    """
    positions = np.asarray(geometry.positions_mm, dtype=np.float64)
    look = max(1, int(LOOK_STEP_MM / geometry.slice_spacing_mm))
    step = look * max(1, round(HEAT_STEP_MM / (look * geometry.slice_spacing_mm)))
    near = np.abs(positions - positions[index]) < reach_mm
    return [i for i in range(index % step, len(positions), step) if near[i] or i == index]
