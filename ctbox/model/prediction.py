"""What every architecture says of a volume, before it is told as detections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ctbox.model.attention import AttentionMap
from ctbox.model.decoding import Candidates
from ctbox.model.geometry import VolumeGeometry
from ctbox.model.lesions import LinkedLesion
from ctbox.progress import TaskContext


@dataclass(frozen=True)
class VolumeTask:
    """What to predict on.

    Parameters
    ----------
    hu : ndarray
        (n, rows, columns), HU.
    geometry : VolumeGeometry
        Where the voxels lie.
    indices : tuple of int, optional
        Only these slices; None for all, linked into lesions.
    want_attention : bool
        Whether to keep where the model looked.
    """

    hu: NDArray[np.generic]
    geometry: VolumeGeometry
    indices: tuple[int, ...] | None = None
    want_attention: bool = False

    @property
    def wanted(self) -> Sequence[int]:
        """The slices asked for, ascending, each once."""
        return range(len(self.hu)) if self.indices is None else sorted(set(self.indices))


@dataclass(frozen=True)
class VolumePrediction:
    """What a network says of a volume.

    Parameters
    ----------
    found : dict
        Slice to its boxes, in slice pixels, for every slice asked for.
    lesions : list of LinkedLesion
        Best first; empty unless the whole volume was asked for.
    attention : dict
        Slice to where the network looked; empty unless asked for.
    """

    found: dict[int, Candidates]
    lesions: list[LinkedLesion] = field(default_factory=list)
    attention: dict[int, AttentionMap] = field(default_factory=dict)


class Predictor(Protocol):
    """One architecture's way from voxels to boxes."""

    @property
    def most_lesions(self) -> int:
        """How many lesions of a series are returned at most; 0 for any number."""
        ...

    def predict(self, task: VolumeTask, ctx: TaskContext) -> VolumePrediction:
        """Return what is asked for; ask the context to stop before every batch."""
        ...
