"""Draws the rows of the series list: a patient's heading, a series' small picture and facts."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ctbox.gui.browser.model import ROW_ROLE
from ctbox.gui.browser.rows import PatientRow, SeriesRow
from ctbox.gui.icons import find_icon
from ctbox.gui.theme import DARK, OVERLAY, Theme

AnyIndex = QModelIndex | QPersistentModelIndex
THUMBNAIL = 52
_PATIENT_HEIGHT = 44
_SERIES_HEIGHT = 70
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class SeriesDelegate(QStyledItemDelegate):
    """Draws patients and series; the colours come with the theme."""

    theme: Theme = DARK

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """Return the height of a patient's or a series' row."""
        is_patient = isinstance(index.data(ROW_ROLE), PatientRow)
        return QSize(option.rect.width(), _PATIENT_HEIGHT if is_patient else _SERIES_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Draw one row."""
        row = index.data(ROW_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(row, PatientRow):
            self._paint_patient(painter, option, str(index.data()), row)
        elif isinstance(row, SeriesRow):
            self._paint_series(painter, option, row, index.data(Qt.ItemDataRole.DecorationRole))
        painter.restore()

    def _paint_patient(
        self, painter: QPainter, option: QStyleOptionViewItem, text: str, row: PatientRow
    ) -> None:
        rect = option.rect.adjusted(12, 8, -12, 0)
        name = text.removesuffix(", " + row.subtype) if row.subtype else text
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        width = QFontMetrics(bold).horizontalAdvance(name)
        _write(painter, rect, name, bold, self.theme.text)
        small = _shrink(option.font)
        rest = rect.adjusted(width + 10, 0, 0, 0)
        _write(painter, rest, row.subtype, small, self.theme.muted)
        if option.state & QStyle.StateFlag.State_HasFocus:
            self._paint_focus(painter, option.rect)

    def _paint_series(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        row: SeriesRow,
        picture: QPixmap | None,
    ) -> None:
        rect = option.rect.adjusted(8, 2, -8, -2)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.theme.hover if selected else self.theme.raised))
            painter.drawRoundedRect(rect, 8, 8)
        if selected:
            painter.setBrush(QColor(self.theme.accent))
            painter.drawRoundedRect(
                QRect(rect.left(), rect.top() + 14, 3, rect.height() - 28), 1, 1
            )
        if option.state & QStyle.StateFlag.State_HasFocus:
            self._paint_focus(painter, option.rect)
        frame = QRect(rect.left() + 10, rect.top() + 7, THUMBNAIL, THUMBNAIL)
        self._paint_thumbnail(painter, frame, picture)
        text = QRect(frame.right() + 12, frame.top() - 2, 0, 20)
        text.setRight(rect.right() - (26 if row.trouble else 8))
        _write(painter, text, row.title, QFont(option.font), self.theme.text)
        small = _shrink(option.font)
        _write(painter, text.translated(0, 19), row.facts, small, self.theme.muted)
        if row.marks:
            self._paint_marks(painter, text.translated(0, 37), row.marks, small)
        if row.trouble:
            icon = find_icon("warning", self.theme, self.theme.warning)
            icon.paint(painter, QRect(rect.right() - 24, frame.top(), 16, 16))

    def _paint_marks(self, painter: QPainter, rect: QRect, marks: str, font: QFont) -> None:
        # The same sign as on the slider: a full bar in the expert's colour.
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(OVERLAY.expert))
        painter.drawRoundedRect(QRectF(rect.left(), rect.center().y() - 3.5, 4, 8), 1, 1)
        color = OVERLAY.expert if self.theme.name == "dark" else self.theme.text
        _write(painter, rect.adjusted(10, 0, 0, 0), marks, font, color)

    def _paint_thumbnail(self, painter: QPainter, frame: QRect, picture: QPixmap | None) -> None:
        path = QPainterPath()
        path.addRoundedRect(QRectF(frame), 5, 5)
        painter.fillPath(path, QColor("#000000"))
        if picture is not None:
            painter.setClipPath(path)
            left = frame.center().x() - picture.deviceIndependentSize().width() / 2
            top = frame.center().y() - picture.deviceIndependentSize().height() / 2
            painter.drawPixmap(QPointF(left, top), picture)
            painter.setClipping(False)

    def _paint_focus(self, painter: QPainter, rect: QRect) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self.theme.accent), 1.2))
        painter.drawRoundedRect(QRectF(rect).adjusted(8.5, 2.5, -8.5, -2.5), 8, 8)


def _shrink(font: QFont) -> QFont:
    small = QFont(font)
    small.setPointSizeF(font.pointSizeF() - 0.7)
    return small


def _write(painter: QPainter, rect: QRect, text: str, font: QFont, color: str) -> None:
    painter.setFont(font)
    painter.setPen(QColor(color))
    metrics = QFontMetrics(font)
    elided = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(rect.width(), 0))
    painter.drawText(rect, _LEFT, elided)
