"""Put synthetic tumours into CT, real or synthetic: the training augmentation's entrance.

`find_insertion_sites` proposes where, `insert_lesion` does it. Both are plain numpy and scipy,
touch only a window around the tumour, and take HU as they come from disk.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ctbox.phantom.fields import FloatArray, NoiseModel, draw_smooth_field, measure_noise
from ctbox.phantom.interiors import add_haze, draw_inside, split_haze
from ctbox.phantom.shapes import Window, compute_reach_mm, cut_window, sample_tumour
from ctbox.phantom.sites import InsertionSite, find_insertion_sites, find_mediastinum
from ctbox.phantom.surroundings import Scene, Surroundings, read_surroundings
from ctbox.phantom.traits import (
    Interior,
    LesionKind,
    LesionTraits,
    Margin,
    draw_radius_mm,
    draw_traits,
)

__all__ = [
    "InsertionSite",
    "Interior",
    "LesionKind",
    "LesionTraits",
    "Margin",
    "draw_radius_mm",
    "draw_traits",
    "find_insertion_sites",
    "insert_lesion",
]


def insert_lesion(
    hu: NDArray[np.generic],
    spacing_mm: tuple[float, float, float],
    centre: tuple[float, float, float],
    radius_mm: float,
    kind: LesionTraits | LesionKind | str,
    rng: np.random.Generator,
) -> tuple[NDArray[np.generic], NDArray[np.bool_]]:
    """Return a copy of a CT with one synthetic tumour in it, and the tumour's mask.

    Lung and fat give way to the tumour, bone and enhanced vessels do not; a pleural tumour
    fills up to the chest wall, a hilar or mediastinal one grows into the mediastinum. Its
    noise has the standard deviation and spectrum of the soft tissue of the same slice.

    Parameters
    ----------
    hu : ndarray
        HU (n, rows, columns), cranial first, or one slice (rows, columns); not changed.
    spacing_mm : tuple of float
        Distance of slices, of rows and of columns, mm. For one slice the first is its thickness.
    centre : tuple of float
        Centre (slice, row, column) as fractional indices; for one slice the first is 0.
        Sites come from `find_insertion_sites`.
    radius_mm : float
        Mean in-plane radius, mm.
    kind : LesionTraits or LesionKind or str
        The tumour's traits, or only its kind, the rest being drawn.
    rng : numpy.random.Generator
        Source of randomness: the same state gives the same tumour.

    Returns
    -------
    hu : ndarray
        Of the input's shape and dtype; identical to the input outside the tumour's window.
    mask : ndarray
        bool, of the same shape: voxels at least half tumour (a tumour too small
        to fill any voxel: half of what it fills at most). Empty if nothing of it fits
        (all bone, say), in which case `hu` may still equal the input.

    Raises
    ------
    ValueError
        If the shape is neither (n, rows, columns) nor (rows, columns), or the radius not > 0.
    """
    if hu.ndim not in (2, 3):
        raise ValueError(f"HU must be (n, rows, columns) or (rows, columns), got {hu.shape}.")
    if not radius_mm > 0:
        raise ValueError(f"The radius must be greater than 0 mm, got {radius_mm}.")
    volume = hu[None] if hu.ndim == 2 else hu
    traits = kind if isinstance(kind, LesionTraits) else draw_traits(rng, kind=kind)
    changed, mask = volume.copy(), np.zeros(volume.shape, dtype=bool)
    shape = (volume.shape[0], volume.shape[1], volume.shape[2])
    window = cut_window(shape, spacing_mm, centre, compute_reach_mm(radius_mm, traits))
    if window is not None:
        middle = int(np.clip(round(centre[0]), 0, shape[0] - 1))
        noise = measure_noise(volume[middle])
        before = np.maximum(volume[window.slices].astype(np.float32), -1100.0)
        if traits.kind in (LesionKind.HILAR, LesionKind.MEDIASTINAL):
            stack = volume[window.slices[0]]
            mediastinum = find_mediastinum(stack, spacing_mm)[:, *window.slices[1:]]
        else:
            mediastinum = np.zeros(window.shape, dtype=bool)
        scene = Scene(before, mediastinum, window)
        after, inside = blend_tumour(scene, radius_mm, traits, noise, rng)
        touched = after != before
        target = changed[window.slices]
        target[touched] = _to_dtype(after[touched], volume.dtype)
        mask[window.slices] = inside
    return (changed[0], mask[0]) if hu.ndim == 2 else (changed, mask)


def _to_dtype(values: FloatArray, dtype: np.dtype[np.generic]) -> NDArray[np.generic]:
    return np.rint(values).astype(dtype) if dtype.kind in "iu" else values.astype(dtype)


def blend_tumour(
    scene: Scene,
    radius_mm: float,
    traits: LesionTraits,
    noise: NoiseModel | None,
    rng: np.random.Generator,
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return a window's HU with a tumour at its origin, and the tumour's mask.

    Without a noise model the tumour is noise-free, for a scan whose noise is yet to come.
    """
    before, window = scene.before, scene.window
    field = sample_tumour(window, radius_mm, traits, rng)
    surroundings = read_surroundings(scene, radius_mm, traits)
    after = before
    if traits.atelectasis:
        after = _add_atelectasis(after, window, radius_mm, surroundings, rng)
    share = field.coat * surroundings.room
    target = draw_inside(window, field, radius_mm, traits, rng)
    if traits.interior in (Interior.GROUND_GLASS, Interior.PART_SOLID):
        haze, core = split_haze(window, field, radius_mm, traits, rng)
        after = add_haze(after, share * haze, surroundings, rng)
        weight = share * core
    else:
        weight = share
    if noise is not None:
        target = target + noise.draw(window.shape, rng)
    after = after * (1 - weight) + target * weight
    # What fills no voxel by more than half, thin in thick slices, is marked where it is densest.
    mask = _keep_main_part(share > 0.5 * np.clip(float(share.max(initial=0)), 0.3, 1.0))
    return np.asarray(after, dtype=np.float32), mask


def _add_atelectasis(
    before: FloatArray,
    window: Window,
    radius_mm: float,
    surroundings: Surroundings,
    rng: np.random.Generator,
) -> FloatArray:
    """Return HU with a wedge of collapsed lung that fans out from the centre into the lung."""
    if not surroundings.lung.any():
        return before
    z, y, x = np.ix_(*window.axes_mm)
    planes = np.broadcast_arrays(y, x, z)[:2]
    lung_y, lung_x = (float(axis[surroundings.lung].mean()) for axis in planes)
    angle = np.arctan2(lung_y, lung_x) + rng.normal(0, 0.3)
    along = x * np.cos(angle) + y * np.sin(angle)
    across = np.abs(y * np.cos(angle) - x * np.sin(angle))
    opening = rng.uniform(0.25, 0.6) * (1 - 0.6 * np.clip(np.abs(z) / (1.5 * radius_mm), 0, 1))
    edge = draw_smooth_field(window.axes_mm, 1.5 * radius_mm, rng) * 0.06 * radius_mm
    wedge = np.clip((along * opening + edge - across) / 2.0, 0, 1) * (along > 0)
    wedge *= np.clip((1.6 * radius_mm - np.hypot(along, z)) / (0.3 * radius_mm), 0, 1)
    wedge *= np.where(surroundings.lung, 1.0, 0.0) * rng.uniform(0.7, 1.0)
    return np.asarray(before + wedge * (rng.uniform(15, 45) - before), dtype=np.float32)


def _keep_main_part(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the largest connected part of a mask."""
    labels, count = ndimage.label(mask, structure=np.ones((3, 3, 3)))
    if count <= 1:
        return mask
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return np.asarray(labels == sizes.argmax())
