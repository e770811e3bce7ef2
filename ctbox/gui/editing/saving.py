"""Saves the reader's boxes, and asks before unsaved ones go out of sight."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths

from ctbox.annotations.edit_saving import SaveReport
from ctbox.gui.case_controller import CaseController
from ctbox.gui.editing.dialogs import LeaveDialog, SaveDialog
from ctbox.gui.editing.state import EditingState
from ctbox.gui.main_window import MainWindow
from ctbox.gui.notifications import Notifier
from ctbox.gui.toasts import ToastArea
from ctbox.gui.translation import tr
from ctbox.workflows.open_case import Case
from ctbox.workflows.save_boxes import build_save_request, find_expert_boxes, save_edits

_IN_ARCHIVE = "!/"


class SaveController(QObject):
    """Writes boxes in the background; the boxes stay editable meanwhile.

    Parameters
    ----------
    window : MainWindow
        Dialogs belong to it.
    editing : EditingState
        The boxes.
    cases : CaseController
        Its runner does the writing.
    news : tuple of (Notifier, ToastArea)
        Told of failures, and of what was written.
    """

    def __init__(
        self,
        window: MainWindow,
        editing: EditingState,
        cases: CaseController,
        news: tuple[Notifier, ToastArea],
    ) -> None:
        super().__init__(window)
        self.folder = ""
        self.dialog: SaveDialog | LeaveDialog | None = None
        self._window = window
        self._editing = editing
        self._runner = cases.runner
        self._notifier, self._toasts = news
        self._case: Case | None = None
        self._chosen: dict[str, Path | None] = {}
        self._is_saving = False
        self._waiting: list[Callable[[], object]] = []

    @property
    def is_saving(self) -> bool:
        """Whether files are being written."""
        return self._is_saving

    def take_case(self, case: Case) -> None:
        """Save this case's boxes from now on."""
        self._case = case

    # --- saving -----------------------------------------------------------------------------

    def save(self, then: Callable[[], object] | None = None) -> None:
        """Save where the case was saved before, else ask where; `then` follows a success."""
        if self._case is None:
            return
        saved = self._editing.store.saved
        if self._case.path in self._chosen:
            self._start(self._chosen[self._case.path], then)
        elif saved.files:
            self._start(Path(saved.root) if saved.root else None, then)
        else:
            self.save_as(then)

    def save_as(self, then: Callable[[], object] | None = None) -> None:
        """Ask where to save."""
        if self._case is None or self.dialog is not None:
            return
        folder = self._editing.store.saved.root or self.folder or _suggest_folder()
        dialog = SaveDialog(self._window, folder, can_replace=self._can_replace(self._case))
        dialog.accepted.connect(lambda: self._start(dialog.root, then))
        self._open(dialog)

    def _can_replace(self, case: Case) -> bool:
        unlocked = self._editing.boxes.unlocked
        return any(
            folder in unlocked and all(_IN_ARCHIVE not in each.source for each in boxes)
            for folder, boxes in find_expert_boxes(case).items()
        )

    def _start(self, root: Path | None, then: Callable[[], object] | None) -> None:
        if self._case is None:
            return
        if self._is_saving:
            self._waiting.append(lambda: self.save(then))
            return
        store, case = self._editing.store, self._case
        request = build_save_request(case, store, store.begin_save(), root)
        self._is_saving = True
        handle = self._runner.start(save_edits, request, title=tr("Saving boxes"))

        def finish(report: SaveReport) -> None:
            self._chosen[case.path] = root
            self.folder = "" if root is None else str(root)
            store.end_save(report.saved)
            self._editing.edits_changed.emit()
            self._toasts.show_toast(describe_report(report, root))
            if then is not None:
                then()

        handle.finished.connect(finish)
        handle.failed.connect(self._notifier.show_failure)
        handle.ended.connect(self._on_ended)

    def _on_ended(self) -> None:
        self._is_saving = False
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            each()

    # --- leaving ----------------------------------------------------------------------------

    def leave(self, proceed: Callable[[], object], give_up: Callable[[], object]) -> None:
        """Go on if everything is saved; else ask first.

        Parameters
        ----------
        proceed : callable
            What was about to happen; not called after Cancel or a failed save.
        give_up : callable
            Called before it when the reader does not want to save.
        """
        if not self._editing.has_unsaved:
            proceed()
            return
        if self.dialog is not None:
            return
        dialog = LeaveDialog(self._window, self._editing.store.unsaved_count)

        def leave_unsaved() -> None:
            dialog.reject()
            give_up()
            proceed()

        dialog.discard_button.clicked.connect(leave_unsaved)
        # Once this dialog is gone: saving may open another.
        dialog.accepted.connect(lambda: self.save(proceed))
        self._open(dialog)

    def _open(self, dialog: SaveDialog | LeaveDialog) -> None:
        self.dialog = dialog
        dialog.finished.connect(self._on_dialog_finished)
        dialog.open()

    def _on_dialog_finished(self) -> None:
        if self.sender() is self.dialog:
            self.dialog = None


def describe_report(report: SaveReport, root: Path | None) -> str:
    """Return what was written, as a note."""
    count = len(report.saved.files)
    where = tr("the expert's files") if root is None else str(root)
    text = tr("Saved %n slice(s) in {where}.", "", count).format(where=where)
    if report.kept:
        kept = len(report.kept)
        text += (
            tr(" 1 older file is kept as .orig.")
            if kept == 1
            else tr(" %n older files are kept as .orig.", "", kept)
        )
    return text


def _suggest_folder() -> str:
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return str(Path(documents or Path.home()) / "ctbox")
