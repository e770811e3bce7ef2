"""PET laid on CT by place: what is fused, how strongly, and its picture."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QTransform

from ctbox.dicom.places import find_pixel
from ctbox.dicom.series import Slice, Vector3
from ctbox.gui.translation import tr
from ctbox.gui.viewer.loader import SliceLoader
from ctbox.gui.viewer.panel import describe_uptake
from ctbox.gui.viewer.placement import ImageMapping
from ctbox.gui.viewer.text_stamps import paint_text
from ctbox.workflows.fuse import FusedPlane, cut_fused, find_axis, find_value
from ctbox.workflows.open_case import SeriesCase
from ctbox.workflows.reformat import Reformat, build_reformat

DEFAULT_OPACITY, DEFAULT_HIGHEST = 0.5, 10.0
_KEPT = 24
_REFRESH_MS = 120
# Of the highest value: below it nothing is laid on the image, so that its greys stay.
_CLEAR_SHARE = 0.06
_BAR = (12.0, 150.0)
_TEXT = "#d4dce6"


def build_hot_iron(opacity: float) -> NDArray[np.uint32]:
    """Return 256 colours from clear over red and yellow to white, premultiplied ARGB32.

    Black, red, orange, yellow, white as in DICOM's hot iron palette (PS3.6 B.1.1), rising in
    lightness throughout, so that it reads without colour too.
    """
    level = np.linspace(0.0, 1.0, 256)
    red = np.clip(level * 2, 0, 1)
    green = np.clip(level * 2 - 1, 0, 1)
    blue = np.clip(level * 4 - 3, 0, 1)
    alpha = opacity * np.clip(level / _CLEAR_SHARE - 0.5, 0, 1)
    channels = [np.rint(255 * alpha * part).astype(np.uint32) for part in (red, green, blue)]
    packed = np.rint(255 * alpha).astype(np.uint32) << 24
    return np.asarray(packed | channels[0] << 16 | channels[1] << 8 | channels[2])


class FusionState(QObject):
    """Which PET is fused, how strongly, up to which value; reads it in the background.

    Parameters
    ----------
    loader : SliceLoader
        Reads the PET.
    """

    changed = Signal()

    def __init__(self, loader: SliceLoader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.loader = loader
        self._series_case: SeriesCase | None = None
        self._reformat: Reformat | None = None
        self._opacity = DEFAULT_OPACITY
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REFRESH_MS)
        self._timer.timeout.connect(self.changed)
        loader.slice_loaded.connect(self._on_slice_loaded)
        loader.finished.connect(self._timer.start)

    @property
    def series_case(self) -> SeriesCase | None:
        """The PET; None while nothing is fused."""
        return self._series_case

    @property
    def reformat(self) -> Reformat | None:
        """The PET as a box."""
        return self._reformat

    @property
    def opacity(self) -> float:
        """How strongly it covers the CT, 0…1."""
        return self._opacity

    @property
    def highest(self) -> float:
        """The value of the brightest colour: SUV 10, or the series' own unit's largest."""
        scale = self.loader.scale
        if scale is None or scale.factor is not None:
            return DEFAULT_HIGHEST
        arrays = (self.loader.find_pixels(index) for index in self.loader.loaded_indices())
        return max((float(array.max()) for array in arrays if array is not None), default=1.0)

    @property
    def unit(self) -> str:
        """What the values are."""
        scale = self.loader.scale
        return "SUV" if scale is None or scale.factor is not None else scale.unit

    def fuse(self, series_case: SeriesCase) -> None:
        """Lay a PET series on the CT.

        Raises
        ------
        CtboxError
            If it is no volume that can be cut.
        """
        if series_case is self._series_case:
            return
        self._reformat = build_reformat(series_case.series)
        self._series_case = series_case
        self.loader.load(series_case.series, len(series_case.series.slices) // 2)
        self.changed.emit()

    def stop(self) -> None:
        """Lay nothing on it any more, and forget the PET."""
        self._series_case, self._reformat = None, None
        self.loader.cancel()
        self.changed.emit()

    def set_opacity(self, opacity: float) -> None:
        """Cover the CT so strongly, 0…1."""
        self._opacity = min(max(opacity, 0.0), 1.0)
        self.changed.emit()

    def describe_value(self, place: Vector3) -> str:
        """Return the PET's value at a place in words; empty where there is none."""
        if self._reformat is None or self.loader.scale is None:
            return ""
        value = find_value(self._reformat, place, self.loader.find_pixels)
        return "" if value is None else describe_uptake(value, self.loader.scale)

    def _on_slice_loaded(self, _index: int) -> None:
        if not self._timer.isActive():
            self._timer.start()


class FusionLayer:
    """Paints the PET over slices and planes, and its legend at their right edge.

    Parameters
    ----------
    state : FusionState
        What to paint.
    """

    def __init__(self, state: FusionState) -> None:
        self._state = state
        self._cuts: OrderedDict[tuple[str, int], FusedPlane | None] = OrderedDict()
        self._table = build_hot_iron(state.opacity)
        self._buffer = np.zeros((0, 0), np.uint32)
        self._legend = _draw_legend()
        state.changed.connect(self._on_changed)

    def _on_changed(self) -> None:
        self._table = build_hot_iron(self._state.opacity)
        if self._state.series_case is None:
            self._cuts.clear()

    def paint(self, painter: QPainter, mapping: ImageMapping, slice_: Slice, area: QRectF) -> None:
        """Draw the PET where it lies."""
        reformat = self._state.reformat
        if reformat is None:
            return
        if find_axis(reformat, slice_) is None:
            paint_note(painter, area, tr("PET leans against this plane: not fused"))
            return
        cut = self._find_cut(reformat, slice_)
        transform = None if cut is None else find_transform(cut, slice_, mapping)
        if cut is not None and transform is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setTransform(transform, True)
            painter.drawImage(QPointF(0, 0), self._draw(cut.pixels))
            painter.resetTransform()
        self._paint_legend(painter, area)

    def _find_cut(self, reformat: Reformat, slice_: Slice) -> FusedPlane | None:
        loader = self._state.loader
        key = slice_.sop_instance_uid, len(loader.loaded_indices())
        if key not in self._cuts:
            self._cuts[key] = cut_fused(reformat, slice_, loader.find_pixels)
            while len(self._cuts) > _KEPT:
                self._cuts.popitem(last=False)
        return self._cuts[key]

    def _draw(self, pixels: NDArray[np.generic]) -> QImage:
        values = np.asarray(pixels, dtype=np.float32) * np.float32(255 / self._state.highest)
        levels = np.clip(values, 0, 255).astype(np.uint8)
        # The picture lives in this buffer until the next one is drawn.
        self._buffer = np.ascontiguousarray(self._table[levels])
        rows, columns = self._buffer.shape
        format_ = QImage.Format.Format_ARGB32_Premultiplied
        return QImage(self._buffer.data, columns, rows, 4 * columns, format_)

    def _paint_legend(self, painter: QPainter, area: QRectF) -> None:
        width, height = _BAR
        height = min(height, area.height() * 0.3)
        left, top = area.right() - 26, area.center().y() - height - 22
        painter.fillRect(QRectF(left, top, width, height), Qt.GlobalColor.black)
        painter.drawImage(QRectF(left, top, width, height), self._legend)
        font = painter.font()
        look = (font, _TEXT)
        line = QFontMetricsF(font).height()
        highest, right = self._state.highest, Qt.AlignmentFlag.AlignRight
        for share, value in ((0.0, highest), (0.5, highest / 2), (1.0, 0.0)):
            place = top + share * height - line / 2
            paint_text(painter, QRectF(left - 86, place, 80, line), right, f"{value:.3g}", look)
        above = QRectF(left - 86, top - line - 8, 86 + width, line)
        paint_text(painter, above, right, f"PET {self._state.unit}", look)


def _draw_legend() -> QImage:
    """Return all colours, the brightest one at the top."""
    column = np.ascontiguousarray(build_hot_iron(1.0)[::-1])
    return QImage(column.data, 1, 256, 4, QImage.Format.Format_ARGB32_Premultiplied).copy()


def find_transform(cut: FusedPlane, slice_: Slice, mapping: ImageMapping) -> QTransform | None:
    """Return the way from a cut's pixels to the viewer's points."""
    points = []
    for place in (cut.corner, cut.right, cut.bottom):
        pixel = find_pixel(slice_, place)
        if pixel is None:
            return None
        points.append(mapping.to_view(*pixel))
    (x0, y0), (x1, y1), (x2, y2) = points
    rows, columns = cut.pixels.shape
    return QTransform(
        (x1 - x0) / columns, (y1 - y0) / columns, (x2 - x0) / rows, (y2 - y0) / rows, x0, y0
    )


def paint_note(painter: QPainter, area: QRectF, text: str) -> None:
    """Say at the top middle why nothing is fused."""
    rect = QRectF(area.left(), area.top() + 44, area.width(), 20)
    paint_text(painter, rect, Qt.AlignmentFlag.AlignHCenter, text, (painter.font(), _TEXT))
