"""Reading a series slice by slice, nearest to the shown one first; no Qt here."""

from __future__ import annotations

import os
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
from ctbox.workflows.task_end import TaskEnd, run_to_end

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
        self._distance = 0
        self._lock = threading.Lock()

    @property
    def known_count(self) -> int:
        """How many slices were known from the start."""
        return self._known_count

    def want(self, index: int) -> None:
        """Read this slice next, and then its neighbours."""
        with self._lock:
            self._wanted, self._distance = index, 0

    def take(self) -> int | None:
        """Return the next slice to read; None once all were taken."""
        with self._lock:
            while self._left:
                # Of two equally near ones the caudal one first: that is where readers scroll.
                for index in (self._wanted + self._distance, self._wanted - self._distance):
                    if index in self._left:
                        self._left.remove(index)
                        return index
                # All so near are taken; that stays so until another slice is wanted.
                self._distance += 1
            return None


_BLOCK_SLICES = 16
_MAX_THREADS = 4


class BlockReader:
    """Reads slices into large blocks of memory, 8 MiB for sixteen of 512 × 512; from any thread.

    The system gives a large block out in large pages; asked for one slice after another it
    spends more time on handing out memory than the disk's cache on filling it.

    Parameters
    ----------
    count : int
        How many slices will be read at most.
    """

    def __init__(self, count: int) -> None:
        self._count_left = count
        self._block: NDArray[np.int16] = np.empty((0, 0, 0), np.int16)
        self._used = 0
        self._lock = threading.Lock()

    def __call__(self, slice_: Slice) -> NDArray[np.generic]:
        """Return a slice's HU, or its colours as they are.

        Raises
        ------
        ctbox.errors.CtboxError
            If the file cannot be read.
        """
        if slice_.is_color:
            return read_rgb(slice_)
        with self._lock:
            room = self._find_room(slice_.rows, slice_.columns)
        return read_hu(slice_, room)

    def _find_room(self, rows: int, columns: int) -> NDArray[np.int16]:
        if self._used == len(self._block) or self._block.shape[1:] != (rows, columns):
            count = max(1, min(_BLOCK_SLICES, self._count_left))
            self._block, self._used = np.empty((count, rows, columns), np.int16), 0
        room: NDArray[np.int16] = self._block[self._used]
        self._used += 1
        self._count_left -= 1
        return room


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
    read: PixelReader


def load_slices(request: LoadRequest, ctx: TaskContext) -> int:
    """Read all slices and report each as `SliceLoaded` or `SliceFailed`; return the generation.

    The slice on the screen is read before all others; these by several threads, so that one
    waits for the disk, or decodes, while another rescales. They report in any order.

    Raises
    ------
    ctbox.progress.TaskCancelledError
        If asked to stop.
    """
    scale = _find_scale(request.series)
    if scale is not None:
        ctx.report(ScaleFound(request.generation, scale))
    shared = _Loading(request, None if scale is None else scale.factor)
    shared.read_next(ctx)
    ends: list[TaskEnd] = []
    helpers = [
        threading.Thread(
            target=lambda: ends.append(run_to_end(_read_rest, shared, ctx)),
            name=f"ctbox-slices-{number}",
            daemon=True,
        )
        for number in range(1, min(_MAX_THREADS, os.cpu_count() or 1, shared.left_count))
    ]
    for helper in helpers:
        helper.start()
    try:
        _read_rest(shared, ctx)
    finally:
        for helper in helpers:
            helper.join()
    for end in ends:
        if end.error is not None:
            raise end.error
    ctx.check()
    return request.generation


def _read_rest(shared: _Loading, ctx: TaskContext) -> None:
    while shared.read_next(ctx):
        pass


class _Loading:
    """One load, shared by the threads that read."""

    def __init__(self, request: LoadRequest, factor: float | None) -> None:
        self._request = request
        self._factor = factor
        self._total = len(request.series.slices)
        self._done = request.order.known_count
        self._lock = threading.Lock()

    @property
    def left_count(self) -> int:
        return self._total - self._done

    def read_next(self, ctx: TaskContext) -> bool:
        """Read and report one slice; False where none is left."""
        index = self._request.order.take()
        if index is None:
            return False
        ctx.check()
        update = self._read(index)
        with self._lock:
            self._done += 1
            ctx.report(update)
            ctx.report(Progress(self._done, self._total))
        return True

    def _read(self, index: int) -> SliceLoaded | SliceFailed:
        generation = self._request.generation
        try:
            pixels = self._request.read(self._request.series.slices[index])
        except (CtboxError, OSError) as error:
            return SliceFailed(generation, index, str(error))
        if self._factor is not None:
            pixels = pixels.astype(np.float32) * np.float32(self._factor)
        return SliceLoaded(generation, index, pixels)


def _find_scale(series: Series) -> SuvScale | None:
    """Return how a PET series becomes SUV; None for all others."""
    if series.modality != "PT":
        return None
    # Imported here, in the task's thread: pydicom would delay the window's appearance.
    from ctbox.dicom.suv import read_suv_scale

    return read_suv_scale(series)
