"""Headers read in several processes at once, handed back in the order they were asked for."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, TypeVar

from ctbox.dicom.catalog_rows import HeaderBatch, HeaderRows, read_batch
from ctbox.errors import WorkerError
from ctbox.progress import TaskCancelledError, TaskContext
from ctbox.workflows.parallel import WorkerOptions, WorkerProcess
from ctbox.workflows.task_end import TaskStatus, WorkerTask

MAX_WORKERS = 8
FILES_A_TASK = 256
"""Files a process is given at once: some 40 ms of work, and a transaction."""
WAITING_A_WORKER = 3
"""Tasks under way for each process; more would only take memory."""

FEW_FILES = 20_000
"""Fewer are read before the processes have started."""

_POLL_S = 0.1

Note = TypeVar("Note")


@dataclass(frozen=True)
class ReadingJob(Generic[Note]):
    """Batches to read, and what the caller wants to know when they are.

    Parameters
    ----------
    batches : tuple of HeaderBatch
        Together about `FILES_A_TASK` files.
    note : object
        Handed back with the rows.
    """

    batches: tuple[HeaderBatch, ...]
    note: Note


def read_batches(batches: tuple[HeaderBatch, ...], ctx: TaskContext) -> tuple[HeaderRows, ...]:
    """Read several batches; the task of a reading process."""
    rows = []
    for batch in batches:
        ctx.check()
        rows.append(read_batch(batch))
    return tuple(rows)


def choose_worker_count() -> int:
    """Return how many processes read on this machine when nobody says."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(available or 1, MAX_WORKERS)


class HeaderReaders:
    """Processes that read headers; a context manager.

    They start with the first pass that is worth it. Until one of them is ready, which takes a
    second or two, this process reads by itself.

    Parameters
    ----------
    workers : int
        Processes beside this one; below 2 this process reads alone.
    """

    def __init__(self, workers: int) -> None:
        self._count = workers if workers > 1 else 0
        self._workers: list[tuple[WorkerProcess, WorkerTask]] = []

    def __enter__(self) -> HeaderReaders:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker, _ in self._workers:
            worker.shutdown(limit_s=2.0)

    def start(self, files: int) -> None:
        """Start the processes if so many files are worth it."""
        if files < FEW_FILES or self._workers:
            return
        for _ in range(self._count):
            worker = WorkerProcess(WorkerOptions("indexing", threads=1))
            self._workers.append((worker, worker.submit(read_batches, ())))

    def read(
        self, jobs: Iterable[ReadingJob[Note]], ctx: TaskContext
    ) -> Iterator[tuple[ReadingJob[Note], tuple[HeaderRows, ...]]]:
        """Yield each job with its rows, in order.

        Jobs are taken only as fast as they are read, so that their number costs no memory.

        Raises
        ------
        TaskCancelledError
            If cancelled; jobs under way are dropped.
        CtboxError
            If a process died.
        """
        waiting: deque[tuple[ReadingJob[Note], WorkerTask]] = deque()
        for number, job in enumerate(jobs):
            ready = [worker for worker, start in self._workers if start.end is not None]
            if not ready:
                yield job, read_batches(job.batches, ctx)
                continue
            worker = ready[number % len(ready)]
            waiting.append((job, worker.submit(read_batches, job.batches)))
            limit = WAITING_A_WORKER * len(ready)
            while len(waiting) >= limit or (waiting and waiting[0][1].end is not None):
                yield _take(*waiting.popleft(), ctx)
        while waiting:
            yield _take(*waiting.popleft(), ctx)


def _take(
    job: ReadingJob[Note], task: WorkerTask, ctx: TaskContext
) -> tuple[ReadingJob[Note], tuple[HeaderRows, ...]]:
    while (end := task.wait(_POLL_S)) is None:
        ctx.check()
    if end.status is TaskStatus.FINISHED:
        return job, end.result
    if isinstance(end.error, WorkerError):
        # Somebody ended the process: what it had in hand is read here.
        return job, read_batches(job.batches, ctx)
    if end.error is not None:
        raise end.error
    raise TaskCancelledError("Cancelled.")
