"""One running task, as the window sees it."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from ctbox.progress import Progress
from ctbox.workflows.task_end import TaskEnd, TaskStatus

_PROGRESS_INTERVAL_MS = 34
_SURE_AFTER_S = 1.0


class TaskHandle(QObject):
    """One running task, as the window sees it; all signals come in the window's thread.

    Updates arrive in the order they were reported. `Progress` comes by `progressed` instead,
    at most thirty times a second, the last one always before the end.
    """

    progressed = Signal(object)
    updated = Signal(object)
    finished = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    ended = Signal()

    def __init__(self, title: str, cancel: Callable[[], None]) -> None:
        super().__init__()
        self.title = title
        self.status: TaskStatus | None = None
        self.progress: Progress | None = None
        self.is_cancelling = False
        self._cancel = cancel
        self._pending: Progress | None = None
        self._first: tuple[float, int] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PROGRESS_INTERVAL_MS)
        self._timer.timeout.connect(self._show_progress)

    @property
    def is_running(self) -> bool:
        """Whether the task has not ended yet."""
        return self.status is None

    def cancel(self) -> None:
        """Ask the task to stop; `cancelled` comes once it has."""
        if self.is_running and not self.is_cancelling:
            self.is_cancelling = True
            self._cancel()

    def estimate_seconds_left(self) -> float | None:
        """Return the time left at the pace so far, or None while that can't be told."""
        progress, first = self.progress, self._first
        if progress is None or first is None or progress.total is None:
            return None
        elapsed, done = time.monotonic() - first[0], progress.done - first[1]
        if done <= 0 or elapsed < _SURE_AFTER_S:
            return None
        return elapsed / done * max(0, progress.total - progress.done)

    def take(self, letter: object) -> None:
        """Pass one letter of the task on to whoever listens; `TaskRunner` calls this."""
        if isinstance(letter, TaskEnd):
            self._end(letter)
        elif isinstance(letter, Progress):
            self._pending = letter
            if not self._timer.isActive():
                self._show_progress()
        else:
            self.updated.emit(letter)

    def _show_progress(self) -> None:
        if self._pending is None:
            return
        before, self.progress, self._pending = self.progress, self._pending, None
        if before is None or _is_new_stage(before, self.progress):
            self._first = (time.monotonic(), self.progress.done)
        self._timer.start()
        self.progressed.emit(self.progress)

    def _end(self, end: TaskEnd) -> None:
        self._show_progress()
        self._timer.stop()
        self.status = end.status
        if end.status is TaskStatus.FINISHED:
            self.finished.emit(end.result)
        elif end.status is TaskStatus.CANCELLED:
            self.cancelled.emit()
        else:
            self.failed.emit(end.error)
        self.ended.emit()


def _is_new_stage(before: Progress, now: Progress) -> bool:
    """Return whether a task began to count something else, at another pace."""
    return before.total != now.total or before.done > now.done
