"""Batch reports: slices a second against the prediction alone, and from one worker to two.

Everything is timed in one run, turn by turn, each from a cold start of its worker processes; of
several rounds the fastest counts. What a report adds to a prediction while it judges (outlines,
thumbnails, keeping every series on the disk) is the overhead; summing up, drawing and writing come
once at the end and are told apart, since they do not grow with the slices as judging does.

    python benchmarks/report.py --patients 6 --rounds 3
    python benchmarks/report.py --dicom /path/to/lung-pet-ct-dx
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from ctbox.phantom.collection import write_collection
from ctbox.progress import TaskContext
from ctbox.workflows.detect import DetectRequest, detect
from ctbox.workflows.open_case import open_case
from ctbox.workflows.parallel import WorkerOptions, WorkerProcess
from ctbox.workflows.report_models import find_reported_models
from ctbox.workflows.report_pool import LocalPool, count_cores
from ctbox.workflows.report_records import RecordStore, make_key
from ctbox.workflows.report_request import ReportRequest
from ctbox.workflows.report_run import run_report
from ctbox.workflows.report_series import SeriesJob


def time_prediction(jobs: list[SeriesJob], threads: int) -> float:
    """Return the seconds that one worker takes to predict all series, start and end included."""
    worker = WorkerProcess(WorkerOptions("benchmark", threads=threads))
    started = time.perf_counter()
    worker.run(detect, DetectRequest(tuple(job.case.series for job in jobs), device="cpu"))
    worker.shutdown()
    return time.perf_counter() - started


def time_judging(jobs: list[SeriesJob], workers: int, threads: int, folder: Path) -> float:
    """Return the seconds that workers take to judge all series and keep what they found."""
    store = RecordStore(folder)
    started = time.perf_counter()
    for end in LocalPool(workers, threads).judge(jobs, TaskContext(), lambda _: None):
        if end.reason is not None:
            raise SystemExit(f"{end.job.case.series.key}: {end.reason}")
        for choice, record in zip(end.job.models, end.records, strict=True):
            store.save(make_key(end.job.case, choice.sha256, choice.threshold), record)
    return time.perf_counter() - started


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dicom", type=Path, help="Annotated CT; phantoms if absent.")
    parser.add_argument("--patients", type=int, default=6, help="Phantom patients.")
    parser.add_argument("--rounds", type=int, default=3)
    words = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ctbox-benchmark-") as scratch:
        root = words.dicom
        if root is None:
            root = Path(scratch) / "phantoms"
            write_collection(root, words.patients, 11, TaskContext())
        measure(root, Path(scratch), words.rounds)


def measure(root: Path, scratch: Path, rounds: int) -> None:
    """Time everything turn by turn and print the fastest of each."""
    request = ReportRequest(root, None, (), scratch / "out", device="cpu", overwrite=True)
    models = find_reported_models(request)
    case = open_case(root, None, TaskContext())
    usable = [
        each
        for each in case.series
        if each.annotations and each.series.skip_detection_reason is None
    ]
    jobs = [SeriesJob(each, tuple(one.choice for one in models), "cpu") for each in usable]
    slices = sum(job.slices for job in jobs)
    cores = count_cores()
    runs: dict[str, Callable[[], float]] = {
        "prediction alone": lambda: time_prediction(jobs, cores),
        "judging, 1 worker": lambda: time_judging(jobs, 1, cores, scratch / "a"),
        "judging, 1 worker of 1 thread": lambda: time_judging(jobs, 1, 1, scratch / "b"),
        "judging, 2 workers of 1 thread": lambda: time_judging(jobs, 2, 1, scratch / "c"),
    }
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(rounds):
        for name, run in runs.items():
            best[name] = min(best[name], run())
    print(f"{len(jobs)} series, {slices} slices, {cores} cores; fastest of {rounds} rounds")
    for name, seconds in best.items():
        print(f"{name:32} {seconds:7.1f} s  {slices / seconds:6.1f} slices/s")
    overhead = best["judging, 1 worker"] / best["prediction alone"] - 1
    print(f"overhead of judging over the prediction alone: {100 * overhead:+.0f} % (limit 20)")
    one, two = best["judging, 1 worker of 1 thread"], best["judging, 2 workers of 1 thread"]
    print(f"from 1 to 2 workers: {one / two:.2f} times as fast (at least 1.6)")
    started = time.perf_counter()
    result = run_report(request, TaskContext())
    whole = time.perf_counter() - started
    judging = slices / (result.slices_per_second or float("inf"))
    print(f"a whole report: {whole:.1f} s, {whole - judging:.1f} s of it reading headers, summing "
          "up, drawing and writing")  # fmt: skip


if __name__ == "__main__":
    main()
