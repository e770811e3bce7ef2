"""The outlines laid on the slice: computed in the background for the boxes that are shown."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from ctbox.boxes import BoundingBox
from ctbox.gui.latest_task import LatestTask
from ctbox.gui.tasks import TaskRunner
from ctbox.gui.viewer.scene import Polyline
from ctbox.gui.viewer.state import ViewerState
from ctbox.progress import TaskContext

_REMEMBERED = 512
_MOST_BOXES = 8


@dataclass(frozen=True, slots=True)
class BoxOnSlice:
    """What a contour depends on."""

    sop_instance_uid: str
    box: BoundingBox


@dataclass(frozen=True, eq=False)
class ContourRequest:
    """A slice and the boxes on it to outline.

    Parameters
    ----------
    hu : ndarray
        HU (rows, columns).
    pixel_spacing_mm : tuple of float or None
        Distance of rows and of columns.
    boxes : tuple of BoxOnSlice
        The boxes.
    """

    hu: NDArray[np.generic]
    pixel_spacing_mm: tuple[float, float] | None
    boxes: tuple[BoxOnSlice, ...]


Contours = dict[BoxOnSlice, Polyline]


def trace_boxes(request: ContourRequest, ctx: TaskContext) -> Contours:
    """Return the contour within each box, as (x, y) in pixel edges; empty where there is none."""
    # Imported here, in the thread: skimage would delay the window's appearance.
    from ctbox.imaging.outline import compute_outline

    contours: Contours = {}
    for where in request.boxes:
        ctx.check()
        outline = compute_outline(request.hu, where.box, request.pixel_spacing_mm)
        contours[where] = tuple((float(x), float(y)) for x, y in outline.contour)
    return contours


def choose_boxes(state: ViewerState) -> tuple[BoundingBox, ...]:
    """Return the boxes to outline: the selected ones, else the predicted, else the expert's."""
    annotations, detections = state.annotations, state.detections or ()
    selection = state.selection
    chosen = []
    if selection.annotation is not None:
        chosen.append(annotations[selection.annotation].box)
    if selection.detection is not None:
        chosen.append(detections[selection.detection].box)
    if not chosen:
        chosen = [each.box for each in detections] or [each.box for each in annotations]
    return tuple(chosen[:_MOST_BOXES])


class OutlineLayer(QObject):
    """Knows the contours of the shown boxes, or finds them out and tells.

    Parameters
    ----------
    runner : TaskRunner
        Runs the work in a thread.
    """

    contours_changed = Signal(object)
    failed = Signal(object)

    def __init__(self, runner: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._latest = LatestTask(runner, trace_boxes, parent=self)
        self._latest.ready.connect(self._on_ready)
        self._latest.failed.connect(self.failed)
        self._known: OrderedDict[BoxOnSlice, Polyline] = OrderedDict()
        self._wanted: tuple[BoxOnSlice, ...] = ()

    def update(self, state: ViewerState, pixels: NDArray[np.generic] | None) -> None:
        """Follow the viewer: `contours_changed` comes at once with what is known, later with all.

        Parameters
        ----------
        state : ViewerState
            Slice, boxes and selection.
        pixels : ndarray or None
            The slice's HU; what is not HU has no outline.
        """
        shown = state.slice
        has_hu = pixels is not None and state.shows_hu and pixels.ndim == 2
        self._wanted = ()
        if shown is not None and has_hu and state.overlays.outline:
            uid = shown.sop_instance_uid
            self._wanted = tuple(BoxOnSlice(uid, box) for box in choose_boxes(state))
        self._tell()
        missing = tuple(where for where in self._wanted if where not in self._known)
        if missing and pixels is not None and shown is not None:
            self._latest.request(ContourRequest(pixels, shown.pixel_spacing_mm, missing))
        else:
            self._latest.clear()

    def _tell(self) -> None:
        found = (self._known.get(where, ()) for where in self._wanted)
        self.contours_changed.emit(tuple(contour for contour in found if contour))

    def _on_ready(self, contours: Contours) -> None:
        self._known.update(contours)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        self._tell()
