"""Short texts with a dark rim, readable on bone as on air; each is drawn once and then copied."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

_RIM = 3.6
_BORDER = 4
# A ground behind the rim: on white bone the rim alone leaves strokes that are hard to tell.
_GROUND = QColor(0, 0, 0, 110)
_GROUND_RADIUS = 3.0
_KEPT = 1024


@lru_cache(maxsize=_KEPT)
def _draw_stamp(text: str, font_words: str, color: str, ratio: float) -> QImage:
    # A QImage, not a QPixmap: it may outlive the application.
    font = QFont()
    font.fromString(font_words)
    metrics = QFontMetricsF(font)
    width = round(metrics.horizontalAdvance(text) + 2 * _BORDER + 1)
    height = round(metrics.height() + 2 * _BORDER)
    format_ = QImage.Format.Format_ARGB32_Premultiplied
    stamp = QImage(round(width * ratio), round(height * ratio), format_)
    stamp.setDevicePixelRatio(ratio)
    stamp.fill(Qt.GlobalColor.transparent)
    baseline = QPointF(_BORDER, _BORDER + round(metrics.ascent()))
    path = QPainterPath()
    path.addText(baseline, font, text)
    painter = QPainter(stamp)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ground = QRectF(0, 0, width, height).adjusted(1, 2, -1, -2)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_GROUND)
    painter.drawRoundedRect(ground, _GROUND_RADIUS, _GROUND_RADIUS)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    rim = QPen(QColor(0, 0, 0, 215), _RIM)
    rim.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, rim)
    painter.setFont(font)
    painter.setPen(QColor(color))
    painter.drawText(baseline, text)
    painter.end()
    return stamp


def paint_text(
    painter: QPainter,
    rect: QRectF,
    flags: Qt.AlignmentFlag,
    text: str,
    look: tuple[QFont, str],
) -> None:
    """Write one line into a rectangle.

    Parameters
    ----------
    painter : QPainter
        Open on a widget or picture.
    rect : QRectF
        Where.
    flags : Qt.AlignmentFlag
        Where in it; left and top unless it says otherwise.
    text : str
        One line.
    look : (QFont, str)
        Font, and colour as ``#rrggbb``.
    """
    if not text:
        return
    font, color = look
    stamp = _draw_stamp(text, font.toString(), color, painter.device().devicePixelRatioF())
    size = stamp.deviceIndependentSize()
    left, top = rect.left() - _BORDER, rect.top() - _BORDER
    if flags & Qt.AlignmentFlag.AlignRight:
        left = rect.right() - size.width() + _BORDER
    elif flags & Qt.AlignmentFlag.AlignHCenter:
        left = rect.center().x() - size.width() / 2
    if flags & Qt.AlignmentFlag.AlignBottom:
        top = rect.bottom() - size.height() + _BORDER
    elif flags & Qt.AlignmentFlag.AlignVCenter:
        top = rect.center().y() - size.height() / 2
    painter.drawImage(QPointF(round(left), round(top)), stamp)
