"""Edits as JSON: what a line of the journal holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ctbox.annotations.box_edits import BoxChange, Edit, Origin, OwnBox, OwnBoxes, Unlock
from ctbox.boxes import BoundingBox

Record = dict[str, Any]


def encode_box(box: OwnBox) -> Record:
    """Return a box as JSON values; coordinates survive to the last bit."""
    return {
        "id": box.box_id,
        "uid": box.sop_instance_uid,
        "box": list(box.box.as_tuple()),
        "label": box.label,
        "origin": box.origin.value,
        "object": box.object_index,
    }


def decode_box(record: Mapping[str, Any]) -> OwnBox:
    """Return a box from JSON values.

    Raises
    ------
    KeyError, TypeError, ValueError
        If they are no box.
    """
    x1, y1, x2, y2 = (float(value) for value in record["box"])
    place = record["object"]
    return OwnBox(
        int(record["id"]),
        str(record["uid"]),
        BoundingBox(x1, y1, x2, y2),
        str(record["label"]),
        Origin(record["origin"]),
        None if place is None else int(place),
    )


def encode_edit(edit: Edit) -> Record:
    """Return an edit as JSON values."""
    record: Record = {
        "text": edit.text,
        "changes": [
            [None if box is None else encode_box(box) for box in (each.before, each.after)]
            for each in edit.changes
        ],
    }
    if edit.unlock is not None:
        record["unlock"] = _encode_unlock(edit.unlock)
    return record


def decode_edit(record: Mapping[str, Any]) -> Edit:
    """Return an edit from JSON values.

    Raises
    ------
    KeyError, TypeError, ValueError
        If they are no edit.
    """
    changes = []
    for pair in record["changes"]:
        before, after = (None if each is None else decode_box(each) for each in pair)
        changes.append(BoxChange(before, after))
    unlock = record.get("unlock")
    found = None if unlock is None else _decode_unlock(unlock)
    return Edit(str(record["text"]), tuple(changes), found)


def encode_boxes(boxes: OwnBoxes) -> Record:
    """Return all boxes of a case as JSON values."""
    return {
        "boxes": [encode_box(box) for box in boxes.by_id.values()],
        "unlocked": [_encode_unlock(each) for each in boxes.unlocked.values()],
    }


def decode_boxes(record: Mapping[str, Any]) -> OwnBoxes:
    """Return all boxes of a case from JSON values.

    Raises
    ------
    KeyError, TypeError, ValueError
        If they are none.
    """
    boxes = [decode_box(each) for each in record["boxes"]]
    unlocks = [_decode_unlock(each) for each in record["unlocked"]]
    return OwnBoxes({box.box_id: box for box in boxes}, {each.folder: each for each in unlocks})


def _encode_unlock(unlock: Unlock) -> Record:
    return {"folder": unlock.folder, "reader": unlock.reader, "at": unlock.at}


def _decode_unlock(record: Mapping[str, Any]) -> Unlock:
    return Unlock(str(record["folder"]), str(record["reader"]), str(record["at"]))
