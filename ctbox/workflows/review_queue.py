"""A queue of series to be reviewed: its order, its readings, how far it is. No files, no Qt.

Everything that happens is a record (a JSON object); `ReviewQueue.apply` takes them one by one, so
that a queue read back from its journal is the queue that was left.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from ctbox.boxes import BoundingBox

Record = dict[str, Any]
VERSION = 1


class ReviewOrder(StrEnum):
    """What comes first."""

    WORST_IOU = "worst_iou"
    HIGHEST_SCORE = "highest_score"
    LEAST_CERTAIN = "least_certain"


class Decision(StrEnum):
    """What a reader decides on a series."""

    ACCEPTED = "accepted"
    FIXED = "fixed"
    REJECTED = "rejected"


class Stage(StrEnum):
    """What the reader saw."""

    BLIND = "blind"
    WITH_AI = "with_ai"


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One series of a queue.

    Parameters
    ----------
    key : str
        `Series.key`.
    patient, description : str
        As in the files.
    annotated : int
        Slices with an expert's box.
    iou : float or None
        Mean over those slices of the IoU of the surest shown detection, 0 for a miss; None
        without both boxes and a prediction.
    score : float or None
        Of the surest detection or lesion, 0 where nothing was found; None if not predicted.
    margin : float or None
        How far that score lies from 0.5, where the model is least certain (uncertainty sampling:
        Lewis and Gale, 1994).
    """

    key: str
    patient: str = ""
    description: str = ""
    annotated: int = 0
    iou: float | None = None
    score: float | None = None
    margin: float | None = None


@dataclass(frozen=True, slots=True)
class ReviewSource:
    """Where a queue's series lie.

    Parameters
    ----------
    path : str or None
        Folder, file or ZIP of the case; None for the sample case.
    annotations : str or None
        Where the expert's boxes were read from, if that was chosen.
    catalog : str or None
        The catalogue's file, whose series they are; the others are then None.
    """

    path: str | None = None
    annotations: str | None = None
    catalog: str | None = None


@dataclass(frozen=True, slots=True)
class ReadBox:
    """One box of a reading, in its slice's pixels; the score is that of an AI's."""

    sop_instance_uid: str
    box: BoundingBox
    label: str = ""
    score: float | None = None


@dataclass(frozen=True)
class Reading:
    """What a reader left of a series at one moment.

    Parameters
    ----------
    key : str
        The series.
    stage : Stage
        Before the AI was revealed, or with it.
    opened_at, at : str
        When the series came on the screen, and when the reading was made; ISO 8601, UTC.
    decision : Decision or None
        None for a reading before the reveal.
    note : str
        The reader's remark.
    boxes, ai_boxes : tuple of ReadBox
        The reader's own boxes of the series then; the AI's that were shown.
    taken_back_at : str
        When the reader took it back; empty while it stands.
    """

    key: str
    stage: Stage
    opened_at: str
    at: str
    decision: Decision | None = None
    note: str = ""
    boxes: tuple[ReadBox, ...] = ()
    ai_boxes: tuple[ReadBox, ...] = ()
    taken_back_at: str = ""


@dataclass(frozen=True)
class ReviewPlan:
    """What a queue begins with.

    Parameters
    ----------
    items : tuple of ReviewItem
        In the order to be read.
    order : ReviewOrder
        What they were sorted by.
    source : ReviewSource
        Where they lie.
    title, reader, model : str
        What the queue is called, who reads, the model's name; any may be empty.
    threshold : float
        Confidence from which boxes counted when they were sorted.
    blind : bool
        Whether the AI is hidden until it is revealed.
    hides_expert : bool
        Whether the expert's boxes are hidden with it.
    started_at : str
        ISO 8601, UTC.
    """

    items: tuple[ReviewItem, ...]
    order: ReviewOrder = ReviewOrder.WORST_IOU
    source: ReviewSource = ReviewSource()
    title: str = ""
    reader: str = ""
    model: str = ""
    threshold: float = 0.0
    blind: bool = False
    hides_expert: bool = False
    started_at: str = ""


def sort_items(items: Iterable[ReviewItem], order: ReviewOrder) -> tuple[ReviewItem, ...]:
    """Return the items in order; those without the figure come last, in the order given."""

    def rank(item: ReviewItem) -> float:
        if order is ReviewOrder.HIGHEST_SCORE:
            return math.inf if item.score is None else -item.score
        value = item.iou if order is ReviewOrder.WORST_IOU else item.margin
        return math.inf if value is None else value

    return tuple(sorted(items, key=rank))


@dataclass
class _Visit:
    """What is known of one item."""

    opened_at: str = ""
    revealed: bool = False
    note: str = ""
    decisions: list[int] = field(default_factory=list)
    """Places of its standing decisions among the readings, oldest first."""


class ReviewQueue:
    """A queue as it stands after its records.

    Parameters
    ----------
    plan : ReviewPlan
        What it begins with.
    """

    def __init__(self, plan: ReviewPlan) -> None:
        self.plan = plan
        self.blind = plan.blind
        self.is_ended = False
        self.current: str | None = None
        self.readings: list[Reading] = []
        self._keys = [item.key for item in plan.items]
        self._items = {item.key: item for item in plan.items}
        self._visits = {key: _Visit() for key in self._keys}
        self._decided: list[int] = []

    # --- what is there ----------------------------------------------------------------------

    @property
    def items(self) -> tuple[ReviewItem, ...]:
        """All series, in order."""
        return self.plan.items

    def has(self, key: str) -> bool:
        """Whether a series is in the queue."""
        return key in self._items

    def get_item(self, key: str) -> ReviewItem:
        """Return a series' item; raises KeyError for one of another queue."""
        return self._items[key]

    def find_decision(self, key: str) -> Decision | None:
        """Return the decision that stands."""
        places = self._visits[key].decisions
        return self.readings[places[-1]].decision if places else None

    def find_note(self, key: str) -> str:
        """Return the remark on a series."""
        return self._visits[key].note

    def is_hidden(self, key: str | None) -> bool:
        """Whether the AI is to be hidden while this series is read."""
        if not self.blind or self.is_ended:
            return False
        return key is None or key not in self._visits or not self._visits[key].revealed

    def find_undo(self) -> Reading | None:
        """Return the decision that `undo` takes back."""
        return self.readings[self._decided[-1]] if self._decided else None

    def count(self, decision: Decision | None = None) -> int:
        """Return how many series are decided, or decided so."""
        found = [self.find_decision(key) for key in self._keys]
        return sum(one is not None and decision in (None, one) for one in found)

    @property
    def is_done(self) -> bool:
        """Whether every series is decided."""
        return self.count() == len(self._keys)

    def describe_progress(self) -> str:
        """Return how far it is, such as ``12 of 40 · 3 fixed``."""
        parts = [f"{self.count()} of {len(self._keys)}"]
        for decision in (Decision.FIXED, Decision.REJECTED):
            count = self.count(decision)
            parts += [f"{count} {decision}"] if count else []
        return " · ".join(parts)

    def find_beside(self, key: str | None, step: int) -> str | None:
        """Return the next series (step 1) or the one before (−1); None at the ends."""
        if key not in self._items:
            return self.find_open(None)
        place = self._keys.index(key) + step
        return self._keys[place] if 0 <= place < len(self._keys) else None

    def find_open(self, after: str | None) -> str | None:
        """Return the next undecided series after one, from the top again at the end."""
        start = self._keys.index(after) + 1 if after in self._items else 0
        around = (*self._keys[start:], *self._keys[:start])
        return next((key for key in around if self.find_decision(key) is None), None)

    # --- what happens -----------------------------------------------------------------------

    def apply(self, record: Mapping[str, Any]) -> None:
        """Take what happened; a kind that is not known is passed over.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it makes no sense in this queue.
        """
        kind = record["kind"]
        if kind in ("opened", "revealed", "decided", "note"):
            self._apply_to_item(kind, str(record["key"]), record)
        elif kind == "undone":
            self._undo(str(record["at"]))
        elif kind == "blind":
            self.blind = bool(record["on"])
        elif kind == "ended":
            self.is_ended = True

    def _apply_to_item(self, kind: str, key: str, record: Mapping[str, Any]) -> None:
        visit = self._visits[key]
        if kind == "opened":
            visit.opened_at, self.current = str(record["at"]), key
        elif kind == "note":
            visit.note = str(record["note"])
        elif kind == "revealed":
            visit.revealed = True
            self.readings.append(self._make_reading(key, Stage.BLIND, record))
        else:
            visit.decisions.append(len(self.readings))
            self._decided.append(len(self.readings))
            self.readings.append(self._make_reading(key, Stage.WITH_AI, record))

    def _make_reading(self, key: str, stage: Stage, record: Mapping[str, Any]) -> Reading:
        visit = self._visits[key]
        return Reading(
            key=key,
            stage=stage,
            opened_at=visit.opened_at,
            at=str(record["at"]),
            decision=Decision(record["decision"]) if stage is Stage.WITH_AI else None,
            note=visit.note,
            boxes=decode_boxes(record["boxes"]),
            ai_boxes=decode_boxes(record.get("ai_boxes", ())),
        )

    def _undo(self, at: str) -> None:
        if not self._decided:
            raise ValueError("There is no decision to take back.")
        place = self._decided.pop()
        values = {**self.readings[place].__dict__, "taken_back_at": at}
        self.readings[place] = Reading(**values)
        self._visits[self.readings[place].key].decisions.remove(place)


# --- records --------------------------------------------------------------------------------


def encode_plan(plan: ReviewPlan) -> Record:
    """Return the first record of a queue."""
    return {"kind": "queue", "version": VERSION, **asdict(plan)}


def decode_plan(record: Mapping[str, Any]) -> ReviewPlan:
    """Return what a first record holds.

    Raises
    ------
    KeyError, TypeError, ValueError
        If it is none, or of a newer ctbox.
    """
    if record["kind"] != "queue" or record["version"] != VERSION:
        raise ValueError("This is no review queue, or one of a newer ctbox.")
    values = {key: value for key, value in record.items() if key not in ("kind", "version")}
    values["items"] = tuple(ReviewItem(**each) for each in values["items"])
    values["order"] = ReviewOrder(values["order"])
    values["source"] = ReviewSource(**values["source"])
    return ReviewPlan(**values)


def encode_boxes(boxes: Sequence[ReadBox]) -> list[list[Any]]:
    """Return boxes as JSON rows: slice, x1, y1, x2, y2, label, score."""
    return [[each.sop_instance_uid, *each.box.as_tuple(), each.label, each.score] for each in boxes]


def decode_boxes(rows: Iterable[Sequence[Any]]) -> tuple[ReadBox, ...]:
    """Return the boxes of JSON rows."""
    return tuple(
        ReadBox(str(row[0]), BoundingBox(*(float(v) for v in row[1:5])), str(row[5]), row[6])
        for row in rows
    )
