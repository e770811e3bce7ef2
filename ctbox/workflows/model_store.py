"""The models at hand: list, adopt, activate, roll back, export, import, delete; free of torch."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from ctbox import paths
from ctbox.errors import CheckpointError
from ctbox.model.card import ModelCard, is_model_name
from ctbox.model.card_json import format_card
from ctbox.model.card_readme import format_readme
from ctbox.model.store import (
    CARD_FILE,
    README_FILE,
    WEIGHTS_FILE,
    ListedModel,
    find_model,
    list_models,
)
from ctbox.workflows.model_store_active import ActiveModel, read_active, write_active
from ctbox.workflows.model_store_file import (
    read_model_card,
    sync_files,
    unpack_model_file,
    verify_folder,
    write_model_file,
)

_BIN = ".bin"
_ARRIVING = ".arriving-"
_LEFTOVER_S = 3600.0


@dataclass(frozen=True, slots=True)
class StoredModel:
    """One model of the store.

    Parameters
    ----------
    name : str
        By which it is called.
    folder : pathlib.Path
        Where it lies.
    card : ModelCard or None
        None where it can't be read.
    problem : str or None
        Why it can't be used.
    is_shipped, is_active : bool
        Whether it came with ctbox; whether the window predicts with it.
    """

    name: str
    folder: Path
    card: ModelCard | None
    problem: str | None
    is_shipped: bool
    is_active: bool

    @property
    def size_bytes(self) -> int:
        """Of the weights, by the card."""
        return 0 if self.card is None else self.card.weights_bytes

    @property
    def parent(self) -> str | None:
        """The model it was fine-tuned from."""
        lineage = None if self.card is None else self.card.lineage
        return None if lineage is None else lineage.name


class ModelStore:
    """The shipped models and the user's own.

    Every change is one rename: a process that dies amid it leaves a whole store.

    Parameters
    ----------
    own : pathlib.Path, optional
        The user's models; `ctbox.paths.user_models_folder` if not given.
    shipped : pathlib.Path, optional
        The shipped ones; `ctbox.paths.weights_folder` if not given.
    """

    def __init__(self, own: Path | None = None, shipped: Path | None = None) -> None:
        self.own = own or paths.user_models_folder()
        self._folders = (shipped or paths.weights_folder(), self.own)

    # --- looking ----------------------------------------------------------------------------

    def list(self) -> tuple[StoredModel, ...]:
        """Return all models, the shipped ones first; damaged ones with what is wrong."""
        active = self._find_active_folder()
        return tuple(self._describe(each, active) for each in list_models(self._folders).models)

    def find(self, name: str) -> StoredModel:
        """Return a model by name.

        Raises
        ------
        CheckpointError
            If there is none.
        """
        found = [each for each in self.list() if each.name == name]
        if not found:
            known = ", ".join(each.name for each in self.list())
            raise CheckpointError(f"There is no model '{name}'.", f"Known models: {known}.")
        return found[0]

    @property
    def active_name(self) -> str | None:
        """The model in use, or None for the shipped default; one that is gone is passed over."""
        name = read_active(self.own).name
        usable = {each.name for each in self.list() if each.problem is None}
        return name if name in usable else None

    @property
    def default_name(self) -> str:
        """The shipped default.

        Raises
        ------
        CheckpointError
            If nothing is shipped.
        """
        return find_model(None, self._folders).name

    @property
    def previous_name(self) -> str | None:
        """Where rolling back leads, or None where there is nothing to go back to."""
        history = self._usable_history()
        return None if not history else history[-1] or self.default_name

    # --- using ------------------------------------------------------------------------------

    def activate(self, name: str | None) -> None:
        """Let the window predict with a model from now on; None or its name: the shipped one.

        Raises
        ------
        CheckpointError
            If there is no such model, it is damaged, or the choice can't be kept.
        """
        if name is not None:
            model = self.find(name)
            if model.problem is not None:
                raise CheckpointError(f"'{name}' can't be used: {model.problem}", "", model.folder)
            verify_folder(model.folder)
            if name == self.default_name:
                name = None
        write_active(self.own, read_active(self.own).activate(name))

    def roll_back(self) -> str:
        """Go back to the model that was in use before; return its name.

        Raises
        ------
        CheckpointError
            If there is none before.
        """
        history = self._usable_history()
        if not history:
            raise CheckpointError(
                "There is no earlier model to go back to.", "Activate one by its name."
            )
        write_active(self.own, ActiveModel(history[-1], history[:-1]))
        return history[-1] or self.default_name

    # --- changing ---------------------------------------------------------------------------

    def adopt(self, folder: Path, name: str | None = None) -> StoredModel:
        """Take a model's folder, a fine-tuning's say, into the store; the folder stays.

        Raises
        ------
        CheckpointError
            If it is damaged, the name is taken, or the disk refuses.
        """
        card = verify_folder(folder)
        target = card.name if name is None else name
        if self._is_same(target, card):
            return self.find(target)  # adopted before
        with self._arriving(target) as scratch:
            scratch.mkdir(parents=True)
            shutil.copyfile(folder / WEIGHTS_FILE, scratch / WEIGHTS_FILE)
            named = replace(card, name=target)
            (scratch / CARD_FILE).write_text(format_card(named), encoding="utf-8")
            (scratch / README_FILE).write_text(format_readme(named), encoding="utf-8")
            verify_folder(scratch)
        return self.find(target)

    def export(self, name: str, target: Path) -> Path:
        """Write a model as one file.

        Raises
        ------
        CheckpointError
            If there is no such model, it is damaged, or the file can't be written.
        """
        return write_model_file(self.find(name).folder, target)

    def import_file(self, source: Path, name: str | None = None) -> StoredModel:
        """Take in a model file, verified.

        Raises
        ------
        CheckpointError
            If it is no whole model, or the name is taken.
        """
        target = read_model_card(source).name if name is None else name
        with self._arriving(target) as scratch:
            unpack_model_file(source, scratch, target)
        return self.find(target)

    def delete(self, name: str) -> Path:
        """Put a model of the user's own into the bin; return where it lies there.

        Raises
        ------
        CheckpointError
            If it is shipped or in use, or the disk refuses.
        """
        model = self.find(name)
        if model.is_shipped:
            raise CheckpointError(f"'{name}' came with ctbox and is not deleted.")
        if model.is_active:
            raise CheckpointError(
                f"'{name}' is the model in use.", "Activate another one, then delete it."
            )
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        place = self.own / _BIN / f"{name}~{stamp}"
        with _told("deleted", model.folder):
            place.parent.mkdir(parents=True, exist_ok=True)
            model.folder.rename(place)
        write_active(self.own, read_active(self.own).forget(name))
        return place

    def list_bin(self) -> tuple[str, ...]:
        """Return the names of the models in the bin, the last deleted first."""
        folder = self.own / _BIN
        entries = sorted(folder.iterdir(), key=_stamp, reverse=True) if folder.is_dir() else []
        return tuple(each.name.rpartition("~")[0] for each in entries)

    def restore(self, name: str) -> StoredModel:
        """Take the last deleted model of this name out of the bin.

        Raises
        ------
        CheckpointError
            If none is there, or the name is taken by now.
        """
        folder = self.own / _BIN
        entries = folder.iterdir() if folder.is_dir() else []
        found = sorted((e for e in entries if e.name.rpartition("~")[0] == name), key=_stamp)
        if not found:
            raise CheckpointError(f"There is no '{name}' in the bin.")
        self.refuse_taken(name)
        with _told("restored", found[-1]):
            found[-1].rename(self.own / name)
        return self.find(name)

    def refuse_taken(self, name: str) -> None:
        """Raise unless a new model may be called this.

        Raises
        ------
        CheckpointError
            If the name is taken or none for a model.
        """
        if not is_model_name(name):
            raise CheckpointError(
                f"'{name}' is no name for a model.",
                "Use up to 64 letters, digits, '.', '-' or '_', a letter or digit first.",
            )
        # Without regard to case: some file systems have none.
        if name.lower() in {each.name.lower() for each in self.list()}:
            raise CheckpointError(f"There is a model '{name}' already.", "Choose another name.")

    # --- inside -----------------------------------------------------------------------------

    def _describe(self, each: ListedModel, active: Path | None) -> StoredModel:
        return StoredModel(
            name=each.name,
            folder=each.folder,
            card=each.card,
            problem=each.problem,
            is_shipped=each.folder.parent == self._folders[0],
            is_active=each.folder == active,
        )

    def _find_active_folder(self) -> Path | None:
        try:
            return find_model(read_active(self.own).name, self._folders)
        except CheckpointError:
            pass
        try:
            return find_model(None, self._folders)
        except CheckpointError:
            return None

    def _usable_history(self) -> tuple[str | None, ...]:
        usable = {each.name for each in self.list() if each.problem is None}
        active = read_active(self.own)
        in_use = active.name if active.name in usable else None
        history = [each for each in active.history if each is None or each in usable]
        # Where the model between is gone, the one before may be the one in use.
        while history and history[-1] == in_use:
            history.pop()
        return tuple(history)

    def _is_same(self, name: str, card: ModelCard) -> bool:
        known = [each.card for each in self.list() if each.name == name]
        return any(c is not None and c.weights_sha256 == card.weights_sha256 for c in known)

    @contextmanager
    def _arriving(self, name: str) -> Iterator[Path]:
        """Yield a folder to fill; it becomes the model when the block ends well."""
        self.refuse_taken(name)
        scratch = self.own / f".{name}{_ARRIVING}{os.getpid()}"
        shutil.rmtree(scratch, ignore_errors=True)
        try:
            with _told("stored", self.own):
                self.own.mkdir(parents=True, exist_ok=True)
                _remove_leftovers(self.own)
                yield scratch
                sync_files(scratch)  # else a power cut may leave the name without its bytes
                scratch.rename(self.own / name)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _remove_leftovers(own: Path) -> None:
    """Remove what arrivals left that were killed; those of another process may be under way."""
    for each in own.glob(f".*{_ARRIVING}*"):
        try:
            age = time.time() - each.stat().st_mtime
        except OSError:
            continue  # it arrived just now
        if age > _LEFTOVER_S:
            shutil.rmtree(each, ignore_errors=True)


def _stamp(folder: Path) -> str:
    return folder.name.rpartition("~")[2]


@contextmanager
def _told(done: str, place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CheckpointError(
            f"The model could not be {done}: {error.strerror or error}.",
            "Free disk space, or check that the models' folder may be written to.",
            place,
        ) from error
