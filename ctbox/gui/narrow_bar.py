"""Lets a tool bar's words go before any of its buttons must."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QToolBar, QToolButton

_WORDS = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
_ICON = Qt.ToolButtonStyle.ToolButtonIconOnly


class NarrowBar(QObject):
    """Shows some buttons with words where there is room for them, and by icon alone elsewhere.

    Parameters
    ----------
    bar : QToolBar
        The bar.
    buttons : sequence of QToolButton
        Those whose words can go, the first of them first; tooltips and accessible names stay.
    """

    def __init__(self, bar: QToolBar, buttons: Sequence[QToolButton]) -> None:
        super().__init__(bar)
        self._bar, self._buttons = bar, tuple(buttons)
        for button in self._buttons:
            button.setToolButtonStyle(_WORDS)
        bar.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Choose anew whenever the bar has another width."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._choose()
        return False

    def _choose(self) -> None:
        """Take words away until the rest fits; where all fit none is missing."""
        bar = self._bar
        missing = self._measure(_WORDS) - bar.width()
        for button in self._buttons:
            wants = _WORDS if missing <= 0 else _ICON
            if wants is _ICON:
                missing -= _find_gain(button)
            if button.toolButtonStyle() is not wants:
                button.setToolButtonStyle(wants)

    def _measure(self, style: Qt.ToolButtonStyle) -> int:
        """Return the width of the bar with all buttons in a style."""
        width = self._bar.sizeHint().width()
        for button in self._buttons:
            if button.toolButtonStyle() is not style:
                width += _find_gain(button)
        return width


def _find_gain(button: QToolButton) -> int:
    """Return how much wider a button is with its words."""
    before = button.toolButtonStyle()
    button.blockSignals(True)
    widths = []
    for style in (_WORDS, _ICON):
        button.setToolButtonStyle(style)
        widths.append(button.sizeHint().width())
    button.setToolButtonStyle(before)
    button.blockSignals(False)
    return widths[0] - widths[1]
