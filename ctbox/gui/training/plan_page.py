"""Step 5: how long and how gently, and what it will cost here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ctbox.errors import CtboxError
from ctbox.gui.figure_field import indent_figure
from ctbox.gui.sentences import say, say_both
from ctbox.gui.tasks import TaskHandle, TaskRunner
from ctbox.gui.training.page import Page, make_label, make_notice, show_notice
from ctbox.gui.training.run import WORKER
from ctbox.gui.training.state import WizardState, shorten
from ctbox.gui.translation import mark, tr
from ctbox.progress import Progress
from ctbox.workflows.fine_tune_plan import choose_plan
from ctbox.workflows.fine_tune_tasks import measure_estimate

if TYPE_CHECKING:
    from ctbox.workflows.fine_tune_estimate import Estimate

_NO_PLACE = Path("not-made")


class PlanPage(Page):
    """The preset, its estimate, and the settings for who wants them.

    Parameters
    ----------
    state : WizardState
        Told of changes.
    runner : TaskRunner
        Measures in the training worker.
    """

    title = mark("Plan")
    subtitle = mark("Chosen by the number of boxes. Measure it once, then start.")

    def __init__(
        self, state: WizardState, runner: TaskRunner, parent: QWidget | None = None
    ) -> None:
        super().__init__(state, parent)
        self._runner = runner
        self._handle: TaskHandle | None = None
        self._measured: object = None
        self.sentence = make_label(title=True)
        self.measure = QPushButton(tr("Measure on this computer"))
        self.measure.clicked.connect(self._on_measure)
        self.estimate = make_label(tr("Not measured yet."), muted=True)
        self.notice, self._notice_text = make_notice()
        row = QHBoxLayout()
        row.addWidget(self.measure)
        row.addWidget(self.estimate, 1)
        self.column.addWidget(self._build_card(row))
        self.column.addWidget(self.notice)
        self.fold = QPushButton(tr("Advanced settings"))
        self.fold.setProperty("link", True)
        self.fold.setCheckable(True)
        self.column.addWidget(self.fold, 0, Qt.AlignmentFlag.AlignLeft)
        self.advanced = self._build_advanced()
        self.advanced.hide()
        self.fold.toggled.connect(self.advanced.setVisible)
        self.column.addWidget(self.advanced)
        self.column.addStretch(1)

    def _build_card(self, row: QHBoxLayout) -> QFrame:
        card = QFrame()
        card.setObjectName("card")
        column = QVBoxLayout(card)
        column.setContentsMargins(18, 16, 18, 16)
        column.setSpacing(12)
        column.addWidget(self.sentence)
        column.addWidget(
            make_label(
                tr(
                    "A quarter of what is looked at are old images or phantoms of the old "
                    "subtypes, so that these are not forgotten. It stops by itself once the "
                    "patients who end it gain nothing more."
                ),
                muted=True,
            )
        )
        column.addLayout(row)
        return card

    def _build_advanced(self) -> QWidget:
        self.steps = QSpinBox()
        self.steps.setRange(5, 20_000)
        self.batch = QSpinBox()
        self.batch.setRange(1, 64)
        self.rate = QDoubleSpinBox()
        self.rate.setDecimals(5)
        self.rate.setRange(0.00001, 0.01)
        self.rate.setSingleStep(0.0001)
        self.frozen = QSpinBox()
        self.frozen.setRange(0, 5)
        self.encoder = QDoubleSpinBox()
        self.encoder.setRange(0.01, 1.0)
        self.encoder.setSingleStep(0.1)
        self.replay = QDoubleSpinBox()
        self.replay.setRange(0.0, 0.9)
        self.replay.setSingleStep(0.05)
        self.patience = QSpinBox()
        self.patience.setRange(0, 100)
        form = QGridLayout()
        form.setHorizontalSpacing(14)
        rows: tuple[tuple[str, QSpinBox | QDoubleSpinBox, str], ...] = (
            (
                tr("Steps"),
                self.steps,
                tr("Rounds of 15 steps end with a look at the stopping patients"),
            ),
            (tr("Samples a step"), self.batch, tr("Fewer take less memory")),
            (tr("Learning rate"), self.rate, tr("Lower is gentler")),
            (
                tr("Frozen stages"),
                self.frozen,
                tr("Early stages of the network that stay as they are"),
            ),
            (tr("Encoder's rate"), self.encoder, tr("As a share of the learning rate")),
            (tr("Old images"), self.replay, tr("Share of what is looked at")),
            (tr("Patience"), self.patience, tr("Rounds without a gain that end it; 0 never does")),
        )
        for words, box, tip in rows:
            box.setFixedWidth(130)
            indent_figure(box)
            box.setAccessibleName(words)
            box.valueChanged.connect(self._on_edited)
            place = form.rowCount()
            form.addWidget(QLabel(words), place, 0)
            form.addWidget(box, place, 1)
            form.addWidget(make_label(tip, muted=True), place, 2)
        self.restore = QPushButton(tr("Back to the preset"))
        self.restore.clicked.connect(self._on_restore)
        form.addWidget(self.restore, form.rowCount(), 1)
        form.setColumnStretch(2, 1)
        host = QWidget()
        host.setLayout(form)
        return host

    @property
    def problem(self) -> str:
        """Measuring must be over, for it has the worker."""
        if self._handle is not None:
            return tr("The estimate is being measured.")
        return "" if self.state.plan is not None else tr("There is no plan yet.")

    def enter(self) -> None:
        """Show the plan that fits the data now."""
        self._show_plan()
        self._render()

    def leave(self) -> None:
        """Measure no further."""
        if self._handle is not None:
            self._handle.cancel()

    def _show_plan(self) -> None:
        plan = self.state.plan
        if plan is None:
            return
        values = (
            (self.steps, plan.steps),
            (self.batch, plan.batch_size),
            (self.rate, plan.learning_rate),
            (self.frozen, plan.freeze_stages),
            (self.encoder, plan.encoder_rate),
            (self.replay, plan.replay),
            (self.patience, plan.patience),
        )
        for box, value in values:
            box.blockSignals(True)
            box.setValue(value)  # type: ignore[arg-type]
            box.blockSignals(False)

    def _on_edited(self) -> None:
        if self.state.plan is None:
            return
        plan = shorten(
            self.state.plan,
            steps=self.steps.value(),
            batch_size=self.batch.value(),
            learning_rate=self.rate.value(),
            freeze_stages=self.frozen.value(),
            encoder_rate=self.encoder.value(),
            replay=self.replay.value(),
            patience=self.patience.value(),
        )
        self.state.set_plan(plan)
        self._render()

    def _on_restore(self) -> None:
        self.state.set_plan(choose_plan(self.state.training_boxes))
        self._show_plan()
        self._render()

    def _on_measure(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            return
        request = self.state.build_request(_NO_PLACE)
        handle = self._runner.start(measure_estimate, request, kind="worker", worker=WORKER)
        self._handle = handle
        handle.progressed.connect(self._on_progressed)
        handle.finished.connect(lambda estimate: self._on_measured(request.plan, estimate))
        handle.failed.connect(self._on_failed)
        handle.cancelled.connect(lambda: self.estimate.setText(tr("Not measured.")))
        handle.ended.connect(self._on_ended)
        show_notice(self.notice, self._notice_text, "")
        self._render()

    def _on_progressed(self, progress: Progress) -> None:
        self.estimate.setText(f"{say(progress.message)}…")

    def _on_measured(self, plan: object, estimate: Estimate) -> None:
        self._measured = plan
        self.estimate.setText(describe_estimate(estimate))

    def _on_failed(self, error: object) -> None:
        told = say_both(error.message, error.hint) if isinstance(error, CtboxError) else str(error)
        self.estimate.setText(tr("Not measured."))
        show_notice(self.notice, self._notice_text, told)

    def _on_ended(self) -> None:
        self._handle = None
        self._render()

    def _render(self) -> None:
        plan = self.state.plan
        self.sentence.setText("" if plan is None else say(plan.sentence))
        self.measure.setText(
            tr("Measure on this computer") if self._handle is None else tr("Stop measuring")
        )
        if self._handle is None and self._measured != plan:
            self.estimate.setText(tr("Not measured yet: a few steps tell."))
        self.changed.emit()


def describe_estimate(estimate: Estimate) -> str:
    """Return how long a run will take and what memory, in one sentence."""
    minutes = max(1, round(estimate.seconds / 60))
    parts = [tr("about %n minute(s) on {device}", "", minutes).format(device=estimate.device_label)]
    if estimate.memory_bytes is not None:
        parts.append(tr("{size:.1f} GB of memory").format(size=estimate.memory_bytes / 1024**3))
    if estimate.gpu_bytes is not None:
        size = estimate.gpu_bytes / 1024**3
        parts.append(tr("{size:.1f} GB of the graphics card's").format(size=size))
    return tr("It will take {sentence}.").format(sentence=", ".join(parts))
