"""The models at hand: cards, activate, compare, export, import, delete."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ctbox.errors import CtboxError
from ctbox.gui.training.card_view import CardView
from ctbox.gui.training.comparison import Comparison
from ctbox.gui.training.comparison_bar import ComparisonBar
from ctbox.gui.training.page import make_notice, show_notice
from ctbox.gui.translation import mark, tr
from ctbox.workflows.model_store import ModelStore, StoredModel
from ctbox.workflows.model_store_file import SUFFIX
from ctbox.workflows.open_case import SeriesCase

_TITLES = (mark("Model"), mark("In use"), mark("From"), mark("Trained"), mark("Size"))
_SIZE = (1000, 640)
_FILTER = f"ctbox (*{SUFFIX})"


class ModelsDialog(QDialog):
    """A table of models and the card of the chosen one.

    Parameters
    ----------
    store : ModelStore
        Changed by the buttons.
    comparison : Comparison
        Runs two models over the open series.
    find_series : callable
        Returns the shown series, or None.
    """

    active_changed = Signal()

    def __init__(
        self,
        store: ModelStore,
        comparison: Comparison,
        find_series: Callable[[], SeriesCase | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Models"))
        self.setModal(False)
        self.resize(*_SIZE)
        self.store = store
        self._models: tuple[StoredModel, ...] = ()
        self._deleted: str | None = None
        self.table = self._build_table()
        self.card = CardView()
        self.notice, self._notice_text = make_notice()
        self.activate = self._make_button(tr("Use this one"), self._on_activate, primary=True)
        self.roll_back = self._make_button(tr("Roll back"), self._on_roll_back)
        self.export = self._make_button(tr("Export…"), self._on_export)
        self.import_ = self._make_button(tr("Import…"), self._on_import)
        self.delete = self._make_button(tr("Delete"), self._on_delete)
        self.undo = self._make_button(tr("Undo delete"), self._on_undo)
        self.comparison = ComparisonBar(comparison, find_series)
        self._build()
        self.reload()

    def _build_table(self) -> QTableWidget:
        table = QTableWidget(0, len(_TITLES))
        table.setHorizontalHeaderLabels(list(map(tr, _TITLES)))
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        table.setAccessibleName(tr("Models"))
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.itemSelectionChanged.connect(self._render)
        return table

    def _make_button(
        self, words: str, handler: Callable[[], None], *, primary: bool = False
    ) -> QPushButton:
        button = QPushButton(words)
        button.setProperty("primary", primary)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: self._try(handler))
        return button

    def _build(self) -> None:
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.table)
        split.addWidget(self.card)
        split.setSizes([540, 420])
        split.setHandleWidth(14)
        buttons = QHBoxLayout()
        own = (self.activate, self.roll_back, self.export, self.import_, self.delete, self.undo)
        for button in own:
            buttons.addWidget(button)
        buttons.addStretch(1)
        close = QPushButton(tr("Close"))
        close.setAutoDefault(False)
        close.clicked.connect(self.close)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(split, 1)
        column.addWidget(self.notice)
        column.addWidget(self.comparison)
        column.addLayout(buttons)

    @property
    def chosen(self) -> StoredModel | None:
        """The selected model."""
        row = self.table.currentRow()
        return self._models[row] if 0 <= row < len(self._models) else None

    def reload(self, choose: str | None = None) -> None:
        """List the models anew, and select one of them."""
        before = self.chosen
        wanted = choose or (before.name if before is not None else None)
        self._models = self.store.list()
        self.table.blockSignals(True)
        self.table.setRowCount(len(self._models))
        row = 0
        for number, model in enumerate(self._models):
            self._set_row(number, model)
            if model.name == wanted or (wanted is None and model.is_active):
                row = number
        self.table.blockSignals(False)
        self.table.selectRow(row)
        usable = [each.name for each in self._models if each.problem is None]
        self.comparison.set_models(usable)
        self._render()

    def _set_row(self, row: int, model: StoredModel) -> None:
        words = (
            model.name,
            "✓" if model.is_active else "",
            model.parent or (tr("shipped") if model.is_shipped else ""),
            "" if model.card is None else model.card.date[:10],
            tr("damaged") if model.problem is not None else f"{model.size_bytes / 1e6:.1f} MB",
        )
        for column, text in enumerate(words):
            item = QTableWidgetItem(text)
            item.setToolTip(model.problem or str(model.folder))
            self.table.setItem(row, column, item)

    def _render(self) -> None:
        model = self.chosen
        self.card.show_model(model)
        usable = model is not None and model.problem is None
        self.activate.setEnabled(usable and model is not None and not model.is_active)
        self.export.setEnabled(usable)
        is_own = model is not None and not model.is_shipped and not model.is_active
        self.delete.setEnabled(is_own)
        self.roll_back.setEnabled(self.store.previous_name is not None)
        previous = self.store.previous_name
        self.roll_back.setText(
            tr("Roll back")
            if previous is None
            else tr("Roll back to {previous}").format(previous=previous)
        )
        self.undo.setVisible(self._deleted is not None)

    def _try(self, handler: Callable[[], None]) -> None:
        show_notice(self.notice, self._notice_text, "")
        try:
            handler()
        except CtboxError as error:
            show_notice(self.notice, self._notice_text, f"{error.message} {error.hint}")

    # --- commands -----------------------------------------------------------------------------

    def _on_activate(self) -> None:
        if self.chosen is not None:
            self.store.activate(self.chosen.name)
            self.active_changed.emit()
            self.reload()

    def _on_roll_back(self) -> None:
        name = self.store.roll_back()
        self.active_changed.emit()
        self.reload(name)

    def _on_export(self) -> None:
        if self.chosen is None:
            return
        name = self.chosen.name
        start = str(Path.home() / f"{name}{SUFFIX}")
        chosen, _ = QFileDialog.getSaveFileName(
            self, tr("Export {name}").format(name=name), start, _FILTER
        )
        if chosen:
            target = Path(chosen)
            self.store.export(name, target if target.suffix else target.with_suffix(SUFFIX))
            show_notice(
                self.notice,
                self._notice_text,
                tr("{name} is written to {target}.").format(name=name, target=target),
            )

    def _on_import(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, tr("Import a model"), "", _FILTER)
        if chosen:
            self.reload(self.store.import_file(Path(chosen)).name)

    def _on_delete(self) -> None:
        if self.chosen is not None:
            self._deleted = self.chosen.name
            self.store.delete(self._deleted)
            self.reload()
            told = tr("{deleted} is in the bin.").format(deleted=self._deleted)
            show_notice(self.notice, self._notice_text, told)

    def _on_undo(self) -> None:
        if self._deleted is not None:
            name, self._deleted = self._deleted, None
            self.store.restore(name)
            self.reload(name)
