"""Where the frozen program starts, the window and the `ctbox` command alike."""

from __future__ import annotations

import multiprocessing

if __name__ == "__main__":
    # First of all: a spawned worker starts here too, and must run its task and nothing else.
    multiprocessing.freeze_support()

    from ctbox.__main__ import main

    main()
