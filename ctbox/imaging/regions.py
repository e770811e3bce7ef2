"""Plain steps on masks: filling, the part that overlaps, opening by a disc in millimetres."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ctbox.boxes import BoundingBox

Mask = NDArray[np.bool_]
EIGHT_NEIGHBOURS: Mask = np.ones((3, 3), dtype=bool)


def fill_holes(mask: Mask) -> Mask:
    """Return the mask with every hole filled that does not reach the array's border."""
    labels, count = ndimage.label(~mask)
    is_open = np.zeros(count + 1, dtype=bool)
    for border in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        is_open[border] = True
    is_open[0] = False
    return np.asarray(~is_open[labels])


def keep_largest_overlap(mask: Mask, target: Mask) -> Mask:
    """Return the one 4-connected component that shares most pixels with the target.

    Empty if none shares any; of equals, the larger component.
    """
    labels, count = ndimage.label(mask)
    if count <= 1:
        return mask if bool((mask & target).any()) else np.zeros_like(mask)
    shared = np.bincount(labels[target], minlength=count + 1)
    shared[0] = 0
    if not shared.any():
        return np.zeros_like(mask)
    size = np.bincount(labels.ravel(), minlength=count + 1)
    return np.asarray(labels == int(np.lexsort((size, shared))[-1]))


def compute_distance_mm(mask: Mask, spacing_mm: tuple[float, float]) -> NDArray[np.float64]:
    """Return each pixel's distance to the mask, 0 within; infinite if the mask is empty."""
    if not mask.any():
        return np.full(mask.shape, np.inf)
    return np.asarray(ndimage.distance_transform_edt(~mask, sampling=spacing_mm))


def open_by_disc(mask: Mask, radius_mm: float, spacing_mm: tuple[float, float]) -> Mask:
    """Return the morphological opening by a disc, the same in mm along rows and columns."""
    padded = np.pad(mask, 1)
    eroded = compute_distance_mm(~padded, spacing_mm) > radius_mm
    opened = compute_distance_mm(eroded, spacing_mm) <= radius_mm
    return np.asarray(opened[1:-1, 1:-1] & mask)


def compute_agreement(mask: Mask, box: BoundingBox) -> float:
    """Return the IoU of a mask's bounding box with a box in the mask's pixel edges."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if len(rows) == 0:
        return 0.0
    return BoundingBox(columns[0], rows[0], columns[-1] + 1, rows[-1] + 1).iou(box)


def find_touched_labels(labels: NDArray[np.signedinteger], count: int, where: Mask) -> Mask:
    """Return, for labels 0…count, which have a pixel in the mask."""
    touched = np.zeros(count + 1, dtype=bool)
    touched[labels[where]] = True
    return touched
