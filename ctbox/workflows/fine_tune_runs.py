"""The runs of the window: each in a folder of its own, found again whatever happened."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from ctbox import paths
from ctbox.errors import TrainingDataError
from ctbox.workflows.fine_tune_request import REQUEST_FILE, FineTuneRequest, read_request

_RESULTS_FILE = "results.json"
_BIN = ".bin"


def runs_folder() -> Path:
    """Return where the window keeps its runs."""
    return paths.user_data_folder() / "runs"


def make_run_folder(name: str) -> Path:
    """Return a new run's folder; it is not made here."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")[:-3]
    return runs_folder() / f"{stamp}-{name}"


def find_unfinished_run() -> FineTuneRequest | None:
    """Return the newest run that was cut off and can go on, or None."""
    folder = runs_folder()
    if not folder.is_dir():
        return None
    for each in sorted(folder.iterdir(), reverse=True):
        if not (each / REQUEST_FILE).is_file() or (each / _RESULTS_FILE).is_file():
            continue
        try:
            return read_request(each)
        except TrainingDataError:
            continue
    return None


def discard_run(out: Path) -> Path:
    """Put a run into the bin beside it; return where it lies there.

    Raises
    ------
    TrainingDataError
        If the disk refuses.
    """
    place = out.parent / _BIN / out.name
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(place, ignore_errors=True)
        out.rename(place)
    except OSError as error:
        raise TrainingDataError(
            f"The run could not be discarded: {error.strerror or error}.",
            "Close what has its files open.",
            out,
        ) from error
    return place
