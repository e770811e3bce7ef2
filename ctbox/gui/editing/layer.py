"""The reader's boxes over one viewer's slice, and their overlap with the others."""

from __future__ import annotations

from ctbox.annotations.box_edits import OwnBox
from ctbox.boxes import BoundingBox
from ctbox.gui.editing.state import EditingState
from ctbox.gui.translation import tr
from ctbox.gui.viewer.readout import IouKind, IouReadout, describe_own, warn_of_known
from ctbox.gui.viewer.scene import BoxKind, BoxMark
from ctbox.gui.viewer.slice_view import SliceView
from ctbox.gui.viewer.state import ViewerState


class EditingLayer:
    """A `BoxLayer` of the reader's boxes and proposals.

    Parameters
    ----------
    view : SliceView
        Where they are shown.
    viewer : ViewerState
        What it shows.
    editing : EditingState
        The boxes.
    """

    def __init__(self, view: SliceView, viewer: ViewerState, editing: EditingState) -> None:
        self._viewer = viewer
        self._editing = editing
        view.add_layer(self)

    def build_marks(self) -> tuple[BoxMark, ...]:
        """Return the boxes on the shown slice, the one being dragged as it is now."""
        shown = self._viewer.slice
        if shown is None or not self._viewer.overlays.mine:
            return ()
        editing, uid = self._editing, shown.sop_instance_uid
        draft = editing.draft
        boxes = {own.box_id: own for own in (*editing.mine(uid), *editing.proposals(uid))}
        if draft is not None and draft.sop_instance_uid == uid:
            boxes[draft.box_id] = draft
        selected = editing.selected
        chosen = {each.box_id for each in (draft, selected) if each is not None}
        return tuple(_make_mark(own, own.box_id in chosen) for own in boxes.values())

    def describe_iou(self) -> IouReadout | None:
        """Return how the dragged or selected box overlaps the expert's and the AI's, if it does."""
        shown, editing = self._viewer.slice, self._editing
        own = editing.draft or editing.selected
        if shown is None or own is None or own.sop_instance_uid != shown.sop_instance_uid:
            return None
        overlays = self._viewer.overlays
        expert = self._viewer.annotations if overlays.annotations else ()
        detections = (self._viewer.detections or ()) if overlays.detections else ()
        told = describe_overlap(
            own.box, [each.box for each in expert], [each.box for each in detections]
        )
        series_case = self._viewer.series_case
        if told is None or not detections or series_case is None:
            return told
        return warn_of_known(told) if self._viewer.store.knows(series_case.series) else told

    def take_click(self, mark: BoxMark | None) -> None:
        """Select the box that was clicked."""
        self._editing.select(None if mark is None else mark.index)


def describe_overlap(
    own: BoundingBox, expert: list[BoundingBox], predicted: list[BoundingBox]
) -> IouReadout | None:
    """Return the IoU of a reader's box with the best of the expert's, else of the AI's.

    None where it touches neither: a box of something else is no bad match of these.
    """
    with_ai = max((own.iou(box) for box in predicted), default=None)
    with_expert = max((own.iou(box) for box in expert), default=0.0)
    if with_expert == 0.0:
        if not with_ai:
            return None
        return IouReadout(IouKind.VALUE, f"IoU {with_ai:.2f}", tr("mine and AI"), with_ai)
    note = tr("mine and expert") + (
        "" if with_ai is None else tr(" · with AI {with_ai:.2f}").format(with_ai=with_ai)
    )
    return IouReadout(IouKind.VALUE, f"IoU {with_expert:.2f}", note, with_expert)


def _make_mark(own: OwnBox, selected: bool) -> BoxMark:
    kind = BoxKind.PROPOSAL if own.box_id < 0 else BoxKind.MINE
    return BoxMark(own.box, kind, describe_own(own), own.box_id, selected)
