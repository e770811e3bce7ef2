"""Run a batch report: judge what is missing, keep every finished series, write the report."""

from __future__ import annotations

import os
import platform
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ctbox import __version__
from ctbox.errors import CtboxError, TrainingDataError
from ctbox.evaluation.reporting.contents import ImageRecord, LeftOut, Report, RunFields
from ctbox.progress import Progress, TaskCancelledError, TaskContext
from ctbox.workflows.export_files import check_apart
from ctbox.workflows.open_case import Case, SeriesCase, open_case
from ctbox.workflows.report_dask import DaskPool
from ctbox.workflows.report_document import JSON_NAME
from ctbox.workflows.report_files import check_out, write_report
from ctbox.workflows.report_models import ReportedModel, find_reported_models, get_patient
from ctbox.workflows.report_pool import JobEnd, LocalPool, Pace, Pool
from ctbox.workflows.report_records import RecordStore, SeriesRecord, make_key
from ctbox.workflows.report_request import ReportRequest, ReportResult, SeriesFailed
from ctbox.workflows.report_series import SeriesJob
from ctbox.workflows.report_summaries import ModelJudge, collect_sources, compare_judged

NO_BOXES = "No expert's boxes: there is nothing to judge by."


@dataclass
class _Batch:
    """The series of a report and how far they are."""

    cases: tuple[SeriesCase, ...]
    models: tuple[ReportedModel, ...]
    store: RecordStore
    done: set[str] = field(default_factory=set)
    failed: list[LeftOut] = field(default_factory=list)
    resumed: int = 0
    _read: dict[str, list[tuple[SeriesCase, SeriesRecord]]] = field(default_factory=dict)

    def list_jobs(self, request: ReportRequest) -> list[SeriesJob]:
        """Return what is left to do; a series whose records are all there is done."""
        jobs = []
        for case in self.cases:
            missing = tuple(
                model.choice
                for model in self.models
                if not (request.resume and self.store.has(self.get_key(case, model)))
            )
            if missing:
                jobs.append(SeriesJob(case, missing, request.device))
            else:
                self.done.add(case.series.key)
        self.resumed = len(self.done)
        return jobs

    def get_key(self, case: SeriesCase, model: ReportedModel) -> dict[str, object]:
        """Return the key of a record."""
        return make_key(case, model.card.weights_sha256, model.threshold)

    def take(self, end: JobEnd, ctx: TaskContext) -> None:
        """Keep what a series gave."""
        case = end.job.case
        if end.reason is not None:
            left_out = LeftOut(get_patient(case), case.series.key, end.reason)
            self.failed.append(left_out)
            ctx.report(SeriesFailed(case.series.key, left_out.patient_id, end.reason))
            return
        for choice, record in zip(end.job.models, end.records, strict=False):
            self.store.save(make_key(case, choice.sha256, choice.threshold), record)
        if end.records:
            self.done.add(case.series.key)

    def list_done(self) -> list[SeriesCase]:
        """Return the judged series in order."""
        return [case for case in self.cases if case.series.key in self.done]

    def read(self, model: ReportedModel) -> list[tuple[SeriesCase, SeriesRecord]]:
        """Return a model's records in the order of the series, without their thumbnails."""
        if model.label not in self._read:
            self._read[model.label] = self._load(model, with_thumbnails=False)
        return self._read[model.label]

    def read_pictured(self) -> list[tuple[SeriesCase, SeriesRecord]]:
        """Return the first model's records with their thumbnails; kept by nobody."""
        return self._load(self.models[0], with_thumbnails=True)

    def _load(
        self, model: ReportedModel, *, with_thumbnails: bool
    ) -> list[tuple[SeriesCase, SeriesRecord]]:
        judged = []
        for case in self.list_done():
            record = self.store.find(self.get_key(case, model), with_thumbnails=with_thumbnails)
            if record is None:
                raise CtboxError(
                    f"A kept result in {self.store.folder} is gone or damaged.",
                    "Run the report again with --resume.",
                    self.store.folder,
                )
            judged.append((case, record))
        return judged


def run_report(request: ReportRequest, ctx: TaskContext, pool: Pool | None = None) -> ReportResult:
    """Judge every annotated CT series and write the report.

    Reports `Progress` in slices, and `SeriesFailed`. A cancelled run writes a report of what
    was finished, marked as partial, if there is any.

    Parameters
    ----------
    request : ReportRequest
        What to judge by what.
    ctx : TaskContext
        Told of progress and asked to stop.
    pool : Pool, optional
        Where series are judged; by default what the request says.

    Raises
    ------
    TrainingDataError
        If no CT series has a box, or none could be judged.
    CheckpointError, DeviceError, DicomReadError, AnnotationError, CtboxError
        If models, device, data or the folder cannot be used.
    TaskCancelledError
        If cancelled before anything was finished.
    """
    start = time.perf_counter()
    check_apart(request.out, (request.dicom, request.annotations, request.training))
    check_out(request)
    models = find_reported_models(request)
    case = open_case(request.dicom, request.annotations, ctx)
    batch = _Batch(_choose_series(case), models, RecordStore(request.out))
    pace = _judge(batch, request, ctx, pool or _choose_pool(request))
    partial = len(batch.done) + len(batch.failed) < len(batch.cases)
    if not batch.done:
        if partial:
            raise TaskCancelledError("Cancelled before a series was finished.")
        raise TrainingDataError(
            f"None of {len(batch.cases)} series could be judged. {batch.failed[0].reason}",
            "Check the images with `ctbox doctor`.",
            request.dicom,
        )
    # What was finished is worth a report also after Cancel, so nothing below may be cancelled.
    calm = TaskContext(ctx.report)
    judges = _sum_up(batch, case, request, calm)
    report = Report(
        models=tuple(judge.describe(judges) for judge in judges),
        comparisons=compare_judged(judges),
        images=_describe_images(batch, case),
        run=_describe_run(batch, request, start),
        software_version=__version__,
        partial=partial,
    )
    written = write_report(report, batch.list_done(), request, calm)
    return ReportResult(
        folder=request.out,
        json_path=request.out / JSON_NAME,
        html_path=written.html,
        pdf_path=written.pdf,
        partial=partial,
        series=len(batch.done),
        failed=len(batch.failed),
        resumed=batch.resumed,
        slices_per_second=pace.slices_per_second,
    )


def _choose_series(case: Case) -> tuple[SeriesCase, ...]:
    chosen = tuple(one for one in case.series if _find_obstacle(one) is None)
    if not chosen:
        raise TrainingDataError(
            f"None of {len(case.series)} series is CT with an expert's box.",
            "Check the folders of images and annotations with `ctbox scan`.",
            case.path,
        )
    return chosen


def _find_obstacle(case: SeriesCase) -> str | None:
    """Return why a series cannot be judged; None if it can."""
    return case.series.skip_detection_reason or (None if case.annotations else NO_BOXES)


def _choose_pool(request: ReportRequest) -> Pool:
    if request.scheduler is None:
        return LocalPool(request.workers)
    return DaskPool(request.scheduler)


def _judge(batch: _Batch, request: ReportRequest, ctx: TaskContext, pool: Pool) -> Pace:
    jobs = batch.list_jobs(request)
    total = sum(len(case.series.slices) for case in batch.cases)
    left = sum(job.slices for job in jobs)
    pace = Pace(len(batch.cases), total, batch.resumed, total - left)
    ctx.report(pace.describe())
    if not jobs:
        return pace
    for end in pool.judge(jobs, ctx, lambda slices: ctx.report(pace.describe(slices))):
        batch.take(end, ctx)
        pace.finish_series(end.job.slices)
        ctx.report(pace.describe())
    return pace


def _sum_up(
    batch: _Batch, case: Case, request: ReportRequest, ctx: TaskContext
) -> list[ModelJudge]:
    ctx.report(Progress(0, None, "Summing up"))
    training = None if request.training is None else open_case(request.training, None, ctx)
    pictured = batch.read_pictured() if request.baselines else batch.read(batch.models[0])
    sources = collect_sources(request, case, pictured, training, ctx)
    judges = [ModelJudge(model, batch.read(model), sources, request) for model in batch.models]
    for judge in judges:
        judge.summarise(ctx)
    return judges


def _describe_images(batch: _Batch, case: Case) -> ImageRecord:
    judged = batch.list_done()
    not_judged = tuple(
        LeftOut(get_patient(one), one.series.key, reason)
        for one in case.series
        if (reason := _find_obstacle(one)) is not None
    )
    unreadable = tuple(
        LeftOut(get_patient(one), one.series.key, reason, uid)
        for one, record in batch.read(batch.models[0])
        for uid, reason in record.unreadable.items()
    )
    return ImageRecord(
        series=len(judged),
        slices=sum(len(one.series.slices) for one in judged) - len(unreadable),
        patients=len({get_patient(one) for one in judged}),
        failed=tuple(sorted(batch.failed, key=lambda one: one.series_key)),
        not_judged=not_judged,
        unreadable=unreadable,
        skipped_files=len(case.skipped),
        annotation_files=case.annotation_summary.files,
        annotation_files_matched=case.annotation_summary.matched,
    )


def _describe_run(batch: _Batch, request: ReportRequest, start: float) -> RunFields:
    devices = {record.device_label for model in batch.models for _, record in batch.read(model)}
    where = f"{request.workers} worker processes" if request.workers != 1 else "1 worker process"
    return RunFields(
        created=get_time().isoformat(timespec="seconds"),
        seconds=round(time.perf_counter() - start, 1),
        host=f"{platform.system()} {platform.machine()}",
        devices=tuple(sorted(devices)),
        workers=where if request.scheduler is None else "a Dask cluster",
    )


def get_time() -> datetime:
    """Return the time, or what `SOURCE_DATE_EPOCH` says it is (reproducible-builds.org)."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "").strip()
    return datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now(UTC)
