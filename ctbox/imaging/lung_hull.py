"""The convex hull of the lung about a box: where a tumour ends and the chest wall begins.

The lung bulges outwards nearly everywhere, so a tumour that sits on the pleura is a bay in it,
and the chord across the bay is the pleura's course beneath the tumour, but for its curvature.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError

from ctbox.imaging.lesion_field import LesionField, compute_ellipse_distance
from ctbox.imaging.regions import find_touched_labels, label_parts

# The pleura is taken for an arc of this radius above the chord: twice a chest's, because the
# arc's full height is reached only midway.
_PLEURA_RADIUS_MM = 200.0


def find_lung_hull(field: LesionField) -> NDArray[np.float64] | None:
    """Return the half-planes (N, 3) in mm whose intersection is the hull of the air in the box.

    A point (x, y) lies outside by the greatest of ``a·x + b·y + c``. None without air, or where
    the air lies on a line.
    """
    level = (field.lesion_hu + field.background_hu) / 2
    dark = field.hu < level
    labels, count = label_parts(dark)
    shape = (dark.shape[0], dark.shape[1])
    nearby = (compute_ellipse_distance(shape, field.box) < 1.15) & dark
    is_lung = find_touched_labels(labels, count, nearby)
    is_lung[0] = False
    lung = is_lung[labels]
    rows = np.flatnonzero(lung.any(axis=1))
    if len(rows) == 0:
        return None
    first = lung[rows].argmax(axis=1)
    last = lung.shape[1] - lung[rows, ::-1].argmax(axis=1)
    # The corners of each row's first and last pixel of lung.
    x = np.tile(np.concatenate([first, last]), 2)
    y = np.concatenate([rows, rows, rows + 1, rows + 1])
    row_mm, column_mm = field.spacing_mm
    try:
        return np.asarray(ConvexHull(np.stack([x * column_mm, y * row_mm], axis=1)).equations)
    except QhullError:
        return None


def compute_depth_mm(
    field: LesionField, hull: NDArray[np.float64], x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how deep points lie beneath the pleura, mm; 0 in the lung and in the bay.

    Parameters
    ----------
    field : LesionField
        Where the points lie.
    hull : ndarray
        From `find_lung_hull`.
    x, y : ndarray
        Points in the field's pixel edges, of one shape.
    """
    row_mm, column_mm = field.spacing_mm
    planes = hull[:, 0, None] * (x.ravel() * column_mm) + hull[:, 1, None] * (y.ravel() * row_mm)
    outside = (planes + hull[:, 2, None]).max(axis=0).reshape(x.shape)
    sagitta_mm = (field.side_mm / 2) ** 2 / (2 * _PLEURA_RADIUS_MM)
    return np.asarray(np.maximum(outside - sagitta_mm, 0.0))
