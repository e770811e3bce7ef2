"""What is odd about a stack of slices, said in sentences that a user can act on.

Tolerances: places closer than SAME_POSITION_MM are one place. A distance beyond GAP_FACTOR
medians is a gap; one that differs from the median by more than UNEVEN_MM and UNEVEN_FRACTION of
it is uneven; smaller differences are rounding. Tilts below TILT_DEG are none.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence
from pathlib import PurePath

from ctbox.dicom.geometry import (
    STANDARD_AXIAL_LETTERS,
    compute_angle_deg,
    compute_edge_letters,
    compute_normal,
    find_plane,
    is_axial,
)
from ctbox.dicom.series import CT_CLASSES, Slice

SAME_POSITION_MM = 0.05
GAP_FACTOR = 1.5
UNEVEN_MM = 0.1
UNEVEN_FRACTION = 0.02
TILT_DEG = 0.5
SPACING_TOLERANCE_MM = 1e-4

_FIRST_SLICE = {"coronal": "most anterior", "sagittal": "at the patient's right"}
_SIDES = {"R": "right", "L": "left", "A": "front", "P": "back", "H": "head", "F": "feet"}


def find_distinct_positions(positions_mm: Sequence[float]) -> list[float]:
    """Return the positions in ascending order, those within SAME_POSITION_MM counted once."""
    distinct: list[float] = []
    for position in sorted(positions_mm):
        if not distinct or position - distinct[-1] > SAME_POSITION_MM:
            distinct.append(position)
    return distinct


def compute_slice_spacing(positions_mm: Sequence[float]) -> float | None:
    """Return the median distance between neighbouring distinct positions, mm.

    None with fewer than two distinct positions.
    """
    distinct = find_distinct_positions(positions_mm)
    if len(distinct) < 2:
        return None
    return statistics.median(b - a for a, b in itertools.pairwise(distinct))


def find_stack_problems(slices: Sequence[Slice]) -> tuple[str, ...]:
    """Return what the user should know of a series' geometry, one sentence each.

    Parameters
    ----------
    slices : sequence of Slice
        In display order, of one orientation; slices are counted from 1 in the sentences.
    """
    if slices[0].is_color:
        return ("Colour images, shown as they are: they hold neither HU nor a place in space.",)
    problems = [
        _find_missing_rescale(slices),
        _find_loss(slices),
        _find_missing_geometry(slices),
        _find_missing_spacing(slices),
        _find_mixed_spacing(slices),
        _find_odd_orientation(slices[0]),
        _find_tilt(slices),
        *_find_place_problems(slices),
    ]
    return tuple(problem for problem in problems if problem is not None)


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _find_missing_rescale(slices: Sequence[Slice]) -> str | None:
    n_missing = sum(not s.has_rescale and s.sop_class_uid in CT_CLASSES for s in slices)
    if n_missing == 0:
        return None
    return (
        f"No rescale slope and intercept in {n_missing} of {_count(len(slices), 'image')}: "
        "values are stored values there, not HU, and no detection runs on them."
    )


def _find_loss(slices: Sequence[Slice]) -> str | None:
    n_lossy = sum(slice_.is_lossy for slice_ in slices)
    if n_lossy == 0:
        return None
    return (
        f"Compressed with loss in {n_lossy} of {_count(len(slices), 'image')}: "
        "HU are approximate there."
    )


def _find_missing_geometry(slices: Sequence[Slice]) -> str | None:
    if slices[0].position_along_normal_mm is not None:
        return None
    names = [
        name
        for name, is_missing in (
            ("ImagePositionPatient", any(s.image_position_mm is None for s in slices)),
            ("ImageOrientationPatient", any(s.image_orientation is None for s in slices)),
        )
        if is_missing
    ]
    return (
        f"{' and '.join(names)} missing or invalid in {_count(len(slices), 'image')}: "
        "they are ordered by time and number, and distances between them are unknown."
    )


def _find_missing_spacing(slices: Sequence[Slice]) -> str | None:
    n_missing = sum(slice_.pixel_spacing_mm is None for slice_ in slices)
    if n_missing == 0:
        return None
    return (
        f"PixelSpacing missing or invalid in {n_missing} of {_count(len(slices), 'image')}: "
        "sizes in mm are unknown there."
    )


def _find_mixed_spacing(slices: Sequence[Slice]) -> str | None:
    spacings = [s.pixel_spacing_mm for s in slices if s.pixel_spacing_mm is not None]
    if not spacings:
        return None
    low, high = min(spacings), max(spacings)
    differences = [max(values) - min(values) for values in zip(*spacings, strict=True)]
    if max(differences) <= SPACING_TOLERANCE_MM:
        return None
    return (
        f"PixelSpacing differs between slices: {low[0]:g} × {low[1]:g} "
        f"to {high[0]:g} × {high[1]:g} mm."
    )


def _find_odd_orientation(first: Slice) -> str | None:
    orientation = first.image_orientation
    plane = find_plane(orientation)
    if plane is None:
        return None
    if plane != "axial":
        return f"{plane.capitalize()} images, shown as stored: first slice {_FIRST_SLICE[plane]}."
    letters = compute_edge_letters(orientation)
    if (letters.left[0], letters.top[0]) == (
        STANDARD_AXIAL_LETTERS.left,
        STANDARD_AXIAL_LETTERS.top,
    ):
        return None
    return (
        "Rotated or mirrored axial images, shown as stored: the patient's "
        f"{_SIDES[letters.left[0]]} is on the viewer's left, {_SIDES[letters.top[0]]} at the top."
    )


def _find_tilt(slices: Sequence[Slice]) -> str | None:
    first, last = slices[0], slices[-1]
    if first.image_orientation is None or not is_axial(first.image_orientation):
        return None
    normal = compute_normal(first.image_orientation)
    tilt = compute_angle_deg(normal, (0.0, 0.0, 1.0))
    shear = 0.0
    if first.image_position_mm is not None and last.image_position_mm is not None:
        step = tuple(
            b - a for a, b in zip(first.image_position_mm, last.image_position_mm, strict=True)
        )
        shear = compute_angle_deg((step[0], step[1], step[2]), normal)
    if shear > TILT_DEG:
        return (
            f"Gantry tilt: slices lean {shear:.1f}° from the direction they are stacked in, "
            "so that they are shifted against each other."
        )
    if tilt > TILT_DEG:
        return f"Oblique: planes are tilted {tilt:.1f}° from axial."
    return None


def _find_place_problems(slices: Sequence[Slice]) -> list[str | None]:
    positions = [slice_.position_along_normal_mm for slice_ in slices]
    known = [position for position in positions if position is not None]
    spacing = compute_slice_spacing(known)
    if len(known) < len(slices) or spacing is None:
        return []
    steps = [abs(b - a) for a, b in itertools.pairwise(known)]
    return [
        _find_duplicates(steps, slices),
        _find_gaps(steps, spacing, slices),
        _find_uneven(steps, spacing, slices),
    ]


def _name_pair(slices: Sequence[Slice], index: int) -> str:
    """Return the numbers and the files of a slice and the next one."""
    sources = (slice_.source for slice_ in slices[index : index + 2])
    names = [PurePath(source.member or source.path).name for source in sources]
    return f"slices {index + 1} and {index + 2} ({names[0]}, {names[1]})"


def _find_duplicates(steps: Sequence[float], slices: Sequence[Slice]) -> str | None:
    at = [index for index, step in enumerate(steps) if step <= SAME_POSITION_MM]
    if not at:
        return None
    n_places = sum(index - 1 not in at for index in at)
    return (
        f"{_count(n_places, 'position')} held by more than one slice, first at "
        f"{slices[at[0]].position_along_normal_mm or 0.0:.1f} mm: {_name_pair(slices, at[0])}."
    )


def _find_gaps(steps: Sequence[float], spacing: float, slices: Sequence[Slice]) -> str | None:
    at = [index for index, step in enumerate(steps) if step > GAP_FACTOR * spacing]
    if not at:
        return None
    shown = [f"{steps[i]:.1f} mm between {_name_pair(slices, i)}" for i in at[:3]]
    more = f" and {len(at) - 3} more" if len(at) > 3 else ""
    return (
        f"{_count(len(at), 'gap')} where slices are missing: {', '.join(shown)}{more} "
        f"(median spacing {spacing:.1f} mm)."
    )


def _find_uneven(steps: Sequence[float], spacing: float, slices: Sequence[Slice]) -> str | None:
    tolerance = max(UNEVEN_MM, UNEVEN_FRACTION * spacing)
    at = [
        index
        for index, step in enumerate(steps)
        if SAME_POSITION_MM < step <= GAP_FACTOR * spacing and abs(step - spacing) > tolerance
    ]
    if not at:
        return None
    uneven = [steps[index] for index in at]
    return (
        f"Uneven spacing at {_count(len(at), 'place')}: {min(uneven):.2f} to {max(uneven):.2f} mm "
        f"(median {spacing:.2f} mm), first between {_name_pair(slices, at[0])}."
    )
