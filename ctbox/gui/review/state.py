"""The review that is open: its log, and what of it is on the screen; no widgets."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from ctbox.errors import AnnotationError
from ctbox.gui.editing.state import EditingState
from ctbox.gui.viewer.state import ViewerState
from ctbox.model.detection import SliceDetections
from ctbox.workflows.open_case import SeriesCase
from ctbox.workflows.review_preparation import describe_slices, rate_slices
from ctbox.workflows.review_queue import Decision, ReadBox, Reading, ReviewItem, ReviewQueue
from ctbox.workflows.review_store import ReviewLog

AI_LABEL = "AI"


class ReviewState(QObject):
    """A queue, the series under review, and whether the AI is hidden.

    Parameters
    ----------
    viewer : ViewerState
        The viewer; its detections are hidden and shown from here.
    editing : EditingState
        The reader's own boxes.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(
        self, viewer: ViewerState, editing: EditingState, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._editing = editing
        self._log: ReviewLog | None = None
        self._is_fixing = False
        self._rated: dict[str, ReviewItem] = {}
        self._rated_version = -1
        viewer.series_changed.connect(self.changed)
        viewer.store.detections_changed.connect(self._rate)

    # --- what is there ----------------------------------------------------------------------

    @property
    def log(self) -> ReviewLog | None:
        """The open review's log."""
        return self._log

    @property
    def queue(self) -> ReviewQueue | None:
        """The open review's queue."""
        return None if self._log is None else self._log.queue

    @property
    def item(self) -> ReviewItem | None:
        """The series under review."""
        queue = self.queue
        if queue is None or queue.current is None:
            return None
        return queue.get_item(queue.current)

    @property
    def series_case(self) -> SeriesCase | None:
        """The series under review, if it is on the screen."""
        shown, item = self._viewer.series_case, self.item
        if shown is None or item is None or shown.series.key != item.key:
            return None
        return shown

    def find_rated(self, item: ReviewItem) -> ReviewItem:
        """Return an item with the figures of what was predicted since the review began."""
        return self._rated.get(item.key, item)

    @property
    def is_hidden(self) -> bool:
        """Whether the AI is hidden now."""
        return self._viewer.store.is_hidden

    @property
    def is_expert_hidden(self) -> bool:
        """Whether the expert's boxes are hidden with the AI now."""
        return self._viewer.store.hides_expert

    @property
    def can_decide(self) -> bool:
        """Whether the series is on the screen with all there is to judge."""
        return self.series_case is not None and not self.is_hidden

    @property
    def is_fixing(self) -> bool:
        """Whether the reader is changing boxes of the series under review."""
        return self._is_fixing

    # --- what happens -----------------------------------------------------------------------

    def show_log(self, log: ReviewLog | None) -> None:
        """Go on with another review; the one before is closed."""
        if self._log is not None:
            self._log.close()
        self._log, self._is_fixing = log, False
        self._rated.clear()
        self._update()

    def open_item(self, key: str) -> None:
        """Take a series under review; the AI is hidden at once where it is to be."""
        if self._log is not None:
            log, self._is_fixing = self._log, False
            self._keep(lambda: log.note_opened(key))

    def begin_fixing(self) -> None:
        """Take note that the reader changes boxes."""
        self._is_fixing = True
        self.changed.emit()

    def reveal(self) -> None:
        """Keep the reader's boxes, then show the AI."""
        log, shown = self._log, self.series_case
        if log is not None and shown is not None and self.is_hidden:
            boxes = self._find_own(shown)
            self._keep(lambda: log.reveal(shown.series.key, boxes))

    def decide(self, decision: Decision) -> None:
        """Keep a decision on the series under review."""
        log, shown = self._log, self.series_case
        if log is None or shown is None or not self.can_decide:
            return
        own, found = self._find_own(shown), self._find_ai(shown)
        self._is_fixing = False
        self._keep(lambda: log.decide(shown.series.key, decision, own, found))

    def undo(self) -> Reading | None:
        """Take the last decision back and return it."""
        log, reading = self._log, None if self.queue is None else self.queue.find_undo()
        if log is not None and reading is not None:
            self._keep(log.undo)
        return reading

    def set_note(self, note: str) -> None:
        """Keep a remark on the series under review."""
        log, item = self._log, self.item
        if log is not None and item is not None and note != log.queue.find_note(item.key):
            self._keep(lambda: log.set_note(item.key, note))

    def set_blind(self, on: bool) -> None:
        """Hide the AI until it is revealed, or not; what was read until then is kept."""
        log = self._log
        if log is None or log.queue.blind == on:
            return
        if not on:
            self.reveal()
        self._keep(lambda: log.set_blind(on))

    def end(self) -> None:
        """Close the review for good."""
        log = self._log
        if log is not None:
            self._keep(log.end)
            self.show_log(None)

    def _keep(self, happen: Callable[[], object]) -> None:
        try:
            happen()
        except AnnotationError as error:
            # It happened all the same, in memory; the next one writes both.
            self.failed.emit(error)
        self._update()

    def _update(self) -> None:
        queue = self.queue
        hidden = queue is not None and queue.is_hidden(queue.current)
        expert = queue is not None and queue.plan.hides_expert
        self._viewer.store.set_hidden(hidden, expert=expert)
        self.changed.emit()

    def _rate(self) -> None:
        """Rate the series under review anew once a prediction of all of it has come."""
        store, shown, item = self._viewer.store, self.series_case, self.item
        if shown is None or item is None or self.queue is None:
            return
        lesions = store.find_lesions(item.key)
        if lesions is None or store.version == self._rated_version:
            return
        self._rated_version = store.version
        uids = [each.sop_instance_uid for each in shown.series.slices]
        found = [
            SliceDetections(uid, boxes)
            for uid in uids
            if (boxes := store.find_all(uid)) is not None
        ]
        slices = describe_slices(shown, found)
        self._rated[item.key] = rate_slices(item, slices, self.queue.plan.threshold, lesions)
        self.changed.emit()

    # --- boxes ------------------------------------------------------------------------------

    def _find_own(self, shown: SeriesCase) -> list[ReadBox]:
        return [
            ReadBox(own.sop_instance_uid, own.box, own.label)
            for each in shown.series.slices
            for own in self._editing.mine(each.sop_instance_uid)
        ]

    def _find_ai(self, shown: SeriesCase) -> list[ReadBox]:
        return [
            ReadBox(each.sop_instance_uid, found.box, AI_LABEL, found.score)
            for each in shown.series.slices
            for found in self._viewer.store.find(each.sop_instance_uid) or ()
        ]
