"""What the dataset doctor found: findings with counts, every place, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSplitter,
    QTextBrowser,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ctbox.gui.error_dialogs import find_theme
from ctbox.gui.form_rows import add_form_row
from ctbox.gui.report.folder_field import FolderField
from ctbox.gui.translation import mark, tr
from ctbox.progress import Progress
from ctbox.workflows.doctor_inputs import DoctorRequest
from ctbox.workflows.doctor_report import DoctorReport, Finding, Severity

LIST_INDENT = 18.0
"""Pixels that a list is set in; Qt's own 40 waste a narrow column."""
MOST_PLACES = 1000
"""Places a finding shows; the HTML has all."""
_ROW_HEIGHT = 27
_TITLES = {
    Severity.PERSON: mark("Needs a person"),
    Severity.WARNING: mark("ctbox has a rule for it"),
    Severity.INFO: mark("Worth knowing"),
}
_INTRO = mark(
    "Reads headers and annotation files, never pixels, and changes nothing. A corrected copy goes "
    "into a new folder."
)


class DoctorWindow(QDialog):
    """Asks what to examine, and shows what was found.

    Signals carry a `DoctorRequest`; `html_requested` and `fix_requested` come only with a report.
    """

    examine_requested = Signal(object)
    cancel_requested = Signal()
    html_requested = Signal()
    fix_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Dataset doctor"))
        self.resize(980, 680)
        self.images = FolderField(
            tr("Folder of images"), tr("DICOM folder, download or ZIP; may be empty")
        )
        self.annotations = FolderField(tr("Folder of annotations"), tr("found beside the images"))
        self.examine = QPushButton(tr("Examine"))
        self.examine.setProperty("primary", True)
        self.examine.clicked.connect(self._on_examine)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.summary = QLabel(tr(_INTRO))
        self.summary.setProperty("muted", True)
        self.summary.setWordWrap(True)
        self.findings = QTreeWidget()
        self.findings.setHeaderLabels([tr("Finding"), tr("Count")])
        self.findings.setRootIsDecorated(False)
        self.findings.setIndentation(14)
        self.findings.setProperty("flat", True)
        header = self.findings.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, header.ResizeMode.Stretch)
        header.resizeSection(1, 70)
        self.findings.setAccessibleName(tr("Findings"))
        self.findings.currentItemChanged.connect(self._on_chosen)
        self.details = QTextBrowser()
        self.details.document().setIndentWidth(LIST_INDENT)
        self.details.setAccessibleName(tr("Details"))
        self.html = QPushButton(tr("Save as HTML…"))
        self.html.clicked.connect(self.html_requested)
        self.fix = QPushButton(tr("Write corrected copy…"))
        self.fix.setToolTip(
            tr("All annotation files, corrected, into a new folder; originals stay")
        )
        self.fix.clicked.connect(self.fix_requested)
        self.report: DoctorReport | None = None
        self._is_running = False
        self._lay_out()
        self.images.changed.connect(self._update_buttons)
        self.annotations.changed.connect(self._update_buttons)
        self._update_buttons()

    def _lay_out(self) -> None:
        form = QFormLayout()
        add_form_row(form, tr("Images"), self.images)
        add_form_row(form, tr("Annotations"), self.annotations)
        start = QHBoxLayout()
        start.addWidget(self.summary, 1)
        start.addWidget(self.bar)
        start.addWidget(self.examine)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.findings)
        split.addWidget(self.details)
        split.setSizes([430, 540])
        split.setChildrenCollapsible(False)
        foot = QHBoxLayout()
        foot.addWidget(self.html)
        foot.addWidget(self.fix)
        foot.addStretch(1)
        close = QPushButton(tr("Close"))
        close.clicked.connect(self.close)
        foot.addWidget(close)
        for button in (self.examine, self.html, self.fix, close):
            button.setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(12)
        layout.addLayout(form)
        layout.addLayout(start)
        layout.addWidget(split, 1)
        layout.addLayout(foot)
        self.bar.setFixedWidth(150)
        self.bar.hide()

    @property
    def request(self) -> DoctorRequest:
        """What is to be examined."""
        images, annotations = self.images.path, self.annotations.path
        return DoctorRequest(
            Path(images) if images else None, Path(annotations) if annotations else None
        )

    # --- running ----------------------------------------------------------------------------

    def show_running(self, running: bool) -> None:
        """Offer to stop while the doctor is at work."""
        self._is_running = running
        self.examine.setText(tr("Stop") if running else tr("Examine"))
        self.bar.setVisible(running)
        self.bar.setRange(0, 0)
        self._update_buttons()

    def show_progress(self, progress: Progress) -> None:
        """Show how far it is."""
        self.bar.setRange(0, progress.total or 0)
        self.bar.setValue(progress.done)
        self.summary.setText(f"{progress.message}…")

    def _on_examine(self) -> None:
        if self._is_running:
            self.cancel_requested.emit()
        else:
            self.examine_requested.emit(self.request)

    def _update_buttons(self) -> None:
        is_asked = bool(self.images.path or self.annotations.path)
        self.examine.setEnabled(self._is_running or is_asked)
        self.html.setEnabled(self.report is not None and not self._is_running)
        self.fix.setEnabled(self.report is not None and not self._is_running)

    # --- results ----------------------------------------------------------------------------

    def show_report(self, report: DoctorReport) -> None:
        """List the findings, most pressing first."""
        self.report = report
        examined, patients = report.examined, report.examined.patients
        self.summary.setText(
            tr(
                "Examined: {annotation_files:,} annotation files with {boxes:,} boxes; {images:,} "
                "images in {series:,} series of {patients}. "
            ).format(
                annotation_files=examined.annotation_files,
                boxes=examined.boxes,
                images=examined.images,
                series=examined.series,
                patients=tr("%n patient(s)", "", patients),
            )
            + _conclude(report)
        )
        self.findings.clear()
        for severity, words in _TITLES.items():
            title = tr(words)
            found = [each for each in report.findings if each.check.severity is severity]
            if found:
                self._add_group(title, severity, found)
        self._add_rest(report)
        group = self.findings.topLevelItem(0)
        first = None if group is None else group.child(0) or group
        if first is not None:
            self.findings.setCurrentItem(first)
        self._update_buttons()

    def _add_group(self, title: str, severity: Severity, found: Sequence[Finding]) -> None:
        theme = find_theme()
        colors = {Severity.PERSON: theme.error, Severity.WARNING: theme.warning}
        group = _build_item(self.findings, title, len(found))
        group.setForeground(0, QColor(colors.get(severity, theme.accent)))
        font = group.font(0)
        font.setBold(True)
        group.setFont(0, font)
        for finding in found:
            item = _build_item(group, finding.check.title, finding.count)
            item.setData(0, Qt.ItemDataRole.UserRole, format_finding(finding))
            item.setToolTip(0, finding.check.title)
        group.setExpanded(True)

    def _add_rest(self, report: DoctorReport) -> None:
        passed = "".join(f"<li>{escape(check.title)}</li>" for check in report.passed)
        missed = "".join(
            f"<li>{escape(each.check.title)}: {escape(each.reason)}</li>"
            for each in report.not_checked
        )
        for title, count, text in (
            (tr("Checked, nothing found"), len(report.passed), passed),
            (tr("Not checked"), len(report.not_checked), missed),
        ):
            if count:
                item = _build_item(self.findings, title, count)
                item.setData(0, Qt.ItemDataRole.UserRole, f"<h3>{title}</h3><ul>{text}</ul>")

    def _on_chosen(self, item: QTreeWidgetItem | None) -> None:
        text = item.data(0, Qt.ItemDataRole.UserRole) if item is not None else None
        self.details.setHtml(text or "")


def _build_item(parent: QTreeWidget | QTreeWidgetItem, title: str, count: int) -> QTreeWidgetItem:
    item = QTreeWidgetItem([title, f"{count:,}"])
    item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    item.setSizeHint(0, QSize(0, _ROW_HEIGHT))
    if isinstance(parent, QTreeWidget):
        parent.addTopLevelItem(item)
    else:
        parent.addChild(item)
    return item


def format_finding(finding: Finding) -> str:
    """Return a finding as rich text: what, why, what ctbox does, and where."""
    check = finding.check
    parts = [f"<h3>{escape(check.title)}</h3><p>{escape(check.explanation)}</p>"]
    parts.append(f"<p><b>ctbox:</b> {escape(check.action)}</p>")
    if check.fix:
        heading = tr("A corrected copy:")
        parts.append(f"<p><b>{heading}</b> {escape(check.fix)}</p>")
    unit = check.unit if finding.count == 1 else f"{check.unit}s"
    parts.append(f"<p><b>{finding.count:,} {escape(unit)}</b></p><ul>")
    for item in finding.items[:MOST_PLACES]:
        detail = f" — {escape(item.detail)}" if item.detail else ""
        parts.append(f"<li>{escape(item.path)}{detail}</li>")
    parts.append("</ul>")
    if finding.count > MOST_PLACES:
        more = tr("… and {count} more, all of them in the HTML.")
        parts.append(f"<p>{more.format(count=finding.count - MOST_PLACES)}</p>")
    return "".join(parts)


def _conclude(report: DoctorReport) -> str:
    if report.needs_person:
        return tr("Some findings need a person.")
    if not report.examined.annotation_files and report.not_checked:
        return tr("No annotations were found: %n check(s) not made.", "", len(report.not_checked))
    return tr("Nothing needs a person.")
