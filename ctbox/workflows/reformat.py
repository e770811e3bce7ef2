"""Reformatted planes of a series: where they lie, what they are called, their pixels.

Images are laid out as anatomical planes are read: right to left before front to back before
head to feet along the image's width, whatever plane the series was acquired in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ctbox.dicom.geometry import compute_angle_deg, compute_normal, find_plane
from ctbox.dicom.series import Orientation, Series, Slice, Vector3
from ctbox.errors import CtboxError
from ctbox.imaging.reslice import StackGeometry, cut_along_column, cut_along_row

Across = Literal["row", "column"]
Pixels = NDArray[Any]

SAME_PLACE_MM = 0.05
SPACING_TOLERANCE_MM = 1e-3
ORIENTATION_TOLERANCE_DEG = 0.5
_HINT = "Choose a series of parallel slices with known positions."


@dataclass(frozen=True, slots=True)
class Reformat:
    """A series as a box in the patient.

    Parameters
    ----------
    series : Series
        The series.
    stack : StackGeometry
        How its slices lie against each other.
    origin : Vector3
        Centre of the first slice's first pixel, LPS in mm.
    along_row, along_column, normal : Vector3
        Unit directions of the columns' index, the rows' index, and of the slices' order.
    """

    series: Series
    stack: StackGeometry
    origin: Vector3
    along_row: Vector3
    along_column: Vector3
    normal: Vector3

    def to_volume(self, place: Vector3) -> tuple[float, float, float]:
        """Return column and row (pixel edges of the first slice) and distance from it in mm."""
        step = np.subtract(place, self.origin)
        row_mm, column_mm = self.stack.pixel_spacing_mm
        column = float(step @ np.array(self.along_row)) / column_mm + 0.5
        row = float(step @ np.array(self.along_column)) / row_mm + 0.5
        return column, row, float(step @ np.array(self.normal))

    def to_place(self, column: float, row: float, distance_mm: float) -> Vector3:
        """Return the place of a point of the box; the inverse of `to_volume`."""
        row_mm, column_mm = self.stack.pixel_spacing_mm
        place = (
            np.array(self.origin)
            + np.array(self.along_row) * (column - 0.5) * column_mm
            + np.array(self.along_column) * (row - 0.5) * row_mm
            + np.array(self.normal) * distance_mm
        )
        return float(place[0]), float(place[1]), float(place[2])

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done to the slices so that planes could be cut."""
        notes = []
        if self.stack.is_sheared:
            notes.append("slices moved back against the gantry's tilt")
        if not self.stack.is_even:
            notes.append("uneven slices interpolated by position")
        return tuple(notes)


@dataclass(frozen=True, slots=True)
class ReformatPlane:
    """One plane across the slices.

    Parameters
    ----------
    slice_ : Slice
        The plane as a slice of its own: size, spacing, place and directions.
    across : {"row", "column"}
        What of every slice it holds.
    index : int
        Which one, from 0.
    is_turned : bool
        Whether its width runs along the order of the slices.
    """

    slice_: Slice
    across: Across
    index: int
    is_turned: bool

    @property
    def name(self) -> str:
        """Coronal, Sagittal or Axial."""
        return (find_plane(self.slice_.image_orientation) or "plane").capitalize()


def build_reformat(series: Series) -> Reformat:
    """Return a series as a box.

    Raises
    ------
    CtboxError
        If no planes can be cut: unknown or mixed geometry, fewer than two positions, colours.
    """
    problem = _find_problem(series)
    if problem is not None:
        raise CtboxError(f"No reformatted planes: {problem}.", _HINT, series.description)
    first = series.slices[0]
    orientation, origin = first.image_orientation, first.image_position_mm
    spacing = first.pixel_spacing_mm
    if orientation is None or origin is None or spacing is None:  # told apart above
        raise CtboxError("No reformatted planes: the geometry is unknown.", _HINT)
    a, b, c, d, e, f = orientation
    normal = np.array(compute_normal(orientation))
    steps = np.array([slice_.image_position_mm for slice_ in series.slices]) - np.array(origin)
    distances = steps @ normal
    if distances[-1] < 0:
        normal, distances = -normal, -distances
    places = _find_distinct(distances)
    row_mm, column_mm = spacing
    shifts = np.stack([steps @ (a, b, c) / column_mm, steps @ (d, e, f) / row_mm], axis=1)
    stack = StackGeometry(
        distances[places], tuple(places), shifts[places], first.rows, first.columns, spacing
    )
    x, y, z = (float(value) for value in normal)
    return Reformat(series, stack, origin, (a, b, c), (d, e, f), (x, y, z))


def _find_problem(series: Series) -> str | None:
    first = series.slices[0]
    if first.is_color:
        return "colour images have no place in space"
    if series.not_a_volume or series.is_localizer:
        return "these images are no volume of slices"
    if any(slice_.position_along_normal_mm is None for slice_ in series.slices):
        return "the positions of the slices are unknown"
    if any(slice_.pixel_spacing_mm is None for slice_ in series.slices):
        return "PixelSpacing is missing or invalid, so distances in mm are unknown"
    if not all(_fits(slice_, first) for slice_ in series.slices):
        return "size, spacing or orientation differs between slices"
    positions = {round(each.position_along_normal_mm or 0.0, 2) for each in series.slices}
    return "it takes at least two positions" if len(positions) < 2 else None


def _fits(slice_: Slice, first: Slice) -> bool:
    if (slice_.rows, slice_.columns) != (first.rows, first.columns):
        return False
    if slice_.pixel_spacing_mm is None or first.pixel_spacing_mm is None:
        return False
    pairs = zip(slice_.pixel_spacing_mm, first.pixel_spacing_mm, strict=True)
    if any(abs(here - there) > SPACING_TOLERANCE_MM for here, there in pairs):
        return False
    one, other = slice_.image_orientation, first.image_orientation
    if one is None or other is None:
        return False
    halves = ((one[:3], other[:3]), (one[3:], other[3:]))
    return all(compute_angle_deg(here, there) < ORIENTATION_TOLERANCE_DEG for here, there in halves)


def _find_distinct(distances: NDArray[np.float64]) -> list[int]:
    """Return the places of the slices whose positions grow; of duplicates the first."""
    places: list[int] = []
    for place, distance in enumerate(distances):
        if not places or distance - distances[places[-1]] > SAME_PLACE_MM:
            places.append(place)
    return places


def count_planes(reformat: Reformat, across: Across) -> int:
    """Return how many planes there are of a kind."""
    return reformat.stack.rows if across == "row" else reformat.stack.columns


def find_index(reformat: Reformat, across: Across, place: Vector3) -> int:
    """Return the plane that holds a place, the nearest one for places outside."""
    column, row, _ = reformat.to_volume(place)
    # A little more, so that the rounding of mm never takes an edge for the pixel before it.
    index = int(np.floor((row if across == "row" else column) + 1e-6))
    return min(max(index, 0), count_planes(reformat, across) - 1)


def build_plane(reformat: Reformat, across: Across, index: int) -> ReformatPlane:
    """Return where a plane lies and how it is laid out."""
    stack = reformat.stack
    row_mm, column_mm = stack.pixel_spacing_mm
    if across == "row":
        width, place = reformat.along_row, reformat.to_place(0.5, index + 0.5, 0.0)
        size, width_mm = stack.columns, column_mm
    else:
        width, place = reformat.along_column, reformat.to_place(index + 0.5, 0.5, 0.0)
        size, width_mm = stack.rows, row_mm
    height, lines, height_mm = reformat.normal, stack.line_count, stack.step_mm
    is_turned = _find_main_axis(width) > _find_main_axis(height)
    if is_turned:
        width, height, size, lines = height, width, lines, size
        width_mm, height_mm = height_mm, width_mm
    orientation: Orientation = (*width, *height)
    slice_ = replace(
        reformat.series.slices[0],
        sop_instance_uid=f"{reformat.series.key}:{across}:{index}",
        rows=lines,
        columns=size,
        image_position_mm=place,
        image_orientation=orientation,
        pixel_spacing_mm=(height_mm, width_mm),
        position_along_normal_mm=float(np.dot(place, compute_normal(orientation))),
        slice_thickness_mm=None,
    )
    return ReformatPlane(slice_, across, index, is_turned)


def _find_main_axis(direction: Vector3) -> int:
    return int(np.argmax(np.abs(direction)))


def cut_plane(
    reformat: Reformat, plane: ReformatPlane, find_pixels: Callable[[int], Pixels | None]
) -> Pixels:
    """Return a plane's pixels.

    Parameters
    ----------
    reformat : Reformat
        The series.
    plane : ReformatPlane
        Which plane.
    find_pixels : callable
        Returns the pixels (rows, columns) of a slice by its place in the series, None while it
        is not read; its line then is empty.

    Returns
    -------
    ndarray
        (rows, columns) of `plane.slice_`, of the slices' own type.
    """
    slices = [find_pixels(place) for place in reformat.stack.places]
    known = next((image for image in slices if image is not None), None)
    fill = -1024.0 if known is None or known.dtype == np.int16 else 0.0
    cut = cut_along_row if plane.across == "row" else cut_along_column
    image = cut(slices, reformat.stack, plane.index, fill)
    return np.ascontiguousarray(image.T) if plane.is_turned else image
