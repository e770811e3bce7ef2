"""Starts a review: asks what, has it prepared in the background, and makes its log."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ctbox.errors import CtboxError
from ctbox.gui.review.dialog import ReviewChoices, ReviewDialog, ReviewOffer
from ctbox.gui.review.state import ReviewState
from ctbox.gui.review.words import describe_progress
from ctbox.gui.tasks import TaskHandle, TaskKind, TaskRunner
from ctbox.gui.translation import mark, tr
from ctbox.gui.viewer.detection_store import Source
from ctbox.model.detection import SliceDetections
from ctbox.workflows.detect import ModelReady, SeriesResult
from ctbox.workflows.open_case import SeriesCase
from ctbox.workflows.review_preparation import (
    KnownPrediction,
    PreparedReview,
    PrepareRequest,
    ReviewTarget,
    describe_item,
    predictions_folder,
    prepare_review,
)
from ctbox.workflows.review_queue import (
    ReviewItem,
    ReviewOrder,
    ReviewPlan,
    ReviewSource,
    sort_items,
)
from ctbox.workflows.review_store import ReviewLog, find_unfinished

if TYPE_CHECKING:
    from ctbox.gui.browser.catalogue_commands import CatalogueCommands
    from ctbox.gui.session import Session

NOTHING = mark("There is nothing to review: none of these series is annotated or predicted.")
NO_IOU = mark("No IoU is known: no series is both annotated and predicted. They come as they lie.")
BUSY = mark("A review is being prepared: its progress is at the lower edge.")


class ReviewStarter(QObject):
    """Makes reviews; `prepared` comes with the log of one.

    Parameters
    ----------
    session : Session
        The window's life.
    state : ReviewState
        The review that is open.
    runner : TaskRunner
        Predicts in its worker, reads in a thread.
    catalogue : CatalogueCommands
        Whose filter may be reviewed.
    """

    prepared = Signal(object)
    resume_requested = Signal(object)

    def __init__(
        self,
        session: Session,
        state: ReviewState,
        runner: TaskRunner,
        catalogue: CatalogueCommands,
    ) -> None:
        super().__init__(session)
        self._session, self._state = session, state
        self._runner, self._catalogue = runner, catalogue
        self._model = ModelReady("", "", "", 0.0)
        self.running: TaskHandle | None = None
        self.dialog: ReviewDialog | None = None
        session.prediction.model_ready.connect(self._on_model_ready)

    def _on_model_ready(self, ready: ModelReady) -> None:
        self._model = ready

    # --- asking -----------------------------------------------------------------------------

    def ask(self) -> None:
        """Ask what to review."""
        if self.running is not None:
            self._session.show_notice(tr(BUSY))
            return
        case, found = self._session.case, find_unfinished()
        self._catalogue.state.open()
        offer = ReviewOffer(
            in_case=0 if case is None else len(case.series),
            in_catalogue=len(self._list_catalogue()),
            can_resume="" if found is None else describe_progress(found[1]),
            reader=self._session.editing.reader_name,
        )
        dialog = ReviewDialog(offer, self._session.window)
        dialog.requested.connect(self.start)
        if found is not None:
            path = found[0]
            dialog.resume_requested.connect(lambda: self.resume_requested.emit(path))
        dialog.destroyed.connect(self._on_dialog_gone)
        self.dialog = dialog
        dialog.open()

    def _on_dialog_gone(self) -> None:
        self.dialog = None

    # --- preparing --------------------------------------------------------------------------

    def start(self, choices: ReviewChoices) -> None:
        """Prepare a review in the background."""
        if self._state.log is not None:
            # Its blind mode would hide what the next one is to be sorted by.
            self._state.show_log(None)
        if choices.reader:
            self._session.editing.reader_name = choices.reader
        targets = self._list_catalogue() if choices.of_catalogue else self._list_case()
        prediction, store = self._session.prediction, self._session.state.store
        known = () if choices.of_catalogue else tuple(self._collect_known())
        request = PrepareRequest(
            targets=tuple(targets),
            predict=choices.predict,
            model=prediction.model,
            device=prediction.device,
            threshold=store.chosen_threshold,
            known=known,
            folder=predictions_folder(),
        )
        kind: TaskKind = "worker" if choices.predict else "thread"
        handle = self._runner.start(
            prepare_review, request, kind=kind, title=tr("Preparing the review")
        )
        self.running = handle
        plan = ReviewPlan(
            (),
            order=choices.order,
            source=self._find_source(choices),
            reader=choices.reader,
            threshold=store.threshold,
            blind=choices.blind,
            hides_expert=choices.hides_expert,
        )
        handle.updated.connect(self._on_updated)
        handle.finished.connect(lambda found: self._on_finished(found, plan))
        handle.failed.connect(self._session.show_failure)
        handle.ended.connect(self._on_ended)

    def _list_case(self) -> list[ReviewTarget]:
        case = self._session.case
        return [] if case is None else [ReviewTarget(describe_item(e), e) for e in case.series]

    def _list_catalogue(self) -> list[ReviewTarget]:
        query = self._catalogue.state.make_query()
        if query is None:
            return []
        try:
            rows = query.list_all_series()
        except CtboxError as error:
            self._session.show_failure(error)
            return []
        path = self._catalogue.state.path
        return [
            ReviewTarget(
                ReviewItem(
                    row.series_key, row.patient_id, row.description or tr("Series"), row.annotated
                ),
                catalog=path,
            )
            for row in rows
            if row.series_key is not None and row.modality == "CT"
        ]

    def _find_source(self, choices: ReviewChoices) -> ReviewSource:
        opened = self._session.cases.opened
        if choices.of_catalogue:
            return ReviewSource(catalog=str(self._catalogue.state.path))
        if opened is None:
            return ReviewSource()
        if opened.catalogued is not None:
            return ReviewSource(catalog=str(opened.catalogued.catalog))
        return ReviewSource(
            path=None if opened.path is None else str(opened.path.absolute()),
            annotations=None if opened.annotations is None else str(opened.annotations.absolute()),
        )

    def _collect_known(self) -> list[KnownPrediction]:
        case = self._session.case
        found = [self._find_known(each) for each in case.series] if case is not None else []
        return [each for each in found if each is not None]

    def _find_known(self, each: SeriesCase) -> KnownPrediction | None:
        """Return what the model said of an open series in this window."""
        store, series = self._session.state.store, each.series
        slices = [
            SliceDetections(one.sop_instance_uid, boxes)
            for one in series.slices
            if (boxes := store.find_all(one.sop_instance_uid)) is not None
        ]
        if not slices:
            return None
        own = store.own_threshold
        model = replace(self._model, threshold=0.0 if own is None else own)
        is_whole = any(store.find_source(s.sop_instance_uid) is Source.SERIES for s in slices)
        lesions = store.find_lesions(series.key) or ()
        return KnownPrediction(model, SeriesResult(series, tuple(slices), lesions), is_whole)

    # --- prepared ---------------------------------------------------------------------------

    def _on_updated(self, update: object) -> None:
        store = self._session.state.store
        if isinstance(update, ModelReady) and store.own_threshold is None:
            store.set_own_threshold(update.threshold)

    def _on_finished(self, found: PreparedReview, plan: ReviewPlan) -> None:
        if found.failed:
            self._session.show_notice(
                tr("{count} series could not be read. {failed}").format(
                    count=len(found.failed), failed=found.failed[0]
                )
            )
        if not found.items:
            self._session.show_notice(tr(NOTHING))
            return
        if plan.order is ReviewOrder.WORST_IOU and all(e.iou is None for e in found.items):
            self._session.show_notice(tr(NO_IOU))
        items = sort_items(found.items, plan.order)
        plan = replace(plan, items=items, model=found.model, title=_name(plan))
        try:
            log = ReviewLog.start(plan)
        except CtboxError as error:
            self._session.show_failure(error)
            return
        self.prepared.emit(log)

    def _on_ended(self) -> None:
        self.running = None


def _name(plan: ReviewPlan) -> str:
    source = plan.source
    if source.catalog is not None:
        return tr("Catalogue")
    return tr("Sample case") if source.path is None else Path(source.path).name
