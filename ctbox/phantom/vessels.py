"""Bronchovascular trees that branch from the hila until they fill the lobes.

A branch grows towards the middle of the points it has to supply, the points are parted by a
plane, and each half gets a daughter branch (Tawhai, Pullan & Hunter, Ann Biomed Eng 2000).
Radii follow the number of points supplied (Murray's law with an exponent of 2.7).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctbox.phantom.fields import FloatArray
from ctbox.phantom.frame import Frame

_EXPONENT = 2.7
_REACH = 0.42
_SHORTEST_MM = 2.5


@dataclass(frozen=True, slots=True)
class Tree:
    """Branches of one kind.

    Parameters
    ----------
    start, end : ndarray
        float64 (n, 3): ends of each branch as x, y, z of the standard body, mm.
    start_radius, end_radius : ndarray
        float64 (n,), mm.
    """

    start: NDArray[np.float64]
    end: NDArray[np.float64]
    start_radius: NDArray[np.float64]
    end_radius: NDArray[np.float64]


def grow_tree(
    root: tuple[float, float, float],
    targets: NDArray[np.float64],
    root_radius: float,
    rng: np.random.Generator,
) -> Tree:
    """Grow a tree from a root until it reaches every target.

    Parameters
    ----------
    root : tuple of float
        Where it starts, x, y, z.
    targets : ndarray
        float64 (n, 3): points to supply.
    root_radius : float
        Radius at the root, mm.
    rng : numpy.random.Generator
        Source of the irregularities.
    """
    branches: list[tuple[NDArray[np.float64], NDArray[np.float64], int, int]] = []
    heading = targets.mean(axis=0) - np.array(root)
    stack = [(np.array(root, dtype=np.float64), heading, targets, len(targets))]
    while stack:
        start, heading, points, above = stack.pop()
        count = len(points)
        if count == 1:
            branches.append((start, points[0], above, 1))
            continue
        end = _find_branch_point(start, points, rng)
        branches.append((start, end, above, count))
        if count == 2:
            branches += [(end, point, 2, 1) for point in points]
            continue
        first, second = _part_points(end, end - start, points, rng)
        stack.append((end, end - start, first, count))
        stack.append((end, end - start, second, count))
    return _measure_branches(branches, len(targets), root_radius, rng)


def _find_branch_point(
    start: NDArray[np.float64], points: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    way = points.mean(axis=0) - start
    length = float(np.linalg.norm(way))
    step = max(_REACH * length, min(_SHORTEST_MM, length))
    sway = rng.normal(size=3) * 0.07 * step
    return np.asarray(start + way * (step / max(length, 1e-6)) + sway)


def _part_points(
    end: NDArray[np.float64],
    heading: NDArray[np.float64],
    points: NDArray[np.float64],
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Part points by a plane along the heading, across their widest spread."""
    axis = heading / max(float(np.linalg.norm(heading)), 1e-6)
    spread = points - points.mean(axis=0)
    spread = spread - (spread @ axis)[:, None] * axis
    # A few powers of the scatter matrix turn any vector towards its widest direction.
    scatter = spread.T @ spread
    scatter = scatter / max(float(np.trace(scatter)), 1e-9)
    along = spread @ (scatter @ (scatter @ (scatter @ rng.normal(size=3))))
    order = np.argsort(along, kind="stable")
    cut = int(np.clip(round(len(points) * rng.uniform(0.3, 0.7)), 1, len(points) - 1))
    return points[order[:cut]], points[order[cut:]]


def _measure_branches(
    branches: list[tuple[NDArray[np.float64], NDArray[np.float64], int, int]],
    total: int,
    root_radius: float,
    rng: np.random.Generator,
) -> Tree:
    """Return the branches with radii, each bent once so that none is a straight stick."""
    start = np.array([branch[0] for branch in branches])
    end = np.array([branch[1] for branch in branches])
    above = np.array([branch[2] for branch in branches], dtype=np.float64)
    own = np.array([branch[3] for branch in branches], dtype=np.float64)
    unit = root_radius / total ** (1 / _EXPONENT)
    # A daughter is a little thinner at once than its parent was, then keeps its calibre.
    begin = unit * (0.35 * above + 0.65 * own) ** (1 / _EXPONENT)
    finish = unit * own ** (1 / _EXPONENT)
    finish = np.where(own == 1, 0.6 * finish, finish)
    length = np.linalg.norm(end - start, axis=1, keepdims=True)
    middle = (start + end) / 2 + rng.normal(size=start.shape) * 0.055 * length
    half = (begin + finish) / 2
    return Tree(
        np.concatenate([start, middle]),
        np.concatenate([middle, end]),
        np.concatenate([begin, half]),
        np.concatenate([half, finish]),
    )


def join_trees(trees: list[Tree]) -> Tree:
    """Return all branches of several trees as one."""
    return Tree(
        np.concatenate([tree.start for tree in trees]),
        np.concatenate([tree.end for tree in trees]),
        np.concatenate([tree.start_radius for tree in trees]),
        np.concatenate([tree.end_radius for tree in trees]),
    )


def make_airways(arteries: Tree, least_radius_mm: float, rng: np.random.Generator) -> Tree:
    """Return the bronchi that run beside the larger arteries, medial and in front of them."""
    large = arteries.end_radius > least_radius_mm
    start, end = arteries.start[large], arteries.end[large]
    begin, finish = arteries.start_radius[large], arteries.end_radius[large]
    side = np.array([0.0, -0.75, 0.35]) + rng.normal(0, 0.1, 3)
    towards = -np.sign(start[:, :1]) * np.array([[0.7, 0.0, 0.0]])
    gap = 1.95
    return Tree(
        start + (side + towards) * (gap * begin)[:, None],
        end + (side + towards) * (gap * finish)[:, None],
        0.78 * begin,
        0.72 * finish,
    )


@dataclass(frozen=True, slots=True)
class VoxelGrid:
    """Where a tree is sampled.

    Parameters
    ----------
    frame : Frame
        The patient's frame.
    top_mm : float
        Height of the upper face of the first slice over the carina, patient's mm.
    spacing_mm, thickness_mm : float
        Distance of the slices and how thick each is.
    n_slices : int
        Number of slices.
    """

    frame: Frame
    top_mm: float
    spacing_mm: float
    n_slices: int


def fill_tree(tree: Tree, grid: VoxelGrid, grow_mm: float = 0.0) -> FloatArray:
    """Return how much of each voxel a tree fills, float32 (n, rows, rows), 0…1.

    The branches are filled with evenly spread points, each standing for a small volume, and the
    points are counted by voxel: partial volume in all three directions at once.
    """
    rows, pixel = grid.frame.rows, grid.frame.spacing_mm
    scale = np.array([pixel, pixel, 1.0])
    start, end = (grid.frame.to_image(ends) * scale for ends in (tree.start, tree.end))
    bottom = grid.top_mm - grid.n_slices * grid.spacing_mm
    seen = np.minimum(start[:, 2], end[:, 2]) < grid.top_mm + 8
    seen &= np.maximum(start[:, 2], end[:, 2]) > bottom - 8
    share = np.zeros(grid.n_slices * rows * rows, dtype=np.float32)
    if seen.any():
        radii = (tree.start_radius[seen] + grow_mm, tree.end_radius[seen] + grow_mm)
        points, volume = _spread_points((start[seen], end[seen]), radii, 0.6 * pixel)
        row = np.rint(points[0] / np.float32(pixel)).astype(np.int32)
        column = np.rint(points[1] / np.float32(pixel)).astype(np.int32)
        index = np.floor((grid.top_mm - points[2]) / np.float32(grid.spacing_mm)).astype(np.int32)
        ok = (row >= 0) & (row < rows) & (column >= 0) & (column < rows)
        ok &= (index >= 0) & (index < grid.n_slices)
        flat = (index[ok].astype(np.int64) * rows + row[ok]) * rows + column[ok]
        # Filled slice by slice, a full-size double is never needed.
        np.add.at(share, flat, volume[ok] / np.float32(pixel * pixel * grid.spacing_mm))
    return np.minimum(share, 1.0).reshape(grid.n_slices, rows, rows)


def _spread_points(
    ends: tuple[NDArray[np.float64], NDArray[np.float64]],
    radii: tuple[NDArray[np.float64], NDArray[np.float64]],
    step: float,
) -> tuple[FloatArray, FloatArray]:
    """Return points (3, n) that fill tapered cylinders evenly, and the volume of each (n,)."""
    start, way = ends[0].astype(np.float32), (ends[1] - ends[0]).astype(np.float32)
    begin, taper = radii[0].astype(np.float32), (radii[1] - radii[0]).astype(np.float32)
    length = np.linalg.norm(way, axis=1)
    n_along = np.maximum(np.ceil(length / step), 1).astype(np.int32)
    n_disc = np.maximum(np.ceil(np.pi * ((begin + taper / 2) / step) ** 2), 1).astype(np.int32)
    count = n_along * n_disc
    branch = np.repeat(np.arange(len(start), dtype=np.int32), count)
    number = (
        np.arange(len(branch), dtype=np.int32) - (np.cumsum(count) - count).astype(np.int32)[branch]
    )
    disc = n_disc[branch]
    ring, floor = number % disc, number // disc
    along = (floor + np.float32(0.5)) / n_along[branch].astype(np.float32)
    here = begin[branch] + taper[branch] * along
    # Sunflower seeds: even cover of the disc, turned a little at every step along.
    turn = np.float32(2.399963) * ring + np.float32(1.3) * floor
    out = here * np.sqrt((ring + np.float32(0.5)) / disc.astype(np.float32))
    first, second = _find_axes(way / np.maximum(length, 1e-6)[:, None])
    u, v = out * np.cos(turn), out * np.sin(turn)
    points = np.empty((3, len(branch)), dtype=np.float32)
    for axis in range(3):
        points[axis] = start[branch, axis] + way[branch, axis] * along
        points[axis] += u * first[branch, axis] + v * second[branch, axis]
    volume = (np.pi * length / count)[branch] * here * here
    return points, volume.astype(np.float32)


def _find_axes(way: FloatArray) -> tuple[FloatArray, FloatArray]:
    helper = np.zeros_like(way)
    steep = np.abs(way[:, 2]) >= 0.8
    helper[~steep, 2] = 1
    helper[steep, 0] = 1
    first = np.cross(way, helper)
    first /= np.maximum(np.linalg.norm(first, axis=1, keepdims=True), 1e-9)
    return first, np.cross(way, first)
