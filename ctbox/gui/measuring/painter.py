"""Draws measurements over a slice: thin lines with a dark rim, text beside them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from ctbox.gui.measuring.measurement import Measurement, MeasurementKind
from ctbox.gui.viewer.placement import ImageMapping
from ctbox.gui.viewer.text_stamps import paint_text

MEASUREMENT_COLOR = "#6cc9ff"
_HANDLE = 3.5
_TEXT_GAP = 9.0
_EDGE = 9.0


def paint_measurement(
    painter: QPainter,
    mapping: ImageMapping,
    area: QRectF,
    measurement: Measurement,
    look: tuple[tuple[str, ...], bool],
) -> None:
    """Draw one measurement.

    Parameters
    ----------
    painter : QPainter
        Open on the viewer.
    mapping : ImageMapping
        Image pixels to viewer points.
    area : QRectF
        The viewer's rectangle.
    measurement : Measurement
        What to draw.
    look : (tuple of str, bool)
        Its lines of text, and whether it is selected.
    """
    lines, is_selected = look
    points = [QPointF(*mapping.to_view(x, y)) for x, y in measurement.points]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    width = 2.2 if is_selected else 1.5
    for color, thickness in ((QColor(0, 0, 0, 170), width + 2), (QColor(MEASUREMENT_COLOR), width)):
        painter.setPen(QPen(color, thickness, c=Qt.PenCapStyle.RoundCap))
        if measurement.kind is MeasurementKind.ELLIPSE:
            painter.drawEllipse(QRectF(points[0], points[1]).normalized())
        else:
            painter.drawPolyline(points)
    _paint_handles(painter, points, is_selected)
    _paint_lines(painter, area, _find_anchors(measurement, points), lines)


def _paint_handles(painter: QPainter, points: list[QPointF], is_selected: bool) -> None:
    reach = _HANDLE + (1.0 if is_selected else 0.0)
    painter.setPen(QPen(QColor(0, 0, 0, 200), 1.0))
    painter.setBrush(QColor(MEASUREMENT_COLOR if is_selected else "#10151b"))
    for point in points:
        if not is_selected:
            painter.setPen(QPen(QColor(MEASUREMENT_COLOR), 1.2))
        painter.drawEllipse(point, reach, reach)


def _find_anchors(measurement: Measurement, points: list[QPointF]) -> tuple[QPointF, QPointF]:
    """Return what the text stands right of, or left of where there is no room on the right.

    So it hides nothing of what is measured.
    """
    if measurement.kind is MeasurementKind.ANGLE:
        return points[1], points[1]
    if measurement.kind is MeasurementKind.ELLIPSE:
        frame = QRectF(points[0], points[1]).normalized()
        middle = frame.center().y()
        return QPointF(frame.right(), middle), QPointF(frame.left(), middle)
    return max(points, key=QPointF.x), min(points, key=QPointF.x)


def _paint_lines(
    painter: QPainter, area: QRectF, anchors: tuple[QPointF, QPointF], lines: tuple[str, ...]
) -> None:
    if not lines:
        return
    bold = QFont(painter.font())
    bold.setWeight(QFont.Weight.DemiBold)
    metrics = QFontMetricsF(bold)
    step = metrics.height() * 1.08
    width = max(metrics.horizontalAdvance(line) for line in lines) + 2
    height = step * len(lines)
    anchor, left = anchors[0], anchors[0].x() + _TEXT_GAP
    if left + width + _EDGE > area.right() and anchors[1].x() - _TEXT_GAP - width > area.left():
        anchor, left = anchors[1], anchors[1].x() - _TEXT_GAP - width
    left = min(left, area.right() - width - _EDGE)
    top = min(max(anchor.y() - height / 2, area.top() + 4), area.bottom() - height - 4)
    plain = QFont(painter.font())
    back = QRectF(max(left, area.left() + 4), top, width, height).adjusted(-5, -2, 5, 2)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 150))
    painter.drawRoundedRect(back, 3, 3)
    for place, line in enumerate(lines):
        rect = QRectF(max(left, area.left() + 4), top + place * step, width, step)
        font = plain if place else bold
        paint_text(painter, rect, Qt.AlignmentFlag.AlignLeft, line, (font, MEASUREMENT_COLOR))
