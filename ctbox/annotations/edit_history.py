"""Undo and redo over any number of steps, and what of them is saved."""

from __future__ import annotations

from dataclasses import dataclass, field

from ctbox.annotations.box_edits import Edit, OwnBoxes


@dataclass(frozen=True, slots=True)
class Step:
    """One edit in the history.

    Parameters
    ----------
    number : int
        Tells it from every other step of the history.
    edit : Edit
        What was done.
    at : str
        When, ISO 8601 in UTC; empty where unknown.
    """

    number: int
    edit: Edit
    at: str = ""


@dataclass(frozen=True)
class SavedFiles:
    """What was written when the boxes were saved.

    Parameters
    ----------
    root : str
        The folder that holds `Annotation/<patient>`; empty where the expert's own files were
        unlocked and written, and before the first save.
    files : dict
        SOP Instance UID to the file's path and the sha256 of its bytes.
    """

    root: str = ""
    files: dict[str, tuple[str, str]] = field(default_factory=dict)


class EditHistory:
    """The boxes of a case, the steps that led to them, and the point that was saved.

    Parameters
    ----------
    boxes : OwnBoxes
        What was there, saved, before the first step.
    next_id : int
        A number that no box had yet.
    saved : SavedFiles
        What was written so far.
    """

    def __init__(
        self,
        boxes: OwnBoxes | None = None,
        next_id: int = 1,
        saved: SavedFiles | None = None,
    ) -> None:
        self.boxes = boxes or OwnBoxes()
        self.saved = saved or SavedFiles()
        self.next_id = next_id
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._steps = 0
        self._saved_point: tuple[OwnBoxes, tuple[Step, ...]] = (self.boxes, ())
        self._saving_point: tuple[OwnBoxes, tuple[Step, ...]] = self._saved_point

    # --- steps ------------------------------------------------------------------------------

    @property
    def undo_step(self) -> Step | None:
        """The step that `undo` would take back."""
        return self._done[-1] if self._done else None

    @property
    def redo_step(self) -> Step | None:
        """The step that `redo` would do again."""
        return self._undone[-1] if self._undone else None

    def do(self, edit: Edit, at: str = "") -> None:
        """Do an edit; what was undone before can no longer be done again.

        Raises
        ------
        AnnotationError
            If it does not fit the boxes; nothing changes then.
        """
        self.boxes = self.boxes.with_edit(edit)
        self.next_id = max([self.next_id, *(each.box_id + 1 for each in edit.changes)])
        self._steps += 1
        self._done.append(Step(self._steps, edit, at))
        self._undone.clear()

    def undo(self) -> Edit | None:
        """Take the last step back and return its edit; None where there is none."""
        if not self._done:
            return None
        step = self._done[-1]
        self.boxes = self.boxes.with_edit(step.edit.inverse)
        self._undone.append(self._done.pop())
        return step.edit

    def redo(self) -> Edit | None:
        """Do the step again that was undone last and return its edit; None where there is none."""
        if not self._undone:
            return None
        step = self._undone[-1]
        self.boxes = self.boxes.with_edit(step.edit)
        self._done.append(self._undone.pop())
        return step.edit

    # --- saved and unsaved ------------------------------------------------------------------

    @property
    def unsaved_steps(self) -> tuple[Step, ...]:
        """Steps that were done since the last save, and saved ones that were undone since."""
        done, saved = tuple(self._done), self._saved_point[1]
        common = 0
        while common < min(len(done), len(saved)) and done[common].number == saved[common].number:
            common += 1
        return (*saved[common:], *done[common:])

    @property
    def unsaved_count(self) -> int:
        """How many steps lie between the boxes and what is saved."""
        return len(self.unsaved_steps)

    @property
    def saved_boxes(self) -> OwnBoxes:
        """The boxes as they were saved last."""
        return self._saved_point[0]

    def begin_save(self) -> None:
        """Remember what a save that begins now will have written."""
        self._saving_point = (self.boxes, tuple(self._done))

    def end_save(self, saved: SavedFiles) -> None:
        """Take what `begin_save` remembered as saved; steps since then are not."""
        self._saved_point, self.saved = self._saving_point, saved

    def discard(self) -> None:
        """Go back to what was saved last; there is no redo of what is dropped."""
        self.boxes, done = self._saved_point
        self._done, self._undone = list(done), []
