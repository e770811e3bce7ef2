"""Annotated series as training volumes, with memory bounded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ctbox.annotations.negatives import is_beyond
from ctbox.boxes import FloatArray, as_box_array
from ctbox.model.config import ModelConfig
from ctbox.model.geometry import VolumeGeometry, crop_planes
from ctbox.model.lungs import Mask, keep_large_parts, segment_lungs
from ctbox.model.planes import PlaneStack, place_crop

MARGIN_PX = 32
DEFAULT_CACHE_BYTES = 2 * 1024**3


class VolumeReader(Protocol):
    """Gives a series' voxels when asked."""

    def __call__(self) -> NDArray[np.generic]:
        """Return HU (n, rows, columns)."""
        ...


@dataclass(frozen=True)
class TrainingSeries:
    """One annotated series, its voxels still on disk.

    Parameters
    ----------
    key : str
        Unique name of the series.
    series_instance_uid, patient_id : str
        For the card and the split.
    frame_of_reference : str
        Series that share it lie in one space.
    geometry : VolumeGeometry
        Where its slices lie.
    boxes : mapping
        Slice index to the experts' boxes (k, 4) in slice pixels.
    read : callable
        Returns HU (n, rows, columns).
    is_phantom : bool
        Whether it is synthetic.
    hidden : frozenset of int
        Slices with boxes that are not to be learnt, a test set's say: never negative either.
    """

    key: str
    series_instance_uid: str
    patient_id: str
    frame_of_reference: str
    geometry: VolumeGeometry
    boxes: Mapping[int, FloatArray]
    read: VolumeReader
    is_phantom: bool = False
    hidden: frozenset[int] = frozenset()

    @property
    def annotated_range_mm(self) -> tuple[float, float] | None:
        """Lowest and highest position of an annotated slice, hidden ones included."""
        annotated = {*self.boxes, *self.hidden}
        places = [self.geometry.positions_mm[index] for index in annotated]
        return (min(places), max(places)) if places else None


def find_negative_slices(
    series: TrainingSeries, siblings: Sequence[TrainingSeries]
) -> tuple[int, ...]:
    """Return the slices that are tumour-free for sure.

    Unannotated is not negative: a slice counts only if its series has annotations and it lies
    more than 12 mm beyond the annotated range of its own series and of the patient's other
    series in the same frame of reference.

    Parameters
    ----------
    series : TrainingSeries
        The series in question.
    siblings : sequence of TrainingSeries
        All series; those of other patients or frames of reference are passed over.
    """
    if series.annotated_range_mm is None:
        return ()
    ranges = [
        other.annotated_range_mm
        for other in (series, *siblings)
        if other.patient_id == series.patient_id
        and other.frame_of_reference == series.frame_of_reference
    ]
    known = [found for found in ranges if found is not None]
    return tuple(
        index for index, place in enumerate(series.geometry.positions_mm) if is_beyond(place, known)
    )


@dataclass(frozen=True)
class PreparedVolume:
    """A series resampled once to the crop with a margin, ready for sampling.

    Parameters
    ----------
    stack : PlaneStack
        int16 planes on the crop.
    lungs : ndarray
        bool (n, rows, columns).
    boxes : mapping
        Slice index to boxes (k, 4) in pixels of the crop with margin.
    """

    stack: PlaneStack
    lungs: Mask
    boxes: Mapping[int, FloatArray]

    @property
    def n_bytes(self) -> int:
        """Memory it takes."""
        return int(self.stack.planes.nbytes + self.lungs.nbytes)


def prepare_volume(series: TrainingSeries, config: ModelConfig) -> PreparedVolume:
    """Read and resample one series."""
    hu = series.read()
    geometry = series.geometry
    crop = place_crop(hu, geometry, config, MARGIN_PX)
    planes = np.round(crop_planes(hu, crop)).astype(np.int16)
    voxel_ml = config.pixel_size_mm**2 * geometry.slice_spacing_mm / 1000
    lungs = keep_large_parts(segment_lungs(planes), voxel_ml)
    boxes = {index: crop.to_crop(values) for index, values in series.boxes.items()}
    stack = PlaneStack(planes, geometry.positions_mm, geometry.slice_spacing_mm)
    return PreparedVolume(stack, lungs, boxes)


class VolumeCache:
    """Keeps prepared volumes in memory up to a limit, the least recently used goes first.

    Parameters
    ----------
    prepare : callable
        Makes the volume of a series.
    limit_bytes : int
        Memory it may take.
    """

    def __init__(
        self,
        prepare: Callable[[TrainingSeries], PreparedVolume],
        limit_bytes: int = DEFAULT_CACHE_BYTES,
    ) -> None:
        self._prepare = prepare
        self._limit_bytes = limit_bytes
        self._volumes: OrderedDict[str, PreparedVolume] = OrderedDict()

    def get(self, series: TrainingSeries) -> PreparedVolume:
        """Return the volume, from memory if it is there."""
        if series.key in self._volumes:
            self._volumes.move_to_end(series.key)
            return self._volumes[series.key]
        volume = self._prepare(series)
        self._volumes[series.key] = volume
        while self.n_bytes > self._limit_bytes and len(self._volumes) > 1:
            self._volumes.popitem(last=False)
        return volume

    @property
    def n_bytes(self) -> int:
        """Memory taken now."""
        return sum(volume.n_bytes for volume in self._volumes.values())


@dataclass(frozen=True)
class TrainingData:
    """What a training run sees.

    Parameters
    ----------
    training, validation : tuple of TrainingSeries
        Series of different patients.
    cache_bytes : int
        Memory for prepared volumes.
    """

    training: tuple[TrainingSeries, ...]
    validation: tuple[TrainingSeries, ...] = ()
    cache_bytes: int = field(default=DEFAULT_CACHE_BYTES)

    def select_patients(self, held_out: Sequence[str]) -> TrainingData:
        """Return the data with these patients moved to validation."""
        pool = (*self.training, *self.validation)
        return TrainingData(
            tuple(s for s in pool if s.patient_id not in held_out),
            tuple(s for s in pool if s.patient_id in held_out),
            self.cache_bytes,
        )


def stack_boxes(boxes: Sequence[FloatArray]) -> FloatArray:
    """Return boxes of several arrays as one (N, 4)."""
    filled = [as_box_array(part) for part in boxes if len(part)]
    return np.concatenate(filled) if filled else as_box_array([])
