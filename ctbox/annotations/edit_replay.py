"""From a journal's records to the history they tell, and back to a short journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ctbox.annotations.edit_history import EditHistory, SavedFiles
from ctbox.annotations.edit_records import (
    Record,
    decode_boxes,
    decode_edit,
    encode_boxes,
)
from ctbox.errors import AnnotationError

VERSION = 1


@dataclass
class Replay:
    """What a journal's records add up to.

    Parameters
    ----------
    case : dict
        The first record: what the case is called and where it lay.
    history : EditHistory
        Boxes, steps, and what is saved.
    written : set of str
        sha256 of every file that ctbox wrote for the case.
    used : int
        How many records made sense; what follows the first that does not is left out.
    """

    case: Record = field(default_factory=dict)
    history: EditHistory = field(default_factory=EditHistory)
    written: set[str] = field(default_factory=set)
    used: int = 0


def replay_records(records: Iterable[Record]) -> Replay:
    """Do everything again that a journal tells.

    Raises
    ------
    AnnotationError
        If a newer version of ctbox wrote it.
    """
    replay = Replay()
    for record in records:
        version = record.get("version", VERSION)
        if record.get("kind") == "case" and version != VERSION:
            raise AnnotationError(
                f"The autosaved edits were written by another version of ctbox ({version}).",
                "Open the case with that version; nothing was changed.",
            )
        try:
            _replay_record(replay, record)
        except (KeyError, TypeError, ValueError, AnnotationError):
            break
        replay.used += 1
    return replay


def _replay_record(replay: Replay, record: Record) -> None:
    history = replay.history
    kind = record["kind"]
    if kind == "edit":
        history.do(decode_edit(record["edit"]), str(record.get("at", "")))
    elif kind == "undo":
        history.undo()
    elif kind == "redo":
        history.redo()
    elif kind == "saving":
        history.begin_save()
    elif kind == "writing":
        replay.written.update(str(each) for each in record["hashes"])
    elif kind == "saved":
        history.end_save(_decode_saved(record["saved"]))
    elif kind == "discard":
        history.discard()
    elif kind == "state":
        replay.written.update(str(each) for each in record["written"])
        saved = _decode_saved(record["saved"])
        replay.history = EditHistory(decode_boxes(record["boxes"]), int(record["next"]), saved)
    elif kind == "case":
        replay.case = record
    else:
        raise ValueError(f"Unknown record {kind!r}.")


def encode_saved(saved: SavedFiles) -> Record:
    """Return what was saved as JSON values."""
    return {"root": saved.root, "files": {uid: list(each) for uid, each in saved.files.items()}}


def _decode_saved(record: dict[str, Any]) -> SavedFiles:
    files = {str(uid): (str(path), str(digest)) for uid, (path, digest) in record["files"].items()}
    return SavedFiles(str(record["root"]), files)


def summarise(replay: Replay) -> tuple[Record, ...]:
    """Return a journal with nothing but the saved state; empty where there is none.

    Only for a history without unsaved steps.
    """
    history = replay.history
    if not history.boxes.by_id and not history.boxes.unlocked and not history.saved.files:
        return ()
    state: Record = {
        "kind": "state",
        "boxes": encode_boxes(history.boxes),
        "next": history.next_id,
        "saved": encode_saved(history.saved),
        "written": sorted(replay.written),
    }
    return (replay.case, state)
