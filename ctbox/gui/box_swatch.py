"""A small picture of a box as it looks on the image, for lists."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

from ctbox.gui.theme import OVERLAY
from ctbox.gui.viewer.scene import BoxKind

SWATCH_SIZE = (22, 14)
"""Width and height in points."""


_COLORS = {
    BoxKind.EXPERT: OVERLAY.expert,
    BoxKind.DETECTION: OVERLAY.detection,
    BoxKind.MINE: OVERLAY.mine,
    BoxKind.PROPOSAL: OVERLAY.mine,
}
_DASHES = {BoxKind.DETECTION: [2.2, 1.4], BoxKind.PROPOSAL: [1.0, 1.2]}


def draw_swatch(kind: BoxKind) -> QIcon:
    """Return a small box in its colour and line: solid, dashed (AI) or dotted (proposal)."""
    ratio = 3  # sharp on any screen
    width, height = SWATCH_SIZE
    pixmap = QPixmap(width * ratio, height * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(QColor(0, 0, 0, 0))
    color = _COLORS[kind]
    painter = QPainter(pixmap)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#000000"))
    painter.drawRoundedRect(QRectF(QPointF(0, 0), pixmap.deviceIndependentSize()), 3, 3)
    pen = QPen(QColor(color), 1.6)
    if kind in _DASHES:
        pen.setDashPattern(_DASHES[kind])
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen)
    painter.drawRect(QRectF(3, 3, width - 6, height - 6))
    painter.end()
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)  # else the style would tint it
    return icon
