"""Ties the lesions panel to a viewer and the detections."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from PySide6.QtCore import QObject

from ctbox.gui.lesions.counting import SeriesScore, score_series
from ctbox.gui.lesions.counts_view import LEAST_HIT_IOU, MOST_HIT_IOU
from ctbox.gui.lesions.panel import LesionsPanel
from ctbox.gui.lesions.rows import LesionRow, LesionTable, count_lesions
from ctbox.gui.sentences import say
from ctbox.gui.translation import mark, tr
from ctbox.gui.viewer.detection_store import Source
from ctbox.gui.viewer.scene import BoxKind
from ctbox.gui.viewer.state import Selection, ViewerState
from ctbox.workflows.open_case import Case

NOT_PREDICTED = mark("Not predicted yet: Predict series looks at all of it.")
ONLY_SLICES = mark(
    "Only single slices were predicted. Predict series looks at all of them, and links its boxes "
    "to lesions; scores then differ, as a slice's is mixed with its lesion's."
)
FROM_REPORT = mark(
    "These boxes come from a report, which keeps them, but not how they were linked to lesions. "
    "Predict series lists the lesions."
)
UNFINISHED = mark("Boxes are linked to lesions once the whole series is predicted.")
AI_HIDDEN = mark("The AI is hidden: you read first. Review ▸ Reveal AI shows it.")
EXPERT_HIDDEN = mark("The expert's boxes are hidden until you reveal the AI.")
NOTHING_FOUND = mark("The model found no lesion in this series.")
NONE_SHOWN = mark("No lesion at this confidence. Move the slider to the left to see fainter ones.")


class LesionsBinding(QObject):
    """Keeps a panel up to date, and hands its wishes to the state.

    Parameters
    ----------
    panel : LesionsPanel
        The panel.
    state : ViewerState
        The viewer whose series it shows.
    hit_iou : float
        Least IoU of a hit.
    """

    def __init__(self, panel: LesionsPanel, state: ViewerState, hit_iou: float) -> None:
        super().__init__(panel)
        self._panel = panel
        self._state = state
        self._hit_iou = min(max(hit_iou, LEAST_HIT_IOU), MOST_HIT_IOU)
        self._case: Case | None = None
        self._score: SeriesScore | None = None
        self._table: LesionTable | None = None
        self._rows: tuple[LesionRow, ...] = ()
        self._matched: object = None
        panel.counts.show_hit_iou(self._hit_iou)
        panel.lesion_chosen.connect(self._on_lesion_chosen)
        panel.threshold_chosen.connect(state.store.set_threshold)
        panel.hit_iou_chosen.connect(self._on_hit_iou_chosen)
        panel.loose_toggled.connect(state.store.set_shows_loose)
        state.store.threshold_changed.connect(self._show_threshold)
        state.series_changed.connect(self._update)
        state.detections_changed.connect(self._update)
        state.slice_changed.connect(self._show_counts)
        state.selection_changed.connect(self._mark_selected)
        self._show_threshold()
        self._update()

    @property
    def panel(self) -> LesionsPanel:
        """The panel."""
        return self._panel

    @property
    def hit_iou(self) -> float:
        """Least IoU of a hit."""
        return self._hit_iou

    def take_case(self, case: Case) -> None:
        """Take note of the case's other series: their boxes tell where tumour may be."""
        self._case = case
        self._matched = None
        self._update()

    # --- showing ----------------------------------------------------------------------------

    def _show_threshold(self) -> None:
        store = self._state.store
        chosen = store.chosen_threshold is not None
        self._panel.confidence.show_threshold(
            store.threshold, store.own_threshold, is_chosen=chosen
        )

    def _update(self) -> None:
        self._match()
        self._show_rows()
        self._show_counts()

    def _match(self) -> None:
        """Match boxes anew if they are others; moving the confidence changes none."""
        series_case, store = self._state.series_case, self._state.store
        key = (id(series_case), store.version, self._hit_iou)
        if key == self._matched:
            return
        self._matched = key
        self._score = self._table = None
        self._panel.list.forget_room()
        if series_case is None:
            return
        if store.hides_expert:
            series_case = replace(series_case, annotations={})
        others = () if self._case is None else self._case.series
        self._score = score_series(series_case, others, store, self._hit_iou)
        lesions = store.find_lesions(series_case.series.key)
        if lesions is not None:
            self._table = LesionTable(series_case, self._score, lesions)

    def _show_rows(self) -> None:
        series_case, store = self._state.series_case, self._state.store
        self._rows = ()
        if series_case is None:
            self._panel.show_rows((), "", can_predict=False)
            self._panel.show_loose(0, shown=store.shows_loose)
            return
        reason = series_case.series.skip_detection_reason
        rows = () if self._table is None else self._table.build_rows(store.threshold)
        self._rows = rows
        uids = [each.sop_instance_uid for each in series_case.series.slices]
        self._panel.show_loose(store.count_loose(uids), shown=store.shows_loose)
        doubt = store.find_no_chest(series_case.series.key)
        parts = ("" if doubt is None else say(str(doubt)), self._explain(rows, reason))
        message = " ".join(part for part in parts if part)
        can_predict = reason is None and self._table is None and not store.is_hidden
        self._panel.show_rows(rows, message, can_predict=can_predict)
        self._mark_selected()

    def _explain(self, rows: tuple[LesionRow, ...], reason: str | None) -> str:
        series_case, store = self._state.series_case, self._state.store
        if reason is not None or series_case is None:
            return tr("Not predicted. {reason}").format(reason=say(reason or ""))
        if store.is_hidden:
            return tr(AI_HIDDEN)
        lesions = store.find_lesions(series_case.series.key)
        if lesions is None:
            uids = (each.sop_instance_uid for each in series_case.series.slices)
            return tr(_explain_unlinked({store.find_source(uid) for uid in uids}))
        if not lesions:
            return tr(NOTHING_FOUND)
        if not any(row.kind is BoxKind.DETECTION for row in rows):
            return tr(NONE_SHOWN)
        if not 0 < store.most_lesions <= len(lesions):
            return ""
        return tr(
            "The model lists %n lesion(s) a series at most: there may be more.",
            "",
            store.most_lesions,
        )

    def _show_counts(self) -> None:
        score, shown, store = self._score, self._state.slice, self._state.store
        if score is None or shown is None:
            return
        uid, coverage = shown.sop_instance_uid, score.coverage
        of_slice = score.count_slice(uid, store.threshold) if store.has(uid) else None
        has_any = coverage.annotated and any(store.has(one.sop_uid) for one in score.slices)
        of_series = score.count(store.threshold) if has_any else None
        of_lesions = None if self._table is None else count_lesions(self._rows)
        self._panel.counts.show_counts(
            of_slice if coverage.annotated else None,
            of_series,
            coverage,
            of_lesions if coverage.annotated else None,
        )
        if store.hides_expert:
            self._panel.counts.show_note(tr(EXPERT_HIDDEN))
        series_case = self._state.series_case
        known = series_case is not None and store.knows(series_case.series)
        self._panel.counts.show_known(known and of_series is not None)

    def _mark_selected(self) -> None:
        """Mark the lesion that the selected box belongs to, where there is one."""
        shown, detections = self._state.slice, self._state.detections
        selected = self._state.selection.detection
        if shown is None or selected is None or not detections or self._table is None:
            return
        key = self._table.find_key(shown.sop_instance_uid, detections[selected].box)
        if key is not None:
            self._panel.list.mark(key)

    # --- wishes -----------------------------------------------------------------------------

    def _on_hit_iou_chosen(self, hit_iou: float) -> None:
        self._hit_iou = hit_iou
        self._update()

    def _on_lesion_chosen(self, row: LesionRow) -> None:
        series_case, state = self._state.series_case, self._state
        if series_case is None:
            return
        uids = [each.sop_instance_uid for each in series_case.series.slices]
        if row.sop_instance_uid not in uids:
            return
        state.set_slice_index(uids.index(row.sop_instance_uid))
        if row.kind is BoxKind.EXPERT:
            boxes = [each.box for each in state.annotations]
        else:
            boxes = [each.box for each in state.detections or ()]
        place = boxes.index(row.box) if row.box in boxes else None
        is_expert = row.kind is BoxKind.EXPERT
        state.set_selection(Selection(annotation=place) if is_expert else Selection(None, place))


def _explain_unlinked(sources: Set[Source | None]) -> str:
    """Return why there are boxes without lesions, by how the slices came to be predicted."""
    told = {
        Source.REPORT: FROM_REPORT,
        Source.SERIES: UNFINISHED,
        Source.SLICE: ONLY_SLICES,
    }
    return next((words for source, words in told.items() if source in sources), NOT_PREDICTED)
