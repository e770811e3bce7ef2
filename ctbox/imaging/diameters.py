"""Contours of masks, and the axes measured on them in millimetres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError
from skimage.measure import find_contours

FloatArray = NDArray[np.float64]
Point = tuple[float, float]
_CHORDS = 256


@dataclass(frozen=True, slots=True)
class Diameter:
    """A straight line between two points (x, y) of a contour, and its length.

    `length` is in millimetres if the spacing was, else in pixels.
    """

    length: float
    ends: tuple[Point, Point]


def trace_contour(mask: NDArray[np.bool_], zoom: int, offset: Point) -> FloatArray:
    """Return the closed contour (N, 2) of a mask's one component, xy in slice pixel edges.

    Parameters
    ----------
    mask : ndarray
        bool (rows, columns), one component without holes.
    zoom : int
        Samples of the mask to a slice pixel.
    offset : tuple of float
        x and y of the mask's corner on the slice.
    """
    rings = find_contours(np.pad(mask, 1).astype(np.float32), 0.5)
    ring = max(rings, key=len)
    # The padding shifts indices by 1, and an index is half a sample from its sample's edge.
    return np.asarray((ring[:, ::-1] - 0.5) / zoom + np.asarray(offset))


def measure_axes(
    contour_xy: FloatArray, spacing_mm: tuple[float, float]
) -> tuple[Diameter, Diameter]:
    """Return the long and the short axis of a contour.

    The long axis is the greatest distance between two points of the contour; the short axis is
    the greatest diameter perpendicular (in mm) to it: the longest line across the contour among
    256 that stand evenly on the long axis, each measured between its outermost crossings. Of
    equal long axes (a disc of pixels has many) the one with the longest short axis is taken, so
    that turning a slice keeps the measures.

    Parameters
    ----------
    contour_xy : ndarray
        Closed contour (N, 2) in pixels, its first point repeated at the end.
    spacing_mm : tuple of float
        Distance of rows and of columns.
    """
    scale = np.array([spacing_mm[1], spacing_mm[0]])
    points = contour_xy * scale
    lengths, axes = _find_longest_axes(points)
    crossings = [_find_longest_crossing(points, axis) for axis in axes]
    widths = [float(np.hypot(*(crossing[1] - crossing[0]))) for crossing in crossings]
    best = int(np.argmax(widths))
    return (
        Diameter(float(lengths[best]), _as_ends(axes[best] / scale)),
        Diameter(widths[best], _as_ends(crossings[best] / scale)),
    )


def measure_long_axis(contour_xy: FloatArray, spacing_mm: tuple[float, float]) -> float:
    """Return the length of `measure_axes`'s long axis, to the bit; parameters as there."""
    lengths, axes = _find_longest_axes(contour_xy * np.array([spacing_mm[1], spacing_mm[0]]))
    return float(lengths[0]) if len(axes) == 1 else measure_axes(contour_xy, spacing_mm)[0].length


def _find_longest_axes(points: FloatArray) -> tuple[FloatArray, list[FloatArray]]:
    """Return the length and the ends (2, 2) of the longest line between points, and its equals."""
    try:
        hull = points[ConvexHull(points).vertices]
    except QhullError:
        hull = points
    first, second = np.triu_indices(len(hull), 1)
    lengths = np.hypot(*(hull[second] - hull[first]).T)
    longest = np.flatnonzero(lengths >= lengths.max() * (1 - 1e-6))
    return lengths[longest], [hull[[first[i], second[i]]] for i in longest]


def _find_longest_crossing(points: FloatArray, axis_ends: FloatArray) -> FloatArray:
    """Return the ends (2, 2) of the longest line across a contour perpendicular to an axis."""
    start, length = axis_ends[0], float(np.hypot(*(axis_ends[1] - axis_ends[0])))
    axis = (axis_ends[1] - start) / length
    normal = np.array([-axis[1], axis[0]])
    along, across = (points - start) @ axis, (points - start) @ normal
    feet = (np.arange(_CHORDS) + 0.5) / _CHORDS * length
    a, b = along[:-1, None], along[1:, None]
    crosses = (np.minimum(a, b) <= feet) & (feet < np.maximum(a, b))
    share = np.where(crosses, (feet - a) / np.where(crosses, b - a, 1.0), 0.0)
    heights = across[:-1, None] + share * (across[1:, None] - across[:-1, None])
    high = np.where(crosses, heights, -np.inf).max(axis=0)
    low = np.where(crosses, heights, np.inf).min(axis=0)
    best = int(np.where(crosses.any(axis=0), high - low, 0.0).argmax())
    return np.asarray(start + feet[best] * axis + np.array([[low[best]], [high[best]]]) * normal)


def _as_ends(points: FloatArray) -> tuple[Point, Point]:
    (x1, y1), (x2, y2) = points.tolist()
    return (x1, y1), (x2, y2)
