"""One of the five pictures, drawn anew at every size, so that its lines stay sharp."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QWidget

from ctbox.boxes import BoundingBox
from ctbox.gui.inspector.tiles import Tile, TileBox, TileKind
from ctbox.gui.theme import OVERLAY
from ctbox.gui.translation import tr
from ctbox.gui.viewer.scene import BoxKind

_RADIUS = 6.0
_PADDING = 5.0
_BOX_COLORS = {BoxKind.EXPERT: OVERLAY.expert, BoxKind.DETECTION: OVERLAY.detection}
# Below this scale bilinear sampling would skip pixels.
_SMOOTH_BELOW = 0.7


class TileView(QWidget):
    """Draws one `Tile` under its caption.

    Parameters
    ----------
    kind : TileKind
        Which picture.
    number : int
        Its number in the caption.
    """

    def __init__(self, kind: TileKind, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.caption = f"{number}  {tr(kind.value)}"
        self.tile = Tile(kind)
        self._image: QImage | None = None
        self._gray: QImage | None = None
        self._spacing: tuple[float, float] = (1.0, 1.0)
        self._smooth = True
        self.setAccessibleName(tr(kind.value))

    def show_tile(
        self,
        tile: Tile,
        image: QImage | None,
        spacing_mm: tuple[float, float] | None,
        *,
        smooth: bool = True,
    ) -> None:
        """Show another picture.

        Parameters
        ----------
        tile : Tile
            What to show.
        image : QImage or None
            The whole slice in its display window; it must live as long as it is shown.
        spacing_mm : tuple of float or None
            Distance of rows and of columns.
        smooth : bool
            Whether pixels are interpolated.
        """
        self.tile = tile
        self._image = image
        self._gray = None if tile.gray is None else _make_gray_image(tile.gray)
        self._spacing = spacing_mm or (1.0, 1.0)
        self._smooth = smooth
        text = tile.description or tile.message
        self.setAccessibleDescription(text)
        self.setToolTip(text)
        self.update()

    @property
    def caption_height(self) -> int:
        """Height of the line above the picture."""
        return math.ceil(QFontMetricsF(self.font()).height() + 5)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw caption, picture and lines."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_caption(painter)
        top = self.caption_height
        frame = QRectF(0, top, self.width(), self.height() - top)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#000000"))
        painter.drawRoundedRect(frame, _RADIUS, _RADIUS)
        if self.tile.crop is not None and not self.tile.crop.is_degenerate:
            self._paint_picture(painter, frame, self.tile.crop)
        if self.tile.message:
            self._paint_message(painter, frame)
        painter.end()

    # --- picture ----------------------------------------------------------------------------

    def _paint_picture(self, painter: QPainter, frame: QRectF, crop: BoundingBox) -> None:
        target = _fit(crop, self._spacing, frame.adjusted(1, 1, -1, -1))
        painter.save()
        painter.setClipRect(target)
        if self._gray is not None:
            whole = QRectF(0, 0, self._gray.width(), self._gray.height())
            self._paint_image(painter, target, self._gray, whole)
        elif self._image is not None:
            source = QRectF(crop.x1, crop.y1, crop.width, crop.height)
            self._paint_image(painter, target, self._image, source)
        lines = _LinePainter(painter, target, crop)
        if self.tile.bright is not None:
            lines.darken_outside(self.tile.bright)
        for box in self.tile.boxes:
            lines.paint_box(box)
        outline = self.tile.outline
        if outline is not None:
            lines.paint_contour(outline.contour)
            for ends in (outline.long_axis_ends, outline.short_axis_ends):
                if ends is not None:
                    lines.paint_axis(*ends)
        painter.restore()
        if self.tile.kind is not TileKind.SLICE:
            for box in self.tile.boxes:
                _paint_tag(painter, box, target)

    def _paint_image(
        self, painter: QPainter, target: QRectF, image: QImage, source: QRectF
    ) -> None:
        ratio = self.devicePixelRatioF()
        scale = target.width() * ratio / source.width()
        if scale < _SMOOTH_BELOW:
            part = image.copy(source.toAlignedRect())
            size = QSize(round(target.width() * ratio), round(target.height() * ratio))
            mode = Qt.TransformationMode.SmoothTransformation
            scaled = part.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, mode)
            painter.drawImage(target, scaled)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._smooth)
        painter.drawImage(target, image, source)

    # --- texts ------------------------------------------------------------------------------

    def _paint_caption(self, painter: QPainter) -> None:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() - 0.5)
        painter.setFont(font)
        color = self.palette().color(QPalette.ColorRole.WindowText)
        color.setAlphaF(0.72)
        painter.setPen(color)
        rect = QRectF(1, 0, self.width() - 2, self.caption_height)
        text = QFontMetricsF(font).elidedText(
            self.caption, Qt.TextElideMode.ElideRight, rect.width()
        )
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _paint_message(self, painter: QPainter, frame: QRectF) -> None:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() - 0.5)
        painter.setFont(font)
        inner = frame.adjusted(10, 8, -10, -8)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        if self.tile.crop is not None:
            # Over a picture the words need a ground to stand on.
            bounds = painter.boundingRect(inner, flags, self.tile.message)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(0, 0, 0, 190))
            painter.drawRoundedRect(bounds.adjusted(-6, -4, 6, 4), 4, 4)
            painter.setPen(QColor(OVERLAY.text))
        else:
            painter.setPen(QColor(OVERLAY.muted))
        painter.drawText(inner, flags, self.tile.message)


class _LinePainter:
    """Draws boxes and contours of a slice into a picture of a part of it."""

    def __init__(self, painter: QPainter, target: QRectF, crop: BoundingBox) -> None:
        self._painter = painter
        self._target = target
        self._crop = crop
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def darken_outside(self, box: BoundingBox) -> None:
        path = QPainterPath()
        path.addRect(self._target)
        path.addRect(self._to_rect(box))
        self._painter.fillPath(path, QColor(0, 0, 0, 140))

    def paint_box(self, box: TileBox) -> None:
        rect = self._to_rect(box.box)
        pen = QPen(QColor(_BOX_COLORS[box.kind]), 1.6)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        if box.kind is BoxKind.DETECTION:
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            pen.setDashPattern([4.0, 2.5])
        else:
            self._painter.setPen(QPen(QColor(0, 0, 0, 150), 3.2))
            self._painter.drawRect(rect)
        self._painter.setPen(pen)
        self._painter.drawRect(rect)

    def paint_contour(self, contour_xy: NDArray[np.float64]) -> None:
        polygon = QPolygonF([self._to_point(x, y) for x, y in contour_xy.tolist()])
        self._painter.setPen(QPen(QColor(0, 0, 0, 120), 3.0))
        self._painter.drawPolyline(polygon)
        self._painter.setPen(QPen(QColor(OVERLAY.outline), 1.6))
        self._painter.drawPolyline(polygon)

    def paint_axis(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        line = (self._to_point(*start), self._to_point(*end))
        self._painter.setPen(QPen(QColor(0, 0, 0, 120), 2.4))
        self._painter.drawLine(*line)
        pen = QPen(QColor(OVERLAY.text), 1.1)
        pen.setDashPattern([5.0, 3.0])
        self._painter.setPen(pen)
        self._painter.drawLine(*line)

    def _to_point(self, x: float, y: float) -> QPointF:
        crop, target = self._crop, self._target
        return QPointF(
            target.left() + (x - crop.x1) / crop.width * target.width(),
            target.top() + (y - crop.y1) / crop.height * target.height(),
        )

    def _to_rect(self, box: BoundingBox) -> QRectF:
        return QRectF(self._to_point(box.x1, box.y1), self._to_point(box.x2, box.y2))


def _paint_tag(painter: QPainter, box: TileBox, target: QRectF) -> None:
    font = QFont(painter.font())
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    size = (metrics.horizontalAdvance(box.tag) + 2 * _PADDING, metrics.height() + 2)
    rect = QRectF(target.left() + 4, target.bottom() - size[1] - 4, *size)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 185))
    painter.drawRoundedRect(rect, 3, 3)
    painter.setPen(QColor(_BOX_COLORS[box.kind]))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, box.tag)


def _fit(crop: BoundingBox, spacing_mm: tuple[float, float], frame: QRectF) -> QRectF:
    """Return the greatest rectangle in the frame with the crop's shape in millimetres."""
    width, height = crop.width * spacing_mm[1], crop.height * spacing_mm[0]
    scale = min(frame.width() / width, frame.height() / height)
    rect = QRectF(0, 0, width * scale, height * scale)
    rect.moveCenter(frame.center())
    return rect


def _make_gray_image(gray: NDArray[np.uint8]) -> QImage:
    rows, columns = gray.shape
    data = np.ascontiguousarray(gray)
    return QImage(data.data, columns, rows, columns, QImage.Format.Format_Grayscale8).copy()
