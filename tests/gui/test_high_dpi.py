"""A screen at 200 %: twice the pixels must bring twice the detail, at the same place."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from ctbox.gui.viewer.detection_store import DetectionStore
from ctbox.gui.viewer.slice_view import SliceView
from ctbox.gui.viewer.state import ViewerState
from tests.gui.builders import build_series, build_series_case, make_pixels

WIDTH, HEIGHT = 512, 384


@pytest.fixture
def view(qtbot) -> SliceView:
    state = ViewerState(DetectionStore())
    series_case = build_series_case(build_series(count=5), {0: [(40, 30, 60, 50)]})
    view = SliceView(state)
    qtbot.addWidget(view)
    view.resize(WIDTH, HEIGHT)
    state.set_series(series_case)
    view.show_pixels(make_pixels(series_case.series.slices[0]))
    view.show()
    qtbot.waitExposed(view)
    return view


def paint(view: SliceView, ratio: int) -> NDArray[np.int16]:
    """Return the view on a screen of that many pixels to one, int16 (rows, columns)."""
    picture = QImage(WIDTH * ratio, HEIGHT * ratio, QImage.Format.Format_Grayscale8)
    picture.setDevicePixelRatio(ratio)
    picture.fill(0)
    view.render(picture)
    rows = np.frombuffer(picture.constBits(), np.uint8).reshape(HEIGHT * ratio, -1)
    return rows[:, : WIDTH * ratio].astype(np.int16)


def test_a_screen_at_200_percent_shows_finer_detail_at_the_same_place(view: SliceView) -> None:
    plain, fine = paint(view, 1), paint(view, 2)
    blocks = fine.reshape(HEIGHT, 2, WIDTH, 2)
    assert np.abs(blocks.mean((1, 3)) - plain).mean() < 3
    # Letters and lines of a picture merely blown up would be flat within each block of 2 × 2.
    edges = np.ptp(blocks, axis=(1, 3)) > 40
    drawn = np.abs(np.diff(plain, axis=1, append=0)) > 40
    assert np.count_nonzero(edges & drawn) > 0.3 * np.count_nonzero(drawn)


def test_letters_in_the_corners_are_drawn_with_all_pixels(view: SliceView) -> None:
    fine = paint(view, 2)[: HEIGHT // 2, : WIDTH // 2]
    assert fine.max() > 120
    letters = fine.reshape(HEIGHT // 4, 2, WIDTH // 4, 2)
    assert np.mean(np.ptp(letters, axis=(1, 3))[letters.max((1, 3)) > 120] > 40) > 0.3
