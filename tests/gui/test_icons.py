from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QImage

from ctbox.gui.actions import ACTIONS
from ctbox.gui.icons import _NAMES, find_icon
from ctbox.gui.theme import DARK, LIGHT, Theme


def draw(name: str, theme: Theme, mode: QIcon.Mode = QIcon.Mode.Normal) -> np.ndarray:
    picture = find_icon(name, theme).pixmap(QSize(24, 24), mode).toImage()
    picture = picture.convertToFormat(QImage.Format.Format_ARGB32)
    return np.frombuffer(picture.constBits(), np.uint32).reshape(24, 24).copy()


@pytest.mark.parametrize("name", sorted(_NAMES))
def test_every_icon_draws_a_glyph_of_its_own(qapp: object, name: str) -> None:
    inked = (draw(name, DARK) >> 24 > 64).mean()
    assert 0.02 < inked < 0.9


def test_no_two_icons_are_alike(qapp: object) -> None:
    pictures = {draw(name, DARK).tobytes() for name in _NAMES if name != "close"}
    assert len(pictures) == len(_NAMES) - 1


def test_icons_follow_theme_and_mode(qapp: object) -> None:
    pictures = [draw("fit", DARK), draw("fit", LIGHT), draw("fit", DARK, QIcon.Mode.Disabled)]
    assert len({picture.tobytes() for picture in pictures}) == 3


def test_commands_name_icons_that_exist() -> None:
    assert {spec.icon for spec in ACTIONS if spec.icon} <= set(_NAMES)
