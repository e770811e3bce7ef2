"""What of a slice can be measured, and how high its pixels are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ctbox.gui.measuring.measurement import (
    Measurement,
    MeasurementKind,
    describe_measurement,
    find_pixel_aspect,
    find_refusal,
)
from tests.gui.builders import build_series

SLICE = build_series("1", 1).slices[0]
COLOR = build_series("2", 1, samples=3).slices[0]
ALL = set(MeasurementKind)


@pytest.mark.parametrize(
    ("slice_", "possible"),
    [
        (SLICE, ALL),
        (COLOR, ALL - {MeasurementKind.ELLIPSE}),
        (replace(SLICE, pixel_spacing_mm=None, pixel_aspect=2.0), ALL - {MeasurementKind.RULER}),
        (
            replace(SLICE, pixel_spacing_mm=None, pixel_aspect=None),
            {MeasurementKind.ELLIPSE},
        ),
    ],
)
def test_what_a_slice_cannot_tell_is_refused(slice_, possible: set[MeasurementKind]) -> None:
    assert {kind for kind in ALL if find_refusal(kind, slice_) is None} == possible


def test_angles_of_pixels_that_are_higher_than_wide() -> None:
    high = replace(SLICE, pixel_spacing_mm=(2.0, 1.0))
    assert find_pixel_aspect(high) == 2.0
    points = ((10.0, 0.0), (0.0, 0.0), (10.0, 5.0))  # 10 mm across, 10 mm down
    angle = Measurement(1, MeasurementKind.ANGLE, high.sop_instance_uid, points)
    assert describe_measurement(angle, high, None) == ("45.0°",)
