"""The reader's own boxes as the window knows them: edits, what is selected, dragged, proposed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from ctbox.annotations.annotation import SUBTYPES, Annotation
from ctbox.annotations.box_edits import (
    BoxChange,
    Edit,
    Origin,
    OwnBox,
    OwnBoxes,
    add_boxes,
    label_box,
    move_box,
    remove_box,
)
from ctbox.annotations.store import AnnotationStore
from ctbox.boxes import BoundingBox
from ctbox.errors import AnnotationError, CtboxError
from ctbox.gui.editing.geometry import snap_box
from ctbox.model.detection import Detection

FALLBACK_LABEL = "A"


class EditingState(QObject):
    """Own boxes of the open case, shared by all viewers; views render it and emit intents.

    Numbers of boxes are positive, those of proposals negative.
    """

    edits_changed = Signal()
    look_changed = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = AnnotationStore()
        self._proposals: dict[int, OwnBox] = {}
        self._next_proposal = -1
        self._selected: int | None = None
        self._draft: OwnBox | None = None
        self._label = ""
        self._told: CtboxError | None = None

    # --- what is there ----------------------------------------------------------------------

    @property
    def store(self) -> AnnotationStore:
        """Edits of the open case, on the disk."""
        return self._store

    @property
    def boxes(self) -> OwnBoxes:
        """All boxes of the reader's."""
        return self._store.boxes

    @property
    def has_unsaved(self) -> bool:
        """Whether there are edits that are not saved."""
        return self._store.unsaved_count > 0

    def mine(self, sop_instance_uid: str) -> tuple[OwnBox, ...]:
        """Return the reader's boxes of a slice, oldest first."""
        return self._store.find(sop_instance_uid)

    def proposals(self, sop_instance_uid: str | None = None) -> tuple[OwnBox, ...]:
        """Return the proposals of a slice, or of all slices."""
        found = self._proposals.values()
        return tuple(each for each in found if sop_instance_uid in (None, each.sop_instance_uid))

    @property
    def selected(self) -> OwnBox | None:
        """The selected box or proposal of the reader's."""
        return None if self._selected is None else self.find(self._selected)

    def find(self, box_id: int) -> OwnBox | None:
        """Return a box or proposal by its number; None where it is gone."""
        return self.boxes.by_id.get(box_id) or self._proposals.get(box_id)

    @property
    def draft(self) -> OwnBox | None:
        """The box that is being drawn (number 0) or dragged, as it is now."""
        return self._draft

    @property
    def label(self) -> str:
        """The label that the next box gets."""
        return self._label or FALLBACK_LABEL

    @property
    def has_label(self) -> bool:
        """Whether the next box's label was chosen, or comes from the case."""
        return bool(self._label)

    def show_store(self, store: AnnotationStore) -> None:
        """Show another case's boxes; the store before is closed."""
        self._store.close()
        self._store = store
        self._proposals.clear()
        self._selected, self._draft, self._told = None, None, None
        self._label = ""
        self.edits_changed.emit()

    def set_default_label(self, label: str | None) -> None:
        """Give the next box this label unless the reader chose one."""
        if label in SUBTYPES:
            self._label = label

    def select(self, box_id: int | None) -> None:
        """Select a box or proposal by its number; None selects nothing."""
        if box_id != self._selected:
            self._selected = box_id
            self.look_changed.emit()

    def set_draft(self, draft: OwnBox | None) -> None:
        """Show a box as it is being dragged; nothing is kept yet."""
        if draft != self._draft:
            self._draft = draft
            self.look_changed.emit()

    # --- edits ------------------------------------------------------------------------------

    def draw(self, sop_instance_uid: str, box: BoundingBox) -> OwnBox | None:
        """Add a drawn box and select it; None where that failed."""
        own = OwnBox(self._store.next_id, sop_instance_uid, box, self.label)
        return own if self._add("Draw box", own) else None

    def accept_detection(
        self,
        sop_instance_uid: str,
        detection: Detection,
        size: tuple[int, int],
        label: str | None = None,
    ) -> OwnBox | None:
        """Make a predicted box the reader's own; None where it is so already, or that failed.

        Parameters
        ----------
        sop_instance_uid : str
            Its slice.
        detection : Detection
            The prediction; its edges are rounded half to even.
        size : tuple of int
            Columns and rows of the slice.
        label : str, optional
            In place of the label that the next box would get.
        """
        box = snap_box(detection.box, *size)
        if box.is_degenerate or any(own.box == box for own in self.mine(sop_instance_uid)):
            return None
        label = label or self.label
        own = OwnBox(self._store.next_id, sop_instance_uid, box, label, Origin.ACCEPTED)
        return own if self._add("Accept AI box", own) else None

    def move(self, own: OwnBox, box: BoundingBox, text: str = "Move box") -> None:
        """Give a box other edges; a moved proposal becomes the reader's own."""
        if own.box_id in self._proposals:
            self._confirm([replace(own, box=box)], text)
        elif box != own.box:
            self.apply(move_box(own, box, text))

    def relabel(self, own: OwnBox, label: str) -> None:
        """Give a box another label, which the next ones get too."""
        self._label = label
        if own.box_id in self._proposals:
            self._proposals[own.box_id] = replace(own, label=label)
            self.look_changed.emit()
        elif own.label != label:
            self.apply(label_box(own, label))

    def remove(self, own: OwnBox) -> bool:
        """Remove a box or drop a proposal; whether that worked."""
        if self._proposals.pop(own.box_id, None) is not None:
            self.look_changed.emit()
            return True
        return self.apply(remove_box(own))

    def restore(self, own: OwnBox) -> None:
        """Bring a removed box back as a new edit."""
        self._add("Restore box", replace(own, box_id=self._store.next_id))

    def unlock(self, folder: str, reader: str, annotations: Iterable[Annotation]) -> bool:
        """Copy the expert's boxes of a folder to the reader's own; whether that worked."""
        try:
            self._store.unlock(folder, reader, annotations)
        except AnnotationError as error:
            self.failed.emit(error)
            return False
        self._on_edited()
        return True

    def apply(self, edit: Edit) -> bool:
        """Do an edit; whether that worked (`failed` tells why not)."""
        try:
            self._store.apply(edit)
        except AnnotationError as error:
            self.failed.emit(error)
            return False
        self._on_edited()
        return True

    def undo(self) -> Edit | None:
        """Take the last edit back and return it."""
        edit = self._store.undo()
        self._on_edited()
        return edit

    def redo(self) -> Edit | None:
        """Do again what was undone last and return it."""
        edit = self._store.redo()
        self._on_edited()
        return edit

    def discard_unsaved(self) -> None:
        """Go back to what was saved last."""
        self._store.discard_unsaved()
        self._on_edited()

    def _add(self, text: str, own: OwnBox) -> bool:
        if not self.apply(add_boxes(text, (own,))):
            return False
        self.select(own.box_id)
        return True

    def _on_edited(self) -> None:
        problem = self._store.autosave_problem
        # Told once, until it has worked again.
        if problem is not None and self._told is None:
            self.failed.emit(problem)
        self._told = problem
        self.edits_changed.emit()

    # --- proposals --------------------------------------------------------------------------

    def propose(self, found: Sequence[tuple[str, BoundingBox, str]]) -> None:
        """Show proposals (slice, box, label) in the place of all earlier ones."""
        self._proposals.clear()
        for uid, box, label in found:
            number = self._next_proposal
            self._next_proposal -= 1
            self._proposals[number] = OwnBox(number, uid, box, label, Origin.PROPOSED)
        self.look_changed.emit()

    def confirm(self, proposals: Sequence[OwnBox]) -> None:
        """Make proposals the reader's own, in one step."""
        count = len(proposals)
        self._confirm(proposals, "Confirm proposal" if count == 1 else f"Confirm {count} proposals")

    def discard_proposals(self) -> int:
        """Take all proposals away; return how many there were."""
        count = len(self._proposals)
        self._proposals.clear()
        if count:
            self.look_changed.emit()
        return count

    def _confirm(self, proposals: Sequence[OwnBox], text: str) -> None:
        first = self._store.next_id
        own = [replace(each, box_id=first + i) for i, each in enumerate(proposals)]
        if not self.apply(Edit(text, tuple(BoxChange(None, each) for each in own))):
            return
        for each in proposals:
            self._proposals.pop(each.box_id, None)
        self.select(own[-1].box_id if len(own) == 1 else None)
        self.look_changed.emit()
