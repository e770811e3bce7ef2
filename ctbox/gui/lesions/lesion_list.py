"""The list of a series' lesions: arrow keys or a click go to a lesion's best slice."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QIcon, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from ctbox.gui.box_swatch import SWATCH_SIZE, draw_swatch
from ctbox.gui.lesions.rows import LesionRow, describe_lesion, format_lesion
from ctbox.gui.translation import mark, tr
from ctbox.gui.viewer.scene import BoxKind

HEADINGS = (mark("Lesion"), mark("Score"), mark("Slices"), "mm", "IoU", "")
_HEADING_TIPS = (
    mark(
        "The model's lesions, best first, then the expert's that were missed; the letter is the "
        "expert's label"
    ),
    mark("The model's confidence in the lesion"),
    mark("Slices on which it has a box"),
    mark("Long axis in mm"),
    mark("Mean IoU with the expert's boxes of the same slices"),
    mark("TP hit, FP false, FN missed, – no expert's box there to judge it by"),
)
_SLICES = 2
_ROW_HEIGHT = 25
_LEAST_SECTION = 24
# Narrower than other tables: six columns in a dock.
_STYLE = """
QTableView::item { padding: 1px 3px; }
QHeaderView::section { padding: 4px 3px; }
"""
_MOST_ROWS_SHOWN = 5
_Index = QModelIndex | QPersistentModelIndex


class LesionListModel(QAbstractTableModel):
    """Six columns of text per lesion, and a swatch with its box's colour and line style."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[LesionRow, ...] = ()
        self._swatches: dict[BoxKind, QIcon] = {}

    def set_rows(self, rows: tuple[LesionRow, ...]) -> None:
        """Show other lesions."""
        if rows != self.rows:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own signature)
        """Return the number of lesions."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> object:
        """Return a column's heading, and what it means."""
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                # In a language where the word is long it is cut short: it heads two digits.
                return (
                    tr("Slices", "narrow column") if section == _SLICES else tr(HEADINGS[section])
                )
            if role == Qt.ItemDataRole.ToolTipRole:
                return tr(_HEADING_TIPS[section])
        return None

    def data(self, index: _Index, role: int = 0) -> object:
        """Return text, swatch, tip or spoken text of a cell."""
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return format_lesion(row)[index.column()]
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return describe_lesion(row)
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            return self._find_swatch(row.kind)
        return None

    def _find_swatch(self, kind: BoxKind) -> QIcon:
        if kind not in self._swatches:
            self._swatches[kind] = draw_swatch(kind)
        return self._swatches[kind]


class LesionList(QTableView):
    """Lists lesions; walking or clicking chooses one, a click or Enter also hands on the keys."""

    lesion_chosen = Signal(object)
    lesion_activated = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lesions = LesionListModel(self)
        self.setModel(self.lesions)
        self.setAccessibleName(tr("Lesions of this series"))
        self.setStyleSheet(_STYLE)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setIconSize(QSize(*SWATCH_SIZE))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(_LEAST_SECTION)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._is_syncing = False
        self._room = 0
        self.selectionModel().currentRowChanged.connect(self._on_current_changed)
        self.clicked.connect(self._on_clicked)

    def show_rows(self, rows: tuple[LesionRow, ...]) -> None:
        """Show lesions; the one that was current stays so, as long as it is listed."""
        current = self.find_current()
        self._is_syncing = True
        self.lesions.set_rows(rows)
        self._is_syncing = False
        self.mark(None if current is None else current.key)
        self._room = max(self._room, len(rows), 1)
        shown = min(self._room, _MOST_ROWS_SHOWN)
        height = self.horizontalHeader().sizeHint().height() + 4
        self.setFixedHeight(height + shown * _ROW_HEIGHT)
        self._share_width()

    def _share_width(self) -> None:
        """Keep the lesions' names whole: where room is short, headings of figures give way."""
        header = self.horizontalHeader()
        figures = range(1, len(HEADINGS))
        least = {i: max(self.sizeHintForColumn(i), _LEAST_SECTION) for i in figures}
        widths = {i: max(least[i], header.sectionSizeHint(i)) for i in figures}
        lacking = self.sizeHintForColumn(0) + sum(widths.values()) - self.viewport().width()
        for i in sorted(figures, key=lambda place: least[place] - widths[place]):
            given = min(max(lacking, 0), widths[i] - least[i])
            lacking -= given
            header.resizeSection(i, widths[i] - given)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width anew."""
        super().resizeEvent(event)
        self._share_width()

    def forget_room(self) -> None:
        """Let the list shrink: other lesions come.

        Otherwise it keeps the room that it had, so that what stands below, the confidence's
        slider above all, does not move under the hand that drags it.
        """
        self._room = 0

    @property
    def has_room(self) -> bool:
        """Whether it showed lesions of this series at some confidence."""
        return self._room > 0

    def find_current(self) -> LesionRow | None:
        """Return the current lesion."""
        place = self.currentIndex().row()
        return self.lesions.rows[place] if 0 <= place < len(self.lesions.rows) else None

    def mark(self, key: object) -> None:
        """Make the lesion with this key the current one without going to it; None for none."""
        places = [i for i, row in enumerate(self.lesions.rows) if row.key == key]
        self._is_syncing = True
        if places:
            self.setCurrentIndex(self.lesions.index(places[0], 0))
        else:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        self._is_syncing = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to the lesion and hands the keys to the image; Home and End walk far."""
        row = self.find_current()
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: len(self.lesions.rows) - 1}
        if event.key() in ends:
            self.setCurrentIndex(self.lesions.index(ends[Qt.Key(event.key())], 0))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row is not None:
            self._activate(row)
        else:
            super().keyPressEvent(event)

    def _on_current_changed(self, current: QModelIndex) -> None:
        if not self._is_syncing and current.isValid():
            self.lesion_chosen.emit(self.lesions.rows[current.row()])

    def _on_clicked(self, index: QModelIndex) -> None:
        self._activate(self.lesions.rows[index.row()])

    def _activate(self, row: LesionRow) -> None:
        self.lesion_chosen.emit(row)
        self.lesion_activated.emit()
