"""Step 8: adopt the new model or discard it, by hand; and the way back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ctbox.errors import CtboxError
from ctbox.gui.training.page import Page, make_label, make_notice, show_notice
from ctbox.gui.training.result_page import describe_gain, describe_loss
from ctbox.gui.training.run import TrainingRun
from ctbox.gui.training.state import WizardState
from ctbox.gui.translation import mark, tr
from ctbox.model.store import MODEL_IN_RUN
from ctbox.workflows.fine_tune_results import FineTuneResult
from ctbox.workflows.fine_tune_runs import discard_run, mark_adopted


class AdoptPage(Page):
    """Nothing changes until the user says so; a model that forgot asks twice.

    Parameters
    ----------
    state : WizardState
        Has the store.
    run : TrainingRun
        Whose model it is.
    """

    title = mark("Adopt")
    subtitle = mark("The model in use changes only by your word, and one click brings it back.")
    active_changed = Signal()
    discarded = Signal()

    def __init__(self, state: WizardState, run: TrainingRun, parent: QWidget | None = None) -> None:
        super().__init__(state, parent)
        self._run = run
        self._asked: FineTuneResult | None = None
        self.sentence = make_label(title=True)
        self.notice, self._notice_text = make_notice()
        self.told = make_label(muted=True)
        self.use = QPushButton(tr("Adopt and use it"))
        self.use.setProperty("primary", True)
        self.keep = QPushButton(tr("Adopt, but don't use it yet"))
        self.discard = QPushButton(tr("Discard"))
        self.back = QPushButton(tr("Roll back"))
        self.use.clicked.connect(lambda: self._on_adopt(use=True))
        self.keep.clicked.connect(lambda: self._on_adopt(use=False))
        self.discard.clicked.connect(self._on_discard)
        self.back.clicked.connect(self._on_back)
        card = QFrame()
        card.setObjectName("card")
        column = QVBoxLayout(card)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(14)
        row = QHBoxLayout()
        row.setSpacing(10)
        for button in (self.use, self.keep, self.discard, self.back):
            row.addWidget(button)
        row.addStretch(1)
        for widget in (self.sentence, self.notice, self.told):
            column.addWidget(widget)
        column.addLayout(row)
        self.column.addWidget(card)
        self.column.addStretch(1)

    def enter(self) -> None:
        """Show how it stands."""
        self._render()

    @property
    def is_adopted(self) -> bool:
        """Whether the run's model is in the store."""
        result = self._run.result
        names = {each.name for each in self.state.store.list()}
        return result is not None and result.name in names

    def _on_adopt(self, *, use: bool) -> None:
        result = self._run.result
        if result is None:
            return
        if result.asks_twice and self._asked is not result:
            self._asked = result  # the first word; the second one counts
            self._render()
            return
        try:
            self.state.store.adopt(Path(result.folder) / MODEL_IN_RUN)
            mark_adopted(Path(result.folder))
            if use:
                self.state.store.activate(result.name)
        except CtboxError as error:
            show_notice(self.notice, self._notice_text, f"{error.message} {error.hint}")
            return
        self.active_changed.emit()
        self._render()

    def _on_discard(self) -> None:
        result = self._run.result
        if result is None:
            return
        try:
            place = discard_run(Path(result.folder))
        except CtboxError as error:
            show_notice(self.notice, self._notice_text, f"{error.message} {error.hint}")
            return
        self._run.reset()
        self._render()
        self.sentence.setText(tr("Discarded. The model in use was not touched."))
        self.told.setText(
            tr("The run lies in {place} until you delete it there.").format(place=place)
        )
        self.told.show()
        self.discarded.emit()

    def _on_back(self) -> None:
        try:
            name = self.state.store.roll_back()
        except CtboxError as error:
            show_notice(self.notice, self._notice_text, f"{error.message} {error.hint}")
            return
        self.active_changed.emit()
        self._render()
        self.sentence.setText(tr("{name} is in use again.").format(name=name))

    def _render(self) -> None:
        result, store = self._run.result, self.state.store
        adopted = self.is_adopted
        in_use = adopted and result is not None and store.active_name == result.name
        self.use.setVisible(result is not None and not in_use)
        self.keep.setVisible(result is not None and not adopted)
        self.discard.setVisible(result is not None and not adopted)
        self.back.setVisible(in_use and store.previous_name is not None)
        self.back.setText(
            tr("Roll back to {previous_name}").format(previous_name=store.previous_name)
        )
        self.use.setText(tr("Use it") if adopted else tr("Adopt and use it"))
        show_notice(self.notice, self._notice_text, "")
        self.told.setText("")
        self._press(self.use, is_primary=result is None or adopted or not result.asks_twice)
        if result is None:
            self.sentence.setText(tr("There is nothing to adopt."))
        elif in_use:
            self.sentence.setText(tr("{name} predicts from now on.").format(name=result.name))
            self.told.setText(tr("Detections of the earlier model are cleared: predict again."))
        elif adopted:
            self.sentence.setText(
                tr("{name} is in the store; {name_active} predicts.").format(
                    name=result.name, name_active=self._name_active()
                )
            )
        else:
            self.sentence.setText(describe_gain(result))
            self._render_doubt(result)
        self.told.setVisible(bool(self.told.text()))
        self.changed.emit()

    def _press(self, button: QPushButton, *, is_primary: bool) -> None:
        """Make a button stand out, or not: what forgot is not pressed on anybody."""
        button.setProperty("primary", is_primary)
        button.style().unpolish(button)
        button.style().polish(button)

    def _render_doubt(self, result: FineTuneResult) -> None:
        told = [describe_loss(each) for each in result.forgotten]
        if result is self._asked:
            told.append(tr("Adopt it all the same? Press once more."))
            self.use.setText(tr("Adopt and use it all the same"))
        show_notice(self.notice, self._notice_text, "\n".join(told))

    def _name_active(self) -> str:
        return self.state.store.active_name or self.state.store.default_name
