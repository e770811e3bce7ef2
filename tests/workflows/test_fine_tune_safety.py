"""What can break in a fine-tuning: a sentence, and nothing lost."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ctbox.cli.app import run as run_command
from ctbox.errors import (
    CheckpointError,
    CtboxError,
    TrainingDataError,
    TrainingDivergedError,
)
from ctbox.model import checkpoint, training_state
from ctbox.model.lung_learning import LungLearning
from ctbox.model.store import read_card
from ctbox.progress import TaskContext
from ctbox.workflows.fine_tune_updates import (
    StageStarted,
)
from ctbox.workflows.model_store import ModelStore
from tests.workflows import fine_tune_scene as scene
from tests.workflows import test_fine_tune as first
from tests.workflows.test_fine_tune import Done, Scene, assert_same_weights, load_weights, run

few_resamples, toys, done = first.few_resamples, first.toys, first.done


def test_nan_ends_with_a_sentence_and_the_best_model(
    toys: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = scene.make_request(toys.case, toys.base, tmp_path / "out")
    whole = LungLearning.compute_batch_loss
    steps = iter(range(100))

    def spoil(self: LungLearning, *arguments: object) -> torch.Tensor:
        loss = whole(self, *arguments)  # type: ignore[arg-type]
        return loss * float("nan") if next(steps) == 3 else loss

    monkeypatch.setattr(LungLearning, "compute_batch_loss", spoil)
    with pytest.raises(TrainingDivergedError, match="nan at step 4"):
        run(request)
    assert load_weights(request)
    monkeypatch.undo()


@pytest.mark.slow
def test_a_file_that_vanishes_while_training_is_named_and_nothing_is_lost(
    toys: Scene, done: Done, tmp_path: Path
) -> None:
    case = tmp_path / "case"
    shutil.copytree(toys.case, case)
    request = scene.make_request(case, toys.base, tmp_path / "out")
    hidden = tmp_path / "elsewhere"

    def hide(update: object) -> None:
        if update == StageStarted(2):
            (case / "images").rename(hidden)

    with pytest.raises(CtboxError, match=r"\.dcm|read|images"):
        run(request, TaskContext(hide))
    hidden.rename(case / "images")
    run(replace(request, resume=True))
    assert_same_weights(done.request, request)


@pytest.mark.slow
def test_a_full_disk_ends_with_a_sentence_and_the_run_goes_on_later(
    toys: Scene, done: Done, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = scene.make_request(toys.case, toys.base, tmp_path / "out")
    save = training_state.save_file
    calls = iter(range(100))

    def refuse(*arguments: object, **others: object) -> None:
        if next(calls) == 1:
            raise OSError(28, "No space left on device")
        save(*arguments, **others)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(training_state, "save_file", refuse)
        with pytest.raises(CheckpointError, match="No space left"):
            run(request)
    assert load_weights(request)
    run(replace(request, resume=True))
    assert_same_weights(done.request, request)


@pytest.mark.slow
def test_a_disk_that_refuses_the_model_keeps_the_older_one(
    toys: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = scene.make_request(toys.case, toys.base, tmp_path / "out")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint, "save_file", refuse)
    with pytest.raises(CheckpointError, match="No space left"):
        run(request)
    assert not (request.out / "model").exists()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"), "graphics card ran out"),
        (RuntimeError("DefaultCPUAllocator: not enough memory"), "memory ran out"),
        (MemoryError(), "memory ran out"),
    ],
)
def test_memory_that_runs_out_while_judging_is_a_sentence(
    toys: Scene, done: Done, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error, told: str
) -> None:
    # Training halves its batches; nothing smaller is left where single slices are looked at.
    request = replace(done.request, out=tmp_path / "out", resume=True)
    shutil.copytree(done.request.out, request.out)

    def run_out(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("ctbox.workflows.fine_tune_judging.predict_series", run_out)
    with pytest.raises(TrainingDataError, match=told):
        run(request)
    assert_same_weights(done.request, request)


def test_other_runtime_errors_are_bugs_and_stay_so() -> None:
    from ctbox.model.fine_tuning import tell_out_of_memory

    with pytest.raises(RuntimeError, match="shape"), tell_out_of_memory():
        raise RuntimeError("shape mismatch")


def test_going_on_after_the_end_doubles_no_figures(toys: Scene, done: Done, tmp_path: Path) -> None:
    request = replace(done.request, out=tmp_path / "out", resume=True)
    shutil.copytree(done.request.out, request.out)
    run(request)
    titles = [each.title for each in read_card(request.out / "model").metrics]
    assert len(titles) == len(set(titles))


def test_a_run_goes_on_only_as_it_was_started(toys: Scene, done: Done, tmp_path: Path) -> None:
    request = replace(done.request, out=tmp_path / "out", resume=True)
    shutil.copytree(done.request.out, request.out)
    with pytest.raises(TrainingDataError, match="another seed"):
        run(replace(request, seed=5))
    # As if somebody had been added to the folder since, and the chance had fallen otherwise.
    split = request.out / "split.json"
    document = json.loads(split.read_text())
    for row in document["patients"]:
        row["side"] = {"test": "training"}.get(row["side"], row["side"])
    split.write_text(json.dumps(document))
    with pytest.raises(TrainingDataError, match="not those that the run was started with"):
        run(request)


def test_the_command_asks_twice_about_a_model_that_forgot(
    toys: Scene,
    done: Done,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    out = tmp_path / "out"
    shutil.copytree(done.request.out, out)
    results = json.loads((out / "results.json").read_text())
    results["forgetting"][0]["difference"] = -0.2
    (out / "results.json").write_text(json.dumps(results))
    for place in (out, out / "model"):
        assert run_command(["models", "adopt", str(place)]) != 0
        assert "0.200 IoU lost" in capsys.readouterr().err
    assert done.request.name not in {each.name for each in ModelStore().list()}
    assert run_command(["models", "adopt", str(out), "--even-if-worse"]) == 0
    assert done.request.name in {each.name for each in ModelStore().list()}
    assert not (out / "run").exists()
