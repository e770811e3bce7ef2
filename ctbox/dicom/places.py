"""From a pixel to its place in the patient and back (PS3.3 C.7.6.2.1.1).

Pixels are counted from their edges, as everywhere here: the first pixel's centre, which
ImagePositionPatient tells, is at (0.5, 0.5). Places are LPS in mm, and mean the same in all
series of one frame of reference.
"""

from __future__ import annotations

from ctbox.dicom.geometry import compute_position_along_normal
from ctbox.dicom.series import Series, Slice, Vector3


def find_place(slice_: Slice, x: float, y: float) -> Vector3 | None:
    """Return the place of an image point; None where the file does not tell enough.

    Parameters
    ----------
    slice_ : Slice
        The slice.
    x, y : float
        Column and row in pixel edges.
    """
    position, orientation = slice_.image_position_mm, slice_.image_orientation
    if position is None or orientation is None or slice_.pixel_spacing_mm is None:
        return None
    row_mm, column_mm = slice_.pixel_spacing_mm
    across, down = (x - 0.5) * column_mm, (y - 0.5) * row_mm
    a, b, c, d, e, f = orientation
    return (
        position[0] + a * across + d * down,
        position[1] + b * across + e * down,
        position[2] + c * across + f * down,
    )


def find_pixel(slice_: Slice, place: Vector3) -> tuple[float, float] | None:
    """Return the image point below or above a place, in pixel edges; None as `find_place`."""
    position, orientation = slice_.image_position_mm, slice_.image_orientation
    if position is None or orientation is None or slice_.pixel_spacing_mm is None:
        return None
    row_mm, column_mm = slice_.pixel_spacing_mm
    step = [here - there for here, there in zip(place, position, strict=True)]
    across = sum(s * o for s, o in zip(step, orientation[:3], strict=True))
    down = sum(s * o for s, o in zip(step, orientation[3:], strict=True))
    return across / column_mm + 0.5, down / row_mm + 0.5


def find_nearest_slice(series: Series, place: Vector3) -> int | None:
    """Return the slice whose plane is nearest to a place; None where positions are unknown."""
    best: tuple[float, int] | None = None
    for index, slice_ in enumerate(series.slices):
        own = slice_.position_along_normal_mm
        if own is None or slice_.image_orientation is None:
            return None
        away = abs(compute_position_along_normal(place, slice_.image_orientation) - own)
        if best is None or away < best[0]:
            best = away, index
    return None if best is None else best[1]


def find_middle(slice_: Slice) -> Vector3 | None:
    """Return the place of a slice's middle; None as `find_place`."""
    return find_place(slice_, slice_.columns / 2, slice_.rows / 2)


def share_frame(one: Series, other: Series) -> bool:
    """Whether places mean the same in both series: one frame of reference, or one series."""
    if one.key == other.key:
        return True
    uid = one.frame_of_reference_uid
    return uid is not None and uid == other.frame_of_reference_uid
