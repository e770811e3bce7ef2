"""Short notes over the top of the image that come and go by themselves."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPropertyAnimation, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QEnterEvent
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsOpacityEffect,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QPushButton,
    QToolButton,
    QWidget,
)

from ctbox.gui.error_dialogs import find_theme
from ctbox.gui.icons import find_icon
from ctbox.gui.translation import tr

_FADE_MS = 160
_MARGIN = 18
_TOP = 44
"""Below the letter that tells which side of the patient is up."""
_GAP = 8
_MAX_WIDTH = 420
_MAX_TOASTS = 4
DEFAULT_SECONDS = 6.0

_STYLE = """
QFrame#toast {
    background: palette(button); border: 1px solid palette(mid); border-radius: 8px;
}
QFrame#toast QToolButton { padding: 2px; }
"""


class Toast(QFrame):
    """One note, with an optional button; it waits while the pointer is on it."""

    gone = Signal()

    def __init__(self, parent: QWidget, text: str, action_text: str, seconds: float) -> None:
        super().__init__(parent)
        self.setObjectName("toast")
        self.setStyleSheet(_STYLE)
        self.setAccessibleName(text)
        self.text = text
        self.action_button: QPushButton | None = None
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 9, 8, 9)
        layout.setSpacing(12)
        layout.addWidget(label, 1)
        if action_text:
            self.action_button = QPushButton(action_text)
            self.action_button.setProperty("link", True)
            layout.addWidget(self.action_button)
        layout.addWidget(self._make_close_button())
        # A wrapping label alone would make every note tall and narrow.
        natural = label.fontMetrics().horizontalAdvance(text) + 4
        label.setMinimumWidth(min(natural, _MAX_WIDTH - 110))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(int(seconds * 1000))
        self._timer.timeout.connect(self.dismiss)
        self._is_leaving = False
        self._effect = QGraphicsOpacityEffect(self)
        self._effect.setOpacity(0.0)
        self.setGraphicsEffect(self._effect)
        self._fade = QPropertyAnimation(self._effect, b"opacity", self)
        self._fade.setDuration(_FADE_MS)

    def appear(self) -> None:
        """Fade in and start counting down."""
        self.show()
        self.raise_()
        self._animate(1.0)
        self._timer.start()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self.text))

    def dismiss(self) -> None:
        """Fade out, then be gone."""
        if self._is_leaving:
            return
        self._is_leaving = True
        self._timer.stop()
        self._fade.finished.connect(self.gone)
        self._animate(0.0)

    def restart(self) -> None:
        """Stay for the whole time again: the same thing happened once more."""
        if not self._is_leaving:
            self._timer.start()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Wait while the pointer is on the note."""
        self._timer.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Count down anew."""
        self.restart()
        super().leaveEvent(event)

    def _animate(self, opacity: float) -> None:
        self._fade.stop()
        self._fade.setStartValue(self._effect.opacity())
        self._fade.setEndValue(opacity)
        self._fade.start()

    def _make_close_button(self) -> QToolButton:
        button = QToolButton()
        button.setIcon(find_icon("close", find_theme()))
        button.setToolTip(tr("Dismiss"))
        button.setAccessibleName(tr("Dismiss"))
        button.setAutoRaise(True)
        button.clicked.connect(self.dismiss)
        return button


class ToastArea(QObject):
    """Stacks notes at the top middle of a window, the newest lowest.

    Parameters
    ----------
    window : QWidget
        The window; a main window's notes stay over its central widget.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._toasts: list[Toast] = []
        window.installEventFilter(self)

    @property
    def toasts(self) -> tuple[Toast, ...]:
        """The notes on the screen, oldest first."""
        return tuple(self._toasts)

    def show_toast(
        self,
        text: str,
        *,
        action_text: str = "",
        on_action: Callable[[], None] | None = None,
        seconds: float = DEFAULT_SECONDS,
    ) -> Toast:
        """Show a note; the same text again only makes the one on the screen stay longer.

        Parameters
        ----------
        text : str
            One sentence.
        action_text : str
            Words of the button, such as "Undo"; empty for none.
        on_action : callable, optional
            Called when it is pressed; the note then goes.
        seconds : float
            How long it stays.
        """
        for toast in self._toasts:
            if toast.text == text and not action_text:
                toast.restart()
                return toast
        toast = Toast(self._window, text, action_text, seconds)
        toast.gone.connect(lambda: self._remove(toast))
        if toast.action_button is not None:
            toast.action_button.clicked.connect(lambda: self._act(toast, on_action))
        self._toasts.append(toast)
        self._find_centre().installEventFilter(self)
        while len(self._toasts) > _MAX_TOASTS:
            self._remove(self._toasts[0])
        self._place()
        toast.appear()
        return toast

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the middle."""
        if event.type() == QEvent.Type.Resize and watched in (self._window, self._find_centre()):
            self._place()
        return False

    def _find_centre(self) -> QWidget:
        centre = self._window.centralWidget() if isinstance(self._window, QMainWindow) else None
        return centre or self._window

    def _act(self, toast: Toast, on_action: Callable[[], None] | None) -> None:
        toast.dismiss()
        if on_action is not None:
            on_action()

    def _remove(self, toast: Toast) -> None:
        if toast in self._toasts:
            self._toasts.remove(toast)
            toast.hide()
            toast.deleteLater()
            self._place()

    def _place(self) -> None:
        # At the top middle: the corners of the image and the panels hold what a reader looks for.
        centre = self._find_centre()
        area = self._window.rect() if centre is self._window else centre.geometry()
        top = area.top() + _TOP
        for toast in self._toasts:
            room = max(area.width() - 2 * _MARGIN, 120)
            width = min(max(toast.sizeHint().width(), 200), _MAX_WIDTH, room)
            height = max(toast.heightForWidth(width), toast.minimumSizeHint().height())
            toast.setGeometry(area.center().x() - width // 2, top, width, height)
            top += height + _GAP
