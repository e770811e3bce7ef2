"""Random edits for Hypothesis, made as a reader makes them: each fits what is there."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from ctbox.annotations.annotation import Annotation
from ctbox.annotations.box_edits import (
    BoxChange,
    Edit,
    Origin,
    OwnBox,
    add_boxes,
    label_box,
    move_box,
    remove_box,
)
from ctbox.annotations.store import AnnotationStore
from ctbox.boxes import BoundingBox

UIDS = tuple(f"1.2.3.{number}" for number in range(1, 5))
LABELS = ("A", "B", "E", "G", "other", "métastase <&>")
WIDTH, HEIGHT = 64, 48


@st.composite
def boxes(draw: st.DrawFn) -> BoundingBox:
    number = st.floats(0, 1, allow_nan=False, width=32)
    xs = sorted((draw(number) * WIDTH, draw(number) * WIDTH))
    ys = sorted((draw(number) * HEIGHT, draw(number) * HEIGHT))
    return BoundingBox(xs[0], ys[0], xs[1], ys[1])


@dataclass(frozen=True)
class Act:
    """What a reader does: a verb, and enough chance to do it to whatever is there."""

    verb: str
    pick: int
    box: BoundingBox
    uid: str
    label: str


VERBS = ("add", "add", "add two", "move", "label", "remove", "undo", "undo", "redo", "unlock")
acts = st.builds(
    Act,
    verb=st.sampled_from(VERBS),
    pick=st.integers(0, 30),
    box=boxes(),
    uid=st.sampled_from(UIDS),
    label=st.sampled_from(LABELS),
)


def make_edit(store: AnnotationStore, act: Act) -> Edit | None:
    """Return the edit of an act; None where it would do nothing."""
    fresh = OwnBox(store.next_id, act.uid, act.box, act.label, Origin.DRAWN)
    if act.verb == "add":
        return add_boxes("Draw box", (fresh,))
    if act.verb == "add two":
        second = OwnBox(store.next_id + 1, UIDS[0], act.box, "A", Origin.PROPOSED)
        return Edit("Confirm proposals", (BoxChange(None, fresh), BoxChange(None, second)))
    there = sorted(store.boxes.by_id)
    if not there:
        return None
    chosen = store.boxes.by_id[there[act.pick % len(there)]]
    if act.verb == "move":
        return move_box(chosen, act.box)
    return label_box(chosen, act.label) if act.verb == "label" else remove_box(chosen)


def perform(store: AnnotationStore, act: Act) -> None:
    """Do an act."""
    if act.verb == "undo":
        store.undo()
    elif act.verb == "redo":
        store.redo()
    elif act.verb == "unlock":
        folder = f"A000{act.pick % 3}"
        if folder not in store.boxes.unlocked:
            expert = Annotation(act.box, "A", act.uid, "a", folder, "", 0)
            store.unlock(folder, "Reader", [expert])
    else:
        edit = make_edit(store, act)
        if edit is not None:
            store.apply(edit)
