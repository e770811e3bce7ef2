"""Paints a scene over a slice; everything keeps its thickness whatever the zoom."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from ctbox.gui.theme import OVERLAY
from ctbox.gui.viewer.placement import ImageMapping
from ctbox.gui.viewer.readout import IouKind, IouReadout
from ctbox.gui.viewer.scene import BoxKind, BoxMark, Scene, choose_scale_bar

_MARGIN = 14.0
_TAG_PADDING = 5.0
_DASH, _DASH_GAP = 8.0, 5.0
_BOX_COLORS = {BoxKind.EXPERT: OVERLAY.expert, BoxKind.DETECTION: OVERLAY.detection}
_IOU_COLORS = {
    IouKind.VALUE: OVERLAY.text,
    IouKind.MISSED: OVERLAY.detection,
    IouKind.NO_ANNOTATION: OVERLAY.muted,
    IouKind.NOT_PREDICTED: OVERLAY.muted,
}
_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight


class OverlayPainter:
    """Paints one scene into one viewer.

    Parameters
    ----------
    painter : QPainter
        Open on the viewer.
    mapping : ImageMapping
        Image pixels to viewer points.
    area : QRectF
        The viewer's rectangle.
    """

    def __init__(self, painter: QPainter, mapping: ImageMapping, area: QRectF) -> None:
        self._painter = painter
        self._mapping = mapping
        self._area = area
        self._inner = area.adjusted(_MARGIN, _MARGIN - 3, -_MARGIN, -_MARGIN + 3)
        self._font = QFont(painter.font())

    def paint(self, scene: Scene) -> None:
        """Paint all layers, boxes below texts."""
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for contour in scene.outlines:
            self._paint_outline(contour)
        for mark in sorted(scene.boxes, key=lambda mark: mark.selected):
            self._paint_box(mark)
        for mark in scene.boxes:
            self._paint_tag(mark)
        self._paint_corners(scene)
        self._paint_edges(scene)
        if scene.column_mm is not None:
            self._paint_scale_bar(scene.column_mm)
        if scene.message:
            self._paint_message(scene.message)

    # --- boxes and outline ------------------------------------------------------------------

    def _to_rect(self, mark: BoxMark) -> QRectF:
        left, top = self._mapping.to_view(mark.box.x1, mark.box.y1)
        right, bottom = self._mapping.to_view(mark.box.x2, mark.box.y2)
        return QRectF(QPointF(left, top), QPointF(right, bottom))

    def _paint_box(self, mark: BoxMark) -> None:
        rect = self._to_rect(mark)
        width = 2.6 if mark.selected else 1.6
        # A dark line beneath keeps the box readable on bone and on air alike.
        shadow = QColor(OVERLAY.shadow)
        shadow.setAlpha(150)
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, thickness in ((shadow, width + 1.8), (QColor(_BOX_COLORS[mark.kind]), width)):
            pen = QPen(color, thickness)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            if mark.kind is BoxKind.DETECTION:
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                pen.setDashPattern([_DASH / thickness, _DASH_GAP / thickness])
            self._painter.setPen(pen)
            self._painter.drawRect(rect)
        if mark.selected:
            self._paint_handles(rect, QColor(_BOX_COLORS[mark.kind]))

    def _paint_handles(self, rect: QRectF, color: QColor) -> None:
        self._painter.setPen(Qt.PenStyle.NoPen)
        for corner in (rect.topLeft(), rect.topRight(), rect.bottomLeft(), rect.bottomRight()):
            self._painter.fillRect(QRectF(corner.x() - 3, corner.y() - 3, 6, 6), color)

    def _paint_tag(self, mark: BoxMark) -> None:
        """Write an expert's tag above its box and a prediction's below, so that they part."""
        rect = self._to_rect(mark)
        font = self._sized_font(-0.5, QFont.Weight.DemiBold)
        metrics = QFontMetricsF(font)
        width = metrics.horizontalAdvance(mark.tag) + 2 * _TAG_PADDING
        height = metrics.height() + 2
        above = mark.kind is BoxKind.EXPERT
        top = rect.top() - height - 3 if above else rect.bottom() + 3
        left = rect.left() if above else rect.right() - width
        tag = _move_inside(QRectF(left, top, width, height), self._area)
        color = QColor(_BOX_COLORS[mark.kind])
        back = QColor(OVERLAY.shadow)
        back.setAlpha(185)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(color if mark.selected else back)
        self._painter.drawRoundedRect(tag, 3, 3)
        self._painter.setFont(font)
        self._painter.setPen(QColor(OVERLAY.shadow) if mark.selected else color)
        self._painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, mark.tag)

    def _paint_outline(self, contour: tuple[tuple[float, float], ...]) -> None:
        polygon = QPolygonF([QPointF(*self._mapping.to_view(x, y)) for x, y in contour])
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        shadow = QColor(OVERLAY.shadow)
        shadow.setAlpha(120)
        self._painter.setPen(QPen(shadow, 2.6))
        self._painter.drawPolygon(polygon)
        self._painter.setPen(QPen(QColor(OVERLAY.outline), 1.3))
        self._painter.drawPolygon(polygon)

    # --- texts ------------------------------------------------------------------------------

    def _paint_corners(self, scene: Scene) -> None:
        corners = scene.corners
        self._paint_lines(corners.top_left, _LEFT, from_top=True)
        self._paint_lines(corners.top_right, _RIGHT, from_top=True)
        self._paint_lines(corners.bottom_left, _LEFT, from_top=False)
        height = self._paint_lines(corners.bottom_right, _RIGHT, from_top=False)
        if scene.iou is not None:
            self._paint_iou(scene.iou, self._inner.bottom() - height - 4)

    def _paint_lines(
        self, lines: tuple[str, ...], align: Qt.AlignmentFlag, *, from_top: bool
    ) -> float:
        """Write lines into a corner and return the height they take."""
        line_height = QFontMetricsF(self._sized_font(0)).height() * 1.12
        total = line_height * len(lines)
        top = self._inner.top() if from_top else self._inner.bottom() - total
        for place, line in enumerate(lines):
            weight = QFont.Weight.DemiBold if from_top and place == 0 else QFont.Weight.Normal
            rect = QRectF(self._inner.left(), top, self._inner.width(), line_height)
            self._paint_text(rect, align, line, self._sized_font(0, weight))
            top += line_height
        return total

    def _paint_iou(self, readout: IouReadout, bottom: float) -> None:
        strong = readout.kind in (IouKind.VALUE, IouKind.MISSED)
        font = self._sized_font(5 if strong else 1, QFont.Weight.DemiBold)
        height = QFontMetricsF(font).height()
        color = QColor(_IOU_COLORS[readout.kind])
        if readout.note:
            small = self._sized_font(-0.5)
            note_height = QFontMetricsF(small).height()
            rect = QRectF(
                self._inner.left(), bottom - note_height, self._inner.width(), note_height
            )
            self._paint_text(rect, _RIGHT, readout.note, small, QColor(OVERLAY.muted))
            bottom -= note_height
        rect = QRectF(self._inner.left(), bottom - height, self._inner.width(), height)
        self._paint_text(rect, _RIGHT, readout.text, font, color)

    def _paint_edges(self, scene: Scene) -> None:
        edges, center = scene.edges, Qt.AlignmentFlag.AlignVCenter
        font = self._sized_font(2, QFont.Weight.DemiBold)
        color = QColor(OVERLAY.muted)
        middle, top = Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignTop
        self._paint_text(self._inner, _LEFT | center, edges.left, font, color)
        self._paint_text(self._inner, _RIGHT | center, edges.right, font, color)
        self._paint_text(self._inner, middle | top, edges.top, font, color)
        bottom = Qt.AlignmentFlag.AlignBottom
        self._paint_text(self._inner, middle | bottom, edges.bottom, font, color)

    def _paint_scale_bar(self, column_mm: float) -> None:
        """Draw an upright bar at the left edge's lower half, with its length beside it."""
        mm_per_point = column_mm / self._mapping.scale_x
        length_mm, length = choose_scale_bar(mm_per_point, self._area.height() * 0.22)
        x = self._inner.left() + 3
        top = self._area.center().y() + 26
        line = QPolygonF(
            [
                QPointF(x + 5, top),
                QPointF(x, top),
                QPointF(x, top + length),
                QPointF(x + 5, top + length),
            ]
        )
        self._painter.setPen(QPen(QColor(0, 0, 0, 170), 3.2))
        self._painter.drawPolyline(line)
        self._painter.setPen(QPen(QColor(OVERLAY.text), 1.4))
        self._painter.drawPolyline(line)
        text = f"{length_mm / 10:g} cm" if length_mm >= 10 else f"{length_mm:g} mm"
        rect = QRectF(x + 10, top + length / 2 - 10, 80, 20)
        vertical = Qt.AlignmentFlag.AlignVCenter
        self._paint_text(rect, _LEFT | vertical, text, self._sized_font(-0.5))

    def _paint_message(self, message: str) -> None:
        rect = self._area.adjusted(60, 0, -60, 0)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        self._painter.setFont(self._sized_font(1))
        self._painter.setPen(QColor(OVERLAY.text))
        self._painter.drawText(rect, flags, message)

    def _paint_text(
        self,
        rect: QRectF,
        flags: Qt.AlignmentFlag,
        text: str,
        font: QFont,
        color: QColor | None = None,
    ) -> None:
        """Write with a soft dark edge, readable on any grey."""
        if not text:
            return
        self._painter.setFont(font)
        self._painter.setPen(QColor(0, 0, 0, 190))
        for dx, dy in ((1, 1), (-1, 0), (0, -1)):
            self._painter.drawText(rect.translated(dx, dy), flags, text)
        self._painter.setPen(color or QColor(OVERLAY.text))
        self._painter.drawText(rect, flags, text)

    def _sized_font(self, delta: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        font = QFont(self._font)
        font.setPointSizeF(self._font.pointSizeF() + delta)
        font.setWeight(weight)
        return font


def _move_inside(rect: QRectF, area: QRectF) -> QRectF:
    """Return the rectangle moved so that it lies in the area as far as it fits."""
    dx = min(0.0, area.right() - rect.right()) or max(0.0, area.left() - rect.left())
    dy = min(0.0, area.bottom() - rect.bottom()) or max(0.0, area.top() - rect.top())
    return rect.translated(dx, dy)
