"""From a slice's pixels to the standard body, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctbox.phantom.fields import FloatArray
from ctbox.phantom.patient import Patient

# Where the polar coordinates of the chest wall have their centre (standard body, mm).
POLE_Y = 24.0
N_ANGLES = 2048
_N_WAVES = 6
# The bend moves nothing further than this.
_BEND_REACH_MM = 7.0

PixelWindow = tuple[slice, slice]


@dataclass(frozen=True, slots=True)
class Plane:
    """One plane of the standard body, as a slice's pixels see it.

    Parameters
    ----------
    x, y : ndarray
        float32 (rows, columns): standard coordinates of the pixel centres, mm.
    z : float
        Height over the carina, standard mm.
    pixel_mm : float
        Pixel size, standard mm.
    angle : ndarray
        intp (rows, columns): index 0…2047 of the direction from the pole, 0 at the back,
        growing over the patient's right to the front and over the left to the back again.
    radius : ndarray
        float32 (rows, columns): distance from the pole, standard mm.
    frame : Frame
        The patient's frame, which finds windows.
    origin : tuple of int
        Row and column of its first pixel in the image: a plane covers what is worth painting.
    """

    x: FloatArray
    y: FloatArray
    z: float
    pixel_mm: float
    angle: NDArray[np.intp]
    radius: FloatArray
    frame: Frame
    origin: tuple[int, int]

    def find_window(self, x: float, y: float, reach_mm: float) -> PixelWindow | None:
        """Return the plane's pixels within a reach of a point of the standard body, if any."""
        return self.find_box((x - reach_mm, x + reach_mm), (y - reach_mm, y + reach_mm))

    def find_box(self, x: tuple[float, float], y: tuple[float, float]) -> PixelWindow | None:
        """Return the plane's pixels within a range of x and of y of the standard body, if any."""
        found = self.frame.find_box(x, y)
        spans = []
        for span, first, size in zip(found, self.origin, self.x.shape, strict=True):
            start, stop = max(span.start - first, 0), min(span.stop - first, size)
            if start >= stop:
                return None
            spans.append(slice(start, stop))
        return spans[0], spans[1]

    def crop(self, window: PixelWindow) -> Plane:
        """Return a part of the plane, as views."""
        rows, columns = window
        origin = (self.origin[0] + rows.start, self.origin[1] + columns.start)
        arrays = (self.x[window], self.y[window], self.angle[window], self.radius[window])
        x, y, angle, radius = arrays
        return Plane(x, y, self.z, self.pixel_mm, angle, radius, self.frame, origin)


@dataclass(frozen=True, slots=True)
class Frame:
    """How a patient lies in the image.

    Parameters
    ----------
    patient : Patient
        Whose stretch and roll count.
    rows : int
        Rows and columns of the square image.
    spacing_mm : float
        Pixel size, mm.
    centre : tuple of float
        Row and column of the standard body's axis.
    waves : ndarray
        float64 (2, n, 5): wave numbers along x, y, z, phase and amplitude of the gentle bend of
        x and of y, so that no organ is an exact ellipse.
    """

    patient: Patient
    rows: int
    spacing_mm: float
    centre: tuple[float, float]
    waves: NDArray[np.float64]

    def make_plane(self, z_mm: float, window: PixelWindow | None = None) -> Plane:
        """Return the plane at a height over the carina in the patient's own mm.

        `window` limits it to these rows and columns of the image.
        """
        c, s = np.cos(self.patient.roll_rad), np.sin(self.patient.roll_rad)
        rows, columns = window or (slice(0, self.rows), slice(0, self.rows))
        axes = (np.arange(rows.start, rows.stop), np.arange(columns.start, columns.stop))
        row, column = (
            ((axis - middle) * self.spacing_mm).astype(np.float32)
            for axis, middle in zip(axes, self.centre, strict=True)
        )
        row = row[:, None]
        wide, deep = (np.float32(1 / scale) for scale in self.patient.stretch[:2])
        x = np.asarray((np.float32(c) * column + np.float32(s) * row) * wide, dtype=np.float32)
        y = np.asarray((np.float32(c) * row - np.float32(s) * column) * deep, dtype=np.float32)
        z = z_mm / self.patient.stretch[2]
        x, y = x + self._bend(0, column, row, z), y + self._bend(1, column, row, z)
        angle = np.arctan2(x, POLE_Y - y) * np.float32(N_ANGLES / (2 * np.pi)) + N_ANGLES // 2
        index = np.minimum(angle.astype(np.intp), N_ANGLES - 1)
        pixel = self.spacing_mm / float(np.mean(self.patient.stretch[:2]))
        radius = np.sqrt(x * x + (y - np.float32(POLE_Y)) ** 2)
        return Plane(x, y, z, pixel, index, radius, self, (rows.start, columns.start))

    def _bend(self, axis: int, column: FloatArray, row: FloatArray, z: float) -> FloatArray:
        kx, ky, kz, phase, amplitude = self.waves[axis].T[:, :, None]
        along = kx * column + kz * z + phase
        down = ky * row[:, 0]
        # cos(a + b) as products of what depends on rows and on columns alone.
        both = np.cos(down).T @ (amplitude * np.cos(along))
        both -= np.sin(down).T @ (amplitude * np.sin(along))
        return np.asarray(both, dtype=np.float32)

    def to_image(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return rows, columns and heights in mm (n, 3) of standard points x, y, z (n, 3)."""
        c, s = np.cos(self.patient.roll_rad), np.sin(self.patient.roll_rad)
        goal_x, goal_y, z = points[:, 0], points[:, 1], points[:, 2]
        x, y = goal_x, goal_y
        for _ in range(3):
            # The bend is small and smooth, so this fixed point closes in at once.
            wide, deep = x * self.patient.stretch[0], y * self.patient.stretch[1]
            column, row = c * wide - s * deep, s * wide + c * deep
            shift = [np.zeros(len(points)), np.zeros(len(points))]
            for axis in (0, 1):
                for kx, ky, kz, phase, amplitude in self.waves[axis]:
                    shift[axis] += amplitude * np.cos(kx * column + ky * row + kz * z + phase)
            x, y = goal_x - shift[0], goal_y - shift[1]
        wide, deep = x * self.patient.stretch[0], y * self.patient.stretch[1]
        column, row = c * wide - s * deep, s * wide + c * deep
        return np.stack(
            [
                row / self.spacing_mm + self.centre[0],
                column / self.spacing_mm + self.centre[1],
                z * self.patient.stretch[2],
            ],
            axis=1,
        )

    def find_box(self, x: tuple[float, float], y: tuple[float, float]) -> PixelWindow:
        """Return the image's pixels within a range of x and of y; may be empty."""
        c, s = np.cos(self.patient.roll_rad), np.sin(self.patient.roll_rad)
        wide = np.array([x[0], x[1], x[0], x[1]]) * self.patient.stretch[0]
        deep = np.array([y[0], y[0], y[1], y[1]]) * self.patient.stretch[1]
        row = (s * wide + c * deep) / self.spacing_mm + self.centre[0]
        column = (c * wide - s * deep) / self.spacing_mm + self.centre[1]
        margin = _BEND_REACH_MM / self.spacing_mm
        spans = []
        for values in (row, column):
            first = int(np.clip(np.floor(values.min() - margin), 0, self.rows))
            last = int(np.clip(np.ceil(values.max() + margin) + 1, first, self.rows))
            spans.append(slice(first, last))
        return spans[0], spans[1]


def make_frame(
    patient: Patient, rows: int, spacing_mm: float, centre: tuple[float, float]
) -> Frame:
    """Return the frame of a patient with its bend drawn from the patient's seed."""
    rng = np.random.default_rng([patient.seed, 1])
    waves = np.empty((2, _N_WAVES, 5))
    number = 2 * np.pi / rng.uniform(130, 330, (2, _N_WAVES))
    direction = rng.normal(size=(2, _N_WAVES, 3))
    direction /= np.linalg.norm(direction, axis=-1, keepdims=True)
    waves[..., :3] = number[..., None] * direction
    waves[..., 3] = rng.uniform(0, 2 * np.pi, (2, _N_WAVES))
    waves[..., 4] = rng.uniform(0.3, 1.8, (2, _N_WAVES))
    return Frame(patient, rows, spacing_mm, centre, waves)
