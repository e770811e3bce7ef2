"""A folder of arrays that can be made again, kept under a size limit."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ctbox.model.array_files import (
    ArrayFile,
    DamagedFileError,
    open_array_file,
    write_array_file,
)
from ctbox.paths import user_cache_folder

DEFAULT_GB = 20.0
SUFFIX = ".ctboxcache"
GB = 1000**3


@dataclass(frozen=True, slots=True)
class CacheLimits:
    """Where prepared data are kept, and how much of them.

    Parameters
    ----------
    folder : pathlib.Path or None
        None for the user's cache folder.
    disk_gb : float
        Room on disk, in 10⁹ bytes; 0 keeps nothing on disk.
    """

    folder: Path | None = None
    disk_gb: float = DEFAULT_GB

    def open(self, on_note: Callable[[str], None]) -> DiskCache | None:
        """Return the cache; None where nothing is to be kept."""
        if self.disk_gb <= 0:
            return None
        folder = self.folder or user_cache_folder() / "volumes"
        return DiskCache(folder, int(self.disk_gb * GB), on_note)


def compute_cache_key(parts: Mapping[str, Any]) -> str:
    """Return a file name for what is described by JSON values."""
    text = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:40]


class DiskCache:
    """Array files by key; when room runs out, the least recently used go first.

    Several processes may share a folder. Whatever the disk refuses is not kept, and said once.

    Parameters
    ----------
    folder : pathlib.Path
        Made when first written to; only files of this cache in it are touched.
    limit_bytes : int
        For all files together.
    on_note : callable
        Told in a sentence when nothing can be kept any more.
    """

    def __init__(self, folder: Path, limit_bytes: int, on_note: Callable[[str], None]) -> None:
        self._folder, self._limit_bytes, self._on_note = folder, limit_bytes, on_note
        self._works = True

    def find(self, key: str) -> ArrayFile | None:
        """Return an entry; None where it is missing or was damaged, which it then is no more."""
        path = self._folder / f"{key}{SUFFIX}"
        try:
            found = open_array_file(path)
        except DamagedFileError:
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        except (OSError, ValueError):
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # used just now
        return found

    def put(self, key: str, arrays: Mapping[str, NDArray[Any]], note: Mapping[str, Any]) -> None:
        """Keep an entry, if there is room for it at all."""
        wanted = sum(array.nbytes for array in arrays.values())
        if not self._works or wanted > self._limit_bytes:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._make_room(wanted)
            write_array_file(self._folder / f"{key}{SUFFIX}", arrays, note)
            self._make_room(0)
        except OSError as error:
            self._works = False
            self._on_note(
                f"Prepared data can't be kept in {self._folder} ({error.strerror or error}): "
                "going on without; every series is prepared again when it is needed."
            )

    @property
    def n_bytes(self) -> int:
        """Room taken now."""
        return sum(size for _, size, _ in self._list())

    def _make_room(self, wanted: int) -> None:
        entries = self._list()
        taken = sum(size for _, size, _ in entries)
        for _, size, path in entries:
            if taken + wanted <= self._limit_bytes:
                return
            # Another process may have removed it, or (Windows) still have it open.
            with contextlib.suppress(OSError):
                path.unlink()
                taken -= size

    def _list(self) -> list[tuple[float, int, Path]]:
        entries = []
        for path in self._folder.glob(f"*{SUFFIX}"):
            with contextlib.suppress(OSError):
                status = path.stat()
                entries.append((status.st_mtime, status.st_size, path))
        return sorted(entries)
