"""The series list with its filter, and what was skipped below it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from ctbox.gui.browser.delegate import SeriesDelegate
from ctbox.gui.browser.model import SeriesTreeModel
from ctbox.gui.browser.problems import describe_problems
from ctbox.gui.theme import Theme
from ctbox.gui.translation import tr
from ctbox.workflows.open_case import Case, SeriesCase


class BrowserPanel(QWidget):
    """Lists the series of a case; arrow keys walk, Enter or a click goes to the image."""

    series_chosen = Signal(object)
    series_activated = Signal()
    problems_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("browserPanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._model = SeriesTreeModel(self)
        self._proxy = QSortFilterProxyModel(self)
        self._proxy.setSourceModel(self._model)
        self._proxy.setRecursiveFilteringEnabled(True)
        self._proxy.setAutoAcceptChildRows(True)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._delegate = SeriesDelegate(self)
        self._filter = QLineEdit()
        self._filter.setPlaceholderText(tr("Filter patients and series…"))
        self._filter.setClearButtonEnabled(True)
        self._filter.setAccessibleName(tr("Filter patients and series"))
        self._filter.textChanged.connect(self._on_filter_changed)
        self._tree = self._build_tree()
        self._counts = QLabel()
        self._counts.setProperty("muted", True)
        self._problems = QPushButton()
        self._problems.setProperty("link", True)
        self._problems.clicked.connect(self.problems_requested)
        self._lay_out()

    def _build_tree(self) -> QTreeView:
        tree = QTreeView()
        tree.setModel(self._proxy)
        tree.setItemDelegate(self._delegate)
        tree.setHeaderHidden(True)
        tree.setIndentation(0)
        tree.setRootIsDecorated(False)
        tree.setItemsExpandable(False)
        tree.setMouseTracking(True)
        tree.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        tree.setAccessibleName(tr("Series", "several"))
        tree.selectionModel().currentChanged.connect(self._on_current_changed)
        tree.clicked.connect(self._on_activated)
        tree.activated.connect(self._on_activated)
        return tree

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 8)
        layout.setSpacing(6)
        head = QVBoxLayout()
        head.setContentsMargins(10, 2, 10, 2)
        head.addWidget(self._filter)
        foot = QVBoxLayout()
        foot.setContentsMargins(14, 2, 12, 0)
        foot.setSpacing(2)
        foot.addWidget(self._counts)
        foot.addWidget(self._problems)
        layout.addLayout(head)
        layout.addWidget(self._tree, 1)
        layout.addLayout(foot)
        self.setMinimumWidth(230)
        self.show_case(None)

    @property
    def model(self) -> SeriesTreeModel:
        """The list's rows."""
        return self._model

    @property
    def tree(self) -> QTreeView:
        """The list itself."""
        return self._tree

    @property
    def problems_text(self) -> str:
        """What the link below the list says; empty if there is none."""
        return self._problems.text() if self._problems.isVisibleTo(self) else ""

    def show_case(self, case: Case | None) -> None:
        """List another case; nothing is chosen yet."""
        self._filter.clear()
        self._model.set_case(case)
        self._tree.expandAll()
        problems = "" if case is None else describe_problems(case)
        # On a line each: side by side they would be cut off.
        self._problems.setText(problems.replace(", ", ",\n"))
        self._problems.setVisible(bool(problems))
        self._counts.setText("" if case is None else _count(case))

    def choose(self, series_key: str) -> None:
        """Make a series the current one; `series_chosen` follows if it was not."""
        index = self._proxy.mapFromSource(self._model.find_index(series_key))
        self._tree.setCurrentIndex(index)

    def set_identity_shown(self, shown: bool) -> None:
        """Name the patients or not."""
        self._model.set_identity_shown(shown)

    def set_marks_hidden(self, hidden: bool) -> None:
        """Keep back how much of each series an expert has marked, or tell it again."""
        self._model.set_marks_hidden(hidden)

    def set_thumbnail(self, series_key: str, picture: QPixmap) -> None:
        """Show a small picture beside a series."""
        self._model.set_thumbnail(series_key, picture)

    def apply_theme(self, theme: Theme) -> None:
        """Draw the rows in the theme's colours."""
        self._delegate.theme = theme
        self._tree.viewport().update()

    def _find_series_case(self, index: QModelIndex) -> SeriesCase | None:
        return self._model.get_series_case(self._proxy.mapToSource(index))

    def _on_filter_changed(self, text: str) -> None:
        self._proxy.setFilterFixedString(text)
        self._tree.expandAll()

    def _on_current_changed(self, current: QModelIndex) -> None:
        series_case = self._find_series_case(current)
        if series_case is not None:
            self.series_chosen.emit(series_case)

    def _on_activated(self, index: QModelIndex) -> None:
        if self._find_series_case(index) is not None:
            self.series_activated.emit()


def _count(case: Case) -> str:
    patients = len({each.series.patient_id for each in case.series})
    series = len(case.series)
    words = tr("%n patient(s)", "", patients)
    return tr("{words} · {series} series").format(words=words, series=series)
