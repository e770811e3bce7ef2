"""The series list as a Qt tree: patients, and their series below."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QPixmap

from ctbox.gui.browser.rows import PatientRow, SeriesRow, build_rows
from ctbox.workflows.open_case import Case, SeriesCase

AnyIndex = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole
NO_PARENT = QModelIndex()


class SeriesTreeModel(QAbstractItemModel):
    """Patients and series of one case.

    A series' index carries 1 + its patient's row as internal id, a patient's carries 0.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._patients: tuple[PatientRow, ...] = ()
        self._thumbnails: dict[str, QPixmap] = {}
        self._shows_identity = True
        self._hides_marks = False

    @property
    def patients(self) -> tuple[PatientRow, ...]:
        """The rows."""
        return self._patients

    def set_case(self, case: Case | None) -> None:
        """List another case."""
        self.beginResetModel()
        self._patients = () if case is None else build_rows(case)
        self._thumbnails.clear()
        self.endResetModel()

    def set_marks_hidden(self, hidden: bool) -> None:
        """Say of no series what an expert has marked, of no patient what it is, or say it again."""
        if hidden != self._hides_marks:
            self._hides_marks = hidden
            if self._patients:
                self.dataChanged.emit(self.index(0, 0), self.index(len(self._patients) - 1, 0))
            for place, patient in enumerate(self._patients):
                parent = self.index(place, 0)
                last = self.index(len(patient.series) - 1, 0, parent)
                self.dataChanged.emit(self.index(0, 0, parent), last)

    def set_identity_shown(self, shown: bool) -> None:
        """Name the patients, or number them instead."""
        self._shows_identity = shown
        if self._patients:
            last = self.index(len(self._patients) - 1, 0)
            self.dataChanged.emit(self.index(0, 0), last)

    def set_thumbnail(self, series_key: str, picture: QPixmap) -> None:
        """Show a small picture beside a series."""
        self._thumbnails[series_key] = picture
        index = self.find_index(series_key)
        if index.isValid():
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])

    def find_index(self, series_key: str) -> QModelIndex:
        """Return the place of a series; invalid if it is not listed."""
        for row, patient in enumerate(self._patients):
            for child, series in enumerate(patient.series):
                if series.series_case.series.key == series_key:
                    return self.index(child, 0, self.index(row, 0))
        return QModelIndex()

    def get_series_case(self, index: AnyIndex) -> SeriesCase | None:
        """Return the series at an index; None for a patient."""
        row = self._get_row(index) if index.isValid() else None
        return row.series_case if isinstance(row, SeriesRow) else None

    # --- QAbstractItemModel -----------------------------------------------------------------

    def index(self, row: int, column: int, parent: AnyIndex = NO_PARENT) -> QModelIndex:
        """Return the index of a child."""
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    def parent(self, index: AnyIndex = NO_PARENT) -> Any:
        """Return the patient of a series."""
        if not index.isValid() or index.internalId() == 0:
            return QModelIndex()
        return self.createIndex(index.internalId() - 1, 0, 0)

    def rowCount(self, parent: AnyIndex = NO_PARENT) -> int:
        """Return the number of patients, or of a patient's series."""
        if not parent.isValid():
            return len(self._patients)
        return len(self._patients[parent.row()].series) if parent.internalId() == 0 else 0

    def columnCount(self, _parent: AnyIndex = NO_PARENT) -> int:
        """Return 1: the delegate lays a row out by itself."""
        return 1

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a row's text for searching and for screen readers, and the row itself."""
        if not index.isValid():
            return None
        row = self._get_row(index)
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._describe(row)
        if role == Qt.ItemDataRole.DecorationRole and isinstance(row, SeriesRow):
            return self._thumbnails.get(row.series_case.series.key)
        if role == Qt.ItemDataRole.ToolTipRole and isinstance(row, SeriesRow):
            return "\n".join(
                part for part in (row.title, row.facts, row.marks, row.trouble) if part
            )
        return None

    def get_patient_name(self, row: PatientRow) -> str:
        """Return what a patient is called now."""
        return row.patient_id if self._shows_identity else row.alias

    def _describe(self, row: PatientRow | SeriesRow) -> str:
        if isinstance(row, PatientRow):
            return ", ".join(part for part in (self.get_patient_name(row), row.subtype) if part)
        parts = (row.title, row.facts, row.marks, row.trouble)
        return ", ".join(part for part in parts if part)

    def _get_row(self, index: AnyIndex) -> PatientRow | SeriesRow:
        if index.internalId() == 0:
            patient = self._patients[index.row()]
            return replace(patient, subtype="") if self._hides_marks else patient
        row = self._patients[index.internalId() - 1].series[index.row()]
        return replace(row, marks="") if self._hides_marks else row
