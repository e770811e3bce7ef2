"""What the themes promise: controls that can be seen on their ground."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QCheckBox, QRadioButton, QVBoxLayout, QWidget

from ctbox.gui.theme import DARK, THEMES, apply_theme

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
