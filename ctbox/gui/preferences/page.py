"""What the pages of the settings are made of."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QWidget

from ctbox.gui.choice_box import ChoiceBox
from ctbox.settings import Settings

Choice = tuple[str, object]
"""Words and the value behind them."""


class SettingsPage(QWidget):
    """Shows settings, and tells of the ones that the user wants instead."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.settings = Settings()
        self.form = QFormLayout()
        self.form.setContentsMargins(0, 0, 0, 0)
        self.form.setHorizontalSpacing(18)
        self.form.setVerticalSpacing(12)
        self.form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)

    def show_settings(self, settings: Settings) -> None:
        """Show these; tells nobody."""
        self.settings = settings
        self.blockSignals(True)
        self.fill()
        self.blockSignals(False)

    def fill(self) -> None:
        """Bring the widgets to what the settings say."""


def make_choice(name: str, choices: Sequence[Choice]) -> QComboBox:
    """Return a list to choose one value from."""
    box = ChoiceBox(name)
    for words, value in choices:
        box.addItem(words, value)
    return box


def choose_value(box: QComboBox, value: object) -> None:
    """Show the entry of a value; there is one of each."""
    box.setCurrentIndex(max(box.findData(value), 0))


def make_heading(words: str) -> QLabel:
    """Return a heading within a page."""
    label = QLabel(words)
    label.setProperty("title", True)
    return label


def make_hint(words: str = "") -> QLabel:
    """Return a line of secondary text that wraps."""
    label = QLabel(words)
    label.setProperty("muted", True)
    label.setWordWrap(True)
    return label
