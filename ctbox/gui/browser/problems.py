"""What was skipped or did not match when a case was opened, as a sentence and as a list."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ctbox.workflows.open_case import Case, FileProblem

AnyIndex = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()
_ROW_HEIGHT = 48  # three lines of a reason
_HEADINGS = ("What", "File", "Reason")


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One line of the list."""

    what: str
    path: str
    reason: str


def list_problems(case: Case) -> tuple[ProblemRow, ...]:
    """Return everything the user may want to know of, what was not read first."""
    summary = case.annotation_summary
    kinds: tuple[tuple[str, tuple[FileProblem, ...]], ...] = (
        ("Skipped file", case.skipped),
        ("Annotation not readable", summary.unparsable),
        ("Annotation without a slice", summary.orphans),
        ("Unknown label", summary.unknown_labels),
        ("Annotated twice", summary.duplicates),
        ("Annotation notice", summary.warnings),
    )
    return tuple(
        ProblemRow(what, each.path, each.reason) for what, found in kinds for each in found
    )


def describe_problems(case: Case) -> str:
    """Return one sentence on what was not read; empty if all was."""
    parts = []
    if case.skipped:
        count = len(case.skipped)
        parts.append("1 file was skipped" if count == 1 else f"{count} files were skipped")
    other = len(list_problems(case)) - len(case.skipped)
    if other:
        parts.append("1 annotation notice" if other == 1 else f"{other} annotation notices")
    return ", ".join(parts) + "…" if parts else ""


class ProblemsModel(QAbstractTableModel):
    """The problems of a case as a table."""

    def __init__(self, rows: tuple[ProblemRow, ...], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows = rows

    def rowCount(self, parent: AnyIndex = NO_PARENT) -> int:
        """Return the number of problems."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, _parent: AnyIndex = NO_PARENT) -> int:
        """Return 3: what, file, reason."""
        return len(_HEADINGS)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> str | None:
        """Return a column's heading."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADINGS[section]
        return None

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        """Return a cell; the whole path is in its tool tip."""
        row = self._rows[index.row()]
        cells = (row.what, PurePath(row.path).name or row.path, row.reason)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return cells[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.path if index.column() == 1 else cells[index.column()]
        return None


class ProblemsDialog(QDialog):
    """Lists what was skipped, with the reasons."""

    def __init__(self, case: Case, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Skipped files and notices")
        self.resize(980, 560)
        rows = list_problems(case)
        intro = QLabel(
            "The rest of the case was opened. These files were passed over or need a look:"
        )
        intro.setWordWrap(True)
        table = QTableView()
        table.setModel(ProblemsModel(rows, self))
        table.setAccessibleName("Skipped files and notices")
        table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        table.setColumnWidth(0, 200)
        table.setColumnWidth(1, 260)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 16)
        layout.setSpacing(12)
        layout.addWidget(intro)
        layout.addWidget(table, 1)
        layout.addWidget(buttons)
