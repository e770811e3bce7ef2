"""Tasks for worker processes; at module level, so that they can be pickled by name."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from ctbox.errors import CheckpointError
from ctbox.progress import Progress, TaskContext


def echo(request: Any, ctx: TaskContext) -> Any:
    return request


def get_pid(request: object, ctx: TaskContext) -> int:
    return os.getpid()


def count(request: int, ctx: TaskContext) -> int:
    for i in range(request):
        ctx.check()
        ctx.report(("item", i))
        ctx.report(Progress(i + 1, request, "Counting"))
    return request


def count_slowly(request: int, ctx: TaskContext) -> int:
    for i in range(request):
        ctx.check()
        ctx.report(Progress(i + 1, request, "Counting"))
        time.sleep(0.02)
    return request


def report_from_threads(request: int, ctx: TaskContext) -> None:
    def report(start: int) -> None:
        for i in range(request):
            ctx.report((start, i, b"x" * 5000))

    threads = [threading.Thread(target=report, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def raise_known(request: str, ctx: TaskContext) -> None:
    raise CheckpointError(f"{request}: the weights are damaged.", "Copy it anew.", request)


def raise_bug(request: object, ctx: TaskContext) -> None:
    raise ValueError(f"no {request} here")


class Unpicklable:
    def __reduce__(self) -> Any:
        raise TypeError("cannot be pickled")


class UnreadableError(Exception):
    def __init__(self, first: int, second: int) -> None:
        super().__init__(f"{first} and {second}")


def _explode(*_: object) -> None:
    raise RuntimeError("cannot be unpickled")


class Bomb:
    def __reduce__(self) -> Any:
        return (_explode, ())


def return_unpicklable(request: object, ctx: TaskContext) -> object:
    return Unpicklable()


def report_unpicklable(request: object, ctx: TaskContext) -> None:
    ctx.report(Unpicklable())


def return_bomb(request: object, ctx: TaskContext) -> object:
    return Bomb()


def kill_self(request: int, ctx: TaskContext) -> None:
    ctx.report("about to die")
    os.kill(os.getpid(), request)
    time.sleep(60)


def exit_self(request: int, ctx: TaskContext) -> None:
    os._exit(request)


def call_sys_exit(request: object, ctx: TaskContext) -> None:
    sys.exit(7)


def sleep_deaf(request: float, ctx: TaskContext) -> None:
    ctx.report(os.getpid())
    time.sleep(request)


def sleep_deaf_ignoring_sigterm(request: float, ctx: TaskContext) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ctx.report(os.getpid())
    time.sleep(request)


def warn(request: str, ctx: TaskContext) -> None:
    logging.getLogger("ctbox.test.worker").warning("Heard: %s", request)


def print_noise(request: str, ctx: TaskContext) -> None:
    sys.stdout.write(request + "\n")
    sys.stdout.flush()
    os.write(1, request.encode())


def describe_self(request: object, ctx: TaskContext) -> dict[str, Any]:
    return {
        "threads": os.environ.get("OMP_NUM_THREADS"),
        "nice": os.nice(0),
        "torch": "torch" in sys.modules,
        "qt": any(name.startswith("PySide6") for name in sys.modules),
        "sigint": signal.getsignal(signal.SIGINT) is signal.SIG_IGN,
    }


def touch_later(request: str, ctx: TaskContext) -> None:
    time.sleep(1.5)
    Path(request).touch()
