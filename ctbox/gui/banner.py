"""A strip above the image for what the reader must know of a series."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from ctbox.gui.icons import find_icon
from ctbox.gui.sentences import say
from ctbox.gui.theme import DARK, Theme
from ctbox.gui.translation import tr


class Banner(QFrame):
    """Shows one sentence, a link that unfolds the others, and a cross that hides it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._problems: tuple[str, ...] = ()
        self._more = QPushButton()
        self._more.setProperty("link", True)
        self._more.clicked.connect(self._on_more)
        self._close = QToolButton()
        self._close.setToolTip(tr("Hide this notice"))
        self._close.setAccessibleName(tr("Hide this notice"))
        self._close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 6, 8, 6)
        layout.setSpacing(10)
        layout.addWidget(self._icon)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._more)
        layout.addWidget(self._close)
        self.apply_theme(DARK)
        self.hide()

    @property
    def text(self) -> str:
        """The shown sentence."""
        return self._text.text()

    def show_problems(self, problems: tuple[str, ...]) -> None:
        """Show the first of some problems and how many more there are; hide if none."""
        self._problems = tuple(map(say, problems))
        self._text.setText(self._problems[0] if problems else "")
        more = len(problems) - 1
        self._more.setText(tr("{more} more…").format(more=more))
        self._more.setVisible(more > 0)
        self.setVisible(bool(problems))

    def _on_more(self) -> None:
        self._text.setText("\n".join(self._problems))
        self._more.hide()

    def apply_theme(self, theme: Theme) -> None:
        """Draw the icons in the theme's colours."""
        self._icon.setPixmap(find_icon("warning", theme, theme.warning).pixmap(16))
        self._close.setIcon(find_icon("close", theme, theme.warning))
