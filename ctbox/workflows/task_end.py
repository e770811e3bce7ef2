"""How a task runs and ends, in a thread or a process alike."""

from __future__ import annotations

import itertools
import logging
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Any

from ctbox.errors import CtboxError
from ctbox.progress import TaskCancelledError, TaskContext

logger = logging.getLogger(__name__)

TaskFunction = Callable[[Any, TaskContext], Any]

_task_ids = itertools.count(1)


class TaskBugError(Exception):
    """A task raised something that is no `CtboxError`: a bug in ctbox, not the user's doing.

    Parameters
    ----------
    summary : str
        The exception's type and message, in one line.
    traceback_text : str
        The whole traceback, from the process or thread where it happened.
    """

    def __init__(self, summary: str, traceback_text: str = "") -> None:
        super().__init__(summary, traceback_text)
        self.summary = summary
        self.traceback_text = traceback_text

    def __str__(self) -> str:
        return self.summary

    @classmethod
    def from_exception(cls, error: BaseException) -> TaskBugError:
        """Return the bug that an exception stands for."""
        summary = "".join(traceback.format_exception_only(error)).strip().splitlines()
        text = "".join(traceback.format_exception(error))
        return cls(summary[-1] if summary else type(error).__name__, text)


class TaskStatus(Enum):
    """How a task ended."""

    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class TaskEnd:
    """The end of a task: its result, or why there is none.

    Parameters
    ----------
    status : TaskStatus
        Finished, failed or cancelled.
    result : object
        What the function returned, if it finished.
    error : CtboxError or TaskBugError or None
        Why it failed.
    """

    status: TaskStatus
    result: Any = None
    error: CtboxError | TaskBugError | None = None


class Border:
    """Where exceptions stop: a process or a thread must hand them on, never die of them.

    Use it as a context manager; afterwards `error` holds what was raised, or None. Exits and
    interrupts pass through.
    """

    def __init__(self) -> None:
        self.error: Exception | None = None

    def __enter__(self) -> Border:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if isinstance(error, Exception):
            self.error = error
            return True
        return False


def run_to_end(function: TaskFunction, request: object, ctx: TaskContext) -> TaskEnd:
    """Run a task and return how it ended, whatever it raised."""
    result: Any = None
    with Border() as border:
        ctx.check()
        result = function(request, ctx)
    if border.error is None:
        return TaskEnd(TaskStatus.FINISHED, result=result)
    return describe_failure(border.error)


def describe_failure(error: Exception) -> TaskEnd:
    """Return the end that an exception means: cancelled, a known error, or a bug."""
    if isinstance(error, TaskCancelledError):
        return TaskEnd(TaskStatus.CANCELLED)
    if isinstance(error, CtboxError | TaskBugError):
        return TaskEnd(TaskStatus.FAILED, error=error)
    return TaskEnd(TaskStatus.FAILED, error=TaskBugError.from_exception(error))


def ignore(_: object) -> None:
    """Listen to nothing."""


@dataclass(eq=False)
class WorkerTask:
    """One task handed to a worker; `cancel` and `wait` are safe from any thread.

    Parameters
    ----------
    payload : bytes
        The pickled function and request.
    on_update : callable
        Called with each update, in order, on the worker's own thread in this process.
    on_end : callable
        Called once with the `TaskEnd`, usually on that thread too.
    """

    payload: bytes
    on_update: Callable[[Any], None] = ignore
    on_end: Callable[[TaskEnd], None] = ignore
    task_id: int = field(default_factory=lambda: next(_task_ids))
    end: TaskEnd | None = None
    cancelled_at: float | None = None
    _canceller: Callable[[WorkerTask], None] = ignore
    _ended: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        """Ask the task to stop: at once if it waits, at its next check if it runs."""
        self._canceller(self)

    def wait(self, timeout_s: float | None = None) -> TaskEnd | None:
        """Return the end of the task, or None if it has not come in time."""
        self._ended.wait(timeout_s)
        return self.end

    def conclude(self, end: TaskEnd) -> None:
        """Record the end and tell of it; only the first call counts."""
        if self.end is None:
            self.end = end
            tell(self.on_end, end)
            self._ended.set()


def tell(listener: Callable[[Any], None], what: object) -> None:
    """Call a listener; its failure is its own, never the worker's."""
    with Border() as border:
        listener(what)
    if border.error is not None:
        logger.error("A task's listener failed.", exc_info=border.error)
