"""Two viewers exchange what they show, pixels included, so that nothing is read twice."""

from __future__ import annotations

from dataclasses import dataclass

from ctbox.dicom.series import VoiWindow
from ctbox.gui.viewer.loader import ReadSlices
from ctbox.gui.viewer.panel import ViewerPanel
from ctbox.gui.viewer.placement import Placement
from ctbox.gui.viewer.state import Selection
from ctbox.workflows.open_case import SeriesCase


@dataclass(frozen=True, eq=False)
class Shown:
    """Everything that one viewer shows."""

    series_case: SeriesCase | None
    slice_index: int
    window: VoiWindow
    placement: Placement
    selection: Selection
    needs_window: bool
    inverted: bool
    read: ReadSlices | None


def take_shown(viewer: ViewerPanel) -> Shown:
    """Return what a viewer shows."""
    state = viewer.state
    return Shown(
        state.series_case,
        state.slice_index,
        state.window,
        state.placement,
        state.selection,
        state.needs_window,
        state.inverted,
        viewer.loader.find_read(),
    )


def show_again(viewer: ViewerPanel, shown: Shown) -> None:
    """Let a viewer show what another one did."""
    state = viewer.state
    viewer.loader.offer(shown.read)
    state.set_series(shown.series_case, shown.slice_index)
    if not shown.needs_window:
        state.set_window(shown.window)
    state.set_inverted(shown.inverted)
    state.set_placement(shown.placement)
    state.set_selection(shown.selection)
