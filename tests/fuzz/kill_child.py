"""A process that edits and saves until it is killed; every line it prints is a promise kept.

Usage: ``python -m tests.fuzz.kill_child JOURNAL OUT``. Edits are numbered; which one comes next
is read from the boxes, and what it does follows from its number alone, so that whoever killed
this process can work out what must be there.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from ctbox.annotations.box_edits import BoxChange, Edit, OwnBox, OwnBoxes
from ctbox.annotations.edit_saving import SaveRequest, SliceToSave, save_boxes
from ctbox.annotations.store import AnnotationStore
from ctbox.boxes import BoundingBox

UIDS = ("1.2.3.1", "1.2.3.2", "1.2.3.3")
COUNTER_ID = 1
COUNTER_UID = "1.2.3.99"
WIDTH = HEIGHT = 512
SAVE_EVERY = 5
FOLDER = "A0001"


def find_number(boxes: OwnBoxes) -> int:
    """Return the number of the last edit, which the counter's box holds."""
    counter = boxes.by_id.get(COUNTER_ID)
    return 0 if counter is None else int(counter.box.x2)


def make_edit(number: int, boxes: OwnBoxes) -> Edit:
    """Return the edit of a number: it counts, and adds, moves, labels or removes a box."""
    chance = random.Random(number)
    counter = OwnBox(COUNTER_ID, COUNTER_UID, BoundingBox(0, 0, number, 1), "A")
    changes = [BoxChange(boxes.by_id.get(COUNTER_ID), counter)]
    others = sorted(set(boxes.by_id) - {COUNTER_ID})
    verb = chance.choice(("add", "add", "move", "label", "remove")) if len(others) > 4 else "add"
    x, y = chance.randrange(400), chance.randrange(400)
    box = BoundingBox(x, y, x + chance.randrange(1, 100), y + chance.randrange(1, 100))
    if verb == "add":
        new = OwnBox(number + 1000, chance.choice(UIDS), box, "A")
        return Edit("Draw box", (*changes, BoxChange(None, new)))
    old = boxes.by_id[chance.choice(others)]
    after = {
        "move": OwnBox(old.box_id, old.sop_instance_uid, box, old.label),
        "label": OwnBox(old.box_id, old.sop_instance_uid, old.box, chance.choice("ABEG")),
        "remove": None,
    }[verb]
    return Edit(verb, (*changes, BoxChange(old, after)))


def extend_model(states: list[OwnBoxes], last: int) -> None:
    """Add the boxes after every further edit up to a number; begins with those before any."""
    for number in range(len(states), last + 1):
        states.append(states[-1].with_edit(make_edit(number, states[-1])))


def save(store: AnnotationStore, out: Path) -> None:
    boxes = store.begin_save()
    slices = tuple(SliceToSave(uid, FOLDER, WIDTH, HEIGHT, boxes.find(uid)) for uid in UIDS)
    request = SaveRequest(out, slices, frozenset(), store.written, store.note_writing)
    store.end_save(save_boxes(request).saved)


def promise(number: int) -> None:
    """Say that everything up to an edit is safe."""
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def main(journal: Path, out: Path) -> None:
    store = AnnotationStore.open(journal, title="fuzz", case_path="/nowhere")
    while True:
        number = find_number(store.boxes) + 1
        store.apply(make_edit(number, store.boxes))
        if number % 3 == 0:
            store.undo()
            store.redo()
        promise(number)
        if number % SAVE_EVERY == 0:
            save(store, out)
            promise(number)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
