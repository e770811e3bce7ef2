"""The slider below the image, with marks where boxes are and how far loading has come."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSlider, QToolTip, QWidget

from ctbox.gui.theme import OVERLAY, OVERLAY_ON_LIGHT
from ctbox.gui.translation import tr

_PADDING = 10.0
_GROOVE = 6.0
_DARK_BELOW = 128
_STEPS = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageDown: 10,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageUp: -10,
}


class SliceSlider(QAbstractSlider):
    """Chooses a slice; 0 is the most cranial, at the left.

    Expert's boxes are full green bars above the groove, detections orange triangles below
    it, so that they part without colour too. A line under triangles joins those of one lesion.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._expert: frozenset[int] = frozenset()
        self._detected: frozenset[int] = frozenset()
        self._lesions: tuple[tuple[int, int], ...] = ()
        self._keyed: frozenset[int] = frozenset()
        self._loaded: frozenset[int] = frozenset()
        self.setRange(0, 0)
        self.setPageStep(10)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Slices"))
        self.setToolTip(tr("Slices, cranial to caudal  (wheel, ↑ ↓)"))

    @property
    def expert_marks(self) -> frozenset[int]:
        """Slices marked as annotated."""
        return self._expert

    @property
    def detection_marks(self) -> frozenset[int]:
        """Slices marked as having detections."""
        return self._detected

    def set_marks(self, expert: Iterable[int], detected: Iterable[int]) -> None:
        """Mark slices with an expert's box, and slices with a detection."""
        self._expert, self._detected = frozenset(expert), frozenset(detected)
        self.update()

    @property
    def lesion_spans(self) -> tuple[tuple[int, int], ...]:
        """First and last slice of every lesion that is marked."""
        return self._lesions

    def set_lesions(self, spans: Iterable[tuple[int, int]]) -> None:
        """Mark lesions from their first to their last slice."""
        self._lesions = tuple(spans)
        self.update()

    @property
    def keyed_marks(self) -> frozenset[int]:
        """Slices marked as having a box of the reader's."""
        return self._keyed

    def set_keyed(self, keyed: Iterable[int]) -> None:
        """Mark slices with a box of the reader's: white diamonds above the groove."""
        self._keyed = frozenset(keyed)
        self.update()

    def set_loaded(self, loaded: Iterable[int]) -> None:
        """Show which slices are read."""
        self._loaded = frozenset(loaded)
        self.update()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(400, 38)

    def minimumSizeHint(self) -> QSize:
        """Return the least size."""
        return QSize(120, 38)

    # --- painting ---------------------------------------------------------------------------

    def _count(self) -> int:
        return self.maximum() - self.minimum() + 1

    def _to_x(self, value: float) -> float:
        width = self.width() - 2 * _PADDING
        return _PADDING + width * (value + 0.5) / self._count()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the groove, its loaded part, the marks and the handle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = self.height() / 2
        palette = self.palette()
        groove = QRectF(_PADDING, middle - _GROOVE / 2, self.width() - 2 * _PADDING, _GROOVE)
        painter.setBrush(palette.light())
        painter.drawRoundedRect(groove, 3, 3)
        self._paint_loaded(painter, groove)
        step = max(groove.width() / self._count(), 2.0)
        is_dark = palette.window().color().lightness() < _DARK_BELOW
        painter.setBrush(QColor(OVERLAY.expert if is_dark else OVERLAY_ON_LIGHT.expert))
        for index in self._expert:
            x = self._to_x(index)
            painter.drawRect(QRectF(x - step / 2, groove.top() - 10, max(step - 0.6, 1.6), 5))
        self._paint_detections(painter, groove)
        self._paint_lesions(painter, groove)
        self._paint_keyed(painter, groove)
        self._paint_handle(painter, middle)

    def _paint_loaded(self, painter: QPainter, groove: QRectF) -> None:
        color = self.palette().placeholderText().color()
        color.setAlpha(150)
        if len(self._loaded) == self._count():
            painter.setBrush(color)
            painter.drawRoundedRect(groove, 3, 3)
            return
        step = groove.width() / self._count()
        for first, last in find_runs(self._loaded):
            left, width = groove.left() + step * first, step * (last - first + 1)
            painter.fillRect(QRectF(left, groove.top(), width + 0.5, _GROOVE), color)

    def _paint_detections(self, painter: QPainter, groove: QRectF) -> None:
        # Filled, and darker on a light ground, where the image's own orange is too faint.
        is_dark = self.palette().window().color().lightness() < _DARK_BELOW
        color = QColor(OVERLAY.detection if is_dark else OVERLAY_ON_LIGHT.detection)
        painter.setBrush(color)
        painter.setPen(color)
        top = groove.bottom() + 4
        for index in self._detected:
            x = self._to_x(index)
            points = [QPointF(x, top), QPointF(x + 2.5, top + 5), QPointF(x - 2.5, top + 5)]
            painter.drawPolygon(QPolygonF(points))
        painter.setPen(Qt.PenStyle.NoPen)

    def _paint_lesions(self, painter: QPainter, groove: QRectF) -> None:
        """Draw a line under the triangles that were linked into one lesion."""
        is_dark = self.palette().window().color().lightness() < _DARK_BELOW
        painter.setBrush(QColor(OVERLAY.detection if is_dark else OVERLAY_ON_LIGHT.detection))
        top = groove.bottom() + 11
        for first, last in self._lesions:
            left, right = self._to_x(first) - 2.5, self._to_x(last) + 2.5
            painter.drawRoundedRect(QRectF(left, top, right - left, 2), 1, 1)

    def _paint_keyed(self, painter: QPainter, groove: QRectF) -> None:
        # In the text's colour, which is white on the dark theme and can be seen on the light one.
        painter.setBrush(self.palette().text())
        middle = groove.top() - 7.5
        for index in self._keyed:
            x = self._to_x(index)
            points = [(x, middle - 4), (x + 4, middle), (x, middle + 4), (x - 4, middle)]
            painter.drawPolygon(QPolygonF([QPointF(*point) for point in points]))

    def _paint_handle(self, painter: QPainter, middle: float) -> None:
        x = self._to_x(self.value())
        focused = self.hasFocus()
        painter.setBrush(self.palette().highlight() if focused else self.palette().text())
        painter.drawRoundedRect(QRectF(x - 4, middle - 7, 8, 14), 3, 3)

    # --- hands ------------------------------------------------------------------------------

    def _to_value(self, x: float) -> int:
        width = max(self.width() - 2 * _PADDING, 1.0)
        return min(max(int((x - _PADDING) / width * self._count()), 0), self.maximum())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jump to the slice under the pointer."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setValue(self._to_value(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the drag; without one, tell the slice under the pointer."""
        value = self._to_value(event.position().x())
        if self.isSliderDown():
            self.setValue(value)
        else:
            QToolTip.showText(event.globalPosition().toPoint(), self._describe(value), self)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """End the drag."""
        self.setSliderDown(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Right and Down go caudally, as everywhere; Qt's own slider would go the other way."""
        moved = _STEPS.get(Qt.Key(event.key()))
        if moved is None:
            super().keyPressEvent(event)
        else:
            self.setValue(self.value() + moved)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Wheel-down goes caudally, as over the image."""
        turn = event.angleDelta().y() or event.angleDelta().x()
        if turn:
            self.setValue(self.value() - (1 if turn > 0 else -1))
        event.accept()

    def _describe(self, value: int) -> str:
        parts = [tr("Slice {value} of {count}").format(value=value + 1, count=self._count())]
        if value in self._expert:
            parts.append(tr("expert's box"))
        if value in self._detected:
            parts.append(tr("detection"))
        if value in self._keyed:
            parts.append(tr("your box"))
        return " · ".join(parts)


def find_runs(places: frozenset[int]) -> list[tuple[int, int]]:
    """Return the first and last of each unbroken run, in order."""
    return [
        (first, next(last for last in itertools.count(first) if last + 1 not in places))
        for first in sorted(places)
        if first - 1 not in places
    ]
