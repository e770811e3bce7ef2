"""What is told once a folder was added: how much there is now, and which files were not read."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from ctbox.gui.browser.problems import ProblemRow, UnreadDialog, hide_identity
from ctbox.gui.sentences import say
from ctbox.gui.tasks import TaskRunner
from ctbox.gui.translation import tr
from ctbox.workflows.index_unread import list_unread

if TYPE_CHECKING:
    from collections.abc import Callable

    from ctbox.gui.session import Session
    from ctbox.workflows.index import IndexReport
    from ctbox.workflows.open_case import FileProblem

_NAMED = 2
_SECONDS = 15.0


class CatalogueReport(QObject):
    """Tells the end of an indexing run in notes that lead on.

    Parameters
    ----------
    session : Session
        Shows the notes.
    runner : TaskRunner
        Reads the list of files in a thread.
    show_catalogue : callable
        Opens the catalogue.
    """

    def __init__(
        self, session: Session, runner: TaskRunner, show_catalogue: Callable[[], None]
    ) -> None:
        super().__init__(session)
        self._session, self._runner = session, runner
        self._show_catalogue = show_catalogue

    def tell(self, report: IndexReport) -> None:
        """Tell what the catalogue holds now, and name the files that were not read."""
        patients = report.patients
        self._session.toasts.show_toast(
            tr("The catalogue holds {patients}, {series} series, {instances} images.").format(
                patients=tr("%n patient(s)", "", patients),
                series=report.series,
                instances=report.instances,
            ),
            action_text=tr("Show catalogue"),
            on_action=self._show_catalogue,
            seconds=_SECONDS,
        )
        for warning in report.warnings:
            self._session.show_notice(warning)
        if report.skipped:
            self._ask_for_names(report.catalog, report.skipped)

    def _ask_for_names(self, catalog: Path, count: int) -> None:
        handle = self._runner.start(list_unread, catalog)
        handle.finished.connect(lambda found: self._tell_unread(found, count))
        handle.failed.connect(self._session.show_failure)

    def _tell_unread(self, found: tuple[FileProblem, ...], count: int) -> None:
        rows = tuple(ProblemRow(tr("Not read"), one.path, say(one.reason)) for one in found)
        named = map(hide_identity, rows[:_NAMED]) if self._is_hidden else rows[:_NAMED]
        names = ", ".join(PurePath(row.path).name for row in named)
        self._session.toasts.show_toast(
            tr("%n file(s) could not be read: {names}{more}", "", count).format(
                names=names, more=" …" if count > _NAMED else ""
            ),
            action_text=tr("Show list"),
            on_action=lambda: self._show_list(rows),
            seconds=_SECONDS,
        )

    @property
    def _is_hidden(self) -> bool:
        return not self._session.window.commands["patient"].isChecked()

    def _show_list(self, rows: tuple[ProblemRow, ...]) -> None:
        UnreadDialog(rows, self._session.window, shows_identity=not self._is_hidden).open()
