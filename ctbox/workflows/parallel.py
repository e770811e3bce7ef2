"""Worker processes without Qt: torch lives there, never in the window's own process.

A worker is *spawned*, stays warm between tasks, and dies with its parent. Its own death is
survived: the task fails with a sentence, and the next task starts a fresh worker.
"""

from __future__ import annotations

import atexit
import logging
import multiprocessing
import signal
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import wait
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.reduction import ForkingPickler
from typing import Any

from ctbox.errors import WorkerError
from ctbox.progress import TaskCancelledError, TaskContext
from ctbox.workflows.task_end import (
    Border,
    TaskBugError,
    TaskEnd,
    TaskFunction,
    TaskStatus,
    WorkerTask,
    ignore,
    tell,
)
from ctbox.workflows.worker_child import CancelSlot, WorkerOptions, run_worker

__all__ = ["WorkerOptions", "WorkerProcess"]

logger = logging.getLogger(__name__)

_POLL_S = 0.5
_TERMINATE_S = 1.0


class _Child:
    """A spawned process and the connection to it; touched by one thread alone."""

    def __init__(self, context: SpawnContext, slot: CancelSlot, options: WorkerOptions) -> None:
        self.is_ready = False
        self.connection, theirs = context.Pipe(duplex=True)
        # Not a daemon: training's data loaders are processes of the worker's own.
        self.process: SpawnProcess = context.Process(
            target=run_worker, args=(theirs, slot, options), name=f"ctbox-{options.name}"
        )
        try:
            self.process.start()
        except OSError:
            self.connection.close()
            raise
        finally:
            theirs.close()
        self.pid = self.process.pid

    def is_alive(self) -> bool:
        return self.process.is_alive()

    def stop(self, limit_s: float) -> None:
        """Let the process leave by itself, then terminate it, then kill it."""
        self.connection.close()
        self.process.join(limit_s)
        if self.process.is_alive():
            self.process.terminate()
            self.process.join(_TERMINATE_S)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()


class WorkerProcess:
    """A process that runs one task at a time, the others waiting in line.

    It is started by the first task, and by the first task after a death. Call
    `shutdown` when done; an interpreter that exits without it ends the process too.

    Parameters
    ----------
    options : WorkerOptions, optional
        Its name, threads, niceness and patience.
    """

    def __init__(self, options: WorkerOptions | None = None) -> None:
        self.options = options or WorkerOptions()
        self._context = multiprocessing.get_context("spawn")
        self._cancel_slot: Any = self._context.RawValue("q", 0)
        self._lock = threading.Lock()
        self._waiting: deque[WorkerTask] = deque()
        self._running: WorkerTask | None = None
        self._child: _Child | None = None
        self._closing_until: float | None = None
        self._thread: threading.Thread | None = None
        self._wake_receiver, self._wake_sender = self._context.Pipe(duplex=False)
        self._wake_pending = False
        _end_with_interpreter(self)

    # What callers use, from any thread.

    @property
    def pid(self) -> int | None:
        """The process's id, or None while there is none."""
        child = self._child
        return None if child is None else child.pid

    def submit(
        self,
        function: TaskFunction,
        request: object,
        *,
        on_update: Callable[[Any], None] = ignore,
        on_end: Callable[[TaskEnd], None] = ignore,
    ) -> WorkerTask:
        """Run ``function(request, ctx)`` in the worker; return at once.

        Parameters
        ----------
        function : callable
            At a module's top level, so that it can be pickled by name.
        request : object
            A frozen value that can be pickled.
        on_update, on_end : callable
            Called on the worker's own thread in this process; see `WorkerTask`.

        Raises
        ------
        WorkerError
            If the worker was shut down.
        """
        payload = bytes(ForkingPickler.dumps((function, request)))
        task = WorkerTask(payload, on_update, on_end, _canceller=self._cancel)
        with self._lock:
            if self._closing_until is not None:
                raise WorkerError(
                    f"The {self.options.name} worker was shut down.", "Restart ctbox and try again."
                )
            self._waiting.append(task)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._serve, name=f"ctbox-{self.options.name}-listener", daemon=True
                )
                self._thread.start()
            self._wake()
        return task

    def run(self, function: TaskFunction, request: object, ctx: TaskContext | None = None) -> Any:
        """Run a task in the worker and wait for it, passing updates and cancelling on.

        Raises
        ------
        TaskCancelledError
            If `ctx` was cancelled.
        CtboxError
            What the task raised, or `WorkerError` if the worker died.
        TaskBugError
            If the task raised anything else.
        """
        ctx = ctx or TaskContext()
        task = self.submit(function, request, on_update=ctx.report)
        try:
            while (end := task.wait(0.1)) is None:
                if ctx.cancelled:
                    task.cancel()
        except KeyboardInterrupt:
            task.cancel()
            raise
        if end.error is not None:
            raise end.error
        if end.status is TaskStatus.CANCELLED:
            raise TaskCancelledError("Cancelled.")
        return end.result

    def shutdown(self, limit_s: float = 5.0) -> None:
        """Cancel all tasks and end the process, by force once the limit is over."""
        with self._lock:
            first = self._closing_until is None
            self._closing_until = time.monotonic() + limit_s
            thread = self._thread
            self._wake()
        if thread is not None:
            thread.join(limit_s + _TERMINATE_S)
            self._kill_if_blocked(thread)
        if first:
            self._wake_sender.close()
            self._wake_receiver.close()

    def _kill_if_blocked(self, thread: threading.Thread) -> None:
        child = self._child
        if thread.is_alive() and child is not None:
            # A process that never reads blocks the thread that sends to it.
            child.process.kill()
        thread.join()

    # What runs on the worker's own thread in this process.

    def _serve(self) -> None:
        while self._closing_until is None or (self._running and not self._is_overdue()):
            if self._closing_until is not None and self._running is not None:
                self._cancel(self._running)
            elif self._running is None and self._take_next():
                self._send_task()
            self._wait_and_dispatch()
        self._conclude_all()
        if self._child is not None:
            self._child.stop(max(0.0, self._closing_until - time.monotonic()))
            self._child = None

    def _take_next(self) -> bool:
        with self._lock:
            if self._waiting:
                self._running = self._waiting.popleft()
            return self._running is not None

    def _send_task(self) -> None:
        """Hand the running task to the process, starting it if there is none alive."""
        task = self._running
        assert task is not None
        try:
            if self._child is not None and not self._child.is_alive():
                self._drop_child()
            if self._child is None:
                self._child = _Child(self._context, self._cancel_slot, self.options)
            self._child.connection.send(task.task_id)
            self._child.connection.send_bytes(task.payload)
        except OSError as error:
            logger.warning("The %s worker took no task: %s", self.options.name, error)
            self._on_death()

    def _wait_and_dispatch(self) -> None:
        """Wait for a message, a death, a wake-up call or a deadline, and deal with it."""
        if self._running is None and self._waiting:
            return  # the last task ended meanwhile, or could not be sent
        sources: list[Any] = [self._wake_receiver]
        if self._child is not None:
            sources += [self._child.connection, self._child.process.sentinel]
        wait(sources, None if self._running is None else self._compute_patience())
        self._clear_wake()
        child = self._child
        if child is None:
            return
        if child.connection.poll():
            self._receive(child)
        elif not child.is_alive():
            self._on_death()
        elif self._is_stuck():
            logger.warning("The %s worker did not stop in time: ended.", self.options.name)
            self._conclude(TaskEnd(TaskStatus.CANCELLED))
            child.process.kill()
            self._drop_child()

    def _receive(self, child: _Child) -> None:
        message: tuple[str, int, Any] | None = None
        with Border() as border:
            message = child.connection.recv()
        if isinstance(border.error, EOFError | OSError):
            self._on_death()
        elif border.error is not None:
            bug = TaskBugError.from_exception(border.error)
            self._conclude(TaskEnd(TaskStatus.FAILED, error=bug))
        elif message is not None:
            self._dispatch(child, *message)

    def _dispatch(self, child: _Child, kind: str, task_id: int, payload: Any) -> None:
        task = self._running
        if kind == "ready":
            child.is_ready = True
        elif kind == "log":
            logging.getLogger(payload.name).handle(payload)
        elif task is None or task.task_id != task_id:
            logger.debug("A late message of task %d was dropped.", task_id)
        elif kind == "update":
            tell(task.on_update, payload)
        elif kind == "end":
            self._conclude(payload)

    def _on_death(self) -> None:
        if self._child is not None:
            self._child.process.join(_TERMINATE_S)  # its exit code tells how it died
        error = self._describe_death()
        self._drop_child()
        if self._running is not None:
            logger.error("%s", error)
            self._conclude(TaskEnd(TaskStatus.FAILED, error=error))
        else:
            logger.warning("%s", error)

    def _describe_death(self) -> WorkerError:
        name = self.options.name
        child = self._child
        code = None if child is None else child.process.exitcode
        if child is None or not child.is_ready:
            message = f"The {name} worker could not be started{_describe_exit_code(code)}."
            return WorkerError(message, "Close other programs to free memory, then try again.")
        return WorkerError(
            f"The {name} worker stopped unexpectedly{_describe_exit_code(code)}.",
            "Often the memory ran out: close other programs and try again; "
            "a fresh worker starts by itself.",
        )

    def _drop_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.stop(0.0)

    def _conclude(self, end: TaskEnd) -> None:
        with self._lock:
            task, self._running = self._running, None
        if task is not None:
            task.conclude(end)

    def _conclude_all(self) -> None:
        self._conclude(TaskEnd(TaskStatus.CANCELLED))
        with self._lock:
            tasks, self._waiting = tuple(self._waiting), deque()
        for task in tasks:
            task.conclude(TaskEnd(TaskStatus.CANCELLED))

    def _is_overdue(self) -> bool:
        return self._closing_until is not None and time.monotonic() >= self._closing_until

    def _compute_patience(self) -> float:
        if self._closing_until is None:
            return _POLL_S
        return min(_POLL_S, max(0.0, self._closing_until - time.monotonic()))

    def _is_stuck(self) -> bool:
        task = self._running
        since = None if task is None else task.cancelled_at
        return since is not None and time.monotonic() - since > self.options.cancel_limit_s

    # Shared by both sides.

    def _cancel(self, task: WorkerTask) -> None:
        with self._lock:
            if task is self._running:
                if task.cancelled_at is None:
                    task.cancelled_at = time.monotonic()
                self._cancel_slot.value = task.task_id
                return
            if task not in self._waiting:
                return
            self._waiting.remove(task)
        task.conclude(TaskEnd(TaskStatus.CANCELLED))

    def _wake(self) -> None:
        """Interrupt the wait of the worker's thread; the lock is held."""
        if not self._wake_pending and not self._wake_sender.closed:
            self._wake_pending = True
            self._wake_sender.send_bytes(b"!")

    def _clear_wake(self) -> None:
        with self._lock:
            if self._wake_pending:
                self._wake_receiver.recv_bytes()
                self._wake_pending = False


def _describe_exit_code(code: int | None) -> str:
    if code is None or code == 0:
        return ""
    if code > 0:
        return f" (exit code {code})"
    try:
        return f" (ended by {signal.Signals(-code).name})"
    except ValueError:
        return f" (ended by signal {-code})"


def _end_with_interpreter(worker: WorkerProcess) -> None:
    """Shut a forgotten worker down at exit, before multiprocessing waits for it for ever."""
    reference = weakref.ref(worker)

    def shut_down() -> None:
        forgotten = reference()
        if forgotten is not None:
            forgotten.shutdown(limit_s=1.0)

    atexit.register(shut_down)
    weakref.finalize(worker, atexit.unregister, shut_down).atexit = False
