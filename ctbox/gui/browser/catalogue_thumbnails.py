"""Small pictures of catalogued series: made in the background, kept on the disk."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from ctbox.dicom.catalog import Catalog
from ctbox.errors import CtboxError
from ctbox.gui.browser.thumbnails import Picture, read_thumbnail
from ctbox.gui.latest_task import LatestTask
from ctbox.gui.tasks import TaskRunner
from ctbox.imaging.png import encode_png
from ctbox.progress import TaskContext

MOST_AT_ONCE = 24
"""Pictures a task makes; what was scrolled past meanwhile is not made."""
MOST_KEPT = 20_000
"""Files in the folder of pictures; at some 6 KB each."""
_PAUSE_MS = 60


@dataclass(frozen=True, slots=True)
class PicturesRequest:
    """Which pictures to make.

    Parameters
    ----------
    catalog : pathlib.Path
        The catalogue's file.
    folder : pathlib.Path
        Where pictures are kept.
    keys : tuple of str
        `Series.key` of each.
    """

    catalog: Path
    folder: Path
    keys: tuple[str, ...]


def find_picture_path(folder: Path, series_key: str) -> Path:
    """Return where the picture of a series is kept; its name tells nothing of the patient."""
    return folder / f"{hashlib.sha256(series_key.encode()).hexdigest()[:32]}.png"


def make_pictures(request: PicturesRequest, ctx: TaskContext) -> dict[str, bytes]:
    """Return PNG files by series key, and keep them; what cannot be read is left out."""
    made: dict[str, bytes] = {}
    with Catalog(request.catalog) as catalog:
        for key in request.keys:
            ctx.check()
            path = find_picture_path(request.folder, key)
            try:
                (series,) = catalog.read_series([key])
                picture: Picture = read_thumbnail(series.slices[len(series.slices) // 2])
                made[key] = encode_png(picture)
                request.folder.mkdir(parents=True, exist_ok=True)
                path.write_bytes(made[key])
            except (CtboxError, OSError, ValueError):
                continue
    return made


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
        self._catalog, self._folder = catalog, folder
        self._wanted: dict[str, None] = {}
        self._tried: set[str] = set()
        self._is_busy = False
        self._latest = LatestTask(runner, make_pictures, parent=self)
        self._latest.ready.connect(self._on_ready)
        self._latest.failed.connect(lambda _: self._on_ready({}))
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
        missing = tuple(key for key in newest if not self._show_kept(key))
        if missing:
            self._is_busy = True
            self._latest.request(PicturesRequest(self._catalog, self._folder, missing))

    def _show_kept(self, series_key: str) -> bool:
        picture = QPixmap(str(find_picture_path(self._folder, series_key)))
        if picture.isNull():
            return False
        self.picture_ready.emit(series_key, picture)
        return True

    def _on_ready(self, pictures: dict[str, bytes]) -> None:
        self._is_busy = False
        for key, data in pictures.items():
            self.picture_ready.emit(key, QPixmap.fromImage(QImage.fromData(data)))
        if self._wanted:
            self._timer.start()
