"""The closed ring about the tumour: along edges where there are any, across gaps where not.

From a centre in the box, rays run to the border of the box plus 10 %. The ring takes one radius
on each ray so that it passes where HU falls outwards (the Sobel derivative along the ray),
crosses no lung, stays near the box's own shape where there is no edge (a tumour in the chest wall
or the mediastinum), and does not jump: the minimal closed path of Sun and Pallottino (Pattern
Recognition 36, 2003), with the costs below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ctbox.imaging.lesion_field import LesionField, compute_ellipse_distance
from ctbox.imaging.lung_hull import compute_depth_mm, find_lung_hull
from ctbox.imaging.pixel_window import LEAST_MARGIN_PX, MARGIN
from ctbox.imaging.regions import Mask, compute_agreement, fill_holes, fill_polygon
from ctbox.imaging.ring_path import find_ring_paths

FloatArray = NDArray[np.float64]
_ANGLES = 96
# (Share of the box that the hull covers at least, agreement with the box it may cost.)
_HULL_TOLERANCES = ((0.75, 0.22), (0.5, 0.12))
_LUNG_COST, _SHAPE_COST, _WALL_COST, _BEND_COST = 2.0, 0.8, 6.0, 0.1
# At the border of the window; half of what a clear edge earns, so that the box is left for a
# clear edge alone.
_OUTSIDE_COST = 0.3


@dataclass(frozen=True, slots=True)
class _Rays:
    """Points (angles, radii) on the rays, in the field's pixel edges.

    Radii are in half box sides, so that a radius of 1 lies on the ellipse within the box.
    """

    centre: tuple[float, float]
    step_x: FloatArray
    step_y: FloatArray
    radii: FloatArray
    longest: FloatArray

    @property
    def x(self) -> FloatArray:
        return self.centre[0] + self.step_x[:, None] * self.radii

    @property
    def y(self) -> FloatArray:
        return self.centre[1] + self.step_y[:, None] * self.radii

    @property
    def step(self) -> float:
        return float(self.radii[0])


def find_envelope(field: LesionField) -> Mask:
    """Return the region within the ring, a mask of the field's shape.

    Two rings are sought: one that the lung's hull keeps out of the chest wall and the
    mediastinum, and one without it. The first is taken unless it agrees much less with the box
    (IoU of its bounding box), as where the lung touches only one side of a large tumour; the
    more of the box the hull covers, the more it may cost.
    """
    rays = _cast_rays(field)
    free = _compute_cost(field, rays)
    depth, share = _compute_wall_depth(field, rays)
    costs = [free]
    tolerance = next((t for least, t in _HULL_TOLERANCES if share >= least), None)
    if tolerance is not None and depth.any():
        costs.append(free + _WALL_COST * np.clip(depth / (field.side_mm / 2), 0, 0.6))
    reach = min(max(1, round(0.12 / rays.step)), 6)
    slopes = np.arange(-reach, reach + 1) * rays.step / (2 * np.pi / _ANGLES)
    paths = find_ring_paths(np.stack(costs), np.asarray(_BEND_COST * slopes**2))
    rings = [_fill_ring(field, rays, path) for path in paths]
    if tolerance is None or len(rings) == 1:
        return rings[0]
    unbound, bound = (compute_agreement(ring, field.box) for ring in rings)
    return rings[1] if bound >= unbound - tolerance else rings[0]


def _cast_rays(field: LesionField) -> _Rays:
    box, inner = field.box, field.inner
    angles = (np.arange(_ANGLES) + 0.5) * 2 * np.pi / _ANGLES
    step_x, step_y = np.cos(angles) * box.width / 2, np.sin(angles) * box.height / 2
    x, y = centre = _find_centre(field)
    leave_x = np.where(step_x > 0, inner.x2 - x, inner.x1 - x) / step_x
    leave_y = np.where(step_y > 0, inner.y2 - y, inner.y1 - y) / step_y
    longest = np.minimum(leave_x, leave_y)
    count = int(np.clip(round(max(box.width, box.height) * 0.6), 32, 64))
    radii = (np.arange(count) + 1) / count * longest.max()
    return _Rays(centre, step_x, step_y, radii, longest)


def _find_centre(field: LesionField) -> tuple[float, float]:
    """Return the point halfway between the box's centre and that of its bright pixels."""
    shape = (field.hu.shape[0], field.hu.shape[1])
    bright = field.folded > (field.lesion_hu + field.background_hu) / 2
    rows, columns = np.nonzero(bright & (compute_ellipse_distance(shape, field.box) <= 0.8))
    x, y = field.box.centre
    if len(rows) == 0:
        return x, y
    return float(x + columns.mean() + 0.5) / 2, float(y + rows.mean() + 0.5) / 2


def _compute_cost(field: LesionField, rays: _Rays) -> FloatArray:
    x, y, (row_mm, column_mm) = rays.x, rays.y, field.spacing_mm
    length = np.hypot(rays.step_x * column_mm, rays.step_y * row_mm)
    along_x, along_y = rays.step_x * column_mm / length, rays.step_y * row_mm / length
    fall = -(
        _sample(field.slope_x, x, y) * along_x[:, None]
        + _sample(field.slope_y, x, y) * along_y[:, None]
    )
    rows, columns = field.inner.slices
    # Half of full credit at a tenth of the strong edges, so that fat against tumour counts too.
    half_credit = max(0.1 * float(np.percentile(field.gradient[rows, columns], 95)), 12.0)
    edge = np.maximum(fall, 0) / (np.maximum(fall, 0) + half_credit)
    crossed = np.cumsum(_sample(_compute_airiness(field), x, y), axis=1) * rays.step
    across = np.abs(x - field.box.centre[0]) / (field.box.width / 2)
    down = np.abs(y - field.box.centre[1]) / (field.box.height / 2)
    shape = (np.hypot(across, down) + np.maximum(across, down)) / 2
    cost = -edge + _LUNG_COST * crossed + _SHAPE_COST * (shape - 1) ** 2
    cost += _OUTSIDE_COST * _compute_overshoot(field, x, y)
    return np.where(rays.radii > rays.longest[:, None] + 1e-9, 1e3, cost)


def _compute_overshoot(field: LesionField, x: FloatArray, y: FloatArray) -> FloatArray:
    """Return 0 in the box, 1 at the border of the box plus its margin, and between."""
    box, least = field.box, LEAST_MARGIN_PX * field.zoom
    right = np.maximum(box.x1 - x, x - box.x2) / max(MARGIN * box.width, least)
    down = np.maximum(box.y1 - y, y - box.y2) / max(MARGIN * box.height, least)
    return np.asarray(np.clip(np.maximum(right, down), 0, 1))


def _compute_airiness(field: LesionField) -> NDArray[np.float32]:
    """Return 0 in tumour to 1 in lung; 0 in a cavity, which belongs to the tumour."""
    contrast = max(field.contrast_hu, 1.0)
    level = field.lesion_hu - max(0.5 * contrast, 60.0)
    airiness = np.clip((level - field.folded) / (0.25 * contrast + 1.0), 0, 1)
    bright = field.folded > level
    airiness[fill_holes(bright) & ~bright] = 0
    return np.asarray(airiness, dtype=np.float32)


def _compute_wall_depth(field: LesionField, rays: _Rays) -> tuple[FloatArray, float]:
    """Return the points' depth beneath the pleura, and the hull's share of the box's ellipse."""
    hull = find_lung_hull(field)
    if hull is None:
        return np.zeros(rays.x.shape), 0.0
    x, y = rays.x, rays.y
    depth = compute_depth_mm(field, hull, x, y)
    across = (x - field.box.centre[0]) / (field.box.width / 2)
    down = (y - field.box.centre[1]) / (field.box.height / 2)
    # Points are dense at the centre: weighing by radius makes the share one of area.
    weight = rays.radii * (np.hypot(across, down) <= 1)
    return depth, float((weight * (depth == 0)).sum() / max(weight.sum(), 1e-9))


def _sample(values: NDArray[np.float32], x: FloatArray, y: FloatArray) -> FloatArray:
    points = np.stack([y - 0.5, x - 0.5])
    return np.asarray(ndimage.map_coordinates(values, points, order=1, mode="nearest"))


def _fill_ring(field: LesionField, rays: _Rays, path: NDArray[np.int64]) -> Mask:
    # The edge lies between the last radius inside and the next.
    radius = rays.radii[path] + rays.step / 2
    x, y = rays.centre[0] + rays.step_x * radius, rays.centre[1] + rays.step_y * radius
    mask = np.zeros(field.hu.shape, dtype=bool)
    inner = field.inner
    corners = np.stack([y - 0.5 - inner.y1, x - 0.5 - inner.x1], axis=1)
    mask[inner.slices] = fill_polygon(inner.shape, corners)
    return mask
