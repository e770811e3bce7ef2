"""The planes across the active viewer's series, through the place of the crosshair."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from ctbox.annotations.box_edits import OwnBox
from ctbox.dicom.places import share_frame
from ctbox.dicom.series import Vector3
from ctbox.errors import CtboxError
from ctbox.gui.editing.state import EditingState
from ctbox.gui.layouts.crosshair import CrosshairState
from ctbox.gui.viewer import readout
from ctbox.gui.viewer.panel import ViewerPanel
from ctbox.gui.viewer.scene import BoxKind, BoxMark
from ctbox.workflows.reformat import (
    Across,
    Reformat,
    ReformatPlane,
    build_plane,
    build_reformat,
    count_planes,
    cut_plane,
    find_index,
)
from ctbox.workflows.reformat_boxes import BoxChain, SliceBox, link_boxes, project_chain

_REFRESH_MS = 120


class MprModel(QObject):
    """Follows a viewer: its series, its slices as they are read, its boxes.

    Parameters
    ----------
    source : ViewerPanel
        The viewer whose series is cut.
    crosshair : CrosshairState
        The place that the planes go through.
    """

    series_changed = Signal()
    changed = Signal()

    def __init__(self, source: ViewerPanel, crosshair: CrosshairState) -> None:
        super().__init__(source)
        self.source = source
        self.crosshair = crosshair
        self.problem = ""
        self._reformat: Reformat | None = None
        self._find_own: Callable[[str], Sequence[OwnBox]] = lambda _uid: ()
        self._is_active = False
        self._is_entering = False
        self._cuts: dict[Across, tuple[tuple[int, int], NDArray[Any]]] = {}
        self._chains: dict[BoxKind, list[BoxChain]] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REFRESH_MS)
        self._timer.timeout.connect(self.changed)
        self._connect()

    def _connect(self) -> None:
        state, loader = self.source.state, self.source.loader
        state.series_changed.connect(self._on_series_changed)
        state.slice_changed.connect(self._on_slice_changed)
        state.detections_changed.connect(self._on_boxes_changed)
        for signal in (state.window_changed, state.overlays_changed, self.crosshair.changed):
            signal.connect(self._tell)
        loader.slice_loaded.connect(self._on_slice_loaded)
        loader.finished.connect(self._on_slice_loaded)

    @property
    def is_active(self) -> bool:
        """Whether planes are shown at all."""
        return self._is_active

    @property
    def reformat(self) -> Reformat | None:
        """The series as a box; None where it cannot be cut, `problem` says why."""
        return self._reformat

    def follow(self, editing: EditingState) -> None:
        """Show the reader's own boxes too."""
        self._find_own = editing.mine
        editing.edits_changed.connect(self._on_boxes_changed)

    def set_active(self, active: bool) -> None:
        """Begin or stop to follow."""
        self._is_active = active
        if active:
            self._on_series_changed()
            self._is_entering = False
        else:
            self._reformat, self._chains = None, None
            self._cuts.clear()

    # --- planes -----------------------------------------------------------------------------

    def find_plane(self, across: Across) -> ReformatPlane | None:
        """Return the plane through the crosshair."""
        place = self.crosshair.place
        if self._reformat is None or place is None:
            return None
        return build_plane(self._reformat, across, find_index(self._reformat, across, place))

    def find_pixels(self, plane: ReformatPlane) -> NDArray[Any] | None:
        """Return a plane's pixels; cut anew only where the plane or what is read changed."""
        if self._reformat is None:
            return None
        loader = self.source.loader
        version = (plane.index, len(loader.loaded_indices()))
        known = self._cuts.get(plane.across)
        if known is None or known[0] != version:
            known = version, cut_plane(self._reformat, plane, loader.find_pixels)
            self._cuts[plane.across] = known
        return known[1]

    def step(self, across: Across, count: int) -> None:
        """Go so many planes on."""
        plane = self.find_plane(across)
        if plane is not None:
            self.go_to(across, plane.index + count)

    def go_to(self, across: Across, index: int) -> None:
        """Go to a plane: the crosshair moves into its middle."""
        place, reformat = self.crosshair.place, self._reformat
        if place is None or reformat is None:
            return
        index = min(max(index, 0), count_planes(reformat, across) - 1)
        column, row, distance = reformat.to_volume(place)
        if across == "row":
            row = index + 0.5
        else:
            column = index + 0.5
        self.put(reformat.to_place(column, row, distance))

    def put(self, place: Vector3) -> None:
        """Set the crosshair."""
        if self._reformat is not None:
            self.crosshair.put(self._reformat.series, place)

    # --- boxes ------------------------------------------------------------------------------

    def build_marks(self, plane: ReformatPlane) -> tuple[BoxMark, ...]:
        """Return the boxes that a plane goes through, as rectangles over their slices."""
        reformat, overlays = self._reformat, self.source.state.overlays
        if reformat is None:
            return ()
        if self._chains is None:
            self._chains = self._link(reformat)
        shown = {
            BoxKind.EXPERT: overlays.annotations,
            BoxKind.DETECTION: overlays.detections,
            BoxKind.MINE: overlays.mine,
        }
        marks: list[BoxMark] = []
        for kind, chains in self._chains.items():
            for chain in chains if shown[kind] else ():
                found = project_chain(chain, reformat, plane)
                if found is not None:
                    marks.append(BoxMark(found[0], kind, found[1], len(marks)))
        return tuple(marks)

    def _link(self, reformat: Reformat) -> dict[BoxKind, list[BoxChain]]:
        store = self.source.state.store
        expert: dict[int, list[SliceBox]] = {}
        found: dict[int, list[SliceBox]] = {}
        mine: dict[int, list[SliceBox]] = {}
        for line, place in enumerate(reformat.stack.places):
            uid = reformat.series.slices[place].sop_instance_uid
            for each in self.source.state.find_annotations(uid):
                tag = readout.describe_annotation(each)
                expert.setdefault(line, []).append(SliceBox(each.box, line, tag))
            for detection in store.find(uid) or ():
                tag = readout.describe_detection(detection)
                own = SliceBox(detection.box, line, tag, detection.score)
                found.setdefault(line, []).append(own)
            for each_own in self._find_own(uid):
                tag = readout.describe_own(each_own)
                mine.setdefault(line, []).append(SliceBox(each_own.box, line, tag))
        positions = [float(value) for value in reformat.stack.positions_mm]
        return {
            BoxKind.EXPERT: link_boxes(expert, positions),
            BoxKind.DETECTION: link_boxes(found, positions),
            BoxKind.MINE: link_boxes(mine, positions),
        }

    # --- following --------------------------------------------------------------------------

    def _tell(self) -> None:
        if self._is_active:
            self.changed.emit()

    def _on_boxes_changed(self) -> None:
        self._chains = None
        self._tell()

    def _on_slice_loaded(self, _index: int = 0) -> None:
        if self._is_active and not self._timer.isActive():
            self._timer.start()

    def _on_series_changed(self) -> None:
        if not self._is_active:
            return
        self._is_entering = True
        self._cuts.clear()
        self._chains = None
        self._reformat, self.problem = None, ""
        series_case = self.source.state.series_case
        if series_case is not None:
            try:
                self._reformat = build_reformat(series_case.series)
            except CtboxError as error:
                self.problem = error.message
        self._place_crosshair()
        self.series_changed.emit()
        self.changed.emit()

    def _place_crosshair(self) -> None:
        """Give the crosshair a place in this series if it has none in its frame."""
        reformat, told_in = self._reformat, self.crosshair.series
        if reformat is None:
            return
        if told_in is None or not share_frame(told_in, reformat.series):
            stack = reformat.stack
            distance = self._find_distance(self.source.state.slice_index) or 0.0
            middle = stack.columns // 2 + 0.5, stack.rows // 2 + 0.5
            self.put(reformat.to_place(*middle, distance))

    def _find_distance(self, slice_index: int) -> float | None:
        """Return where a slice lies along the stack."""
        if self._reformat is None:
            return None
        place = self._reformat.series.slices[slice_index].image_position_mm
        return None if place is None else self._reformat.to_volume(place)[2]

    def _on_slice_changed(self, index: int) -> None:
        """Take the crosshair along when the slices are scrolled; a new series comes to it."""
        if self._is_entering:
            self._is_entering = False
            return
        place, reformat = self.crosshair.place, self._reformat
        distance = self._find_distance(index) if self._is_active else None
        if place is None or reformat is None or distance is None:
            return
        column, row, before = reformat.to_volume(place)
        if abs(before - distance) > reformat.stack.median_step_mm / 2 + 1e-6:
            self.put(reformat.to_place(column, row, distance))
