"""Fine-tune a model for a subtype: train, judge before and after, look for what was forgotten."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ctbox.errors import TrainingDataError
from ctbox.evaluation.summary import EvaluationSummary
from ctbox.model.card import MetricRecord
from ctbox.model.config import config_to_dict
from ctbox.model.linking import shorten_patient_id
from ctbox.model.store import MODEL_IN_RUN
from ctbox.progress import TaskContext
from ctbox.workflows.fine_tune_control import RunControl
from ctbox.workflows.fine_tune_judging import (
    Seer,
    choose_examples,
    compare,
    compare_phantoms,
    describe,
    list_patients,
    select_fold,
)
from ctbox.workflows.fine_tune_phantoms import REPLAY_SEED, PhantomSize
from ctbox.workflows.fine_tune_preparation import Preparation, make_check_phantoms, prepare
from ctbox.workflows.fine_tune_request import (
    FineTuneRequest,
    require_same_run,
    write_request,
)
from ctbox.workflows.fine_tune_results import BeforeAfter, FineTuneResult
from ctbox.workflows.fine_tune_runs import STATE_FOLDER
from ctbox.workflows.fine_tune_samples import SampleWatcher
from ctbox.workflows.fine_tune_split import Side
from ctbox.workflows.fine_tune_tracking import RunTracker, log_to_mlflow
from ctbox.workflows.fine_tune_updates import StageStarted, StartMeasured, describe_moment

if TYPE_CHECKING:  # torch comes with it
    from ctbox.model.fine_tuning import Network
    from ctbox.model.training import FitResult, Weights
    from ctbox.model.training_updates import EpochFinished

logger = logging.getLogger(__name__)

STOPPING_TITLE = "Stopping patients (they chose the epoch)"
READING, BEFORE, TRAINING, AFTER, FORGETTING = range(5)


def fine_tune(
    request: FineTuneRequest, ctx: TaskContext, size: PhantomSize | None = None
) -> FineTuneResult:
    """Fine-tune a model and say whether it got better, and what it lost.

    Reports `StageStarted`, `SamplesChosen`, `SampleBoxes`, `StartMeasured`, steps and epochs,
    `PauseChanged` and `Progress`. The run's folder gets ``config.json``, ``split.json``,
    ``metrics.csv`` and ``.jsonl``, TensorBoard's events, the best model so far in ``model/``,
    the state to go on from in ``run/``, and at the end ``results.json``. The same request gives
    the same weights on one machine, resumed or not.

    Parameters
    ----------
    request : FineTuneRequest
        What to do.
    ctx : TaskContext
        Cancelling keeps the run for `resume`. `RunControl` pauses it, or ends the training
        with its best weights.
    size : PhantomSize, optional
        Of the phantoms of old subtypes.

    Raises
    ------
    TrainingDataError, SplitLeakageError
        If data and split don't allow it, memory runs out, or the run in the folder was started
        with other settings or patients.
    TrainingDivergedError, CheckpointError, DeviceError, DicomReadError
        If the training can't go on; its best weights stay in ``model/``.
    TaskCancelledError
        If cancelled.
    """
    _make_folder(request)
    from ctbox.model.fine_tuning import tell_out_of_memory

    with tell_out_of_memory():
        return _Run(request, ctx, size).work()


def _make_folder(request: FineTuneRequest) -> None:
    out = request.out
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not request.resume and any(out.iterdir()):
            raise TrainingDataError(
                f"The folder {out} is not empty.",
                "Choose a new folder, or go on with the run in it by --resume.",
                out,
            )
    except OSError as error:
        raise TrainingDataError(
            f"The folder {out} cannot be made: {error.strerror or error}.",
            "Choose a folder you may write to.",
            out,
        ) from error
    if request.resume:
        require_same_run(request)
    else:
        write_request(request)


@dataclass(frozen=True)
class _Judged:
    """One model's figures: everyone of the new subtype, the test, and who taught."""

    entire: EvaluationSummary
    training: EvaluationSummary
    test: EvaluationSummary | None
    check: EvaluationSummary | None
    copy_baseline: EvaluationSummary | None


class _Run:
    """One run, stage after stage."""

    def __init__(
        self, request: FineTuneRequest, ctx: TaskContext, size: PhantomSize | None
    ) -> None:
        self._request, self._ctx, self._size = request, ctx, size
        self._control = RunControl(request.out)
        self._model = request.out / MODEL_IN_RUN

    def work(self) -> FineTuneResult:
        from ctbox.model.inference import Detector

        ctx, request = self._ctx, self._request
        tracker = RunTracker(request.out, resumed=request.resume)
        ctx.report(StageStarted(READING))
        made = prepare(request, ctx, self._size)
        tracker.write_split(made.division, (made.replay_patients, made.check_patients))
        ctx.report(StageStarted(BEFORE))
        old = Seer(Detector.load(request.base, request.device))
        before = _judge(old, made, ctx)
        ctx.report(StageStarted(TRAINING))
        fitted = self._train(made, old.detector, tracker)
        ctx.report(StageStarted(AFTER))
        new = Seer(Detector.load(self._model, request.device))
        after = _judge(new, made, ctx)
        ctx.report(StageStarted(FORGETTING))
        phantoms = make_check_phantoms(request, ctx, self._size)
        forgetting = compare_phantoms(phantoms, old, new, ctx)
        warnings = describe_start(tracker.start_iou, fitted.best_iou)
        result = _describe_result(made, fitted, (before, after), forgetting, warnings)
        self._finish(made, result, tracker)
        return result

    def _train(self, made: Preparation, detector: Any, tracker: RunTracker) -> FitResult:
        from ctbox.model.checkpoint import load_checkpoint, save_checkpoint
        from ctbox.model.devices import choose_device
        from ctbox.model.fine_tuning import build_fine_tuned_card
        from ctbox.model.training import FitOptions, fit

        state, parent = load_checkpoint(self._request.base)
        watched = made.data.validation or made.data.training[:1]
        watcher = SampleWatcher(watched, parent, choose_device(self._request.device), self._ctx)
        notes = _write_notes(made)

        def save(weights: Weights, epoch: EpochFinished) -> None:
            card = build_fine_tuned_card(parent, made.config, notes, _note_epoch(epoch, made))
            save_checkpoint(self._model, weights, card)

        def note(update: object) -> None:
            tracker.take(update)
            self._ctx.report(update)
            told = describe_moment(update)
            if told is not None:
                self._ctx.report(told)

        def look(network: Network, epoch: int, iou: float | None) -> None:
            if epoch == 0:
                note(StartMeasured(iou))
            watcher.look(network, epoch)

        options = FitOptions(
            device=self._request.device,
            start=state,
            folder=self._request.out / STATE_FOLDER,
            resume=self._request.resume,
            on_best=save,
            on_epoch=look,
        )
        inner = self._control.watch(TaskContext(note, lambda: self._ctx.cancelled))
        fitted = fit(made.config, made.data, inner, options)
        self._ctx.check()
        if fitted.best_epoch == 0:
            raise TrainingDataError(
                "The run was stopped before its first round was over, so nothing was learnt.",
                "Go on with it, or start a new one.",
            )
        if not self._model.is_dir():  # killed between the state and the model
            save(fitted.state, fitted.history[fitted.best_epoch - 1])
        return fitted

    def _finish(self, made: Preparation, result: FineTuneResult, tracker: RunTracker) -> None:
        from ctbox.model.checkpoint import load_checkpoint, save_checkpoint

        weights, card = load_checkpoint(self._model)
        # A run that went on after its end has them already.
        first = tuple(each for each in card.metrics if each.title == STOPPING_TITLE)
        metrics = (*first, *_record_metrics(result, made))
        save_checkpoint(self._model, weights, replace(card, metrics=metrics))
        tracker.write_results(result)
        problem = log_to_mlflow(self._request.out, result.name, config_to_dict(made.config), result)
        if problem is not None:
            logger.warning("%s", problem)
        self._control.clear()


def _judge(seer: Seer, made: Preparation, ctx: TaskContext) -> _Judged:
    samples, division = made.samples, made.division
    taught = division.select(Side.TRAINING)
    test = division.select(Side.TEST)
    entire = seer.judge(samples, select_fold(samples, made.new_patients), ctx).summary
    training = seer.judge(samples, select_fold(samples, taught), ctx).summary
    tested = seer.judge(samples, select_fold(samples, test, taught), ctx) if test else None
    check = None
    if made.check_patients:
        check = seer.judge(samples, select_fold(samples, made.check_patients), ctx).summary
    return _Judged(
        entire,
        training,
        None if tested is None else tested.summary,
        check,
        None if tested is None else tested.copy_baseline,
    )


def _write_notes(made: Preparation) -> Any:
    from ctbox.model.fine_tuning import FineTuneNotes

    taught = {*made.division.select(Side.TRAINING), *made.replay_patients}
    series = {k.series_uid for k in made.samples.keys if k.patient_id in taught}
    names = [shorten_patient_id(each) for each in taught]
    return FineTuneNotes(
        name=made.request.name,
        subtype=made.request.subtype,
        series_instance_uids=tuple(sorted(series)),
        patient_ids=tuple(sorted(taught)),
        stopping_patient_ids=made.division.select(Side.STOPPING),
        new_patients=len(made.division.select(Side.TRAINING)),
        synthetic_seeds=(REPLAY_SEED,) if made.replays_phantoms else (),
        command=made.request.command,
        # The collection's numbers lie below 500; phantoms in its layout start at 9001.
        uses_collection=any(n[:1] in "ABEG" and n[1:2] == "0" and len(n) == 5 for n in names),
    )


def _note_epoch(epoch: EpochFinished, made: Preparation) -> tuple[MetricRecord, ...]:
    if epoch.validation_iou is None:
        return ()
    return (
        MetricRecord(
            title=STOPPING_TITLE,
            split="patient",
            patients=len(made.division.select(Side.STOPPING)),
            values={"patient_mean_iou": epoch.validation_iou, "epoch": epoch.epoch},
        ),
    )


def describe_start(start: float | None, best: float | None) -> tuple[str, ...]:
    """Return what is to be said where no round was better than the start; else nothing."""
    if start is None or best is None or best > start:
        return ()
    return (
        "No round was better than the start on the patients who end the training: IoU "
        f"{start:.3f} before, {best:.3f} at best. The model found these already; the training "
        "did not help there.",
    )


def _describe_result(
    made: Preparation,
    fitted: FitResult,
    judged: tuple[_Judged, _Judged],
    forgetting: tuple[BeforeAfter, ...],
    warnings: tuple[str, ...],
) -> FineTuneResult:
    before, after = judged
    seen = {shorten_patient_id(each) for each in made.parent.seen_patient_ids}
    test = worst = best = None
    if before.test is not None and after.test is not None:
        leaky = any(shorten_patient_id(p) in seen for p in made.division.select(Side.TEST))
        test = compare("Test patients", before.test, after.test, leaky=leaky)
        worst, best = choose_examples(made.samples, before.test, after.test)
    if before.check is not None and after.check is not None:
        leaky = any(shorten_patient_id(p) in seen for p in made.check_patients)
        old = compare("Old patients", before.check, after.check, leaky=leaky)
        forgetting = (*forgetting, old)
    return FineTuneResult(
        folder=str(made.request.out),
        name=made.request.name,
        base_name=made.parent.name,
        best_epoch=fitted.best_epoch,
        epochs=len(fitted.history),
        stopped=fitted.cancelled,
        test=test,
        entire=compare("All patients", before.entire, after.entire, leaky=True),
        training=compare("Training patients", before.training, after.training, leaky=True),
        copy_baseline=None if after.copy_baseline is None else describe(after.copy_baseline),
        forgetting=forgetting,
        patients=list_patients(before.entire, after.entire),
        worst=worst or (),
        best=best or (),
        warnings=(*warnings, *made.division.warnings),
    )


def _record_metrics(result: FineTuneResult, made: Preparation) -> tuple[MetricRecord, ...]:
    records = []
    told: list[BeforeAfter] = [result.entire, *result.forgetting]
    if result.test is not None:
        told.insert(0, result.test)
    for each in told:
        values: Mapping[str, Any] = {
            "patient_mean_iou": each.after.value,
            "before": each.before.value,
            "difference": each.difference,
            "mean_iou": each.after.by_slice,
        }
        leaky = " (LEAKY)" if each.leaky else ""
        records.append(
            MetricRecord(
                title=f"{each.title}, new subtype {made.request.subtype}"
                if each in (result.test, result.entire)
                else f"{each.title}, old subtypes",
                split=f"patient{leaky}",
                patients=each.after.patients,
                values=dict(values),
            )
        )
    return tuple(records)
