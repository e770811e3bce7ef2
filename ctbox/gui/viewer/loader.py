"""The slices of the shown series, read in the background, the shown one first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from ctbox.dicom.series import Series
from ctbox.dicom.suv_scale import SuvScale
from ctbox.gui.tasks import TaskHandle, TaskRunner
from ctbox.gui.translation import tr
from ctbox.gui.viewer.loading import (
    BlockReader,
    LoadOrder,
    LoadRequest,
    PixelReader,
    ScaleFound,
    SliceFailed,
    SliceLoaded,
    load_slices,
)


@dataclass(frozen=True, eq=False)
class ReadSlices:
    """What was read of one series, for another viewer that shows it.

    Parameters
    ----------
    key : str
        The series.
    pixels : mapping
        Slices by place, as `SliceLoader.find_pixels` gives them; shared, never copied.
    scale : SuvScale or None
        What they are, for PET.
    """

    key: str
    pixels: Mapping[int, NDArray[np.generic]]
    scale: SuvScale | None = None


class SliceLoader(QObject):
    """Keeps one series' pixels; what arrives for an earlier load is dropped.

    Parameters
    ----------
    runner : TaskRunner
        Runs the reading in a thread.
    read : callable, optional
        Reads one slice; another one in tests.
    """

    slice_loaded = Signal(int)
    slice_failed = Signal(int)
    scale_found = Signal(object)
    finished = Signal()

    def __init__(
        self,
        runner: TaskRunner,
        read: PixelReader | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._read = read
        self._generation = 0
        self._count = 0
        self._key = ""
        self._offered: ReadSlices | None = None
        self._scale: SuvScale | None = None
        self._order: LoadOrder | None = None
        self._handle: TaskHandle | None = None
        self._pixels: dict[int, NDArray[np.generic]] = {}
        self._failures: dict[int, str] = {}

    def load(self, series: Series, wanted: int = 0) -> None:
        """Read a series, this slice first; the series before is forgotten."""
        self.cancel()
        self._count, self._key = len(series.slices), series.key
        offered, self._offered = self._offered, None
        if offered is not None and offered.key == series.key:
            self._pixels.update(offered.pixels)
            if offered.scale is not None:
                self._take_scale(offered.scale)
        if self.is_finished:
            self.finished.emit()
            return
        self._order = LoadOrder(self._count, wanted, frozenset(self._pixels))
        read = self._read or BlockReader(self._count - self._order.known_count)
        request = LoadRequest(series, self._generation, self._order, read)
        self._handle = self._runner.start(load_slices, request, title=tr("Loading slices"))
        self._handle.updated.connect(self._on_updated)
        self._handle.failed.connect(self._on_failed)
        self._handle.cancelled.connect(self._on_cancelled)

    def offer(self, read: ReadSlices | None) -> None:
        """Take these for the next `load` of that series instead of reading them again."""
        self._offered = read

    def find_read(self) -> ReadSlices | None:
        """Return what is read of the series so far; None where nothing is."""
        if not self._pixels:
            return None
        return ReadSlices(self._key, dict(self._pixels), self._scale)

    @property
    def scale(self) -> SuvScale | None:
        """How the values of a PET series are SUV, or why not; None for others, or not yet."""
        return self._scale

    def _take_scale(self, scale: SuvScale) -> None:
        self._scale = scale
        self.scale_found.emit(scale)

    def cancel(self) -> None:
        """Stop reading and forget what was read."""
        self._generation += 1
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        self._pixels.clear()
        self._failures.clear()
        self._order = None
        self._count, self._key, self._scale = 0, "", None

    def want(self, index: int) -> None:
        """Read this slice next."""
        if self._order is not None:
            self._order.want(index)

    def find_pixels(self, index: int) -> NDArray[np.generic] | None:
        """Return a slice's HU or colours, None while it is not read."""
        return self._pixels.get(index)

    def find_failure(self, index: int) -> str:
        """Return why a slice could not be read; empty if it could, or is still to be read."""
        return self._failures.get(index, "")

    def is_settled(self, index: int) -> bool:
        """Whether a slice was read, or will never be."""
        return index in self._pixels or index in self._failures

    def loaded_indices(self) -> tuple[int, ...]:
        """Return which slices are read."""
        return tuple(self._pixels)

    @property
    def is_finished(self) -> bool:
        """Whether every slice was read or failed."""
        return self._count > 0 and len(self._pixels) + len(self._failures) == self._count

    def _on_updated(self, update: object) -> None:
        if not isinstance(update, SliceLoaded | SliceFailed | ScaleFound):
            return
        if update.generation != self._generation:
            return
        if isinstance(update, ScaleFound):
            self._take_scale(update.scale)
            return
        if isinstance(update, SliceLoaded):
            self._pixels[update.index] = update.pixels
            self.slice_loaded.emit(update.index)
        else:
            self._failures[update.index] = update.message
            self.slice_failed.emit(update.index)
        if self.is_finished:
            self._handle = None
            self.finished.emit()

    def _on_failed(self, error: object) -> None:
        # A bug while reading: the remaining slices say so instead of staying black for ever.
        if self.sender() is self._handle:
            self._give_up(tr("This slice could not be read: {error}").format(error=error))

    def _on_cancelled(self) -> None:
        if self.sender() is self._handle:
            self._give_up(
                tr("Not loaded: loading was cancelled. Choose the series again to load it.")
            )

    def _give_up(self, reason: str) -> None:
        self._handle = None
        for index in range(self._count):
            if not self.is_settled(index):
                self._failures[index] = reason
                self.slice_failed.emit(index)
        self.finished.emit()
