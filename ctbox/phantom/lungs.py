"""The lungs: where they are, how dense, their lobes and fissures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ctbox.phantom.body import draw_field
from ctbox.phantom.fields import FloatArray
from ctbox.phantom.frame import Plane
from ctbox.phantom.patient import Patient

_PLEURA_MM = 1.0


def measure_lungs(
    plane: Plane, depth: FloatArray, border: FloatArray, above: FloatArray, patient: Patient
) -> FloatArray:
    """Return the signed distance from the lungs, mm, float32 (rows, columns), negative inside.

    Parameters
    ----------
    plane : Plane
        The plane.
    depth : ndarray
        Distance from the rib cage's inner surface, negative inside.
    border : ndarray
        Distance from the mediastinum, negative inside it.
    above : ndarray
        Height over the diaphragm, mm.
    patient : Patient
        Whose apex height counts.
    """
    side = np.abs(plane.x) - np.float32(42)
    off = (side / 40) ** 2 + ((plane.y - np.float32(34)) / 46) ** 2
    # The tops are domes: paraboloids about the middle of each apex.
    under_apex = plane.z - (patient.apex_mm - 13 * off)
    distance = np.maximum(depth + np.float32(_PLEURA_MM), -border)
    # Heights turn into distances across the slanting dome, roughly.
    distance = np.maximum(distance, np.maximum(under_apex * 0.55, -above * 0.7))
    return np.asarray(distance, dtype=np.float32)


def measure_fissures(
    x: NDArray[np.floating], y: NDArray[np.floating], bend: float | FloatArray
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return the heights of the oblique and of the right horizontal fissure at x, y, mm."""
    side = np.abs(x)
    left = 8 * (x > 0)
    oblique = 16 + left + 0.95 * (y - 92) + 0.16 * (side - 60) + 0.0016 * (side - 70) ** 2 + bend
    horizontal = -34 - 0.0020 * ((side - 62) ** 2 + (y + 4) ** 2) + 0.5 * bend
    return oblique, horizontal


def draw_lung_hu(
    plane: Plane, distance: FloatArray, patient: Patient, step_mm: float
) -> FloatArray:
    """Return the HU of lung without its branching vessels, float32 (rows, columns).

    `step_mm` is the thickness of the plane, over which thin oblique sheets are averaged.
    """
    seed = patient.seed
    base = patient.lung_hu + patient.gravity_hu * (plane.y - np.float32(20)) / 90
    coarse, fine = draw_field(plane, 42.0, seed, 30), draw_field(plane, 6.5, seed, 31)
    grain = draw_field(plane, 3.4, seed, 32)
    hu = base + 9 * coarse + 9 * fine + 8 * grain
    hu += _draw_fissures(plane, patient, step_mm)
    if patient.emphysema > 0:
        holes = draw_field(plane, 11.0, seed, 33) + 0.5 * coarse + 0.004 * (plane.z - 10)
        share = np.clip((holes - (1.35 - 0.9 * patient.emphysema)) / 0.5, 0, 1)
        hu += share * (-960 - hu) * 0.85
    if patient.fibrosis > 0:
        hu += _draw_fibrosis(plane, distance, patient)
    return np.asarray(np.clip(hu, -985, -300), dtype=np.float32)


def _draw_fissures(plane: Plane, patient: Patient, step_mm: float) -> FloatArray:
    bend = 4 * draw_field(plane, 95.0, patient.seed, 34)
    oblique, horizontal = measure_fissures(plane.x, plane.y, bend)
    reach = step_mm / 2 + 0.9
    line = np.clip(1.4 - np.abs(plane.z - oblique) / reach, 0, 1)
    in_front = (plane.x < 0) & (plane.z > oblique)
    level = np.clip(1.4 - np.abs(plane.z - horizontal) / reach, 0, 1)
    line = np.maximum(line, level * in_front.astype(np.float32))
    # Fissures are often incomplete, and a sheet of 0.7 mm fills part of a thick plane only.
    whole = np.clip(draw_field(plane, 60.0, patient.seed, 35) + 1.2, 0, 1)
    return np.asarray(line * whole * 460.0 * min(0.7 / step_mm, 1.0), dtype=np.float32)


def _draw_fibrosis(plane: Plane, distance: FloatArray, patient: Patient) -> FloatArray:
    """Return a net of dense lines under the pleura of the bases."""
    low = np.clip((-plane.z - 20) / 110, 0, 1)
    near = np.exp(np.clip(distance, -60, 0) / 11)
    net = np.minimum(
        np.abs(draw_field(plane, 13.0, patient.seed, 36)),
        np.abs(draw_field(plane, 10.0, patient.seed, 37)),
    )
    lines = np.clip(1 - net / 0.28, 0, 1)
    haze = 60 + 260 * lines
    return np.asarray(patient.fibrosis * low * near * haze, dtype=np.float32)
