"""Runs the dataset doctor for the window: examine, save the report, write a corrected copy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from ctbox.errors import CtboxError
from ctbox.gui.doctor.window import DoctorWindow
from ctbox.gui.tasks import TaskHandle, TaskRunner
from ctbox.gui.translation import tr
from ctbox.progress import TaskContext
from ctbox.workflows.doctor_inputs import DoctorRequest
from ctbox.workflows.doctor_report import DoctorReport

if TYPE_CHECKING:
    from ctbox.gui.session import Session
    from ctbox.workflows.doctor_fix import FixReport

NEW_FOLDER = "Annotation-corrected"


@dataclass(frozen=True, slots=True)
class FixRequest:
    """What to correct, and the new folder it goes into."""

    examined: DoctorRequest
    out: Path


def examine(request: DoctorRequest, ctx: TaskContext) -> DoctorReport:
    """Examine a data set; a task of the worker."""
    from ctbox.workflows.doctor import examine_dataset

    return examine_dataset(request, ctx)


def write_copy(request: FixRequest, ctx: TaskContext) -> FixReport:
    """Write a corrected copy; a task of the worker."""
    from ctbox.workflows.doctor_fix import write_fixed_copy

    return write_fixed_copy(request.examined, request.out, ctx)


class DoctorCommands(QObject):
    """Ties the doctor's window to the work behind it.

    Parameters
    ----------
    session : Session
        The window's life.
    runner : TaskRunner
        Has a worker process of this name.
    worker : str
        Where the doctor works.
    """

    def __init__(self, session: Session, runner: TaskRunner, worker: str) -> None:
        super().__init__(session)
        self._session, self._runner, self._worker = session, runner, worker
        self._handle: TaskHandle | None = None
        self._examined: DoctorRequest | None = None
        self.window = DoctorWindow(session.window)
        self.window.examine_requested.connect(self.examine)
        self.window.cancel_requested.connect(self._cancel)
        self.window.html_requested.connect(self._ask_for_html)
        self.window.fix_requested.connect(self._ask_for_copy)
        session.window.commands["doctor"].triggered.connect(lambda _=False: self.show())

    def show(self) -> None:
        """Show the window; the open case's folder is proposed."""
        case = self._session.case
        if case is not None and not self.window.images.path and not self.window.annotations.path:
            self.window.images.set_path(case.path)
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def examine(self, request: DoctorRequest) -> None:
        """Examine in the background."""
        handle = self._start(examine, request, tr("Examining the data set"))
        if handle is not None:
            handle.finished.connect(lambda report: self._on_examined(request, report))

    def _on_examined(self, request: DoctorRequest, report: DoctorReport) -> None:
        # Only now: a copy is made of what the report that is shown was made of.
        self._examined = request
        self.window.show_report(report)

    def _start(self, function: object, request: object, title: str) -> TaskHandle | None:
        if self._handle is not None:
            return None
        handle = self._runner.start(
            function,  # type: ignore[arg-type]
            request,
            kind="worker",
            title=title,
            worker=self._worker,
        )
        self._handle = handle
        self.window.show_running(True)
        handle.progressed.connect(self.window.show_progress)
        handle.failed.connect(self._session.show_failure)
        handle.cancelled.connect(lambda: self.window.summary.setText(tr("Stopped.")))
        handle.ended.connect(self._on_ended)
        return handle

    def _on_ended(self) -> None:
        self._handle = None
        self.window.show_running(False)

    def _cancel(self) -> None:
        if self._handle is not None:
            self._handle.cancel()

    def _ask_for_html(self) -> None:
        start = str(Path(self._session.opening.find_start()) / "doctor.html")
        chosen, _ = QFileDialog.getSaveFileName(
            self.window, tr("Save the doctor's report"), start, "HTML (*.html)"
        )
        if chosen:
            self.save_html(Path(chosen))

    def save_html(self, path: Path) -> None:
        """Write the report as one self-contained HTML file."""
        from ctbox.annotations.atomic_file import write_atomically
        from ctbox.workflows.doctor_html import format_html

        if self.window.report is None:
            return
        html = format_html(self.window.report).encode()
        try:
            write_atomically(path, html, overwrite=True)
        except CtboxError as error:
            self._session.show_failure(error)
        else:
            self.window.summary.setText(tr("The report is in {path}.").format(path=path))

    def _ask_for_copy(self) -> None:
        chosen = QFileDialog.getExistingDirectory(
            self.window,
            tr("Where to make the new folder {new_folder}").format(new_folder=NEW_FOLDER),
            self._session.opening.find_start(),
        )
        if chosen:
            self.write_copy(Path(chosen) / NEW_FOLDER)

    def write_copy(self, out: Path) -> None:
        """Write a corrected copy of all annotation files into a new folder."""
        if self._examined is None:
            return
        request = FixRequest(self._examined, out)
        handle = self._start(write_copy, request, tr("Writing a corrected copy"))
        if handle is not None:
            handle.finished.connect(self._on_copied)

    def _on_copied(self, done: FixReport) -> None:
        self.window.summary.setText(
            tr(
                "{copied} annotation files in {folder}, {corrected} of them corrected, {left_out} "
                "left out; fixes.csv lists every change."
            ).format(
                copied=done.copied,
                folder=done.folder,
                corrected=done.corrected,
                left_out=done.left_out,
            )
        )
