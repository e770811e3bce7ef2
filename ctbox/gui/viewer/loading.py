"""Reading a series slice by slice, nearest to the shown one first; no Qt here."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctbox.dicom.pixels import read_hu, read_rgb
from ctbox.dicom.series import Series, Slice
from ctbox.dicom.suv_scale import SuvScale
from ctbox.errors import CtboxError
from ctbox.progress import Progress, TaskContext

PixelReader = Callable[[Slice], NDArray[np.generic]]


@dataclass(frozen=True, slots=True, eq=False)
class SliceLoaded:
    """One slice is read.

    Parameters
    ----------
    generation : int
        The load it belongs to.
    index : int
        Its place in the series.
    pixels : ndarray
        HU (rows, columns), or colours uint8 (rows, columns, 3).
    """

    generation: int
    index: int
    pixels: NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class SliceFailed:
    """One slice could not be read.

    Parameters
    ----------
    generation, index : int
        The load and the place in the series.
    message : str
        What happened and what to do.
    """

    generation: int
    index: int
    message: str


@dataclass(frozen=True, slots=True)
class ScaleFound:
    """It is known how a PET series' values become SUV, or why they do not.

    Parameters
    ----------
    generation : int
        The load it belongs to.
    scale : SuvScale
        With a factor, all pixels of this load are SUV.
    """

    generation: int
    scale: SuvScale


class LoadOrder:
    """Which slice to read next: the nearest to the one on the screen; safe from any thread.

    Parameters
    ----------
    count : int
        Number of slices.
    wanted : int
        The slice on the screen.
    known : frozenset of int
        Slices that need not be read.
    """

    def __init__(self, count: int, wanted: int = 0, known: frozenset[int] = frozenset()) -> None:
        self._left = set(range(count)) - known
        self._known_count = count - len(self._left)
        self._wanted = wanted
        self._lock = threading.Lock()

    @property
    def known_count(self) -> int:
        """How many slices were known from the start."""
        return self._known_count

    def want(self, index: int) -> None:
        """Read this slice next, and then its neighbours."""
        with self._lock:
            self._wanted = index

    def take(self) -> int | None:
        """Return the next slice to read; None once all were taken."""
        with self._lock:
            if not self._left:
                return None
            index = min(self._left, key=self._distance)
            self._left.remove(index)
            return index

    def _distance(self, index: int) -> tuple[int, bool]:
        # Of two equally near ones the caudal one first: that is where readers scroll.
        return abs(index - self._wanted), index < self._wanted


def read_pixels(slice_: Slice) -> NDArray[np.generic]:
    """Return a slice's HU, or its colours as they are.

    Raises
    ------
    ctbox.errors.CtboxError
        If the file cannot be read.
    """
    return read_rgb(slice_) if slice_.is_color else read_hu(slice_)


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """What to read.

    Parameters
    ----------
    series : Series
        The series.
    generation : int
        Number of this load; results of an older one are dropped.
    order : LoadOrder
        Which slice comes next.
    read : callable
        Reads one slice.
    """

    series: Series
    generation: int
    order: LoadOrder
    read: PixelReader = read_pixels


def load_slices(request: LoadRequest, ctx: TaskContext) -> int:
    """Read all slices and report each as `SliceLoaded` or `SliceFailed`; return the generation.

    Raises
    ------
    ctbox.progress.TaskCancelledError
        If asked to stop.
    """
    total = len(request.series.slices)
    done = request.order.known_count
    scale = _find_scale(request.series)
    if scale is not None:
        ctx.report(ScaleFound(request.generation, scale))
    while (index := request.order.take()) is not None:
        ctx.check()
        try:
            pixels = request.read(request.series.slices[index])
        except (CtboxError, OSError) as error:
            ctx.report(SliceFailed(request.generation, index, str(error)))
        else:
            if scale is not None and scale.factor is not None:
                pixels = pixels.astype(np.float32) * np.float32(scale.factor)
            ctx.report(SliceLoaded(request.generation, index, pixels))
        done += 1
        ctx.report(Progress(done, total))
    return request.generation


def _find_scale(series: Series) -> SuvScale | None:
    """Return how a PET series becomes SUV; None for all others."""
    if series.modality != "PT":
        return None
    # Imported here, in the task's thread: pydicom would delay the window's appearance.
    from ctbox.dicom.suv import read_suv_scale

    return read_suv_scale(series)
