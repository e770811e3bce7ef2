"""What a view of the catalogue shows of its list, kept over a reload."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint
from PySide6.QtWidgets import QAbstractItemView, QTreeView

from ctbox.dicom.catalog_query import PAGE
from ctbox.gui.browser.catalogue_model import CatalogueModel

Key = tuple[str, str | None, str | None]
_NOTHING: Key = ("", None, None)


class TreePlace:
    """Rows that are opened up, the current one, and how far a list is scrolled.

    Indexes die with a reload; patient, study and series stay the same.

    Parameters
    ----------
    tree : QTreeView
        Shows the model.
    model : CatalogueModel
        Its rows.
    """

    def __init__(self, tree: QTreeView, model: CatalogueModel) -> None:
        self._tree, self._model = tree, model
        self._opened: list[Key] = []
        self._current = self._first_seen = _NOTHING
        self._patients = self._cut_off = self._column = self._across = 0
        self._is_selected = False

    def remember(self) -> None:
        """Take note of what is shown, just before a reload."""
        model, tree = self._model, self._tree
        self._patients = model.rowCount()
        self._opened = []
        for row in range(self._patients):
            patient = model.index(row, 0)
            if tree.isExpanded(patient):
                self._opened.append(model.get_key(patient))
                studies = (
                    model.index(place, 0, patient) for place in range(model.rowCount(patient))
                )
                self._opened += [model.get_key(each) for each in studies if tree.isExpanded(each)]
        current = tree.currentIndex()
        self._current, self._column = model.get_key(current), max(0, current.column())
        self._is_selected = tree.selectionModel().isSelected(current)
        self._across = tree.horizontalScrollBar().value()
        top = tree.indexAt(QPoint(1, 0)).siblingAtColumn(0)
        # A list that is not scrolled stays at its beginning, whatever comes there.
        is_scrolled = tree.verticalScrollBar().value() > 0 and top.isValid()
        self._first_seen = model.get_key(top) if is_scrolled else _NOTHING
        self._cut_off = -tree.visualRect(top).top() if is_scrolled else 0

    def restore(self, *, is_same_list: bool) -> None:
        """Show it again.

        Parameters
        ----------
        is_same_list : bool
            Whether filter and order are those before: then as many patients are fetched, and the
            list is scrolled to where it was. Else it is scrolled to the current row.
        """
        if is_same_list:
            self._fetch()
        for key in self._opened:
            index = self._model.find_index(key)
            if index.isValid():
                self._model.fetchMore(index)
                self._tree.setExpanded(index, True)
        self._choose(scrolls=not is_same_list)
        if is_same_list:
            self._scroll()

    def _fetch(self) -> None:
        """Fetch as many patients as there were, and a page more where new ones push them down."""
        model, root = self._model, QModelIndex()
        while model.rowCount() < self._patients and model.canFetchMore(root):
            model.fetchMore(root)
        wanted = [(key[0], None, None) for key in (self._current, self._first_seen) if any(key)]
        while (
            model.rowCount() < self._patients + PAGE
            and model.canFetchMore(root)
            and not all(model.find_index(key).isValid() for key in wanted)
        ):
            model.fetchMore(root)

    def _choose(self, *, scrolls: bool) -> None:
        index = self._model.find_index(self._current)
        if not index.isValid():
            return
        flags = QItemSelectionModel.SelectionFlag
        chosen = flags.ClearAndSelect | flags.Rows if self._is_selected else flags.NoUpdate
        scrolled = self._tree.hasAutoScroll()
        self._tree.setAutoScroll(scrolls)
        place = index.siblingAtColumn(self._column)
        self._tree.selectionModel().setCurrentIndex(place, chosen)
        self._tree.setAutoScroll(scrolled)

    def _scroll(self) -> None:
        tree = self._tree
        index = self._model.find_index(self._first_seen)
        if index.isValid():
            tree.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtTop)
            bar = tree.verticalScrollBar()
            bar.setValue(bar.value() + self._cut_off)
        tree.horizontalScrollBar().setValue(self._across)
