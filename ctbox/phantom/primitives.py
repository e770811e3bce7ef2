"""Tubes and blobs of the standard body, cut by a plane into signed distances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctbox.phantom.fields import FloatArray
from ctbox.phantom.frame import PixelWindow, Plane

Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Cut:
    """A shape's cross-section.

    Parameters
    ----------
    window : tuple of slice
        Rows and columns it covers.
    distance : ndarray
        float32 of the window's shape: signed distance, mm, negative inside.
    """

    window: PixelWindow
    distance: FloatArray


class Tube:
    """A chain of tapered capsules.

    Parameters
    ----------
    points : tuple of tuple
        (x, y, z, radius) along its axis, mm.
    """

    def __init__(self, points: tuple[tuple[float, float, float, float], ...]) -> None:
        self._nodes = np.array(points, dtype=np.float64)
        z, radius = self._nodes[:, 2], self._nodes[:, 3]
        self._low = np.minimum(z[:-1] - radius[:-1], z[1:] - radius[1:])
        self._high = np.maximum(z[:-1] + radius[:-1], z[1:] + radius[1:])
        self._span = (float(self._low.min()), float(self._high.max()))

    def cut(self, plane: Plane, margin_mm: float = 0.0) -> Cut | None:
        """Return the cross-section with a margin around it; None where the plane misses."""
        if not self._span[0] - margin_mm <= plane.z <= self._span[1] + margin_mm:
            return None
        nodes, low, high = self._nodes, self._low - margin_mm, self._high + margin_mm
        hit = np.flatnonzero((low <= plane.z) & (plane.z <= high))
        if len(hit) == 0:
            return None
        ends = np.concatenate([nodes[hit], nodes[hit + 1]])
        middle = (ends[:, :2].min(axis=0) + ends[:, :2].max(axis=0)) / 2
        extent = np.abs(ends[:, :2] - middle).max() + ends[:, 3].max() + margin_mm
        window = plane.find_window(float(middle[0]), float(middle[1]), float(extent))
        if window is None:
            return None
        x, y = plane.x[window], plane.y[window]
        pieces = [_measure_capsule(x, y, plane.z, nodes[i], nodes[i + 1]) for i in hit]
        return Cut(window, np.minimum.reduce(pieces))


def _measure_capsule(
    x: FloatArray,
    y: FloatArray,
    z: float,
    start: NDArray[np.float64],
    end: NDArray[np.float64],
) -> FloatArray:
    """Return the signed distance from a capsule whose radius runs linearly along its axis."""
    axis = (end - start).astype(np.float32)
    dx, dy = x - np.float32(start[0]), y - np.float32(start[1])
    dz = np.float32(z - start[2])
    length2 = max(float(axis[0] ** 2 + axis[1] ** 2 + axis[2] ** 2), 1e-6)
    along = np.clip((dx * axis[0] + dy * axis[1] + dz * axis[2]) / np.float32(length2), 0, 1)
    dx, dy, dz = dx - along * axis[0], dy - along * axis[1], dz - along * axis[2]
    return np.asarray(
        np.sqrt(dx * dx + dy * dy + dz * dz) - (np.float32(start[3]) + along * axis[3]),
        dtype=np.float32,
    )


@dataclass(frozen=True, slots=True)
class Blob:
    """An ellipsoid turned about z and tipped.

    Parameters
    ----------
    centre, semi : tuple of float
        Centre and semi-axes along x, y, z, mm.
    turn_rad : float
        Turn about z: positive carries the x axis towards the back.
    lean : tuple of float
        How far its centre moves along x and y for each mm that z rises.
    power : float
        Exponent: 2 is an ellipsoid, more is boxier.
    """

    centre: Point
    semi: Point
    turn_rad: float = 0.0
    lean: tuple[float, float] = (0.0, 0.0)
    power: float = 2.0

    def cut(self, plane: Plane, margin_mm: float = 0.0) -> Cut | None:
        """Return the cross-section with a margin around it; None where the plane misses."""
        height = plane.z - self.centre[2]
        if abs(height) > self.semi[2] + margin_mm:
            return None
        x = self.centre[0] + self.lean[0] * height
        y = self.centre[1] + self.lean[1] * height
        window = plane.find_window(x, y, max(self.semi[:2]) + margin_mm)
        if window is None:
            return None
        dx, dy = plane.x[window] - np.float32(x), plane.y[window] - np.float32(y)
        c, s = np.float32(np.cos(self.turn_rad)), np.float32(np.sin(self.turn_rad))
        u, v = (
            (c * dx + s * dy) / np.float32(self.semi[0]),
            (c * dy - s * dx) / np.float32(self.semi[1]),
        )
        w = height / self.semi[2]
        if self.power == 2.0:
            rho = np.sqrt(u * u + v * v + np.float32(w * w))
        else:
            total = np.abs(u) ** self.power + np.abs(v) ** self.power + abs(w) ** self.power
            rho = total ** np.float32(1 / self.power)
        length = np.sqrt(dx * dx + dy * dy + np.float32(height * height))
        # (rho − 1) in units of the ellipsoid, times the millimetres such a unit has here.
        scale = (length + 1.0) / (rho + 1.0 / min(self.semi))
        return Cut(window, np.asarray((rho - 1) * scale, dtype=np.float32))


def compute_share(distance: FloatArray, pixel_mm: float) -> FloatArray:
    """Return how much of each pixel a shape fills, 0…1, from its signed distance."""
    return np.asarray(np.clip(0.5 - distance / np.float32(pixel_mm), 0, 1), dtype=np.float32)


def paint(hu: FloatArray, cut: Cut | None, value: float | FloatArray, pixel_mm: float) -> None:
    """Paint a shape over HU (rows, columns), in place, with partial volume at its edge."""
    if cut is None:
        return
    share = compute_share(cut.distance, pixel_mm)
    target = hu[cut.window]
    target += share * (value - target)
