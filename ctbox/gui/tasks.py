"""The window's threads and processes: the one place in the window that starts either."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Literal

from PySide6.QtCore import QObject, QThread, Signal

from ctbox.gui.task_handle import TaskHandle
from ctbox.gui.task_inbox import TaskInbox
from ctbox.progress import TaskContext
from ctbox.workflows.parallel import WorkerOptions, WorkerProcess
from ctbox.workflows.task_end import TaskBugError, TaskEnd, TaskFunction, TaskStatus, run_to_end

__all__ = ["TaskHandle", "TaskKind", "TaskRunner"]

logger = logging.getLogger(__name__)

TaskKind = Literal["thread", "worker"]


class TaskRunner(QObject):
    """Starts tasks in threads (reading) or worker processes (torch) and cancels them all.

    Parameters
    ----------
    workers : dict, optional
        Options of the worker processes by name; "prediction" is always there.
    """

    task_started = Signal(object)

    def __init__(
        self, workers: dict[str, WorkerOptions] | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._options = {"prediction": WorkerOptions("prediction"), **(workers or {})}
        self._workers: dict[str, WorkerProcess] = {}
        self._handles: dict[int, TaskHandle] = {}
        self._threads: dict[int, threading.Thread] = {}
        self._ids = itertools.count(1)
        self._inbox = TaskInbox(self._deliver, self)
        self._closed = False

    def add_workers(self, workers: dict[str, WorkerOptions]) -> None:
        """Know more worker processes; each starts with its first task."""
        self._options.update(workers)

    @property
    def running(self) -> tuple[TaskHandle, ...]:
        """The tasks that have not ended yet, oldest first."""
        return tuple(self._handles.values())

    def start(
        self,
        function: TaskFunction,
        request: object,
        *,
        kind: TaskKind = "thread",
        title: str = "",
        worker: str = "prediction",
    ) -> TaskHandle:
        """Run ``function(request, ctx)`` away from the window's thread; return at once.

        Parameters
        ----------
        function : callable
            For a worker it must stand at a module's top level, the request be picklable.
        request : object
            A frozen value.
        kind : str
            "thread" or "worker".
        title : str
            What the status bar shows; empty shows nothing.
        worker : str
            Which worker process, for that kind.
        """
        if QThread.currentThread() is not self.thread():
            raise RuntimeError("Tasks are started from the window's thread.")
        task_id = next(self._ids)
        if self._closed:
            handle = TaskHandle(title, lambda: None)
            handle.status = TaskStatus.CANCELLED
            return handle
        if kind == "worker":
            handle = self._start_in_worker(task_id, function, request, (title, worker))
        else:
            handle = self._start_in_thread(task_id, function, request, title)
        self._handles[task_id] = handle
        self.task_started.emit(handle)
        return handle

    def prewarm(
        self, function: TaskFunction, request: object, *, worker: str = "prediction"
    ) -> TaskHandle:
        """Start a worker ahead of need; that it failed is logged, the real task will tell."""
        handle = self.start(function, request, kind="worker", worker=worker)
        handle.failed.connect(_log_prewarm_failure)
        return handle

    def cancel_all(self) -> None:
        """Ask every task to stop."""
        for handle in self.running:
            handle.cancel()

    def shutdown(self, limit_s: float = 5.0) -> bool:
        """Cancel everything and wait; afterwards no signal comes any more.

        Returns
        -------
        bool
            Whether all threads stopped in time; processes always end, by force if need be.
        """
        end = time.monotonic() + limit_s
        self._closed = True
        self.cancel_all()
        self._inbox.close()
        closers = [
            threading.Thread(target=worker.shutdown, args=(limit_s,), name="ctbox-close")
            for worker in self._workers.values()
        ]
        for closer in closers:
            closer.start()
        for thread in self._threads.values():
            thread.join(max(0.0, end - time.monotonic()))
        for closer in closers:
            closer.join()
        stuck = [thread.name for thread in self._threads.values() if thread.is_alive()]
        if stuck:
            logger.warning("These tasks did not stop in time: %s", ", ".join(stuck))
        self._handles.clear()
        self._threads.clear()
        self._workers.clear()
        return not stuck

    def _start_in_thread(
        self, task_id: int, function: TaskFunction, request: object, title: str
    ) -> TaskHandle:
        ctx = TaskContext(on_report=self._make_poster(task_id))
        # The thread must hold no QObject: the last reference decides where it is destroyed.
        thread = threading.Thread(
            target=_run_in_thread,
            args=(function, request, ctx, self._make_poster(task_id)),
            name=f"ctbox-task-{task_id}",
            daemon=True,
        )
        self._threads[task_id] = thread
        thread.start()
        return TaskHandle(title, ctx.cancel)

    def _start_in_worker(
        self, task_id: int, function: TaskFunction, request: object, names: tuple[str, str]
    ) -> TaskHandle:
        title, worker_name = names
        post = self._make_poster(task_id)
        worker = self._workers.get(worker_name)
        if worker is None:
            worker = self._workers[worker_name] = WorkerProcess(self._options[worker_name])
        task = worker.submit(function, request, on_update=post, on_end=post)
        return TaskHandle(title, task.cancel)

    def _make_poster(self, task_id: int) -> Callable[[Any], None]:
        inbox = self._inbox
        return lambda letter: inbox.post(task_id, letter)

    def _deliver(self, task_id: int, letter: object) -> None:
        handle = self._handles.get(task_id)
        if handle is None:
            return
        if isinstance(letter, TaskEnd):
            del self._handles[task_id]
            thread = self._threads.pop(task_id, None)
            if thread is not None:
                thread.join()
        handle.take(letter)


def _run_in_thread(
    function: TaskFunction, request: object, ctx: TaskContext, post: Callable[[TaskEnd], None]
) -> None:
    end = TaskEnd(TaskStatus.FAILED, error=TaskBugError("The task's thread was left."))
    try:
        end = run_to_end(function, request, ctx)
    finally:
        post(end)


def _log_prewarm_failure(error: object) -> None:
    logger.warning("Warming up a worker failed: %s", error)
