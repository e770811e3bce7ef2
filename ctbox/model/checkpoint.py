"""Save and load models: safetensors with a JSON card, verified by size and sha256.

Nothing is ever unpickled: a pickle runs whatever its author liked.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import safetensors
import torch
from safetensors.torch import save_file

from ctbox.errors import CheckpointError
from ctbox.model.card import ModelCard
from ctbox.model.card_json import format_card
from ctbox.model.card_readme import format_readme
from ctbox.model.store import (
    CARD_FILE,
    README_FILE,
    WEIGHTS_FILE,
    ModelListing,
    find_model,
    list_models,
    previous_folder,
    read_card,
    read_card_file,
)

__all__ = [
    "ModelListing",
    "find_model",
    "list_models",
    "load_checkpoint",
    "load_into",
    "read_card",
    "save_checkpoint",
]

_REINSTALL_HINT = "Take the model's folder anew from where it came from, or install ctbox anew."
_CHUNK = 1 << 20


def save_checkpoint(folder: Path, state: Mapping[str, torch.Tensor], card: ModelCard) -> Path:
    """Write a model's folder, whole or not at all, replacing an older one.

    One process at a time may save to a folder. A process that dies in here leaves the older
    model readable.

    Parameters
    ----------
    folder : pathlib.Path
        The model's folder, such as ``weights/<name>``; parents are made.
    state : mapping of str to torch.Tensor
        The network's state; tensors are copied to the CPU.
    card : ModelCard
        Its hash and size of the weights are filled in here.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    CheckpointError
        If a tensor holds NaN or infinity, or the disk refuses.
    """
    _refuse_non_finite(state, folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(folder)
        temporary = folder.with_name(f"{_temporary_prefix(folder)}{os.getpid()}")
        temporary.mkdir()
        try:
            _write_files(temporary, state, card)
            _replace_folder(temporary, folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except (OSError, safetensors.SafetensorError) as error:
        raise CheckpointError(
            f"The model could not be saved ({getattr(error, 'strerror', None) or error}).",
            "Free disk space or choose another folder; what stood there before is untouched.",
            folder,
        ) from error
    return folder


def _refuse_non_finite(state: Mapping[str, torch.Tensor], folder: Path) -> None:
    for name, tensor in state.items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            message = f"Tensor '{name}' holds NaN or infinity, so the model is not saved."
            raise CheckpointError(message, "The last good checkpoint stays as it was.", folder)


def _temporary_prefix(folder: Path) -> str:
    return f".{folder.name}.saving-"


def _remove_leftovers(folder: Path) -> None:
    for leftover in folder.parent.glob(f"{_temporary_prefix(folder)}*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _write_files(folder: Path, state: Mapping[str, torch.Tensor], card: ModelCard) -> None:
    weights = folder / WEIGHTS_FILE
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}
    # One entry only: their order in the file is random, and the same weights need the same hash.
    save_file(tensors, weights, metadata={"format": "pt"})
    finished = replace(
        card, weights_sha256=_compute_sha256(weights), weights_bytes=weights.stat().st_size
    )
    (folder / CARD_FILE).write_text(format_card(finished), encoding="utf-8")
    (folder / README_FILE).write_text(format_readme(finished), encoding="utf-8")
    # safetensors writes for its owner alone; a model is as readable as its card.
    weights.chmod((folder / CARD_FILE).stat().st_mode)
    for name in (WEIGHTS_FILE, CARD_FILE, README_FILE):
        with (folder / name).open("rb+") as file:
            os.fsync(file.fileno())


def _replace_folder(temporary: Path, folder: Path) -> None:
    previous = previous_folder(folder)
    if folder.exists():
        # Only now is an older leftover superfluous: `folder` itself is whole.
        shutil.rmtree(previous, ignore_errors=True)
        folder.rename(previous)
    try:
        temporary.rename(folder)
    except OSError:
        if previous.is_dir() and not folder.exists():
            previous.rename(folder)
        raise
    shutil.rmtree(previous, ignore_errors=True)


def load_checkpoint(
    reference: str | Path | None = None,
) -> tuple[dict[str, torch.Tensor], ModelCard]:
    """Return a model's tensors on the CPU and its card, verified before anything is loaded.

    Parameters
    ----------
    reference : str or pathlib.Path, optional
        As for `ctbox.model.store.find_model`.

    Raises
    ------
    CheckpointError
        If there is no such model, it is of a kind that is refused, its card is missing,
        damaged or of a later schema, or the weights are missing, damaged or not those that
        the card describes.
    """
    folder = find_model(reference)
    card = read_card_file(folder / CARD_FILE)
    weights = folder / WEIGHTS_FILE
    try:
        _verify(weights, card)
        return _read_tensors(weights), card
    except OSError as error:
        message = f"The model's weights can't be read ({error.strerror or error})."
        raise CheckpointError(message, _REINSTALL_HINT, weights) from error
    except safetensors.SafetensorError as error:
        message = f"The model's weights are no safetensors file ({error})."
        raise CheckpointError(message, _REINSTALL_HINT, weights) from error


def _verify(weights: Path, card: ModelCard) -> None:
    with weights.open("rb") as file:
        start = file.read(9)
    # A safetensors file holds the header's length in eight bytes, then JSON; that length may
    # itself begin like a pickle.
    if start[8:] != b"{" and start.startswith((b"PK\x03\x04", b"\x80")):
        message = "The weights are a pickle under another name; it is not opened."
        raise CheckpointError(message, _REINSTALL_HINT, weights)
    size = weights.stat().st_size
    if size != card.weights_bytes:
        kind = "cut short" if size < card.weights_bytes else "too long"
        message = f"The weights are {kind}: {size} bytes where the card says {card.weights_bytes}."
        raise CheckpointError(message, _REINSTALL_HINT, weights)
    found = _compute_sha256(weights)
    if found != card.weights_sha256:
        message = f"The weights' sha256 is {found[:12]}…, the card says {card.weights_sha256[:12]}…"
        raise CheckpointError(f"{message}.", _REINSTALL_HINT, weights)


def _compute_sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _read_tensors(weights: Path) -> dict[str, torch.Tensor]:
    # Cloned, so that the file is not kept mapped: Windows could not replace it then.
    with safetensors.safe_open(weights, framework="pt", device="cpu") as file:
        return {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118


def load_into(
    network: torch.nn.Module, state: Mapping[str, torch.Tensor], source: str | Path
) -> None:
    """Copy tensors into a network after checking that they fit it exactly.

    Parameters
    ----------
    network : torch.nn.Module
        Untouched if anything is off.
    state : mapping of str to torch.Tensor
        The tensors, as `load_checkpoint` returns them.
    source : str or pathlib.Path
        Where they came from, for the error.

    Raises
    ------
    CheckpointError
        If a tensor is missing, superfluous, or of another shape or kind; it names the tensor.
    """
    wanted = network.state_dict()
    problem = _find_misfit(wanted, state)
    if problem is not None:
        kind = type(network).__name__
        hint = "The model was made for another network; choose one whose card names this one."
        raise CheckpointError(f"The weights don't fit {kind}: {problem}.", hint, source)
    network.load_state_dict(dict(state))


def _find_misfit(
    wanted: Mapping[str, torch.Tensor], found: Mapping[str, torch.Tensor]
) -> str | None:
    missing, superfluous = (
        sorted(wanted.keys() - found.keys()),
        sorted(found.keys() - wanted.keys()),
    )
    if missing:
        return f"tensor '{missing[0]}' is missing ({len(missing)} in all)"
    if superfluous:
        return f"tensor '{superfluous[0]}' has no place in it ({len(superfluous)} in all)"
    for name, tensor in wanted.items():
        other = found[name]
        if tensor.shape != other.shape:
            return (
                f"tensor '{name}' has shape {tuple(other.shape)} where {tuple(tensor.shape)} "
                "is expected"
            )
        if tensor.is_floating_point() != other.is_floating_point():
            return f"tensor '{name}' is {other.dtype} where {tensor.dtype} is expected"
    return None
