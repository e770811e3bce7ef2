"""A small line chart: a few curves, ticks, a best point, and what lies under the pointer.

Drawn here, since two curves are not worth a plotting library in the installer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ctbox.gui.error_dialogs import find_theme
from ctbox.gui.translation import tr

Point = tuple[float, float]


@dataclass(frozen=True)
class Curve:
    """One line of a chart.

    Parameters
    ----------
    points : tuple of (float, float)
        In order of x.
    level : str
        A colour of the theme, such as "accent".
    width : float
        Of the line, px.
    """

    points: tuple[Point, ...]
    level: str = "accent"
    width: float = 1.8


@dataclass(frozen=True)
class Chart:
    """What a chart shows.

    Parameters
    ----------
    title, x_title : str
        Its words.
    curves : tuple of Curve
        Lines.
    best : (float, float) or None
        A point to mark.
    y_range : (float, float) or None
        None fits the curves.
    """

    title: str
    x_title: str
    curves: tuple[Curve, ...] = ()
    best: Point | None = None
    y_range: tuple[float, float] | None = None


class CurveView(QWidget):
    """Draws a `Chart`."""

    def __init__(self, chart: Chart, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chart = chart
        self._pointer: QPointF | None = None
        self.setMouseTracking(True)
        self.setMinimumSize(220, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.show_chart(chart)

    @property
    def chart(self) -> Chart:
        """What is shown."""
        return self._chart

    def sizeHint(self) -> QSize:
        """Ask for a broad rectangle."""
        return QSize(440, 190)

    def show_chart(self, chart: Chart) -> None:
        """Show other curves."""
        self._chart = chart
        last = [curve.points[-1] for curve in chart.curves if curve.points]
        told = tr(", last {last:.3f}").format(last=last[-1][1]) if last else tr(", nothing yet")
        self.setAccessibleName(f"{chart.title}{told}")
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the curve off under the pointer."""
        self._pointer = event.position()
        self.update()

    def leaveEvent(self, _event: object) -> None:
        """Read nothing off."""
        self._pointer = None
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw frame, ticks and curves."""
        theme = find_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(46, 26, -12, -24)
        painter.setPen(QColor(theme.text))
        painter.drawText(QRectF(8, 2, self.width() - 16, 20), 0, self._chart.title)
        spans = self._find_spans()
        self._draw_grid(painter, frame, spans)
        painter.setClipRect(frame.adjusted(-4, -4, 4, 4))
        for curve in self._chart.curves:
            pen = QPen(QColor(getattr(theme, curve.level)), curve.width)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            points = [_place(point, frame, spans) for point in curve.points]
            if len(points) == 1:
                painter.drawEllipse(points[0], 2, 2)
            painter.drawPolyline(QPolygonF(points))
        if self._chart.best is not None:
            painter.setBrush(QColor(theme.accent))
            painter.setPen(QPen(QColor(theme.text), 1.5))
            painter.drawEllipse(_place(self._chart.best, frame, spans), 4.5, 4.5)
        painter.setClipping(False)
        self._draw_readout(painter, frame, spans)
        painter.end()

    def _find_spans(self) -> tuple[Point, Point]:
        points = [point for curve in self._chart.curves for point in curve.points]
        if not points:
            return (0.0, 1.0), self._chart.y_range or (0.0, 1.0)
        xs, ys = [x for x, _ in points], [y for _, y in points]
        low, high = self._chart.y_range or (min(0.0, *ys), max(ys) * 1.05)
        return (min(xs), max(*xs, min(xs) + 1)), (low, max(high, low + 1e-6))

    def _draw_grid(self, painter: QPainter, frame: QRectF, spans: tuple[Point, Point]) -> None:
        theme = find_theme()
        line, text = QPen(QColor(theme.border), 1), QColor(theme.muted)
        if not self._chart.curves:
            painter.setPen(QColor(theme.faint))
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, tr("Nothing yet"))
            return
        for value in choose_ticks(*spans[1], count=4):
            y = _place((spans[0][0], value), frame, spans).y()
            painter.setPen(line)
            painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y))
            painter.setPen(text)
            place = QRectF(0, y - 9, frame.left() - 6, 18)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, flags, f"{value:g}")
        for value in choose_ticks(*spans[0], count=6, least=1.0):
            x = _place((value, spans[1][0]), frame, spans).x()
            painter.setPen(text)
            place = QRectF(x - 30, frame.bottom() + 3, 60, 18)
            painter.drawText(place, Qt.AlignmentFlag.AlignHCenter, f"{value:g}")
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
        painter.drawText(QRectF(0, 2, self.width() - 12, 20), flags, self._chart.x_title)

    def _draw_readout(self, painter: QPainter, frame: QRectF, spans: tuple[Point, Point]) -> None:
        if self._pointer is None or not self._chart.curves or not frame.contains(self._pointer):
            return
        points = self._chart.curves[-1].points
        if not points:
            return
        theme = find_theme()
        nearest = min(points, key=lambda p: abs(_place(p, frame, spans).x() - self._pointer_x()))
        place = _place(nearest, frame, spans)
        painter.setPen(QPen(QColor(theme.faint), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(place.x(), frame.top()), QPointF(place.x(), frame.bottom()))
        painter.setPen(QColor(theme.text))
        told = f"{nearest[0]:g}: {nearest[1]:.3f}"
        width = painter.fontMetrics().horizontalAdvance(told) + 8
        left = min(place.x() + 6, frame.right() - width)
        painter.drawText(QRectF(left, frame.top(), width, 18), 0, told)

    def _pointer_x(self) -> float:
        return 0.0 if self._pointer is None else self._pointer.x()


def _place(point: Point, frame: QRectF, spans: tuple[Point, Point]) -> QPointF:
    (x_low, x_high), (y_low, y_high) = spans
    share_x = (point[0] - x_low) / (x_high - x_low)
    share_y = (point[1] - y_low) / (y_high - y_low)
    return QPointF(
        frame.left() + share_x * frame.width(), frame.bottom() - share_y * frame.height()
    )


def choose_ticks(low: float, high: float, count: int, least: float = 0.0) -> list[float]:
    """Return about so many round numbers between two, no closer than `least`."""
    span = high - low
    if span <= 0 or not math.isfinite(span):
        return [low]
    rough = max(span / count, least)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(s * power for s in (1, 2, 5, 10) if s * power >= rough)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]


def smooth(points: Sequence[Point], reach: int = 8) -> tuple[Point, ...]:
    """Return each point averaged with those just before it."""
    values = [y for _, y in points]
    return tuple(
        (x, sum(values[max(0, i - reach) : i + 1]) / len(values[max(0, i - reach) : i + 1]))
        for i, (x, _) in enumerate(points)
    )
