"""Offers edits that a kill or a power cut left unsaved: at the start, and with their case."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject

from ctbox.annotations.edit_history import Step
from ctbox.annotations.store import (
    AnnotationStore,
    UnsavedCase,
    edits_folder,
    find_journal_path,
    find_unsaved_cases,
)
from ctbox.errors import AnnotationError
from ctbox.gui.case_controller import CaseController
from ctbox.gui.editing.dialogs import RecoveryDialog, describe_edits
from ctbox.gui.editing.state import EditingState
from ctbox.gui.editing.step_words import describe_step
from ctbox.gui.main_window import MainWindow
from ctbox.gui.notifications import Notifier
from ctbox.gui.toasts import ToastArea
from ctbox.gui.translation import tr
from ctbox.progress import TaskContext
from ctbox.workflows.open_case import Case

_NOTE_SECONDS = 30.0


def look_for_unsaved(_request: object, _ctx: TaskContext) -> tuple[UnsavedCase, ...]:
    """Return the cases with unsaved edits in the user's own folder."""
    return find_unsaved_cases()


class RecoveryController(QObject):
    """Finds unsaved edits; they are on the image before the reader is asked, never dropped.

    Parameters
    ----------
    window : MainWindow
        The dialog belongs to it.
    editing : EditingState
        Shows what is found.
    cases : CaseController
        Its runner looks through the user's folder.
    news : tuple of (Notifier, ToastArea)
        Told of what cannot be read, and of what waits.
    """

    def __init__(
        self,
        window: MainWindow,
        editing: EditingState,
        cases: CaseController,
        news: tuple[Notifier, ToastArea],
    ) -> None:
        super().__init__(window)
        self.dialog: RecoveryDialog | None = None
        self._window = window
        self._editing = editing
        self._cases = cases
        self._notifier, self._toasts = news

    def offer_at_start(self, open_case: Callable[[Path], None]) -> None:
        """Look for cases with unsaved edits in the background and offer to open them."""
        if not edits_folder().is_dir():
            return
        handle = self._cases.runner.start(look_for_unsaved, None)

        def offer(found: tuple[UnsavedCase, ...]) -> None:
            for each in found:
                self._offer(each, open_case)

        handle.finished.connect(offer)

    def _offer(self, found: UnsavedCase, open_case: Callable[[Path], None]) -> None:
        path = Path(found.path)
        if self._cases.opened is not None or self._cases.is_opening:
            return
        text = tr("{count} of {found} were never saved.").format(
            count=describe_edits(found.count), found=found.title
        )
        if path.exists():
            self._toasts.show_toast(
                text,
                action_text=tr("Open"),
                on_action=lambda: open_case(path),
                seconds=_NOTE_SECONDS,
            )
        else:
            self._toasts.show_toast(
                tr("{text} Open that case again.").format(text=text), seconds=_NOTE_SECONDS
            )

    def open_store(self, case: Case) -> None:
        """Show the edits of a case as they were left, and ask what to do with unsaved ones."""
        path = find_journal_path(each.series.key for each in case.series)
        title = case.series[0].series.patient_id or Path(case.path).name
        try:
            store = AnnotationStore.open(path, title=title, case_path=case.path)
        except AnnotationError as error:
            self._notifier.show_failure(error)
            store = AnnotationStore()
        notices = tuple(store.notices)
        steps = store.unsaved_steps
        self._editing.show_store(store)
        if steps or notices:
            self._ask(case, tuple(steps), notices)

    def _ask(self, case: Case, steps: tuple[Step, ...], notices: tuple[str, ...]) -> None:
        places = {
            slice_.sop_instance_uid: tr("slice {index} of {series}").format(
                index=index + 1, series=each.series.description or tr("Series")
            )
            for each in case.series
            for index, slice_ in enumerate(each.series.slices)
        }
        lines = [_describe_step(step, places) for step in steps]
        dialog = RecoveryDialog(self._window, lines, notices)
        self.dialog = dialog

        def discard() -> None:
            dialog.accept()
            self._editing.discard_unsaved()

        dialog.discard_button.clicked.connect(discard)
        dialog.finished.connect(self._on_finished)
        dialog.open()

    def _on_finished(self) -> None:
        self.dialog = None


def _describe_step(step: Step, places: dict[str, str]) -> str:
    name = describe_step(step.edit.text)
    parts = [name[:1].upper() + name[1:], places.get(step.edit.sop_instance_uid, "")]
    with contextlib.suppress(ValueError):
        parts.append(f"{datetime.fromisoformat(step.at).astimezone():%d %b %H:%M}")
    return " · ".join(part for part in parts if part)
