"""A run's traces: curves that are gone on with, and MLflow where installed (a stand-in here)."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

from ctbox.errors import TrainingDataError
from ctbox.model.training_updates import EpochFinished, StepFinished
from ctbox.workflows.fine_tune_results import BeforeAfter, Figure, FineTuneResult
from ctbox.workflows.fine_tune_tracking import RunTracker, log_to_mlflow, read_rounds

EPOCH = EpochFinished(1, 2, 0.5, 0.25, 1e-4, 3.0, True)
FIGURE = Figure(0.5, None, None, 0.5, 1, 4)


def make_result() -> FineTuneResult:
    pair = BeforeAfter("Test patients", FIGURE, FIGURE, 0.125)
    return FineTuneResult("x", "new", "old", 1, 1, False, pair, pair, pair, None, (), ())


@pytest.fixture
def mlflow(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module that remembers what it was told."""
    fake, errors = ModuleType("mlflow"), ModuleType("mlflow.exceptions")
    fake.__spec__ = ModuleSpec("mlflow", None)
    errors.MlflowException = type("MlflowException", (Exception,), {})  # type: ignore[attr-defined]
    fake.exceptions = errors  # type: ignore[attr-defined]
    fake.told = []  # type: ignore[attr-defined]
    for name in ("set_tracking_uri", "set_experiment", "log_params", "log_metric"):
        setattr(fake, name, lambda *a, _n=name, **k: fake.told.append((_n, a, k)))  # type: ignore[attr-defined]
    fake.start_run = lambda **_: nullcontext()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "mlflow", fake)
    monkeypatch.setitem(sys.modules, "mlflow.exceptions", errors)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return fake


def test_curves_go_on_after_a_resume_and_begin_anew_otherwise(tmp_path: Path) -> None:
    for resumed, lines in ((False, 2), (True, 3), (False, 2)):
        tracker = RunTracker(tmp_path, resumed=resumed)
        tracker.take(StepFinished(1, 2, 0.5))
        tracker.take(EPOCH)
        tracker.take("anything else")
        assert len((tmp_path / "metrics.csv").read_text().splitlines()) == lines
        assert len((tmp_path / "metrics.jsonl").read_text().splitlines()) == lines - 1


def test_a_damaged_curve_is_no_error(tmp_path: Path) -> None:
    assert read_rounds(tmp_path) == ()
    RunTracker(tmp_path)
    with (tmp_path / "metrics.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"epoch": 1, "validation_iou": 0.5, "is_best": true}\n')
        file.write('{"epoch": 2, "validation_iou": null}\n')
    assert read_rounds(tmp_path) == ((1, 0.5, True),)
    for damage in ("[]\n", '{"epoch": 3, "valid'):
        (tmp_path / "metrics.jsonl").write_text(damage, encoding="utf-8")
        assert read_rounds(tmp_path) == ()


def test_a_folder_that_refuses_is_told(tmp_path: Path) -> None:
    tracker = RunTracker(tmp_path)
    (tmp_path / "metrics.csv").unlink()
    (tmp_path / "metrics.csv").mkdir()
    with pytest.raises(TrainingDataError, match="can't be written"):
        tracker.take(EPOCH)


def test_settings_curves_and_gain_go_to_mlflow_but_no_patient(
    tmp_path: Path, mlflow: ModuleType
) -> None:
    RunTracker(tmp_path).take(EPOCH)
    problem = log_to_mlflow(tmp_path, "new", {"seed": 3, "mix": {"real": 1}}, make_result())
    assert problem is None
    told = mlflow.told
    assert ("set_tracking_uri", (f"sqlite:///{tmp_path / 'mlflow.db'}",), {}) in told
    assert ("log_params", ({"seed": 3},), {}) in told
    assert ("log_metric", ("validation_iou", 0.25), {"step": 1}) in told
    assert ("log_metric", ("test_iou_gain", 0.125), {}) in told


def test_the_users_own_server_is_left_as_it_is(
    tmp_path: Path, mlflow: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://localhost:1")
    RunTracker(tmp_path)
    log_to_mlflow(tmp_path, "new", {}, make_result())
    assert not any(name == "set_tracking_uri" for name, _, _ in mlflow.told)


def test_a_server_that_refuses_costs_nothing(tmp_path: Path, mlflow: ModuleType) -> None:
    def refuse(*_: object) -> None:
        raise mlflow.exceptions.MlflowException("no connection")

    mlflow.set_experiment = refuse  # type: ignore[attr-defined]
    problem = log_to_mlflow(tmp_path, "new", {}, make_result())
    assert problem is not None
    assert "no connection" in problem


def test_without_mlflow_nothing_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctbox.workflows.fine_tune_tracking.find_spec", lambda _: None)
    assert log_to_mlflow(tmp_path, "new", {}, make_result()) is None
