"""Small pictures of catalogued series: made in the background, kept on the disk."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from ctbox.dicom.catalog import Catalog
from ctbox.errors import CtboxError
from ctbox.gui.browser.picture_store import PictureStore
from ctbox.gui.browser.thumbnails import read_thumbnail
from ctbox.gui.latest_task import LatestTask
from ctbox.gui.tasks import TaskRunner
from ctbox.progress import TaskContext

MOST_AT_ONCE = 24
"""Pictures a task looks for; what was scrolled past meanwhile is not made."""
MAKING_S = 0.25
"""How long a task makes pictures before it shows them and leaves the rest to the next."""
_PAUSE_MS = 60


@dataclass(frozen=True, slots=True)
class PicturesRequest:
    """Which pictures are wanted.

    Parameters
    ----------
    catalog : pathlib.Path
        The catalogue's file.
    store : PictureStore
        Where pictures are kept.
    keys : tuple of str
        `Series.key` of each.
    """

    catalog: Path
    store: PictureStore
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pictures:
    """PNG files by series key, and the keys that are still to be made."""

    made: dict[str, bytes]
    left: tuple[str, ...] = ()


def make_pictures(request: PicturesRequest, ctx: TaskContext) -> Pictures:
    """Return the pictures that are kept, or else make some; what cannot be read is left out."""
    with Catalog(request.catalog) as catalog:
        stamps = {key: catalog.find_stamp(key) for key in request.keys}
        found = {key: request.store.read(key, stamp) for key, stamp in stamps.items()}
        kept = {key: data for key, data in found.items() if data is not None}
        missing = [key for key in request.keys if key not in kept and stamps[key]]
        if kept:
            return Pictures(kept, tuple(missing))
        return _make(catalog, request.store, [(key, stamps[key]) for key in missing], ctx)


def _make(
    catalog: Catalog, store: PictureStore, missing: Sequence[tuple[str, str]], ctx: TaskContext
) -> Pictures:
    made: dict[str, bytes] = {}
    end = time.monotonic() + MAKING_S
    for number, (key, stamp) in enumerate(missing):
        ctx.check()
        if number and time.monotonic() > end:
            return Pictures(made, tuple(key for key, _ in missing[number:]))
        try:
            (series,) = catalog.read_series([key])
            picture = read_thumbnail(series.slices[len(series.slices) // 2])
            made[key] = store.write(key, stamp, picture)
        except (CtboxError, OSError, ValueError):
            continue
    return Pictures(made)


class CatalogueThumbnails(QObject):
    """Finds the small pictures of series as they come into sight.

    Parameters
    ----------
    runner : TaskRunner
        Runs the reading in a thread.
    catalog, folder : pathlib.Path
        The catalogue's file, and where pictures are kept.
    """

    picture_ready = Signal(str, QPixmap)

    def __init__(
        self, runner: TaskRunner, catalog: Path, folder: Path, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._catalog, self._store = catalog, PictureStore(folder)
        self._wanted: dict[str, None] = {}
        self._tried: set[str] = set()
        self._is_busy = False
        self._latest = LatestTask(runner, make_pictures, parent=self)
        self._latest.ready.connect(self._on_ready)
        self._latest.failed.connect(lambda _: self._on_ready(Pictures({})))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self._start)

    def want(self, series_key: str) -> None:
        """Ask for a picture; `picture_ready` follows if there is one."""
        if series_key in self._tried:
            return
        self._tried.add(series_key)
        self._wanted[series_key] = None
        if not self._timer.isActive() and not self._is_busy:
            self._timer.start()

    def forget_tried(self) -> None:
        """Try again what could not be read: its files may be back."""
        self._tried.clear()

    def _start(self) -> None:
        newest = list(self._wanted)[-MOST_AT_ONCE:]
        skipped = list(self._wanted)[: -len(newest)] if newest else []
        self._wanted.clear()
        self._tried.difference_update(skipped)
        if newest:
            self._is_busy = True
            keys = tuple(reversed(newest))
            self._latest.request(PicturesRequest(self._catalog, self._store, keys))

    def _on_ready(self, pictures: Pictures) -> None:
        self._is_busy = False
        for key, data in pictures.made.items():
            self.picture_ready.emit(key, QPixmap.fromImage(QImage.fromData(data)))
        # The newest come last; a key that was asked for again meanwhile is as new as that.
        left = {key: None for key in reversed(pictures.left) if key not in self._wanted}
        self._wanted = left | self._wanted
        if self._wanted:
            self._timer.start()
