"""A page of the wizard: what all of them have in common."""

from __future__ import annotations

import itertools

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from ctbox.gui.sentences import say
from ctbox.gui.training.state import WizardState


class Page(QWidget):
    """One step: renders the state and tells it what the user does.

    Parameters
    ----------
    state : WizardState
        Shared by all pages.
    """

    title = ""
    subtitle = ""
    changed = Signal()

    def __init__(self, state: WizardState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = state
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(10)

    @property
    def problem(self) -> str:
        """Why one can't go on from here; empty if one can."""
        return ""

    @property
    def first(self) -> QWidget | None:
        """What the keyboard acts on when the page is shown; None for the Next button."""
        return None

    def enter(self) -> None:
        """Take up what changed since the page was last seen."""


def chain_focus(*widgets: QWidget) -> None:
    """Let Tab lead from one to the next: what is made late would come after all buttons."""
    for before, after in itertools.pairwise(widgets):
        QWidget.setTabOrder(before, after)


def make_label(text: str = "", *, muted: bool = False, title: bool = False) -> QLabel:
    """Return a paragraph that wraps; its text is never taken for markup."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setProperty("muted", muted)
    label.setProperty("title", title)
    return label


def make_notice() -> tuple[QFrame, QLabel]:
    """Return a strip in the warning colour, hidden until it has something to say."""
    frame = QFrame()
    frame.setObjectName("banner")
    label = make_label()
    column = QVBoxLayout(frame)
    column.setContentsMargins(12, 8, 12, 8)
    column.addWidget(label)
    frame.hide()
    return frame, label


def show_notice(frame: QFrame, label: QLabel, text: str) -> None:
    """Show a notice in the window's language, or hide it where there is nothing to say."""
    label.setText(say(text))
    frame.setVisible(bool(text))
