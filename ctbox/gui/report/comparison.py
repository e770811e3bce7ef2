"""Two reports side by side: which patients got better, which worse."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ctbox.evaluation.reporting.comparing import ReportChanges, compare_reports, list_labels
from ctbox.gui.choice_box import ChoiceBox
from ctbox.gui.report.change_view import ChangeView, find_change_mark
from ctbox.gui.translation import tr
from ctbox.workflows.report_tasks import OpenedReport


class ComparisonDialog(QDialog):
    """The patients of two reports, the greatest loss first.

    Parameters
    ----------
    first, second : OpenedReport
        The earlier and the later report.
    shows_identity : bool
        Whether patients are named by their IDs.
    """

    def __init__(
        self,
        first: OpenedReport,
        second: OpenedReport,
        parent: QWidget | None = None,
        *,
        shows_identity: bool = True,
    ) -> None:
        super().__init__(parent)
        self._shows_identity = shows_identity
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Compare reports — ctbox"))
        self.resize(860, 560)
        self.reports = (first, second)
        self.models = tuple(self._build_chooser(one) for one in self.reports)
        self.verdict = QLabel()
        self.verdict.setProperty("heading", True)
        self.notes = QLabel()
        self.notes.setWordWrap(True)
        self.notes.setProperty("muted", True)
        self.view = ChangeView()
        self._lay_out()
        for chooser in self.models:
            chooser.currentIndexChanged.connect(lambda _: self._update())
        self._update()

    def _build_chooser(self, opened: OpenedReport) -> ChoiceBox:
        chooser = ChoiceBox(tr("Model of {name}").format(name=opened.path.parent.name))
        chooser.addItems(list_labels(opened.document))
        return chooser

    def _lay_out(self) -> None:
        head = QGridLayout()
        head.setHorizontalSpacing(12)
        head.setColumnStretch(1, 1)
        for row, (mark, opened, chooser) in enumerate(
            zip((tr("○ First"), tr("● Second")), self.reports, self.models, strict=True)
        ):
            head.addWidget(QLabel(mark), row, 0)
            name = QLabel(opened.path.parent.name)
            name.setToolTip(str(opened.path))
            head.addWidget(name, row, 1)
            head.addWidget(chooser, row, 2)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.view)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 14)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(self.verdict)
        layout.addWidget(scroll, 1)
        layout.addWidget(self.notes)
        layout.addWidget(buttons)

    def _update(self) -> None:
        first, second = (one.document for one in self.reports)
        labels = (self.models[0].currentText(), self.models[1].currentText())
        changes = compare_reports(first, second, labels)
        self.verdict.setText(describe_verdict(changes))
        self.notes.setText(describe_notes(changes))
        shown = changes.changes
        if not self._shows_identity:
            numbers = enumerate(shown, start=1)
            names = (tr("Patient {number}").format(number=number) for number, _ in numbers)
            shown = tuple(
                replace(change, patient_id=name) for change, name in zip(shown, names, strict=True)
            )
        self.view.set_changes(shown)


def describe_verdict(changes: ReportChanges) -> str:
    """Return how many patients got better, worse, or stayed."""
    marks = [find_change_mark(one) for one in changes.changes]
    if not marks:
        return tr("No patient is in both reports.")
    return tr("{count} better, {count2} worse, {count3} the same").format(
        count=marks.count("▲"), count2=marks.count("▼"), count3=marks.count("=")
    )


def describe_notes(changes: ReportChanges) -> str:
    """Return what must be known before the picture is believed."""
    notes = [tr("Mean IoU over each patient's annotated slices, 0 to 1. Research use only.")]
    seen = sum(any(one.seen) for one in changes.changes)
    odd = sum(not one.is_comparable for one in changes.changes)
    alone = len(changes.only_first) + len(changes.only_second)
    if seen:
        notes.append(tr("LEAKY: {seen} of the patients were seen in training.").format(seen=seen))
    if odd:
        notes.append(
            tr("{odd} patients have another number of slices in either report.").format(odd=odd)
        )
    if alone:
        notes.append(
            tr("{alone} patients are in one report only and not shown.").format(alone=alone)
        )
    return " ".join(notes)
