"""A slice in small with boxes on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ctbox.boxes import FloatArray
from ctbox.gui.theme import OVERLAY


@dataclass(frozen=True, eq=False)
class Marks:
    """Boxes of one kind, as shares of the picture: (n, 4).

    Parameters
    ----------
    boxes : ndarray
        x1, y1, x2, y2 in 0…1.
    color : str
        ``#rrggbb``.
    dashed : bool
        Predicted boxes are.
    """

    boxes: FloatArray
    color: str
    dashed: bool = False


EXPERT, NEW = OVERLAY.expert, OVERLAY.detection
OLD = "#b9a7ff"


class PictureTile(QWidget):
    """Draws a grey picture as large as fits, its boxes, and a line of text below.

    Parameters
    ----------
    side : int
        Of the square it asks for.
    """

    _TEXT_PX = 18

    def __init__(self, side: int = 150, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self._pixels: NDArray[np.uint8] | None = None
        self._marks: tuple[Marks, ...] = ()
        self._caption = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setMinimumSize(96, 96 + self._TEXT_PX)

    @property
    def caption(self) -> str:
        """The line below."""
        return self._caption

    @property
    def marks(self) -> tuple[Marks, ...]:
        """The boxes that are drawn."""
        return self._marks

    def sizeHint(self) -> QSize:
        """Ask for a square and a line."""
        return QSize(self._side, self._side + self._TEXT_PX)

    def show_picture(
        self, pixels: NDArray[np.uint8] | None, marks: Sequence[Marks] = (), caption: str = ""
    ) -> None:
        """Show another picture.

        Parameters
        ----------
        pixels : ndarray or None
            uint8 (rows, columns); None draws an empty square.
        marks : sequence of Marks
            On it.
        caption : str
            Below it.
        """
        self._pixels = None if pixels is None else np.ascontiguousarray(pixels)
        self._caption = caption
        self.set_marks(marks)

    def set_marks(self, marks: Sequence[Marks], caption: str | None = None) -> None:
        """Draw other boxes on the same picture."""
        self._marks = tuple(marks)
        self._caption = self._caption if caption is None else caption
        self.setAccessibleName(self._caption)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw picture, boxes and caption."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = self._find_place()
        painter.fillRect(place, QColor("#000000"))
        if self._pixels is not None:
            rows, columns = self._pixels.shape
            kind = QImage.Format.Format_Grayscale8
            image = QImage(self._pixels.data, columns, rows, columns, kind)
            painter.drawImage(place, image)
        for mark in self._marks:
            self._draw(painter, mark, place)
        painter.setPen(self.palette().windowText().color())
        below = QRectF(0, self.height() - self._TEXT_PX, self.width(), self._TEXT_PX)
        text = painter.fontMetrics().elidedText(
            self._caption, Qt.TextElideMode.ElideRight, self.width()
        )
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()

    def _find_place(self) -> QRectF:
        rows, columns = (1, 1) if self._pixels is None else self._pixels.shape
        room_w, room_h = float(self.width()), float(self.height() - self._TEXT_PX)
        scale = min(room_w / columns, room_h / rows)
        width, height = columns * scale, rows * scale
        return QRectF((room_w - width) / 2, (room_h - height) / 2, width, height)

    def _draw(self, painter: QPainter, mark: Marks, place: QRectF) -> None:
        pen = QPen(QColor(mark.color), 2.0)
        if mark.dashed:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for x1, y1, x2, y2 in mark.boxes:
            corner_x, corner_y = place.x() + x1 * place.width(), place.y() + y1 * place.height()
            size_w, size_h = (x2 - x1) * place.width(), (y2 - y1) * place.height()
            painter.drawRect(QRectF(corner_x, corner_y, size_w, size_h))
