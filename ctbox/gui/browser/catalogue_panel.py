"""The catalogue's list with its search box, filters and a word on what to do while it is empty."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QStackedWidget,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from ctbox.gui.browser.catalogue_filters import CatalogueFilters
from ctbox.gui.browser.catalogue_indexing import IndexingLine
from ctbox.gui.browser.catalogue_model import COLUMNS, CatalogueModel
from ctbox.gui.browser.catalogue_place import TreePlace
from ctbox.gui.browser.catalogue_state import CatalogueState
from ctbox.gui.translation import mark, tr

_PICTURE = QSize(32, 32)
_COMPACT_WIDTHS = {"annotated": 76, "problems": 70}
_EMPTY = (
    mark("The catalogue is empty"),
    mark(
        "Add the folder of your collection once: afterwards its patients are listed here at once, "
        "with filters, and a series opens without reading the folder again."
    ),
)
_FILLING = (
    mark("The folder is being read"),
    mark("Its patients are listed here as they are found; you can go on working meanwhile."),
)
_NO_MATCH = (
    mark("Nothing matches"),
    mark("No series in the catalogue fits the search and the filters."),
)


class CatalogueTree(QTreeView):
    """The list; Enter opens a series, or opens a patient up."""

    series_activated = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter on any column; all else is Qt's."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activate(self.currentIndex())
            return
        super().keyPressEvent(event)

    def activate(self, index: QModelIndex) -> None:
        """Open the series at an index, or open a patient or study up or close it."""
        model = self.model()
        row = model.get_row(index) if isinstance(model, CatalogueModel) else None
        if row is None:
            return
        if row.series_key is not None:
            self.series_activated.emit(row.series_key)
        else:
            first = index.siblingAtColumn(0)
            self.setExpanded(first, not self.isExpanded(first))


class CataloguePanel(QWidget):
    """One view of the catalogue.

    Parameters
    ----------
    state : CatalogueState
        What to show; all views share it.
    model : CatalogueModel
        Its rows.
    compact : bool
        Only the essential columns, for the dock beside the image.
    """

    series_activated = Signal(str)
    add_requested = Signal()
    window_requested = Signal()
    stop_requested = Signal()

    def __init__(
        self,
        state: CatalogueState,
        model: CatalogueModel,
        *,
        compact: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("cataloguePanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._state, self._model, self._compact = state, model, compact
        self._asked = (state.filter, state.sort)
        self.filters = CatalogueFilters(state, compact=compact)
        self.tree = self._build_tree()
        self._place = TreePlace(self.tree, model)
        self.empty_title, self.empty_text = QLabel(), QLabel()
        self.empty_button = QPushButton()
        self.empty_button.setProperty("primary", True)
        self.empty_button.clicked.connect(self._on_empty_button)
        self.indexing = IndexingLine(compact=compact)
        self.indexing.stop_requested.connect(self.stop_requested)
        self.counts = QLabel()
        self.counts.setProperty("muted", True)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.tree)
        self._stack.addWidget(self._build_empty())
        self._lay_out()
        model.about_to_reload.connect(self._place.remember)
        model.modelReset.connect(self._on_reset)
        state.indexing_changed.connect(self._on_indexing)
        self._on_reset()

    def _build_tree(self) -> CatalogueTree:
        tree = CatalogueTree()
        tree.setModel(self._model)
        tree.setUniformRowHeights(True)
        tree.setIconSize(_PICTURE)
        tree.setIndentation(14 if self._compact else 20)
        tree.setAlternatingRowColors(False)
        tree.setExpandsOnDoubleClick(False)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        tree.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        tree.setAllColumnsShowFocus(True)
        tree.setAccessibleName(tr("Catalogue"))
        tree.setProperty("flat", True)
        tree.setProperty("compact", self._compact)
        tree.doubleClicked.connect(tree.activate)
        tree.series_activated.connect(self.series_activated)
        header = tree.header()
        header.setSectionsMovable(not self._compact)
        header.setFirstSectionMovable(False)
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(34)
        widths = _COMPACT_WIDTHS if self._compact else {}
        for place, column in enumerate(COLUMNS):
            tree.setColumnHidden(place, self._compact and not column.is_essential)
            header.resizeSection(place, widths.get(column.key, column.width))
        if self._compact:
            header.setSectionResizeMode(0, header.ResizeMode.Stretch)
        else:
            header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            header.customContextMenuRequested.connect(self._show_column_menu)
        self._show_sort(tree)
        tree.setSortingEnabled(True)
        return tree

    def _build_empty(self) -> QWidget:
        page = QFrame()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(18, 18, 18, 18)
        layout.setSpacing(10)
        self.empty_title.setProperty("title", True)
        self.empty_text.setProperty("muted", True)
        layout.addStretch(2)
        for label in (self.empty_title, self.empty_text):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(label)
        layout.addSpacing(6)
        layout.addWidget(self.empty_button, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(3)
        return page

    def _lay_out(self) -> None:
        margin = 10 if self._compact else 16
        layout = QVBoxLayout(self)
        layout.setContentsMargins(
            0 if self._compact else margin, 8, margin * (not self._compact), 8
        )
        layout.setSpacing(8)
        head = QHBoxLayout()
        head.setContentsMargins(margin * self._compact, 0, margin * self._compact, 0)
        head.addWidget(self.filters)
        foot = QHBoxLayout()
        foot.setContentsMargins(14 * self._compact, 0, 12 * self._compact, 0)
        foot.addWidget(self.counts, 1)
        foot.addWidget(self._build_link())
        line = QHBoxLayout()
        line.setContentsMargins(foot.contentsMargins())
        line.addWidget(self.indexing)
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)
        layout.addLayout(line)
        layout.addLayout(foot)

    def _build_link(self) -> QPushButton:
        link = QPushButton(tr("Show large") if self._compact else tr("Add folder…"))
        link.setProperty("link", True)
        link.clicked.connect(self.window_requested if self._compact else self.add_requested)
        self._link = link
        return link

    # --- what is shown ----------------------------------------------------------------------

    def save_header(self) -> str:
        """Return columns, widths and order of the header as base64."""
        return bytes(self.tree.header().saveState().toBase64().data()).decode()

    def restore_header(self, saved: str) -> None:
        """Take up what `save_header` gave; nothing happens where it makes no sense."""
        self.tree.blockSignals(True)
        self.tree.header().restoreState(QByteArray.fromBase64(saved.encode()))
        self.tree.blockSignals(False)
        self._show_sort(self.tree)

    def _show_sort(self, tree: QTreeView) -> None:
        places = [place for place, c in enumerate(COLUMNS) if c.key == self._state.sort.key]
        order = Qt.SortOrder.DescendingOrder
        if not self._state.sort.descending:
            order = Qt.SortOrder.AscendingOrder
        header = tree.header()
        if places and (header.sortIndicatorSection(), header.sortIndicatorOrder()) != (
            places[0],
            order,
        ):
            header.setSortIndicator(places[0], order)

    def _on_reset(self) -> None:
        model = self._model
        patients, series, slices = model.counts
        if not model.rowCount():
            model.fetchMore(QModelIndex())
        asked = (self._state.filter, self._state.sort)
        self._place.restore(is_same_list=asked == self._asked)
        self._asked = asked
        self._show_sort(self.tree)
        self._describe_empty()
        self._stack.setCurrentIndex(0 if series else 1)
        words = tr("{patients} · {series:,} series").format(
            patients=tr("%n patient(s)", "", patients), series=series
        )
        self.counts.setText(
            words
            if self._compact
            else tr("{words} · {slices:,} images").format(words=words, slices=slices)
        )

    def _describe_empty(self) -> None:
        is_filtered = not self._state.filter.is_empty
        is_filling = self._state.indexing is not None and not is_filtered
        words = _NO_MATCH if is_filtered else _FILLING if is_filling else _EMPTY
        title, text = map(tr, words)
        self.empty_title.setText(title)
        self.empty_text.setText(text)
        self.empty_button.setText(tr("Clear filters") if is_filtered else tr("Add folder…"))
        self.empty_button.setVisible(not is_filling)

    def _on_indexing(self) -> None:
        news = self._state.indexing
        self.indexing.show_news(news)
        self._describe_empty()
        # One folder at a time.
        self._link.setVisible(self._compact or news is None)

    def _on_empty_button(self) -> None:
        if self._state.filter.is_empty:
            self.add_requested.emit()
        else:
            self.filters.clear()

    def _show_column_menu(self, place: QPoint) -> None:
        menu = self.build_column_menu()
        menu.exec(self.tree.header().mapToGlobal(place))

    def build_column_menu(self) -> QMenu:
        """Return the menu that shows and hides columns; the first one stays."""
        menu = QMenu(self)
        for place, column in enumerate(COLUMNS[1:], 1):
            action = menu.addAction(tr(column.title))
            action.setCheckable(True)
            action.setChecked(not self.tree.isColumnHidden(place))
            action.toggled.connect(
                lambda shown, place=place: self.tree.setColumnHidden(place, not shown)
            )
        return menu
