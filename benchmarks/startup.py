"""Cold and warm start to a usable window: the frozen program against the source, as a ratio.

    xvfb-run -a -s "-noreset -screen 0 1920x1080x24" \
        python benchmarks/startup.py dist/ctbox/ctbox [--runs 5] [--json FILE]

Without -noreset the display starts anew after each program, and now and then refuses the next.

The time is taken from outside, from before the process is made until its window is on the X
display (asked of xdotool every 10 ms); the first paint follows within a frame. Starts take turns,
so that another program's load falls on both. Cold means that the kernel has dropped
its file cache before (needs root; left out otherwise). One run of each is thrown away.
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

ROOT = Path(__file__).resolve().parent.parent
_DROP = Path("/proc/sys/vm/drop_caches")
_LIMIT_S = 120


def time_start(words: list[str], *, cold: bool) -> float:
    """Return seconds from before the process until the window is on the display."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "CTBOX_HOME": home}
        if cold:
            os.sync()
            _DROP.write_text("3")
        started = time.perf_counter()
        program = subprocess.Popen(
            words, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            while not _is_window_shown(program.pid):
                if program.poll() is not None or time.perf_counter() - started > _LIMIT_S:
                    raise RuntimeError(f"{words[0]} showed no window.")
                time.sleep(0.01)
            return time.perf_counter() - started
        finally:
            program.terminate()
            program.wait()


def _is_window_shown(pid: int) -> bool:
    words = ["xdotool", "search", "--onlyvisible", "--pid", str(pid), "--name", "ctbox"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def can_drop_cache() -> bool:
    """Tell whether the kernel's file cache can be dropped here."""
    return _DROP.exists() and os.access(_DROP, os.W_OK)


def measure(programs: dict[str, list[str]], runs: int, *, cold: bool) -> dict[str, list[float]]:
    """Return the times of each program, taken in turn."""
    times: dict[str, list[float]] = {name: [] for name in programs}
    for run in range(runs + 1):
        for name, words in programs.items():
            seconds = time_start(words, cold=cold)
            if run:
                times[name].append(seconds)
    return times


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(description="Start of the frozen program against the source.")
    words.add_argument("program", type=Path, help="the frozen ctbox")
    words.add_argument("--runs", type=int, default=5)
    words.add_argument("--json", type=Path)
    options = words.parse_args()
    programs = {
        "frozen": [str(options.program.resolve()), "view"],
        "source": [sys.executable, "-m", "ctbox", "view"],
    }
    figures: dict[str, dict[str, float]] = {}
    for kind in ("warm", "cold") if can_drop_cache() else ("warm",):
        times = measure(programs, options.runs, cold=kind == "cold")
        medians = {name: statistics.median(each) for name, each in times.items()}
        figures[kind] = {**medians, "ratio": medians["frozen"] / medians["source"]}
        print(
            f"{kind}: frozen {medians['frozen']:.2f} s, source {medians['source']:.2f} s, "
            f"ratio {figures[kind]['ratio']:.2f} (median of {options.runs})"
        )
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
