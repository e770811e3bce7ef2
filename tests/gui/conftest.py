"""Fixtures for the window's tests; whatever a test leaves running fails it."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QThreadPool

from ctbox.gui.tasks import TaskRunner

_LEAK_LIMIT_S = 3.0


def find_leaks(threads_before: set[threading.Thread]) -> list[str]:
    """Name the threads, pool jobs and processes that outlived a test."""
    leaks = [f"thread {t.name}" for t in threading.enumerate() if t not in threads_before]
    leaks += [f"process {p.name} ({p.pid})" for p in multiprocessing.active_children()]
    if QThreadPool.globalInstance().activeThreadCount():
        leaks.append("a job of the global thread pool")
    return leaks


@pytest.fixture(autouse=True)
def no_leaks() -> Iterator[None]:
    """Fail a test that leaves a thread or a process behind."""
    before = set(threading.enumerate())
    yield
    end = time.monotonic() + _LEAK_LIMIT_S
    while (leaks := find_leaks(before)) and time.monotonic() < end:
        time.sleep(0.02)
    if leaks:
        pytest.fail("Left behind: " + ", ".join(leaks))


@pytest.fixture
def runner(qapp: object) -> Iterator[TaskRunner]:
    """A task runner that is shut down after the test."""
    runner = TaskRunner()
    yield runner
    assert runner.shutdown(limit_s=3.0)
