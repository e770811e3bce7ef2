"""Work that follows the slice on the screen: only the newest request counts."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from ctbox.gui.tasks import TaskHandle, TaskKind, TaskRunner
from ctbox.workflows.task_end import TaskFunction


class LatestTask(QObject):
    """Runs one function for the newest request alone; what is out of date is never shown.

    While one run is under way, further requests replace each other, and it is cancelled. Use
    it for whatever follows the slice on the screen.

    Parameters
    ----------
    runner : TaskRunner
        Runs it.
    function : callable
        ``function(request, ctx)``.
    """

    ready = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        runner: TaskRunner,
        function: TaskFunction,
        *,
        kind: TaskKind = "thread",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._function = function
        self._kind: TaskKind = kind
        self._generation = 0
        self._handle: TaskHandle | None = None
        self._running_generation = 0
        self._waiting: tuple[object] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a result is still to come."""
        return self._waiting is not None or (
            self._handle is not None and self._running_generation == self._generation
        )

    def request(self, request: object) -> int:
        """Ask for a result, in place of all earlier requests; return its generation number."""
        self._generation += 1
        self._waiting = (request,)
        if self._handle is None:
            self._start()
        else:
            self._handle.cancel()
        return self._generation

    def clear(self) -> None:
        """Want nothing any more: neither `ready` nor `failed` comes for earlier requests."""
        self._generation += 1
        self._waiting = None
        if self._handle is not None:
            self._handle.cancel()

    def _start(self) -> None:
        if self._waiting is None:
            return
        (request,), self._waiting = self._waiting, None
        self._running_generation = self._generation
        self._handle = self._runner.start(self._function, request, kind=self._kind)
        self._handle.finished.connect(self._on_finished)
        self._handle.failed.connect(self._on_failed)
        self._handle.ended.connect(self._on_ended)

    def _on_finished(self, result: object) -> None:
        if self._running_generation == self._generation:
            self.ready.emit(result)

    def _on_failed(self, error: object) -> None:
        if self._running_generation == self._generation:
            self.failed.emit(error)

    def _on_ended(self) -> None:
        self._handle = None
        self._start()
