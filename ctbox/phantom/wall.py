"""The chest wall in polar coordinates: rib cage, muscles, fat, skin, and the bones in them.

Everything hugs the inner surface of the rib cage, so it is described by direction and by the
distance outwards from that surface. Tables over z and direction stand in the standard body.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctbox.phantom.fields import FloatArray
from ctbox.phantom.frame import N_ANGLES, POLE_Y
from ctbox.phantom.patient import Patient

# Inner surface of the rib cage: height, half width, reach to the front and to the back.
_CAGE = np.array(
    [
        [150, 50, 8, 74], [120, 52, 10, 76], [100, 62, 19, 81], [88, 71, 28, 87],
        [75, 82, 37, 92], [50, 97, 52, 100], [20, 109, 64, 106], [0, 114, 70, 109],
        [-40, 119, 76, 112], [-80, 122, 78, 113], [-130, 122, 76, 112], [-210, 118, 70, 108],
    ],
    dtype=np.float64,
)  # fmt: skip

# Muscle over the ribs, mm, by height (rows) and degrees from the front (columns).
_DEGREES = np.array([0.0, 20, 45, 70, 90, 110, 130, 150, 165, 180])
_MUSCLE_Z = np.array([-200.0, -100, -50, 0, 50, 100])
_MUSCLE = np.array(
    [
        [4, 5, 4, 4, 4, 5, 7, 9, 24, 15],
        [2, 2, 2, 2, 3, 8, 11, 11, 22, 15],
        [2, 3, 4, 3, 5, 15, 20, 16, 23, 16],
        [1, 4, 11, 12, 9, 21, 31, 25, 25, 18],
        [3, 9, 21, 23, 19, 31, 38, 34, 30, 20],
        [10, 14, 20, 25, 30, 36, 40, 36, 34, 22],
    ],
    dtype=np.float64,
)
_FAT = np.array([0.5, 0.6, 0.85, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4])

RIB_SHELL_MM = 9.0
SKIN_MM = 1.8
_RIB_PITCH_MM = 23.0
_GUTTER_MM = 27.0
_THIRD_RIB_Z = 32.0


@dataclass(frozen=True, slots=True)
class WallTables:
    """The wall at one height, by direction; every array has one value an angle index.

    Parameters
    ----------
    cage, base : ndarray
        Distance of the rib cage's inner surface from the pole, mm; and of the same surface as if
        it had no gutters beside the spine, over which muscle, fat and skin lie.
    cage_slope, base_slope : ndarray
        Cosine between the radius and the surface's normal: turns radial distances into true.
    muscle, fat : ndarray
        Thickness of the muscles over the rib shell, and of the fat over them, mm.
    rib : ndarray
        Vertical distance from the nearest rib's axis over the rib's half height.
    cartilage : ndarray
        bool: the nearest rib is cartilage here.
    """

    cage: FloatArray
    base: FloatArray
    cage_slope: FloatArray
    base_slope: FloatArray
    muscle: FloatArray
    fat: FloatArray
    rib: FloatArray
    cartilage: NDArray[np.bool_]

    @property
    def skin(self) -> FloatArray:
        """Distance of the skin's outer surface from the pole, mm."""
        wall = RIB_SHELL_MM + self.muscle + self.fat + SKIN_MM
        return np.asarray(self.base + wall / self.base_slope, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Wall:
    """A patient's chest wall.

    Parameters
    ----------
    patient : Patient
        Whose muscle, fat and chest shape count.
    wobble : ndarray
        float64 (n, 3): order, amplitude and phase of low ripples of the cage's surface.
    rib_drop : ndarray
        float64 (12,): how far each rib's front end lies below its head, mm.
    """

    patient: Patient
    wobble: NDArray[np.float64]
    rib_drop: NDArray[np.float64]

    def compute_tables(self, z: float) -> WallTables:
        """Return the wall at a height of the standard body, mm over the carina."""
        base = self._compute_cage(z)
        # Beside the spine the ribs lead forward to the vertebrae: that makes the gutters in which
        # the lungs' backs lie. Behind them lie the long muscles of the back.
        gutter = _GUTTER_MM * np.exp(-(((180 - _degrees_from_front()) / 22) ** 2))
        cage = base - gutter
        degrees = _degrees_from_front()
        muscle = _interpolate(_MUSCLE, z, degrees) * self.patient.muscle
        fat = np.interp(degrees, _DEGREES, _FAT) * self.patient.fat_mm + 1.5
        fat = fat + self._compute_breast(z, degrees)
        rib, cartilage = self._compute_ribs(z, 180 - degrees)
        return WallTables(
            cage=cage.astype(np.float32),
            base=base.astype(np.float32),
            cage_slope=_compute_slope(cage).astype(np.float32),
            base_slope=_compute_slope(base).astype(np.float32),
            muscle=muscle.astype(np.float32),
            fat=fat.astype(np.float32),
            rib=rib.astype(np.float32),
            cartilage=cartilage,
        )

    def _compute_cage(self, z: float) -> NDArray[np.float64]:
        wide, front, back = (np.interp(-z, -_CAGE[:, 0], _CAGE[:, k]) for k in (1, 2, 3))
        middle, half = (back - front) / 2, (back + front) / 2
        t = np.linspace(-np.pi, np.pi, 2 * N_ANGLES, endpoint=False)
        power = 2 / self.patient.chest_power
        x = wide * np.sign(np.sin(t)) * np.abs(np.sin(t)) ** power
        y = middle - half * np.sign(np.cos(t)) * np.abs(np.cos(t)) ** power
        angle = np.arctan2(x, POLE_Y - y)
        order = np.argsort(angle)
        found = np.interp(_angles(), angle[order], np.hypot(x, y - POLE_Y)[order], period=2 * np.pi)
        ripple = sum(
            amplitude * np.cos(n * _angles() + phase + 0.004 * z)
            for n, amplitude, phase in self.wobble
        )
        return np.asarray(found * (1 + ripple))

    def _compute_breast(self, z: float, degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.patient.breast_mm <= 0:
            return np.zeros_like(degrees)
        # On the back with the arms up, breasts are flat and lie to the side.
        height = np.exp(-((((z + 48) / 42) ** 2) ** 1.5))
        width = np.exp(-((((degrees - 52) / 27) ** 2) ** 1.4))
        return np.asarray(self.patient.breast_mm * height * width)

    def _compute_ribs(
        self, z: float, degrees: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return distance over half height, and cartilage; `degrees` runs from the spine."""
        number = np.arange(1, 13)[:, None]
        head = _THIRD_RIB_Z + 4 - (number - 3) * _RIB_PITCH_MM
        way = np.clip((degrees[None, :] - 12) / 138, 0, 1.2)
        # A rib rises a little from its head, falls over the side, and its cartilage rises again.
        fall = self.rib_drop[:, None] * (
            way - 0.32 * np.sin(np.pi * np.minimum(way, 1)) * (1 - way)
        )
        end = 150.0 - 4.0 * np.maximum(number - 6, 0)
        rise = np.clip((degrees[None, :] - end) / 30, 0, 1) * (6 + 7.0 * np.clip(number - 3, 0, 4))
        axis = head - fall + rise
        half_height = np.where(number == 1, 5.5, 6.9) * np.where(degrees < 40, 0.85, 1.0)
        distance = np.abs(z - axis) / half_height
        # Eleventh and twelfth ribs float: they end at the side and the back.
        last = np.where(number == 12, 62.0, np.where(number == 11, 95.0, 400.0))
        distance = distance + np.where(degrees < 7, 3.0, 0.0)
        distance = distance + np.where(degrees > np.where(number >= 8, last, 400.0), 9.0, 0.0)
        nearest = distance.argmin(axis=0)
        columns = np.arange(len(degrees))
        return distance[nearest, columns], degrees > end[nearest, 0]


def find_extent(
    radius: FloatArray,
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the ranges of x and of y that a closed surface about the pole covers, mm."""
    x, y = radius * np.sin(_angles()), POLE_Y - radius * np.cos(_angles())
    return (float(x.min()), float(x.max())), (float(y.min()), float(y.max()))


def make_wall(patient: Patient) -> Wall:
    """Return a patient's chest wall, its small irregularities drawn from the patient's seed."""
    rng = np.random.default_rng([patient.seed, 2])
    orders = np.arange(1, 7)
    wobble = np.stack(
        [orders, rng.normal(0, 0.018, 6) / np.sqrt(orders), rng.uniform(0, 2 * np.pi, 6)], axis=1
    )
    drop = np.interp(np.arange(1, 13), [1, 3, 7, 10, 12], [34, 52, 70, 66, 45])
    return Wall(patient, wobble, drop * rng.uniform(0.85, 1.12))


def _compute_slope(radius: NDArray[np.float64]) -> NDArray[np.float64]:
    step = np.gradient(np.concatenate([radius[-1:], radius, radius[:1]]))[1:-1]
    return np.asarray(np.cos(np.arctan2(step * N_ANGLES / (2 * np.pi), radius)))


def _angles() -> NDArray[np.float64]:
    """Return the direction of every angle index, radians from the front, growing to the left."""
    return (np.arange(N_ANGLES) + 0.5) / N_ANGLES * 2 * np.pi - np.pi


def _degrees_from_front() -> NDArray[np.float64]:
    return np.asarray(np.abs(np.degrees(_angles())))


def _interpolate(
    table: NDArray[np.float64], z: float, degrees: NDArray[np.float64]
) -> NDArray[np.float64]:
    row = np.array([np.interp(z, _MUSCLE_Z, table[:, k]) for k in range(table.shape[1])])
    return np.asarray(np.interp(degrees, _DEGREES, row))
