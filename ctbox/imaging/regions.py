"""Plain steps on masks: growing, filling, the part that overlaps, opening by a disc in mm.

They give what scipy and scikit-image give; the small masks of outlines are done by whole rows,
without those libraries' cost of every call.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ctbox.boxes import BoundingBox

Mask = NDArray[np.bool_]
EIGHT_NEIGHBOURS: Mask = np.ones((3, 3), dtype=bool)
_FOUR_NEIGHBOURS: Mask = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], dtype=bool)
_VERTEX_PX = 1e-12


def label_parts(mask: Mask) -> tuple[NDArray[np.signedinteger], int]:
    """Return the 4-connected components, numbered from 1, and their number."""
    labels, count = ndimage.label(mask, _FOUR_NEIGHBOURS)
    return labels, int(count)


def dilate(mask: Mask) -> Mask:
    """Return the mask grown by the 4 neighbours of its pixels."""
    grown = mask.copy()
    grown[1:] |= mask[:-1]
    grown[:-1] |= mask[1:]
    grown[:, 1:] |= mask[:, :-1]
    grown[:, :-1] |= mask[:, 1:]
    return grown


def dilate_all_round(mask: Mask) -> Mask:
    """Return the mask grown by the 8 neighbours of its pixels."""
    taller = mask.copy()
    taller[1:] |= mask[:-1]
    taller[:-1] |= mask[1:]
    grown = taller.copy()
    grown[:, 1:] |= taller[:, :-1]
    grown[:, :-1] |= taller[:, 1:]
    return grown


def erode(mask: Mask) -> Mask:
    """Return the pixels whose 4 neighbours are all in the mask; none at the array's border."""
    kept = np.zeros_like(mask)
    kept[1:-1, 1:-1] = (
        mask[1:-1, 1:-1] & mask[:-2, 1:-1] & mask[2:, 1:-1] & mask[1:-1, :-2] & mask[1:-1, 2:]
    )
    return kept


def fill_polygon(shape: tuple[int, int], corners: NDArray[np.float64]) -> Mask:
    """Return the pixels whose centres lie in a polygon or on its edge, by the even-odd rule.

    The formula is that of `skimage.measure.grid_points_in_poly`, column by column: only the two
    or so sides that a column crosses are looked at.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns.
    corners : ndarray
        float64 (N, 2), row and column of each corner; pixel (0, 0) has its centre at (0, 0).
    """
    to_rows, to_columns = corners[:, 0], corners[:, 1]
    from_rows, from_columns = np.roll(to_rows, 1), np.roll(to_columns, 1)
    rows, columns = np.arange(shape[0], dtype=float), np.arange(shape[1], dtype=float)[:, None]
    inside = np.zeros((shape[1], shape[0]), dtype=bool)
    for is_right in (True, False):
        if is_right:
            crossed = (to_columns - columns > 0) != (from_columns - columns > 0)
        else:
            crossed = (to_columns - columns < 0) != (from_columns - columns < 0)
        column, side = np.nonzero(crossed)
        if len(column) == 0:
            continue
        y0 = (to_columns[side] - column)[:, None]
        y1 = (from_columns[side] - column)[:, None]
        x0, x1 = to_rows[side][:, None] - rows, from_rows[side][:, None] - rows
        where = (x0 * y1 - x1 * y0) / (y1 - y0)
        starts = np.flatnonzero(np.diff(column, prepend=-1))
        odd = np.logical_xor.reduceat(where > 0 if is_right else where < 0, starts, axis=0)
        inside[column[starts]] |= odd
    _add_corners(inside, to_rows, to_columns)
    return np.ascontiguousarray(inside.T)


def _add_corners(inside: Mask, rows: NDArray[np.float64], columns: NDArray[np.float64]) -> None:
    near = np.rint(np.stack([columns, rows]))
    hits = (np.abs(near - [columns, rows]) < _VERTEX_PX).all(axis=0)
    hits &= (near >= 0).all(axis=0) & (near < np.array(inside.shape)[:, None]).all(axis=0)
    column, row = near[:, hits].astype(int)
    inside[column, row] = True


def fill_holes(mask: Mask) -> Mask:
    """Return the mask with every hole filled that does not reach the array's border."""
    labels, count = label_parts(~mask)
    is_open = np.zeros(count + 1, dtype=bool)
    for border in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        is_open[border] = True
    is_open[0] = False
    return np.asarray(~is_open[labels])


def keep_largest_overlap(mask: Mask, target: Mask) -> Mask:
    """Return the one 4-connected component that shares most pixels with the target.

    Empty if none shares any; of equals, the larger component.
    """
    labels, count = label_parts(mask)
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
