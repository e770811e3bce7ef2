"""Step 6: the run as it happens: stages, curves, boxes improving, time left, Pause and Stop."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ctbox.errors import CtboxError
from ctbox.gui.sentences import say, say_both
from ctbox.gui.training.curve_view import Chart, Curve, CurveView, smooth
from ctbox.gui.training.page import Page, make_label, make_notice, show_notice
from ctbox.gui.training.picture_tile import EXPERT, NEW, Marks, PictureTile
from ctbox.gui.training.run import TrainingRun
from ctbox.gui.training.state import WizardState
from ctbox.gui.translation import mark, tr
from ctbox.workflows.fine_tune_runs import discard_run, make_run_folder
from ctbox.workflows.fine_tune_updates import STAGES

_TRAINING = 2
_TILES = 3
_SAMPLES_PX = 200


class RunPage(Page):
    """Shows a `TrainingRun` and lets the user hold it.

    Parameters
    ----------
    state : WizardState
        What to run.
    run : TrainingRun
        The run; it lives on when the page is closed.
    """

    title = mark("Run")
    subtitle = mark(
        "In a process of its own: close this, work on, and come back by AI ▸ Training run."
    )

    def __init__(self, state: WizardState, run: TrainingRun, parent: QWidget | None = None) -> None:
        super().__init__(state, parent)
        self.run = run
        self.start = QPushButton(tr("Start training"))
        self.start.setProperty("primary", True)
        self.start.clicked.connect(self._on_start)
        self.pause = QPushButton(tr("Pause"))
        self.pause.clicked.connect(run.pause)
        self.stop = QPushButton(tr("Stop, keep the best"))
        self.stop.clicked.connect(run.stop)
        self.go_on = QPushButton(tr("Go on"))
        self.go_on.clicked.connect(lambda: self._try(run.go_on))
        self.judge = QPushButton(tr("Judge the best so far"))
        self.judge.clicked.connect(lambda: self._try(run.judge_best))
        self.break_off = QPushButton(tr("Break off"))
        self.break_off.setToolTip(tr("It can go on later from its last whole round"))
        self.break_off.clicked.connect(run.cancel)
        self.discard = QPushButton(tr("Discard"))
        self.discard.clicked.connect(lambda: self._try(self._on_discard))
        self.stage = make_label(title=True)
        self.left = QLabel()
        self.left.setProperty("muted", True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Progress of the training"))
        self.notice, self._notice_text = make_notice()
        self.loss = CurveView(Chart(tr("Loss"), tr("step")))
        self.iou = CurveView(
            Chart(tr("IoU of the patients who end it"), tr("round"), y_range=(0.0, 1.0))
        )
        self.tiles = [PictureTile(150) for _ in range(_TILES)]
        self._build()
        run.changed.connect(self._render)
        run.failed.connect(lambda _error: self._render())
        run.ended.connect(self._render)

    def _build(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.stage, 1)
        top.addWidget(self.left)
        buttons = QHBoxLayout()
        for button in (self.start, self.go_on, self.judge, self.pause, self.stop):
            buttons.addWidget(button)
        buttons.addStretch(1)
        for button in (self.break_off, self.discard):
            buttons.addWidget(button)
        curves = QVBoxLayout()
        curves.addWidget(self.loss, 1)
        curves.addWidget(self.iou, 1)
        samples = QVBoxLayout()
        self._caption = make_label(tr("The same slices after every round:"), muted=True)
        self._caption.setFixedWidth(_SAMPLES_PX)
        samples.addWidget(self._caption)
        for tile in self.tiles:
            samples.addWidget(tile, 1)
        samples.addStretch(0)
        middle = QHBoxLayout()
        middle.setSpacing(18)
        middle.addLayout(curves, 3)
        middle.addLayout(samples, 1)
        self.column.addLayout(top)
        self.column.addWidget(self.bar)
        self.column.addWidget(self.notice)
        self.column.addLayout(middle, 1)
        self.column.addLayout(buttons)

    @property
    def problem(self) -> str:
        """The next step waits for the result."""
        return "" if self.run.result is not None else tr("The result comes when the run is over.")

    @property
    def first(self) -> QWidget | None:
        """Start, or go on."""
        return self.go_on if self.run.can_go_on else self.start

    def enter(self) -> None:
        """Show how it stands."""
        self._render()

    def _on_start(self) -> None:
        self._try(
            lambda: self.run.start(self.state.build_request(make_run_folder(self.state.name)))
        )

    def _on_discard(self) -> None:
        if self.run.request is not None and not self.run.is_running:
            discard_run(self.run.request.out)
            self.run.reset()

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except CtboxError as error:
            show_notice(self.notice, self._notice_text, say_both(error.message, error.hint))

    # --- rendering ----------------------------------------------------------------------------

    def _render(self) -> None:
        run = self.run
        training = run.is_running and run.stage == _TRAINING
        begun = run.is_running or run.can_go_on or run.result is not None
        self.start.setVisible(not begun)
        if not begun:  # an old run that was found and discarded leaves nothing to start
            self.start.setEnabled(self.state.is_ready)
        self.break_off.setVisible(run.is_running)
        self.discard.setVisible(run.can_go_on)
        if run.is_stopping and (self.stop.hasFocus() or self.pause.hasFocus()):
            # Else it falls on the next button, "Break off": Space would give the best up.
            self.setFocus()
        self.pause.setVisible(run.is_running)
        self.pause.setEnabled(training and not run.is_stopping)
        self.pause.setText(tr("Go on") if run.is_paused else tr("Pause"))
        self.stop.setVisible(run.is_running)
        self.stop.setEnabled(training and not run.is_stopping and run.best_is_there)
        self.stop.setToolTip("" if run.best_is_there else tr("After the first round"))
        self.go_on.setVisible(run.can_go_on)
        self.go_on.setText(tr("Show its figures") if run.was_over else tr("Go on"))
        self.judge.setVisible(run.can_go_on and run.best_is_there and not run.was_over)
        self._render_progress()
        self._render_curves()
        self._render_samples()
        show_notice(self.notice, self._notice_text, self._find_notice())
        self.changed.emit()

    def _find_notice(self) -> str:
        run = self.run
        if isinstance(run.error, CtboxError):
            return tr("{message} {hint} What was learnt until then is kept.").format(
                message=say(run.error.message), hint=say(run.error.hint)
            )
        if run.error is not None:
            return tr("The run broke off. What was learnt until then is kept: go on with it.")
        if run.can_go_on:
            name = "" if run.request is None else tr(" for {name}").format(name=run.request.name)
            if run.was_over:
                return tr(
                    "A run{name} came to its end, but was neither adopted nor discarded. Its "
                    "figures are made again from the images, then you can decide."
                ).format(name=name)
            return tr("A run{name} was cut off. It goes on from its last whole round.").format(
                name=name
            )
        return " ".join(run.notes[-1:])

    def _render_progress(self) -> None:
        run = self.run
        if run.result is not None:
            self.stage.setText(tr("Done. The next step shows whether it got better."))
            self.bar.setRange(0, 1)
            self.bar.setValue(1)
            self.left.setText("")
            return
        if not run.is_running:
            waiting = tr("Waiting for your decision.") if run.was_over else tr("Interrupted.")
            ready = (
                tr("Ready to start.") if self.state.is_ready else tr("Nothing to run yet: go back.")
            )
            self.stage.setText(waiting if run.can_go_on else ready)
            self.bar.setRange(0, 1)
            self.bar.setValue(0)
            self.left.setText("")
            return
        name = say(STAGES[run.stage]) if run.stage >= 0 else tr("Starting the worker")
        place = tr("{stage} of {count}").format(stage=max(run.stage, 0) + 1, count=len(STAGES))
        told = tr("Paused") if run.is_paused else tr("Stopping") if run.is_stopping else name
        self.stage.setText(f"{told} · {place}")
        if run.stage == _TRAINING and run.steps[1]:
            self.bar.setRange(0, run.steps[1])
            self.bar.setValue(run.steps[0])
        elif run.progress is not None and run.progress.total:
            self.bar.setRange(0, run.progress.total)
            self.bar.setValue(run.progress.done)
        else:
            self.bar.setRange(0, 0)
        self.left.setText(self._describe_left())

    def _describe_left(self) -> str:
        run = self.run
        if run.stage != _TRAINING:
            return say(run.progress.message) if run.progress is not None else ""
        told = (
            tr("step {steps} of {steps2}").format(steps=run.steps[0], steps2=run.steps[1])
            if run.steps[1]
            else ""
        )
        seconds = run.seconds_left
        if seconds is not None:
            told += tr(" · at most {seconds} of training left").format(
                seconds=format_duration(seconds)
            )
        return told

    def _render_curves(self) -> None:
        run = self.run
        raw, mean = tuple(run.losses), smooth(run.losses)
        curves = (Curve(raw, "border", 1.0), Curve(mean)) if raw else ()
        self.loss.show_chart(Chart(tr("Loss"), tr("step"), curves))
        title = tr("IoU of the patients who end it")
        if run.request is not None and not run.request.stopping_patients:
            title = tr("Nobody ends it early: it takes all its steps")
        if run.ious:
            title += tr(" · now {ious:.2f}").format(ious=run.ious[-1][1])
            title += (
                tr(", best {best:.2f}").format(best=run.best[1]) if run.best is not None else ""
            )
        shown = (Curve(tuple(run.ious)),) if run.ious else ()
        self.iou.show_chart(Chart(title, tr("round"), shown, run.best, (0.0, 1.0)))

    def _render_samples(self) -> None:
        run = self.run
        self._caption.setVisible(bool(run.samples))
        for number, tile in enumerate(self.tiles):
            tile.setVisible(number < len(run.samples))
            if number >= len(run.samples):
                continue
            sample = run.samples[number]
            marks = [Marks(sample.expert, EXPERT)]
            caption = sample.title
            if run.boxes is not None:
                marks.append(Marks(run.boxes.boxes[number], NEW, dashed=True))
                when = (
                    tr("before")
                    if run.boxes.epoch == 0
                    else tr("round {epoch}").format(epoch=run.boxes.epoch)
                )
                caption = f"{sample.title} · {when}"
            tile.show_picture(sample.picture, marks, caption)


def format_duration(seconds: float) -> str:
    """Return a time for the eye."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return tr("{seconds} min").format(seconds=round(seconds / 60))
