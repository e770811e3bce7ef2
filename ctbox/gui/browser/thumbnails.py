"""Small pictures for the series list, read in the background."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage, QPixmap

from ctbox.dicom.pixels import apply_window, read_hu, read_rgb
from ctbox.dicom.series import LUNG_WINDOW, Slice
from ctbox.errors import CtboxError
from ctbox.gui.browser.delegate import THUMBNAIL
from ctbox.gui.latest_task import LatestTask
from ctbox.gui.tasks import TaskRunner
from ctbox.gui.viewer.rendering import compute_full_window
from ctbox.progress import TaskContext
from ctbox.workflows.open_case import Case, SeriesCase

_SIDE = 2 * THUMBNAIL  # enough for a screen at 200 %
_MOST_SERIES = 200

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class ThumbnailRequest:
    """One slice of each series, by the series' key."""

    slices: tuple[tuple[str, Slice], ...]


def choose_slice(series_case: SeriesCase) -> Slice:
    """Return the slice that stands for a series: the middle annotated one, else the middle."""
    slices = series_case.series.slices
    annotated = [each for each in slices if each.sop_instance_uid in series_case.annotations]
    found = annotated or slices
    return found[len(found) // 2]


def read_thumbnails(request: ThumbnailRequest, ctx: TaskContext) -> dict[str, Picture]:
    """Return small pictures, uint8 (rows, columns) or (rows, columns, 3), by series key.

    What cannot be read is left out: the viewer will say why.
    """
    pictures: dict[str, Picture] = {}
    for key, slice_ in request.slices:
        ctx.check()
        try:
            pictures[key] = read_thumbnail(slice_)
        except (CtboxError, OSError):
            continue
    return pictures


def read_thumbnail(slice_: Slice) -> Picture:
    """Return one slice in small.

    Raises
    ------
    ctbox.errors.CtboxError
        If it cannot be read.
    """
    step = max(1, max(slice_.rows, slice_.columns) // _SIDE)
    if slice_.is_color:
        return np.ascontiguousarray(read_rgb(slice_)[::step, ::step])
    pixels = read_hu(slice_)
    window = LUNG_WINDOW if pixels.dtype == np.int16 else compute_full_window(pixels)
    grey = apply_window(pixels, window.center, window.width, inverted=slice_.is_inverted)
    return np.ascontiguousarray(grey[::step, ::step])


class ThumbnailReader(QObject):
    """Reads the small pictures of a case and tells of each.

    Parameters
    ----------
    runner : TaskRunner
        Runs the reading in a thread.
    """

    thumbnail_ready = Signal(str, QPixmap)

    def __init__(self, runner: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._latest = LatestTask(runner, read_thumbnails, parent=self)
        self._latest.ready.connect(self._on_ready)

    def read(self, case: Case) -> None:
        """Read one slice of each series, in place of what was asked for before."""
        chosen = tuple((each.series.key, choose_slice(each)) for each in case.series)
        self._latest.request(ThumbnailRequest(chosen[:_MOST_SERIES]))

    def clear(self) -> None:
        """Read nothing any more."""
        self._latest.clear()

    def _on_ready(self, pictures: dict[str, Picture]) -> None:
        for key, picture in pictures.items():
            self.thumbnail_ready.emit(key, _to_pixmap(picture))


def _to_pixmap(picture: Picture) -> QPixmap:
    rows, columns = picture.shape[:2]
    color = picture.ndim == 3
    kind = QImage.Format.Format_RGB888 if color else QImage.Format.Format_Grayscale8
    image = QImage(picture.data, columns, rows, picture.strides[0], kind)
    fill, smooth = Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode
    scaled = image.scaled(_SIDE, _SIDE, fill, smooth.SmoothTransformation)
    pixmap = QPixmap.fromImage(scaled)
    pixmap.setDevicePixelRatio(2.0)
    return pixmap
