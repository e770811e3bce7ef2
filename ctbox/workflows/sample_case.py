"""The synthetic case that the window shows where no data is at hand."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from ctbox import __version__
from ctbox.paths import SAMPLE_FOLDER, user_data_folder
from ctbox.phantom.collection import write_collection
from ctbox.progress import TaskContext

SAMPLE_PATIENTS = 2
# Shipped weights never saw this seed; their training seeds stand in their card.
SAMPLE_SEED = 2023


def prepare_sample_case(ctx: TaskContext) -> Path:
    """Return the folder of the sample case, written on first use.

    Raises
    ------
    CtboxError
        If the user's data folder is not writable.
    TaskCancelledError
        If cancelled; nothing is left behind.
    """
    target = user_data_folder() / SAMPLE_FOLDER / __version__
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=target.parent, prefix=".making-"))
    try:
        write_collection(scratch / "case", patients=SAMPLE_PATIENTS, seed=SAMPLE_SEED, ctx=ctx)
        (scratch / "case").replace(target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return target
