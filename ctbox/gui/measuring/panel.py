"""The list of measurements: go to one, copy all, delete one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QStackedLayout,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ctbox.gui.measuring.measurement import Measurement
from ctbox.gui.translation import mark, tr

HEADINGS = (mark("Series"), mark("Slice"), mark("Kind"), mark("Value"))
_EMPTY = mark("Nothing measured yet.\n\nD draws a ruler, A an angle, I an ellipse.")


@dataclass(frozen=True, slots=True)
class MeasurementRow:
    """One line of the list.

    Parameters
    ----------
    measurement : Measurement
        What it stands for.
    series : str
        Name of its series.
    slice_number : int or None
        Its slice, from 1.
    lines : tuple of str
        Its figures.
    """

    measurement: Measurement
    series: str
    slice_number: int | None
    lines: tuple[str, ...]

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """What stands in each column."""
        number = "" if self.slice_number is None else str(self.slice_number)
        value = "  ·  ".join(self.lines)
        return self.series, number, self.measurement.kind.title, value


class MeasurementsPanel(QWidget):
    """Lists the measurements of the case."""

    chosen = Signal(object)
    delete_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("measurementsPanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._rows: tuple[MeasurementRow, ...] = ()
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels([tr(words) for words in HEADINGS[1:]])
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setAccessibleName(tr("Measurements"))
        self.tree.setStyleSheet("QTreeWidget::item { padding: 3px 5px; }")
        header = self.tree.header()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.itemClicked.connect(self._on_clicked)
        self.tree.itemActivated.connect(self._on_clicked)
        self.copy_button = self._build_button(
            tr("Copy all"), tr("Copy the list as text with tabs"), self.copy
        )
        self.delete_button = self._build_button(
            tr("Delete"), tr("Delete the chosen measurement  (Del)"), self._on_delete
        )
        self._lay_out()
        self.show_rows((), None)

    def _build_button(self, text: str, tip: str, act: object) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.clicked.connect(act)
        return button

    def _lay_out(self) -> None:
        empty = QLabel(tr(_EMPTY))
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        empty.setWordWrap(True)
        empty.setProperty("muted", True)
        self._stack = QStackedLayout()
        self._stack.addWidget(empty)
        self._stack.addWidget(self.tree)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(10, 0, 10, 0)
        buttons.addWidget(self.copy_button)
        buttons.addWidget(self.delete_button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 8)
        layout.addLayout(self._stack, 1)
        layout.addLayout(buttons)

    @property
    def rows(self) -> tuple[MeasurementRow, ...]:
        """The lines."""
        return self._rows

    def show_rows(self, rows: Sequence[MeasurementRow], selected: Measurement | None) -> None:
        """List these, one of them chosen."""
        self._rows = tuple(rows)
        self.tree.clear()
        for row in self._rows:
            item = QTreeWidgetItem(list(row.cells[1:]))
            item.setToolTip(2, "\n".join((row.series, *row.lines)))
            self.tree.addTopLevelItem(item)
            if row.measurement == selected:
                self.tree.setCurrentItem(item)
        self._stack.setCurrentIndex(1 if rows else 0)
        self.copy_button.setEnabled(bool(rows))
        self.delete_button.setEnabled(bool(rows))

    def format_text(self) -> str:
        """Return the list as lines with tabs, headings first."""
        lines = [tuple(map(tr, HEADINGS)), *(row.cells for row in self._rows)]
        return "\n".join("\t".join(cells) for cells in lines) + "\n"

    def copy(self) -> None:
        """Put the list on the clipboard."""
        QApplication.clipboard().setText(self.format_text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy with Ctrl+C, delete with Del."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() == Qt.Key.Key_Delete:
            self._on_delete()
        else:
            super().keyPressEvent(event)

    def _find_current(self) -> Measurement | None:
        item = self.tree.currentItem()
        index = -1 if item is None else self.tree.indexOfTopLevelItem(item)
        return self._rows[index].measurement if index >= 0 else None

    def _on_clicked(self, item: QTreeWidgetItem) -> None:
        self.chosen.emit(self._rows[self.tree.indexOfTopLevelItem(item)].measurement)

    def _on_delete(self) -> None:
        measurement = self._find_current()
        if measurement is not None:
            self.delete_requested.emit(measurement)
