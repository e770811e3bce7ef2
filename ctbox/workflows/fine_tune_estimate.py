"""How long a fine-tuning will take and what memory: measured by a few of its own steps."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ctbox.model.training_updates import StepFinished
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.fine_tune_judging import Seer
from ctbox.workflows.fine_tune_phantoms import PhantomSize
from ctbox.workflows.fine_tune_preparation import Preparation, prepare
from ctbox.workflows.fine_tune_request import FineTuneRequest
from ctbox.workflows.peak_memory import measure_peak_memory, reset_peak_memory

if TYPE_CHECKING:  # torch comes with it
    from ctbox.model.inference import Detector

_STEPS = 3
_PHANTOM_SLICES = 6 * 24


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run will cost on this machine.

    Parameters
    ----------
    seconds : float
        From start to figures.
    step_seconds, validation_seconds, judging_seconds : float
        One step, one look at the stopping patients, and the end.
    memory_bytes : int or None
        The most memory that was held meanwhile; None where the system does not tell.
    device_label : str
        Where it was measured.
    gpu_bytes : int or None
        The most memory of the graphics card that torch held; None on the CPU.
    """

    seconds: float
    step_seconds: float
    validation_seconds: float
    judging_seconds: float
    memory_bytes: int | None
    device_label: str
    gpu_bytes: int | None = None

    @property
    def sentence(self) -> str:
        """For the user."""
        minutes = max(1, round(self.seconds / 60))
        told = f"about {minutes} minute{'' if minutes == 1 else 's'} on {self.device_label}"
        if self.memory_bytes is not None:
            told += f", {self.memory_bytes / 1024**3:.1f} GB of memory"
        if self.gpu_bytes is not None:
            told += f", {self.gpu_bytes / 1024**3:.1f} GB of the graphics card's"
        return told


def estimate_run(
    request: FineTuneRequest, ctx: TaskContext, size: PhantomSize | None = None
) -> Estimate:
    """Measure a few steps and one series, and say what the whole run will take.

    Raises
    ------
    CtboxError
        As `ctbox.workflows.fine_tune.fine_tune`: whatever would stop the run, stops this.
    """
    from ctbox.model.fine_tuning import tell_out_of_memory

    with tell_out_of_memory():
        return _measure(request, ctx, size)


def _measure(request: FineTuneRequest, ctx: TaskContext, size: PhantomSize | None) -> Estimate:
    from ctbox.model.fine_tuning import measure_gpu_memory, reset_gpu_memory
    from ctbox.model.inference import Detector

    reset_peak_memory()
    reset_gpu_memory(request.device)
    ctx.report(Progress(0, 3, "Reading the images"))
    started = time.perf_counter()
    made = prepare(request, ctx, size)
    reading = time.perf_counter() - started
    ctx.report(Progress(1, 3, "Taking a few steps"))
    step, validation = _measure_steps(made, ctx)
    ctx.report(Progress(2, 3, "Looking at one series"))
    detector = Detector.load(request.base, request.device)
    judging = _measure_judging(made, detector, ctx)
    epochs = made.config.epochs + 1
    training = made.config.epochs * made.config.steps_per_epoch * step + epochs * validation
    return Estimate(
        seconds=reading + training + judging,
        step_seconds=step,
        validation_seconds=validation,
        judging_seconds=judging,
        memory_bytes=measure_peak_memory(),
        device_label=detector.device_label,
        gpu_bytes=measure_gpu_memory(request.device),
    )


def _measure_steps(made: Preparation, ctx: TaskContext) -> tuple[float, float]:
    """Return the seconds of a step, and of a look at the stopping patients."""
    from ctbox.model.checkpoint import load_checkpoint
    from ctbox.model.training import FitOptions, fit

    times: list[float] = []

    def note(update: object) -> None:
        if isinstance(update, StepFinished):
            times.append(time.perf_counter())

    looks: list[float] = []
    state, _ = load_checkpoint(made.request.base)
    # Two short rounds: the first one also fills the memory with volumes.
    config = replace(made.config, epochs=2, steps_per_epoch=_STEPS)
    options = FitOptions(
        device=made.request.device,
        start=state,
        on_epoch=lambda *_: looks.append(time.perf_counter()),
    )
    fit(config, made.data, TaskContext(note, lambda: ctx.cancelled), options)
    ctx.check()
    step = (times[-1] - times[_STEPS]) / (_STEPS - 1)
    return step, looks[-1] - times[-1]


def _measure_judging(made: Preparation, detector: Detector, ctx: TaskContext) -> float:
    """Return the seconds that both models will take to look at everything."""
    first = made.samples.cases[0].series
    started = time.perf_counter()
    Seer(detector).predict(first, ctx)
    per_slice = (time.perf_counter() - started) / len(first.slices)
    looked_at = {*made.new_patients, *made.check_patients}
    slices = sum(
        len(c.series.slices) for c in made.samples.cases if c.series.patient_id in looked_at
    )
    return 2 * per_slice * (slices + _PHANTOM_SLICES)
