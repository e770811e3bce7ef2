"""Outlines a pair of boxes away from the window's thread, and remembers the last ones."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from ctbox.boxes import BoundingBox
from ctbox.gui.inspector.state import BoxPair, InspectedSlice, OutlinePair
from ctbox.gui.latest_task import LatestTask
from ctbox.gui.tasks import TaskRunner
from ctbox.progress import TaskContext

if TYPE_CHECKING:
    from ctbox.imaging.outline import Outline

_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class OutlineKey:
    """What an outline depends on; the display window is not among it."""

    sop_instance_uid: str
    expert: BoundingBox | None
    predicted: BoundingBox | None


@dataclass(frozen=True, eq=False)
class OutlineRequest:
    """A slice's HU and the boxes to outline.

    Parameters
    ----------
    key : OutlineKey
        The slice and its boxes.
    hu : ndarray
        HU (rows, columns).
    pixel_spacing_mm : tuple of float or None
        Distance of rows and of columns.
    """

    key: OutlineKey
    hu: NDArray[np.generic]
    pixel_spacing_mm: tuple[float, float] | None


@dataclass(frozen=True, eq=False)
class OutlineResult:
    """The outlines that a request asked for."""

    key: OutlineKey
    outlines: OutlinePair


def outline_boxes(request: OutlineRequest, ctx: TaskContext) -> OutlineResult:
    """Outline both boxes of a request."""
    # Imported here, in the thread: skimage would delay the window's appearance.
    from ctbox.imaging.outline import compute_outline

    def outline(box: BoundingBox | None) -> Outline | None:
        ctx.check()
        if box is None:
            return None
        return compute_outline(request.hu, box, request.pixel_spacing_mm)

    pair = OutlinePair(outline(request.key.expert), outline(request.key.predicted))
    return OutlineResult(request.key, pair)


class Outliner(QObject):
    """Gives the outlines of the newest pair; what comes too late is kept, but not shown.

    Parameters
    ----------
    runner : TaskRunner
        Runs the work in a thread.
    """

    ready = Signal(object)
    failed = Signal(object)

    def __init__(self, runner: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._latest = LatestTask(runner, outline_boxes, parent=self)
        self._latest.ready.connect(self._on_ready)
        self._latest.failed.connect(self._on_failed)
        self._known: OrderedDict[OutlineKey, OutlinePair] = OrderedDict()
        self._wanted: OutlineKey | None = None

    def request(self, shown: InspectedSlice, pair: BoxPair) -> OutlinePair | None:
        """Return the outlines of a pair if they are known; else `ready` brings them."""
        key = make_key(shown, pair)
        if key == self._wanted and key not in self._known:
            return None  # under way
        self._wanted = key
        if key in self._known:
            self._latest.clear()
            self._known.move_to_end(key)
            return self._known[key]
        if shown.pixels is None or shown.is_color:
            self.clear()
            return None
        if key.expert is None and key.predicted is None:
            self._latest.clear()
            return OutlinePair()
        self._latest.request(OutlineRequest(key, shown.pixels, shown.pixel_spacing_mm))
        return None

    def clear(self) -> None:
        """Want nothing."""
        self._wanted = None
        self._latest.clear()

    def _on_ready(self, result: OutlineResult) -> None:
        self._known[result.key] = result.outlines
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        if result.key == self._wanted:
            self.ready.emit(result.outlines)

    def _on_failed(self, error: object) -> None:
        self._wanted = None
        self.failed.emit(error)


def make_key(shown: InspectedSlice, pair: BoxPair) -> OutlineKey:
    """Return what the outlines of a pair depend on."""
    expert = None if pair.annotation is None else shown.annotations[pair.annotation].box
    detections = shown.detections or ()
    predicted = None if pair.detection is None else detections[pair.detection].box
    return OutlineKey(shown.sop_instance_uid, expert, predicted)
