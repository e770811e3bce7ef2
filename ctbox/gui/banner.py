"""A strip above the image for what the reader must know of a series."""

from __future__ import annotations

import math

from PySide6.QtCore import QMargins, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from ctbox.gui.icons import find_icon
from ctbox.gui.sentences import say
from ctbox.gui.theme import DARK, Theme
from ctbox.gui.translation import tr

_SPACING = 10
_MOST_LINES = 2
_BROKEN = 1.05
"""Lines break between words, so that they hold a little less than they might."""


class Banner(QFrame):
    """Shows what fits on two lines, a link that unfolds the rest, and a cross that hides it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._problems: tuple[str, ...] = ()
        self._is_unfolded = False
        self._more = QPushButton()
        self._more.setProperty("link", True)
        self._more.clicked.connect(self._on_more)
        self._close = QToolButton()
        self._close.setToolTip(tr("Hide this notice"))
        self._close.setAccessibleName(tr("Hide this notice"))
        self._close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        self._margins = QMargins(14, 6, 8, 6)
        layout.setContentsMargins(self._margins)
        layout.setSpacing(_SPACING)
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
        """Show as many problems as there is room for, and how many are left; hide if none."""
        self._problems = tuple(map(say, problems))
        self._is_unfolded = False
        self._fit()
        self.setVisible(bool(problems))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show more problems where there is room now, or fewer."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Show the problems that fit on two lines, each on lines of its own; one at least."""
        shown, lines = 0, 0
        for problem in self._problems:
            lines += self._count_lines(problem)
            if shown and lines > _MOST_LINES and not self._is_unfolded:
                break
            shown += 1
        more = len(self._problems) - shown
        self._text.setText("\n".join(self._problems[:shown]))
        self._more.setText(tr("{more} more…").format(more=more))
        self._more.setVisible(more > 0)

    def _count_lines(self, problem: str) -> int:
        """Return how many lines a problem takes beside the icon, the link and the cross."""
        self._more.setText(tr("{more} more…").format(more=len(self._problems)))
        others = (self._icon, self._more, self._close)
        width = self.width() - sum(one.sizeHint().width() + _SPACING for one in others)
        width -= self._margins.left() + self._margins.right()
        needed = self._text.fontMetrics().horizontalAdvance(problem)
        if needed <= width:
            return 1
        return math.ceil(_BROKEN * needed / max(width, 1))

    def _on_more(self) -> None:
        self._is_unfolded = True
        self._fit()

    def apply_theme(self, theme: Theme) -> None:
        """Draw the icons in the theme's colours."""
        self._icon.setPixmap(find_icon("warning", theme, theme.warning).pixmap(16))
        self._close.setIcon(find_icon("close", theme, theme.warning))
