"""Phantoms kept on disk between runs: compressed, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import FloatArray

# What zipfile, zlib and numpy raise on files cut short or changed.
_DAMAGED = (
    ValueError,
    LookupError,
    EOFError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
)
_FIELDS = ("hu", "pixel_spacing_mm", "positions_mm", "boxes")


@dataclass(frozen=True)
class PhantomArrays:
    """A phantom as plain arrays.

    Parameters
    ----------
    hu : ndarray
        int16 (n, rows, columns).
    pixel_spacing_mm : ndarray
        float64 (2,): between rows, then between columns.
    positions_mm : ndarray
        float64 (n,): along the normal.
    boxes : ndarray
        float64 (k, 5): slice index, x1, y1, x2, y2 in slice pixels.
    """

    hu: NDArray[np.int16]
    pixel_spacing_mm: FloatArray
    positions_mm: FloatArray
    boxes: FloatArray


def find_phantom_file(folder: Path, name: str, version: str) -> Path:
    """Return the place of a phantom's file; files of the same phantom's other versions go."""
    path = folder / f"phantom-{name}-{version}.npz"
    kind = version.split("-", maxsplit=1)[0]
    for old in folder.glob(f"phantom-{name}-{kind}-*.npz"):
        if old != path:
            with contextlib.suppress(OSError):
                old.unlink()
    return path


def read_phantom_file(path: Path) -> PhantomArrays | None:
    """Return what a file holds; None where it is missing or damaged."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return PhantomArrays(*(file[name] for name in _FIELDS))
    except (OSError, *_DAMAGED):
        return None


def write_phantom_file(path: Path, arrays: PhantomArrays) -> str | None:
    """Write a phantom; return why it could not be done, None where it was."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            np.savez_compressed(file, **{name: getattr(arrays, name) for name in _FIELDS})
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        return error.strerror or str(error)
    return None
