"""Judge many series at once: in worker processes here, or on a Dask cluster."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Protocol

from ctbox.errors import CheckpointError, CtboxError, DeviceError, WorkerError
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.parallel import WorkerOptions, WorkerProcess
from ctbox.workflows.report_axes import Unmeasured, measure_records
from ctbox.workflows.report_records import SeriesRecord
from ctbox.workflows.report_series import SeriesJob, describe_reason, judge_series
from ctbox.workflows.task_end import TaskBugError, TaskEnd, TaskStatus, run_to_end

_POLL_S = 0.1
_FATAL = (CheckpointError, DeviceError)


@dataclass(frozen=True, slots=True)
class JobEnd:
    """How one series fared: its records, or why there are none.

    Parameters
    ----------
    job : SeriesJob
        What was to be done.
    records : tuple of SeriesRecord
        One a model; empty where it failed or was stopped.
    reason : str or None
        Why it failed; None also where it was stopped.
    """

    job: SeriesJob
    records: tuple[SeriesRecord, ...] = ()
    reason: str | None = None


class Pool(Protocol):
    """Where series are judged."""

    def judge(
        self, jobs: Sequence[SeriesJob], ctx: TaskContext, on_slices: Callable[[int], None]
    ) -> Iterator[JobEnd]:
        """Yield every job's end as it comes; stops early, without an error, if cancelled."""
        ...


def sort_jobs(jobs: Iterable[SeriesJob]) -> list[SeriesJob]:
    """Return the longest first: begun last, it would keep one worker when all others are done."""
    return sorted(jobs, key=lambda job: job.slices * len(job.models), reverse=True)


def count_cores() -> int:
    """Return the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass
class _Desk:
    """One worker process and the job it has in hand."""

    worker: WorkerProcess
    job: SeriesJob | None = None
    slices: int = 0


class _Measurer:
    """Measures in a thread of this process what workers have left to it, in their order."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "report-measure")
        self._ends: deque[tuple[JobEnd, Future[TaskEnd] | None]] = deque()

    def put(self, end: JobEnd) -> None:
        future = None
        if end.records and not end.job.measures:
            work = Unmeasured(end.job.case, end.records)
            future = self._thread.submit(run_to_end, measure_records, work, TaskContext())
        self._ends.append((end, future))

    def take(self, *, wait: bool = False) -> Iterator[JobEnd]:
        """Yield the ends that are whole; all of them, if one waits."""
        while self._ends and (wait or self._is_next_whole()):
            end, future = self._ends.popleft()
            yield end if future is None else describe_end(end.job, future.result())

    def _is_next_whole(self) -> bool:
        future = self._ends[0][1]
        return future is None or future.done()

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)


_Message = tuple[int, object]


@dataclass
class LocalPool:
    """Worker processes on this computer, which share its cores.

    Parameters
    ----------
    workers : int
        How many; each holds one series' pixels at a time.
    threads : int or None
        Compute threads of each; None shares the cores between them.
    """

    workers: int
    threads: int | None = None
    _desks: list[_Desk] = field(default_factory=list)

    def judge(
        self, jobs: Sequence[SeriesJob], ctx: TaskContext, on_slices: Callable[[int], None]
    ) -> Iterator[JobEnd]:
        """Yield every job's end as it comes; stops early, without an error, if cancelled.

        Parameters
        ----------
        jobs : sequence of SeriesJob
            What to do.
        ctx : TaskContext
            Asked to stop, ten times a second.
        on_slices : callable
            Told how many slices of unfinished series are done.

        Raises
        ------
        CheckpointError, DeviceError
            If a model or the device cannot be used: no series could be judged then.
        """
        waiting = deque(sort_jobs(jobs))
        inbox: queue.SimpleQueue[_Message] = queue.SimpleQueue()
        count = max(1, min(self.workers, len(waiting)))
        threads = self.threads or max(1, count_cores() // count)
        self._desks = [
            _Desk(WorkerProcess(WorkerOptions(f"report {number + 1}", threads=threads)))
            for number in range(count)
        ]
        # A network that has several cores would leave them idle while its worker measures: its
        # boxes are measured here, while it looks at the next series.
        if count == 1 and threads > 1:
            waiting = deque(replace(job, measures=False) for job in waiting)
        measurer = _Measurer()
        try:
            for number in range(count):
                self._hand_out(number, waiting, inbox)
            while any(desk.job is not None for desk in self._desks) and not ctx.cancelled:
                end = self._take(inbox, on_slices)
                if end is not None:
                    number, job_end = end
                    self._hand_out(number, waiting, inbox)
                    measurer.put(job_end)
                yield from measurer.take()
            yield from measurer.take(wait=True)  # a stop loses nothing that is judged
        finally:
            self._close()
            measurer.close()

    def _hand_out(
        self, number: int, waiting: deque[SeriesJob], inbox: queue.SimpleQueue[_Message]
    ) -> None:
        desk = self._desks[number]
        desk.job, desk.slices = (waiting.popleft() if waiting else None), 0
        if desk.job is not None:
            desk.worker.submit(
                judge_series,
                desk.job,
                on_update=lambda update: inbox.put((number, update)),
                on_end=lambda end: inbox.put((number, end)),
            )

    def _take(
        self, inbox: queue.SimpleQueue[_Message], on_slices: Callable[[int], None]
    ) -> tuple[int, JobEnd] | None:
        try:
            number, letter = inbox.get(timeout=_POLL_S)
        except queue.Empty:
            return None
        desk = self._desks[number]
        if isinstance(letter, Progress):
            desk.slices = letter.done
            on_slices(sum(one.slices for one in self._desks))
        if not isinstance(letter, TaskEnd) or desk.job is None:
            return None
        job, desk.job, desk.slices = desk.job, None, 0
        return number, describe_end(job, letter)

    def _close(self) -> None:
        """End all processes together: each may take its time to notice."""
        closers = [
            threading.Thread(target=desk.worker.shutdown, name="ctbox-report-close")
            for desk in self._desks
        ]
        for closer in closers:
            closer.start()
        for closer in closers:
            closer.join()


def describe_end(job: SeriesJob, end: TaskEnd) -> JobEnd:
    """Return what a task's end means for its series.

    Raises
    ------
    CheckpointError, DeviceError
        If that is how it ended.
    """
    if end.status is TaskStatus.FINISHED:
        return JobEnd(job, tuple(end.result))
    if end.status is TaskStatus.CANCELLED:
        return JobEnd(job)
    error = end.error
    if isinstance(error, _FATAL):
        raise error
    if isinstance(error, WorkerError):
        return JobEnd(job, reason=f"{error.message} It may need more memory than there is.")
    if isinstance(error, CtboxError):
        return JobEnd(job, reason=describe_reason(error))
    summary = error.summary if isinstance(error, TaskBugError) else "no reason given"
    return JobEnd(job, reason=f"A fault of ctbox: {summary}")


class Pace:
    """Counts series and slices, and says how fast it goes.

    Parameters
    ----------
    series, slices : int
        Of the whole report.
    resumed_series, resumed_slices : int
        Done by an earlier run.
    """

    def __init__(
        self, series: int, slices: int, resumed_series: int = 0, resumed_slices: int = 0
    ) -> None:
        self._series, self._slices = series, slices
        self._done_series, self._done_slices = resumed_series, resumed_slices
        self._resumed_slices = resumed_slices
        self._start = time.perf_counter()
        self._finished_at = self._start

    def finish_series(self, slices: int) -> None:
        """Count a series that ended."""
        self._done_series += 1
        self._done_slices += slices
        self._finished_at = time.perf_counter()

    @property
    def slices_per_second(self) -> float | None:
        """Finished slices a second of this run; None before the first series."""
        done, elapsed = self._done_slices - self._resumed_slices, self._finished_at - self._start
        return done / elapsed if done and elapsed > 0 else None

    def describe(self, in_hand: int = 0) -> Progress:
        """Return the progress with the slices of unfinished series counted in."""
        done = self._done_slices + in_hand
        elapsed = time.perf_counter() - self._start
        rate = (done - self._resumed_slices) / elapsed if elapsed > 0 else 0.0
        pace = f", {rate:.0f} slices/s" if done > self._resumed_slices else ""
        message = f"series {min(self._done_series + 1, self._series)} of {self._series}{pace}"
        return Progress(done, self._slices, message)
