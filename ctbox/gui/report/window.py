"""A report's results: what it says of every slice, sorted and filtered; a row opens the slice."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices, QFont, QFontMetrics, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ctbox.gui.choice_box import ChoiceBox
from ctbox.gui.report.rows import COLUMNS, ResultRow, describe_seen, list_rows
from ctbox.gui.report.table_model import ResultFilter, ResultTableModel
from ctbox.gui.translation import mark, tr
from ctbox.workflows.report_tasks import OpenedReport

_STATUSES = ((mark("Annotated slices"), "annotated"), (mark("Negative slices"), "negative"),
             (mark("Ignored slices"), "ignored"), (mark("All slices"), ""))  # fmt: skip
_IOU_COLUMN = 2
_STATUS_COLUMN, _SEEN_COLUMN, _MODEL_COLUMN = 9, 10, 14
_LEAST, _WIDEST = 72, 240
_HEADING_PADDING = 28  # as in the style sheet, with the sort arrow
_ROW_HEIGHT = 28
_BUTTON_WIDTH = 124
_PAGE_NAME = "report.html"


class ResultWindow(QWidget):
    """A window of its own with one report's results.

    Parameters
    ----------
    opened : OpenedReport
        The report.
    """

    slice_requested = Signal(object)
    compare_requested = Signal(object)
    closed = Signal()

    def __init__(self, opened: OpenedReport, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("reportWindow")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.opened = opened
        self.setWindowTitle(tr("Report {name} — ctbox").format(name=opened.path.parent.name))
        self.resize(1180, 700)
        self.rows = list_rows(opened.document)
        self.proxy = ResultFilter(self)
        self.results = ResultTableModel(self.rows, self)
        self.proxy.setSourceModel(self.results)
        self.proxy.set_status("annotated")
        self.text = QLineEdit()
        self.text.setPlaceholderText(tr("Filter: patient, subtype, vendor, kernel, UID…"))
        self.text.setClearButtonEnabled(True)
        self.text.setAccessibleName(tr("Filter results"))
        self.model = self._build_models()
        self.status = ChoiceBox(tr("Which slices"))
        for title, value in _STATUSES:
            self.status.addItem(tr(title), value)
        self.table = self._build_table()
        self._is_fitted = False
        self.count = QLabel()
        self.count.setProperty("muted", True)
        self.show_button = QPushButton(tr("Show slice"))
        self.show_button.setProperty("primary", True)
        self.show_button.setMinimumWidth(_BUTTON_WIDTH)
        self.page_button = QPushButton(tr("Open page"))
        self.compare_button = QPushButton(tr("Compare with…"))
        self._lay_out()
        self._connect()
        self._update()

    def _build_models(self) -> ChoiceBox:
        chooser = ChoiceBox(tr("Model"))
        labels = list(dict.fromkeys(row.model for row in self.rows))
        if len(labels) > 1:
            chooser.addItem(tr("All models"), "")
        for label in labels:
            chooser.addItem(label, label)
        return chooser

    def _build_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.proxy)
        table.setAccessibleName(tr("Results by slice"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setShowGrid(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # UIDs differ at their end
        table.setAlternatingRowColors(True)
        table.setProperty("sortable", True)
        table.setSortingEnabled(True)
        table.sortByColumn(_IOU_COLUMN, Qt.SortOrder.AscendingOrder)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        table.horizontalHeader().setStretchLastSection(True)
        table.horizontalHeader().setHighlightSections(False)
        # What is the same on every row is told above the table.
        table.setColumnHidden(_MODEL_COLUMN, self.model.count() == 1)
        table.setColumnHidden(_SEEN_COLUMN, len({row.seen for row in self.rows}) < 2)
        return table

    def showEvent(self, event: QShowEvent) -> None:
        """Give every column the room that its words take in the style that is now known."""
        super().showEvent(event)
        if not self._is_fitted:
            self._is_fitted = True
            self._fit_columns()

    def _fit_columns(self) -> None:
        font = QFont(self.table.font())
        font.setWeight(QFont.Weight.DemiBold)
        heading = QFontMetrics(font)
        for place in range(len(COLUMNS) - 1):
            title = str(self.proxy.headerData(place, Qt.Orientation.Horizontal))
            needed = heading.horizontalAdvance(title) + _HEADING_PADDING
            needed = max(needed, self.table.sizeHintForColumn(place))
            self.table.setColumnWidth(place, min(needed, _WIDEST))
        self.table.setColumnWidth(len(COLUMNS) - 1, _LEAST)  # takes what is left

    def _lay_out(self) -> None:
        document = self.opened.document
        patients, series, slices = (
            document["images"][each] for each in ("patients", "series", "slices")
        )
        title = QLabel(
            ", ".join(
                (
                    tr("%n patient(s)", "", patients),
                    tr("%n series", "", series),
                    tr("%n slice(s)", "", slices),
                )
            )
        )
        title.setProperty("heading", True)
        notice = QLabel(document["notice"])
        notice.setProperty("muted", True)
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(notice)
        filters = QHBoxLayout()
        filters.setSpacing(8)
        filters.addWidget(self.text, 1)
        filters.addWidget(self.model)
        filters.addWidget(self.status)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.count, 1)
        for button in (self.compare_button, self.page_button, self.show_button):
            foot.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.setSpacing(10)
        layout.addLayout(head)
        for text in self._list_warnings():
            warning = QLabel(text)
            warning.setWordWrap(True)
            warning.setProperty("warning", True)
            layout.addWidget(warning)
        layout.addLayout(filters)
        layout.addWidget(self.table, 1)
        layout.addLayout(foot)

    def _list_warnings(self) -> list[str]:
        document = self.opened.document
        partial = tr("PARTIAL: the run was stopped before all series were judged.")
        failed = len(document["images"]["failed"])
        lost = (
            tr("{failed} series could not be judged; report.html lists them.").format(failed=failed)
            if failed
            else ""
        )
        texts = (describe_seen(document), partial if document["partial"] else "", lost)
        return [text for text in texts if text]

    def _connect(self) -> None:
        self.text.textChanged.connect(self.proxy.set_text)
        self.model.currentIndexChanged.connect(
            lambda _: self.proxy.set_model(str(self.model.currentData()))
        )
        self.status.currentIndexChanged.connect(
            lambda _: self.proxy.set_status(str(self.status.currentData()))
        )
        self.proxy.layoutChanged.connect(lambda *_: self._update())
        self.table.activated.connect(self._on_activated)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._update())
        self.show_button.clicked.connect(lambda: self._on_activated(self.table.currentIndex()))
        self.page_button.clicked.connect(self._open_page)
        self.compare_button.clicked.connect(lambda: self.compare_requested.emit(self.opened))

    def _update(self) -> None:
        shown = self.proxy.rowCount()
        # One kind alone is named beside the filter.
        self.table.setColumnHidden(_STATUS_COLUMN, bool(self.status.currentData()))
        self.count.setText(
            tr("{shown:,} of {count:,} slices").format(shown=shown, count=len(self.rows))
        )
        self.show_button.setEnabled(self.table.currentIndex().isValid())
        self.page_button.setEnabled(self._get_page().is_file())

    def _get_page(self) -> Path:
        return self.opened.path.parent / _PAGE_NAME

    def _open_page(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._get_page())))

    def _on_activated(self, index: QModelIndex) -> None:
        row = self.find_row(index)
        if row is not None:
            self.slice_requested.emit(row)

    def find_row(self, index: QModelIndex) -> ResultRow | None:
        """Return the slice at a place of the table; None beside it."""
        return self.proxy.get_row(index) if index.isValid() else None

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell that it closes."""
        super().closeEvent(event)
        self.closed.emit()
