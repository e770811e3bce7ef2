"""Runs a batch of cases in a process that may fail.

    python -m tests.fuzz.child PLAN WORK FIRST LAST

Prints the number of each case before it begins and how it ended, one JSON line each. The plan is
the corpus as JSON.
"""

from __future__ import annotations

import json
import random
import resource
import shutil
import sys
import time
import traceback
from pathlib import Path

MEMORY_BYTES = 3 * 2**30
"""Address space; the libraries alone take a third of it."""


def run_case(number: int, plan: dict[str, list[str]], work: Path) -> None:
    from tests.fuzz.mutation import mutate
    from tests.fuzz.targets import SHARES, TARGETS

    rng = random.Random(number)
    kind = rng.choices(list(SHARES), list(SHARES.values()))[0]
    seed_file = Path(rng.choice(plan[kind]))
    folder = work / "case"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / seed_file.name
    path.write_bytes(mutate(seed_file.read_bytes(), number))
    say(number, "begins", kind=kind, seed=seed_file.name)
    started = time.monotonic()
    try:
        TARGETS[kind](path, folder)
    except BaseException:  # noqa: BLE001  whatever it is, it is what we look for
        say(number, "failed", why=traceback.format_exc(limit=-12))
        return
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    say(number, "passed", seconds=round(time.monotonic() - started, 3))


def say(number: int, what: str, **more: object) -> None:
    sys.stdout.write(json.dumps({"case": number, "what": what, **more}) + "\n")
    sys.stdout.flush()


def main() -> None:
    plan_file, work, first, last = sys.argv[1:5]
    plan = json.loads(Path(plan_file).read_text())
    from tests.fuzz import targets  # the libraries come before the limit

    del targets
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    for number in range(int(first), int(last)):
        run_case(number, plan, Path(work))


if __name__ == "__main__":
    main()
