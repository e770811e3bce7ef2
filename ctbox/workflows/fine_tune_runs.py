"""The runs of the window: each in a folder of its own, found again whatever happened."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

from ctbox import paths
from ctbox.errors import TrainingDataError
from ctbox.workflows.fine_tune_request import REQUEST_FILE, FineTuneRequest, read_request

STATE_FOLDER = "run"
"""Of a run, to go on from: several times the size of its model."""
RESULTS_FILE = "results.json"
_ADOPTED_FILE = "adopted"
_BIN = ".bin"


def runs_folder() -> Path:
    """Return where the window keeps its runs."""
    return paths.user_data_folder() / "runs"


def make_run_folder(name: str) -> Path:
    """Return a new run's folder; it is not made here."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")[:-3]
    return runs_folder() / f"{stamp}-{name}"


def find_open_run() -> FineTuneRequest | None:
    """Return the newest run that was neither adopted nor discarded, or None.

    It was cut off, or its end was never decided on: both can go on.
    """
    folder = runs_folder()
    if not folder.is_dir():
        return None
    for each in sorted(folder.iterdir(), reverse=True):
        if not (each / REQUEST_FILE).is_file() or (each / _ADOPTED_FILE).exists():
            continue
        try:
            return read_request(each)
        except TrainingDataError:
            continue
    return None


def is_over(out: Path) -> bool:
    """Return whether a run came to its end, so that only the decision is missing."""
    return (out / RESULTS_FILE).is_file()


def mark_adopted(out: Path) -> None:
    """Note that a run's model is in the store, and give back the disk space of its state.

    Does nothing to a folder that is no run's. Failing to write is no failure: the run would be
    offered once more.
    """
    try:
        read_request(out)
        (out / _ADOPTED_FILE).touch()
    except (TrainingDataError, OSError):
        return
    shutil.rmtree(out / STATE_FOLDER, ignore_errors=True)


def read_forgotten(out: Path) -> tuple[str, ...]:
    """Return a sentence for every old subtype on which a run's model is worse beyond the limit.

    Empty for a folder that holds no finished run.

    Raises
    ------
    TrainingDataError
        If the run's results are damaged: nobody knows what was forgotten.
    """
    path = out / RESULTS_FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if "forgetting" not in found:
            return ()  # of another kind of run
        limit = float(found["forgetting_limit"])
        return tuple(
            f"{each['title']}: {-each['difference']:.3f} IoU lost"
            for each in found["forgetting"]
            if not each["is_part"]
            and each["difference"] is not None
            and each["difference"] < -limit
        )
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingDataError(
            f"The run's results can't be read ({error}).", "Go on with it to judge it anew.", path
        ) from error


def discard_run(out: Path) -> Path:
    """Put a run into the bin beside it; return where it lies there.

    Of one that was over its model and figures are kept, not the state to go on from.

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
    if is_over(place):
        shutil.rmtree(place / STATE_FOLDER, ignore_errors=True)
    return place
