"""Start the window or the command line: `python -m ctbox`, `ctbox`, or the frozen app."""

from __future__ import annotations

import multiprocessing
import sys


def main() -> None:
    """Run `ctbox`; without words it opens the window."""
    # In a frozen app a spawned worker starts here: it must run its task, not a second window.
    multiprocessing.freeze_support()
    from ctbox.cli.app import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
