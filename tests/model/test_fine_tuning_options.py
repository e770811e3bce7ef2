"""What fine-tuning asks of training: a slower encoder, frozen parts, a look after each epoch."""

from __future__ import annotations

from pathlib import Path

import torch

from ctbox.model.lung_learning import LungLearning
from ctbox.model.networks.detector import LungDetector
from ctbox.model.training import FitOptions, fit
from ctbox.progress import TaskContext
from tests.model.test_training import DATA, HELD_OUT, assert_same_weights
from tests.model.toy import make_config


def measure_change(before: dict[str, torch.Tensor], after: dict[str, torch.Tensor]) -> float:
    names = [n for n in before if n.startswith("stages.") and n.endswith("0.weight")]
    return float(sum((after[n] - before[n]).abs().sum() for n in names))


def test_a_slower_encoder_moves_less_and_one_at_full_speed_as_ever() -> None:
    torch.manual_seed(0)
    start = LungDetector(make_config().model).state_dict()
    results = {
        rate: fit(make_config(encoder_rate=rate), DATA, options=FitOptions(start=start)).state
        for rate in (1.0, 0.1)
    }
    slow, full = (measure_change(start, results[rate]) for rate in (0.1, 1.0))
    assert 0 < slow < full / 3
    task = LungLearning(make_config(), DATA, torch.device("cpu"), start)
    assert len(task.make_optimizer(make_config()).param_groups) == 2


def test_a_slow_encoder_resumes_as_if_nothing_had_happened(tmp_path: Path) -> None:
    config = make_config(epochs=2, encoder_rate=0.1)
    whole = fit(config, DATA)
    ctx = TaskContext()

    def stop(_network: object, epoch: int, _iou: float | None) -> None:
        if epoch == 1:
            ctx.cancel()

    cut = fit(config, DATA, ctx, FitOptions(folder=tmp_path, on_epoch=stop))
    assert cut.cancelled
    resumed = fit(config, DATA, options=FitOptions(folder=tmp_path, resume=True))
    assert_same_weights(resumed.state, whole.state)


def test_frozen_stages_stay_whole_with_stem_and_normalisation() -> None:
    start = LungDetector(make_config().model).state_dict()
    result = fit(make_config(freeze_stages=2), DATA, options=FitOptions(start=start))
    kept = [n for n in start if n.startswith(("stem.", "stages.0.", "stages.1."))]
    assert_same_weights({n: result.state[n] for n in kept}, {n: start[n] for n in kept})
    moved = "stages.2.0.second.1.running_mean"
    assert not torch.equal(result.state[moved], start[moved])


def test_the_weights_are_shown_before_and_after_every_epoch() -> None:
    seen: list[tuple[int, float | None]] = []
    options = FitOptions(on_epoch=lambda _network, epoch, iou: seen.append((epoch, iou)))
    result = fit(make_config(), HELD_OUT, options=options)
    assert [epoch for epoch, _ in seen] == [0, 1, 2]
    assert [iou for _, iou in seen][1:] == [each.validation_iou for each in result.history]
    assert seen[0][1] is not None


def test_looking_changes_nothing() -> None:
    plain = fit(make_config(), DATA)
    watched = fit(make_config(), DATA, options=FitOptions(on_epoch=lambda *_: None))
    assert_same_weights(plain.state, watched.state)
