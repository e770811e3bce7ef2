"""Step 1: for which subtype."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QRadioButton, QWidget

from ctbox.gui.subtype_names import describe_subtype
from ctbox.gui.training.page import Page, make_label
from ctbox.gui.training.state import WizardState
from ctbox.gui.translation import mark, tr
from ctbox.workflows.fine_tune_request import COLLECTION_SUBTYPES

_MOST_LETTERS = 40


class SubtypePage(Page):
    """A letter of the collection or a new name."""

    title = mark("Subtype")
    subtitle = mark("Which tumours shall the model learn to find better?")

    def __init__(self, state: WizardState, parent: QWidget | None = None) -> None:
        super().__init__(state, parent)
        self.buttons: dict[str, QRadioButton] = {}
        group = QButtonGroup(self)
        for letter in COLLECTION_SUBTYPES:
            button = QRadioButton(describe_subtype(letter))
            button.toggled.connect(lambda on, letter=letter: self._on_letter(letter, on))
            group.addButton(button)
            self.buttons[letter] = button
            self.column.addWidget(button)
        self.other = QRadioButton(tr("Another one:"))
        group.addButton(self.other)
        self.name = QLineEdit()
        self.name.setPlaceholderText(tr("carcinoid, for example"))
        self.name.setMaxLength(_MOST_LETTERS)
        self.name.setFixedWidth(240)
        self.name.setAccessibleName(tr("Name of another subtype"))
        self.other.toggled.connect(self._on_other)
        self.name.textEdited.connect(self._on_edited)
        row = QHBoxLayout()
        row.addWidget(self.other)
        row.addWidget(self.name)
        row.addStretch(1)
        self.column.addLayout(row)
        self.column.addSpacing(14)
        self.column.addWidget(
            make_label(
                tr(
                    "From about twenty boxes of three or more patients on, something can be "
                    "learnt. The next steps show what is there, keep whole patients apart to "
                    "judge by, and train on this computer; nothing leaves it. The model in use "
                    "stays as it is until you adopt the new one."
                ),
                muted=True,
            )
        )
        self.column.addStretch(1)

    @property
    def problem(self) -> str:
        """Nothing chosen yet."""
        return "" if self.state.subtype else tr("Choose a subtype, or name another one.")

    def _on_letter(self, letter: str, on: bool) -> None:
        if on:
            self._tell(letter)

    def _on_other(self, on: bool) -> None:
        if on:
            self.name.setFocus()
            self._tell(self.name.text().strip())

    def _on_edited(self, text: str) -> None:
        self.other.setChecked(True)
        self._tell(text.strip())

    def _tell(self, subtype: str) -> None:
        self.state.set_subtype(subtype)
        self.changed.emit()
