from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ctbox.errors import CheckpointError, TrainingDivergedError
from ctbox.model import grown_volumes, training
from ctbox.model.config import (
    SIMPLE_CANCER_CNN,
    ModelConfig,
    SampleMix,
    TrainingConfig,
    config_from_dict,
    config_to_dict,
    make_baseline_config,
)
from ctbox.model.dataset import TrainingData
from ctbox.model.lung_learning import LungLearning
from ctbox.model.networks.detector import LungDetector
from ctbox.model.sampling import Batch
from ctbox.model.training import FitOptions, fit
from ctbox.model.training_state import STATE_FILE
from ctbox.model.training_updates import BatchHalved, EpochFinished, StepFinished
from ctbox.progress import TaskContext
from tests.model.toy import make_config, make_series

DATA = TrainingData((make_series("T1"), make_series("T2", centre=(6, 42, 90), seed=1)))
HELD_OUT = replace(DATA, validation=(make_series("T3", centre=(9, 50, 88), seed=2),))


def losses(result: training.FitResult) -> list[float]:
    return [entry.training_loss for entry in result.history]


def assert_same_weights(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> None:
    assert a.keys() == b.keys()
    for name, tensor in a.items():
        assert torch.equal(tensor, b[name]), name


def test_the_default_detector_is_small() -> None:
    network = LungDetector(ModelConfig())
    assert sum(p.numel() for p in network.parameters()) < 2_000_000
    output = network.eval()(torch.zeros(1, 5, 224, 256))
    assert output.heat.shape == (1, 1, 56, 64)
    assert output.log_ltrb.shape == (1, 4, 56, 64)


def test_the_same_seed_gives_the_same_loss_and_another_another() -> None:
    config = make_config(batch_size=2)
    first, second = fit(config, DATA), fit(config, DATA)
    assert losses(first) == losses(second)
    assert_same_weights(first.state, second.state)
    assert losses(fit(replace(config, seed=2), DATA)) != losses(first)


def test_it_overfits_one_phantom() -> None:
    data = TrainingData((make_series("T1"),), (make_series("T1"),))
    mix = SampleMix(real=1.0, pasted=0, synthetic=0, grown=0, negative=0)
    config = make_config(
        epochs=4, steps_per_epoch=25, batch_size=4, warmup_steps=5, learning_rate=4e-3, mix=mix
    )
    result = fit(config, data)
    assert result.best_iou is not None
    assert result.best_iou > 0.6
    assert losses(result)[-1] < losses(result)[0] / 2


def test_epochs_steps_and_validation_are_reported() -> None:
    seen: list[object] = []
    result = fit(make_config(), HELD_OUT, TaskContext(on_report=seen.append))
    epochs = [one for one in seen if isinstance(one, EpochFinished)]
    assert [one.epoch for one in epochs] == [1, 2]
    assert len([one for one in seen if isinstance(one, StepFinished)]) == 6
    assert all(one.validation_iou is not None for one in epochs)
    assert result.history == tuple(epochs)
    best = max(epochs, key=lambda one: one.validation_iou or 0.0)
    assert result.best_iou == best.validation_iou


def test_a_resumed_run_equals_an_uninterrupted_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grown_volumes, "POOL", 1)
    config = make_config(epochs=3, batch_size=2, mix=SampleMix(grown=0.5))
    whole = fit(config, HELD_OUT)

    def stop_in_third(update: object) -> None:
        if isinstance(update, StepFinished) and update.step == 7:
            ctx.cancel()

    ctx = TaskContext(on_report=stop_in_third)
    cut = fit(config, HELD_OUT, ctx, FitOptions(folder=tmp_path))
    assert cut.cancelled
    assert len(cut.history) == 2
    resumed = fit(config, HELD_OUT, options=FitOptions(folder=tmp_path, resume=True))
    assert losses(resumed) == losses(whole)
    assert_same_weights(resumed.state, whole.state)


def test_resuming_with_another_configuration_or_a_damaged_state_is_refused(tmp_path: Path) -> None:
    fit(make_config(epochs=1), DATA, options=FitOptions(folder=tmp_path))
    options = FitOptions(folder=tmp_path, resume=True)
    with pytest.raises(CheckpointError, match="another configuration"):
        fit(make_config(epochs=1, learning_rate=1e-4), DATA, options=options)
    (tmp_path / STATE_FILE).write_bytes(b"rubbish")
    with pytest.raises(CheckpointError, match="can't be read"):
        fit(make_config(epochs=1), DATA, options=options)


def test_cancelling_in_the_first_epoch_still_gives_weights() -> None:
    ctx = TaskContext(is_cancelled=lambda: True)
    result = fit(make_config(), DATA, ctx)
    assert result.cancelled
    assert result.best_epoch == 0
    LungDetector(make_config().model).load_state_dict(result.state)


def test_nan_raises_and_the_last_good_weights_survive(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[dict[str, torch.Tensor]] = []
    steps = iter(range(100))
    whole = LungLearning.compute_batch_loss

    def spoil(self: LungLearning, batch: Batch) -> torch.Tensor:
        loss = whole(self, batch)
        return loss * float("nan") if next(steps) == 4 else loss

    monkeypatch.setattr(LungLearning, "compute_batch_loss", spoil)
    options = FitOptions(on_best=lambda state, _: kept.append(state))
    with pytest.raises(TrainingDivergedError, match="nan at step 5"):
        fit(make_config(), DATA, options=options)
    assert len(kept) == 1
    assert all(bool(torch.isfinite(t).all()) for t in kept[0].values() if t.is_floating_point())


def test_gradients_that_overflow_in_the_last_step_do_not_become_the_best_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, steps = LungLearning.compute_batch_loss, iter(range(100))

    def spoil(self: LungLearning, batch: Batch) -> torch.Tensor:
        loss = whole(self, batch)
        if next(steps) < 5:
            return loss
        # A finite loss whose gradient is not: the slope of a root at nothing.
        return loss + (loss - loss.detach()).clamp(min=0).sqrt()

    monkeypatch.setattr(LungLearning, "compute_batch_loss", spoil)
    kept: list[int] = []
    options = FitOptions(folder=tmp_path, on_best=lambda _, epoch: kept.append(epoch.epoch))
    with pytest.raises(TrainingDivergedError, match="no longer finite after epoch 2"):
        fit(make_config(), DATA, options=options)
    assert kept == [1]
    # What was saved is the epoch before, and training goes on from there.
    monkeypatch.setattr(LungLearning, "compute_batch_loss", whole)
    again = fit(make_config(), DATA, options=replace(options, resume=True))
    assert [one.epoch for one in again.history] == [1, 2]


def test_memory_that_runs_out_while_drawing_halves_the_batch_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = LungLearning.draw_batch

    def refuse_large(self: LungLearning, size: int, rng: np.random.Generator) -> Batch:
        if size > 2:
            raise MemoryError("Unable to allocate 9.9 GiB for an array")
        return whole(self, size, rng)

    monkeypatch.setattr(LungLearning, "draw_batch", refuse_large)
    seen: list[object] = []
    fit(make_config(epochs=1, batch_size=8), DATA, TaskContext(on_report=seen.append))
    assert [one.batch_size for one in seen if isinstance(one, BatchHalved)] == [4, 2]


def test_running_out_of_memory_halves_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = LungLearning.compute_batch_loss

    def refuse_large(self: LungLearning, batch: Batch) -> torch.Tensor:
        if len(batch.inputs) > 2:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried …")
        return whole(self, batch)

    monkeypatch.setattr(LungLearning, "compute_batch_loss", refuse_large)
    seen: list[object] = []
    fit(make_config(epochs=1, batch_size=8), DATA, TaskContext(on_report=seen.append))
    assert [one.batch_size for one in seen if isinstance(one, BatchHalved)] == [4, 2]


def test_other_runtime_errors_are_not_taken_for_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> torch.Tensor:
        raise RuntimeError("shape mismatch")

    monkeypatch.setattr(LungLearning, "compute_batch_loss", fail)
    with pytest.raises(RuntimeError, match="shape mismatch"):
        fit(make_config(), DATA)


def test_patience_ends_a_run_that_stands_still() -> None:
    config = make_config(epochs=6, steps_per_epoch=1, batch_size=1, learning_rate=0.0, patience=2)
    result = fit(config, HELD_OUT)
    assert len(result.history) < 6


def test_frozen_stages_stay() -> None:
    start = LungDetector(make_config().model).state_dict()
    result = fit(make_config(freeze_stages=2), DATA, options=FitOptions(start=start))
    weights = [name for name in start if name.startswith("stages.0") and name.endswith(".weight")]
    assert weights
    for name in weights:
        assert torch.equal(result.state[name], start[name]), name
    assert not torch.equal(result.state["heat_head.weight"], start["heat_head.weight"])


def test_the_baseline_trains_with_the_same_call() -> None:
    model = ModelConfig(architecture=SIMPLE_CANCER_CNN, baseline_side=32)
    config = replace(make_baseline_config(epochs=12), model=model, threads=1, learning_rate=1e-3)
    result = fit(config, HELD_OUT)
    assert losses(result)[-1] < losses(result)[0] / 2
    assert result.best_iou is not None
    published = make_baseline_config()
    assert (published.batch_size, published.learning_rate) == (16, 1e-4)


def test_configurations_survive_json() -> None:
    config = make_config(mix=SampleMix(phantom=0.1))
    assert config_from_dict(TrainingConfig, config_to_dict(config)) == config
    with pytest.raises(ValueError, match="multiples of 32"):
        ModelConfig(crop_shape=(100, 96))
    with pytest.raises(ValueError, match="Unknown architecture"):
        ModelConfig(architecture="yolo")
