"""The review in the window: commands to state, decisions to the catalogue, the next series."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog

from ctbox.errors import AnnotationError
from ctbox.gui.review.action_table import NEEDS_REVIEW, NEEDS_SERIES
from ctbox.gui.review.dock_width import DockWidth
from ctbox.gui.review.opening import ReviewOpener
from ctbox.gui.review.panel import ReviewPanel
from ctbox.gui.review.starting import ReviewStarter
from ctbox.gui.review.state import ReviewState
from ctbox.gui.review.words import describe_decision, describe_progress
from ctbox.gui.tasks import TaskHandle, TaskRunner
from ctbox.gui.theme import THEMES
from ctbox.gui.translation import mark, tr
from ctbox.workflows.review_marks import MarkRequest, mark_reviewed
from ctbox.workflows.review_queue import Decision, ReviewItem
from ctbox.workflows.review_store import (
    ExportRequest,
    ReviewLog,
    export_readings,
    find_unfinished,
    format_readings,
)

if TYPE_CHECKING:
    from ctbox.gui.browser.catalogue_commands import CatalogueCommands
    from ctbox.gui.session import Session

_UNDO_SECONDS = 8.0
_OFFER_SECONDS = 20.0
READ_FIRST = mark("The AI is hidden: read the series first, then reveal it.")


class ReviewCommands(QObject):
    """Gives the review life.

    Parameters
    ----------
    session : Session
        The window's life.
    runner : TaskRunner
        Prepares queues and writes files.
    catalogue : CatalogueCommands
        Whose series may be reviewed, and which is told of decisions.
    """

    def __init__(self, session: Session, runner: TaskRunner, catalogue: CatalogueCommands) -> None:
        super().__init__(session)
        self._session, self._runner, self._catalogue = session, runner, catalogue
        self._window = session.window
        self._commands = session.window.commands
        self.state = ReviewState(session.state, session.editing.editing, self)
        self.panel = ReviewPanel(self.state, self._commands)
        self.dock = self._window.add_dock(
            tr("Review"),
            "reviewDock",
            self.panel,
            Qt.DockWidgetArea.LeftDockWidgetArea,
            starts_hidden=True,
        )
        self._width = DockWidth(self._window, self._window.browser_dock)
        self.opener = ReviewOpener(session, self.state, runner)
        self.starter = ReviewStarter(session, self.state, runner, catalogue)
        self._marks: deque[MarkRequest] = deque()
        self._marking: TaskHandle | None = None
        self._connect()
        self._update()

    def _connect(self) -> None:
        handlers: dict[str, Callable[[], object]] = {
            "review_start": self.starter.ask,
            "review_accept": lambda: self.decide(Decision.ACCEPTED),
            "review_fix": self.fix,
            "review_reject": lambda: self.decide(Decision.REJECTED),
            "review_note": self._write_note,
            "review_undo": self.undo,
            "review_next": partial(self._step, 1),
            "review_previous": partial(self._step, -1),
            "review_reveal": self.reveal,
            "review_export": self._ask_where_to_export,
            "review_end": self.end,
        }
        for name, handler in handlers.items():
            self._commands[name].triggered.connect(lambda _=False, handler=handler: handler())
        self._commands["review_blind"].triggered.connect(self._set_blind)
        self.starter.prepared.connect(self.show_log)
        self.starter.resume_requested.connect(self.resume)
        self.state.changed.connect(self._update)
        self.state.failed.connect(self._session.show_failure)
        self.panel.chosen.connect(self.go_to)
        self.panel.show_requested.connect(self._show_current)
        self.panel.note_written.connect(self.state.set_note)
        self.panel.note_left.connect(self._window.viewer.setFocus)
        theme, patient = self._commands["theme"], self._commands["patient"]
        theme.toggled.connect(self._apply_theme)
        self._apply_theme(theme.isChecked())
        patient.toggled.connect(self.panel.set_identity_shown)
        self.panel.set_identity_shown(patient.isChecked())

    def _apply_theme(self, light: bool) -> None:
        self.panel.apply_theme(THEMES["light" if light else "dark"])

    def _update(self) -> None:
        queue = self.state.queue
        for name in NEEDS_REVIEW:
            needs_series = name in NEEDS_SERIES
            there = queue is not None and (not needs_series or self.state.series_case is not None)
            self._commands[name].setEnabled(there)
        blind, fix = self._commands["review_blind"], self._commands["review_fix"]
        blind.setChecked(queue is not None and queue.blind)
        self._window.browser.set_marks_hidden(self.state.is_expert_hidden)
        self._commands["review_reveal"].setEnabled(
            self.state.series_case is not None and self.state.is_hidden
        )
        self._commands["review_undo"].setEnabled(
            queue is not None and queue.find_undo() is not None
        )
        self._commands["review_export"].setEnabled(queue is not None and bool(queue.readings))
        fix.setText(tr("Done &fixing") if self.state.is_fixing else tr("&Fix series"))
        fix.setIconText(tr("Done") if self.state.is_fixing else tr("Fix"))

    # --- beginning and ending ---------------------------------------------------------------

    def show_log(self, log: ReviewLog) -> None:
        """Show a review and its first open series."""
        self.state.show_log(log)
        self._show_dock()
        queue = log.queue
        current = queue.current
        is_open = current is not None and queue.find_decision(current) is None
        key = current if is_open else queue.find_open(current)
        if key is not None:
            self.go_to(key)

    def _show_dock(self) -> None:
        # On the start page docks are hidden; it comes with the case.
        self.dock.setProperty("startsHidden", False)
        if self._window.is_case_shown:
            if not self.dock.isVisible():
                self._width.remember()
            self.dock.show()
            self.dock.raise_()

    def offer_resume(self) -> None:
        """Offer to go on with a review that was left unfinished."""
        found = find_unfinished()
        if found is not None:
            path, queue = found
            self._session.toasts.show_toast(
                tr("A review was left at {describe_progress}.").format(
                    describe_progress=describe_progress(queue)
                ),
                action_text=tr("Go on"),
                on_action=lambda: self.resume(path),
                seconds=_OFFER_SECONDS,
            )

    def resume(self, path: Path) -> None:
        """Go on with a review."""
        current = self.state.log
        if current is not None and current.path == path:
            self._show_dock()
            self._show_current()
            return
        try:
            log = ReviewLog.open(path)
        except AnnotationError as error:
            self._session.show_failure(error)
            return
        self.show_log(log)

    def end(self) -> None:
        """Close the review; it is not offered again."""
        self._keep_note()
        self.state.end()
        self.dock.setProperty("startsHidden", True)
        self.dock.hide()
        self._width.give_back()
        self._window.viewer.setFocus()

    def close(self) -> None:
        """Let go of the review's file; it goes on in the next run."""
        self._keep_note()
        if self.state.log is not None:
            self.state.log.close()

    # --- going through ----------------------------------------------------------------------

    def go_to(self, key: str) -> None:
        """Take another series of the queue under review."""
        self._keep_note()
        self.opener.show_series(key)

    def _show_current(self) -> None:
        item = self.state.item
        if item is not None:
            self.go_to(item.key)

    def _step(self, step: int) -> None:
        queue = self.state.queue
        key = None if queue is None else queue.find_beside(queue.current, step)
        if key is not None:
            self.go_to(key)
        else:
            self._session.show_notice(
                tr("This is the last series.") if step > 0 else tr("The first one.")
            )

    def decide(self, decision: Decision) -> None:
        """Keep a decision on the series under review, and go on to the next open one."""
        item, queue = self.state.item, self.state.queue
        if item is None or queue is None:
            return
        if not self.state.can_decide:
            self._session.show_notice(tr(READ_FIRST))
            return
        self._keep_note()
        was_fixing = self.state.is_fixing
        self.state.decide(decision)
        if was_fixing:
            self._commands["tool_window"].trigger()
        self._mark(item, decision)
        decided = describe_decision(decision).capitalize()
        told = f"{decided}: {item.description}. {describe_progress(queue)}."
        if queue.is_done:
            told += tr(" That was the last one: Review ▸ Export readings writes them all.")
        self._session.toasts.show_toast(
            told, action_text=tr("Undo"), on_action=self.undo, seconds=_UNDO_SECONDS
        )
        key = queue.find_open(item.key)
        if key is not None:
            self.go_to(key)

    def fix(self) -> None:
        """Let the reader change the boxes of the series; the second time, take it as done."""
        if self.state.is_fixing:
            self.decide(Decision.FIXED)
            return
        if not self.state.can_decide:
            self._session.show_notice(tr(READ_FIRST))
            return
        self.state.begin_fixing()
        self._commands["tool_draw"].trigger()
        if not self._commands["mine"].isChecked():
            self._commands["mine"].trigger()
        accept, again = (
            self._commands[name].shortcut().toString() for name in ("accept_box", "review_fix")
        )
        takes = (
            tr(", {enter} takes the AI's box over").format(enter=accept.replace("Return", "Enter"))
            if accept
            else ""
        )
        done = (
            tr(" {again} when it is done.").format(again=again)
            if again
            else tr(" Press Done then.")
        )
        self._session.show_notice(
            tr("Draw and change boxes{takes}.{done}").format(takes=takes, done=done)
        )

    def reveal(self) -> None:
        """Keep the reader's boxes as they are, then show the AI."""
        self._keep_note()
        self.state.reveal()
        self._window.viewer.setFocus()

    def undo(self) -> None:
        """Take the last decision back and show its series."""
        reading, queue = self.state.undo(), self.state.queue
        if reading is None or queue is None:
            return
        item = queue.get_item(reading.key)
        self._mark(item, queue.find_decision(reading.key))
        self.go_to(reading.key)
        self._session.show_notice(
            tr("Taken back: {description} is open again.").format(description=item.description)
        )

    def _set_blind(self, on: bool) -> None:
        self.state.set_blind(on)

    # --- notes ------------------------------------------------------------------------------

    def _write_note(self) -> None:
        self._show_dock()
        self.panel.note.setFocus()
        self.panel.note.selectAll()

    def _keep_note(self) -> None:
        """Take what was typed, whether or not the field was left."""
        if self.state.item is not None and self.panel.note.property("key") == self.state.item.key:
            self.state.set_note(self.panel.note.text())

    # --- the catalogue and files ------------------------------------------------------------

    def _mark(self, item: ReviewItem, decision: Decision | None) -> None:
        queue = self.state.queue
        if queue is None:
            return
        place = queue.plan.source.catalog
        path = self._catalogue.state.path if place is None else Path(place)
        note = queue.find_note(item.key)
        self._marks.append(MarkRequest(path, item.key, decision, queue.plan.reader, note))
        self._mark_next()

    def _mark_next(self) -> None:
        # One after the other: the last decision must be the one that stays.
        if self._marking is not None or not self._marks:
            return
        handle = self._runner.start(mark_reviewed, self._marks.popleft())
        self._marking = handle
        handle.finished.connect(lambda told: self._catalogue.state.refresh() if told else None)
        handle.failed.connect(self._session.show_failure)
        handle.ended.connect(self._on_marked)

    def _on_marked(self) -> None:
        self._marking = None
        self._mark_next()

    def _ask_where_to_export(self) -> None:
        queue = self.state.queue
        if queue is None:
            return
        self._keep_note()
        name = f"review-{queue.plan.started_at[:10]}.csv"
        start = Path(self._session.opening.find_start()) / name
        chosen, _ = QFileDialog.getSaveFileName(
            self._window, tr("Export readings"), str(start), "CSV (*.csv)"
        )
        if chosen:
            self.export(Path(chosen))

    def export(self, path: Path) -> None:
        """Write all readings of the review as a CSV file."""
        queue = self.state.queue
        if queue is None:
            return
        count = len(queue.readings)
        handle = self._runner.start(export_readings, ExportRequest(path, format_readings(queue)))
        told = tr("%n reading(s) written to {name}.", "", count).format(name=path.name)
        handle.finished.connect(lambda _: self._session.show_notice(told))
        handle.failed.connect(self._session.show_failure)
