"""The worker's side of a worker process: take a task, run it, send back what it says.

Nothing heavy is imported here: torch comes in with the first task that needs it.
"""

from __future__ import annotations

import logging
import logging.handlers
import multiprocessing
import os
import signal
import sys
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

from ctbox.progress import TaskContext
from ctbox.workflows.task_end import Border, TaskEnd, TaskStatus, describe_failure, run_to_end

_EXIT_PARENT_GONE = 3
_BELOW_NORMAL_PRIORITY_CLASS = 0x00004000


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """How a worker process runs.

    Parameters
    ----------
    name : str
        What it does, for messages: "prediction" gives "The prediction worker stopped".
    threads : int or None
        Compute threads of its numeric libraries; None leaves their choice.
    niceness : int
        How far it steps back behind other programs, 0…19.
    cancel_limit_s : float
        A cancelled task that has not stopped after this long is ended with its process.
    """

    name: str = "prediction"
    threads: int | None = None
    niceness: int = 0
    cancel_limit_s: float = 10.0


class CancelSlot(Protocol):
    """A number in shared memory: the id of the task that was asked to stop.

    A plain number instead of an Event, whose lock a worker killed at the wrong moment would
    never give back, freezing whoever sets it next.
    """

    value: int


class _Sender:
    """Sends messages home, from whichever thread of the worker."""

    def __init__(self, connection: Connection[Any, Any]) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def send(self, kind: str, task_id: int, payload: object) -> None:
        with self._lock:
            self._connection.send((kind, task_id, payload))

    def put_nowait(self, record: logging.LogRecord) -> None:
        """Take a log record; the name is what `logging.handlers.QueueHandler` calls."""
        self.send("log", 0, record)


def run_worker(
    connection: Connection[Any, Any], cancel_slot: CancelSlot, options: WorkerOptions
) -> None:
    """Serve tasks until the connection closes; the spawned process's main function."""
    _prepare_process(options)
    threading.Thread(target=_exit_with_parent, name="ctbox-parent-watch", daemon=True).start()
    sender = _Sender(connection)
    _send_logs_home(sender)
    sender.send("ready", 0, None)
    while True:
        try:
            task_id = int(connection.recv())
        except (EOFError, OSError):
            return
        _serve_task(task_id, connection, sender, cancel_slot)


def _serve_task(
    task_id: int, connection: Connection[Any, Any], sender: _Sender, cancel_slot: CancelSlot
) -> None:
    ctx = TaskContext(
        on_report=lambda update: sender.send("update", task_id, update),
        is_cancelled=lambda: cancel_slot.value == task_id,
    )
    end = TaskEnd(TaskStatus.FAILED)
    with Border() as unpickling:
        function, request = connection.recv()
        end = run_to_end(function, request, ctx)
    if unpickling.error is not None:
        end = describe_failure(unpickling.error)
    with Border() as sending:
        sender.send("end", task_id, end)
    if sending.error is not None:
        sender.send("end", task_id, describe_failure(sending.error))


def _prepare_process(options: WorkerOptions) -> None:
    # Ctrl-C in a terminal reaches every process of the group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _tame_output()
    _step_back(options.niceness)
    if options.threads is not None:
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            os.environ[name] = str(options.threads)


def _tame_output() -> None:
    """Keep a library's prints off the parent's stdout, which may be carrying JSON."""
    if sys.stderr is None:  # a windowed program has no console
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    sys.stdout = sys.stderr
    try:
        os.dup2(2, 1)
    except OSError:
        return  # no such descriptors without a console: nothing can leak then


def _step_back(niceness: int) -> None:
    if niceness <= 0:
        return
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), _BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(niceness)


def _exit_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(_EXIT_PARENT_GONE)


def _send_logs_home(sender: _Sender) -> None:
    handler = logging.handlers.QueueHandler(sender)  # type: ignore[arg-type]
    handler.setLevel(logging.WARNING)
    logging.getLogger().addHandler(handler)
