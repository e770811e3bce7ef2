"""The results as a Qt table, and the filter before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)

from ctbox.gui.report.rows import COLUMNS, ResultRow
from ctbox.gui.translation import tr

AnyIndex = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter

PATIENT_COLUMN = 0


class ResultTableModel(QAbstractTableModel):
    """One row a slice.

    Parameters
    ----------
    rows : sequence of ResultRow
        The slices.
    """

    def __init__(self, rows: Sequence[ResultRow], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows = rows
        patients = dict.fromkeys(row.values["patient_id"] for row in rows)
        self._aliases = {patient: number for number, patient in enumerate(patients, start=1)}
        self._shows_identity = True

    def set_identity_shown(self, shown: bool) -> None:
        """Show patients' IDs, or numbers in their place."""
        self._shows_identity = shown
        if self.rows:
            last = self.index(len(self.rows) - 1, len(COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def _name_patient(self, patient: str) -> str:
        if self._shows_identity:
            return patient
        return tr("Patient {number}").format(number=self._aliases[patient])

    def rowCount(self, parent: AnyIndex = NO_PARENT) -> int:
        """Return the number of slices."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, _parent: AnyIndex = NO_PARENT) -> int:
        """Return the number of columns."""
        return len(COLUMNS)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return a column's heading, tool tip or alignment."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(column.title)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr(column.tip)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(_LEFT if column.decimals is None else _RIGHT)
        return None

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell: its text, its alignment, or the value that it is sorted by."""
        column, row = COLUMNS[index.column()], self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            if index.column() == PATIENT_COLUMN:
                return self._name_patient(row.values["patient_id"])
            return column.format(row)
        if role == Qt.ItemDataRole.UserRole:
            value = column.read(row)
            # What is unknown comes before everything known.
            missing = -1.0 if column.decimals is not None else ""
            return missing if value is None else value
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(_LEFT if column.decimals is None else _RIGHT)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr("{patient_id}, slice {sop_instance_uid}").format(
                patient_id=self._name_patient(row.values["patient_id"]),
                sop_instance_uid=row.values["sop_instance_uid"],
            )
        return None


class ResultFilter(QSortFilterProxyModel):
    """Shows the slices of a model and a kind that hold all words of a text."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setSortRole(Qt.ItemDataRole.UserRole)
        self._words: tuple[str, ...] = ()
        self._model = ""
        self._status = ""

    def set_text(self, text: str) -> None:
        """Show rows that hold every word of this text."""
        self._words = tuple(text.casefold().split())
        self.invalidate()

    def set_model(self, label: str) -> None:
        """Show one model's rows; all with an empty label."""
        self._model = label
        self.invalidate()

    def set_status(self, status: str) -> None:
        """Show annotated, negative or ignored slices; all with an empty word."""
        self._status = status
        self.invalidate()

    def filterAcceptsRow(self, source_row: int, _source_parent: AnyIndex) -> bool:
        """Return whether a row is shown."""
        source = self.sourceModel()
        assert isinstance(source, ResultTableModel)
        row = source.rows[source_row]
        if self._model and row.model != self._model:
            return False
        if self._status and row.status != self._status:
            return False
        return all(word in row.haystack for word in self._words)

    def get_row(self, index: AnyIndex) -> ResultRow:
        """Return the slice that an index of this filter shows."""
        source = self.sourceModel()
        assert isinstance(source, ResultTableModel)
        return source.rows[self.mapToSource(index).row()]
