"""The lungs' vessels and bronchi, lobe by lobe, painted into a clean volume."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ctbox.phantom.abdomen import Abdomen
from ctbox.phantom.fields import FloatArray
from ctbox.phantom.frame import Frame, make_frame
from ctbox.phantom.lungs import measure_fissures, measure_lungs
from ctbox.phantom.mediastinum import Mediastinum
from ctbox.phantom.patient import Patient
from ctbox.phantom.vessels import (
    Tree,
    VoxelGrid,
    fill_tree,
    grow_tree,
    join_trees,
    make_airways,
)
from ctbox.phantom.wall import Wall

# Roots by lobe: right upper, middle, lower; left upper, lower. Arteries, then veins.
_ARTERY_ROOTS = (
    ((-40.0, 3.0, -13.0), 4.6),
    ((-41.0, 8.0, -46.0), 3.7),
    ((-41.0, 21.0, -52.0), 5.4),
    ((37.0, 10.0, -19.0), 4.5),
    ((40.0, 28.0, -50.0), 5.4),
)
_VEIN_ROOTS = (
    ((-45.0, -4.0, -46.0), 4.2),
    ((-42.0, -3.0, -53.0), 3.4),
    ((-45.0, 31.0, -90.0), 4.5),
    ((49.0, -11.0, -37.0), 4.6),
    ((48.0, 33.0, -86.0), 4.5),
)
_LOBE_SHARE = (0.23, 0.10, 0.22, 0.23, 0.22)
_GRID_MM = 5.0


def find_lung_points(
    patient: Patient, wall: Wall, rng: np.random.Generator
) -> list[NDArray[np.float64]]:
    """Return points spread over each lobe, float64 (n, 3) x, y, z of the standard body.

    The lungs are sampled on a coarse grid of the standard body, just inside their surface, so
    that vessels end short of the pleura as real ones do.
    """
    still = replace(patient, stretch=(1.0, 1.0, 1.0), roll_rad=0.0)
    size = int(300 / _GRID_MM)
    straight = make_frame(still, size, _GRID_MM, (size / 2, size / 2))
    straight = replace(straight, waves=straight.waves * 0)
    mediastinum, abdomen = Mediastinum(patient), Abdomen(patient)
    found = []
    for z in np.arange(-205.0, patient.apex_mm, _GRID_MM * 2):
        plane = straight.make_plane(float(z))
        depth = (plane.radius - wall.compute_tables(plane.z).cage[plane.angle]).astype(np.float32)
        _, border = mediastinum.cut(plane)
        above = abdomen.measure_dome(plane)
        inside = measure_lungs(plane, depth, border, above, patient) < -4.0
        height = np.full(int(inside.sum()), plane.z)
        found.append(np.stack([plane.x[inside], plane.y[inside], height], axis=1))
    points = np.concatenate(found).astype(np.float64)
    points += rng.uniform(-0.5, 0.5, points.shape) * [_GRID_MM, _GRID_MM, 2 * _GRID_MM]
    oblique, horizontal = measure_fissures(points[:, 0], points[:, 1], 0.0)
    lower, right = points[:, 2] < oblique, points[:, 0] < 0
    middle = right & ~lower & (points[:, 2] < horizontal)
    lobes = [
        right & ~lower & ~middle, middle, right & lower, ~right & ~lower, ~right & lower,
    ]  # fmt: skip
    return [points[lobe] for lobe in lobes]


def grow_circulation(patient: Patient, wall: Wall, n_ends: int) -> tuple[Tree, Tree, Tree]:
    """Return arteries, veins and bronchi that fill a patient's lungs.

    `n_ends` is about how many ends the arteries have in both lungs together; the veins have
    as many.
    """
    rng = np.random.default_rng([patient.seed, 5])
    lobes = find_lung_points(patient, wall, rng)
    kinds: list[list[Tree]] = [[], []]
    for trees, roots in zip(kinds, (_ARTERY_ROOTS, _VEIN_ROOTS), strict=True):
        for points, (root, radius), share in zip(lobes, roots, _LOBE_SHARE, strict=True):
            count = min(max(int(n_ends * share), 8), len(points))
            if count == 0:
                continue
            targets = points[rng.choice(len(points), count, replace=False)]
            trees.append(grow_tree(root, targets, radius * rng.uniform(0.88, 1.1), rng))
    arteries, veins = join_trees(kinds[0]), join_trees(kinds[1])
    return arteries, veins, make_airways(arteries, 1.15, rng)


def paint_circulation(
    hu: FloatArray, frame: Frame, grid: VoxelGrid, trees: tuple[Tree, Tree, Tree], patient: Patient
) -> None:
    """Add vessels and bronchi to a clean volume (n, rows, rows), in place."""
    blood = patient.enhancement
    # Bronchi run through lung and hilar fat, never through the heart or the wall.
    open_way = np.clip((-20.0 - hu) / 40.0, 0, 1)
    for tree, value in ((trees[0], blood.right), (trees[1], blood.left)):
        share = fill_tree(tree, grid)
        np.multiply(share, np.maximum(value - hu, 0), out=share)
        hu += share
    walls, lumen = fill_tree(trees[2], grid, 0.75), fill_tree(trees[2], grid)
    soft = np.clip(walls - lumen, 0, 1)
    soft *= open_way
    lumen *= open_way
    hu += soft * np.maximum(10.0 - hu, 0)
    hu += lumen * np.minimum(-960.0 - hu, 0)
