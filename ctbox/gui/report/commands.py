"""The commands of batch reports: run one, look through its results, compare two."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QMessageBox

from ctbox.boxes import BoundingBox
from ctbox.gui.case_controller import OpenRequest
from ctbox.gui.notifications import Notifier
from ctbox.gui.report.choices import ReportChoices
from ctbox.gui.report.comparison import ComparisonDialog
from ctbox.gui.report.dialog import ReportDialog
from ctbox.gui.report.rows import ResultRow, find_series_rows
from ctbox.gui.report.window import ResultWindow
from ctbox.gui.sentences import say
from ctbox.gui.session import Session
from ctbox.gui.tasks import TaskHandle, TaskRunner
from ctbox.gui.translation import mark, tr
from ctbox.model.detection import Detection, SliceDetections
from ctbox.model.store import list_models
from ctbox.paths import model_folders
from ctbox.workflows.parallel import WorkerOptions
from ctbox.workflows.report_request import ReportResult, SeriesFailed
from ctbox.workflows.report_tasks import OpenedReport, make_report, open_report, open_two_reports

WORKER = "report"
# Cancel still writes what is finished, which takes its time in a large collection.
WORKER_OPTIONS = WorkerOptions(WORKER, niceness=5, cancel_limit_s=600)
_JSON = "report.json"
_KINDS = mark("Reports (report.json);;JSON (*.json)")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A slice to show once its images are open."""

    row: ResultRow
    rows: list[ResultRow]


class ReportCommands(QObject):
    """Ties the report commands to dialog, worker process and result windows.

    Parameters
    ----------
    session : Session
        The window's life: it opens cases and keeps the settings.
    runner : TaskRunner
        Has a worker process named "report".
    notifier : Notifier
        Shows what fails.
    """

    def __init__(self, session: Session, runner: TaskRunner, notifier: Notifier) -> None:
        super().__init__(session)
        self._session = session
        self._runner = runner
        self._notifier = notifier
        self.choices = ReportChoices.from_json(session.settings.report_choices)
        self.running: TaskHandle | None = None
        self.windows: list[ResultWindow] = []
        self._images: dict[Path, Path] = {}
        self._wanted: _Wanted | None = None
        commands = session.window.commands
        commands["batch_report"].triggered.connect(lambda _=False: self._ask())
        commands["open_report"].triggered.connect(lambda _=False: self._ask_for_report())
        commands["compare_reports"].triggered.connect(lambda _=False: self._ask_for_two())
        session.cases.case_opened.connect(lambda *_: self._go_to_wanted())
        session.cases.failed.connect(lambda *_: self._forget_wanted())

    # --- running ----------------------------------------------------------------------------

    def _ask(self) -> None:
        if self.running is not None:
            self._session.show_notice(tr("A report is running: its progress is at the lower edge."))
            return
        choices = self.choices
        case = self._session.case
        if not choices.dicom and case is not None and Path(case.path).exists():
            choices = replace(choices, dicom=case.path)
        cards = list_models(model_folders()).cards
        dialog = ReportDialog(choices, cards, os.cpu_count() or 1, self._session.window)
        dialog.requested.connect(self._on_requested)
        dialog.open()

    def _on_requested(self, choices: ReportChoices) -> None:
        self.choices = choices
        session = self._session
        session.settings = replace(session.settings, report_choices=choices.to_json())
        there = Path(choices.out) / _JSON
        if choices.resume or not there.exists():
            self.start(choices)
            return
        question = QMessageBox(session.window)
        question.setIcon(QMessageBox.Icon.Question)
        question.setWindowTitle(tr("Replace the report?"))
        question.setText(
            tr("There is a report in {name} already.").format(name=Path(choices.out).name)
        )
        question.setInformativeText(tr("Replace it, or choose another folder."))
        replace_it = question.addButton(tr("Replace"), QMessageBox.ButtonRole.AcceptRole)
        question.addButton(QMessageBox.StandardButton.Cancel)
        replace_it.clicked.connect(lambda: self.start(choices, overwrite=True))
        question.open()

    def start(self, choices: ReportChoices, *, overwrite: bool = False) -> None:
        """Run a report in its worker process; its results are shown when it ends."""
        device = self._session.prediction.device
        request = replace(choices.build_request(overwrite=overwrite), device=device)
        handle = self._runner.start(
            make_report, request, kind="worker", title=tr("Batch report"), worker=WORKER
        )
        self.running = handle
        self._images[request.out.absolute()] = request.dicom
        handle.updated.connect(self._on_updated)
        handle.finished.connect(self._on_finished)
        handle.failed.connect(self._notifier.show_failure)
        handle.ended.connect(self._on_ended)

    def _on_updated(self, update: object) -> None:
        if isinstance(update, SeriesFailed):
            self._session.show_notice(
                tr("Not judged: {patient_id}. {reason}").format(
                    patient_id=update.patient_id, reason=say(update.reason)
                )
            )

    def _on_finished(self, result: ReportResult) -> None:
        told = tr("Report written: {series} series").format(series=result.series)
        if result.failed:
            told += tr(", {failed} failed").format(failed=result.failed)
        if result.partial:
            told = tr("Stopped: a PARTIAL report of {series} series was written").format(
                series=result.series
            )
        self._session.show_notice(f"{told}.")
        self.open(result.json_path)

    def _on_ended(self) -> None:
        self.running = None

    # --- results ----------------------------------------------------------------------------

    def open(self, path: Path) -> None:
        """Read a report in the background and show its results."""
        handle = self._runner.start(open_report, path, title=tr("Reading the report"))
        handle.finished.connect(self._show)
        handle.failed.connect(self._notifier.show_failure)

    def _ask_for_report(self) -> None:
        path = self._ask_for_file(tr("Open a report"))
        if path is not None:
            self.open(path)

    def _ask_for_file(self, title: str, start: str = "") -> Path | None:
        near = start or self.choices.out or self._session.opening.find_start()
        chosen, _ = QFileDialog.getOpenFileName(self._session.window, title, near, tr(_KINDS))
        return Path(chosen) if chosen else None

    def _show(self, opened: OpenedReport) -> None:
        window = ResultWindow(opened, self._session.window)
        self.windows.append(window)
        window.slice_requested.connect(lambda row: self._show_slice(window, row))
        window.compare_requested.connect(self._ask_for_other)
        window.closed.connect(lambda: self._forget(window))
        patient = self._session.window.commands["patient"]
        window.results.set_identity_shown(patient.isChecked())
        patient.toggled.connect(window.results.set_identity_shown)
        window.show()

    def _forget(self, window: ResultWindow) -> None:
        if window in self.windows:
            self.windows.remove(window)

    # --- comparing --------------------------------------------------------------------------

    def _ask_for_two(self) -> None:
        first = self._ask_for_file(tr("Compare: the first (earlier) report"))
        second = None if first is None else self._ask_for_file(
            tr("Compare: the second (later) report"), str(first.parent.parent)
        )  # fmt: skip
        if first is not None and second is not None:
            self.compare(first, second)

    def _ask_for_other(self, opened: OpenedReport) -> None:
        other = self._ask_for_file(
            tr("Compare with this later report"), str(opened.path.parent.parent)
        )
        if other is not None:
            self.compare(opened.path, other)

    def compare(self, first: Path, second: Path) -> None:
        """Read two reports in the background and show who got better or worse."""
        handle = self._runner.start(open_two_reports, (first, second), title=tr("Reading reports"))
        handle.finished.connect(self._show_comparison)
        handle.failed.connect(self._notifier.show_failure)

    def _show_comparison(self, reports: tuple[OpenedReport, OpenedReport]) -> None:
        shown = self._session.window.commands["patient"].isChecked()
        ComparisonDialog(*reports, self._session.window, shows_identity=shown).open()

    # --- a row's slice ----------------------------------------------------------------------

    def _show_slice(self, window: ResultWindow, row: ResultRow) -> None:
        self._wanted = _Wanted(row, find_series_rows(window.rows, row))
        if self._is_open(row):
            self._go_to_wanted()
            return
        folder = window.opened.path.parent.absolute()
        images = self._images.get(folder)
        if images is None:
            chosen = QFileDialog.getExistingDirectory(
                window,
                tr("Where are the images of this report?"),
                self._session.opening.find_start(),
            )
            if not chosen:
                self._forget_wanted()
                return
            images = self._images[folder] = Path(chosen)
        self._session.open(OpenRequest(images))

    def _is_open(self, row: ResultRow) -> bool:
        case, key = self._session.case, row.values["series_key"]
        return case is not None and any(one.series.key == key for one in case.series)

    def _forget_wanted(self) -> None:
        self._wanted = None

    def _go_to_wanted(self) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is None:
            return
        session, key = self._session, wanted.row.values["series_key"]
        if not self._is_open(wanted.row):
            session.show_notice(tr("The slice's series is not among these images."))
            return
        session.window.browser.choose(key)
        state = session.state
        state.store.add_report(key, [_read_detections(one) for one in wanted.rows])
        state.set_overlays(replace(state.overlays, annotations=True, detections=True))
        state.set_slice_index(_find_index(session, wanted.row))
        session.window.raise_()
        session.window.activateWindow()
        session.window.viewer.setFocus()


def _find_index(session: Session, row: ResultRow) -> int:
    shown = session.state.series_case
    uids = [] if shown is None else [one.sop_instance_uid for one in shown.series.slices]
    uid = row.values["sop_instance_uid"]
    return uids.index(uid) if uid in uids else 0


def _read_detections(row: ResultRow) -> SliceDetections:
    boxes, scores = row.values["detections_xyxy"], row.values["scores"]
    found = tuple(
        Detection(BoundingBox(*box), score) for box, score in zip(boxes, scores, strict=True)
    )
    return SliceDetections(row.values["sop_instance_uid"], found)
