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


def measure_long_axis(contour_xy: FloatArray, spacing_mm: tuple[float, float]) -> Diameter:
    """Return the greatest distance between two points of a contour.

    Parameters
    ----------
    contour_xy : ndarray
        Points (N, 2) in pixels.
    spacing_mm : tuple of float
        Distance of rows and of columns.
    """
    points = contour_xy * np.array([spacing_mm[1], spacing_mm[0]])
    try:
        corners = np.asarray(ConvexHull(points).vertices, dtype=np.int64)
    except QhullError:
        corners = np.arange(len(points), dtype=np.int64)
    hull = points[corners]
    squared = ((hull[:, None] - hull[None, :]) ** 2).sum(axis=2)
    first, second = np.unravel_index(int(squared.argmax()), squared.shape)
    ends = contour_xy[corners[[first, second]]]
    return Diameter(float(np.sqrt(squared.max())), _as_ends(ends))


def measure_short_axis(
    contour_xy: FloatArray, spacing_mm: tuple[float, float], long_axis: Diameter
) -> Diameter:
    """Return the greatest diameter perpendicular (in mm) to the long axis.

    It is the longest line across the contour among 256 that stand evenly on the long axis, each
    measured between its outermost crossings.

    Parameters
    ----------
    contour_xy : ndarray
        Closed contour (N, 2), its first point repeated at the end.
    spacing_mm : tuple of float
        Distance of rows and of columns.
    long_axis : Diameter
        From `measure_long_axis`.
    """
    scale = np.array([spacing_mm[1], spacing_mm[0]])
    start, stop = (np.array(end) * scale for end in long_axis.ends)
    axis = (stop - start) / max(float(np.linalg.norm(stop - start)), 1e-12)
    normal = np.array([-axis[1], axis[0]])
    relative = contour_xy * scale - start
    along, across = relative @ axis, relative @ normal
    feet = (np.arange(_CHORDS) + 0.5) / _CHORDS * long_axis.length
    a, b = along[:-1, None], along[1:, None]
    crosses = (np.minimum(a, b) <= feet) & (feet < np.maximum(a, b))
    share = np.where(crosses, (feet - a) / np.where(crosses, b - a, 1.0), 0.0)
    heights = across[:-1, None] + share * (across[1:, None] - across[:-1, None])
    high = np.where(crosses, heights, -np.inf).max(axis=0)
    low = np.where(crosses, heights, np.inf).min(axis=0)
    lengths = np.where(crosses.any(axis=0), high - low, 0.0)
    best = int(lengths.argmax())
    ends = (start + feet[best] * axis + np.array([[low[best]], [high[best]]]) * normal) / scale
    return Diameter(float(lengths[best]), _as_ends(ends))


def _as_ends(points: FloatArray) -> tuple[Point, Point]:
    (x1, y1), (x2, y2) = points.tolist()
    return (x1, y1), (x2, y2)
