"""Worker processes and a Dask cluster give what one process gives."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ctbox.errors import CheckpointError, CtboxError, DeviceError, DicomReadError
from ctbox.progress import TaskCancelledError, TaskContext
from ctbox.workflows import report_pool
from ctbox.workflows.report_axes import Unmeasured, measure_records
from ctbox.workflows.report_dask import DaskPool
from ctbox.workflows.report_document import read_report
from ctbox.workflows.report_pool import LocalPool, Pace, Pool, describe_end
from ctbox.workflows.report_records import SeriesRecord
from ctbox.workflows.report_request import ReportRequest
from ctbox.workflows.report_run import run_report
from ctbox.workflows.task_end import TaskBugError, TaskEnd, TaskStatus
from tests.workflows.report_scenes import InlinePool, write_collection


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_collection(tmp_path_factory.mktemp("pool-data"))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small network that has learnt enough to answer."""
    from ctbox.model.checkpoint import save_checkpoint
    from ctbox.model.config import InferenceConfig, SampleMix
    from ctbox.model.dataset import TrainingData
    from ctbox.model.recipe import Recipe, Stage
    from ctbox.model.shipping import CardNotes, build_card
    from ctbox.model.training import fit
    from tests.model.toy import make_config, make_series

    mix = SampleMix(real=0.8, pasted=0, synthetic=0, grown=0, negative=0.2)
    config = make_config(
        epochs=1, steps_per_epoch=40, batch_size=5, warmup_steps=5, learning_rate=4e-3, mix=mix
    )
    series = (make_series("T1"), make_series("T2", centre=(6, 42, 90), seed=1))
    state = fit(config, TrainingData(series)).state
    notes = CardNotes("toy", 0.0, "patient", "make toy")
    recipe = Recipe((Stage("only", config),))
    card = build_card(state, recipe, InferenceConfig(), (series, ()), notes)
    return str(save_checkpoint(tmp_path_factory.mktemp("pool") / "toy", state, card))


def run(collection: Path, model: str, out: Path, pool: Pool) -> dict[str, Any]:
    request = ReportRequest(collection, None, (model,), out, resamples=20, device="cpu")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ctbox.workflows.report_files.draw_pictures", lambda *_: [])
        run_report(request, TaskContext(), pool)
    return read_report(out)


@pytest.fixture(scope="module")
def alone(collection: Path, model: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    out = tmp_path_factory.mktemp("alone") / "out"
    document = run(collection, model, out, InlinePool())
    part = document["models"][0]["populations"]["unseen"]
    assert sum(len(row["scores"]) for row in part["slices"]) > 10  # else nothing is compared
    return document["models"]


def test_two_worker_processes_give_the_same(
    alone: Any, collection: Path, model: str, tmp_path: Path
) -> None:
    told: list[int] = []
    pool = LocalPool(2)
    judge = pool.judge

    def listen(jobs: Any, ctx: TaskContext, on_slices: Any) -> Any:
        return judge(jobs, ctx, lambda slices: (told.append(slices), on_slices(slices)))

    pool.judge = listen  # type: ignore[method-assign, assignment]
    assert run(collection, model, tmp_path / "out", pool)["models"] == alone
    assert told  # slices of unfinished series are told of


@pytest.mark.slow
def test_a_worker_of_several_threads_leaves_the_measuring_to_this_process(
    alone: Any,
    collection: Path,
    model: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    measured: list[str] = []

    def measure(unmeasured: Unmeasured, ctx: TaskContext) -> tuple[SeriesRecord, ...]:
        assert all(one.long_axes_mm == {} for one in unmeasured.records)
        measured.append(unmeasured.case.series.key)
        return measure_records(unmeasured, ctx)

    monkeypatch.setattr(report_pool, "measure_records", measure)
    assert run(collection, model, tmp_path / "out", LocalPool(1, threads=2))["models"] == alone
    assert len(measured) == 3
    rows = alone[0]["populations"]["unseen"]["slices"]
    assert any(row["expert_long_axis_mm"] is not None for row in rows)  # else nothing is compared

    def fail(unmeasured: Unmeasured, _ctx: TaskContext) -> tuple[SeriesRecord, ...]:
        raise DicomReadError("It is gone.", None, unmeasured.case.series.slices[0].source.path)

    monkeypatch.setattr(report_pool, "measure_records", fail)
    with pytest.raises(CtboxError, match=r"None of 3 series could be judged\. It is gone\."):
        run(collection, model, tmp_path / "lost", LocalPool(1, threads=2))


@pytest.fixture
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")  # in the dev extra, so never missing there
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as found:
        yield found


@pytest.mark.slow
def test_a_dask_cluster_of_two_workers_gives_the_same(
    cluster: Any, alone: Any, collection: Path, model: str, tmp_path: Path
) -> None:
    pool = DaskPool(cluster.scheduler_address)
    assert run(collection, model, tmp_path / "out", pool)["models"] == alone


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctbox.workflows.report_dask._CONNECT_S", 0.5)
    with pytest.raises(CtboxError, match="No Dask scheduler answers at tcp://127"):
        next(DaskPool("tcp://127.0.0.1:1").judge([], TaskContext(), print), None)


def test_a_model_that_cannot_be_used_ends_the_run(
    collection: Path, model: str, tmp_path: Path
) -> None:
    weights = Path(model) / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-8])
    try:
        with pytest.raises(CtboxError, match=r"weights|bytes|damaged"):
            run(collection, model, tmp_path / "out", LocalPool(1))
    finally:
        weights.write_bytes(whole)


def test_cancel_ends_the_workers_at_once(collection: Path, model: str, tmp_path: Path) -> None:
    ctx = TaskContext()
    request = ReportRequest(collection, None, (model,), tmp_path / "out", workers=2, device="cpu")
    threading.Timer(0.5, ctx.cancel).start()
    start = time.monotonic()
    with pytest.raises(TaskCancelledError):
        run_report(request, ctx)
    assert time.monotonic() - start < 20


@pytest.mark.slow
def test_a_killed_run_goes_on_from_its_finished_series(
    collection: Path, model: str, tmp_path: Path, alone: Any
) -> None:
    out = tmp_path / "out"
    words = [sys.executable, "-m", "ctbox", "report", str(collection), "--out", str(out)]
    words += ["--model", model, "--device", "cpu", "--no-baselines"]
    running = subprocess.Popen(words, start_new_session=True)
    while not list((out / ".work").glob("*.json")) and running.poll() is None:
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    kept = len(list((out / ".work").glob("*.json")))
    assert kept >= 1
    ended = subprocess.run([*words, "--resume"], capture_output=True, text=True, check=True)
    assert re.search(rf"3 series judged, {min(kept, 3)} of them from an earlier run", ended.stdout)
    figures = read_report(out)["models"][0]["populations"]["unseen"]["overall"]["figures"]
    assert figures == alone[0]["populations"]["unseen"]["overall"]["figures"]


@pytest.mark.slow
def test_ctrl_c_leaves_a_whole_report_of_what_is_finished(model: str, tmp_path: Path) -> None:
    """A real Ctrl-C: the signal goes to the command and to its workers alike."""
    codes = [f"A09{number:02d}" for number in range(1, 16)]
    collection, out = write_collection(tmp_path / "data", codes), tmp_path / "out"
    words = [sys.executable, "-m", "ctbox", "report", str(collection), "--out", str(out)]
    words += ["--model", model, "--device", "cpu", "--no-baselines"]
    running = subprocess.Popen(
        words, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not list((out / ".work").glob("*.json")) and running.poll() is None:
        time.sleep(0.005)
    os.killpg(running.pid, signal.SIGINT)
    _, told = running.communicate(timeout=120)
    assert running.returncode == 130
    assert "Traceback" not in told
    assert "PARTIAL" in told
    document = read_report(out)
    finished = document["images"]["series"]
    assert document["partial"] is True
    assert 1 <= finished < len(codes)
    assert finished == len(list((out / ".work").glob("*.json")))
    assert not list(out.rglob("*.part"))
    assert "PARTIAL" in (out / "report.html").read_text(encoding="utf-8")
    names = ("report.xlsx", "slices.csv", "lesions.csv", "patients.csv", "subtypes.csv")
    assert all((out / name).stat().st_size > 0 for name in names)


def test_a_bug_is_listed_as_one_and_the_rest_goes_on() -> None:
    end = describe_end(None, TaskEnd(TaskStatus.FAILED, error=TaskBugError("KeyError: 'x'")))  # type: ignore[arg-type]
    assert end.reason == "A fault of ctbox: KeyError: 'x'"
    assert describe_end(None, TaskEnd(TaskStatus.CANCELLED)).reason is None  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [CheckpointError, DeviceError])
def test_what_no_series_could_do_without_ends_the_run(kind: type[CtboxError]) -> None:
    end = TaskEnd(TaskStatus.FAILED, error=kind("The model is damaged."))
    with pytest.raises(kind, match="damaged"):
        describe_end(None, end)  # type: ignore[arg-type]


def test_the_pace_leaves_out_what_was_resumed() -> None:
    pace = Pace(4, 400, resumed_series=2, resumed_slices=200)
    assert pace.slices_per_second is None
    assert pace.describe().message == "series 3 of 4"
    assert pace.describe(in_hand=50).done == 250
    time.sleep(0.05)
    pace.finish_series(100)
    rate = pace.slices_per_second
    assert rate is not None
    assert 0 < rate < 100 / 0.05
