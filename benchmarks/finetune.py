"""What fine-tuning on a few boxes of a subtype brings, and what it costs.

One subtype is held out while a base model learns the others. Then 20, then 100 of its boxes are
learnt, and other patients of it judge: mean IoU before and after, and what the old subtypes lost.
SimpleCancerCNN gets the same images and the same wall time, for the base and for fine-tuning.

Usage: ``python benchmarks/finetune.py [--quick] [--json FILE]``, or on DICOM of your own with
``--dicom DIR --annotations DIR --subtype LETTER`` (at least two patients of that subtype). Without
it phantoms of 256² are made.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch

from ctbox.boxes import compute_iou
from ctbox.dicom.pixels import read_volume
from ctbox.model.checkpoint import read_card
from ctbox.model.config import (
    SIMPLE_CANCER_CNN,
    ModelConfig,
    SampleMix,
    TrainingConfig,
    make_baseline_config,
)
from ctbox.model.dataset import TrainingData, TrainingSeries
from ctbox.model.devices import choose_device
from ctbox.model.fine_tuning import make_detector
from ctbox.model.networks.detector import LungDetector
from ctbox.model.thesis import ThesisNetwork, ThesisSettings
from ctbox.model.training import FitOptions, fit
from ctbox.phantom.collection import write_collection
from ctbox.phantom.config import PhantomConfig
from ctbox.progress import TaskContext
from ctbox.workflows.detect import get_geometry
from ctbox.workflows.fine_tune_plan import choose_plan, make_fine_tune_config
from ctbox.workflows.open_case import SeriesCase, open_case
from ctbox.workflows.samples import Samples, collect_samples, get_boxes, make_training_series

BOXES = (20, 100)
LIMIT_S = 180.0
SIDE = 256
Weights = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Size:
    """How large the benchmark is."""

    patients: int
    slices: int
    base_epochs: int
    base_steps: int


WHOLE = Size(patients=32, slices=30, base_epochs=10, base_steps=100)
# Shows that it runs; a base this short knows next to nothing.
QUICK = Size(patients=8, slices=12, base_epochs=1, base_steps=25)


@dataclass(frozen=True)
class Row:
    """One fine-tuning: who, on how much, what it brought and cost."""

    model: str
    boxes: int
    seconds: float
    new_before: float
    new_after: float
    old_before: float
    old_after: float


@dataclass(frozen=True)
class Sides:
    """Patients: who teaches the new subtype, who judges it, who teaches and who judges the old."""

    samples: Samples
    new_taught: frozenset[str]
    new_judges: frozenset[str]
    old_taught: frozenset[str]
    old_judges: frozenset[str]

    def make_series(
        self, patients: frozenset[str], most: int | None = None
    ) -> tuple[TrainingSeries, ...]:
        """Return the series of some patients, with so many boxes at most."""
        uids = sorted(k.sop_uid for k in self.samples.keys if k.patient_id in patients)
        if most is not None:
            chosen = np.random.default_rng(1).permutation(len(uids))[:most]
            uids = [uids[index] for index in chosen]
        return make_training_series(self.samples.cases, frozenset(uids))

    def list_cases(self, patients: frozenset[str]) -> list[SeriesCase]:
        """Return the annotated series of some patients."""
        return [case for case in self.samples.cases if case.series.patient_id in patients]


def divide(samples: Samples, letter: str) -> Sides:
    """Put every other patient of a side to judge."""
    subtypes = {key.patient_id: key.subtype for key in samples.keys}
    new = sorted(p for p, s in subtypes.items() if s == letter)
    old = sorted(p for p, s in subtypes.items() if s != letter)
    if len(new) < 2 or len(old) < 2:
        raise SystemExit(f"Two patients of {letter} and two others are needed at least.")
    return Sides(
        samples,
        frozenset(new[::2]),
        frozenset(new[1::2]),
        frozenset(p for i, p in enumerate(old) if i % 4),
        frozenset(old[::4]),
    )


def limit(seconds: float) -> TaskContext:
    """Return a context that ends a training after so long."""
    end = time.perf_counter() + seconds
    return TaskContext(is_cancelled=lambda: time.perf_counter() > end)


class DetectorBench:
    """The default detector."""

    name = "lung-detector"

    def __init__(self) -> None:
        self._card = read_card()
        self._compute = choose_device("cpu")

    def train_base(self, series: Sequence[TrainingSeries], size: Size) -> tuple[Weights, float]:
        """Return weights that never saw the new subtype, and how long they took."""
        config = TrainingConfig(
            epochs=size.base_epochs,
            steps_per_epoch=size.base_steps,
            threads=0,
            mix=SampleMix(real=0.55, pasted=0.15, synthetic=0.05, grown=0.0, negative=0.25),
        )
        started = time.perf_counter()
        result = fit(config, TrainingData(tuple(series)), options=FitOptions(device="cpu"))
        return result.state, time.perf_counter() - started

    def tune(
        self, base: Weights, new: Sequence[TrainingSeries], old: Sequence[TrainingSeries]
    ) -> tuple[Weights, float]:
        """Return weights tuned by the preset for so many boxes, and how long that took."""
        boxes = sum(len(found) for one in new for found in one.boxes.values())
        config = make_fine_tune_config(choose_plan(boxes), ModelConfig(), seed=1)
        again = tuple(replace(one, is_phantom=True) for one in old)
        started = time.perf_counter()
        options = FitOptions(device="cpu", start=base)
        result = fit(config, TrainingData((*new, *again)), options=options)
        return result.state, time.perf_counter() - started

    def judge(self, weights: Weights, cases: Sequence[SeriesCase]) -> float:
        """Return the mean IoU of the top box by patient, a miss counting 0."""
        network = LungDetector(ModelConfig())
        network.load_state_dict(weights)
        # As in training: the shipped card only tells how maps become boxes.
        detector = make_detector(network, self._card, self._compute)
        by_patient: dict[str, list[float]] = {}
        for case in cases:
            found = detector.predict_volume(read_volume(case.series), get_geometry(case.series))
            for one, detections in zip(case.series.slices, found.slices, strict=True):
                truth = get_boxes(case, one.sop_instance_uid)
                if len(truth):
                    boxes = np.array([d.box.as_tuple() for d in detections[:1]]).reshape(-1, 4)
                    iou = float(compute_iou(boxes, truth).max()) if len(boxes) else 0.0
                    by_patient.setdefault(str(case.series.patient_id), []).append(iou)
        return float(np.mean([np.mean(values) for values in by_patient.values()]))


class ThesisBench:
    """SimpleCancerCNN with its own practice, for as long as the detector took."""

    name = "simple-cancer-cnn"
    _MANY_EPOCHS = 100_000

    def _train(
        self, series: Sequence[TrainingSeries], seconds: float, start: Weights | None
    ) -> Weights:
        model = ModelConfig(architecture=SIMPLE_CANCER_CNN, baseline_side=SIDE)
        config = replace(make_baseline_config(self._MANY_EPOCHS), model=model, threads=0)
        options = FitOptions(device="cpu", start=start)
        return fit(config, TrainingData(tuple(series)), limit(seconds), options).state

    def train_base(self, series: Sequence[TrainingSeries], seconds: float) -> Weights:
        """Return weights that never saw the new subtype."""
        return self._train(series, seconds, None)

    def tune(self, base: Weights, new: Sequence[TrainingSeries], seconds: float) -> Weights:
        """Return weights tuned on the new subtype alone, as the thesis does."""
        return self._train(new, seconds, base)

    def judge(self, weights: Weights, cases: Sequence[SeriesCase]) -> float:
        """Return the mean IoU by patient."""
        network = ThesisNetwork(weights, ThesisSettings(SIDE, device="cpu"))
        by_patient: dict[str, list[float]] = {}
        for case in cases:
            volume = read_volume(case.series)
            for hu, one in zip(volume, case.series.slices, strict=True):
                truth = get_boxes(case, one.sop_instance_uid)
                if len(truth):
                    iou = float(compute_iou(network.predict(hu), truth).max())
                    by_patient.setdefault(str(case.series.patient_id), []).append(iou)
        return float(np.mean([np.mean(values) for values in by_patient.values()]))


def measure(sides: Sides, size: Size) -> list[Row]:
    """Return a row for each model and number of boxes."""
    detector, thesis = DetectorBench(), ThesisBench()
    taught = sides.make_series(sides.old_taught)
    new, old = sides.list_cases(sides.new_judges), sides.list_cases(sides.old_judges)
    base, seconds = detector.train_base(taught, size)
    print(f"base: {seconds:.0f} s each", flush=True)
    other = thesis.train_base(taught, seconds)
    before = (detector.judge(base, new), detector.judge(base, old))
    other_before = (thesis.judge(other, new), thesis.judge(other, old))
    rows = []
    for boxes in BOXES:
        shown = sides.make_series(sides.new_taught, boxes)
        count = sum(len(found) for one in shown for found in one.boxes.values())
        tuned, seconds = detector.tune(base, shown, taught)
        after = (detector.judge(tuned, new), detector.judge(tuned, old))
        rows.append(_make_row(detector.name, count, seconds, before, after))
        print(rows[-1], flush=True)
        tuned = thesis.tune(other, shown, seconds)
        after = (thesis.judge(tuned, new), thesis.judge(tuned, old))
        rows.append(_make_row(thesis.name, count, seconds, other_before, after))
        print(rows[-1], flush=True)
    return rows


def _make_row(
    name: str,
    boxes: int,
    seconds: float,
    before: tuple[float, float],
    after: tuple[float, float],
) -> Row:
    return Row(name, boxes, seconds, before[0], after[0], before[1], after[1])


def describe(rows: Sequence[Row]) -> str:
    """Return the rows as a table."""
    lines = [f"{'model':<18}{'boxes':>6}{'s':>7}{'new: before':>13}{'after':>7}{'old: lost':>11}"]
    lines += [
        f"{row.model:<18}{row.boxes:>6}{row.seconds:>7.0f}{row.new_before:>13.3f}"
        f"{row.new_after:>7.3f}{row.old_before - row.old_after:>11.3f}"
        for row in rows
    ]
    few = rows[0]
    kept = "kept" if few.seconds <= LIMIT_S else "NOT kept"
    lines.append(
        f"{few.boxes} boxes took {few.seconds:.0f} s; the limit of {LIMIT_S:.0f} s is {kept}."
    )
    return "\n".join(lines)


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dicom", type=Path)
    parser.add_argument("--annotations", type=Path)
    parser.add_argument("--subtype", default="B")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    words = parser.parse_args()
    size = QUICK if words.quick else WHOLE
    with tempfile.TemporaryDirectory(prefix="ctbox-finetune-") as scratch:
        dicom = words.dicom
        if dicom is None:
            dicom = Path(scratch) / "phantoms"
            config = PhantomConfig(rows=SIDE, n_slices=size.slices)
            write_collection(dicom, size.patients, 7, TaskContext(), config)
        samples = collect_samples(open_case(dicom, words.annotations, TaskContext()))
        rows = measure(divide(samples, words.subtype), size)
    print(describe(rows))
    if words.json is not None:
        words.json.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")


if __name__ == "__main__":
    main()
