"""Step 4: which model to start from, and what the new one is called."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QListWidget, QListWidgetItem, QWidget

from ctbox.gui.training.card_view import CardView
from ctbox.gui.training.page import Page, make_label
from ctbox.gui.training.state import WizardState
from ctbox.gui.translation import mark, tr

_ITEM_PX = 34
_LIST_STYLE = """
QListView::item { padding: 4px 10px; border-radius: 6px; }
QListView::item:selected { background: palette(light); color: palette(window-text); }
"""


class BasePage(Page):
    """The store's models with their cards."""

    title = mark("Start from")
    subtitle = mark("The new model begins as a copy of this one, which stays as it is.")

    def __init__(self, state: WizardState, parent: QWidget | None = None) -> None:
        super().__init__(state, parent)
        self.models = QListWidget()
        self.models.setMaximumWidth(250)
        self.models.setAccessibleName(tr("Models to start from"))
        self.models.setStyleSheet(_LIST_STYLE)
        self.models.currentItemChanged.connect(self._on_chosen)
        self.card = CardView()
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(self.models)
        row.addWidget(self.card, 1)
        self.column.addLayout(row, 1)
        self.name = QLineEdit()
        self.name.setFixedWidth(240)
        self.name.setAccessibleName(tr("Name of the new model"))
        self.name.textEdited.connect(self._on_named)
        self.name_problem = make_label(muted=True)
        naming = QHBoxLayout()
        naming.addWidget(QLabel(tr("Name of the new model")))
        naming.addWidget(self.name)
        naming.addWidget(self.name_problem, 1)
        self.column.addLayout(naming)

    @property
    def problem(self) -> str:
        """A model that can't be used, or a name that can't be given."""
        return self.state.name_problem

    def enter(self) -> None:
        """List the models anew."""
        self.models.blockSignals(True)
        self.models.clear()
        for model in self.state.store.list():
            if model.problem is None:
                item = QListWidgetItem(model.name + (tr("  · in use") if model.is_active else ""))
                item.setData(Qt.ItemDataRole.UserRole, model.name)
                item.setSizeHint(QSize(_ITEM_PX, _ITEM_PX))
                self.models.addItem(item)
                if model.name == self.state.base:
                    self.models.setCurrentItem(item)
        self.models.blockSignals(False)
        self.card.show_model(self.state.store.find(self.state.base))
        self.name.setText(self.state.name)
        self._render()

    def _on_chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.state.set_base(str(item.data(Qt.ItemDataRole.UserRole)))
            self.card.show_model(self.state.store.find(self.state.base))
            self.changed.emit()

    def _on_named(self, text: str) -> None:
        self.state.set_name(text)
        self._render()

    def _render(self) -> None:
        self.name_problem.setText(self.state.name_problem)
        self.changed.emit()
