"""Fixtures for the window's tests; whatever a test leaves running fails it."""

from __future__ import annotations

import multiprocessing
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QThreadPool, QTimer

from ctbox.gui.tasks import TaskRunner

_LEAK_LIMIT_S = 3.0
# Python's own helper of spawned processes; it lives as long as the suite.
_TRACKER = "resource_tracker"


class Started:
    """Takes note of every Qt object of a class that is started, without keeping it alive."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, kind: type) -> None:
        self._seen: list[Callable[[], QObject | None]] = []
        start = kind.start

        def note_and_start(started: QObject, *arguments: object) -> object:
            self._seen.append(weakref.ref(started))
            # Connected to a signal it is given that signal's argument, which Qt itself would drop.
            return start(started, *(each for each in arguments if not isinstance(each, bool)))

        monkeypatch.setattr(kind, "start", note_and_start)

    def find_alive(self) -> list[QObject]:
        """Return those that Qt has not deleted."""
        found = (reference() for reference in self._seen)
        return [each for each in found if each is not None and shiboken6.isValid(each)]


def find_leaks(
    threads_before: set[threading.Thread],
    children_before: set[int],
    timers: Started | None = None,
    own: Started | None = None,
) -> list[str]:
    """Name the threads, timers, pool jobs and processes that outlived a test."""
    timed = () if timers is None else timers.find_alive()
    run = () if own is None else own.find_alive()
    leaks = [f"thread {t.name}" for t in threading.enumerate() if t not in threads_before]
    leaks += [f"process {p.name} ({p.pid})" for p in multiprocessing.active_children()]
    leaks += [f"process {pid}" for pid in find_children() - children_before]
    leaks += [describe(timer) for timer in timed if timer.isActive()]
    leaks += [describe(thread) for thread in run if thread.isRunning()]
    if QThreadPool.globalInstance().activeThreadCount():
        leaks.append("a job of the global thread pool")
    return leaks


def describe(leaked: QObject) -> str:
    """Name a Qt object and whom it belongs to."""
    owner = leaked.parent()
    of = "nobody" if owner is None else type(owner).__name__
    return f"{type(leaked).__name__} of {of}"


def find_children() -> set[int]:
    """Return the processes that this one started, however it did; empty where that is not told."""
    found: set[int] = set()
    for listing in Path("/proc/self/task").glob("*/children"):
        try:
            found |= {int(pid) for pid in listing.read_text().split()}
        except OSError:  # that thread has just ended
            continue
    return {pid for pid in found if not _is_tracker(pid)}


def _is_tracker(pid: int) -> bool:
    try:
        return _TRACKER in Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:  # it has just ended
        return True


def do_what_is_due() -> None:
    """Let single shots fire, and Qt delete what was told to be: its timers go with it."""
    if QCoreApplication.instance() is not None:
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(autouse=True)
def no_leaks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that leaves a thread, a timer or a process behind."""
    before, children = set(threading.enumerate()), find_children()
    timers, own = Started(monkeypatch, QTimer), Started(monkeypatch, QThread)
    yield
    end = time.monotonic() + _LEAK_LIMIT_S
    do_what_is_due()
    while leaks := find_leaks(before, children, timers, own):
        if time.monotonic() > end:
            pytest.fail("Left behind: " + ", ".join(leaks))
        time.sleep(0.02)
        do_what_is_due()


@pytest.fixture
def runner(qapp: object) -> Iterator[TaskRunner]:
    """A task runner that is shut down after the test."""
    runner = TaskRunner()
    yield runner
    assert runner.shutdown(limit_s=3.0)
