"""What the keys do to the reader's boxes: accept, propose, label, nudge, delete."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint

from ctbox.annotations.box_edits import OwnBox
from ctbox.annotations.box_proposals import propose_between
from ctbox.dicom.series import Slice
from ctbox.gui.editing.geometry import shift_box
from ctbox.gui.editing.label_chooser import LabelChooser
from ctbox.gui.editing.state import EditingState
from ctbox.gui.main_window import MainWindow
from ctbox.gui.toasts import Toast, ToastArea
from ctbox.gui.translation import tr
from ctbox.gui.viewer.state import Selection, ViewerState

_UNDO_SECONDS = 8.0


class BoxCommands(QObject):
    """Commands on the boxes of the shown slice.

    Parameters
    ----------
    window : MainWindow
        The window.
    editing : EditingState
        The boxes.
    toasts : ToastArea
        Says why a key did nothing, and offers Undo.
    """

    def __init__(self, window: MainWindow, editing: EditingState, toasts: ToastArea) -> None:
        super().__init__(window)
        self.chooser: LabelChooser | None = None
        self._window = window
        self._editing = editing
        self._toasts = toasts
        self._removed: dict[int, Toast] = {}
        editing.edits_changed.connect(self._on_edits_changed)

    @property
    def _state(self) -> ViewerState:
        return self._window.viewer.state

    def _find_selected(self) -> OwnBox | None:
        shown, selected = self._state.slice, self._editing.selected
        if shown is None or selected is None:
            return None
        return selected if selected.sop_instance_uid == shown.sop_instance_uid else None

    # --- one box ----------------------------------------------------------------------------

    def nudge(self, dx: int, dy: int) -> None:
        """Move the selected box by pixels."""
        own, shown = self._find_selected(), self._state.slice
        if own is None or shown is None:
            self._toasts.show_toast(tr("Select a box of yours to nudge it."))
            return
        box = shift_box(own.box, dx, dy, (shown.columns, shown.rows))
        if box != own.box:
            self._editing.move(own, box, "Nudge box")

    def delete(self) -> None:
        """Remove the selected box of the reader's, and offer to bring it back."""
        own = self._find_selected()
        if own is None:
            self._toasts.show_toast(self._explain_locked())
        elif self._editing.remove(own) and own.box_id > 0:
            note = self._toasts.show_toast(
                tr("Your box {label} is removed.").format(label=own.label),
                action_text=tr("Undo"),
                on_action=lambda: self._bring_back(own),
                seconds=_UNDO_SECONDS,
            )
            self._removed[own.box_id] = note
            note.destroyed.connect(lambda _=None: self._removed.pop(own.box_id, None))

    def _on_edits_changed(self) -> None:
        """Take notes away whose box is there again, by the Undo key."""
        for box_id, note in list(self._removed.items()):
            if box_id in self._editing.boxes.by_id:
                note.dismiss()

    def _bring_back(self, own: OwnBox) -> None:
        if own.box_id in self._editing.boxes.by_id:
            return  # it came back another way: never a twin
        # Other edits may have followed: then it is drawn anew rather than all of them undone.
        if self._editing.store.undo_text == "Remove box":
            self._window.commands["undo"].trigger()
        else:
            self._editing.restore(own)

    def _explain_locked(self) -> str:
        selection = self._state.selection
        if selection.annotation is not None:
            return tr(
                "The expert's boxes are locked. Edit → Unlock expert's boxes… gives you copies."
            )
        if selection.detection is not None:
            return tr("Only boxes of yours can be removed; the confidence hides the AI's.")
        return tr("Select a box of yours to remove it.")

    def ask_label(self, own: OwnBox | None = None) -> None:
        """Open the label chooser beside a box, the selected one if none is given."""
        own = own or self._find_selected()
        if own is None:
            self._toasts.show_toast(tr("Select a box of yours to label it."))
            return
        view = self._window.viewer.view
        x, y = view.mapping.to_view(own.box.x1, own.box.y2)
        chooser = LabelChooser(self._window, own.label)
        number = own.box_id
        chooser.chosen.connect(lambda label: self._relabel(number, label))
        self.chooser = chooser
        chooser.destroyed.connect(self._on_chooser_gone)
        chooser.show_at(view.mapToGlobal(QPoint(round(x), round(y) + 8)))

    def _relabel(self, number: int, label: str) -> None:
        own = self._editing.find(number)
        if own is not None:
            self._editing.relabel(own, label)

    def _on_chooser_gone(self) -> None:
        self.chooser = None

    # --- accepting and proposing ------------------------------------------------------------

    def accept(self) -> None:
        """Confirm this slice's proposals and go on to the next, else accept an AI box."""
        shown = self._state.slice
        if shown is None:
            return
        proposals = self._editing.proposals(shown.sop_instance_uid)
        if proposals:
            selected = self._find_selected()
            chosen = (selected,) if selected in proposals and selected else proposals
            self._editing.confirm(chosen)
            self._go_to_next_proposal()
        elif not self._go_to_next_proposal():
            self._accept_detection(shown)

    def _accept_detection(self, shown: Slice) -> None:
        detections = self._state.detections
        if self._state.store.is_hidden:
            self._toasts.show_toast(
                tr("Hidden until you reveal the AI: there is no box to accept.")
            )
            return
        if not detections or not self._state.overlays.detections:
            text = tr("No AI box to accept on this slice")
            self._toasts.show_toast(
                tr("{text}: P predicts it.").format(text=text) if detections is None else f"{text}."
            )
            return
        if shown.frame is not None:
            self._toasts.show_toast(tr("Boxes on one frame of many cannot be kept."))
            return
        index = self._state.selection.detection
        size = (shown.columns, shown.rows)
        candidates = detections if index is None else (detections[index],)
        for detection in candidates:
            own = self._editing.accept_detection(shown.sop_instance_uid, detection, size)
            if own is not None:
                self._state.set_selection(Selection())
                self._editing.select(own.box_id)
                self._tell_accepted(own, detection.score)
                return
        self._toasts.show_toast(tr("The AI's box is yours already."))

    def _tell_accepted(self, own: OwnBox, score: float) -> None:
        """Say that a box was taken over: Enter is easily pressed without meaning it."""
        self._toasts.show_toast(
            tr("The AI's box ({score:.2f}) is yours now, as {label}.").format(
                score=score, label=own.label
            ),
            action_text=tr("Undo"),
            on_action=lambda: self._give_back(own),
            seconds=_UNDO_SECONDS,
        )

    def _give_back(self, own: OwnBox) -> None:
        now = self._editing.boxes.by_id.get(own.box_id)
        if now == own and self._editing.store.undo_text == "Accept AI box":
            self._window.commands["undo"].trigger()
        elif now is not None:  # edited since: the Undo key would take only that back
            self._editing.remove(now)

    def accept_all(self) -> None:
        """Confirm all proposals in one step."""
        proposals = self._editing.proposals()
        if proposals:
            self._editing.confirm(proposals)
            count = len(proposals)
            self._toasts.show_toast(tr("%n proposal(s) confirmed.", "", count))
        else:
            self._toasts.show_toast(tr("There are no proposals: G makes them between your boxes."))

    def discard_proposals(self) -> None:
        """Take all proposals away."""
        count = self._editing.discard_proposals()
        if count:
            self._toasts.show_toast(tr("%n proposal(s) discarded.", "", count))

    def propose(self) -> None:
        """Propose boxes on the slices between the reader's boxes of one tumour."""
        series_case = self._state.series_case
        if series_case is None:
            return
        slices = series_case.series.slices
        own = {i: self._editing.mine(each.sop_instance_uid) for i, each in enumerate(slices)}
        own = {i: boxes for i, boxes in own.items() if boxes}
        anchor = self._find_anchor(own)
        positions = [each.position_along_normal_mm for each in slices]
        found = () if anchor is None else propose_between(anchor[1], own, anchor[0], positions)
        if not found:
            self._toasts.show_toast(
                tr("Nothing to propose: draw the tumour on two slices, with slices between.")
            )
            return
        self._editing.propose(
            [(slices[each.slice_index].sop_instance_uid, each.box, each.label) for each in found]
        )
        count = len(found)
        what = tr("%n box(es) proposed", "", count)
        self._toasts.show_toast(
            tr("{what}: {describe_confirming}Esc discards.").format(
                what=what, describe_confirming=self._describe_confirming()
            )
        )
        self._go_to_next_proposal()

    def _describe_confirming(self) -> str:
        """Return the keys that confirm, as they are now."""
        held = {
            what: self._window.commands[name].shortcut().toString().replace("Return", "Enter")
            for name, what in (("accept_box", tr(" confirms, ")), ("accept_all", tr(" all, ")))
        }
        return "".join(f"{key}{what}" for what, key in held.items() if key)

    def _find_anchor(self, own: dict[int, tuple[OwnBox, ...]]) -> tuple[int, OwnBox] | None:
        """Return the selected box, else one on the nearest slice that has any."""
        here = self._state.slice_index
        index = min(own, key=lambda i: abs(i - here), default=None)
        if index is None:
            return None
        selected = self._find_selected()
        return (
            (here, selected)
            if selected in own.get(here, ()) and selected
            else (
                index,
                own[index][-1],
            )
        )

    def _go_to_next_proposal(self) -> bool:
        """Go to the nearest slice with a proposal, caudal ones first; whether there is one."""
        series_case, here = self._state.series_case, self._state.slice_index
        if series_case is None:
            return False
        wanted = {each.sop_instance_uid for each in self._editing.proposals()}
        places = [
            i for i, each in enumerate(series_case.series.slices) if each.sop_instance_uid in wanted
        ]
        if places:
            self._state.set_slice_index(min(places, key=lambda i: (i < here, abs(i - here))))
        return bool(places)
