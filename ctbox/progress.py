"""How long-running work tells of its progress and is asked to stop, without knowing of Qt."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass


class TaskCancelledError(Exception):
    """The user asked the running work to stop."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a task has come.

    Parameters
    ----------
    done : int
        Units finished.
    total : int or None
        Units in all, or None while that is unknown.
    message : str
        What is being done, for the user's eyes.
    """

    done: int
    total: int | None
    message: str = ""


class TaskContext:
    """What a workflow knows of whoever started it.

    Parameters
    ----------
    on_report : callable, optional
        Called with every update; updates are small frozen dataclasses such as `Progress`.
    is_cancelled : callable, optional
        An outside flag (another process's event, say), asked at every `check`.
    """

    def __init__(
        self,
        on_report: Callable[[object], None] | None = None,
        is_cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self._on_report = on_report
        self._is_cancelled = is_cancelled
        self._cancelled = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether the work was asked to stop."""
        outside = self._is_cancelled is not None and self._is_cancelled()
        return self._cancelled.is_set() or outside

    def report(self, update: object) -> None:
        """Pass an update to whoever listens."""
        if self._on_report is not None:
            self._on_report(update)

    def check(self) -> None:
        """Raise if the work was asked to stop; call it once a slice or batch.

        Raises
        ------
        TaskCancelledError
            If `cancel` was called, here or outside.
        """
        if self.cancelled:
            raise TaskCancelledError("Cancelled.")

    def cancel(self) -> None:
        """Ask the work to stop at its next check; safe from any thread."""
        self._cancelled.set()
