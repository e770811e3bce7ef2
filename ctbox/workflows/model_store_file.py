"""A model as one file, to hand on: a ZIP of weights, card and README, verified when it comes in.

The weights are never unpickled; not even a tensor is made of them here.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

from ctbox.errors import CheckpointError
from ctbox.model.card import ModelCard
from ctbox.model.card_json import format_card, parse_card
from ctbox.model.card_readme import format_readme
from ctbox.model.store import CARD_FILE, README_FILE, WEIGHTS_FILE, read_card_file

SUFFIX = ".ctbox-model"
_MEMBERS = {WEIGHTS_FILE, CARD_FILE, README_FILE}
_MOST_TEXT_BYTES = 4 << 20
_CHUNK = 1 << 20
_HINT = "Ask for the file anew; nothing was imported."


def write_model_file(folder: Path, target: Path) -> Path:
    """Write a model's folder as one file, whole or not at all.

    Raises
    ------
    CheckpointError
        If the model is damaged, the file is there already, or the disk refuses.
    """
    verify_folder(folder)
    if target.exists():
        raise CheckpointError(
            f"{target.name} is there already and is not replaced.", "Choose another name.", target
        )
    scratch = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with zipfile.ZipFile(scratch, "w", zipfile.ZIP_STORED) as archive:
            for name in sorted(_MEMBERS):
                if (folder / name).is_file():
                    archive.write(folder / name, name)
        _sync(scratch)
        scratch.replace(target)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise CheckpointError(
            f"The model could not be exported: {error.strerror or error}.",
            "Free disk space, or choose another folder.",
            target,
        ) from error
    return target


def read_model_card(source: Path) -> ModelCard:
    """Return the card in a model file; the weights are not looked at.

    Raises
    ------
    CheckpointError
        If it is no model file.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            _check_members(archive, source)
            return _read_card(archive, source)
    except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError) as error:
        raise _refuse(f"{source.name} is no model file ({error}).", source) from error


def unpack_model_file(source: Path, folder: Path, name: str | None = None) -> ModelCard:
    """Unpack a model file into a new folder and verify size, sha256 and format.

    Parameters
    ----------
    source : pathlib.Path
        The file.
    folder : pathlib.Path
        Made here; removed again if anything is wrong.
    name : str, optional
        Another name for the model.

    Raises
    ------
    CheckpointError
        If it holds anything but a model, or its weights are not those the card describes.
    """
    try:
        folder.mkdir(parents=True)
        with zipfile.ZipFile(source) as archive:
            _check_members(archive, source)
            card = _read_card(archive, source)
            _copy_weights(archive, card, folder / WEIGHTS_FILE, source)
        if name is not None:
            card = replace(card, name=name)
        # Written anew: a stranger's text is not put among the user's files unread.
        (folder / CARD_FILE).write_text(format_card(card), encoding="utf-8")
        (folder / README_FILE).write_text(format_readme(card), encoding="utf-8")
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise _refuse(f"{source.name} is no model file, or damaged ({error}).", source) from error
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        reason = error.strerror or str(error)
        raise CheckpointError(
            f"The model could not be imported: {reason}.", "Free disk space and try again.", source
        ) from error
    except CheckpointError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return card


def _check_members(archive: zipfile.ZipFile, source: Path) -> None:
    """Refuse paths, strangers and doubles before anything is read."""
    names = [each.filename for each in archive.infolist()]
    strangers = sorted(set(names) - _MEMBERS)
    if strangers:
        raise _refuse(f"{source.name} holds '{strangers[0]}', which is no part of a model.", source)
    if len(names) != len(set(names)):
        raise _refuse(f"{source.name} holds a file twice.", source)
    missing = sorted({WEIGHTS_FILE, CARD_FILE} - set(names))
    if missing:
        raise _refuse(f"{source.name} has no {missing[0]}.", source)


def _read_card(archive: zipfile.ZipFile, source: Path) -> ModelCard:
    with archive.open(CARD_FILE) as file:
        data = file.read(_MOST_TEXT_BYTES + 1)
    if len(data) > _MOST_TEXT_BYTES:
        raise _refuse(f"The card in {source.name} is too long.", source)
    return parse_card(data, str(source))


def _copy_weights(archive: zipfile.ZipFile, card: ModelCard, target: Path, source: Path) -> None:
    """Copy no more bytes than the card announces, and compare their hash."""
    digest, size = hashlib.sha256(), 0
    with archive.open(WEIGHTS_FILE) as file, target.open("wb") as out:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            if size > card.weights_bytes:
                break
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    if size != card.weights_bytes:
        told = "more" if size > card.weights_bytes else "fewer"
        raise _refuse(f"The weights have {told} bytes than their card says.", source)
    if digest.hexdigest() != card.weights_sha256:
        raise _refuse("The weights are not those that the card describes (sha256).", source)
    check_safetensors(target, source)


def sync_files(folder: Path) -> None:
    """Have the disk hold the bytes of a folder's files, before it gets the name they go by.

    Raises
    ------
    OSError
        If the disk refuses.
    """
    for each in folder.iterdir():
        _sync(each)


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def check_safetensors(path: Path, source: Path) -> None:
    """Raise unless a file begins as safetensors do: a length, then that much JSON.

    Raises
    ------
    CheckpointError
        Then.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        text = file.read(length) if 0 < length <= min(size - 8, 100 << 20) else b""
    try:
        header = json.loads(text)
    except ValueError:
        header = None
    if not isinstance(header, dict):
        raise _refuse("The weights are no safetensors file.", source)


def verify_folder(folder: Path) -> ModelCard:
    """Return a model's card after comparing size and sha256 of its weights.

    Raises
    ------
    CheckpointError
        If they are not those that the card describes.
    """
    card = read_card_file(folder / CARD_FILE)
    weights = folder / WEIGHTS_FILE
    digest = hashlib.sha256()
    try:
        with weights.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise _refuse(f"The weights can't be read ({error.strerror or error}).", weights) from error
    if digest.hexdigest() != card.weights_sha256:
        raise _refuse("The weights are not those that the card describes (sha256).", weights)
    return card


def _refuse(message: str, source: Path) -> CheckpointError:
    return CheckpointError(message, _HINT, source)
