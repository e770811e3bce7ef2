from __future__ import annotations

import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ctbox.errors import CheckpointError, WorkerError
from ctbox.progress import Progress, TaskCancelledError, TaskContext
from ctbox.workflows.parallel import WorkerOptions, WorkerProcess
from ctbox.workflows.task_end import TaskBugError, TaskStatus, run_to_end
from tests.workflows import worker_functions as tasks

REPOSITORY = Path(__file__).resolve().parents[2]
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


@pytest.fixture
def make_worker() -> Iterator[Callable[..., WorkerProcess]]:
    workers: list[WorkerProcess] = []

    def make(**options: Any) -> WorkerProcess:
        workers.append(WorkerProcess(WorkerOptions(**options)))
        return workers[-1]

    yield make
    for worker in workers:
        worker.shutdown(limit_s=2.0)


@pytest.fixture(scope="module")
def shared() -> Iterator[WorkerProcess]:
    worker = WorkerProcess(WorkerOptions(name="test"))
    yield worker
    worker.shutdown()


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def wait_until(condition: Callable[[], bool], limit_s: float = 10.0) -> bool:
    end = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


class TestResults:
    def test_result_comes_back_from_another_process(self, shared: WorkerProcess) -> None:
        assert shared.run(tasks.echo, {"a": (1, 2)}) == {"a": (1, 2)}
        assert shared.run(tasks.get_pid, None) == shared.pid != os.getpid()

    def test_process_stays_warm(self, shared: WorkerProcess) -> None:
        assert shared.run(tasks.get_pid, None) == shared.run(tasks.get_pid, None)

    def test_updates_arrive_all_and_in_order(self, shared: WorkerProcess) -> None:
        updates: list[Any] = []
        assert shared.run(tasks.count, 500, TaskContext(on_report=updates.append)) == 500
        assert [u for u in updates if isinstance(u, tuple)] == [("item", i) for i in range(500)]
        assert [u.done for u in updates if isinstance(u, Progress)] == list(range(1, 501))
        assert updates[:2] == [("item", 0), Progress(1, 500, "Counting")]

    def test_updates_from_several_threads_stay_whole(self, shared: WorkerProcess) -> None:
        updates: list[Any] = []
        shared.run(tasks.report_from_threads, 50, TaskContext(on_report=updates.append))
        assert len(updates) == 200
        for thread in range(4):
            assert [i for n, i, _ in updates if n == thread] == list(range(50))

    def test_large_request_and_result(self, shared: WorkerProcess) -> None:
        data = os.urandom(20_000_000)
        assert shared.run(tasks.echo, data) == data

    def test_tasks_wait_in_line(self, shared: WorkerProcess) -> None:
        submitted = [shared.submit(tasks.echo, i) for i in range(20)]
        ends = [task.wait(10) for task in submitted]
        assert [end.result for end in ends if end is not None] == list(range(20))

    def test_worker_has_neither_torch_nor_qt(self, make_worker: Any) -> None:
        worker = make_worker(threads=2, niceness=3)
        found = worker.run(tasks.describe_self, None)
        assert found["torch"] is False
        assert found["qt"] is False
        assert found["threads"] == "2"
        assert found["nice"] == os.nice(0) + 3
        assert found["sigint"] is True

    def test_module_does_not_import_torch_or_qt(self) -> None:
        code = (
            "import sys, ctbox.workflows.parallel; "
            "sys.exit(any(m.split('.')[0] in ('torch', 'PySide6', 'numpy') for m in sys.modules))"
        )
        done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=False)
        assert done.returncode == 0

    def test_prints_of_the_worker_leave_stdout_clean(self) -> None:
        code = (
            "from ctbox.workflows.parallel import WorkerProcess\n"
            "from tests.workflows import worker_functions as tasks\n"
            "if __name__ == '__main__':\n"
            "    worker = WorkerProcess()\n"
            "    worker.run(tasks.print_noise, 'NOISE')\n"
            "    print('{}')\n"
            "    worker.shutdown()\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=REPOSITORY,
            capture_output=True,
            timeout=30,
            check=True,
        )
        assert done.stdout.strip() == b"{}"
        assert done.stderr.count(b"NOISE") == 2

    def test_logs_of_the_worker_come_home(
        self, shared: WorkerProcess, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.WARNING):
            shared.run(tasks.warn, "a slice without spacing")
        assert "Heard: a slice without spacing" in caplog.messages


class TestErrors:
    def test_known_error_keeps_kind_hint_and_source(self, shared: WorkerProcess) -> None:
        with pytest.raises(CheckpointError) as caught:
            shared.run(tasks.raise_known, "model.safetensors")
        assert caught.value.hint == "Copy it anew."
        assert caught.value.source == "model.safetensors"
        assert "damaged" in caught.value.message

    def test_bug_brings_its_traceback(self, shared: WorkerProcess) -> None:
        with pytest.raises(TaskBugError) as caught:
            shared.run(tasks.raise_bug, "luck")
        assert str(caught.value) == "ValueError: no luck here"
        assert "in raise_bug" in caught.value.traceback_text

    @pytest.mark.parametrize("function", [tasks.return_unpicklable, tasks.report_unpicklable])
    def test_what_cannot_be_pickled_is_a_bug(self, shared: WorkerProcess, function: Any) -> None:
        with pytest.raises(TaskBugError, match="cannot be pickled"):
            shared.run(function, None)
        assert shared.run(tasks.echo, 1) == 1

    def test_result_that_cannot_be_unpickled_is_a_bug(self, shared: WorkerProcess) -> None:
        with pytest.raises(TaskBugError, match="cannot be unpickled"):
            shared.run(tasks.return_bomb, None)
        assert shared.run(tasks.echo, 1) == 1

    def test_request_that_cannot_be_unpickled_is_a_bug(self, shared: WorkerProcess) -> None:
        with pytest.raises(TaskBugError, match="cannot be unpickled"):
            shared.run(tasks.echo, tasks.Bomb())
        assert shared.run(tasks.echo, 1) == 1

    def test_unpicklable_function_is_refused_at_once(self, shared: WorkerProcess) -> None:
        with pytest.raises((AttributeError, pickle.PicklingError), match="lambda"):
            shared.submit(lambda request, ctx: None, None)

    def test_failing_listener_does_not_stop_the_worker(
        self, shared: WorkerProcess, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(_: object) -> None:
            raise ZeroDivisionError

        task = shared.submit(tasks.count, 2, on_update=fail)
        end = task.wait(10)
        assert end is not None
        assert end.status is TaskStatus.FINISHED
        assert "A task's listener failed." in caplog.messages


class TestDeath:
    @posix_only
    @pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
    def test_killed_mid_task_ends_in_a_sentence_and_the_next_task_works(
        self, make_worker: Any, signal_number: int
    ) -> None:
        worker = make_worker()
        updates: list[Any] = []
        with pytest.raises(WorkerError) as caught:
            worker.run(tasks.kill_self, signal_number, TaskContext(on_report=updates.append))
        assert updates == ["about to die"]
        assert "prediction worker stopped unexpectedly" in caught.value.message
        assert signal.Signals(signal_number).name in caught.value.message
        assert "try again" in caught.value.hint
        assert worker.run(tasks.echo, "again") == "again"

    @posix_only
    def test_killed_from_outside_while_others_wait(self, make_worker: Any) -> None:
        worker = make_worker()
        first = worker.submit(tasks.sleep_deaf, 60.0)
        second = worker.submit(tasks.get_pid, None)
        assert wait_until(lambda: worker.pid is not None)
        pid = worker.pid
        os.kill(pid, signal.SIGKILL)
        end, other = first.wait(10), second.wait(10)
        assert end is not None
        assert isinstance(end.error, WorkerError)
        assert other is not None
        assert other.result not in (None, pid)

    @posix_only
    def test_killed_while_idle_is_reaped_and_replaced(self, make_worker: Any) -> None:
        worker = make_worker()
        pid = worker.run(tasks.get_pid, None)
        os.kill(pid, signal.SIGKILL)
        assert wait_until(lambda: worker.pid is None)
        assert not Path(f"/proc/{pid}").exists()
        assert worker.run(tasks.get_pid, None) != pid

    @pytest.mark.parametrize(
        ("function", "request_"), [(tasks.exit_self, 9), (tasks.call_sys_exit, None)]
    )
    def test_exit_inside_a_task_is_a_death(
        self, make_worker: Any, function: Any, request_: Any
    ) -> None:
        worker = make_worker()
        with pytest.raises(WorkerError, match="exit code"):
            worker.run(function, request_)

    def test_worker_that_cannot_start_says_so(
        self, make_worker: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        worker = make_worker()
        monkeypatch.setattr("multiprocessing.spawn._python_exe", b"/nonexistent/python")
        with pytest.raises(WorkerError, match="could not be started"):
            worker.run(tasks.echo, 1)
        monkeypatch.undo()
        assert worker.run(tasks.echo, 1) == 1

    @posix_only
    @pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
    def test_worker_dies_with_its_parent(self, how: int, tmp_path: Path) -> None:
        script = tmp_path / "parent.py"
        script.write_text(
            "import sys\n"
            f"sys.path.insert(0, {str(REPOSITORY)!r})\n"
            "from ctbox.workflows.parallel import WorkerProcess\n"
            "from tests.workflows import worker_functions as tasks\n"
            "if __name__ == '__main__':\n"
            "    worker = WorkerProcess()\n"
            "    worker.submit(tasks.sleep_deaf, 60.0,\n"
            "                  on_update=lambda pid: print(pid, flush=True)).wait()\n"
        )
        parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE)
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.send_signal(how)
        parent.wait(10)
        parent.stdout.close()
        assert wait_until(lambda: not is_running(pid))

    def test_forgotten_worker_does_not_keep_the_interpreter(self, tmp_path: Path) -> None:
        script = tmp_path / "forgetful.py"
        script.write_text(
            "import sys\n"
            f"sys.path.insert(0, {str(REPOSITORY)!r})\n"
            "from ctbox.workflows.parallel import WorkerProcess\n"
            "from tests.workflows import worker_functions as tasks\n"
            "if __name__ == '__main__':\n"
            "    worker = WorkerProcess()\n"
            "    print(worker.run(tasks.echo, 'done'))\n"
        )
        done = subprocess.run(
            [sys.executable, str(script)], capture_output=True, timeout=20, check=True
        )
        assert done.stdout.strip() == b"done"


class TestCancel:
    def test_running_task_stops_at_its_next_check(self, shared: WorkerProcess) -> None:
        pid = shared.run(tasks.get_pid, None)
        started = threading.Event()
        task = shared.submit(tasks.count_slowly, 3000, on_update=lambda _: started.set())
        assert started.wait(10)
        task.cancel()
        end = task.wait(5)
        assert end is not None
        assert end.status is TaskStatus.CANCELLED
        assert shared.run(tasks.get_pid, None) == pid

    def test_waiting_task_never_runs(self, shared: WorkerProcess, tmp_path: Path) -> None:
        first = shared.submit(tasks.count_slowly, 10)
        second = shared.submit(tasks.touch_later, str(tmp_path / "ran"))
        second.cancel()
        second_end = second.wait(0)
        assert second_end is not None
        assert second_end.status is TaskStatus.CANCELLED
        first_end = first.wait(10)
        assert first_end is not None
        assert first_end.status is TaskStatus.FINISHED
        assert shared.run(tasks.echo, 1) == 1
        assert not (tmp_path / "ran").exists()

    def test_late_cancel_does_not_hit_the_next_task(self, shared: WorkerProcess) -> None:
        for _ in range(20):
            first = shared.submit(tasks.echo, 1)
            second = shared.submit(tasks.count, 3)
            first.wait(10)
            first.cancel()
            end = second.wait(10)
            assert end is not None
            assert end.status is TaskStatus.FINISHED

    def test_deaf_task_is_ended_with_its_process(self, make_worker: Any) -> None:
        worker = make_worker(cancel_limit_s=0.3)
        pids: list[int] = []
        task = worker.submit(tasks.sleep_deaf, 60.0, on_update=pids.append)
        assert wait_until(lambda: bool(pids))
        task.cancel()
        end = task.wait(10)
        assert end is not None
        assert end.status is TaskStatus.CANCELLED
        assert worker.run(tasks.get_pid, None) != pids[0]
        assert not is_running(pids[0])

    def test_run_follows_its_context(self, shared: WorkerProcess) -> None:
        ctx = TaskContext()
        threading.Timer(0.2, ctx.cancel).start()
        with pytest.raises(TaskCancelledError):
            shared.run(tasks.count_slowly, 3000, ctx)


class TestShutdown:
    def test_leaves_neither_process_nor_thread(self) -> None:
        threads_before = set(threading.enumerate())
        worker = WorkerProcess()
        pid = worker.run(tasks.get_pid, None)
        worker.shutdown()
        assert not Path(f"/proc/{pid}").exists()
        assert set(threading.enumerate()) <= threads_before
        worker.shutdown()

    def test_cancels_running_and_waiting_tasks(self) -> None:
        worker = WorkerProcess()
        running = worker.submit(tasks.count_slowly, 3000)
        waiting = worker.submit(tasks.echo, 1)
        assert wait_until(lambda: worker.pid is not None)
        worker.shutdown()
        ends = [running.wait(0), waiting.wait(0)]
        assert [end.status for end in ends if end is not None] == [TaskStatus.CANCELLED] * 2
        with pytest.raises(WorkerError, match="shut down"):
            worker.submit(tasks.echo, 1)

    @posix_only
    def test_kills_what_will_not_leave(self) -> None:
        worker = WorkerProcess()
        pids: list[int] = []
        worker.submit(tasks.sleep_deaf_ignoring_sigterm, 60.0, on_update=pids.append)
        assert wait_until(lambda: bool(pids))
        begin = time.monotonic()
        worker.shutdown(limit_s=0.3)
        assert time.monotonic() - begin < 4
        assert not is_running(pids[0])

    def test_of_a_worker_never_used(self) -> None:
        WorkerProcess().shutdown()


def test_run_to_end_lets_exits_pass() -> None:
    def leave(request: object, ctx: TaskContext) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_to_end(leave, None, TaskContext())
