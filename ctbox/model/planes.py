"""The five planes that the detector looks at, from a resampled volume."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctbox.model.config import ModelConfig
from ctbox.model.geometry import (
    CropGeometry,
    FloatPlane,
    VolumeGeometry,
    build_slab_weights,
    centre_crop,
)
from ctbox.model.lungs import find_crop_centre

LUNG_RANGE = (-1400.0, 0.0)
MEDIASTINUM_RANGE = (-135.0, 215.0)
WIDE_RANGE = (-1024.0, 600.0)


def place_crop(
    hu: NDArray[np.generic], geometry: VolumeGeometry, config: ModelConfig, margin_px: int = 0
) -> CropGeometry:
    """Return the crop around the lungs of a volume (n, rows, columns), with a margin."""
    centre = find_crop_centre(hu, geometry.pixel_spacing_mm, geometry.slice_spacing_mm)
    rows, columns = config.crop_shape
    shape = (rows + 2 * margin_px, columns + 2 * margin_px)
    return centre_crop(centre, config.pixel_size_mm, shape, geometry.pixel_spacing_mm)


@dataclass(frozen=True)
class PlaneStack:
    """A volume resampled to the crop, whose slices are mixed into slabs on demand.

    Parameters
    ----------
    planes : ndarray
        (n, rows, columns) HU on the crop; float32 or int16.
    positions_mm : tuple of float
        Of every plane along the normal.
    slice_spacing_mm : float
        Median distance of neighbours.
    """

    planes: NDArray[np.generic]
    positions_mm: tuple[float, ...]
    slice_spacing_mm: float

    def mix(self, centre_mm: float, slab_mm: float) -> FloatPlane:
        """Return the slab (rows, columns) around a place along the normal."""
        weights = build_slab_weights(self.positions_mm, centre_mm, slab_mm, self.slice_spacing_mm)
        used = np.flatnonzero(weights)
        if len(used) == 1:
            return np.asarray(self.planes[used[0]], dtype=np.float32)
        mixed = np.zeros(self.planes.shape[1:], dtype=np.float32)
        for index in used:
            mixed += weights[index] * self.planes[index].astype(np.float32)
        return mixed

    def mix_three(self, centre_mm: float, offset_mm: float, slab_mm: float) -> FloatPlane:
        """Return the slabs (3, rows, columns) below, at and above a place."""
        places = (centre_mm - offset_mm, centre_mm, centre_mm + offset_mm)
        return np.stack([self.mix(place, slab_mm) for place in places])


def find_slab_sources(
    positions_mm: tuple[float, ...], centre_mm: float, config: ModelConfig, spacing_mm: float
) -> list[int]:
    """Return the indices of all slices that the input at this place is mixed from."""
    used: set[int] = set()
    for offset in (-config.neighbour_offset_mm, 0.0, config.neighbour_offset_mm):
        weights = build_slab_weights(positions_mm, centre_mm + offset, config.slab_mm, spacing_mm)
        used.update(int(index) for index in np.flatnonzero(weights))
    return sorted(used)


def apply_input_windows(planes_hu: Tensor) -> Tensor:
    """Return the network's input (5, rows, columns) in 0…1 from three planes in HU.

    Lung window of all three, then mediastinum and wide window of the middle one.
    """
    middle = planes_hu[1:2]
    return torch.cat(
        [
            _scale(planes_hu, LUNG_RANGE),
            _scale(middle, MEDIASTINUM_RANGE),
            _scale(middle, WIDE_RANGE),
        ]
    )


def _scale(hu: Tensor, limits: tuple[float, float]) -> Tensor:
    low, high = limits
    return ((hu - low) / (high - low)).clamp(0, 1)
