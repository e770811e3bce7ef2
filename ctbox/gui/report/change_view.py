"""Patients of two reports as dots joined by a line: left got worse, right got better."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ctbox.evaluation.reporting.comparing import PatientChange
from ctbox.gui.error_dialogs import find_theme
from ctbox.gui.theme import OVERLAY, OVERLAY_ON_LIGHT, Theme
from ctbox.gui.translation import tr

_ROW = 30
_TOP = 34
_NAME_WIDTH = 150
_CHANGE_WIDTH = 84
_RADIUS = 5.0
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


class ChangeView(QWidget):
    """One row a patient: mean IoU in the first report (ring) and in the second (disc).

    Parameters
    ----------
    changes : sequence of PatientChange
        From top to bottom.
    """

    def __init__(
        self, changes: Sequence[PatientChange] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.changes: Sequence[PatientChange] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_changes(changes)

    def set_changes(self, changes: Sequence[PatientChange]) -> None:
        """Show other patients."""
        self.changes = changes
        self.setAccessibleName(tr("Change of mean IoU by patient"))
        self.setAccessibleDescription("; ".join(describe_change(one) for one in changes))
        self.setMinimumHeight(self.sizeHint().height())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for all patients."""
        return QSize(720, _TOP + _ROW * max(len(self.changes), 1) + 8)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw scale, names, lines and dots."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = find_theme()
        self._draw_scale(painter, theme)
        for row, change in enumerate(self.changes):
            self._draw_change(painter, theme, row, change)

    def _x(self, iou: float) -> float:
        width = self.width() - _NAME_WIDTH - _CHANGE_WIDTH - 20
        return _NAME_WIDTH + 10 + iou * max(width, 1)

    def _draw_scale(self, painter: QPainter, theme: Theme) -> None:
        bottom = _TOP + _ROW * len(self.changes)
        for tick in _TICKS:
            painter.setPen(QPen(QColor(theme.border), 1))
            painter.drawLine(QPointF(self._x(tick), _TOP - 6), QPointF(self._x(tick), bottom))
            painter.setPen(QColor(theme.muted))
            place = QRectF(self._x(tick) - 40, 4, 80, 20)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, f"{tick:g}")

    def _draw_change(
        self, painter: QPainter, theme: Theme, row: int, change: PatientChange
    ) -> None:
        middle = _TOP + _ROW * (row + 0.5)
        painter.setPen(QColor(theme.text))
        metrics = QFontMetrics(self.font())
        name = metrics.elidedText(change.patient_id, Qt.TextElideMode.ElideMiddle, _NAME_WIDTH - 8)
        left = QRectF(0, middle - _ROW / 2, _NAME_WIDTH, _ROW)
        painter.drawText(left, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
        color = QColor(find_change_color(change, theme))
        first, second = (
            QPointF(self._x(change.first), middle),
            QPointF(self._x(change.second), middle),
        )
        painter.setPen(QPen(color, 2))
        painter.drawLine(first, second)
        painter.setBrush(QColor(theme.panel))
        painter.drawEllipse(first, _RADIUS, _RADIUS)
        painter.setBrush(color)
        painter.drawEllipse(second, _RADIUS, _RADIUS)
        right = QRectF(self.width() - _CHANGE_WIDTH, middle - _ROW / 2, _CHANGE_WIDTH - 4, _ROW)
        text = f"{find_change_mark(change)} {change.difference:+.3f}"
        painter.drawText(right, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)

    def event(self, event: QEvent) -> bool:
        """Tell a patient's figures under the pointer."""
        if isinstance(event, QHelpEvent):
            row = (event.pos().y() - _TOP) // _ROW
            inside = 0 <= row < len(self.changes)
            text = describe_change(self.changes[row]) if inside else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)


def find_change_mark(change: PatientChange) -> str:
    """Return an arrow for better or worse, so that colour is never alone."""
    if abs(change.difference) < 0.0005:
        return "="
    return "▲" if change.difference > 0 else "▼"


def find_change_color(change: PatientChange, theme: Theme) -> str:
    """Return green for better, orange for worse, grey for the same."""
    colors = OVERLAY if theme.name == "dark" else OVERLAY_ON_LIGHT
    mark = find_change_mark(change)
    return {"▲": colors.expert, "▼": colors.detection}.get(mark, theme.muted)


def describe_change(change: PatientChange) -> str:
    """Return one patient's change in words."""
    text = (
        f"{change.patient_id}: {change.first:.3f} → {change.second:.3f} ({change.difference:+.3f})"
    )
    if not change.is_comparable:
        text += tr("; {slices} and {slices2} slices").format(
            slices=change.slices[0], slices2=change.slices[1]
        )
    if any(change.seen):
        text += tr("; LEAKY: seen in training")
    return text
