"""The detector against SimpleCancerCNN: size, milliseconds a slice, a whole series.

Both are timed in one run on the same synthetic series; the ratio is what to read. Weights do not
matter for speed, so SimpleCancerCNN is used as initialised.

    python benchmarks/detector_speed.py --slices 300
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import torch

from ctbox.model.baseline_inference import BaselinePredictor
from ctbox.model.geometry import VolumeGeometry
from ctbox.model.inference import Detector
from ctbox.model.networks.simple_cancer_cnn import SimpleCancerCNN
from ctbox.phantom.volume import PhantomConfig, make_phantom
from ctbox.progress import TaskContext


def make_series(slices: int) -> tuple[np.ndarray, VolumeGeometry]:
    """Return HU (slices, 512, 512), a phantom repeated along z, and its geometry."""
    volume = make_phantom(PhantomConfig(n_slices=30), np.random.default_rng(5))
    repeats = -(-slices // len(volume.hu))
    hu = np.concatenate([volume.hu] * repeats)[:slices]
    positions = tuple(-float(i) * volume.slice_spacing_mm for i in range(slices))
    return hu, VolumeGeometry(volume.pixel_spacing_mm, positions)


def time_runs(run: Callable[[], object], repeats: int) -> float:
    """Return the median of several runs in seconds, after one that does not count."""
    run()
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slices", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=3)
    words = parser.parse_args()
    detector = Detector.load(None, "cpu")
    baseline = BaselinePredictor(SimpleCancerCNN(), torch.device("cpu"))
    hu, geometry = make_series(words.slices)
    print(
        f"{detector.card.name}: {detector.card.parameters:,} parameters, "
        f"{detector.card.weights_bytes / 1e6:.1f} MB; SimpleCancerCNN: 134,223,812, 536.9 MB"
    )
    for threads in (1, 2):
        torch.set_num_threads(threads)
        ours = time_runs(lambda: detector.predict_volume(hu, geometry), words.repeats)
        theirs = time_runs(
            lambda: baseline.predict(hu, geometry, None, TaskContext()), words.repeats
        )
        print(
            f"{threads} thread(s), {words.slices} slices: detector {ours:.1f} s "
            f"({1000 * ours / words.slices:.0f} ms a slice), SimpleCancerCNN {theirs:.1f} s "
            f"({1000 * theirs / words.slices:.0f} ms a slice), ratio {ours / theirs:.2f}"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the whole run: {peak:.0f} MiB, {hu.nbytes / 2**20:.0f} MiB of it pixels")


if __name__ == "__main__":
    main()
