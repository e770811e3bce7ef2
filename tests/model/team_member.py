"""One of two processes that `test_team` starts: trains a toy by several scenarios, and tells."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import torch

from ctbox.errors import TrainingDivergedError
from ctbox.model.config import SIMPLE_CANCER_CNN, ModelConfig, SampleMix, make_baseline_config
from ctbox.model.dataset import TrainingData
from ctbox.model.lung_learning import LungLearning
from ctbox.model.sampling import Batch
from ctbox.model.shared_norm import SharedBatchNorm2d, share_batch_norms
from ctbox.model.team import Team, join_team
from ctbox.model.training import FitOptions, FitResult, fit
from ctbox.model.training_state import STATE_FILE
from ctbox.model.training_updates import StepFinished
from ctbox.progress import TaskContext
from tests.model.toy import make_config, make_series

# Five samples among two ranks: shares differ.
CONFIG = make_config(
    steps_per_epoch=2,
    batch_size=5,
    mix=SampleMix(real=0.5, pasted=0.2, synthetic=0.1, grown=0.0, negative=0.2),
)
BASELINE = replace(
    make_baseline_config(epochs=2),
    model=ModelConfig(architecture=SIMPLE_CANCER_CNN, baseline_side=32),
    threads=1,
)


def make_data() -> TrainingData:
    return TrainingData(
        (make_series("T1"), make_series("T2", centre=(6, 42, 90), seed=1)),
        (make_series("T3", centre=(9, 50, 88), seed=2),),
    )


def describe(result: FitResult) -> dict[str, object]:
    return {
        "losses": [entry.training_loss for entry in result.history],
        "ious": [entry.validation_iou for entry in result.history],
        "weights": {
            name: [float(t.double().sum()), float(t.double().abs().sum())]
            for name, t in result.state.items()
        },
        "cancelled": result.cancelled,
    }


def run_scenarios(folder: Path, team: Team) -> dict[str, object]:
    saved: list[int] = []
    options = FitOptions(
        device="cpu", team=team, folder=folder, on_best=lambda _, e: saved.append(e.epoch)
    )
    told: dict[str, object] = {"detector": describe(fit(CONFIG, make_data(), options=options))}
    told["saved"] = saved
    resumed = replace(options, resume=True)
    longer = fit(CONFIG, make_data(), options=resumed)
    told["resumed"] = describe(longer)
    plain = FitOptions(device="cpu", team=team)
    told["baseline"] = describe(fit(BASELINE, make_data(), options=plain))
    told["cancelled"] = cancel_on_one_rank(plain)
    told["diverged"] = diverge_on_one_rank(plain)
    return told


def cancel_on_one_rank(options: FitOptions) -> dict[str, object]:
    def stop(update: object) -> None:
        if isinstance(update, StepFinished) and update.step == 3 and options.team.rank == 1:
            ctx.cancel()

    ctx = TaskContext(on_report=stop)
    return describe(fit(CONFIG, make_data(), ctx, options))


def diverge_on_one_rank(options: FitOptions) -> str:
    whole = LungLearning.draw_batch

    def spoil(self: LungLearning, size: int, rng) -> Batch:  # type: ignore[no-untyped-def]
        batch = whole(self, size, rng)
        if options.team.rank == 1:
            batch.inputs[-1] = float("nan")
        return batch

    LungLearning.draw_batch = spoil  # type: ignore[method-assign]
    try:
        fit(CONFIG, make_data(), options=options)
    except TrainingDivergedError as error:
        return error.message
    finally:
        LungLearning.draw_batch = whole  # type: ignore[method-assign]
    return "went on"


def compare_norms(team: Team) -> list[float]:
    """Return how far shared normalisation is from one process's: output, gradients, statistics."""
    torch.manual_seed(0)
    x = torch.randn(5, 3, 4, 6) * 3 + 7
    slopes = torch.randn(5, 3, 4, 6)
    plain = torch.nn.Sequential(torch.nn.BatchNorm2d(3))
    shared = torch.nn.Sequential(torch.nn.BatchNorm2d(3))
    share_batch_norms(shared)
    assert isinstance(shared[0], SharedBatchNorm2d)
    share = team.find_share(5)
    whole_in, own_in = x.clone().requires_grad_(), x[share].clone().requires_grad_()
    whole, own = plain(whole_in), shared(own_in)
    (whole * slopes).sum().backward()
    (own * slopes[share]).sum().backward()
    team.sum_gradients(shared.parameters())
    assert whole_in.grad is not None
    assert own_in.grad is not None
    pairs = [(whole[share], own), (whole_in.grad[share], own_in.grad)]
    pairs += [(plain[0].weight.grad, shared[0].weight.grad)]
    pairs += [(plain[0].running_var, shared[0].running_var)]
    pairs += [(plain[0].running_mean, shared[0].running_mean)]
    return [float((a - b).abs().max()) for a, b in pairs]


def main() -> None:
    folder = Path(sys.argv[1])
    with join_team("cpu") as team:
        told = run_scenarios(folder / "state", team)
        told["norms"] = compare_norms(team)
    told["wrote"] = (folder / "state" / STATE_FILE).is_file()
    (folder / f"rank-{team.rank}.json").write_text(json.dumps(told))


if __name__ == "__main__":
    main()
