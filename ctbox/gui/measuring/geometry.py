"""Lengths, angles and values under an ellipse; plain numbers, no Qt.

Points are (x, y) in pixel edges: x = column, y = row, so that the first pixel reaches from 0
to 1 and has its centre at 0.5. Spacings are (row, column) in mm, as PS3.3 10.7.1.3 orders them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Spacing = tuple[float, float]
# Of a pixel: no ellipse as thin as this holds a pixel's centre.
_LEAST_SIZE = 1e-6


@dataclass(frozen=True, slots=True)
class EllipseFigures:
    """What lies under an ellipse.

    Parameters
    ----------
    count : int
        Pixels whose centres lie inside.
    mean, sd, minimum, maximum : float
        Of their values; the standard deviation is the population's (divided by n).
    area_mm2 : float or None
        Of the ellipse itself, π/4 · width · height; None where the spacing is unknown.
    """

    count: int
    mean: float
    sd: float
    minimum: float
    maximum: float
    area_mm2: float | None


def compute_length_mm(start: Point, end: Point, spacing_mm: Spacing) -> float:
    """Return the distance of two points in mm."""
    row_mm, column_mm = spacing_mm
    return math.hypot((end[0] - start[0]) * column_mm, (end[1] - start[1]) * row_mm)


def compute_angle_deg(first: Point, vertex: Point, second: Point, pixel_aspect: float) -> float:
    """Return the angle at a vertex, 0…180°; 0 where an arm has no length.

    Parameters
    ----------
    first, vertex, second : Point
        The ends of both arms and the point between them.
    pixel_aspect : float
        Height of a pixel over its width.
    """
    a = first[0] - vertex[0], (first[1] - vertex[1]) * pixel_aspect
    b = second[0] - vertex[0], (second[1] - vertex[1]) * pixel_aspect
    if not any(a) or not any(b):
        return 0.0
    # The arc tangent of both keeps its accuracy near 0° and 180°, where the cosine is flat.
    return math.degrees(math.atan2(abs(a[0] * b[1] - a[1] * b[0]), a[0] * b[0] + a[1] * b[1]))


def find_ellipse_values(
    pixels: NDArray[np.generic], corner: Point, opposite: Point
) -> NDArray[np.generic]:
    """Return the values of the pixels whose centres lie in an upright ellipse.

    Parameters
    ----------
    pixels : ndarray
        (rows, columns).
    corner, opposite : Point
        Two opposite corners of the rectangle about the ellipse.

    Returns
    -------
    ndarray
        (n,), of the pixels' own type; empty where no centre lies inside.
    """
    (left, right), (top, bottom) = (sorted(pair) for pair in zip(corner, opposite, strict=True))
    rows, columns = pixels.shape
    if min(right - left, bottom - top) < _LEAST_SIZE:
        return pixels[:0, :0].ravel()
    x0, x1 = max(math.floor(left), 0), min(math.ceil(right), columns)
    y0, y1 = max(math.floor(top), 0), min(math.ceil(bottom), rows)
    across = (np.arange(x0, x1) + 0.5 - (left + right) / 2) / ((right - left) / 2)
    down = (np.arange(y0, y1) + 0.5 - (top + bottom) / 2) / ((bottom - top) / 2)
    inside = down[:, None] ** 2 + across[None, :] ** 2 <= 1.0
    return np.asarray(pixels[y0:y1, x0:x1][inside])


def measure_ellipse(
    pixels: NDArray[np.generic], corner: Point, opposite: Point, spacing_mm: Spacing | None
) -> EllipseFigures | None:
    """Return the figures of an ellipse; None where it holds no pixel's centre.

    Parameters
    ----------
    pixels : ndarray
        HU or other values (rows, columns).
    corner, opposite : Point
        Two opposite corners of the rectangle about the ellipse.
    spacing_mm : Spacing or None
        Distance of rows and of columns, if known.
    """
    values = find_ellipse_values(pixels, corner, opposite).astype(np.float64)
    if values.size == 0:
        return None
    area = None
    if spacing_mm is not None:
        row_mm, column_mm = spacing_mm
        width = abs(opposite[0] - corner[0]) * column_mm
        area = math.pi / 4 * width * abs(opposite[1] - corner[1]) * row_mm
    return EllipseFigures(
        count=int(values.size),
        mean=float(values.mean()),
        sd=float(values.std()),
        minimum=float(values.min()),
        maximum=float(values.max()),
        area_mm2=area,
    )


def compute_segment_distance(point: Point, start: Point, end: Point) -> float:
    """Return how far a point is from a line between two others, in the units of all three."""
    along = end[0] - start[0], end[1] - start[1]
    squared = along[0] ** 2 + along[1] ** 2
    share = 0.0
    if squared > 0:
        share = (point[0] - start[0]) * along[0] + (point[1] - start[1]) * along[1]
        share = min(max(share / squared, 0.0), 1.0)
    foot = start[0] + share * along[0], start[1] + share * along[1]
    return math.hypot(point[0] - foot[0], point[1] - foot[1])


def compute_ellipse_distance(point: Point, corner: Point, opposite: Point) -> float:
    """Return about how far a point is from the line of an upright ellipse.

    Measured along the ray from the middle, which is never less than the true distance.
    """
    middle = (corner[0] + opposite[0]) / 2, (corner[1] + opposite[1]) / 2
    half = abs(opposite[0] - corner[0]) / 2, abs(opposite[1] - corner[1]) / 2
    if min(half) <= 0:
        return compute_segment_distance(point, corner, opposite)
    dx, dy = point[0] - middle[0], point[1] - middle[1]
    radius = math.hypot(dx / half[0], dy / half[1])
    if radius == 0:
        return min(half)
    return math.hypot(dx, dy) * abs(1 - 1 / radius)
