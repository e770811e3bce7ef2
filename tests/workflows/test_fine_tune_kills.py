"""kill -9 of the worker or of the program amid a run: it goes on as if nothing had happened."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ctbox.cli.app import run as run_command
from ctbox.errors import WorkerError
from ctbox.model.checkpoint import load_checkpoint
from ctbox.model.training_state import STATE_FILE
from ctbox.model.training_updates import EpochFinished
from ctbox.progress import TaskContext
from ctbox.workflows.fine_tune import fine_tune
from ctbox.workflows.fine_tune_request import FineTuneRequest
from ctbox.workflows.fine_tune_runs import STATE_FOLDER
from ctbox.workflows.fine_tune_tasks import run_fine_tuning
from ctbox.workflows.parallel import WorkerOptions, WorkerProcess
from tests.conftest import REPOSITORY
from tests.workflows import fine_tune_scene as scene

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX"),
]
LONG = replace(scene.PLAN, steps=12)
LIMIT_S = 200


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    folder = tmp_path_factory.mktemp("toys")
    patch = pytest.MonkeyPatch()
    patch.setenv("CTBOX_HOME", str(folder / "home"))
    # Equal to the bit with as many threads only, and a test before may have left others here.
    patch.setenv("OMP_NUM_THREADS", "1")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield scene.write_patients(folder / "case", scene.NEW), scene.write_base(folder / "models")
    torch.set_num_threads(threads)
    patch.undo()


@pytest.fixture(scope="module")
def whole(
    toys: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, torch.Tensor]:
    """The weights of a run that nobody disturbed."""
    request = make_request(toys, tmp_path_factory.mktemp("whole") / "out")
    fine_tune(request, TaskContext(), scene.SIZE)
    return load_checkpoint(request.out / "model")[0]


def make_request(toys: tuple[Path, Path], out: Path) -> FineTuneRequest:
    # Without replay the phantoms change no weights, so that a run may have small ones.
    plan = replace(LONG, replay=0.0)
    return scene.make_request(*toys, out, plan=plan)


def assert_same(request: FineTuneRequest, expected: dict[str, torch.Tensor]) -> None:
    found = load_checkpoint(request.out / "model")[0]
    assert all(torch.equal(found[name], tensor) for name, tensor in expected.items())


def test_a_killed_worker_ends_in_a_sentence_and_the_run_goes_on(
    toys: tuple[Path, Path], tmp_path: Path, whole: dict[str, torch.Tensor]
) -> None:
    request = make_request(toys, tmp_path / "out")
    worker = WorkerProcess(WorkerOptions("training"))

    def kill(update: object) -> None:
        if isinstance(update, EpochFinished) and update.epoch == 2:
            assert worker.pid is not None
            os.kill(worker.pid, signal.SIGKILL)

    try:
        with pytest.raises(WorkerError, match="training worker stopped unexpectedly"):
            worker.run(run_fine_tuning, request, TaskContext(kill))
    finally:
        worker.shutdown()
    assert load_checkpoint(request.out / "model")
    fine_tune(replace(request, resume=True), TaskContext(), scene.SIZE)
    assert_same(request, whole)


PROGRAM = """
import sys, pickle
from pathlib import Path
from ctbox.progress import TaskContext
from ctbox.workflows.fine_tune_tasks import run_fine_tuning
from ctbox.workflows.parallel import WorkerOptions, WorkerProcess
if __name__ == "__main__":
    request = pickle.loads(Path(sys.argv[1]).read_bytes())
    WorkerProcess(WorkerOptions("training")).run(run_fine_tuning, request, TaskContext())
"""


def test_a_killed_program_leaves_no_worker_and_a_run_to_go_on_with(
    toys: tuple[Path, Path], tmp_path: Path, whole: dict[str, torch.Tensor]
) -> None:
    import pickle

    request = make_request(toys, tmp_path / "out")
    program, kept = tmp_path / "program.py", tmp_path / "request.pickle"
    program.write_text(PROGRAM)
    kept.write_bytes(pickle.dumps(request))
    process = subprocess.Popen(
        [sys.executable, str(program), str(kept)],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    state = request.out / STATE_FOLDER / STATE_FILE
    end = time.monotonic() + LIMIT_S
    while not state.is_file() and time.monotonic() < end:
        time.sleep(0.05)
    process.kill()
    process.wait()
    assert state.is_file()
    # The worker notices that its parent is gone; only then is the folder left alone.
    shutil.copytree(request.out, tmp_path / "copy", dirs_exist_ok=True)
    time.sleep(2.0)
    fine_tune(replace(request, resume=True), TaskContext(), scene.SIZE)
    assert_same(request, whole)


def test_the_command_tunes_adopts_and_predicts(
    toys: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case, base = toys
    out = tmp_path / "out"
    words = [
        "finetune", "--dicom", str(case / "images"), "--annotations", str(case / "Annotation"),
        "--base", str(base), "--subtype", "B", "--name", "mine", "--out", str(out),
        "--test-patients", "B0001", "--steps", "2", "--seed", "3",
    ]  # fmt: skip
    assert run_command(words) == 0
    told = capsys.readouterr().out
    assert "Test patients, 1 patient" in told
    assert "Phantoms" in told
    assert run_command(words) == 1
    assert "not empty" in capsys.readouterr().err
    assert run_command(["models", "adopt", str(out)]) == 0
    assert run_command(["models", "activate", "mine"]) == 0
    assert run_command(["models"]) == 0
    assert "mine" in capsys.readouterr().out
    assert run_command(["models", "show", "mine"]) == 0
    assert "toy" in capsys.readouterr().out
    assert run_command(["models", "delete", "mine"]) == 1
    assert run_command(["models", "roll-back"]) == 0
    assert run_command(["models", "delete", "mine"]) == 0
    assert run_command(["models", "restore", "mine"]) == 0
    target = tmp_path / "boxes.json"
    words = ["predict", str(case / "images"), "--model", "mine", "--json", str(target)]
    assert run_command(words) == 0
    assert target.is_file()
