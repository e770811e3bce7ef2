"""Review queues on the disk: one journal each, every reading safe before the call returns."""

from __future__ import annotations

import csv
import io
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ctbox.annotations.atomic_file import write_atomically
from ctbox.annotations.edit_journal import SUFFIX, EditJournal, read_journal
from ctbox.annotations.exchange.csv_boxes import guard_formula
from ctbox.errors import AnnotationError
from ctbox.paths import user_data_folder
from ctbox.progress import TaskContext
from ctbox.workflows.review_queue import (
    Decision,
    ReadBox,
    Reading,
    ReviewPlan,
    ReviewQueue,
    decode_plan,
    encode_boxes,
    encode_plan,
)

logger = logging.getLogger(__name__)

_COLUMNS = (
    "queue", "reader", "model", "series", "patient", "description", "reading", "decision",
    "opened_at", "read_at", "seconds", "taken_back_at", "note", "boxes", "ai_boxes",
    "reader_boxes", "shown_ai_boxes", "iou_before_review", "score",
)  # fmt: skip
_BROKEN = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)


def reviews_folder() -> Path:
    """Return the folder of the review queues; it may not exist yet."""
    return user_data_folder() / "reviews"


class ReviewLog:
    """A queue and its journal; what happens is forced to the disk at once.

    Where the disk refuses, `AnnotationError` is raised, what happened stays in memory, and the
    next record tries again.

    Parameters
    ----------
    journal : EditJournal
        Its file, held by this process.
    queue : ReviewQueue
        What it holds.
    """

    def __init__(self, journal: EditJournal, queue: ReviewQueue) -> None:
        self._journal = journal
        self.queue = queue

    @classmethod
    def start(cls, plan: ReviewPlan, folder: Path | None = None) -> ReviewLog:
        """Begin a queue in a new file.

        Raises
        ------
        AnnotationError
            If it cannot be written.
        """
        now = datetime.now(UTC)
        stem = now.strftime("%Y%m%dT%H%M%S%f")
        journal = EditJournal((folder or reviews_folder()) / f"{stem}{SUFFIX}")
        plan = replace(plan, started_at=_name_time(now))
        journal.acquire()
        try:
            journal.append(encode_plan(plan))
        except AnnotationError as error:
            journal.close()
            raise _describe_refusal(error) from error
        return cls(journal, ReviewQueue(plan))

    @classmethod
    def open(cls, path: Path) -> ReviewLog:
        """Go on with a queue.

        Raises
        ------
        AnnotationError
            If it cannot be read, or another window has it.
        """
        journal = EditJournal(path)
        if not journal.acquire():
            message = "This review is open in another window of ctbox."
            raise AnnotationError(message, "Go on with it there, or close that window.", path)
        try:
            return cls(journal, _replay(journal.read().records))
        except AnnotationError:
            journal.close()
            raise
        except _BROKEN as error:
            journal.close()
            message = f"The review {path} cannot be read."
            hint = "It is damaged or of a newer ctbox; start another one."
            raise AnnotationError(message, hint, path) from error

    @property
    def path(self) -> Path:
        """The queue's file."""
        return self._journal.path

    def close(self) -> None:
        """Let other windows have the queue."""
        self._journal.close()

    # --- what happens -----------------------------------------------------------------------

    def note_opened(self, key: str) -> None:
        """Note that a series is on the screen."""
        self._keep({"kind": "opened", "key": key})

    def reveal(self, key: str, boxes: Sequence[ReadBox]) -> None:
        """Keep the reader's boxes as they are when the AI is revealed."""
        self._keep({"kind": "revealed", "key": key, "boxes": encode_boxes(boxes)})

    def decide(
        self, key: str, decision: Decision, boxes: Sequence[ReadBox], ai_boxes: Sequence[ReadBox]
    ) -> None:
        """Keep a decision, with the reader's boxes and the AI's that were shown."""
        self._keep(
            {
                "kind": "decided",
                "key": key,
                "decision": decision.value,
                "boxes": encode_boxes(boxes),
                "ai_boxes": encode_boxes(ai_boxes),
            }
        )

    def set_note(self, key: str, note: str) -> None:
        """Keep a remark on a series."""
        self._keep({"kind": "note", "key": key, "note": note})

    def undo(self) -> Reading | None:
        """Take the last decision back and return it; None where there is none."""
        reading = self.queue.find_undo()
        if reading is not None:
            self._keep({"kind": "undone", "key": reading.key})
        return reading

    def set_blind(self, on: bool) -> None:
        """Hide the AI until it is revealed, from now on, or not."""
        self._keep({"kind": "blind", "on": on})

    def end(self) -> None:
        """Note that the reader is done with this queue: it is not offered again."""
        self._keep({"kind": "ended"})

    def _keep(self, record: dict[str, Any]) -> None:
        record["at"] = _name_time(datetime.now(UTC))
        self.queue.apply(record)
        try:
            self._journal.append(record)
        except AnnotationError as error:
            raise _describe_refusal(error) from error


def _replay(records: Sequence[dict[str, Any]]) -> ReviewQueue:
    queue = ReviewQueue(decode_plan(records[0]))
    for record in records[1:]:
        queue.apply(record)
    return queue


def _describe_refusal(error: AnnotationError) -> AnnotationError:
    message = "The reading could not be written: the disk refused it."
    hint = "It is kept in memory and tried again with the next one: make room on the disk."
    return AnnotationError(message, hint, error.source)


def _name_time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def find_unfinished(folder: Path | None = None) -> tuple[Path, ReviewQueue] | None:
    """Return the newest queue that was neither ended nor decided to its last series."""
    folder = folder or reviews_folder()
    for path in sorted(folder.glob(f"*{SUFFIX}"), reverse=True):
        try:
            queue = _replay(read_journal(path).records)
        except (AnnotationError, *_BROKEN) as error:
            logger.warning("The review %s is passed over: %s", path.name, error)
            continue
        if not (queue.is_ended or queue.is_done):
            return path, queue
    return None


def format_readings(queue: ReviewQueue) -> str:
    """Return all readings of a queue as CSV, one a line, those taken back too.

    Columns ``reader_boxes`` and ``shown_ai_boxes`` are JSON rows: slice, x1, y1, x2, y2, label,
    score.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for reading in queue.readings:
        writer.writerow(_format_reading(queue, reading))
    return text.getvalue()


def _format_reading(queue: ReviewQueue, reading: Reading) -> list[str | int]:
    plan, item = queue.plan, queue.get_item(reading.key)
    return [
        *map(guard_formula, (plan.started_at, plan.reader, plan.model, item.key)),
        *map(guard_formula, (item.patient, item.description)),
        reading.stage.value,
        reading.decision.value if reading.decision else "",
        reading.opened_at,
        reading.at,
        _count_seconds(reading),
        reading.taken_back_at,
        guard_formula(reading.note),
        len(reading.boxes),
        len(reading.ai_boxes),
        json.dumps(encode_boxes(reading.boxes)),
        json.dumps(encode_boxes(reading.ai_boxes)),
        "" if item.iou is None else f"{item.iou:.4f}",
        "" if item.score is None else f"{item.score:.6f}",
    ]


def _count_seconds(reading: Reading) -> str:
    if not reading.opened_at:
        return ""
    taken = datetime.fromisoformat(reading.at) - datetime.fromisoformat(reading.opened_at)
    return f"{taken.total_seconds():.1f}"


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Readings as `format_readings` gives them, and the file to write."""

    path: Path
    text: str


def export_readings(request: ExportRequest, _ctx: TaskContext) -> Path:
    """Write readings as a file in UTF-8, whole or not at all; return its path.

    Raises
    ------
    AnnotationError
        If it cannot be written.
    """
    write_atomically(request.path, request.text.encode("utf-8"), overwrite=True)
    return request.path
