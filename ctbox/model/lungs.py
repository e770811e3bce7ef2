"""Find the lungs roughly and quickly: where to centre the crop, where a tumour may grow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ctbox.boxes import FloatArray

LUNG_MAX_HU = -400
BODY_MIN_HU = -300
COARSE_MM = 4.0
MIN_LUNG_ML = 40.0

Mask = NDArray[np.bool_]


def segment_lungs(planes_hu: NDArray[np.generic]) -> Mask:
    """Return air inside the body, slice by slice: lungs, airways, and now and then bowel gas.

    Parameters
    ----------
    planes_hu : ndarray
        (n, rows, columns), HU.
    """
    air: Mask = np.less(planes_hu, LUNG_MAX_HU)
    structure = np.zeros((3, 3, 3), dtype=bool)
    structure[1] = ndimage.generate_binary_structure(2, 1)
    labels, count = ndimage.label(air, structure)
    if count == 0:
        return air
    border = np.unique(
        np.concatenate([labels[:, [0, -1], :].ravel(), labels[:, :, [0, -1]].ravel()])
    )
    outside = np.zeros(count + 1, dtype=bool)
    outside[border] = True
    outside[0] = True
    inside: Mask = ~outside[labels]
    return inside


def keep_large_parts(mask: Mask, voxel_ml: float, min_ml: float = MIN_LUNG_ML) -> Mask:
    """Return the 3D parts of a mask that are lung-sized, not gas in the bowel.

    A part needs this volume and a tenth of that of the largest part.
    """
    labels, count = ndimage.label(mask)
    if count == 0:
        return mask
    volumes = np.bincount(labels.ravel()) * voxel_ml
    volumes[0] = 0.0
    large = volumes >= max(min_ml, 0.1 * float(volumes.max()))
    return np.asarray(large[labels])


def find_crop_centre(
    hu: NDArray[np.generic], pixel_spacing_mm: tuple[float, float], slice_spacing_mm: float
) -> tuple[float, float]:
    """Return (x, y) of the middle of the lungs, mm from the slices' upper left edge.

    Without lungs in view it is the middle of the body, without a body that of the image.

    Parameters
    ----------
    hu : ndarray
        (n, rows, columns), HU.
    pixel_spacing_mm : tuple of float
        Between rows, then between columns.
    slice_spacing_mm : float
        Distance between slices.
    """
    steps = [max(1, round(COARSE_MM / spacing)) for spacing in pixel_spacing_mm]
    coarse = hu[:, :: steps[0], :: steps[1]]
    row_mm, column_mm = (s * step for s, step in zip(pixel_spacing_mm, steps, strict=True))
    lungs = segment_lungs(coarse)
    parts = keep_large_parts(lungs, row_mm * column_mm * slice_spacing_mm / 1000)
    mask = parts if parts.any() else lungs
    if mask.sum() * row_mm * column_mm < 1000:
        mask = np.greater(coarse, BODY_MIN_HU)
    if not mask.any():
        return hu.shape[2] * pixel_spacing_mm[1] / 2, hu.shape[1] * pixel_spacing_mm[0] / 2
    y = _find_middle(mask.sum(axis=(0, 2))) * row_mm
    x = _find_middle(mask.sum(axis=(0, 1))) * column_mm
    return x, y


def _find_middle(counts: NDArray[np.generic]) -> float:
    """Return the middle between the 1 % and the 99 % place of a histogram, in bins."""
    share: FloatArray = np.cumsum(counts, dtype=np.float64) / float(np.sum(counts))
    low = int(np.searchsorted(share, 0.01))
    high = int(np.searchsorted(share, 0.99))
    return (low + high + 1) / 2
