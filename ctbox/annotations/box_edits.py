"""The reader's own boxes as frozen values, and edits that can be taken back.

An edit is a list of changes, each with what was before and what is after: turning it round
undoes it. Nothing here knows of files or of Qt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from ctbox.annotations.annotation import Annotation
from ctbox.boxes import BoundingBox
from ctbox.errors import AnnotationError

OTHER_LABEL = "other"


class Origin(StrEnum):
    """How a box came to be the reader's own."""

    DRAWN = "drawn"
    ACCEPTED = "accepted"
    """Taken over from a prediction."""
    PROPOSED = "proposed"
    """Interpolated between two of the reader's boxes, and confirmed."""
    EXPERT = "expert"
    """An unlocked copy of an expert's box."""


@dataclass(frozen=True, slots=True)
class OwnBox:
    """One box of the reader's.

    Parameters
    ----------
    box_id : int
        Its number within the case, from 1; never used twice.
    sop_instance_uid : str
        The slice it belongs to.
    box : BoundingBox
        In the slice's own pixels.
    label : str
        Subtype letter, or another text.
    origin : Origin
        How it came to be.
    object_index : int or None
        The `Annotation.object_index` of the expert's box that it is a copy of.
    """

    box_id: int
    sop_instance_uid: str
    box: BoundingBox
    label: str
    origin: Origin = Origin.DRAWN
    object_index: int | None = None


@dataclass(frozen=True, slots=True)
class Unlock:
    """The expert's boxes of one annotation folder are open to editing, as copies.

    Parameters
    ----------
    folder : str
        The patient's annotation folder, such as "A0001".
    reader : str
        Who unlocked them.
    at : str
        When, ISO 8601 in UTC.
    """

    folder: str
    reader: str
    at: str


@dataclass(frozen=True, slots=True)
class BoxChange:
    """A box added (`before` is None), removed (`after` is None) or changed."""

    before: OwnBox | None
    after: OwnBox | None

    @property
    def box_id(self) -> int:
        """The number of the box that changes.

        Raises
        ------
        ValueError
            If neither box is there, or they are not the same one.
        """
        numbers = {each.box_id for each in (self.before, self.after) if each is not None}
        if len(numbers) != 1:
            raise ValueError("A change is of one box.")
        return numbers.pop()

    @property
    def sop_instance_uid(self) -> str:
        """The slice it happens on."""
        shown = self.after or self.before
        return "" if shown is None else shown.sop_instance_uid


@dataclass(frozen=True, slots=True)
class Edit:
    """One step of undo and redo.

    Parameters
    ----------
    text : str
        What was done, such as "Move box"; menus show it after "Undo".
    changes : tuple of BoxChange
        The boxes that change.
    unlock : Unlock or None
        Expert's boxes that this step unlocks; `relocks` turns it round.
    relocks : bool
        Whether this step takes the unlocking back.
    """

    text: str
    changes: tuple[BoxChange, ...] = ()
    unlock: Unlock | None = None
    relocks: bool = False

    @property
    def inverse(self) -> Edit:
        """The edit that undoes this one."""
        turned = tuple(BoxChange(each.after, each.before) for each in reversed(self.changes))
        return replace(self, changes=turned, relocks=not self.relocks)

    @property
    def sop_instance_uid(self) -> str:
        """The slice to show with it; empty where there is none."""
        return self.changes[0].sop_instance_uid if self.changes else ""


@dataclass(frozen=True)
class OwnBoxes:
    """All boxes of the reader's in a case at one moment.

    Parameters
    ----------
    by_id : mapping
        Number to box.
    unlocked : mapping
        Annotation folder to its `Unlock`.
    """

    by_id: Mapping[int, OwnBox] = field(default_factory=lambda: MappingProxyType({}))
    unlocked: Mapping[str, Unlock] = field(default_factory=lambda: MappingProxyType({}))

    def find(self, sop_instance_uid: str) -> tuple[OwnBox, ...]:
        """Return the boxes of a slice, oldest first."""
        found = (box for box in self.by_id.values() if box.sop_instance_uid == sop_instance_uid)
        return tuple(sorted(found, key=lambda box: box.box_id))

    @property
    def uids(self) -> frozenset[str]:
        """The slices with a box."""
        return frozenset(box.sop_instance_uid for box in self.by_id.values())

    def with_edit(self, edit: Edit) -> OwnBoxes:
        """Return the boxes after an edit.

        Raises
        ------
        AnnotationError
            If the edit does not fit: a box is not as the edit found it.
        """
        boxes, unlocked = dict(self.by_id), dict(self.unlocked)
        for change in edit.changes:
            if boxes.get(change.box_id) != change.before:
                raise AnnotationError(
                    f"“{edit.text}” does not fit: box {change.box_id} is not as it was.",
                    "Open the case again.",
                )
            if change.after is None:
                del boxes[change.box_id]
            else:
                boxes[change.box_id] = change.after
        if edit.unlock is not None and edit.relocks:
            unlocked.pop(edit.unlock.folder, None)
        elif edit.unlock is not None:
            unlocked[edit.unlock.folder] = edit.unlock
        return OwnBoxes(MappingProxyType(boxes), MappingProxyType(unlocked))


def add_boxes(text: str, boxes: Iterable[OwnBox]) -> Edit:
    """Return the edit that adds boxes."""
    return Edit(text, tuple(BoxChange(None, box) for box in boxes))


def remove_box(box: OwnBox) -> Edit:
    """Return the edit that removes a box."""
    return Edit("Remove box", (BoxChange(box, None),))


def move_box(box: OwnBox, target: BoundingBox, text: str = "Move box") -> Edit:
    """Return the edit that gives a box other edges."""
    return Edit(text, (BoxChange(box, replace(box, box=target)),))


def label_box(box: OwnBox, label: str) -> Edit:
    """Return the edit that gives a box another label."""
    return Edit("Change label", (BoxChange(box, replace(box, label=label)),))


def unlock_expert(unlock: Unlock, annotations: Iterable[Annotation], first_id: int) -> Edit:
    """Return the edit that unlocks an expert's boxes: each becomes a box of the reader's.

    Parameters
    ----------
    unlock : Unlock
        Which folder, and who does it.
    annotations : iterable of Annotation
        The expert's boxes of that folder.
    first_id : int
        Number of the first copy.
    """
    copies = (
        OwnBox(
            first_id + place,
            each.sop_instance_uid,
            each.box,
            each.raw_label or each.label,
            Origin.EXPERT,
            each.object_index,
        )
        for place, each in enumerate(annotations)
    )
    text = f"Unlock expert's boxes of {unlock.folder}"
    return replace(add_boxes(text, copies), unlock=unlock)
