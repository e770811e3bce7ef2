"""Pixels and places in the patient, there and back."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctbox.dicom.places import find_nearest_slice, find_pixel, find_place, share_frame
from tests.gui.builders import build_series

SLICE = build_series().slices[0]


def test_first_pixels_centre_is_the_image_position() -> None:
    assert find_place(SLICE, 0.5, 0.5) == SLICE.image_position_mm
    place = find_place(replace(SLICE, pixel_spacing_mm=(2.0, 0.5)), 10.5, 3.5)
    assert place == pytest.approx((-100 + 10 * 0.5, -80 + 3 * 2.0, 50))


@given(
    st.floats(-50, 600),
    st.floats(-50, 600),
    st.floats(0.1, 3),
    st.floats(0.1, 3),
    st.floats(-0.5, 0.5),
)
def test_there_and_back(x: float, y: float, row_mm: float, column_mm: float, tilt: float) -> None:
    leaning = (1.0, 0.0, 0.0, 0.0, math.cos(tilt), math.sin(tilt))
    slice_ = replace(SLICE, pixel_spacing_mm=(row_mm, column_mm), image_orientation=leaning)
    place = find_place(slice_, x, y)
    assert place is not None
    assert find_pixel(slice_, place) == pytest.approx((x, y), abs=1e-6)


def test_unknown_geometry_has_no_places() -> None:
    for bare in ("image_position_mm", "image_orientation", "pixel_spacing_mm"):
        slice_ = replace(SLICE, **{bare: None})
        assert find_place(slice_, 1, 1) is None
        assert find_pixel(slice_, (0, 0, 0)) is None


def test_nearest_slice_and_common_frames() -> None:
    series = build_series(count=12)  # z = 50, 45, 40…
    assert find_nearest_slice(series, (0, 0, 41.9)) == 2
    assert find_nearest_slice(series, (0, 0, 500)) == 0
    bare = replace(SLICE, position_along_normal_mm=None)
    assert find_nearest_slice(replace(series, slices=(bare,)), (0, 0, 0)) is None
    other = build_series("2")
    assert not share_frame(series, other)  # neither tells its frame of reference
    assert share_frame(series, series)
    framed = [replace(each, frame_of_reference_uid="1.9") for each in (series, other)]
    assert share_frame(*framed)
