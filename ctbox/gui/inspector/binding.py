"""Ties the inspector to one viewer: it follows the shown slice and hands selections back."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from ctbox.annotations.box_edits import OwnBox
from ctbox.gui.editing.state import EditingState
from ctbox.gui.inspector.panel import InspectorPanel
from ctbox.gui.inspector.state import InspectedSlice, OutlinePair
from ctbox.gui.viewer.loader import SliceLoader
from ctbox.gui.viewer.scene import Polyline
from ctbox.gui.viewer.state import Selection, ViewerState


class InspectorBinding(QObject):
    """Keeps a panel up to date with a viewer's state and loader.

    Parameters
    ----------
    panel : InspectorPanel
        The inspector.
    state : ViewerState
        The viewer's state.
    loader : SliceLoader
        Has the pixels.
    """

    contours_changed = Signal(object)

    def __init__(self, panel: InspectorPanel, state: ViewerState, loader: SliceLoader) -> None:
        super().__init__(panel)
        self._panel = panel
        self._state = state
        self._loader = loader
        self._editing: EditingState | None = None
        self._own: tuple[tuple[OwnBox, ...], int | None] = ((), None)
        for signal in (
            state.series_changed,
            state.slice_changed,
            state.window_changed,
            state.selection_changed,
            state.detections_changed,
        ):
            signal.connect(self._update)
        loader.slice_loaded.connect(self._on_slice_loaded)
        panel.selection_requested.connect(self._on_selection_requested)
        panel.outlines_changed.connect(self._on_outlines_changed)
        self._update()

    def follow(self, editing: EditingState) -> None:
        """List the reader's own boxes too."""
        self._editing = editing
        editing.edits_changed.connect(self._update)
        editing.look_changed.connect(self._on_look_changed)
        self._panel.own_requested.connect(editing.select)

    def _on_look_changed(self) -> None:
        # Comes on every move of a drag too, which changes nothing that is listed.
        shown = self._describe_own()
        if shown != self._own:
            self._update()

    def _describe_own(self) -> tuple[tuple[OwnBox, ...], int | None]:
        editing, shown = self._editing, self._state.slice
        if editing is None or shown is None:
            return (), None
        uid, selected = shown.sop_instance_uid, editing.selected
        own = (*editing.mine(uid), *editing.proposals(uid))
        return own, None if selected is None else selected.box_id

    def _on_slice_loaded(self, index: int) -> None:
        if index == self._state.slice_index:
            self._update()

    def _update(self) -> None:
        self._panel.show_slice(self._describe_slice())

    def _describe_slice(self) -> InspectedSlice | None:
        state, shown = self._state, self._state.slice
        if shown is None:
            return None
        self._own = self._describe_own()
        return InspectedSlice(
            sop_instance_uid=shown.sop_instance_uid,
            pixels=self._loader.find_pixels(state.slice_index),
            pixel_spacing_mm=shown.pixel_spacing_mm,
            annotations=state.annotations,
            detections=state.detections,
            selected_annotation=state.selection.annotation,
            selected_detection=state.selection.detection,
            window=state.window,
            own=self._own[0],
            selected_own=self._own[1],
            ai_hidden=state.store.is_hidden,
            expert_hidden=state.store.hides_expert,
        )

    def _on_selection_requested(self, annotation: int | None, detection: int | None) -> None:
        self._state.set_selection(Selection(annotation, detection))

    def _on_outlines_changed(self, outlines: OutlinePair | None) -> None:
        self.contours_changed.emit(find_contours(outlines))


def find_contours(outlines: OutlinePair | None) -> tuple[Polyline, ...]:
    """Return the contours to lay on the slice, as (x, y) in pixel edges."""
    shown = None if outlines is None else outlines.shown
    if shown is None or not shown.is_found:
        return ()
    return (tuple((float(x), float(y)) for x, y in shown.contour),)
