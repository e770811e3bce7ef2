"""The default network's inputs for the slices of one series."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctbox.model.config import ModelConfig
from ctbox.model.geometry import AIR_HU, CropGeometry, VolumeGeometry, iterate_crops
from ctbox.model.planes import PlaneStack, apply_input_windows, find_slab_sources


class SeriesInputs:
    """A series resampled to the crop, and mixed into the network's planes on demand.

    Parameters
    ----------
    hu : ndarray
        (n, rows, columns), HU.
    geometry : VolumeGeometry
        Where the voxels lie.
    crop : CropGeometry
        What the network sees of a slice.
    model : ModelConfig
        Offset of the neighbours, thickness of the slabs.
    needed : sequence of int
        Slices that inputs will be asked for; only what they are mixed from is resampled.
    """

    def __init__(
        self,
        hu: NDArray[np.generic],
        geometry: VolumeGeometry,
        crop: CropGeometry,
        model: ModelConfig,
        needed: Sequence[int],
    ) -> None:
        self._model, self._positions = model, geometry.positions_mm
        spacing = geometry.slice_spacing_mm
        sources = sorted(
            {
                source
                for index in needed
                for source in find_slab_sources(
                    self._positions, self._positions[index], model, spacing
                )
            }
        )
        planes = np.full((len(hu), *crop.shape), np.int16(AIR_HU), dtype=np.int16)
        resampled = iterate_crops((hu[source] for source in sources), crop, hu.shape[1:])
        for source, plane in zip(sources, resampled, strict=True):
            np.rint(plane, out=planes[source], casting="unsafe")
        self._stack = PlaneStack(planes, self._positions, spacing)

    def build(self, indices: Sequence[int]) -> Tensor:
        """Return the network's inputs (n, 5, rows, columns) for slices among those needed."""
        return torch.stack([self._build_one(index) for index in indices])

    def _build_one(self, index: int) -> Tensor:
        planes = self._stack.mix_three(
            self._positions[index], self._model.neighbour_offset_mm, self._model.slab_mm
        )
        return apply_input_windows(torch.from_numpy(planes))
