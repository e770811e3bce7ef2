"""Which slice a series is shown at: where its neighbour was left, or where it was left itself."""

from __future__ import annotations

from ctbox.dicom.series import Orientation, Series, Slice
from ctbox.gui.viewer.state import ViewerState
from ctbox.workflows.open_case import SeriesCase

_PARALLEL = 0.999
"""Cosine of the angle from which slice directions count as the same: some 2.5 degrees."""


class SliceMemory:
    """Remembers each series' slice; of series in one space, where the reader was last."""

    def __init__(self) -> None:
        self._indices: dict[str, int] = {}

    def clear(self) -> None:
        """Forget everything, as when another case is opened."""
        self._indices.clear()

    def move(self, state: ViewerState, target: SeriesCase) -> int:
        """Take note of the slice a viewer leaves, and return the one to begin with.

        Parameters
        ----------
        state : ViewerState
            The viewer, still with what it shows.
        target : SeriesCase
            What it is to show.
        """
        left, key = state.series_case, target.series.key
        if left is None:
            return self._indices.get(key, 0)
        self._indices[left.series.key] = state.slice_index
        if left.series.key != key and share_space(left.series, target.series):
            nearest = find_nearest(target.series, left.series.slices[state.slice_index])
            if nearest is not None:
                return nearest
        return self._indices.get(key, 0)


def share_space(a: Series, b: Series) -> bool:
    """Return whether positions of two series can be compared.

    They can within one frame of reference (PS3.3 C.7.4.1); where a file names none, within one
    study. Their slices must also lie alike.
    """
    first, second = a.frame_of_reference_uid, b.frame_of_reference_uid
    if first and second:
        same = first == second
    else:
        same = a.study_instance_uid is not None and a.study_instance_uid == b.study_instance_uid
    return same and _are_parallel(a.slices[0], b.slices[0])


def find_nearest(series: Series, place: Slice) -> int | None:
    """Return the slice nearest along z; None where that is beyond the series' ends.

    Half a slice's distance beyond still counts as its end.
    """
    here = place.position_along_normal_mm
    places = [each.position_along_normal_mm for each in series.slices]
    known = [(abs(z - here), i) for i, z in enumerate(places) if z is not None and here is not None]
    if not known:
        return None
    distance, index = min(known)
    reach = max(series.slice_spacing_mm or 0.0, place.slice_thickness_mm or 0.0, 1.0)
    return index if distance <= reach else None


def _are_parallel(a: Slice, b: Slice) -> bool:
    if a.image_orientation is None or b.image_orientation is None:
        return False
    along = zip(_find_normal(a.image_orientation), _find_normal(b.image_orientation), strict=True)
    return sum(x * y for x, y in along) > _PARALLEL


def _find_normal(orientation: Orientation) -> tuple[float, float, float]:
    rx, ry, rz, cx, cy, cz = orientation
    return ry * cz - rz * cy, rz * cx - rx * cz, rx * cy - ry * cx
