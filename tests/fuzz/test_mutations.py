"""Damaged files open or are refused with a sentence, within limits of time and memory.

Which cases run is told by CTBOX_FUZZ_CASES (500) and CTBOX_FUZZ_FIRST (0); `make fuzz` runs 10,000.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.fuzz.corpus import build_corpus

CASES = int(os.environ.get("CTBOX_FUZZ_CASES", "500"))
FIRST = int(os.environ.get("CTBOX_FUZZ_FIRST", "0"))
LIMIT_S = 30.0
"""A case may take so long; generous, for a machine that does other things too."""


@dataclass
class Outcome:
    """What came of the cases."""

    passed: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest_s: float = 0.0


class Child:
    """A process that runs cases, and its lines as they come."""

    def __init__(self, plan: Path, work: Path, first: int, last: int) -> None:
        command = [sys.executable, "-m", "tests.fuzz.child", str(plan), str(work)]
        self.process = subprocess.Popen(
            [*command, str(first), str(last)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=REPOSITORY,
        )
        self.lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def stop(self) -> int:
        self.process.kill()
        return self.process.wait()


def run_cases(plan: Path, work: Path, first: int, last: int) -> Outcome:
    """Run cases in processes that are replaced when they die or hang."""
    outcome, number = Outcome(), first
    while number < last:
        child = Child(plan, work, number, last)
        number = _follow(child, number, outcome)
        child.stop()
    return outcome


def _follow(child: Child, number: int, outcome: Outcome) -> int:
    """Take down what a child says until it ends; return the next case to run."""
    running: dict[str, object] | None = None
    limit = 120.0  # the first case waits for the libraries
    while True:
        try:
            line = child.lines.get(timeout=limit)
        except queue.Empty:
            outcome.failures.append(f"{running}: no end after {limit:.0f} s")
            return number + 1
        if line is None:
            code = child.process.wait()
            if running is not None:
                outcome.failures.append(f"{running}: the process died with {code}")
                return number + 1
            if code:
                outcome.failures.append(f"case {number}: the process died with {code} before it")
            return number + bool(code)
        said = json.loads(line)
        limit = LIMIT_S
        if said["what"] == "begins":
            running = said
            continue
        assert running is not None
        if said["what"] == "failed":
            outcome.failures.append(f"{running}:\n{said['why']}")
        else:
            outcome.passed[str(running["kind"])] += 1
            outcome.slowest_s = max(outcome.slowest_s, said["seconds"])
        number, running = int(said["case"]) + 1, None


@pytest.fixture(scope="module")
def plan(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    corpus = build_corpus(data_folder, folder)
    path = folder / "plan.json"
    path.write_text(json.dumps({k: [str(f) for f in files] for k, files in corpus.items()}))
    return path


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_damaged_files_open_or_are_refused(plan: Path, tmp_path: Path) -> None:
    started = time.monotonic()
    outcome = run_cases(plan, tmp_path, FIRST, FIRST + CASES)
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(outcome.passed.items()))
    sys.stdout.write(
        f"\n{CASES} damaged files ({kinds}) opened or were refused, "
        f"{len(outcome.failures)} failed; the slowest took {outcome.slowest_s:.2f} s, "
        f"all {time.monotonic() - started:.0f} s.\n"
    )
    assert not outcome.failures, "\n\n".join(outcome.failures[:20])
    assert sum(outcome.passed.values()) == CASES


def test_harness_tells_of_a_child_that_dies(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"dicom": []}))
    outcome = run_cases(plan, tmp_path, 0, 1)
    assert len(outcome.failures) == 1
