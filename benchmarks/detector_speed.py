"""The detector against SimpleCancerCNN: size, milliseconds a slice, a whole series.

Both are timed in turn in one run on the same synthetic series; the ratio is what to read. Weights
do not matter for speed, so SimpleCancerCNN is used as initialised. Two spacings are timed: at
5 mm the detector looks at every slice; 300 slices of a whole chest lie about 1.25 mm apart, and
of those it looks at every second one, in slabs of 4 mm, and lays its boxes on the others.

    python benchmarks/detector_speed.py --slices 300
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import torch

from ctbox.model.baseline_inference import BaselinePredictor
from ctbox.model.geometry import VolumeGeometry
from ctbox.model.inference import Detector
from ctbox.model.networks.simple_cancer_cnn import SimpleCancerCNN
from ctbox.model.prediction import VolumeTask
from ctbox.phantom.volume import PhantomConfig, make_phantom
from ctbox.progress import TaskContext

SPACINGS_MM = (5.0, 1.25)


def make_series(slices: int, spacing_mm: float) -> tuple[np.ndarray, VolumeGeometry]:
    """Return HU (slices, 512, 512), a phantom repeated along z, and its geometry."""
    volume = make_phantom(PhantomConfig(n_slices=30), np.random.default_rng(5))
    repeats = -(-slices // len(volume.hu))
    hu = np.concatenate([volume.hu] * repeats)[:slices]
    positions = tuple(-float(i) * spacing_mm for i in range(slices))
    return hu, VolumeGeometry(volume.pixel_spacing_mm, positions)


def time_in_turn(runs: Sequence[Callable[[], object]], repeats: int) -> list[float]:
    """Return each one's least seconds; they take turns, so that a busy moment hits all."""
    seconds: list[list[float]] = [[] for _ in runs]
    for _ in range(repeats):
        for run, kept in zip(runs, seconds, strict=True):
            started = time.perf_counter()
            run()
            kept.append(time.perf_counter() - started)
    return [min(kept) for kept in seconds]


def measure_peak(name: str, hu: np.ndarray, geometry: VolumeGeometry) -> float:
    """Return the peak memory in MiB of a process that reads a series and predicts once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "series.npz"
        np.savez(path, hu=hu, spacing=geometry.pixel_spacing_mm, places=geometry.positions_mm)
        words = [sys.executable, __file__, "--peak-of", name, "--series", str(path)]
        done = subprocess.run(words, check=True, capture_output=True, text=True)
    return float(done.stdout)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slices", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peak-of", choices=("nothing", "detector", "baseline"))
    parser.add_argument("--series", type=Path)
    words = parser.parse_args()
    if words.peak_of:
        predict_once(words.peak_of, words.series)
        return
    detector = Detector.load(None, "cpu")
    baseline = BaselinePredictor(SimpleCancerCNN(), torch.device("cpu"))
    print(
        f"{detector.card.name}: {detector.card.parameters:,} parameters, "
        f"{detector.card.weights_bytes / 1e6:.1f} MB; SimpleCancerCNN: 134,223,812, 536.9 MB"
    )
    for spacing in SPACINGS_MM:
        hu, geometry = make_series(words.slices, spacing)
        runs = (
            partial(detector.predict_volume, hu, geometry),
            partial(baseline.predict, VolumeTask(hu, geometry), TaskContext()),
        )
        for threads in (1, 2):
            torch.set_num_threads(threads)
            ours, theirs = time_in_turn(runs, words.repeats)
            print(
                f"{words.slices} slices {spacing:g} mm apart, {threads} thread(s): detector "
                f"{ours:.1f} s ({1000 * ours / words.slices:.0f} ms a slice), SimpleCancerCNN "
                f"{theirs:.1f} s ({1000 * theirs / words.slices:.0f} ms a slice), "
                f"ratio {ours / theirs:.2f}"
            )
    pixels = hu.nbytes / 2**20
    for name in ("nothing", "detector", "baseline"):
        peak = measure_peak(name, hu, geometry)
        print(f"peak memory, {name}: {peak:.0f} MiB, {pixels:.0f} MiB of it pixels")


def predict_once(name: str, series: Path) -> None:
    """Predict a series with one model, and print the process's peak memory in MiB."""
    with np.load(series) as kept:
        hu = kept["hu"]
        spacing, places = kept["spacing"].tolist(), kept["places"].tolist()
    geometry = VolumeGeometry(tuple(spacing), tuple(places))
    if name == "detector":
        Detector.load(None, "cpu").predict_volume(hu, geometry)
    elif name == "baseline":
        baseline = BaselinePredictor(SimpleCancerCNN(), torch.device("cpu"))
        baseline.predict(VolumeTask(hu, geometry), TaskContext())
    # Not getrusage: its peak is the parent's where that was larger.
    status = Path("/proc/self/status").read_text("ascii")
    print(int(status.split("VmHWM:")[1].split()[0]) / 1024)


if __name__ == "__main__":
    main()
