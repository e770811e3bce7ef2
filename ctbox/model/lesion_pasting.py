"""Put tumours into the lungs of real slices: synthetic ones, and other patients' own.

Everything works on a stack of three planes (z−, z, z+) of a crop in square pixels, in place of a
whole volume, because that is all the detector looks at and it costs a few milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ctbox.boxes import FloatArray

Planes = NDArray[np.float32]
Mask = NDArray[np.bool_]

SOFT_MIN_HU = -350.0
TUMOUR_MAX_HU = 160.0
LUNG_SITES = ("lung", "wall", "hilum")
MIN_VISIBLE_PX = 6


@dataclass(frozen=True)
class Growth:
    """A tumour ready to be put somewhere.

    Parameters
    ----------
    hu : ndarray
        float32 (3, h, w): its own HU.
    alpha : ndarray
        float32 (3, h, w) in 0…1: how much of it there is.
    """

    hu: Planes
    alpha: Planes

    @property
    def radius_px(self) -> float:
        """Mean radius of the middle plane, px."""
        return float(np.sqrt(max(float(np.sum(self.alpha[1] > 0.5)), 1.0) / np.pi))


def make_synthetic_growth(
    rng: np.random.Generator, pixel_size_mm: float, plane_offset_mm: float
) -> Growth:
    """Return a lobulated, often spiculated tumour of 7 to 95 mm."""
    radius = float(np.exp(rng.uniform(np.log(7.0), np.log(95.0)))) / 2 / pixel_size_mm
    half = int(radius * 1.9) + 4
    y, x = np.mgrid[-half : half + 1, -half : half + 1].astype(np.float64)
    angle = rng.uniform(0, np.pi)
    stretch = float(np.exp(rng.normal(0, 0.18)))
    u = (x * np.cos(angle) + y * np.sin(angle)) * stretch
    v = (-x * np.sin(angle) + y * np.cos(angle)) / stretch
    theta, distance = np.arctan2(v, u), np.hypot(u, v)
    outline = _draw_outline(rng, theta)
    z_radius = radius * float(np.exp(rng.normal(0, 0.25))) * pixel_size_mm
    z_centre = rng.uniform(-0.85, 0.85) * z_radius
    edge = rng.uniform(0.5, 1.3)
    alpha = np.zeros((3, *x.shape), dtype=np.float32)
    for plane, z in enumerate((-plane_offset_mm, 0.0, plane_offset_mm)):
        share = 1 - ((z - z_centre) / z_radius) ** 2
        if share > 0.02:
            limit = radius * np.sqrt(share) * outline
            alpha[plane] = np.clip((limit - distance) / (2 * edge) + 0.5, 0, 1)
    return Growth(_draw_texture(rng, x.shape, distance / radius), alpha)


def _draw_outline(rng: np.random.Generator, theta: FloatArray) -> FloatArray:
    outline = np.ones_like(theta)
    roughness = rng.uniform(0.05, 0.3)
    for order in range(2, 8):
        outline += roughness / order * rng.normal() * np.cos(order * theta + rng.uniform(0, 6.28))
    if rng.random() < 0.4:  # spicules
        for _ in range(int(rng.integers(4, 14))):
            ray = np.exp(20 * (np.cos(theta - rng.uniform(0, 6.28)) - 1) * rng.uniform(1, 4))
            outline += rng.uniform(0.1, 0.55) * ray
    return np.asarray(np.clip(outline, 0.35, 1.8))


def _draw_texture(
    rng: np.random.Generator, shape: tuple[int, ...], relative_radius: FloatArray
) -> Planes:
    base = rng.uniform(-450, -150) if rng.random() < 0.06 else rng.uniform(5, 75)
    hu = np.full((3, *shape), base, dtype=np.float32)
    coarse = rng.normal(0, 1, (3, *shape)).astype(np.float32)
    hu += rng.uniform(5, 20) * 4 * ndimage.gaussian_filter(coarse, (0.5, 2.5, 2.5))
    if rng.random() < 0.25:  # necrotic core
        hu -= (rng.uniform(10, 40) * np.clip(1 - relative_radius / 0.7, 0, 1)).astype(np.float32)
    if rng.random() < 0.07:  # cavity
        hole = np.clip((rng.uniform(0.25, 0.6) - relative_radius) * 8 + 0.5, 0, 1)
        hu = (hu * (1 - hole) - 900 * hole).astype(np.float32)
    return hu


def make_pasted_growth(planes: Planes, box_xyxy: FloatArray, rng: np.random.Generator) -> Growth:
    """Return a real tumour, cut out, turned, mirrored and resized.

    Parameters
    ----------
    planes : ndarray
        (3, rows, columns) HU of the donor's crop.
    box_xyxy : ndarray
        (4,) the expert's box in crop pixels.
    rng : numpy.random.Generator
        Source of the changes.
    """
    x1, y1, x2, y2 = box_xyxy
    width, height = max(x2 - x1, 2.0), max(y2 - y1, 2.0)
    side = max(width, height)
    shrink = float(np.exp(rng.uniform(np.log(min(1.0, 9.0 / side)), np.log(1.3))))
    shrink = float(np.clip(shrink, 0.2, 1.5))
    half = int(np.ceil(side * 0.75 * shrink)) + 3
    angle, mirror = rng.uniform(-np.pi, np.pi), rng.choice([-1.0, 1.0])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = turn @ np.diag([1.0, mirror]) / shrink
    margin = int(side * 0.35) + 4
    top, left = max(int(y1) - margin, 0), max(int(x1) - margin, 0)
    planes = planes[:, top : int(y2) + margin, left : int(x2) + margin]
    centre = np.array([(y1 + y2) / 2 - 0.5 - top, (x1 + x2) / 2 - 0.5 - left])
    offset = centre - matrix @ np.array([half, half])
    shape = (2 * half + 1, 2 * half + 1)
    y, x = np.mgrid[: planes.shape[1], : planes.shape[2]].astype(np.float64)
    egg = (np.abs(x - centre[1]) / (width / 2)) ** 3 + (np.abs(y - centre[0]) / (height / 2)) ** 3
    hu = np.empty((3, *shape), dtype=np.float32)
    alpha = np.empty((3, *shape), dtype=np.float32)
    fade = np.clip((1.1 - egg) / 0.35, 0, 1)
    for plane, image in enumerate(planes):
        soft = ndimage.gaussian_filter((image > SOFT_MIN_HU).astype(np.float32), 0.6)
        own = (soft * fade).astype(np.float32)
        alpha[plane] = ndimage.affine_transform(own, matrix, offset, shape, order=1)
        hu[plane] = ndimage.affine_transform(image, matrix, offset, shape, order=1, cval=30.0)
    return Growth(np.clip(hu, -300, TUMOUR_MAX_HU), alpha)


def choose_site(
    lungs: Mask, radius_px: float, middle_x: float, rng: np.random.Generator
) -> tuple[int, int] | None:
    """Return (row, column) for a tumour's middle, or None where there is no lung.

    Parameters
    ----------
    lungs : ndarray
        bool (rows, columns).
    radius_px : float
        The tumour's radius.
    middle_x : float
        Column of the body's middle, near which a lung's edge is hilum rather than wall.
    rng : numpy.random.Generator
        Source of the choice.
    """
    depth = _compute_depth(lungs)
    kind = LUNG_SITES[int(rng.choice(3, p=[0.4, 0.25, 0.35]))]
    wanted = depth >= min(radius_px, float(depth.max()) * 0.8)
    if kind != "lung":
        low = rng.uniform(0, 0.8) * min(radius_px, float(depth.max()))
        wanted = (depth > 0) & (depth <= low + 2.0)
        near = np.abs(np.arange(lungs.shape[1]) - middle_x) < lungs.shape[1] * 0.17
        wanted &= (near if kind == "hilum" else ~near)[None]
    places = np.flatnonzero(wanted)
    if places.size == 0:
        places = np.flatnonzero(depth > 0)
    if places.size == 0:
        return None
    row, column = np.unravel_index(int(rng.choice(places)), lungs.shape)
    return int(row), int(column)


def _compute_depth(lungs: Mask) -> Planes:
    """Return the distance to the lungs' edge, px; measured on every other pixel for speed."""
    coarse = ndimage.distance_transform_edt(lungs[::2, ::2]) * 2
    fine = np.repeat(np.repeat(coarse, 2, axis=0), 2, axis=1)
    return np.asarray(fine[: lungs.shape[0], : lungs.shape[1]], dtype=np.float32)


def paste_growth(
    planes: Planes, lungs: Mask, growth: Growth, site: tuple[int, int]
) -> tuple[Planes, FloatArray] | None:
    """Return planes with the tumour in them and its box (4,), or None if too little shows.

    It fills lung; where it meets other tissue, that tissue stays as it is.
    """
    half = growth.alpha.shape[1] // 2
    top, left = site[0] - half, site[1] - half
    rows, columns = planes.shape[1:]
    r0, r1 = max(top, 0), min(top + growth.alpha.shape[1], rows)
    c0, c1 = max(left, 0), min(left + growth.alpha.shape[2], columns)
    cut = np.s_[:, r0 - top : r1 - top, c0 - left : c1 - left]
    alpha, hu = growth.alpha[cut], growth.hu[cut]
    out = planes.copy()
    under = out[:, r0:r1, c0:c1]
    room = ndimage.binary_closing(np.pad(lungs[r0:r1, c0:c1], 4), iterations=3)[4:-4, 4:-4]
    room = ndimage.binary_dilation(room, iterations=2)
    own = alpha * ndimage.gaussian_filter(room.astype(np.float32), 0.7)[None]
    mixed = under * (1 - own) + np.maximum(hu, np.minimum(under, 60.0) * 0.5 + hu * 0.5) * own
    out[:, r0:r1, c0:c1] = mixed
    visible = own[1] > 0.5
    if int(visible.sum()) < MIN_VISIBLE_PX:
        return None
    ys, xs = np.flatnonzero(visible.any(axis=1)), np.flatnonzero(visible.any(axis=0))
    box = np.array([c0 + xs[0], r0 + ys[0], c0 + xs[-1] + 1, r0 + ys[-1] + 1], dtype=np.float64)
    return out, box


def loosen_box(box_xyxy: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return the box with the slack that readers leave around a tumour."""
    sides = np.array([box_xyxy[2] - box_xyxy[0], box_xyxy[3] - box_xyxy[1]] * 2)
    slack = 0.4 + np.clip(rng.normal(0.05, 0.03, 4), 0, 0.15) * sides
    return np.asarray(box_xyxy + slack * np.array([-1, -1, 1, 1]))
