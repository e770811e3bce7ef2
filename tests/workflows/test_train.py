from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ctbox.errors import TrainingDivergedError
from ctbox.model.checkpoint import load_checkpoint
from ctbox.model.config import SampleMix
from ctbox.model.disk_cache import CacheLimits
from ctbox.model.inference import Detector
from ctbox.model.lung_learning import LungLearning
from ctbox.model.recipe import Recipe, Stage
from ctbox.model.sampling import Batch
from ctbox.model.training_updates import StepFinished
from ctbox.progress import TaskContext
from ctbox.workflows import train as workflow
from ctbox.workflows.train import TrainRequest, train
from tests.cli.test_contract import write_patient
from tests.model.toy import make_config

CONFIG = make_config(epochs=2, batch_size=2, mix=SampleMix(real=1, grown=0, synthetic=0))
RECIPE = Recipe((Stage("first", CONFIG), Stage("finish", replace(CONFIG, epochs=1, seed=2))))


@pytest.fixture
def request_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrainRequest:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(workflow, "make_recipe", lambda *_: RECIPE)
    for number, code in enumerate(("A0901", "B0901")):
        write_patient(tmp_path / "case", code, seed=number, shift=number)
    return TrainRequest(
        tmp_path / "case",
        None,
        "lung-detector",
        tmp_path / "run",
        validation_patients=("B0901",),
        device="cpu",
    )


def test_a_stop_in_the_middle_of_an_epoch_leaves_the_best_loadable(
    request_for: TrainRequest,
) -> None:
    def stop(update: object) -> None:
        if isinstance(update, StepFinished) and update.step == 5:
            ctx.cancel()

    ctx = TaskContext(on_report=stop)
    result = train(request_for, ctx)
    assert result.cancelled
    assert [each.epoch for each in result.history] == [1]
    card = Detector.load(result.folder, device="cpu").card
    assert card.metrics[0].values["epoch"] == 1
    resumed = train(replace(request_for, resume=True), TaskContext())
    assert [each.epoch for each in resumed.history] == [1, 2, 3]
    assert resumed.evaluation is not None


def test_nan_keeps_the_last_good_model(
    request_for: TrainRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, steps = LungLearning.compute_batch_loss, iter(range(100))

    def spoil(self: LungLearning, batch: Batch) -> torch.Tensor:
        loss = whole(self, batch)
        return loss * float("nan") if next(steps) == 4 else loss

    monkeypatch.setattr(LungLearning, "compute_batch_loss", spoil)
    with pytest.raises(TrainingDivergedError, match="nan at step 5"):
        train(request_for, TaskContext())
    state, card = load_checkpoint(request_for.out / "model")
    assert card.metrics[0].values["epoch"] == 1
    assert all(bool(torch.isfinite(t).all()) for t in state.values())


def test_a_second_run_takes_prepared_series_from_the_cache(
    request_for: TrainRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = replace(request_for, cache=CacheLimits(tmp_path / "prepared", 1.0))
    first = train(request, TaskContext())
    assert len(list((tmp_path / "prepared").iterdir())) == 2

    def refuse(*_: object) -> None:
        raise AssertionError("read though it is prepared")

    monkeypatch.setattr("ctbox.workflows.samples.read_volume", refuse)
    second = train(replace(request, out=tmp_path / "again"), TaskContext())
    assert [e.training_loss for e in second.history] == [e.training_loss for e in first.history]
    # A file that changed is read anew.
    slice_file = next(request.dicom.rglob("*.dcm"))
    slice_file.touch()
    with pytest.raises(AssertionError, match="read though"):
        train(replace(request, out=tmp_path / "third"), TaskContext())
