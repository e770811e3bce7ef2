"""Viewers that go together: by place in the patient, by scale, by window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer

from ctbox.dicom.places import find_middle, find_nearest_slice, find_pixel, find_place, share_frame
from ctbox.gui.layouts.crosshair import CrosshairState
from ctbox.gui.viewer.panel import ViewerPanel
from ctbox.gui.viewer.placement import ImageMapping, ImageSize, Placement


@dataclass
class Links:
    """What goes together."""

    scroll: bool = True
    placement: bool = False
    window: bool = False


class ViewerLinker(QObject):
    """Lets viewers follow each other where their series share a frame of reference.

    Parameters
    ----------
    crosshair : CrosshairState
        Where it is put, every viewer goes.
    """

    def __init__(self, crosshair: CrosshairState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.links = Links()
        self._crosshair = crosshair
        self._viewers: list[ViewerPanel] = []
        self._is_following = False
        # Viewers that got another series: they follow once, before they lead again.
        self._entered: list[ViewerPanel] = []
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(0)
        self._settle.timeout.connect(self.settle)
        crosshair.placed.connect(self._on_crosshair_placed)

    def add(self, viewer: ViewerPanel) -> None:
        """Let one more viewer follow and lead."""
        self._viewers.append(viewer)
        state = viewer.state
        state.series_changed.connect(lambda: self._enter(viewer))
        state.slice_changed.connect(lambda _: self._lead(viewer, self._follow_slice))
        state.placement_changed.connect(lambda: self._lead(viewer, self._follow_placement))
        state.window_changed.connect(lambda: self._lead(viewer, self._follow_window))

    def pause(self, paused: bool) -> None:
        """Link nothing for a while, as when viewers exchange what they show."""
        self._is_following = paused

    def align(self, leader: ViewerPanel) -> None:
        """Bring all others to where one viewer is."""
        for follow in (self._follow_slice, self._follow_placement, self._follow_window):
            self._lead(leader, follow)

    def _enter(self, viewer: ViewerPanel) -> None:
        if not self._is_following and viewer not in self._entered:
            self._entered.append(viewer)
            self._settle.start()

    def settle(self) -> None:
        """Bring viewers with another series to where the others, or the crosshair, are."""
        entered, self._entered = self._entered, []
        self._is_following = True
        try:
            for viewer in entered:
                self._bring(viewer, entered)
        finally:
            self._is_following = False

    def _bring(self, viewer: ViewerPanel, entered: list[ViewerPanel]) -> None:
        place, told_in = self._crosshair.place, self._crosshair.series
        shown = viewer.state.series_case
        if shown is None:
            return
        if self._crosshair.is_shown and place is not None and told_in is not None:
            if share_frame(shown.series, told_in):
                index = find_nearest_slice(shown.series, place)
                viewer.state.set_slice_index(viewer.state.slice_index if index is None else index)
            return
        for leader in self._viewers:
            case = leader.state.series_case
            if leader in entered or case is None or not share_frame(case.series, shown.series):
                continue
            self._follow_slice(leader, viewer)
            self._follow_placement(leader, viewer)
            return

    def _lead(
        self, leader: ViewerPanel, follow: Callable[[ViewerPanel, ViewerPanel], None]
    ) -> None:
        if self._is_following or leader in self._entered:
            return
        self._is_following = True
        try:
            for viewer in self._viewers:
                if viewer is not leader and viewer.state.series_case is not None:
                    follow(leader, viewer)
        finally:
            self._is_following = False

    def _follow_slice(self, leader: ViewerPanel, viewer: ViewerPanel) -> None:
        source = leader.state.series_case
        target, shown = viewer.state.series_case, leader.state.slice
        if not self.links.scroll or source is None or target is None or shown is None:
            return
        place = find_middle(shown)
        if place is None or not share_frame(source.series, target.series):
            return
        index = find_nearest_slice(target.series, place)
        if index is not None:
            viewer.state.set_slice_index(index)

    def _follow_placement(self, leader: ViewerPanel, viewer: ViewerPanel) -> None:
        if self.links.placement:
            placement = match_placement(leader, viewer)
            if placement is not None:
                viewer.state.set_placement(placement)

    def _follow_window(self, leader: ViewerPanel, viewer: ViewerPanel) -> None:
        if self.links.window and leader.state.shows_hu == viewer.state.shows_hu:
            viewer.state.set_window(leader.state.window)

    def _on_crosshair_placed(self) -> None:
        """Go to the slice of the crosshair everywhere, whatever else is linked."""
        place, told_in = self._crosshair.place, self._crosshair.series
        if place is None or told_in is None or self._is_following:
            return
        self._is_following = True
        try:
            for viewer in self._viewers:
                shown = viewer.state.series_case
                if shown is not None and share_frame(shown.series, told_in):
                    index = find_nearest_slice(shown.series, place)
                    if index is not None:
                        viewer.state.set_slice_index(index)
        finally:
            self._is_following = False


def match_placement(leader: ViewerPanel, viewer: ViewerPanel) -> Placement | None:
    """Return the placement that shows a viewer's image as another's: same scale, same middle.

    Without common places, or where the whole image is shown, it is the leader's own.
    """
    own = leader.state.placement
    source, target = leader.state.slice, viewer.state.slice
    one, other = leader.state.series_case, viewer.state.series_case
    if source is None or target is None or one is None or other is None or own == Placement():
        return own
    place = find_place(source, own.center_x * source.columns, own.center_y * source.rows)
    if place is None or not share_frame(one.series, other.series):
        return own
    point = find_pixel(target, place)
    if point is None or source.pixel_spacing_mm is None or target.pixel_spacing_mm is None:
        return own
    mm_per_point = source.pixel_spacing_mm[1] / leader.view.mapping.scale_x
    fit = _find_fit(viewer.view.mapping, viewer.state.placement)
    zoom = target.pixel_spacing_mm[1] / mm_per_point / fit
    size: ImageSize = viewer.view.image_size
    return Placement(zoom, point[0] / size.columns, point[1] / size.rows)


def _find_fit(mapping: ImageMapping, placement: Placement) -> float:
    """Return the points per column at zoom 1."""
    return mapping.scale_x / placement.zoom
