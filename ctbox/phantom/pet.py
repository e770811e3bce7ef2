"""A PET scan of a phantom: where a sugar tracer would be, blurred and noisy as scanners see it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ctbox.phantom.volume import PhantomScan, find_landmarks

PIXEL_MM = 4.0
SLICE_MM = 3.0
ROWS = 128
_BLUR_SIGMA_MM = 2.8
_LUNG, _FAT, _TISSUE, _BONE = 0.45, 0.3, 0.9, 1.3
_BLOOD, _HEART, _LIVER = 1.7, 3.6, 2.3
_HEART_MM, _LIVER_MM = (52.0, 42.0, 40.0), (95.0, 85.0, 75.0)
_NOISE = 0.11

Grid = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PetVolume:
    """Uptake of a phantom.

    Parameters
    ----------
    suv : ndarray
        float32 (n, rows, columns), g/ml by body weight, cranial first.
    positions_mm : ndarray
        float64 (n,): heights of the slices in the CT's frame of reference, decreasing.
    pixel_mm : float
        Distance of rows and of columns.
    corner_mm : float
        x and y of the first pixel's centre in the CT's frame of reference.
    lesion_suv : tuple of float
        True uptake of each of the scan's tumours.
    """

    suv: Grid
    positions_mm: NDArray[np.float64]
    pixel_mm: float
    corner_mm: float
    lesion_suv: tuple[float, ...]


def make_pet(scan: PhantomScan) -> PetVolume:
    """Return a PET of a scanned phantom; the same each time.

    Tumours are hot (solid 4…14, ground glass 1.2…2.2), the heart and the liver warm, the blood
    a little; the couch holds nothing.
    """
    rng = np.random.default_rng([scan.seed, 77])
    lesion_suv = tuple(_draw_suv(lesion.traits.interior.value, rng) for lesion in scan.lesions)
    uptake = _paint_uptake(scan, lesion_suv)
    return _scan_uptake(uptake, scan, lesion_suv, rng)


def _draw_suv(inside: str, rng: np.random.Generator) -> float:
    low, high = (1.2, 2.2) if "glass" in inside else (4.0, 14.0)
    return round(float(rng.uniform(low, high)), 1)


def _paint_uptake(scan: PhantomScan, lesion_suv: tuple[float, ...]) -> Grid:
    """Return the uptake on the CT's own grid, sharp and without noise."""
    hu = scan.clean.hu
    uptake = np.select(
        [hu < -950, hu < -500, hu < -25, hu < 200],
        [np.float32(0), np.float32(_LUNG), np.float32(_FAT), np.float32(_TISSUE)],
        np.float32(_BONE),
    ).astype(np.float32)
    tissue = (hu > -25) & (hu < 250)
    uptake[scan.clean.mediastinum & tissue] = _BLOOD
    marks = find_landmarks(scan.frame, scan.clean.positions_mm, scan.spacing_mm)
    steps = (scan.spacing_mm, scan.frame.spacing_mm, scan.frame.spacing_mm)
    for name, radii, value in (
        ("liver", _LIVER_MM, _LIVER), ("left_ventricle", _HEART_MM, _HEART),
    ):  # fmt: skip
        if name in marks:
            _paint_organ(uptake, tissue, marks[name], (radii, steps, value))
    uptake[~_find_body(hu)] = 0
    for lesion, value in zip(scan.lesions, lesion_suv, strict=True):
        window = tuple(
            slice(first, first + size)
            for first, size in zip(lesion.corner, lesion.cropped_mask.shape, strict=True)
        )
        uptake[window][lesion.cropped_mask] = value
    return uptake


def _paint_organ(
    uptake: Grid,
    tissue: NDArray[np.bool_],
    middle: tuple[int, int, int],
    look: tuple[tuple[float, ...], tuple[float, ...], float],
) -> None:
    """Fill the soft tissue in an ellipsoid about an organ's landmark."""
    radii, steps, value = look
    windows, parts = [], []
    for at, radius, step, size in zip(middle, radii, steps, uptake.shape, strict=True):
        reach = int(np.ceil(radius / step))
        window = slice(max(at - reach, 0), min(at + reach + 1, size))
        windows.append(window)
        parts.append(((np.arange(window.start, window.stop) - at) * step / radius) ** 2)
    z, y, x = parts
    inside = z[:, None, None] + y[None, :, None] + x[None, None, :] <= 1
    part = tuple(windows)
    uptake[part][inside & tissue[part]] = value


def _find_body(hu: Grid) -> NDArray[np.bool_]:
    """Return the largest thing that is not air, its lungs included: not the couch."""
    body = np.zeros(hu.shape, dtype=bool)
    for index, plane in enumerate(hu):
        parts, count = ndimage.label(plane > -500)
        if count:
            sizes = np.bincount(parts.ravel())[1:]
            body[index] = ndimage.binary_fill_holes(parts == 1 + int(sizes.argmax()))
    return body


def _scan_uptake(
    uptake: Grid, scan: PhantomScan, lesion_suv: tuple[float, ...], rng: np.random.Generator
) -> PetVolume:
    """Blur, put on the PET's own grid, and add noise."""
    pixel = scan.frame.spacing_mm
    sigma = tuple(_BLUR_SIGMA_MM / step for step in (scan.spacing_mm, pixel, pixel))
    blurred = ndimage.gaussian_filter(uptake, sigma, mode="nearest")
    heights = scan.clean.positions_mm
    count = max(int(abs(heights[0] - heights[-1]) / SLICE_MM) + 1, 2)
    positions = heights[0] - SLICE_MM * np.arange(count)
    corner = -(ROWS - 1) / 2 * PIXEL_MM
    rows = (corner + PIXEL_MM * np.arange(ROWS)) / pixel + (scan.frame.rows - 1) / 2
    lines = (heights[0] - positions) / scan.spacing_mm
    places = np.meshgrid(lines, rows, rows, indexing="ij")
    suv = ndimage.map_coordinates(blurred, places, order=1, mode="constant", output=np.float32)
    noise = ndimage.gaussian_filter(rng.standard_normal(suv.shape).astype(np.float32), 0.9)
    noise *= _NOISE / noise.std()
    noisy = np.maximum(suv + noise * np.sqrt(np.maximum(suv, 0.02)), 0).astype(np.float32)
    return PetVolume(noisy, positions, PIXEL_MM, corner, lesion_suv)
