"""Draws measurements over a slice: thin lines with a dark rim, text beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from ctbox.gui.measuring.label_layout import EMPTY, Around, LabelPlace, LabelWish, lay_out_labels
from ctbox.gui.measuring.measurement import Measurement, MeasurementKind
from ctbox.gui.viewer.placement import ImageMapping
from ctbox.gui.viewer.text_stamps import paint_text

MEASUREMENT_COLOR = "#6cc9ff"
_HANDLE = 3.5
_EDGE = 4.0
_PADDING_X, _PADDING_Y = 5.0, 2.0
_LINE_STEP = 1.08


@dataclass(frozen=True, slots=True)
class DrawnMeasurement:
    """A measurement as it is drawn.

    Parameters
    ----------
    measurement : Measurement
        What to draw.
    lines : tuple of str
        Its text.
    is_selected : bool
        Whether it is selected.
    """

    measurement: Measurement
    lines: tuple[str, ...]
    is_selected: bool = False


def paint_measurements(
    painter: QPainter,
    mapping: ImageMapping,
    area: QRectF,
    drawn: Sequence[DrawnMeasurement],
    around: Around = EMPTY,
) -> None:
    """Draw measurements, their texts above all lines.

    Parameters
    ----------
    painter : QPainter
        Open on the viewer.
    mapping : ImageMapping
        Image pixels to viewer points.
    area : QRectF
        The viewer's rectangle.
    drawn : sequence of DrawnMeasurement
        What to draw, what lies on top last.
    around : Around
        What else is on the screen, which the texts leave free.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for each in drawn:
        _paint_shape(painter, _map_points(mapping, each.measurement), each)
    for each, place in zip(
        drawn, lay_out_measurements(painter.font(), mapping, area, drawn, around), strict=True
    ):
        if each.lines and not place.rect.isEmpty():
            _paint_label(painter, place, each.lines)


def lay_out_measurements(
    font: QFont,
    mapping: ImageMapping,
    area: QRectF,
    drawn: Sequence[DrawnMeasurement],
    around: Around = EMPTY,
) -> list[LabelPlace]:
    """Return where the texts of measurements stand; see `paint_measurements`."""
    wishes = []
    for each in drawn:
        points = _map_points(mapping, each.measurement)
        wishes.append(_build_wish(each.measurement, points, _measure_lines(font, each.lines)))
    return lay_out_labels(wishes, area.adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE), around)


def _map_points(mapping: ImageMapping, measurement: Measurement) -> list[QPointF]:
    return [QPointF(*mapping.to_view(x, y)) for x, y in measurement.points]


def _build_path(measurement: Measurement, points: list[QPointF]) -> QPainterPath:
    path = QPainterPath()
    if measurement.kind is MeasurementKind.ELLIPSE:
        path.addEllipse(QRectF(points[0], points[1]).normalized())
        return path
    path.moveTo(points[0])
    for point in points[1:]:
        path.lineTo(point)
    return path


def _build_wish(measurement: Measurement, points: list[QPointF], size: QSizeF) -> LabelWish:
    """Return what a text stands beside; an angle's stands at its corner."""
    reach = QPointF(_HANDLE, _HANDLE)
    path = _build_path(measurement, points)
    for point in points:
        path.addEllipse(point, _HANDLE, _HANDLE)
    if measurement.kind is MeasurementKind.ELLIPSE:
        frame = QRectF(points[0], points[1]).normalized()
        middle = frame.center()
        x, y = middle.x(), middle.y()
        anchors = (
            QPointF(frame.right(), y),
            QPointF(frame.left(), y),
            QPointF(x, frame.top()),
            QPointF(x, frame.bottom()),
        )
        return LabelWish(frame, anchors, path, size)
    ends = [points[1]] if measurement.kind is MeasurementKind.ANGLE else points
    xs, ys = [point.x() for point in ends], [point.y() for point in ends]
    low, high = QPointF(min(xs), min(ys)), QPointF(max(xs), max(ys))
    return LabelWish(
        QRectF(low - reach, high + reach),
        (
            max(ends, key=QPointF.x),
            min(ends, key=QPointF.x),
            min(ends, key=QPointF.y),
            max(ends, key=QPointF.y),
        ),
        path,
        size,
    )


def _paint_shape(painter: QPainter, points: list[QPointF], drawn: DrawnMeasurement) -> None:
    path = _build_path(drawn.measurement, points)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    width = 2.2 if drawn.is_selected else 1.5
    for color, thickness in ((QColor(0, 0, 0, 170), width + 2), (QColor(MEASUREMENT_COLOR), width)):
        painter.setPen(QPen(color, thickness, c=Qt.PenCapStyle.RoundCap))
        painter.drawPath(path)
    _paint_handles(painter, points, drawn.is_selected)


def _paint_handles(painter: QPainter, points: list[QPointF], is_selected: bool) -> None:
    reach = _HANDLE + (1.0 if is_selected else 0.0)
    painter.setPen(QPen(QColor(0, 0, 0, 200), 1.0))
    painter.setBrush(QColor(MEASUREMENT_COLOR if is_selected else "#10151b"))
    for point in points:
        if not is_selected:
            painter.setPen(QPen(QColor(MEASUREMENT_COLOR), 1.2))
        painter.drawEllipse(point, reach, reach)


def _bolden(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    return bold


def _measure_lines(font: QFont, lines: tuple[str, ...]) -> QSizeF:
    if not lines:
        return QSizeF()
    metrics = QFontMetricsF(_bolden(font))
    width = max(metrics.horizontalAdvance(line) for line in lines) + 2
    height = metrics.height() * _LINE_STEP * len(lines)
    return QSizeF(width + 2 * _PADDING_X, height + 2 * _PADDING_Y)


def _paint_label(painter: QPainter, place: LabelPlace, lines: tuple[str, ...]) -> None:
    if place.leader is not None:
        for color, width in ((QColor(0, 0, 0, 170), 2.6), (QColor(MEASUREMENT_COLOR), 0.9)):
            painter.setPen(QPen(color, width))
            painter.drawLine(place.leader)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 150))
    painter.drawRoundedRect(place.rect, 3, 3)
    inner = place.rect.adjusted(_PADDING_X, _PADDING_Y, -_PADDING_X, -_PADDING_Y)
    plain, bold = QFont(painter.font()), _bolden(painter.font())
    step = inner.height() / len(lines)
    for row, line in enumerate(lines):
        rect = QRectF(inner.left(), inner.top() + row * step, inner.width(), step)
        font = plain if row else bold
        paint_text(painter, rect, Qt.AlignmentFlag.AlignLeft, line, (font, MEASUREMENT_COLOR))
