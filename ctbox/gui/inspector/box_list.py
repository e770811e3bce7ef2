"""The list of a slice's boxes: the expert's and the AI's, with size and overlap."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from ctbox.gui.box_swatch import SWATCH_SIZE, draw_swatch
from ctbox.gui.inspector.state import BoxRow
from ctbox.gui.translation import mark, tr
from ctbox.gui.viewer.scene import BoxKind

_OWN_KINDS = (BoxKind.MINE, BoxKind.PROPOSAL)
_HEADINGS = (mark("Box"), mark("Size"), mark("Overlap"))
_MOST_ROWS_SHOWN = 6
_Index = QModelIndex | QPersistentModelIndex


class BoxListModel(QAbstractTableModel):
    """Three columns of text per box, and a swatch with its colour and line style."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[BoxRow, ...] = ()
        self._swatches: dict[BoxKind, QIcon] = {}

    def set_rows(self, rows: tuple[BoxRow, ...]) -> None:
        """Show other boxes."""
        if rows != self.rows:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own signature)
        """Return the number of boxes."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(_HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> object:
        """Return a column's heading."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(_HEADINGS[section])
        return None

    def data(self, index: _Index, role: int = 0) -> object:
        """Return text, swatch, tip or spoken text of a cell."""
        row = self.rows[index.row()]
        texts = (row.name, row.size, row.overlap)
        if role == Qt.ItemDataRole.DisplayRole:
            return texts[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.tip
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(texts)
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            return self._find_swatch(row.kind)
        return None

    def _find_swatch(self, kind: BoxKind) -> QIcon:
        if kind not in self._swatches:
            self._swatches[kind] = draw_swatch(kind)
        return self._swatches[kind]


class BoxList(QTableView):
    """Lists boxes; a click selects one, Ctrl and a click pairs it with one of the other kind."""

    selection_requested = Signal(object, object)
    own_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.boxes = BoxListModel(self)
        self.setModel(self.boxes)
        self.setAccessibleName(tr("Boxes on this slice"))
        self.setToolTip(tr("Click selects a box; Ctrl+click pairs it with one of the other kind"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setIconSize(QSize(*SWATCH_SIZE))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(26)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        self._is_syncing = False
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)

    def show_rows(
        self,
        rows: tuple[BoxRow, ...],
        annotation: int | None,
        detection: int | None,
        own: int | None = None,
    ) -> None:
        """Show boxes with these ones selected."""
        self._is_syncing = True
        self.boxes.set_rows(rows)
        wanted = {(BoxKind.EXPERT, annotation), (BoxKind.DETECTION, detection)}
        self._select(wanted | {(kind, own) for kind in _OWN_KINDS})
        self._is_syncing = False
        shown = min(max(len(rows), 1), _MOST_ROWS_SHOWN)
        height = self.horizontalHeader().sizeHint().height() + 4
        self.setFixedHeight(height + shown * self.verticalHeader().defaultSectionSize())

    def _select(self, wanted: set[tuple[BoxKind, int | None]]) -> None:
        picked = QItemSelection()
        for place, row in enumerate(self.boxes.rows):
            if (row.kind, row.index) in wanted:
                first = self.boxes.index(place, 0)
                picked.select(first, self.boxes.index(place, len(_HEADINGS) - 1))
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().select(picked, flags)

    def _on_selection_changed(self, selected: QItemSelection) -> None:
        """Ask for the selected boxes: at most one of a kind, the one picked last."""
        if self._is_syncing:
            return
        newest = {index.row() for index in selected.indexes()}
        places = sorted(
            (index.row() for index in self.selectionModel().selectedRows()),
            key=lambda place: place in newest,
        )
        chosen: dict[BoxKind, int] = {}
        for place in places:
            row = self.boxes.rows[place]
            chosen[row.kind] = row.index
        picked = [self.boxes.rows[place] for place in places if place in newest]
        own = next((row.index for row in picked if row.kind in _OWN_KINDS), None)
        self.own_requested.emit(own)
        if own is not None:
            chosen.clear()
        self.selection_requested.emit(chosen.get(BoxKind.EXPERT), chosen.get(BoxKind.DETECTION))
