"""Paints a scene over a slice; everything keeps its thickness whatever the zoom."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from ctbox.gui.theme import OVERLAY
from ctbox.gui.viewer.attention_layer import paint_attention, paint_legend
from ctbox.gui.viewer.box_frame import Handle, build_frame, build_handles
from ctbox.gui.viewer.corner_layout import fit_corners, is_small, place_letter
from ctbox.gui.viewer.placement import ImageMapping
from ctbox.gui.viewer.readout import IouKind, IouReadout
from ctbox.gui.viewer.scene import BoxKind, BoxMark, Scene, choose_scale_bar
from ctbox.gui.viewer.tag_layout import TagWish, lay_out_tags
from ctbox.gui.viewer.text_stamps import paint_text

_MARGIN = 14.0
_TAG_PADDING = 5.0
_LINE_HEIGHT = 1.12
_DASH, _DASH_GAP = 7.0, 5.0
_DOT, _DOT_GAP = 2.0, 4.0
_BOX_COLORS = {
    BoxKind.EXPERT: OVERLAY.expert,
    BoxKind.DETECTION: OVERLAY.detection,
    BoxKind.MINE: OVERLAY.mine,
    BoxKind.PROPOSAL: OVERLAY.mine,
}
_EDITABLE = (BoxKind.MINE, BoxKind.PROPOSAL)
_DASHES = {BoxKind.DETECTION: (_DASH, _DASH_GAP), BoxKind.PROPOSAL: (_DOT, _DOT_GAP)}
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
        scene = self._fit(scene)
        texts = self._measure_corners(scene)
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if scene.attention is not None:
            paint_attention(self._painter, self._mapping, scene.attention)
        for contour in scene.outlines:
            self._paint_outline(contour)
        for mark in sorted(scene.boxes, key=lambda mark: mark.selected):
            self._paint_box(mark)
        self._paint_tags(scene.boxes, texts)
        self._paint_corners(scene)
        self._paint_edges(scene, texts)
        if scene.attention is not None:
            paint_legend(self._painter, self._inner, self._sized_font(-0.5))
        if scene.column_mm is not None:
            self._paint_scale_bar(scene.column_mm)
        if scene.message:
            self._paint_message(scene.message)
        # Whatever is painted next begins with the viewer's own font again.
        self._painter.setFont(self._font)

    def measure_texts(self, scene: Scene) -> tuple[QRectF, ...]:
        """Return where a scene's texts stand: corners, letters, tags and the scale bar's."""
        scene = self._fit(scene)
        texts = self._measure_corners(scene)
        tags = [place for _, place in self._place_tags(scene.boxes, texts)]
        letters = [place for place, _, letter in self._place_letters(scene, texts) if letter]
        bar = [] if scene.column_mm is None else [self._measure_scale_bar(scene.column_mm)]
        return (*texts, *tags, *letters, *bar)

    def measure_boxes(self, scene: Scene) -> tuple[QRectF, ...]:
        """Return where a scene's boxes lie."""
        return tuple(self._to_rect(mark) for mark in scene.boxes)

    def _fit(self, scene: Scene) -> Scene:
        """Return the scene with as much in its corners as this viewer has room for."""
        metrics = QFontMetricsF(self._sized_font(0, QFont.Weight.Bold))
        few = scene.few_corners if is_small(self._area.size()) else None
        corners = scene.corners if few is None else few
        return replace(scene, corners=fit_corners(corners, self._inner.width(), metrics))

    # --- boxes and outline ------------------------------------------------------------------

    def _to_rect(self, mark: BoxMark) -> QRectF:
        left, top = self._mapping.to_view(mark.box.x1, mark.box.y1)
        right, bottom = self._mapping.to_view(mark.box.x2, mark.box.y2)
        return QRectF(QPointF(left, top), QPointF(right, bottom))

    def _paint_box(self, mark: BoxMark) -> None:
        """Draw the edges as filled bars: several times as fast as a pen, and always sharp."""
        rect = self._to_rect(mark)
        width = 3 if mark.selected else 2
        if mark.kind is BoxKind.PROPOSAL:
            width -= 1
        dashes = _DASHES.get(mark.kind)
        color, shadow = QColor(_BOX_COLORS[mark.kind]), QColor(OVERLAY.shadow)
        # A dark line beneath keeps the box readable on bone and on air alike.
        # White needs more of it: lung windows turn all soft tissue white.
        shadow.setAlpha(235 if mark.kind in _EDITABLE else 140)
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._painter.setPen(Qt.PenStyle.NoPen)
        for brush, thickness in ((shadow, width + 2), (color, width)):
            self._painter.setBrush(brush)
            self._painter.drawRects(build_frame(rect, thickness, dashes))
        if mark.selected and mark.kind in _EDITABLE:
            for handle in build_handles(rect).values():
                self._painter.fillRect(handle.adjusted(-1, -1, 1, 1), QColor(OVERLAY.shadow))
                self._painter.fillRect(handle, color)
        elif mark.selected:
            for corner in (rect.topLeft(), rect.topRight(), rect.bottomLeft(), rect.bottomRight()):
                square = QRect(round(corner.x()) - 4, round(corner.y()) - 4, 8, 8)
                self._painter.fillRect(square, color)
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_tags(self, boxes: tuple[BoxMark, ...], texts: list[QRectF]) -> None:
        self._painter.setFont(self._sized_font(-0.5, QFont.Weight.DemiBold))
        for mark, place in self._place_tags(boxes, texts):
            self._paint_tag(mark, place)

    def _place_tags(
        self, boxes: tuple[BoxMark, ...], texts: list[QRectF]
    ) -> list[tuple[BoxMark, QRectF]]:
        """Return each kind's tag at a corner of its own, moved where it would lie over another.

        The expert's stands above on the left, the reader's above on the right, predictions'
        below on the right. A box out of sight leaves no tag at the edge.
        """
        metrics = QFontMetricsF(self._sized_font(-0.5, QFont.Weight.DemiBold))
        seen = [mark for mark in boxes if self._to_rect(mark).intersects(self._area)]
        seen.sort(key=lambda mark: not mark.selected)
        wishes = [self._wish_tag(mark, metrics) for mark in seen]
        return list(zip(seen, lay_out_tags(wishes, self._area, texts), strict=True))

    def _wish_tag(self, mark: BoxMark, metrics: QFontMetricsF) -> TagWish:
        width = metrics.horizontalAdvance(mark.tag) + 2 * _TAG_PADDING
        rect = self._to_rect(mark)
        if mark.selected and mark.kind in _EDITABLE:
            handles = build_handles(rect)
            rect = handles[Handle.TOP_LEFT].united(handles[Handle.BOTTOM_RIGHT])
        return TagWish(
            rect,
            QSizeF(width, metrics.height() + 2),
            below=mark.kind is BoxKind.DETECTION,
            right=mark.kind is not BoxKind.EXPERT,
        )

    def _paint_tag(self, mark: BoxMark, place: QRectF) -> None:
        color = QColor(_BOX_COLORS[mark.kind])
        back = QColor(OVERLAY.shadow)
        back.setAlpha(185)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(color if mark.selected else back)
        self._painter.drawRoundedRect(place, 3, 3)
        self._painter.setPen(QColor(OVERLAY.shadow) if mark.selected else color)
        self._painter.drawText(place, Qt.AlignmentFlag.AlignCenter, mark.tag)

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

    def _measure_corners(self, scene: Scene) -> list[QRectF]:
        """Return where the corners' lines stand, which no tag and no letter may cover."""
        metrics, inner = QFontMetricsF(self._sized_font(0, QFont.Weight.Bold)), self._inner
        step = _LINE_HEIGHT * metrics.height()
        corners, places = scene.corners, []
        for lines, right, below in (
            (corners.top_left, False, False),
            (corners.top_right, True, False),
            (corners.bottom_left, False, True),
            (corners.bottom_right, True, True),
        ):
            top = inner.bottom() - step * len(lines) if below else inner.top()
            for row, line in enumerate(lines):
                width = metrics.horizontalAdvance(line)
                x = inner.right() - width if right else inner.left()
                places.append(QRectF(x, top + row * step, width, step))
        if scene.iou is not None:
            bottom = inner.bottom() - step * len(corners.bottom_right)
            places.append(self._measure_iou(scene.iou, bottom))
        return places

    def _measure_iou(self, readout: IouReadout, bottom: float) -> QRectF:
        large = QFontMetricsF(self._find_iou_font(readout))
        small = QFontMetricsF(self._sized_font(-0.5))
        width = max(large.horizontalAdvance(readout.text), small.horizontalAdvance(readout.note))
        height = large.height() + (small.height() if readout.note else 0.0) + 4
        return QRectF(self._inner.right() - width, bottom - height, width, height)

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
        line_height = QFontMetricsF(self._sized_font(0)).height() * _LINE_HEIGHT
        total = line_height * len(lines)
        top = self._inner.top() if from_top else self._inner.bottom() - total
        for place, line in enumerate(lines):
            # Thin strokes drown on bone: all corners are medium, what they begin with bolder.
            weight = QFont.Weight.Bold if from_top and place == 0 else QFont.Weight.Medium
            rect = QRectF(self._inner.left(), top, self._inner.width(), line_height)
            self._paint_text(rect, align, line, self._sized_font(0, weight))
            top += line_height
        return total

    def _find_iou_font(self, readout: IouReadout) -> QFont:
        strong = readout.kind in (IouKind.VALUE, IouKind.MISSED)
        return self._sized_font(5 if strong else 1, QFont.Weight.DemiBold)

    def _paint_iou(self, readout: IouReadout, bottom: float) -> None:
        font = self._find_iou_font(readout)
        height = QFontMetricsF(font).height()
        color = _IOU_COLORS[readout.kind]
        if readout.note:
            small = self._sized_font(-0.5)
            note_height = QFontMetricsF(small).height()
            rect = QRectF(
                self._inner.left(), bottom - note_height, self._inner.width(), note_height
            )
            self._paint_text(rect, _RIGHT, readout.note, small, OVERLAY.muted)
            bottom -= note_height
        rect = QRectF(self._inner.left(), bottom - height, self._inner.width(), height)
        self._paint_text(rect, _RIGHT, readout.text, font, color)

    def _paint_edges(self, scene: Scene, texts: list[QRectF]) -> None:
        font = self._sized_font(2, QFont.Weight.DemiBold)
        center = Qt.AlignmentFlag.AlignVCenter
        for place, align, letter in self._place_letters(scene, texts):
            self._paint_text(place, align | center, letter, font, OVERLAY.letters)

    def _place_letters(
        self, scene: Scene, texts: list[QRectF]
    ) -> list[tuple[QRectF, Qt.AlignmentFlag, str]]:
        """Return place, alignment and text of the letters at the four edges."""
        edges, inner = scene.edges, self._inner
        metrics = QFontMetricsF(self._sized_font(2, QFont.Weight.DemiBold))
        placed = []
        for letter, align in ((edges.left, _LEFT), (edges.right, _RIGHT)):
            rect = QRectF(0, 0, metrics.horizontalAdvance(letter), metrics.height())
            rect.moveCenter(inner.center())
            if align is _LEFT:
                rect.moveLeft(inner.left())
            else:
                rect.moveRight(inner.right())
            placed.append((rect, align, letter))
        size = QSizeF(metrics.horizontalAdvance("A"), metrics.height())
        for letter, from_top in ((edges.top, True), (edges.bottom, False)):
            rect = QRectF(QPointF(), size)
            rect.moveCenter(inner.center())
            if from_top:
                rect.moveTop(inner.top())
            else:
                rect.moveBottom(inner.bottom())
            place = place_letter(rect, texts, from_top=from_top)
            placed.append((place, Qt.AlignmentFlag.AlignHCenter, letter))
        return placed

    def _measure_scale_bar(self, column_mm: float) -> QRectF:
        """Return where the scale bar and its length stand."""
        top, length = self._area.center().y() + 26, self._area.height() * 0.22
        width = 10 + QFontMetricsF(self._sized_font(-0.5)).horizontalAdvance("00 cm")
        return QRectF(self._inner.left(), top, width, length)

    def _paint_scale_bar(self, column_mm: float) -> None:
        """Draw an upright bar at the left edge's lower half, with its length beside it."""
        mm_per_point = column_mm / self._mapping.scale_x
        length_mm, length = choose_scale_bar(mm_per_point, self._area.height() * 0.22)
        length = round(length)
        x = round(self._inner.left() + 3)
        top = round(self._area.center().y() + 26)
        bars = (QRect(x, top, 2, length), QRect(x, top, 7, 2), QRect(x, top + length - 2, 7, 2))
        for bar in bars:
            self._painter.fillRect(bar.adjusted(-1, -1, 1, 1), QColor(0, 0, 0, 150))
        for bar in bars:
            self._painter.fillRect(bar, QColor(OVERLAY.text))
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
        color: str = OVERLAY.text,
    ) -> None:
        paint_text(self._painter, rect, flags, text, (font, color))

    def _sized_font(self, delta: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        font = QFont(self._font)
        font.setPointSizeF(self._font.pointSizeF() + delta)
        font.setWeight(weight)
        return font
