"""Annotated series as training volumes, with memory bounded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from ctbox.annotations.negatives import AnnotatedRange, is_beyond
from ctbox.boxes import FloatArray, as_box_array
from ctbox.model.disk_cache import DiskCache
from ctbox.model.geometry import VolumeGeometry
from ctbox.model.packed_mask import PackedMask
from ctbox.model.planes import PlaneStack

MARGIN_PX = 32
DEFAULT_CACHE_BYTES = 2 * 1024**3


class VolumeReader(Protocol):
    """Gives a series' voxels when asked."""

    def __call__(self) -> NDArray[np.generic]:
        """Return HU (n, rows, columns)."""
        ...


def return_none() -> None:
    """Say that there is no stamp."""


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
    siblings_mm : tuple of tuple of float
        Annotated ranges along the normal of the patient's other series in this space, whether
        they are learnt from or not.
    stamp : callable
        Returns what changes when the files change, for what is kept of them on disk; None
        keeps nothing.
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
    siblings_mm: tuple[AnnotatedRange, ...] = ()
    stamp: Callable[[], str | None] = return_none

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
    known = [*series.siblings_mm, *(found for found in ranges if found is not None)]
    return tuple(
        index for index, place in enumerate(series.geometry.positions_mm) if is_beyond(place, known)
    )


@dataclass(frozen=True)
class PreparedVolume:
    """A series resampled once to the crop with a margin, ready for sampling.

    Parameters
    ----------
    stack : PlaneStack
        int16 planes on the crop, in memory or mapped from the disk.
    lungs : PackedMask
        A plane for every slice.
    boxes : mapping
        Slice index to boxes (k, 4) in pixels of the crop with margin.
    """

    stack: PlaneStack
    lungs: PackedMask
    boxes: Mapping[int, FloatArray]

    @property
    def n_bytes(self) -> int:
        """Memory it takes."""
        return self.stack.planes.nbytes + self.lungs.nbytes


class Sized(Protocol):
    """Something that knows how much memory it takes."""

    @property
    def n_bytes(self) -> int:
        """Memory it takes, or may come to take."""
        ...


SizedT = TypeVar("SizedT", bound=Sized)


class VolumeCache(Generic[SizedT]):
    """Keeps what series were prepared to in memory, the least recently used goes first.

    Parameters
    ----------
    prepare : callable
        Prepares a series.
    limit_bytes : int
        Memory it may take; the one that is looked at is kept in any case.
    """

    def __init__(
        self,
        prepare: Callable[[TrainingSeries], SizedT],
        limit_bytes: int = DEFAULT_CACHE_BYTES,
    ) -> None:
        self._prepare = prepare
        self._limit_bytes = limit_bytes
        self._volumes: OrderedDict[str, SizedT] = OrderedDict()

    def get(self, series: TrainingSeries) -> SizedT:
        """Return what it was prepared to, from memory if it is there."""
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
    disk : DiskCache or None
        Where prepared volumes are kept for later runs and when memory runs out.
    """

    training: tuple[TrainingSeries, ...]
    validation: tuple[TrainingSeries, ...] = ()
    cache_bytes: int = field(default=DEFAULT_CACHE_BYTES)
    disk: DiskCache | None = None

    def select_patients(self, held_out: Sequence[str]) -> TrainingData:
        """Return the data with these patients moved to validation."""
        pool = (*self.training, *self.validation)
        return TrainingData(
            tuple(s for s in pool if s.patient_id not in held_out),
            tuple(s for s in pool if s.patient_id in held_out),
            self.cache_bytes,
            self.disk,
        )


def stack_boxes(boxes: Sequence[FloatArray]) -> FloatArray:
    """Return boxes of several arrays as one (N, 4)."""
    filled = [as_box_array(part) for part in boxes if len(part)]
    return np.concatenate(filled) if filled else as_box_array([])
