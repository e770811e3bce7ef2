from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ctbox.errors import TrainingDataError
from ctbox.model.config import SampleMix
from ctbox.model.recipe import Recipe, Stage
from ctbox.model.splits import SplitKind, SplitPlan
from ctbox.model.training_updates import EpochFinished, StepFinished
from ctbox.progress import TaskCancelledError, TaskContext
from ctbox.workflows import cross_validation
from ctbox.workflows.evaluate import EvaluateRequest, evaluate
from tests.cli.test_contract import write_patient
from tests.model.toy import make_config

CONFIG = make_config(
    epochs=1, steps_per_epoch=2, batch_size=2, mix=SampleMix(real=1, grown=0, synthetic=0)
)
RECIPE = Recipe((Stage("first", CONFIG), Stage("finish", replace(CONFIG, seed=2))))


@pytest.fixture
def request_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EvaluateRequest:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    for number, code in enumerate(("A0901", "B0901")):
        write_patient(tmp_path / "case", code, seed=number, shift=number)
    plan = SplitPlan(SplitKind.LEAVE_ONE_PATIENT_OUT)
    return EvaluateRequest(
        tmp_path / "case", None, plan=plan, device="cpu", retrain=RECIPE, state=tmp_path / "state"
    )


def count_steps(seen: list[object]) -> int:
    return sum(isinstance(each, StepFinished) for each in seen)


@pytest.mark.slow
def test_a_stopped_evaluation_goes_on_with_the_fold_in_hand(
    request_for: EvaluateRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = request_for.state
    assert state is not None

    def stop_in_second_fold(update: object) -> None:
        seen.append(update)
        if count_steps(seen) == 7:
            ctx.cancel()

    seen: list[object] = []
    ctx = TaskContext(on_report=stop_in_second_fold)
    with pytest.raises(TaskCancelledError):
        evaluate(request_for, ctx)
    assert count_steps(seen) == 7
    assert (state / "fold-1" / "predictions.json").is_file()
    assert not (state / "fold-2" / "predictions.json").exists()
    # Six of eight steps were in finished epochs: the last epoch of the second fold is left.
    again: list[object] = []
    result = evaluate(request_for, TaskContext(on_report=again.append))
    assert count_steps(again) == 2
    whole = evaluate(replace(request_for, state=None), TaskContext())
    assert result.to_json() == whole.to_json()

    def refuse(*_: object) -> None:
        raise AssertionError("asked though its answers are kept")

    monkeypatch.setattr(cross_validation, "train_fold", refuse)
    monkeypatch.setattr(cross_validation, "make_series_predictor", lambda *_: refuse)
    assert evaluate(request_for, TaskContext()).to_json() == whole.to_json()


def test_the_folds_of_another_evaluation_are_not_used(request_for: EvaluateRequest) -> None:
    state = request_for.state
    assert state is not None
    with pytest.raises(TaskCancelledError):
        evaluate(request_for, _stop_after_first_epoch())
    other = replace(request_for, retrain=RECIPE.reseed(9))
    with pytest.raises(TrainingDataError, match="another evaluation"):
        evaluate(other, TaskContext())
    (state / "folds.json").unlink()
    with pytest.raises(TrainingDataError, match="not empty"):
        evaluate(request_for, TaskContext())


@pytest.mark.slow
def test_damaged_predictions_are_made_anew(request_for: EvaluateRequest) -> None:
    state = request_for.state
    assert state is not None
    first = evaluate(request_for, TaskContext())
    path = state / "fold-1" / "predictions.json"
    kept = json.loads(path.read_text())
    path.write_text(path.read_text()[:-9])
    assert evaluate(request_for, TaskContext()).to_json() == first.to_json()
    assert json.loads(path.read_text()) == kept


def _stop_after_first_epoch() -> TaskContext:
    def stop(update: object) -> None:
        if isinstance(update, EpochFinished):
            ctx.cancel()

    ctx = TaskContext(on_report=stop)
    return ctx
