from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage

from ctbox.gui.viewer.slice_slider import SliceSlider, find_runs


@pytest.fixture
def slider(qtbot) -> SliceSlider:
    slider = SliceSlider()
    qtbot.addWidget(slider)
    slider.resize(420, 38)
    slider.setRange(0, 99)
    slider.show()
    return slider


def picture(slider: SliceSlider) -> np.ndarray:
    image = slider.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return raw[..., 2::-1].astype(int)


def test_dragging_follows_the_pointer(qtbot, slider: SliceSlider) -> None:
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(11, 19))
    assert slider.value() == 0
    qtbot.mouseMove(slider, QPoint(210, 19))
    assert slider.value() == 50
    qtbot.mouseMove(slider, QPoint(2000, 19))
    assert slider.value() == 99
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(2000, 19))
    qtbot.mouseMove(slider, QPoint(100, 19))
    assert slider.value() == 99


def test_keys_go_caudally_with_right_and_down(qtbot, slider: SliceSlider) -> None:
    for key, expected in (
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Down, 2),
        (Qt.Key.Key_Up, 1),
        (Qt.Key.Key_PageDown, 11),
        (Qt.Key.Key_End, 99),
    ):
        qtbot.keyClick(slider, key)
        assert slider.value() == expected


@given(st.frozensets(st.integers(0, 30)))
def test_runs_of_loaded_slices_are_those_slices(loaded: frozenset[int]) -> None:
    runs = find_runs(loaded)
    assert sorted(loaded) == [i for first, last in runs for i in range(first, last + 1)]
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(runs))


def test_what_is_loaded_is_seen_in_the_groove(slider: SliceSlider) -> None:
    plain = picture(slider)
    slider.set_loaded({*range(20, 40), 60})
    changed = np.abs(picture(slider) - plain).sum(axis=2)[slider.height() // 2] > 30
    columns = np.flatnonzero(changed)
    assert len(columns) == pytest.approx(4 * 21, abs=5)
    assert columns[0] == pytest.approx(10 + 4 * 20, abs=2)


def test_marks_of_expert_and_model_lie_in_lanes_of_their_own(slider: SliceSlider) -> None:
    plain = picture(slider)
    slider.set_marks({70}, {70})
    changed = np.abs(picture(slider) - plain).sum(axis=2).max(axis=1) > 60
    rows = np.flatnonzero(changed)
    middle = slider.height() / 2
    assert (rows < middle - 3).any()
    assert (rows > middle + 3).any()
    assert not changed[int(middle) - 2 : int(middle) + 2].any()


def test_a_lesions_slices_are_joined_below_its_detections(slider: SliceSlider) -> None:
    slider.set_marks((), {70, 71, 72, 73})
    with_marks = picture(slider)
    slider.set_lesions([(70, 73)])
    changed = np.abs(picture(slider) - with_marks).sum(axis=2) > 60
    rows, columns = np.nonzero(changed)
    assert rows.min() > slider.height() / 2 + 8
    assert columns.max() - columns.min() >= 3 * slider.width() / 110
    assert slider.lesion_spans == ((70, 73),)


def test_loaded_part_is_seen(slider: SliceSlider) -> None:
    before = picture(slider)
    slider.set_loaded(range(50))
    middle = slider.height() // 2
    changed = np.abs(picture(slider) - before)[middle].sum(axis=1) > 20
    columns = np.flatnonzero(changed)
    assert columns.max() < 215
    assert columns.size > 150


def test_wheel_down_goes_caudally(slider: SliceSlider) -> None:
    from tests.gui.test_slice_view import turn_wheel

    turn_wheel(slider, -1)
    assert slider.value() == 1
    turn_wheel(slider, 1)
    assert slider.value() == 0
