"""Words go before buttons do, and come back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QToolBar, QToolButton

from ctbox.gui.narrow_bar import NarrowBar


def test_words_go_one_by_one_and_come_back(qtbot) -> None:
    bar = QToolBar()
    qtbot.addWidget(bar)
    picture = QPixmap(16, 16)
    picture.fill(Qt.GlobalColor.white)
    actions = [bar.addAction(QIcon(picture), f"A long enough word {number}") for number in range(4)]
    buttons = [bar.widgetForAction(action) for action in actions]
    assert all(isinstance(button, QToolButton) for button in buttons)
    NarrowBar(bar, buttons[:3])
    buttons[3].setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    bar.show()
    bar.resize(2000, 40)
    qtbot.wait(1)
    full = bar.sizeHint().width()

    def count_words(width: int) -> int:
        bar.resize(width, 40)
        qtbot.wait(1)
        icon = Qt.ToolButtonStyle.ToolButtonIconOnly
        assert bar.sizeHint().width() <= max(width, least)
        return sum(button.toolButtonStyle() is not icon for button in buttons)

    least = 0
    assert count_words(full) == 4
    assert count_words(full - 1) == 3
    assert buttons[0].toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonIconOnly
    least = full
    assert count_words(10) == 1, "the last one is not among them"
    assert count_words(full) == 4
