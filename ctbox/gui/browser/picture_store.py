"""Small pictures of catalogued series on the disk: whole or not there, stamped, not too many."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from ctbox.gui.browser.thumbnails import Picture
from ctbox.imaging.png import encode_png, read_comment

MOST_KEPT = 20_000
"""Pictures in the folder …"""
MOST_BYTES = 150_000_000
"""… and their bytes, at some 6 KB each: beyond either those go that were unseen for longest."""
KEPT_SHARE = 0.9
"""What is left of the limit then, so that not every new picture makes an old one go."""
PRUNE_EVERY = 500
"""New pictures between two looks at the whole folder; the first of a run looks as well."""
_LOOK = "1"
"""Part of every stamp; another number makes all pictures anew, after their rendering changed."""
_SEEN_EVERY_S = 86_400.0
_SCRATCH_S = 3_600.0
_SCRATCH = ".scratch"


@dataclass
class PictureStore:
    """A folder of pictures; one thread at a time.

    Parameters
    ----------
    folder : pathlib.Path
        It is made with the first picture.
    """

    folder: Path
    _written: int = field(default=0, init=False)

    def find_path(self, series_key: str) -> Path:
        """Return where the picture of a series is kept; its name tells nothing of the patient."""
        return self.folder / f"{hashlib.sha256(series_key.encode()).hexdigest()[:32]}.png"

    def read(self, series_key: str, stamp: str) -> bytes | None:
        """Return a PNG file; None without a whole one that bears this stamp."""
        path = self.find_path(series_key)
        try:
            data = path.read_bytes()
            if read_comment(data) != _LOOK + stamp:
                return None
            if time.time() - path.stat().st_mtime > _SEEN_EVERY_S:
                os.utime(path)
        except OSError:
            return None
        return data

    def write(self, series_key: str, stamp: str, picture: Picture) -> bytes:
        """Keep a picture in place of the one before, and return its PNG file.

        It is written beside its place and moved there in one step. A folder that cannot be
        written to keeps nothing.

        Raises
        ------
        ValueError
            If it is no picture.
        """
        data = encode_png(picture, _LOOK + stamp)
        path = self.find_path(series_key)
        scratch = path.with_name(f"{uuid.uuid4().hex}{_SCRATCH}")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            scratch.write_bytes(data)
            scratch.replace(path)
        except OSError:
            _remove(scratch)
            return data
        if self._written % PRUNE_EVERY == 0:
            self.prune()
        self._written += 1
        return data

    def prune(self) -> int:
        """Remove pictures beyond the limits, and what a killed run left; return their number."""
        found: list[tuple[float, int, Path]] = []
        now = time.time()
        with contextlib.suppress(OSError), os.scandir(self.folder) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    status = entry.stat(follow_symlinks=False)
                    if entry.name.endswith(".png"):
                        found.append((status.st_mtime, status.st_size, Path(entry.path)))
                    elif entry.name.endswith(_SCRATCH) and now - status.st_mtime > _SCRATCH_S:
                        _remove(Path(entry.path))
        gone = _choose_oldest(found)
        for path in gone:
            _remove(path)
        return len(gone)


def _choose_oldest(found: list[tuple[float, int, Path]]) -> list[Path]:
    """Return the pictures to remove, by time, size and path; none within both limits."""
    size = sum(each[1] for each in found)
    if len(found) <= MOST_KEPT and size <= MOST_BYTES:
        return []
    left, gone = len(found), []
    for _, file_size, path in sorted(found):
        if left <= KEPT_SHARE * MOST_KEPT and size <= KEPT_SHARE * MOST_BYTES:
            break
        gone.append(path)
        left, size = left - 1, size - file_size
    return gone


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
