"""Brings a review's series on the screen: case or catalogue, and what the AI said of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from ctbox.gui.case_controller import OpenRequest
from ctbox.gui.review.state import ReviewState
from ctbox.gui.tasks import TaskRunner
from ctbox.gui.translation import mark, tr
from ctbox.gui.viewer.detection_store import Source
from ctbox.progress import TaskContext
from ctbox.workflows.index_opening import CataloguedRequest
from ctbox.workflows.open_case import Case, SeriesCase

if TYPE_CHECKING:
    from ctbox.gui.session import Session
    from ctbox.workflows.review_preparation import KeptSeries

GONE = mark("This series is not where it was: go on with the next one, or connect its disk.")


def load_kept(key: str, _ctx: TaskContext) -> KeptSeries | None:
    """Return what the AI said of a series when the review was made."""
    from ctbox.workflows.review_preparation import read_prediction

    return read_prediction(key)


class ReviewOpener(QObject):
    """Shows the series that are asked for.

    Parameters
    ----------
    session : Session
        Opens cases.
    state : ReviewState
        The review.
    runner : TaskRunner
        Reads kept predictions in a thread.
    """

    def __init__(self, session: Session, state: ReviewState, runner: TaskRunner) -> None:
        super().__init__(session)
        self._session = session
        self._state = state
        self._runner = runner
        self._wanted: str | None = None
        session.cases.case_opened.connect(self._on_case_opened)
        session.cases.failed.connect(lambda _: self._forget())
        session.cases.opening_ended.connect(self._forget)
        session.state.series_changed.connect(self._follow)

    def show_series(self, key: str) -> None:
        """Take a series under review and bring it on the screen."""
        # First, so that nothing of the AI is seen on a series that is read blind.
        self._state.open_item(key)
        if self._has(key):
            self._show(key)
            return
        self._wanted = key
        self._session.open(self._make_request(key))

    def _has(self, key: str) -> bool:
        case = self._session.case
        return case is not None and any(each.series.key == key for each in case.series)

    def _make_request(self, key: str) -> OpenRequest:
        queue = self._state.queue
        source = None if queue is None else queue.plan.source
        if source is not None and source.catalog is not None:
            catalogued = CataloguedRequest(Path(source.catalog), key)
            return OpenRequest(None, catalogued=catalogued)
        path = None if source is None or source.path is None else Path(source.path)
        boxes = None if source is None or source.annotations is None else Path(source.annotations)
        return OpenRequest(path, boxes)

    def _on_case_opened(self, _case: Case, _request: object) -> None:
        key, self._wanted = self._wanted, None
        if key is None:
            self._follow()
        elif self._has(key):
            self._show(key)
        else:
            self._session.show_notice(tr(GONE))

    def _forget(self) -> None:
        self._wanted = None

    def _show(self, key: str) -> None:
        self._session.window.browser.choose(key)
        shown = self._state.series_case
        if shown is not None:
            self._load_prediction(shown)
            self._go_to_boxes(shown)
        self._session.window.viewer.setFocus()

    def _follow(self) -> None:
        """Take the series under review that the reader chose in the list of series."""
        shown, queue = self._session.state.series_case, self._state.queue
        if self._wanted is not None or shown is None or queue is None:
            return
        key = shown.series.key
        if queue.has(key) and queue.current != key:
            self._state.open_item(key)
            self._load_prediction(shown)

    # --- what the AI said -------------------------------------------------------------------

    def _load_prediction(self, shown: SeriesCase) -> None:
        handle = self._runner.start(load_kept, shown.series.key)
        handle.finished.connect(self._on_loaded)
        handle.failed.connect(self._session.show_failure)

    def _on_loaded(self, kept: KeptSeries | None) -> None:
        store, queue = self._session.state.store, self._state.queue
        if kept is None or queue is None or self._is_predicted(kept):
            return
        if store.own_threshold is None:
            store.set_own_threshold(kept.model.threshold)
        if kept.is_whole:
            store.add_series(kept.key, kept.slices, kept.lesions)
        else:
            store.add(kept.slices, Source.SLICE)
        shown = self._state.series_case
        if shown is not None and shown.series.key == kept.key:
            self._go_to_boxes(shown)

    def _is_predicted(self, kept: KeptSeries) -> bool:
        store = self._session.state.store
        # Asked before it is hidden or while it is: what is there must not be replaced.
        return any(store.is_kept(each.sop_instance_uid) for each in kept.slices)

    def _go_to_boxes(self, shown: SeriesCase) -> None:
        """Begin where there is something to judge; a blind reading begins where it is."""
        state = self._session.state
        if self._state.is_hidden or state.annotations or state.detections:
            return
        found = [
            (max(each.score for each in boxes), -index)
            for index, slice_ in enumerate(shown.series.slices)
            if (boxes := state.store.find(slice_.sop_instance_uid))
        ]
        if found:
            state.set_slice_index(-max(found)[1])
            return
        drawn = [
            index
            for index, each in enumerate(shown.series.slices)
            if shown.annotations.get(each.sop_instance_uid)
        ]
        if drawn:
            state.set_slice_index(drawn[len(drawn) // 2])
