"""PET cut by CT planes: where it lies and what it holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ctbox.dicom.places import find_pixel, find_place
from ctbox.workflows.fuse import cut_fused, find_axis, find_value
from ctbox.workflows.reformat import build_plane, build_reformat
from tests.gui.builders import build_series

# CT: 12 slices of 5 mm from z = 50, pixels of 0.8 mm from (−100, −80).
CT = build_series(count=12)


def build_pet():
    """16 slices of 4 mm from z = 52, 60 × 40 pixels of 3 mm from (−120, −100)."""
    slices = tuple(
        replace(
            CT.slices[0],
            sop_instance_uid=f"pet.{index}",
            rows=40,
            columns=60,
            pixel_spacing_mm=(3.0, 3.0),
            image_position_mm=(-120.0, -100.0, 52.0 - 4.0 * index),
            position_along_normal_mm=52.0 - 4.0 * index,
        )
        for index in range(16)
    )
    return build_reformat(replace(CT, slices=slices, series_instance_uid="pet", modality="PT"))


PET = build_pet()
# The value is a place: x + y + z in mm, so that any cut can be checked against its place.
K, R, C = np.mgrid[0:16, 0:40, 0:60]
VALUES = list(((-120.0 + 3 * C) + (-100.0 + 3 * R) + (52.0 - 4 * K)).astype(np.float32))


def find_pixels(place: int) -> np.ndarray:
    return VALUES[place]


def check(cut, slice_) -> None:
    """Every pixel of a cut holds the sum of its place's coordinates, and lies in the plane."""
    rows, columns = cut.pixels.shape
    corner, right, bottom = (np.array(place) for place in (cut.corner, cut.right, cut.bottom))
    for row, column in ((2, 3), (rows - 3, columns - 4), (rows // 2, columns // 2)):
        across, down = (column + 0.5) / columns, (row + 0.5) / rows
        place = corner + (right - corner) * across + (bottom - corner) * down
        assert cut.pixels[row, column] == pytest.approx(place.sum(), abs=0.05)
        x, y = find_pixel(slice_, tuple(place))
        back = find_place(slice_, x, y)
        assert back == pytest.approx(tuple(place), abs=1e-6)


@pytest.mark.parametrize("index", [1, 4, 9])
def test_ct_slices_cut_the_pet_between_its_own(index: int) -> None:
    slice_ = CT.slices[index]
    cut = cut_fused(PET, slice_, find_pixels)
    assert cut.pixels.shape == (40, 60)
    check(cut, slice_)


@pytest.mark.parametrize("across", ["row", "column"])
def test_reformatted_planes_cut_the_pet_too(across: str) -> None:
    plane = build_plane(build_reformat(CT), across, 41)
    cut = cut_fused(PET, plane.slice_, find_pixels)
    check(cut, plane.slice_)


def test_planes_that_lean_are_not_cut() -> None:
    angle = np.radians(5)
    leaning = (1.0, 0.0, 0.0, 0.0, float(np.cos(angle)), float(np.sin(angle)))
    slice_ = replace(CT.slices[3], image_orientation=leaning)
    assert find_axis(PET, slice_) is None
    assert cut_fused(PET, slice_, find_pixels) is None


def test_value_at_a_place() -> None:
    assert find_value(PET, (-90.0, -70.0, 40.0), find_pixels) == pytest.approx(-120.0)
    assert find_value(PET, (-90.0, -70.0, 80.0), find_pixels) is None
    assert find_value(PET, (300.0, -70.0, 40.0), find_pixels) is None
    assert find_value(PET, (-90.0, -70.0, 40.0), lambda _: None) is None
