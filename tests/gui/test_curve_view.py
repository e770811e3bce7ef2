from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from ctbox.gui.training.curve_view import Chart, Curve, CurveView, _place, choose_ticks, smooth

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)


@given(low=NUMBERS, span=st.floats(1e-6, 1e6), count=st.integers(2, 10))
def test_ticks_are_round_few_and_inside(low: float, span: float, count: int) -> None:
    ticks = choose_ticks(low, low + span, count)
    assert len(ticks) <= count + 1
    room = 1e-6 * max(abs(low), span, 1)
    assert all(low - room <= tick <= low + span + room for tick in ticks)


def test_ticks_of_rounds_are_whole() -> None:
    assert choose_ticks(0, 2, 6, least=1.0) == [0, 1, 2]
    assert choose_ticks(1, 1, 4) == [1]
    assert choose_ticks(0.0, math.inf, 4) == [0.0]


def test_smoothing_keeps_the_ends_of_the_scale() -> None:
    points = [(float(i), 1.0) for i in range(20)]
    assert smooth(points) == tuple(points)
    assert smooth([(1.0, 4.0), (2.0, 2.0)], reach=1) == ((1.0, 4.0), (2.0, 3.0))
    assert smooth([]) == ()


def test_points_lie_where_they_belong() -> None:
    frame = QRectF(10, 20, 100, 50)
    spans = ((0.0, 10.0), (0.0, 1.0))
    assert _place((0, 0), frame, spans) == QPointF(10, 70)
    assert _place((10, 1), frame, spans) == QPointF(110, 20)


@pytest.mark.parametrize(
    "curves", [(), (Curve(((1.0, 0.5),)),), (Curve(((1.0, 0.5), (2.0, 0.5))), Curve(()))]
)
def test_it_is_drawn_with_any_number_of_points(qtbot, curves: tuple[Curve, ...]) -> None:
    view = CurveView(Chart("Loss", "step", curves, (1.0, 0.5), (0.0, 1.0)))
    qtbot.addWidget(view)
    view.show()
    qtbot.mouseMove(view, view.rect().center())
    assert not view.grab().isNull()
    assert "Loss" in view.accessibleName()
