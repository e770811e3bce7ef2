"""Directions and places of image planes in the patient (PS3.3 C.7.6.2).

Coordinates are LPS: x grows to the patient's left, y to the back, z to the head, in mm.
The six numbers of an orientation are the direction cosines of the row (increasing column
index), then of the column (increasing row index).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ctbox.dicom.series import Orientation, Vector3

UNIT_TOLERANCE = 0.01
"""How far a direction's length may be from 1, or the cosine between both from 0."""
LETTER_COSINE = 0.26
"""A direction gets a second letter where it leans by more than 15°."""

PlaneName = Literal["axial", "coronal", "sagittal"]

_PLANES: tuple[PlaneName, ...] = ("sagittal", "coronal", "axial")
_LETTERS = (("R", "L"), ("A", "P"), ("F", "H"))  # towards lower, towards higher x, y, z


@dataclass(frozen=True, slots=True)
class EdgeLetters:
    """The patient's side that lies at each edge of the image as stored: R L A P H F.

    A leaning plane has two letters at an edge, the main one first; unknown is "".
    """

    left: str = ""
    right: str = ""
    top: str = ""
    bottom: str = ""


STANDARD_AXIAL_LETTERS = EdgeLetters(left="R", right="L", top="A", bottom="P")


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def find_valid_orientation(values: Sequence[float]) -> Orientation | None:
    """Return six direction cosines scaled to unit length, or None if they are none.

    Both directions must have length 1 and be perpendicular within UNIT_TOLERANCE.
    """
    row, column = values[:3], values[3:]
    lengths = [math.sqrt(_dot(direction, direction)) for direction in (row, column)]
    if any(abs(length - 1) > UNIT_TOLERANCE for length in lengths):
        return None
    if abs(_dot(row, column)) > UNIT_TOLERANCE:
        return None
    a, b, c = (value / lengths[0] for value in row)
    d, e, f = (value / lengths[1] for value in column)
    return a, b, c, d, e, f


def _find_main_axis(direction: Vector3) -> int:
    # max keeps the first of equals; z comes first so that 45° still counts as axial.
    return max((2, 1, 0), key=lambda axis: abs(round(direction[axis], 6)))


@lru_cache(maxsize=64)  # slices of a series share theirs
def compute_normal(orientation: Orientation) -> Vector3:
    """Return the unit normal of the planes, its main component positive.

    It points to the head for axial planes however they are mirrored, to the back for coronal,
    to the patient's left for sagittal ones.
    """
    a, b, c, d, e, f = orientation
    normal = (b * f - c * e, c * d - a * f, a * e - b * d)
    sign = 1.0 if normal[_find_main_axis(normal)] >= 0 else -1.0
    # Adding 0 turns −0 into 0.
    return normal[0] * sign + 0.0, normal[1] * sign + 0.0, normal[2] * sign + 0.0


def compute_position_along_normal(position_mm: Vector3, orientation: Orientation) -> float:
    """Return the place of a plane along `compute_normal`, mm."""
    return _dot(position_mm, compute_normal(orientation))


def find_plane(orientation: Orientation | None) -> PlaneName | None:
    """Return the anatomical plane nearest to the images', None if their orientation is unknown."""
    if orientation is None:
        return None
    return _PLANES[_find_main_axis(compute_normal(orientation))]


def is_axial(orientation: Orientation | None) -> bool:
    """Whether the planes are nearer to axial than to any other, tilted gantry included.

    Rotated or mirrored images count: `compute_edge_letters` tells how they lie.
    """
    return find_plane(orientation) == "axial"


def starts_at_high_end(orientation: Orientation) -> bool:
    """Whether the first slice shown is the one with the largest position along the normal.

    Axial series start most cranial (head to feet), coronal ones most anterior (front to back),
    sagittal ones at the patient's right (right to left).
    """
    return is_axial(orientation)


def compute_edge_letters(orientation: Orientation | None) -> EdgeLetters:
    """Return which side of the patient lies at each edge of the image as stored."""
    if orientation is None:
        return EdgeLetters()
    a, b, c, d, e, f = orientation
    row, column = (a, b, c), (d, e, f)
    return EdgeLetters(
        left=_name_direction((-a, -b, -c)),
        right=_name_direction(row),
        top=_name_direction((-d, -e, -f)),
        bottom=_name_direction(column),
    )


def _name_direction(direction: Vector3) -> str:
    main = _find_main_axis(direction)
    axes = sorted(range(3), key=lambda axis: (axis != main, -abs(direction[axis])))
    named = [axis for axis in axes if axis == main or abs(direction[axis]) > LETTER_COSINE]
    return "".join(_LETTERS[axis][direction[axis] > 0] for axis in named)


def compute_angle_deg(a: Vector3, b: Vector3) -> float:
    """Return the angle between two lines in degrees, 0…90; 0 if a vector has no length."""
    length = math.sqrt(_dot(a, a) * _dot(b, b))
    if length == 0:
        return 0.0
    return math.degrees(math.acos(min(abs(_dot(a, b)) / length, 1.0)))
