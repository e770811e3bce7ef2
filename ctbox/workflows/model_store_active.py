"""Which model the window predicts with, and which ones it did before: one small JSON file."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from ctbox.errors import CheckpointError

ACTIVE_FILE = "active.json"
_VERSION = 1
_MOST_HISTORY = 50


@dataclass(frozen=True, slots=True)
class ActiveModel:
    """The model in use.

    Parameters
    ----------
    name : str or None
        None for the shipped default.
    history : tuple of str or None
        Those before, the last one last.
    """

    name: str | None = None
    history: tuple[str | None, ...] = ()

    def activate(self, name: str | None) -> ActiveModel:
        """Return the state with another model in use, and this one to go back to."""
        if name == self.name:
            return self
        return ActiveModel(name, (*self.history, self.name)[-_MOST_HISTORY:])

    def forget(self, name: str) -> ActiveModel:
        """Return the state without a model that is gone: nothing leads back to it."""
        return ActiveModel(self.name, tuple(each for each in self.history if each != name))


def read_active(folder: Path) -> ActiveModel:
    """Return what is in use; the shipped default where nothing was ever chosen.

    A damaged file counts as nothing chosen: the program must start.
    """
    try:
        data = json.loads((folder / ACTIVE_FILE).read_text(encoding="utf-8"))
        name, history = data["active"], data["history"]
    except (OSError, ValueError, KeyError, TypeError):
        return ActiveModel()
    texts = [each for each in [name, *history] if each is None or isinstance(each, str)]
    if len(texts) != len(history) + 1:
        return ActiveModel()
    return ActiveModel(texts[0], tuple(texts[1:]))


def write_active(folder: Path, active: ActiveModel) -> None:
    """Keep what is in use, whole or not at all.

    Raises
    ------
    CheckpointError
        If the disk refuses; what was there stays.
    """
    document = {"version": _VERSION, "active": active.name, "history": list(active.history)}
    path = folder / ACTIVE_FILE
    scratch = folder / f".{ACTIVE_FILE}.{os.getpid()}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with scratch.open("w", encoding="utf-8") as file:
            file.write(json.dumps(document, indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise CheckpointError(
            f"The choice of model could not be kept: {error.strerror or error}.",
            "Free disk space, or check that the models' folder may be written to.",
            path,
        ) from error
