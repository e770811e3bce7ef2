"""Fine-tune for a subtype, in eight steps; closing it does not end a run."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ctbox.gui.sentences import say
from ctbox.gui.tasks import TaskRunner
from ctbox.gui.training.adopt_page import AdoptPage
from ctbox.gui.training.base_page import BasePage
from ctbox.gui.training.data_page import DataPage
from ctbox.gui.training.page import Page, make_label
from ctbox.gui.training.plan_page import PlanPage
from ctbox.gui.training.result_page import ResultPage
from ctbox.gui.training.run import TrainingRun
from ctbox.gui.training.run_page import RunPage
from ctbox.gui.training.split_page import SplitPage
from ctbox.gui.training.state import WizardState
from ctbox.gui.training.subtype_page import SubtypePage
from ctbox.gui.translation import tr

RUN, RESULT = 5, 6
_SIZE = (1040, 700)
_STEPS_PX = 190
_AIR_PX = 6


class TrainingWizard(QDialog):
    """The steps on the left, the page on the right.

    Parameters
    ----------
    state : WizardState
        What is chosen.
    run : TrainingRun
        The run, which outlives the wizard.
    runner : TaskRunner
        For looking at data and measuring.
    """

    active_changed = Signal()

    def __init__(
        self,
        state: WizardState,
        run: TrainingRun,
        runner: TaskRunner,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Fine-tune for a subtype"))
        self.setModal(False)
        self.resize(*_SIZE)
        self.state, self.run = state, run
        self.data = DataPage(state, runner)
        self.plan = PlanPage(state, runner)
        self.run_page = RunPage(state, run)
        self.result_page = ResultPage(state, run)
        self.adopt_page = AdoptPage(state, run)
        self.pages: tuple[Page, ...] = (
            SubtypePage(state),
            self.data,
            SplitPage(state),
            BasePage(state),
            self.plan,
            self.run_page,
            self.result_page,
            self.adopt_page,
        )
        self._stack = QStackedWidget()
        for page in self.pages:
            self._stack.addWidget(page)
            page.changed.connect(self._render)
        self._steps = [QLabel(f"{n}  {tr(page.title)}") for n, page in enumerate(self.pages, 1)]
        self._title, self._subtitle = QLabel(), make_label(muted=True)
        self._title.setProperty("heading", True)
        self.hint = make_label(muted=True)
        self.back = QPushButton(tr("Back"))
        self.next = QPushButton(tr("Next"))
        self.next.setProperty("primary", True)
        self.next.setDefault(True)
        self.close_button = QPushButton(tr("Close"))
        self.back.clicked.connect(lambda: self.go_to(self.index - 1))
        self.next.clicked.connect(self._on_next)
        self.close_button.clicked.connect(self.close)
        self._build()
        for button in self.findChildren(QPushButton):
            # Enter means Next, and on the way to the run to begin it.
            button.setAutoDefault(button in (self.next, self.run_page.start, self.run_page.go_on))
        self.adopt_page.active_changed.connect(self.active_changed)
        run.finished.connect(lambda _result: self._on_finished())
        run.ended.connect(self._on_ended)
        self.go_to(0)

    def _build(self) -> None:
        side = QFrame()
        side.setObjectName("card")
        side.setFixedWidth(_STEPS_PX)
        steps = QVBoxLayout(side)
        steps.setContentsMargins(16, 18, 12, 18)
        steps.setSpacing(12)
        for label in self._steps:
            steps.addWidget(label)
        steps.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.hint, 1)
        for button in (self.back, self.next, self.close_button):
            buttons.addWidget(button)
        column = QVBoxLayout()
        column.setSpacing(10)
        column.addWidget(self._title)
        column.addWidget(self._subtitle)
        column.addSpacing(_AIR_PX)
        column.addWidget(self._stack, 1)
        column.addSpacing(_AIR_PX)
        column.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 16, 20, 16)
        row.setSpacing(20)
        row.addWidget(side)
        row.addLayout(column, 1)

    @property
    def index(self) -> int:
        """Which step is shown, from 0."""
        return self._stack.currentIndex()

    @property
    def page(self) -> Page:
        """The page that is shown."""
        return self.pages[self.index]

    def go_to(self, index: int) -> None:
        """Show a step."""
        if self.page is self.plan and index != self.index:
            self.plan.leave()
        self._stack.setCurrentIndex(index)
        self.page.enter()
        self._title.setText(tr(self.page.title))
        self._subtitle.setText(tr(self.page.subtitle))
        self._render()
        self._put_focus()

    def _put_focus(self) -> None:
        """Give the page's first widget the keyboard: left to Qt, it may be the Close button."""
        for widget in (self.page.first, self.next):
            if widget is not None and widget.isEnabled() and not widget.isHidden():
                widget.setFocus()
                return

    def offer_case(self, dicom: Path, annotations: Path | None) -> None:
        """Let the data page take the open case."""
        self.data.open_case = (dicom, annotations)

    def _on_next(self) -> None:
        if self.index < len(self.pages) - 1 and not self.page.problem:
            self.go_to(self.index + 1)

    def _on_finished(self) -> None:
        if self.index == RUN:
            self.go_to(RESULT)

    def _on_ended(self) -> None:
        if self.index == RUN:  # broken off: its buttons are gone, and the focus with them
            self._put_focus()

    def _render(self) -> None:
        """Say where one is, and why one can't go on."""
        page, last = self.page, len(self.pages) - 1
        for number, label in enumerate(self._steps):
            label.setProperty("title", number == self.index)
            label.setProperty("muted", number > self.index)
            label.style().unpolish(label)
            label.style().polish(label)
        begun = self.run.is_running or self.run.request is not None
        self.back.setEnabled(self.index > (RUN if begun else 0))
        self.next.setVisible(self.index < last)
        self.next.setEnabled(not page.problem)
        self.hint.setText(say(page.problem))
        running = self.run.is_running
        self.close_button.setText(tr("Close, it goes on") if running else tr("Close"))
        self.close_button.setToolTip(tr("AI ▸ Training run brings it back") if running else "")
