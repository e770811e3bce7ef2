"""Planes across a stack of slices: coronal and sagittal from axial, and the other way round.

The stack is a box in the patient: columns along the slices' rows, rows along their columns,
and the third axis along the normal of the planes, in the order of the slices. Where slices are
shifted against each other (a tilted gantry), each is moved back by its own shift, so that the
box stands upright. Unevenly spaced slices are interpolated by position onto even lines;
evenly spaced ones are taken as they are.

Nothing copies the whole volume: a plane is one line of every slice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

EVEN_FRACTION = 0.02
"""Steps that differ from their median by no more than this share of it count as even."""
_LEAST_STEP_SHARE = 0.5
_LEAST_SHIFT_PX = 0.02

Image = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class StackGeometry:
    """Where the slices of a stack lie against each other.

    Parameters
    ----------
    positions_mm : ndarray
        float64 (n,): distance of each slice from the first along the normal, strictly
        increasing.
    places : tuple of int
        Which slice of the series each of them is: duplicates of a position are left out.
    shifts_px : ndarray
        float64 (n, 2): by how many columns and rows each slice is shifted against the first.
    rows, columns : int
        Size of every slice.
    pixel_spacing_mm : tuple of float
        Distance of rows and of columns.
    """

    positions_mm: NDArray[np.float64]
    places: tuple[int, ...]
    shifts_px: NDArray[np.float64]
    rows: int
    columns: int
    pixel_spacing_mm: tuple[float, float]

    @property
    def count(self) -> int:
        """Number of slices."""
        return len(self.places)

    @property
    def median_step_mm(self) -> float:
        """Median distance of neighbouring slices."""
        return float(np.median(np.diff(self.positions_mm))) if self.count > 1 else 1.0

    @property
    def is_even(self) -> bool:
        """Whether all slices lie at equal distances."""
        steps = np.diff(self.positions_mm)
        return bool(np.all(np.abs(steps - self.median_step_mm) <= self._tolerance))

    @property
    def _tolerance(self) -> float:
        return EVEN_FRACTION * self.median_step_mm + 1e-3

    @property
    def is_sheared(self) -> bool:
        """Whether slices are shifted against each other."""
        return bool(np.any(np.abs(self.shifts_px) > _LEAST_SHIFT_PX))

    @property
    def step_mm(self) -> float:
        """Distance of a plane's lines: the slices' own, or the least one where it varies."""
        if self.is_even:
            return self.median_step_mm
        least = float(np.diff(self.positions_mm).min())
        return max(least, _LEAST_STEP_SHARE * self.median_step_mm)

    @property
    def line_count(self) -> int:
        """Number of lines of a plane across the stack."""
        if self.is_even:
            return self.count
        return math.floor(float(self.positions_mm[-1]) / self.step_mm + 1e-6) + 1


def cut_along_row(
    slices: Sequence[Image | None], stack: StackGeometry, row: float, fill: float
) -> Image:
    """Return the plane that holds one row of every slice: coronal, for axial slices.

    Parameters
    ----------
    slices : sequence of ndarray or None
        (rows, columns) each, in the order of `stack.places`; None where one is not read.
    stack : StackGeometry
        How they lie.
    row : float
        Place of the row's middle, counted in rows of the first slice: 0 is the first row.
        Between two rows it is interpolated.
    fill : float
        What stands where there is nothing.

    Returns
    -------
    ndarray
        (lines, columns), of the slices' own type, the first slice's line first.
    """
    empty = np.full(stack.columns, fill, _find_dtype(slices))
    lines = [
        _shift(_take_row(image, row - shift[1], empty), shift[0], fill)
        for image, shift in zip(slices, stack.shifts_px, strict=True)
    ]
    return _space_out(lines, stack)


def cut_along_column(
    slices: Sequence[Image | None], stack: StackGeometry, column: float, fill: float
) -> Image:
    """Return the plane that holds one column of every slice: sagittal, for axial slices.

    Parameters and result as `cut_along_row`, with (lines, rows) values.
    """
    empty = np.full(stack.rows, fill, _find_dtype(slices))
    lines = [
        _shift(_take_row(_turn(image), column - shift[0], empty), shift[1], fill)
        for image, shift in zip(slices, stack.shifts_px, strict=True)
    ]
    return _space_out(lines, stack)


def cut_between(
    slices: Sequence[Image | None], stack: StackGeometry, position_mm: float, fill: float
) -> Image:
    """Return the plane parallel to the slices at a distance from the first, interpolated.

    Beyond the stack by more than half a step there is nothing but `fill`. Shifts are left
    alone: this is for stacks without.
    """
    positions = stack.positions_mm
    reach = stack.median_step_mm / 2
    empty = np.full((stack.rows, stack.columns), fill, _find_dtype(slices))
    if not -reach <= position_mm <= positions[-1] + reach:
        return empty
    low, share = _find_neighbours(stack, position_mm)
    first = slices[low] if slices[low] is not None else empty
    if share == 0.0:
        return np.asarray(first)
    second = slices[low + 1] if slices[low + 1] is not None else empty
    return _blend(np.asarray(first), np.asarray(second), share)


def _find_dtype(slices: Sequence[Image | None]) -> np.dtype[np.generic]:
    return next((image.dtype for image in slices if image is not None), np.dtype(np.int16))


def _turn(image: Image | None) -> Image | None:
    return None if image is None else image.T


def _take_row(image: Image | None, row: float, empty: Image) -> Image:
    """Return one row of an image, between two of them where the place is fractional."""
    if image is None or not -0.5 <= row <= image.shape[0] - 0.5:
        return empty
    low = min(max(math.floor(row), 0), image.shape[0] - 1)
    share = min(max(row - low, 0.0), 1.0)
    if share < _LEAST_SHIFT_PX or low + 1 >= image.shape[0]:
        return np.asarray(image[low])
    return _blend(image[low], image[low + 1], share)


def _shift(line: Image, by: float, fill: float) -> Image:
    """Return a line moved by so many pixels, interpolated."""
    if abs(by) <= _LEAST_SHIFT_PX:
        return line
    place = np.arange(len(line), dtype=np.float64)
    moved = np.interp(place - by, place, line.astype(np.float64), left=fill, right=fill)
    return _restore(moved, line.dtype)


def _blend(first: Image, second: Image, share: float) -> Image:
    mixed = first * np.float32(1 - share) + second * np.float32(share)
    return _restore(mixed, first.dtype)


def _restore(values: NDArray[np.floating], dtype: np.dtype[np.generic]) -> Image:
    if np.issubdtype(dtype, np.integer):
        return np.asarray(np.rint(values).astype(dtype))
    return np.asarray(values.astype(dtype))


def _space_out(lines: Sequence[Image], stack: StackGeometry) -> Image:
    """Stack lines evenly, between two slices where those are not."""
    plane = np.stack(lines)
    if stack.is_even:
        return plane
    wanted = np.arange(stack.line_count) * stack.step_mm
    low = np.searchsorted(stack.positions_mm, wanted, side="right") - 1
    low = np.clip(low, 0, stack.count - 2)
    span = stack.positions_mm[low + 1] - stack.positions_mm[low]
    share = np.clip((wanted - stack.positions_mm[low]) / span, 0.0, 1.0).astype(np.float32)
    mixed = plane[low] * (1 - share)[:, None] + plane[low + 1] * share[:, None]
    return _restore(mixed, plane.dtype)


def _find_neighbours(stack: StackGeometry, position_mm: float) -> tuple[int, float]:
    """Return the slice at or before a position and the share of the one after it."""
    positions = stack.positions_mm
    low = int(np.searchsorted(positions, position_mm, side="right")) - 1
    low = min(max(low, 0), stack.count - 1)
    if low == stack.count - 1:
        return low, 0.0
    share = float((position_mm - positions[low]) / (positions[low + 1] - positions[low]))
    return low, min(max(share, 0.0), 1.0)
