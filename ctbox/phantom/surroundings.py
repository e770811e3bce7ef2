"""What a tumour meets where it grows: lung that gives way, walls and vessels that do not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ctbox.phantom.fields import FloatArray
from ctbox.phantom.shapes import Window
from ctbox.phantom.traits import LesionKind, LesionTraits

_LUNG_BELOW_HU = -400.0


@dataclass(frozen=True, slots=True)
class Scene:
    """What a tumour grows into.

    Parameters
    ----------
    before : ndarray
        HU without the tumour, float32, of the window's shape.
    mediastinum : ndarray
        bool, same shape: soft tissue that hilar and mediastinal tumours may replace.
    window : Window
        Where it lies.
    """

    before: FloatArray
    mediastinum: NDArray[np.bool_]
    window: Window


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a tumour may grow: `room` 0…1, `lung` (bool, vessels included), `lung_hu`."""

    room: FloatArray
    lung: NDArray[np.bool_]
    lung_hu: float


def read_surroundings(scene: Scene, radius_mm: float, traits: LesionTraits) -> Surroundings:
    """Return where a tumour of these traits may grow, judged by HU and blurred thresholds."""
    before, window = scene.before, scene.window
    step = window.spacing_mm[1], window.spacing_mm[2]
    air = before < _LUNG_BELOW_HU
    # Blurred and thresholded, thin vessels vanish in the lung while the thick wall stays.
    blur = (0.0, 3.5 / step[0], 3.5 / step[1])
    lung = ndimage.gaussian_filter(air.astype(np.float32), blur) > 0.5
    lung |= air
    depth_mm = np.array([_measure_tissue_depth(plane, step) for plane in lung])
    central = traits.kind in (LesionKind.HILAR, LesionKind.MEDIASTINAL)
    wall_mm = 2.5 if traits.kind is LesionKind.PLEURAL else 1.0
    inner_mm = radius_mm * (1.5 if traits.kind is LesionKind.MEDIASTINAL else 1.1)
    allowed_mm = np.where(scene.mediastinum & central, inner_mm, wall_mm)
    room = np.clip(1.0 - (depth_mm - allowed_mm) / np.maximum(0.25 * allowed_mm, 1.0), 0, 1)
    smooth = ndimage.gaussian_filter(before, (0.0, 1.2 / step[0], 1.2 / step[1]))
    tissue = ~lung
    # Bone, calcium and enhanced blood stay; so do the trachea and main bronchi.
    room *= np.where(tissue, np.clip((traits.density_hu + 130 - smooth) / 60, 0, 1), 1.0)
    if central:
        room *= np.clip((smooth + 985) / 40, 0, 1)
    lung_hu = float(np.median(before[lung])) if lung.any() else -850.0
    return Surroundings(room.astype(np.float32), lung, max(lung_hu, -950.0))


def _measure_tissue_depth(
    lung: NDArray[np.bool_], step_mm: tuple[float, float]
) -> NDArray[np.float64]:
    """Return the in-plane distance from the lung, mm; infinite where the window holds none."""
    if not lung.any():
        return np.full(lung.shape, np.inf)
    return np.asarray(ndimage.distance_transform_edt(~lung, sampling=step_mm))
