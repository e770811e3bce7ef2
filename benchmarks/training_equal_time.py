"""The detector against SimpleCancerCNN: the same patients, the same wall time of training.

One fold of a split by patient: both train on its training patients and are judged on those left
out, through the same predictions and metrics as `ctbox evaluate`, beside the copy baseline. The
detector follows its recipe, shortened to what a few timed steps say will fit, without phantoms, so
that both see the same scans; SimpleCancerCNN trains as published until time is up. Reading and
preparing the data counts. Without CTBOX_DATA (or ../shared/data) both train on phantoms.

    python benchmarks/training_equal_time.py --seconds 600
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from ctbox.model.config import ARCHITECTURES, DETECTOR, SIMPLE_CANCER_CNN
from ctbox.model.recipe import Recipe, Stage
from ctbox.model.splits import Fold, SplitKind, SplitPlan, make_folds
from ctbox.model.training_updates import StepFinished
from ctbox.progress import TaskContext
from ctbox.workflows.evaluate import Evaluation, Judged, judge_folds
from ctbox.workflows.open_case import open_case
from ctbox.workflows.samples import Samples, collect_samples, make_training_series
from ctbox.workflows.series_prediction import make_series_predictor
from ctbox.workflows.training_plans import make_recipe

TIMED_STEPS = 8
# Later epochs prepare and grow volumes anew, which the timed steps show only in part.
SAFETY = 0.8
ENDLESS = 100_000


def find_data(scratch: Path) -> tuple[Path, str]:
    """Return the folder to train on and what it is."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    for root in (os.environ.get("CTBOX_DATA"), str(beside)):
        if root and (Path(root) / "lung-pet-ct-dx").is_dir():
            return Path(root) / "lung-pet-ct-dx", "real patients"
    words = ["phantom", str(scratch / "phantoms"), "--patients", "6", "--seed", "77"]
    subprocess.run([sys.executable, "-m", "ctbox", *words], check=True)
    return scratch / "phantoms", "phantoms"


def load_fold(data: Path, number: int) -> tuple[Samples, Fold]:
    """Return all samples and one fold of three, patients kept whole."""
    case = open_case(data, None, TaskContext())
    samples = collect_samples(case)
    plan = SplitPlan(SplitKind.PATIENT, seed=0, folds=3)
    return samples, make_folds(samples.keys, plan, case.linked_folders)[number - 1]


class Clock:
    """Stops a run when its time is up, and remembers when its steps ended."""

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds
        self.ticks: list[float] = []

    def make_context(self) -> TaskContext:
        """Return a context whose run ends in time."""
        return TaskContext(self._listen, lambda: time.monotonic() >= self.end)

    def _listen(self, update: object) -> None:
        if isinstance(update, StepFinished):
            self.ticks.append(time.monotonic())


def shorten(recipe: Recipe, steps: int) -> Recipe:
    """Return the recipe in about this many steps, with fewer epochs before shorter ones."""
    planned = sum(stage.config.epochs * stage.config.steps_per_epoch for stage in recipe.stages)
    fewer = recipe.with_length(epochs=max(2, round(recipe.epochs * steps / planned)))
    left = sum(stage.config.epochs * stage.config.steps_per_epoch for stage in fewer.stages)
    first = fewer.stages[0].config.steps_per_epoch
    return fewer.with_length(steps=max(1, int(first * steps / left)))


def read_peak_mib() -> float:
    """Return the most memory that this process has held, in MiB.

    Not getrusage: its figure outlives exec, so it is the parent's where that was larger.
    """
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def train_child(words: argparse.Namespace) -> None:
    """Train one model in this process and write it and its figures to `--child-out`."""
    from ctbox.model.checkpoint import save_checkpoint
    from ctbox.model.dataset import TrainingData
    from ctbox.model.recipe_training import train_recipe
    from ctbox.model.shipped import SHIPPED_INFERENCE, SHIPPED_THRESHOLD
    from ctbox.model.shipping import CardNotes, build_card
    from ctbox.model.training import FitOptions

    samples, fold = load_fold(Path(words.data), words.fold)
    series = make_training_series(samples.cases, samples.select(fold.training))
    recipe = make_recipe(words.child, None, words.seed)
    # Each stage once, and nothing but the patients' scans.
    stages = tuple(
        Stage(one.name, replace(one.config, threads=words.threads)) for one in recipe.stages
    )
    recipe, options = replace(recipe, stages=stages), FitOptions(device=words.device)
    started, clock = time.monotonic(), Clock(words.seconds)
    if words.child == DETECTOR:
        trial = recipe.with_length(1, TIMED_STEPS)
        train_recipe(trial, TrainingData(series), clock.make_context(), options)
        gaps = [b - a for a, b in zip(clock.ticks[2:], clock.ticks[3:], strict=False)]
        left = SAFETY * (clock.end - time.monotonic())
        recipe = shorten(recipe, max(2, int(left / statistics.mean(gaps)))) if gaps else trial
    else:
        recipe = recipe.with_length(ENDLESS)
    clock.ticks.clear()
    result = train_recipe(recipe, TrainingData(series), clock.make_context(), options)
    seconds = time.monotonic() - started
    peak = read_peak_mib()
    notes = CardNotes(words.child, SHIPPED_THRESHOLD, fold.label, "equal-time benchmark")
    out = Path(words.child_out)
    card = build_card(result.state, recipe, SHIPPED_INFERENCE, (series, ()), notes)
    save_checkpoint(out / "model", result.state, card)
    (out / "figures.json").write_text(
        json.dumps(
            {
                "steps": len(clock.ticks),
                "seconds": seconds,
                "cut_short": result.cancelled,
                "peak_mib": peak,
                "parameters": card.parameters,
                "megabytes": (out / "model" / "model.safetensors").stat().st_size / 1e6,
                "device": result.device_label,
            }
        )
    )


def train(words: argparse.Namespace, architecture: str, out: Path) -> dict[str, float]:
    """Train in a process of its own, whose peak memory is the training's."""
    out.mkdir()
    options = {
        "--data": words.data, "--seconds": words.seconds, "--fold": words.fold,
        "--seed": words.seed, "--threads": words.threads, "--device": words.device,
        "--child": architecture, "--child-out": out,
    }  # fmt: skip
    flat = [str(each) for pair in options.items() for each in pair]
    subprocess.run([sys.executable, __file__, *flat], check=True)
    figures: dict[str, float] = json.loads((out / "figures.json").read_text())
    return figures


def judge(samples: Samples, fold: Fold, model: Path, device: str) -> Evaluation:
    """Return a model's figures on the patients left out."""
    predict = make_series_predictor(str(model), device, None)
    judged = Judged(model.parent.name, "", device, None)
    return judge_folds(samples, [(fold, predict)], judged, TaskContext())


def format_row(name: str, ious: dict[str, float], extra: str = "") -> str:
    """Return a line of the table: patients, then their mean."""
    mean = sum(ious.values()) / len(ious)
    cells = "".join(f"{ious[patient]:>10.3f}" for patient in sorted(ious))
    return f"{name:<22}{cells}{mean:>10.3f}  {extra}"


def get_ious(summary: object) -> dict[str, float]:
    """Return mean IoU by patient, a miss counting 0."""
    groups = summary.groups["patient"]  # type: ignore[attr-defined]
    return {name: float(part.figures["mean_iou"] or 0.0) for name, part in groups.items()}


def main() -> None:
    """Train both and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=600.0, help="of training, each")
    parser.add_argument("--fold", type=int, default=1, choices=(1, 2, 3))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--data", default=None, help="another annotated folder")
    parser.add_argument("--child", choices=ARCHITECTURES, help=argparse.SUPPRESS)
    parser.add_argument("--child-out", help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.child is not None:
        train_child(words)
        return
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        kind = f"data in {words.data}"
        if words.data is None:
            words.data, kind = find_data(scratch)
        samples, fold = load_fold(Path(words.data), words.fold)
        trained = sorted({samples.keys[index].patient_id for index in fold.training})
        print(f"{kind}; trained on {', '.join(trained)}; {words.seconds:.0f} s each", flush=True)
        rows, header = [], ""
        for architecture in (DETECTOR, SIMPLE_CANCER_CNN):
            figures = train(words, architecture, scratch / architecture)
            found = judge(samples, fold, scratch / architecture / "model", words.device)
            ious = get_ious(found.model)
            cut = ", cut short" if figures["cut_short"] and architecture == DETECTOR else ""
            extra = (
                f"{figures['parameters']:>12,} {figures['megabytes']:>7.1f} "
                f"{figures['peak_mib']:>9.0f} {figures['steps']:>6} {figures['seconds']:>5.0f}{cut}"
            )
            rows.append(format_row(architecture, ious, extra))
            header = "".join(f"{patient[-9:]:>10}" for patient in sorted(ious))
        copies = [format_row(each, get_ious(one)) for each, one in found.baselines.items()]
        print(f"{'mean IoU, a miss 0':<22}{header}{'mean':>10}  "
              f"{'parameters':>12} {'MB':>7} {'peak MiB':>9} {'steps':>6} {'s':>5}")  # fmt: skip
        print("\n".join([*rows, *copies]))


if __name__ == "__main__":
    main()
