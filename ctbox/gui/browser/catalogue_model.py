"""A catalogue as a Qt tree: patients, studies, series, fetched page by page as they are shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QIcon, QPixmap

from ctbox.dicom.catalog_query import PAGE, CatalogQuery, CatalogRow, CatalogSort
from ctbox.errors import CatalogError
from ctbox.gui.browser.catalogue_state import CatalogueState
from ctbox.gui.translation import mark, tr

AnyIndex = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()
_MOST_PICTURES = 2000
_ROW_SIZE = QSize(0, 36)


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Parameters
    ----------
    key : str
        One of `catalog_query.SORT_KEYS`.
    title : str
        Its heading.
    show : callable
        A row's text.
    is_number : bool
        Whether it stands at the right.
    width : int
        At first, px.
    is_essential : bool
        Whether the narrow list beside the image shows it.
    """

    key: str
    title: str
    show: Callable[[CatalogRow], str]
    is_number: bool = False
    width: int = 90
    is_essential: bool = False


def _format_number(value: float | None, form: str = "g") -> str:
    return "" if value is None else format(value, form)


def _format_date(row: CatalogRow) -> str:
    text = row.date or ""
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text.isdecimal() else text


def _format_thickness(row: CatalogRow) -> str:
    return "" if row.thickness_mm is None else f"{row.thickness_mm:.3g} mm"


def _format_count(count: int) -> str:
    return str(count) if count else ""


def _format_reviewed(row: CatalogRow) -> str:
    if not row.reviewed:
        return ""
    return (
        tr("yes")
        if row.series_key is not None
        else tr("{reviewed} of {series}").format(reviewed=row.reviewed, series=row.series)
    )


COLUMNS = (
    Column("patient", mark("Patient / series"), lambda row: "", width=250, is_essential=True),
    Column("subtype", mark("Subtype"), lambda row: row.subtype or "", width=80),
    Column("sex", mark("Sex"), lambda row: row.sex or "", width=52),
    Column("age", mark("Age"), lambda row: _format_number(row.age, ".0f"), width=54),
    Column("vendor", mark("Vendor"), lambda row: row.vendor or "", width=150),
    Column("thickness", mark("Thickness"), _format_thickness, width=94),
    Column("kernel", mark("Kernel"), lambda row: row.kernel or "", width=90),
    Column("phase", mark("Phase"), lambda row: row.phase or "", width=66),
    Column("slices", mark("Slices"), lambda row: str(row.slices), True, 68),
    Column(
        "annotated", mark("Annotated"), lambda row: _format_count(row.annotated), True, 92, True
    ),
    Column("problems", mark("Problems"), lambda row: _format_count(row.problems), True, 86, True),
    Column("reviewed", mark("Reviewed"), _format_reviewed, width=88),
    Column("model", mark("Model"), lambda row: row.model or "", width=150),
    Column("date", mark("Date"), _format_date, width=100),
)


@dataclass(eq=False)
class _Node:
    """A row of the tree; `children` is None until somebody asks for them."""

    row: CatalogRow | None
    parent: _Node | None = None
    place: int = 0
    children: list[_Node] = field(default_factory=list)
    is_complete: bool = False

    @property
    def key(self) -> tuple[str, str | None, str | None]:
        row = self.row or CatalogRow("")
        return row.patient_id, row.study_uid, row.series_key


class CatalogueModel(QAbstractItemModel):
    """Rows of a catalogue.

    Patients come in pages as the list is scrolled, studies and series when they are opened up, so
    that a quarter of a million images cost no more than what is on the screen.

    Parameters
    ----------
    state : CatalogueState
        What to show.
    """

    picture_wanted = Signal(str)
    about_to_reload = Signal()
    """Rows can still be asked for; Qt's own signal comes when trees have forgotten theirs."""

    def __init__(self, state: CatalogueState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._query: CatalogQuery | None = None
        self._root = _Node(None, is_complete=True)
        self._nodes: dict[int, _Node] = {}
        self._by_key: dict[tuple[str, str | None, str | None], _Node] = {}
        self._pictures: dict[str, QIcon] = {}
        self._unsure: set[str] = set()
        self._shows_identity = True
        self.counts = (0, 0, 0)
        state.changed.connect(self.reload)

    def reload(self) -> None:
        """Ask the catalogue again."""
        self.about_to_reload.emit()
        self.beginResetModel()
        self._query = self._state.make_query()
        self._root = _Node(None, is_complete=self._query is None)
        self._nodes, self._by_key = {}, {}
        try:
            self.counts = (0, 0, 0) if self._query is None else self._query.count()
        except CatalogError as error:
            self._fail(error)
        self.endResetModel()

    def _fail(self, error: CatalogError) -> None:
        self._query, self.counts = None, (0, 0, 0)
        self._root.is_complete = True
        self._state.failed.emit(error)

    def set_identity_shown(self, shown: bool) -> None:
        """Name the patients, or number them instead."""
        self._shows_identity = shown
        if self._root.children:
            last = self.index(len(self._root.children) - 1, 0)
            self.dataChanged.emit(self.index(0, 0), last)

    def set_picture(self, series_key: str, picture: QPixmap) -> None:
        """Show a small picture beside a series."""
        if len(self._pictures) >= _MOST_PICTURES:
            del self._pictures[next(iter(self._pictures))]
        self._pictures[series_key] = QIcon(picture)
        for node in self._nodes.values():
            if node.row is not None and node.row.series_key == series_key:
                index = self._index_of(node)
                self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])
                return

    def recheck_pictures(self) -> None:
        """Ask for all pictures again as they come into sight: series may have changed."""
        self._unsure = set(self._pictures)

    def get_row(self, index: AnyIndex) -> CatalogRow | None:
        """Return what an index stands for; None outside the tree."""
        return self._find(index).row if index.isValid() else None

    def get_key(self, index: AnyIndex) -> tuple[str, str | None, str | None]:
        """Return patient, study and series of an index: it outlives a reload."""
        return self._find(index).key

    def find_index(self, key: tuple[str, str | None, str | None]) -> QModelIndex:
        """Return the index of a key among the rows fetched so far; invalid if it is not there."""
        node = self._by_key.get(key)
        return QModelIndex() if node is None else self._index_of(node)

    # --- fetching ---------------------------------------------------------------------------

    def _find(self, index: AnyIndex) -> _Node:
        return self._nodes.get(index.internalId(), self._root) if index.isValid() else self._root

    def hasChildren(self, parent: AnyIndex = NO_PARENT) -> bool:
        """Whether a row can be opened up: all but series."""
        row = self._find(parent).row
        return row.series_key is None if row is not None else self.counts[0] > 0

    def canFetchMore(self, parent: AnyIndex) -> bool:
        """Whether the catalogue has rows that were not asked for yet."""
        node = self._find(parent)
        return not node.is_complete and (node.row is None or node.row.series_key is None)

    def fetchMore(self, parent: AnyIndex) -> None:
        """Ask for the next page of patients, or for all of a row's children."""
        node = self._find(parent)
        if self._query is None or node.is_complete:
            return
        try:
            rows = self._ask(self._query, node)
        except CatalogError as error:
            self._fail(error)
            return
        node.is_complete = node.row is not None or len(rows) < PAGE
        if not rows:
            return
        first = len(node.children)
        self.beginInsertRows(self._index_of(node), first, first + len(rows) - 1)
        for place, row in enumerate(rows, first):
            child = _Node(row, node, place)
            node.children.append(child)
            self._nodes[id(child)] = child
            self._by_key[child.key] = child
        self.endInsertRows()

    def _index_of(self, node: _Node) -> QModelIndex:
        return QModelIndex() if node.row is None else self.createIndex(node.place, 0, id(node))

    def _ask(self, query: CatalogQuery, node: _Node) -> list[CatalogRow]:
        if node.row is None:
            return query.list_patients(len(node.children))
        if node.row.study_uid is None:
            return query.list_studies(node.row.patient_id)
        return query.list_series(node.row.patient_id, node.row.study_uid)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort patients, and the series of each, by a column."""
        descending = order is Qt.SortOrder.DescendingOrder
        self._state.set_sort(CatalogSort(COLUMNS[column].key, descending))

    # --- QAbstractItemModel -----------------------------------------------------------------

    def index(self, row: int, column: int, parent: AnyIndex = NO_PARENT) -> QModelIndex:
        """Return the index of a child."""
        children = self._find(parent).children
        if not (0 <= row < len(children) and 0 <= column < len(COLUMNS)):
            return QModelIndex()
        return self.createIndex(row, column, id(children[row]))

    def parent(self, index: AnyIndex = NO_PARENT) -> Any:
        """Return the study of a series, the patient of a study."""
        above = self._find(index).parent if index.isValid() else None
        if above is None or above.row is None:
            return QModelIndex()
        return self.createIndex(above.place, 0, id(above))

    def rowCount(self, parent: AnyIndex = NO_PARENT) -> int:
        """Return the number of rows fetched so far."""
        return 0 if parent.column() > 0 else len(self._find(parent).children)

    def columnCount(self, _parent: AnyIndex = NO_PARENT) -> int:
        """Return the number of columns."""
        return len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's heading."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(COLUMNS[section].title)
        if role == Qt.ItemDataRole.TextAlignmentRole and COLUMNS[section].is_number:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, its small picture, or its problems as a tool tip."""
        if not index.isValid():
            return None
        node, column = self._find(index), COLUMNS[index.column()]
        row = node.row
        if row is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._name(node) if index.column() == 0 else column.show(row)
        if role == Qt.ItemDataRole.TextAlignmentRole and column.is_number:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.SizeHintRole:
            return _ROW_SIZE
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(row.sentences) or None
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            return self._find_picture(row)
        return None

    def _find_picture(self, row: CatalogRow) -> QIcon | None:
        if row.series_key is None:
            return None
        if row.series_key not in self._pictures or row.series_key in self._unsure:
            self._unsure.discard(row.series_key)
            self.picture_wanted.emit(row.series_key)
        return self._pictures.get(row.series_key)

    def _name(self, node: _Node) -> str:
        row = node.row or CatalogRow("")
        if row.series_key is not None:
            return row.description or tr("No description")
        if row.study_uid is not None:
            return row.description or tr("No description")
        if not self._shows_identity:
            return tr("Patient {place}").format(place=node.place + 1)
        return row.patient_id or tr("Unknown patient")
