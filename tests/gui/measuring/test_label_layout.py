"""Texts of measurements keep off one another, off the boxes' tags, and off the boxes."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QPainterPath

from ctbox.gui.measuring.label_layout import EMPTY, Around, LabelPlace
from ctbox.gui.measuring.measurement import Measurement, MeasurementKind
from ctbox.gui.measuring.painter import DrawnMeasurement, lay_out_measurements
from ctbox.gui.viewer.placement import ImageSize, Placement, compute_mapping

AREA = QRectF(0, 0, 700, 500)
KINDS = {
    MeasurementKind.RULER: ("58.3 mm",),
    MeasurementKind.ANGLE: ("97.1°",),
    MeasurementKind.ELLIPSE: ("41.3 ± 12.8 HU", "min −12  max 80 HU", "365 mm²  (571 px)"),
}
spots = st.tuples(st.integers(0, 700), st.integers(0, 500))
ruler, ellipse = MeasurementKind.RULER, MeasurementKind.ELLIPSE


def draw(kind: MeasurementKind, *points: tuple[float, float]) -> DrawnMeasurement:
    return DrawnMeasurement(Measurement(1, kind, "1", points), KINDS[kind])


@pytest.fixture(scope="module")
def lay_out(qapp: object):
    mapping = compute_mapping(Placement(), ImageSize(700, 500), 700, 500)

    def call(*drawn: DrawnMeasurement, around: Around = EMPTY) -> list[LabelPlace]:
        return lay_out_measurements(QFont(), mapping, AREA, drawn, around)

    return call


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(list(KINDS)), spots, spots, spots), max_size=6))
def test_no_text_covers_another_and_all_can_be_seen(lay_out, found: list[tuple]) -> None:
    drawn = [draw(kind, *points[: kind.point_count]) for kind, *points in found]
    written = QRectF(300, 200, 80, 20)
    places = [each.rect for each in lay_out(*drawn, around=Around((written,)))]
    for place in places:
        assert place.isEmpty() or AREA.contains(place)
    for one, other in itertools.combinations([written, *places], 2):
        assert not one.intersects(other)


def test_a_text_alone_stands_right_of_its_shape_without_a_line(lay_out) -> None:
    (place,) = lay_out(draw(ruler, (100, 100), (200, 120)))
    assert 200 < place.rect.left() < 212
    assert place.rect.top() < 120 < place.rect.bottom()
    assert place.leader is None


def test_at_the_right_edge_it_stands_on_the_left(lay_out) -> None:
    (place,) = lay_out(draw(ruler, (600, 100), (690, 100)))
    assert 588 < place.rect.right() < 600


def test_ruler_and_ellipse_on_one_tumour_can_both_be_read(lay_out) -> None:
    one, other = lay_out(draw(ruler, (200, 200), (300, 220)), draw(ellipse, (190, 180), (310, 240)))
    oval = QPainterPath()
    oval.addEllipse(QRectF(QPointF(190, 180), QPointF(310, 240)))
    assert not one.rect.intersects(other.rect)
    for place in (one, other):
        assert not oval.intersects(place.rect)
        assert not place.rect.contains(QPointF(310, 240))  # its handle


def test_texts_leave_the_box_and_its_tag_free_and_a_line_leads_to_them(lay_out) -> None:
    box, tag = QRectF(150, 150, 200, 120), QRectF(353, 150, 60, 120)
    (place,) = lay_out(draw(ruler, (180, 200), (300, 210)), around=Around((tag,), (box,)))
    assert not place.rect.intersects(box)
    assert not place.rect.intersects(tag)
    assert place.leader is not None
    assert place.leader.p1() in (QPointF(180, 200), QPointF(300, 210))


def test_a_shape_out_of_sight_leaves_no_text_at_the_edge(lay_out) -> None:
    (place,) = lay_out(draw(ruler, (-300, 100), (-200, 120)))
    assert place.rect.isEmpty()


def test_six_shapes_in_one_spot_cost_little(lay_out) -> None:
    drawn = [draw(ellipse, (300 + 4 * i, 200), (360 + 4 * i, 260)) for i in range(6)]
    start = time.perf_counter()
    lay_out(*drawn, around=Around(boxes=(QRectF(280, 190, 120, 90),)))
    assert time.perf_counter() - start < 0.2
