"""The chip in the menu bar's corner: which device and which model predict."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from ctbox.gui.theme import DARK, Theme
from ctbox.gui.translation import tr

_HEIGHT = 24


class _Dot(QWidget):
    """A small light."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(8, 8)
        self.color = QColor(DARK.faint)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the light."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(self.color)
        painter.setPen(self.color)
        painter.drawEllipse(1, 1, 5, 5)


class DeviceChip(QFrame):
    """Says ``CPU · detector-s`` once the model is loaded, and what is going on before."""

    text_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("deviceChip")
        self.setFixedHeight(_HEIGHT)
        self._dot = _Dot()
        self._text = QLabel()
        self._theme = DARK
        self._level = "faint"
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 0, 12, 0)
        layout.setSpacing(7)
        layout.addWidget(self._dot)
        layout.addWidget(self._text)
        self.show_idle()

    @property
    def text(self) -> str:
        """What the chip says."""
        return self._text.text()

    def show_idle(self) -> None:
        """Say that no model is loaded yet."""
        self._show(tr("Model loads on first use"), "faint", tr("AI ▸ Predict slice loads it."))

    def show_chosen(self, model: str) -> None:
        """Name the model that will predict, before it is loaded."""
        self._show(
            model, "faint", tr("{model} predicts; it loads on first use.").format(model=model)
        )

    def show_loading(self) -> None:
        """Say that the model is being loaded."""
        self._show(tr("Loading model…"), "warning", tr("The first time takes some seconds."))

    def show_ready(self, device: str, model: str, note: str = "") -> None:
        """Name the device and the model; a note says why a GPU that is there is not used."""
        tip = tr("{model} predicts on: {device}.").format(model=model, device=device)
        if note:
            tip += " " + tr("The GPU can't be used: {reason}").format(reason=note)
        self._show(f"{device} · {model}", "warning" if note else "accent", tip)

    def show_failed(self, reason: str) -> None:
        """Say that no model can be used, and why."""
        self._show(tr("No model"), "error", reason)

    def apply_theme(self, theme: Theme) -> None:
        """Draw the light in the theme's colours."""
        self._theme = theme
        self._dot.color = QColor(getattr(theme, self._level))
        self._dot.update()

    def _show(self, text: str, level: str, tip: str) -> None:
        self._text.setText(text)
        self._level = level
        self.setToolTip(tip)
        self.setAccessibleName(tr("Prediction: {text}").format(text=text))
        self.apply_theme(self._theme)
        self.text_changed.emit()
