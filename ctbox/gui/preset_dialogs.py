"""Dialogs for the user's own display windows: save the one on the screen, manage the list."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ctbox.dicom.series import VoiWindow
from ctbox.gui.figure_field import indent_figure
from ctbox.gui.translation import tr
from ctbox.gui.viewer.state import MAX_WINDOW_WIDTH, MIN_WINDOW_WIDTH, WINDOW_CENTER_LIMIT

_MAX_NAME = 40


def build_width_box(value: float) -> QDoubleSpinBox:
    """Return a field for a window's width."""
    return _build_number_box(value, (MIN_WINDOW_WIDTH, MAX_WINDOW_WIDTH), tr("Width"))


def build_center_box(value: float) -> QDoubleSpinBox:
    """Return a field for a window's level."""
    return _build_number_box(value, (-WINDOW_CENTER_LIMIT, WINDOW_CENTER_LIMIT), tr("Level"))


def _build_number_box(value: float, limits: tuple[float, float], name: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    indent_figure(box)
    box.setRange(*limits)
    box.setDecimals(1)
    box.setSingleStep(10.0)
    box.setValue(value)
    box.setAccessibleName(name)
    return box


class SaveWindowDialog(QDialog):
    """Asks what to call the window on the screen.

    Parameters
    ----------
    window : VoiWindow
        The window on the screen.
    taken : sequence of str
        Names that are given already; saving under one of them replaces it.
    """

    saved = Signal(object)

    def __init__(self, window: VoiWindow, taken: Sequence[str], parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Save window as"))
        self._taken = tuple(taken)
        self.name = QLineEdit()
        self.name.setMaxLength(_MAX_NAME)
        self.name.setPlaceholderText(tr("Bone"))
        self.name.setAccessibleName(tr("Name"))
        self.width_box = build_width_box(window.width)
        self.center_box = build_center_box(window.center)
        self._note = QLabel()
        self._note.setProperty("muted", True)
        form = QFormLayout()
        form.addRow(tr("Name"), self.name)
        form.addRow(tr("Width"), self.width_box)
        form.addRow(tr("Level"), self.center_box)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.addLayout(form)
        layout.addWidget(self._note)
        layout.addWidget(self.buttons)
        self.name.textChanged.connect(self._on_name_changed)
        self._on_name_changed("")

    def _on_name_changed(self, text: str) -> None:
        name = text.strip()
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(bool(name))
        replaces = name in self._taken
        self._note.setText(
            tr("Replaces your window “{name}”.").format(name=name) if replaces else " "
        )

    def _on_accepted(self) -> None:
        self.saved.emit(
            VoiWindow(self.center_box.value(), self.width_box.value(), self.name.text().strip())
        )
        self.accept()


class ManageWindowsDialog(QDialog):
    """Renames, changes, orders and deletes the user's own windows; their order gives the digits.

    Parameters
    ----------
    windows : sequence of VoiWindow
        The user's windows.
    """

    saved = Signal(object)

    def __init__(self, windows: Sequence[VoiWindow], parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Your windows"))
        self.resize(460, 320)
        self.table = QTableWidget(0, 3)
        self.table.setHorizontalHeaderLabels([tr("Name"), tr("Width"), tr("Level")])
        self.table.verticalHeader().hide()
        self.table.setAccessibleName(tr("Your windows"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        head = self.table.horizontalHeader()
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for window in windows:
            self._append(window)
        self.up = self._build_button(tr("Move up"), lambda: self._move(-1))
        self.down = self._build_button(tr("Move down"), lambda: self._move(1))
        self.delete = self._build_button(tr("Delete"), self._delete)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self._on_accepted)
        buttons.rejected.connect(self.reject)
        row = QHBoxLayout()
        for button in (self.up, self.down, self.delete):
            row.addWidget(button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.addWidget(self.table, 1)
        layout.addLayout(row)
        layout.addWidget(buttons)
        self.table.itemSelectionChanged.connect(self._update_buttons)
        self.table.selectRow(0)
        self._update_buttons()

    @property
    def windows(self) -> tuple[VoiWindow, ...]:
        """The windows as the table has them; rows without a name are left out."""
        found = []
        for row in range(self.table.rowCount()):
            item = self.table.item(row, 0)
            width, center = self._find_numbers(row)
            name = "" if item is None else item.text().strip()[:_MAX_NAME]
            if name:
                found.append(VoiWindow(center, width, name))
        return tuple(found)

    def _build_button(self, text: str, act: object) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(act)
        return button

    def _append(self, window: VoiWindow) -> None:
        row = self.table.rowCount()
        self.table.insertRow(row)
        self.table.setItem(row, 0, QTableWidgetItem(window.name))
        self.table.setCellWidget(row, 1, build_width_box(window.width))
        self.table.setCellWidget(row, 2, build_center_box(window.center))

    def _find_numbers(self, row: int) -> tuple[float, float]:
        boxes = [self.table.cellWidget(row, column) for column in (1, 2)]
        width, center = (
            box.value() if isinstance(box, QDoubleSpinBox) else MIN_WINDOW_WIDTH for box in boxes
        )
        return width, center

    def _fill(self, windows: Sequence[VoiWindow], chosen: int) -> None:
        self.table.setRowCount(0)
        for window in windows:
            self._append(window)
        self.table.selectRow(chosen)
        self._update_buttons()

    def _move(self, by: int) -> None:
        windows, row = list(self.windows), self.table.currentRow()
        target = row + by
        if 0 <= row < len(windows) and 0 <= target < len(windows):
            windows[row], windows[target] = windows[target], windows[row]
            self._fill(windows, target)

    def _delete(self) -> None:
        row = self.table.currentRow()
        if row >= 0:
            self.table.removeRow(row)
            self._update_buttons()

    def _update_buttons(self) -> None:
        row, count = self.table.currentRow(), self.table.rowCount()
        self.up.setEnabled(row > 0)
        self.down.setEnabled(0 <= row < count - 1)
        self.delete.setEnabled(row >= 0)

    def _on_accepted(self) -> None:
        self.saved.emit(self.windows)
        self.accept()
