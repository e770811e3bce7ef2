"""Planes and edges: the cases a reader would name."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctbox.dicom.geometry import (
    EdgeLetters,
    compute_angle_deg,
    compute_edge_letters,
    compute_normal,
    compute_position_along_normal,
    find_plane,
    find_valid_orientation,
    is_axial,
)
from ctbox.dicom.series import Orientation
from tests.builders import AXIAL, CORONAL, SAGITTAL

PRONE = (-1.0, 0.0, 0.0, 0.0, -1.0, 0.0)
MIRRORED = (-1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def tilted(degrees: float) -> Orientation:
    angle = math.radians(degrees)
    return (1.0, 0.0, 0.0, 0.0, math.cos(angle), -math.sin(angle))


@pytest.mark.parametrize(
    ("orientation", "plane", "letters"),
    [
        (AXIAL, "axial", ("R", "L", "A", "P")),
        (PRONE, "axial", ("L", "R", "P", "A")),
        (MIRRORED, "axial", ("L", "R", "A", "P")),
        (CORONAL, "coronal", ("R", "L", "H", "F")),
        (SAGITTAL, "sagittal", ("A", "P", "H", "F")),
        (tilted(20), "axial", ("R", "L", "AH", "PF")),
        (tilted(10), "axial", ("R", "L", "A", "P")),
        (tilted(44), "axial", ("R", "L", "AH", "PF")),
        (tilted(60), "coronal", ("R", "L", "HA", "FP")),
        (None, None, ("", "", "", "")),
    ],
)
def test_planes_and_letters(
    orientation: Orientation | None, plane: str | None, letters: tuple[str, str, str, str]
) -> None:
    assert find_plane(orientation) == plane
    assert is_axial(orientation) == (plane == "axial")
    assert compute_edge_letters(orientation) == EdgeLetters(*letters)


@pytest.mark.parametrize(
    ("orientation", "normal"),
    [
        (AXIAL, (0, 0, 1)),
        (PRONE, (0, 0, 1)),
        (MIRRORED, (0, 0, 1)),
        (CORONAL, (0, 1, 0)),
        (SAGITTAL, (1, 0, 0)),
    ],
)
def test_normals_point_to_head_back_and_left(
    orientation: Orientation, normal: tuple[float, float, float]
) -> None:
    assert compute_normal(orientation) == normal


def test_position_is_z_for_axial_images_mirrored_or_not() -> None:
    for orientation in (AXIAL, PRONE, MIRRORED):
        assert compute_position_along_normal((-120.0, -130.0, -62.5), orientation) == -62.5


@pytest.mark.parametrize(
    "values",
    [
        (0.0,) * 6,
        (1.0, 0.0, 0.0, 1.0, 0.0, 0.0),
        (2.0, 0.0, 0.0, 0.0, 1.0, 0.0),
        (1.0, 0.0, 0.0, 0.5, 0.9, 0.0),
    ],
)
def test_directions_that_are_none_are_refused(values: tuple[float, ...]) -> None:
    assert find_valid_orientation(values) is None


def test_rounded_directions_are_scaled_to_unit_length() -> None:
    orientation = find_valid_orientation((0.999, 0.0, 0.0, 0.0, 1.001, 0.0))
    assert orientation == pytest.approx(AXIAL)


@given(st.tuples(*[st.floats(-math.pi, math.pi)] * 3))
def test_any_rotation_has_unit_normal_and_opposite_letters(
    angles: tuple[float, float, float],
) -> None:
    a, b, c = angles
    row = (math.cos(a) * math.cos(b), math.sin(a) * math.cos(b), math.sin(b))
    u = (-math.sin(a), math.cos(a), 0.0)
    v = (-math.cos(a) * math.sin(b), -math.sin(a) * math.sin(b), math.cos(b))
    column = tuple(math.cos(c) * x + math.sin(c) * y for x, y in zip(u, v, strict=True))
    orientation = find_valid_orientation((*row, *column))
    assert orientation is not None
    normal = compute_normal(orientation)
    assert math.hypot(*normal) == pytest.approx(1)
    assert compute_angle_deg(normal, (row[0], row[1], row[2])) == pytest.approx(90, abs=1e-4)
    letters = compute_edge_letters(orientation)
    opposite = str.maketrans("RLAPHF", "LRPAFH")
    assert letters.right == letters.left.translate(opposite)
    assert letters.bottom == letters.top.translate(opposite)


def test_angle_of_no_length_is_none() -> None:
    assert compute_angle_deg((0.0, 0.0, 0.0), (0.0, 0.0, 1.0)) == 0
