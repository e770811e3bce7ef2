"""Start the window or the command line: `python -m ctbox`, `ctbox`, or the frozen app."""

from __future__ import annotations

import multiprocessing
import os
import sys

# Set before numpy and torch load, and inherited by worker processes. By default their threads
# wait for each other in busy loops; where another program has a core, that makes a prediction
# several times slower. numpy's products here are too small to gain from a second thread.
_THREAD_SETTINGS = {"OMP_WAIT_POLICY": "PASSIVE", "OPENBLAS_NUM_THREADS": "1"}


def main() -> None:
    """Run `ctbox`; without words it opens the window."""
    # In a frozen app a spawned worker starts here: it must run its task, not a second window.
    multiprocessing.freeze_support()
    for name, value in _THREAD_SETTINGS.items():
        os.environ.setdefault(name, value)
    from ctbox.cli.app import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
