"""Runs exports for the window and tells what came of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox

from ctbox.gui.exporting.dialog import ExportDialog
from ctbox.gui.sentences import say
from ctbox.gui.tasks import TaskHandle, TaskRunner
from ctbox.gui.translation import tr
from ctbox.progress import TaskContext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctbox.gui.session import Session
    from ctbox.workflows.export import ExportReport
    from ctbox.workflows.export_request import ExportRequest
    from ctbox.workflows.open_case import FileProblem

_SHOWN = 200


def run_export(request: ExportRequest, ctx: TaskContext) -> ExportReport:
    """Export; a task of the worker."""
    from ctbox.workflows.export import export

    return export(request, ctx)


class ExportCommands(QObject):
    """Ties the export dialog to the work behind it.

    Parameters
    ----------
    session : Session
        The window's life.
    runner : TaskRunner
        Has a worker process of this name.
    worker : str
        Where exports run.
    """

    def __init__(self, session: Session, runner: TaskRunner, worker: str) -> None:
        super().__init__(session)
        self._session, self._runner, self._worker = session, runner, worker
        self._handle: TaskHandle | None = None
        self.dialog = ExportDialog(session.window)
        self.dialog.requested.connect(self.start)
        self.result: QMessageBox | None = None
        session.window.commands["export"].triggered.connect(lambda _=False: self.show())

    @property
    def is_running(self) -> bool:
        """Whether an export is under way."""
        return self._handle is not None

    def show(self) -> None:
        """Show the dialog; the open case and one's own boxes are proposed."""
        case = self._session.case
        if case is not None:
            self.dialog.images.set_path(case.path)
        self.dialog.open()

    def start(self, request: ExportRequest) -> None:
        """Export in the background; the task bar shows how far it is, with Cancel."""
        if self._handle is not None:
            self._session.show_notice(tr("One export at a time: another one is running."))
            return
        title = tr("Exporting to {out}").format(out=request.out.name or request.out)
        handle = self._runner.start(
            run_export, request, kind="worker", title=title, worker=self._worker
        )
        self._handle = handle
        handle.finished.connect(lambda report: self._on_finished(report, request.out))
        handle.failed.connect(self._session.show_failure)
        handle.cancelled.connect(lambda: self._session.show_notice(tr("Export cancelled.")))
        handle.ended.connect(self._on_ended)

    def _on_ended(self) -> None:
        self._handle = None

    def _on_finished(self, report: ExportReport, out: Path) -> None:
        text = describe_export(report, out)
        details = [
            *_list(tr("Look at these before you share the files"), report.warnings),
            *_list(tr("Left out"), report.left_out),
        ]
        if not details:
            self._session.show_notice(text)
            return
        # Nothing is dropped without a word: what a note cannot hold gets a window.
        box = QMessageBox(
            QMessageBox.Icon.Information, tr("Export"), text, parent=self._session.window
        )
        box.setDetailedText("\n".join(details))
        box.setInformativeText(
            tr("{count} to look at, {count2} left out: see the details.").format(
                count=len(report.warnings), count2=len(report.left_out)
            )
        )
        box.open()
        self.result = box


def describe_export(report: ExportReport, out: Path) -> str:
    """Return what was written, in a sentence."""
    parts = []
    if report.boxes:
        parts.append(
            tr("{boxes} boxes of {lesions} lesions").format(
                boxes=report.boxes, lesions=report.lesions
            )
        )
    if report.images:
        parts.append(tr("{images} de-identified images").format(images=report.images))
    written = tr(" and ").join(parts) or tr("Nothing")
    orphans = (
        tr(" {orphans} annotated slices have no image here; their boxes are left out.").format(
            orphans=report.orphans
        )
        if report.orphans
        else ""
    )
    return tr("{written} written to {out}.{orphans}").format(
        written=written, out=out, orphans=orphans
    )


def _list(title: str, problems: Sequence[FileProblem]) -> list[str]:
    if not problems:
        return []
    lines = [f"{each.path}: {say(each.reason)}" for each in problems[:_SHOWN]]
    more = (
        [tr("… and {shown} more").format(shown=len(problems) - _SHOWN)]
        if len(problems) > _SHOWN
        else []
    )
    return [f"{title}: {len(problems)}", *lines, *more]
