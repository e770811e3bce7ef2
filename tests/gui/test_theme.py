"""What the themes promise: controls that can be seen on their ground."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QCheckBox, QRadioButton, QVBoxLayout, QWidget

from ctbox.gui.actions import apply_icons, build_actions
from ctbox.gui.theme import DARK, THEMES, apply_theme
from ctbox.gui.viewer.slice_slider import SliceSlider

MIN_CONTRAST = 3.0
"""WCAG 2.2, 1.4.11: what is needed to see a control."""


def luminance(color: QColor) -> float:
    """Return the relative luminance, as WCAG defines it."""
    parts = (color.redF(), color.greenF(), color.blueF())
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: QColor, b: QColor) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.fixture(autouse=True)
def dark_afterwards(qapp: QApplication):
    yield
    apply_theme(qapp, DARK)


@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
@pytest.mark.parametrize("name", sorted(THEMES))
def test_an_unchecked_box_can_be_seen(qtbot, qapp: QApplication, name: str, kind: type) -> None:
    theme = THEMES[name]
    apply_theme(qapp, theme)
    window = QWidget()
    qtbot.addWidget(window)
    window.setStyleSheet(f"background: {theme.window};")
    layout = QVBoxLayout(window)
    box = kind("")
    layout.addWidget(box)
    window.resize(60, 60)
    image = window.grab().toImage()
    ground = QColor(theme.window)
    row = box.geometry().center().y()
    best = max(contrast(image.pixelColor(x, row), ground) for x in range(image.width()))
    assert best >= MIN_CONTRAST


@pytest.mark.parametrize("name", sorted(THEMES))
def test_marks_on_the_slice_slider_can_be_seen(qtbot, qapp: QApplication, name: str) -> None:
    theme = THEMES[name]
    apply_theme(qapp, theme)
    slider = SliceSlider()
    qtbot.addWidget(slider)
    slider.resize(420, 38)
    slider.setRange(0, 9)
    slider.set_marks({2}, {7})
    image = QImage(slider.size(), QImage.Format.Format_RGB32)
    image.fill(QColor(theme.panel))
    slider.render(image)
    ground = QColor(theme.panel)
    lanes = {"expert": range(4, 14), "detection": range(24, 34)}
    for lane, rows in lanes.items():
        seen = [image.pixelColor(x, y) for y in rows for x in range(420)]
        assert max(contrast(color, ground) for color in seen) >= MIN_CONTRAST, lane


@pytest.mark.parametrize("name", sorted(THEMES))
def test_icons_of_all_commands_can_be_seen_in_menus(qtbot, qapp: QApplication, name: str) -> None:
    theme = THEMES[name]
    window = QWidget()
    qtbot.addWidget(window)
    actions = build_actions(window, window, theme)
    apply_icons(actions, theme)
    ground = QColor(theme.raised)
    for command, action in actions.items():
        if action.icon().isNull():
            continue
        picture = action.icon().pixmap(20, 20).toImage()
        solid = [
            picture.pixelColor(x, y)
            for x in range(picture.width())
            for y in range(picture.height())
            if picture.pixelColor(x, y).alpha() > 230
        ]
        assert max(contrast(color, ground) for color in solid) >= MIN_CONTRAST, command
