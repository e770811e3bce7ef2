"""The strip of problems above the image."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from ctbox.gui.banner import Banner

LOSSY = "Compressed with loss in 1 of 3 images: HU are approximate there."
MIRRORED = (
    "Rotated or mirrored axial images, shown as stored: the patient's right is on the viewer's "
    "left, front at the top."
)
THIRD = "Oblique: planes are tilted 12° from axial."


@pytest.fixture
def room(qtbot) -> QWidget:
    room = QWidget()
    column = QVBoxLayout(room)
    column.setContentsMargins(0, 0, 0, 0)
    room.banner = Banner(room)
    column.addWidget(room.banner)
    column.addStretch(1)
    qtbot.addWidget(room)
    room.resize(1300, 300)
    room.show()
    return room


def find_link(banner: Banner) -> QPushButton:
    return banner.findChild(QPushButton)


def test_two_problems_are_both_in_view_where_there_is_room(qtbot, room: QWidget) -> None:
    banner = room.banner
    banner.show_problems((LOSSY, MIRRORED))
    qtbot.wait(20)
    assert banner.text == f"{LOSSY}\n{MIRRORED}"
    assert not find_link(banner).isVisible()
    room.resize(500, 300)
    qtbot.wait(20)
    assert banner.text == LOSSY
    assert find_link(banner).text() == "1 more…"
    room.resize(1300, 300)
    qtbot.wait(20)
    assert banner.text == f"{LOSSY}\n{MIRRORED}"


def test_a_third_waits_behind_the_link_and_stays_unfolded(qtbot, room: QWidget) -> None:
    banner = room.banner
    banner.show_problems((LOSSY, MIRRORED, THIRD))
    qtbot.wait(20)
    assert banner.text == f"{LOSSY}\n{MIRRORED}"
    assert find_link(banner).text() == "1 more…"
    qtbot.mouseClick(find_link(banner), Qt.MouseButton.LeftButton)
    assert banner.text.endswith(THIRD)
    room.resize(1000, 300)
    qtbot.wait(20)
    assert banner.text.endswith(THIRD)
    assert not find_link(banner).isVisible()
    banner.show_problems((THIRD,))
    assert banner.text == THIRD
    banner.show_problems(())
    assert not banner.isVisible()
