"""Analytic lesions in a piece of chest, whose true outline is known to a quarter of a pixel.

Everything is drawn in millimetres on a grid four times finer than the slice and averaged down,
so that edges carry the partial volume of a scanner's; blur and noise follow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ctbox.boxes import BoundingBox

FloatArray = NDArray[np.float64]
Kind = Literal["smooth", "spiculated", "pleural"]
OVERSAMPLING = 4
LUNG_HU, TISSUE_HU, FAT_HU, BONE_HU = -860.0, 45.0, -90.0, 600.0


@dataclass(frozen=True)
class SceneConfig:
    """What to draw: `size_px` is the lesion's long axis in columns."""

    kind: Kind = "smooth"
    size_px: float = 40.0
    pixel_spacing_mm: tuple[float, float] = (0.7, 0.7)
    noise_hu: float = 20.0
    blur_mm: float = 0.6
    lesion_hu: float = 35.0
    vessels: int = 2
    seed: int = 0


@dataclass(frozen=True)
class Scene:
    """A slice, the lesion's true mask, its tight box and its true measures in millimetres."""

    hu: NDArray[np.int16]
    mask: NDArray[np.bool_]
    box: BoundingBox
    long_axis_mm: float
    short_axis_mm: float
    area_mm2: float
    config: SceneConfig


def build_scene(config: SceneConfig) -> Scene:
    """Draw one lesion amid lung, vessels, fat, muscle and ribs."""
    rng = np.random.default_rng(config.seed)
    row_mm, column_mm = config.pixel_spacing_mm
    size_mm = config.size_px * column_mm
    half_mm = size_mm / 2 + max(28.0, 0.45 * size_mm)
    rows, columns = (math.ceil(2 * half_mm / s) for s in (row_mm, column_mm))
    y = (np.arange(rows * OVERSAMPLING) + 0.5) / OVERSAMPLING * row_mm - half_mm
    x = (np.arange(columns * OVERSAMPLING) + 0.5) / OVERSAMPLING * column_mm - half_mm
    yy, xx = np.meshgrid(y, x, indexing="ij")

    lesion = _draw_lesion(config.kind, size_mm, yy, xx, rng)
    wall_depth = _compute_wall_depth(config.kind, size_mm, yy, xx, rng)
    truth = lesion & (wall_depth < 0)
    hu = np.full(yy.shape, LUNG_HU)
    for _ in range(config.vessels):
        hu[_draw_vessel(size_mm, yy, xx, rng)] = 30.0
    _paint_wall(hu, wall_depth, yy, xx)
    hu[truth] = config.lesion_hu
    return _finish(config, hu, truth, rng)


def shift_box(box: BoundingBox, edges: tuple[float, float, float, float]) -> BoundingBox:
    """Move each edge of a box by its own number of pixels."""
    x1, y1, x2, y2 = (a + b for a, b in zip(box.as_tuple(), edges, strict=True))
    return BoundingBox(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))


def transpose_scene(scene: Scene) -> Scene:
    """Swap rows and columns, spacing and box with them."""
    b = scene.box
    row_mm, column_mm = scene.config.pixel_spacing_mm
    config = replace(scene.config, pixel_spacing_mm=(column_mm, row_mm))
    box = BoundingBox(b.y1, b.x1, b.y2, b.x2)
    return replace(scene, hu=scene.hu.T.copy(), mask=scene.mask.T.copy(), box=box, config=config)


def _draw_lesion(
    kind: Kind, size_mm: float, yy: FloatArray, xx: FloatArray, rng: np.random.Generator
) -> NDArray[np.bool_]:
    aspect = rng.uniform(0.65, 1.0)
    angle = rng.uniform(0, math.pi)
    u = xx * math.cos(angle) + yy * math.sin(angle)
    v = -xx * math.sin(angle) + yy * math.cos(angle)
    ellipse = np.hypot(u / (size_mm / 2), v / (aspect * size_mm / 2))
    if kind != "spiculated":
        return np.asarray(ellipse <= 1)
    angles = np.linspace(-math.pi, math.pi, 3601)
    return np.asarray(
        ellipse <= np.interp(np.arctan2(v, u), angles, _draw_reach(angles, size_mm, rng))
    )


def _draw_reach(angles: FloatArray, size_mm: float, rng: np.random.Generator) -> FloatArray:
    """Return how far a spiculated lesion reaches beyond its ellipse, as a factor."""
    reach = np.ones_like(angles)
    for order in (2, 3, 5):
        reach += rng.uniform(0.0, 0.06) * np.cos(order * angles + rng.uniform(0, 2 * math.pi))
    width = max(0.06, 1.2 / (size_mm / 2))
    for centre in rng.uniform(-math.pi, math.pi, rng.integers(6, 12)):
        turn = np.angle(np.exp(1j * (angles - centre)))
        reach += rng.uniform(0.1, 0.3) * np.exp(-((turn / width) ** 2))
    return reach / 1.2


def _compute_wall_depth(
    kind: Kind, size_mm: float, yy: FloatArray, xx: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Return the depth in mm beneath the pleura, a circle about the lung; negative in the lung."""
    gap = rng.uniform(0.1, 0.35) * size_mm if kind == "pleural" else size_mm / 2 + 6.0
    radius, angle = max(90.0, 1.6 * size_mm), rng.uniform(0, 2 * math.pi)
    far = radius - gap
    return np.hypot(xx + far * math.cos(angle), yy + far * math.sin(angle)) - radius


def _paint_wall(hu: FloatArray, depth: FloatArray, yy: FloatArray, xx: FloatArray) -> None:
    hu[depth >= 0] = TISSUE_HU
    hu[depth >= 12] = FAT_HU
    middle = np.abs(depth - 6.5)
    along = np.hypot(yy, xx)
    rib = (middle < 4.0) & (depth > 0) & (np.mod(along, 38.0) > 19.0)
    hu[rib] = BONE_HU
    hu[rib & (middle < 2.5)] = 220.0


def _draw_vessel(
    size_mm: float, yy: FloatArray, xx: FloatArray, rng: np.random.Generator
) -> NDArray[np.bool_]:
    angle, bend = rng.uniform(0, 2 * math.pi), rng.uniform(-0.008, 0.008)
    offset = rng.uniform(-0.9, 0.9) * size_mm
    u = xx * math.cos(angle) + yy * math.sin(angle)
    v = -xx * math.sin(angle) + yy * math.cos(angle) - offset - bend * u**2
    width = rng.uniform(0.6, 0.06 * size_mm + 1.2)
    return np.asarray((np.abs(v) < width / 2) & (u > 0))


def _finish(
    config: SceneConfig, fine: FloatArray, truth: NDArray[np.bool_], rng: np.random.Generator
) -> Scene:
    row_mm, column_mm = config.pixel_spacing_mm
    hu = _average_down(fine)
    hu = ndimage.gaussian_filter(hu, (config.blur_mm / row_mm, config.blur_mm / column_mm))
    hu += rng.normal(0.0, config.noise_hu, hu.shape)
    mask = _average_down(truth.astype(np.float64)) >= 0.5
    ys, xs = np.nonzero(mask)
    box = BoundingBox(xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
    long_axis, short_axis = _measure(truth, config.pixel_spacing_mm)
    area = float(truth.sum()) * row_mm * column_mm / OVERSAMPLING**2
    rounded = np.clip(np.rint(hu), -1024, 3071).astype(np.int16)
    return Scene(rounded, mask, box, long_axis, short_axis, area, config)


def _average_down(fine: FloatArray) -> FloatArray:
    rows, columns = (n // OVERSAMPLING for n in fine.shape)
    return fine.reshape(rows, OVERSAMPLING, columns, OVERSAMPLING).mean(axis=(1, 3))


def _measure(truth: NDArray[np.bool_], spacing: tuple[float, float]) -> tuple[float, float]:
    """Measure the true axes on the fine grid, by brute force and another route than ctbox's."""
    edge = truth & ~ndimage.binary_erosion(truth)
    points = np.argwhere(edge) * np.array(spacing) / OVERSAMPLING
    turns = np.arange(1440) * np.pi / 1440
    spread = points @ np.stack([np.cos(turns), np.sin(turns)])
    widths = np.ptp(spread, axis=0)
    turn = turns[np.argmax(widths)]
    axis = np.array([np.cos(turn), np.sin(turn)])
    along, across = points @ axis, points @ np.array([-axis[1], axis[0]])
    bins = np.floor((along - along.min()) / (min(spacing) / OVERSAMPLING)).astype(int)
    low, high = (np.full(bins.max() + 1, s * np.inf) for s in (1, -1))
    np.minimum.at(low, bins, across)
    np.maximum.at(high, bins, across)
    return float(widths.max()), float(np.max(high - low))
