"""One series cut by another's plane: PET as it lies in a CT slice or a reformatted plane."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctbox.dicom.geometry import compute_normal
from ctbox.dicom.places import find_middle
from ctbox.dicom.series import Slice, Vector3
from ctbox.imaging.reslice import cut_along_column, cut_along_row, cut_between
from ctbox.workflows.reformat import Reformat

ALIGNED_DEG = 2.0
"""Planes that lean against the other series' axes by more are not cut."""

Pixels = NDArray[Any]
FindPixels = Callable[[int], Pixels | None]


@dataclass(frozen=True, eq=False)
class FusedPlane:
    """A cut through a series and where it lies.

    Parameters
    ----------
    pixels : ndarray
        (rows, columns).
    corner, right, bottom : Vector3
        Places of the image's upper left, upper right and lower left corner, LPS in mm.
    """

    pixels: Pixels
    corner: Vector3
    right: Vector3
    bottom: Vector3


def find_axis(reformat: Reformat, slice_: Slice) -> int | None:
    """Return which axis of a series a plane lies across: 0 columns, 1 rows, 2 slices.

    None where the plane leans by more than ALIGNED_DEG, or its directions are unknown.
    """
    if slice_.image_orientation is None:
        return None
    normal = np.array(compute_normal(slice_.image_orientation))
    axes = np.array([reformat.along_row, reformat.along_column, reformat.normal])
    cosines = np.abs(axes @ normal)
    axis = int(cosines.argmax())
    return axis if cosines[axis] >= math.cos(math.radians(ALIGNED_DEG)) else None


def cut_fused(reformat: Reformat, slice_: Slice, find_pixels: FindPixels) -> FusedPlane | None:
    """Return a series as it lies in another one's plane.

    Parameters
    ----------
    reformat : Reformat
        The series to cut.
    slice_ : Slice
        The plane, in the same frame of reference.
    find_pixels : callable
        Returns the pixels of a slice of that series by its place, None while it is not read.

    Returns
    -------
    FusedPlane or None
        None where the plane leans against the series, or its place is unknown.
    """
    axis, middle = find_axis(reformat, slice_), find_middle(slice_)
    if axis is None or middle is None:
        return None
    stack = reformat.stack
    slices = [find_pixels(place) for place in stack.places]
    column, row, distance = reformat.to_volume(middle)
    if axis == 2:
        pixels = cut_between(slices, stack, distance, 0.0)
        corners = ((0.0, 0.0), (stack.columns, 0.0), (0.0, stack.rows))
        places = [reformat.to_place(x, y, distance) for x, y in corners]
        return FusedPlane(pixels, *places)
    top, bottom = -stack.step_mm / 2, (stack.line_count - 0.5) * stack.step_mm
    if axis == 1:
        pixels = cut_along_row(slices, stack, row - 0.5, 0.0)
        width = float(stack.columns)
        points = ((0.0, row, top), (width, row, top), (0.0, row, bottom))
    else:
        pixels = cut_along_column(slices, stack, column - 0.5, 0.0)
        width = float(stack.rows)
        points = ((column, 0.0, top), (column, width, top), (column, 0.0, bottom))
    return FusedPlane(pixels, *(reformat.to_place(*point) for point in points))


def find_value(reformat: Reformat, place: Vector3, find_pixels: FindPixels) -> float | None:
    """Return a series' value at a place, that of the nearest pixel; None outside or unread."""
    stack = reformat.stack
    column, row, distance = reformat.to_volume(place)
    line = int(np.abs(stack.positions_mm - distance).argmin())
    if abs(stack.positions_mm[line] - distance) > stack.median_step_mm / 2 + 1e-6:
        return None
    dx, dy = (float(value) for value in stack.shifts_px[line])
    x, y = math.floor(column - dx), math.floor(row - dy)
    pixels = find_pixels(stack.places[line])
    if pixels is None or not (0 <= x < stack.columns and 0 <= y < stack.rows):
        return None
    return float(pixels[y, x])
