"""A run in its worker process, as the window sees it: found again however often it is closed."""

from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from ctbox.errors import CtboxError
from ctbox.gui.tasks import TaskHandle, TaskRunner
from ctbox.gui.translation import tr
from ctbox.model.store import MODEL_IN_RUN
from ctbox.model.training_updates import BatchHalved, EpochFinished, StepFinished
from ctbox.progress import Progress
from ctbox.workflows.fine_tune_control import PauseChanged, RunControl
from ctbox.workflows.fine_tune_request import FineTuneRequest
from ctbox.workflows.fine_tune_results import FineTuneResult
from ctbox.workflows.fine_tune_runs import is_over
from ctbox.workflows.fine_tune_tasks import run_fine_tuning
from ctbox.workflows.fine_tune_tracking import read_rounds
from ctbox.workflows.fine_tune_updates import (
    SampleBoxes,
    SamplePicture,
    SamplesChosen,
    StageStarted,
    StartMeasured,
)

WORKER = "training"
_SURE_AFTER_STEPS = 3
_REDRAW_MS = 150


class TrainingRun(QObject):
    """One run at a time: its curves, samples, stage and end.

    Parameters
    ----------
    runner : TaskRunner
        Has a worker process named "training".
    """

    changed = Signal()
    finished = Signal(object)
    failed = Signal(object)
    ended = Signal()

    def __init__(self, runner: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._handle: TaskHandle | None = None
        self.request: FineTuneRequest | None = None
        self._forget()
        # Steps come in fast; the curves are drawn a few times a second.
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(_REDRAW_MS)
        self._redraw.timeout.connect(self.changed)

    def _forget(self) -> None:
        self.stage = -1
        self.losses: list[tuple[float, float]] = []
        self.ious: list[tuple[float, float]] = []
        self.best: tuple[float, float] | None = None
        self.samples: tuple[SamplePicture, ...] = ()
        self.boxes: SampleBoxes | None = None
        self.notes: list[str] = []
        self.steps = (0, 0)
        self.rounds = 0
        self._found_rounds = False
        self.was_over = False
        self.progress: Progress | None = None
        self.is_paused = False
        self.is_stopping = False
        self.result: FineTuneResult | None = None
        self.error: object = None
        self.was_cancelled = False
        self._clock: tuple[float, int] | None = None

    @property
    def is_running(self) -> bool:
        """Whether the worker is at it."""
        return self._handle is not None

    @property
    def can_go_on(self) -> bool:
        """Whether a run that ended without a result can be resumed."""
        return not self.is_running and self.request is not None and self.result is None

    @property
    def best_is_there(self) -> bool:
        """Whether a round is over, so that something learnt is kept."""
        return self.rounds > 0 or self._found_rounds

    @property
    def seconds_left(self) -> float | None:
        """The training's time left at the pace so far, at most; None where it can't be told."""
        if self._clock is None or self.is_paused:
            return None
        started, first = self._clock
        done, total = self.steps
        if done - first < _SURE_AFTER_STEPS:
            return None
        return (time.monotonic() - started) / (done - first) * (total - done)

    def start(self, request: FineTuneRequest) -> None:
        """Start a run; does nothing while one is under way.

        Raises
        ------
        CtboxError
            If what was asked of an earlier run in its folder can't be cleared.
        """
        if self._handle is not None:
            return
        if request.resume:
            RunControl(request.out).clear()
        self.request = request
        self._forget()
        self._recall(request)
        title = tr("Fine-tuning {name}").format(name=request.name)
        handle = self._runner.start(
            run_fine_tuning, request, kind="worker", worker=WORKER, title=title
        )
        self._handle = handle
        handle.updated.connect(self._on_updated)
        handle.progressed.connect(self._on_progressed)
        handle.finished.connect(self._on_finished)
        handle.failed.connect(self._on_failed)
        handle.cancelled.connect(self._on_cancelled)
        handle.ended.connect(self._on_ended)
        self.changed.emit()

    def find(self, request: FineTuneRequest) -> None:
        """Show a run that an earlier window left: cut off, or over but never decided on."""
        if self._handle is None:
            self._forget()
            self.request = request
            self.was_over = is_over(request.out)
            self._recall(request)
            self.changed.emit()

    def _recall(self, request: FineTuneRequest) -> None:
        """Take up what an earlier start of the run has left in its folder."""
        self._found_rounds = (request.out / MODEL_IN_RUN).is_dir()
        for number, iou, is_best in read_rounds(request.out):
            self.ious.append((float(number), iou))
            if is_best:
                self.best = self.ious[-1]

    def reset(self) -> None:
        """Forget the run that is over, for another one."""
        if self._handle is None:
            self._forget()
            self.request = None
            self.changed.emit()

    def go_on(self) -> None:
        """Resume the run that was cut off.

        Raises
        ------
        CtboxError
            As `start`.
        """
        if self.request is not None:
            self.start(replace(self.request, resume=True))

    def judge_best(self) -> None:
        """Resume a run that failed, but end its training at once: its best weights are judged.

        Raises
        ------
        CtboxError
            If its folder can't be written to.
        """
        if self.request is not None:
            self.start(replace(self.request, resume=True))
            RunControl(self.request.out).stop()
            self.is_stopping = True

    def pause(self) -> None:
        """Let it stand still, or go on."""
        self._control("go_on" if self.is_paused else "pause")

    def stop(self) -> None:
        """End the training; the best weights so far are judged."""
        self.is_stopping = True
        self._control("stop")
        self.changed.emit()

    def cancel(self) -> None:
        """Cut the run off; it can go on later."""
        if self._handle is not None:
            self._handle.cancel()

    def _control(self, what: str) -> None:
        if self.request is None:
            return
        try:
            getattr(RunControl(self.request.out), what)()
        except CtboxError as error:
            self.failed.emit(error)

    # --- what the worker says -----------------------------------------------------------------

    def _on_updated(self, update: object) -> None:
        if isinstance(update, StepFinished):
            self._take_step(update)
        elif isinstance(update, EpochFinished):
            self._take_epoch(update)
        elif isinstance(update, StageStarted):
            self.stage, self.progress = update.index, None
        elif isinstance(update, StartMeasured) and update.validation_iou is not None:
            self.ious = [(0.0, update.validation_iou)]
        elif isinstance(update, SamplesChosen):
            self.samples = update.pictures
        elif isinstance(update, SampleBoxes):
            self.boxes = update
        elif isinstance(update, PauseChanged):
            self.is_paused, self._clock = update.paused, None
        elif isinstance(update, BatchHalved):
            self.notes.append(update.message)
        if not self._redraw.isActive():
            self._redraw.start()

    def _take_step(self, update: StepFinished) -> None:
        self.losses.append((float(update.step), update.loss))
        self.steps = (update.step, update.steps)
        if self._clock is None:
            self._clock = (time.monotonic(), update.step)

    def _take_epoch(self, update: EpochFinished) -> None:
        self.rounds = update.epoch
        if update.validation_iou is not None:
            # A round that was cut off is gone through again.
            self.ious = [each for each in self.ious if each[0] < update.epoch]
            self.ious.append((float(update.epoch), update.validation_iou))
            if update.is_best:
                self.best = self.ious[-1]

    def _on_progressed(self, progress: Progress) -> None:
        self.progress = progress
        if not self._redraw.isActive():
            self._redraw.start()

    def _on_finished(self, result: FineTuneResult) -> None:
        self.result = result

    def _on_failed(self, error: object) -> None:
        self.error = error

    def _on_cancelled(self) -> None:
        self.was_cancelled = True

    def _on_ended(self) -> None:
        self._handle = None
        self.is_paused = False
        self._redraw.stop()
        self.changed.emit()
        if self.result is not None:
            self.finished.emit(self.result)
        elif self.error is not None:
            self.failed.emit(self.error)
        self.ended.emit()
