from __future__ import annotations

import itertools
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QObject, QThread, QTimer
from pytestqt.qtbot import QtBot

from ctbox.errors import CheckpointError, WorkerError
from ctbox.gui.latest_task import LatestTask
from ctbox.gui.tasks import TaskHandle, TaskRunner
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.task_end import TaskBugError, TaskStatus
from tests.gui.conftest import find_children, find_leaks
from tests.workflows import worker_functions as tasks


class Listener(QObject):
    """Writes down every signal of a task."""

    def __init__(self, handle: TaskHandle) -> None:
        super().__init__()
        self.heard: list[tuple[str, Any]] = []
        self.threads: set[QThread] = set()
        handle.progressed.connect(lambda value: self._hear("progressed", value))
        handle.updated.connect(lambda value: self._hear("updated", value))
        handle.finished.connect(lambda value: self._hear("finished", value))
        handle.failed.connect(lambda value: self._hear("failed", value))
        handle.cancelled.connect(lambda: self._hear("cancelled", None))
        handle.ended.connect(lambda: self._hear("ended", None))

    def _hear(self, name: str, value: Any) -> None:
        self.heard.append((name, value))
        self.threads.add(QThread.currentThread())

    def get(self, name: str) -> list[Any]:
        return [value for heard, value in self.heard if heard == name]


def wait_for(qtbot: QtBot, listener: Listener) -> None:
    qtbot.waitUntil(lambda: bool(listener.get("ended")), timeout=15_000)


@pytest.mark.parametrize("kind", ["thread", "worker"])
class TestBothKinds:
    def test_result_and_updates_arrive_in_order_in_the_windows_thread(
        self, qtbot: QtBot, runner: TaskRunner, kind: Any
    ) -> None:
        listener = Listener(runner.start(tasks.count, 200, kind=kind))
        wait_for(qtbot, listener)
        assert listener.get("updated") == [("item", i) for i in range(200)]
        assert listener.get("finished") == [200]
        assert listener.get("progressed")[-1] == Progress(200, 200, "Counting")
        assert [name for name, _ in listener.heard[-2:]] == ["finished", "ended"]
        assert listener.threads == {runner.thread()}
        assert runner.running == ()

    def test_known_error(self, qtbot: QtBot, runner: TaskRunner, kind: Any) -> None:
        handle = runner.start(tasks.raise_known, "a.safetensors", kind=kind)
        listener = Listener(handle)
        wait_for(qtbot, listener)
        (error,) = listener.get("failed")
        assert isinstance(error, CheckpointError)
        assert error.hint == "Copy it anew."
        assert handle.status is TaskStatus.FAILED

    def test_bug_brings_its_traceback(self, qtbot: QtBot, runner: TaskRunner, kind: Any) -> None:
        listener = Listener(runner.start(tasks.raise_bug, "luck", kind=kind))
        wait_for(qtbot, listener)
        (error,) = listener.get("failed")
        assert isinstance(error, TaskBugError)
        assert "in raise_bug" in error.traceback_text

    def test_cancel(self, qtbot: QtBot, runner: TaskRunner, kind: Any) -> None:
        handle = runner.start(tasks.count_slowly, 3000, kind=kind)
        listener = Listener(handle)
        qtbot.waitUntil(lambda: bool(listener.get("progressed")), timeout=15_000)
        handle.cancel()
        assert handle.is_cancelling
        wait_for(qtbot, listener)
        assert [name for name, _ in listener.heard[-2:]] == ["cancelled", "ended"]
        assert not handle.is_running

    def test_shutdown_mid_task_leaves_nothing_and_says_nothing(
        self, qtbot: QtBot, kind: Any
    ) -> None:
        threads, children = set(threading.enumerate()), find_children()
        runner = TaskRunner()
        listener = Listener(runner.start(tasks.count_slowly, 3000, kind=kind))
        qtbot.waitUntil(lambda: bool(listener.get("progressed")), timeout=15_000)
        heard = len(listener.heard)
        assert runner.shutdown(limit_s=3.0)
        assert find_leaks(threads, children) == []
        qtbot.wait(100)
        assert len(listener.heard) == heard
        assert runner.start(tasks.echo, 1, kind=kind).status is TaskStatus.CANCELLED


def flood(request: int, ctx: TaskContext) -> None:
    for i in range(request):
        ctx.report(Progress(i + 1, request))


def flood_with_updates(request: int, ctx: TaskContext) -> None:
    for i in range(request):
        ctx.report(i)


class TestFlow:
    def test_progress_is_throttled_and_the_last_one_arrives(
        self, qtbot: QtBot, runner: TaskRunner
    ) -> None:
        begin = time.monotonic()
        listener = Listener(runner.start(flood, 200_000))
        wait_for(qtbot, listener)
        seconds = time.monotonic() - begin
        shown = listener.get("progressed")
        assert shown[-1].done == 200_000
        assert len(shown) <= 30 * seconds + 2
        assert listener.heard.index(("progressed", shown[-1])) < listener.heard.index(
            ("finished", None)
        )

    def test_a_burst_of_updates_leaves_room_for_the_user(
        self, qtbot: QtBot, runner: TaskRunner
    ) -> None:
        ticks: list[float] = []
        timer = QTimer()
        timer.setInterval(10)
        timer.timeout.connect(lambda: ticks.append(time.monotonic()))
        timer.start()
        handle = runner.start(flood_with_updates, 2000)
        handle.updated.connect(lambda _: time.sleep(0.0005))
        listener = Listener(handle)
        wait_for(qtbot, listener)
        timer.stop()
        assert listener.get("updated") == list(range(2000))
        pauses = [b - a for a, b in itertools.pairwise(ticks)]
        assert max(pauses) < 0.2
        assert len(ticks) > 20

    def test_several_threads_run_side_by_side(self, qtbot: QtBot, runner: TaskRunner) -> None:
        barrier = threading.Barrier(3, timeout=5)

        def meet(request: int, ctx: TaskContext) -> int:
            barrier.wait()
            return request

        listeners = [Listener(runner.start(meet, i)) for i in range(3)]
        for i, listener in enumerate(listeners):
            wait_for(qtbot, listener)
            assert listener.get("finished") == [i]

    def test_time_left_follows_the_pace(self, qtbot: QtBot, runner: TaskRunner) -> None:
        handle = runner.start(tasks.count_slowly, 500)
        assert handle.estimate_seconds_left() is None
        qtbot.waitUntil(lambda: handle.estimate_seconds_left() is not None, timeout=5000)
        left = handle.estimate_seconds_left()
        assert left is not None
        assert 4.0 < left < 40.0

    def test_start_from_another_thread_is_refused(self, runner: TaskRunner) -> None:
        errors: list[Exception] = []

        def start() -> None:
            try:
                runner.start(tasks.echo, 1)
            except RuntimeError as error:
                errors.append(error)

        thread = threading.Thread(target=start)
        thread.start()
        thread.join()
        assert "window's thread" in str(errors[0])

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
    def test_a_thread_left_by_sys_exit_is_reported(self, qtbot: QtBot, runner: TaskRunner) -> None:
        listener = Listener(runner.start(tasks.call_sys_exit, None))
        wait_for(qtbot, listener)
        assert isinstance(listener.get("failed")[0], TaskBugError)

    def test_listener_deleted_before_the_end_is_not_called(
        self, qtbot: QtBot, runner: TaskRunner
    ) -> None:
        class Panel(QObject):
            calls = 0

            def on_finished(self, result: object) -> None:
                Panel.calls += 1

        panel = Panel()
        handle = runner.start(tasks.count_slowly, 5)
        handle.finished.connect(panel.on_finished)
        listener = Listener(handle)
        panel.deleteLater()
        del panel
        wait_for(qtbot, listener)
        assert Panel.calls == 0

    def test_runner_deleted_while_a_thread_runs(self, qtbot: QtBot) -> None:
        release = threading.Event()

        def wait(request: object, ctx: TaskContext) -> None:
            release.wait(5)
            ctx.report("too late")

        runner = TaskRunner()
        listener = Listener(runner.start(wait, None))
        shiboken6.delete(runner)
        release.set()
        qtbot.wait(100)
        assert listener.get("updated") == []


class TestWorker:
    def test_killed_mid_task_fails_with_a_sentence_and_the_next_task_works(
        self, qtbot: QtBot, runner: TaskRunner
    ) -> None:
        handle = runner.start(tasks.sleep_deaf, 60.0, kind="worker")
        listener = Listener(handle)
        qtbot.waitUntil(lambda: bool(listener.get("updated")), timeout=15_000)
        os.kill(listener.get("updated")[0], signal.SIGKILL)
        wait_for(qtbot, listener)
        (error,) = listener.get("failed")
        assert isinstance(error, WorkerError)
        assert "prediction worker stopped unexpectedly" in str(error)
        following = Listener(runner.start(tasks.echo, "alive", kind="worker"))
        wait_for(qtbot, following)
        assert following.get("finished") == ["alive"]

    def test_process_is_shared_between_tasks(self, qtbot: QtBot, runner: TaskRunner) -> None:
        first = Listener(runner.prewarm(tasks.get_pid, None))
        second = Listener(runner.start(tasks.get_pid, None, kind="worker"))
        wait_for(qtbot, second)
        assert first.get("finished") == second.get("finished") != [os.getpid()]

    def test_failed_prewarm_is_only_logged(
        self, qtbot: QtBot, runner: TaskRunner, caplog: pytest.LogCaptureFixture
    ) -> None:
        listener = Listener(runner.prewarm(tasks.raise_known, "missing"))
        wait_for(qtbot, listener)
        assert any("Warming up" in message for message in caplog.messages)

    def test_deaf_task_does_not_hold_the_closing_window(self, qtbot: QtBot) -> None:
        runner = TaskRunner()
        listener = Listener(runner.start(tasks.sleep_deaf, 60.0, kind="worker"))
        qtbot.waitUntil(lambda: bool(listener.get("updated")), timeout=15_000)
        begin = time.monotonic()
        runner.shutdown(limit_s=0.5)
        assert time.monotonic() - begin < 3
        assert not Path(f"/proc/{listener.get('updated')[0]}").exists()


class TestLatest:
    def test_only_the_newest_result_is_shown(self, qtbot: QtBot, runner: TaskRunner) -> None:
        started: list[int] = []

        def compute(request: int, ctx: TaskContext) -> int:
            started.append(request)
            time.sleep(0.05)
            return request

        latest = LatestTask(runner, compute)
        shown: list[int] = []
        latest.ready.connect(shown.append)
        for i in range(20):
            generation = latest.request(i)
        assert generation == 20
        assert latest.is_busy
        qtbot.waitUntil(lambda: bool(shown), timeout=5000)
        assert shown == [19]
        assert len(started) <= 2
        qtbot.waitUntil(lambda: not latest.is_busy)
        latest.request(5)
        qtbot.waitUntil(lambda: len(shown) == 2, timeout=5000)
        assert shown == [19, 5]

    def test_cleared_request_shows_nothing(self, qtbot: QtBot, runner: TaskRunner) -> None:
        latest = LatestTask(runner, tasks.count_slowly)
        shown: list[int] = []
        latest.ready.connect(shown.append)
        latest.request(3)
        latest.clear()
        assert not latest.is_busy
        qtbot.waitUntil(lambda: runner.running == (), timeout=5000)
        assert shown == []

    def test_failure_of_the_newest_is_told(self, qtbot: QtBot, runner: TaskRunner) -> None:
        latest = LatestTask(runner, tasks.raise_known)
        with qtbot.waitSignal(latest.failed, timeout=5000) as blocker:
            latest.request("slice 5")
        assert isinstance(blocker.args[0], CheckpointError)
