"""The viewer against what one would use instead: reading, painting, memory, start, stutter.

Everything is measured in one run on series made on the spot, so that the ratios mean something;
the milliseconds are of this machine. What is only compared with is no dependency of ctbox:

    pip install SimpleITK pyqtgraph dicomsdl
    xvfb-run -a -s "-screen 0 1920x1080x24" python benchmarks/viewer.py
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
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from viewer_reading import time_readers  # noqa: E402
from viewer_series import write_series  # noqa: E402

STARTS = 5


def run_child(what: str, folder: Path) -> dict[str, object] | None:
    """Return what a process of its own found; None where something it needs is not installed."""
    paths = [str(HERE.parent), str(HERE), os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "CTBOX_HOME": str(folder.parent / "home"),
        "CTBOX_STARTED": str(time.time()),
        # Compiled once and kept, as for any user; some shells tell Python to keep nothing.
        "PYTHONPYCACHEPREFIX": str(folder.parent / "compiled"),
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if "DISPLAY" not in environment:
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    command = [sys.executable, str(HERE / "viewer_window.py"), what, str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        if "ModuleNotFoundError: No module named 'pyqtgraph'" in done.stderr:
            return None
        raise RuntimeError(done.stderr)
    found: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def print_reading(folder: Path, repeats: int) -> dict[str, float | None]:
    """Print the table of readers, the window among them."""
    # Before and after the readers: a machine that grows busy meanwhile strikes both.
    before = run_child("open", folder)
    others = time_readers(folder, repeats)
    opened = run_child("open", folder)
    if opened is None or before is None:
        raise RuntimeError("The window could not be opened.")
    own = statistics.median(before["all_s"] + opened["all_s"])
    first = statistics.median(before["first_s"] + opened["first_s"])
    readers = {"ctbox, in the window": own, **others}
    print("\nReading (median, warm)                 s   times the window's")
    for name, seconds in readers.items():
        if seconds is None:
            print(f"  {name:32}    –   not installed")
        else:
            print(f"  {name:32}{seconds:6.3f}   {float(seconds) / own:5.2f}")
    print(f"  First slice on the screen       {first:6.3f}   {first / own:5.2f}   target ≤ 0.1")
    print(
        f"\nMemory: {opened['memory_ratio']:.2f} × the int16 volume of "
        f"{opened['volume_mb']:.0f} MB (resident {opened['resident_mb']:.0f} MB)   target ≤ 2"
    )
    return readers


def print_painting(folder: Path) -> None:
    """Print the table of frames."""
    print("\nSlice change to painted frame, 1920 × 1080, 1024 px, ten boxes (target p95 ≤ 8 ms)")
    print(f"{'':28}p50 ms  p95 ms   of computing alone: p50  p95")
    runs = {what: run_child(what, folder) for what in ("paint", "nearest", "pyqtgraph")}
    names = ("ctbox, smooth", "ctbox, nearest", "pyqtgraph, nearest")
    for name, found in zip(names, runs.values(), strict=True):
        if found is None:
            print(f"  {name:24}  not installed")
            continue
        cells = (found[key] for key in ("p50_ms", "p95_ms", "p50_cpu_ms", "p95_cpu_ms"))
        print(f"  {name:24}" + "  ".join(f"{float(cell):8.1f}" for cell in cells))
    own, other = runs["nearest"], runs["pyqtgraph"]
    if own is not None and other is not None:
        ratio = float(other["p95_cpu_ms"]) / float(own["p95_cpu_ms"])
        print(f"  pyqtgraph's p95 is {ratio:.1f} × ctbox's with the same pixels")


def print_start(folder: Path) -> None:
    """Print how long the window takes to appear."""
    runs = [run_child("start", folder) or {} for _ in range(STARTS + 1)][1:]
    seconds, computed = ([float(run[key]) for run in runs] for key in ("start_s", "computed_s"))
    print(
        f"\nWindow on the screen from source, warm: {statistics.median(seconds):.2f} s, "
        f"{statistics.median(computed):.2f} s of it computing   target ≤ 0.5"
    )


def print_handlers(folder: Path) -> None:
    """Print the longest handlers of the window's thread."""
    found = run_child("handlers", folder)
    print("\nLongest handler of the window's thread (target ≤ 50 ms; computing alone in brackets)")
    for what, figures in (found or {}).items():
        if isinstance(figures, dict):
            print(
                f"  while {what:11}{figures['longest_ms']:6.1f} ms "
                f"({figures['longest_cpu_ms']:.1f}); "
                f"over 50 ms: {figures['over_50_ms']} ({figures['over_50_cpu_ms']}) of "
                f"{figures['count']}; slowest: {'; '.join(figures['slowest'])}"
            )


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slices", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=5)
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "series"
        size = write_series(folder, words.slices)
        print(
            f"{words.slices} slices of 512 × 512, {size / 1e6:.0f} MB; "
            f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
        )
        print_reading(folder, words.repeats)
        print_painting(folder)
        print_start(folder)
        print_handlers(folder)


if __name__ == "__main__":
    main()
