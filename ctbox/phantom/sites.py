"""Where a tumour could grow in a CT: lung, pleura, hilum and mediastinum, found quickly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ctbox.phantom.traits import LesionKind

_BoolArray = NDArray[np.bool_]
_STEP_MM = 3.0
_CROSSED = np.ones((1, 3, 3), dtype=bool)


@dataclass(frozen=True, slots=True)
class InsertionSite:
    """A place for a tumour.

    Parameters
    ----------
    kind : LesionKind
        What a tumour here is attached to.
    surface : tuple of float
        Slice, row, column (fractional indices): on the lung's border for attached kinds, in
        the lung for solitary ones.
    inward : tuple of float
        Unit vector (row, column) from the border into the lung; zero for solitary ones.
    max_radius_mm : float
        The largest sensible radius here.
    spacing_mm : tuple of float
        Row and column spacing of the volume it was found in.
    """

    kind: LesionKind
    surface: tuple[float, float, float]
    inward: tuple[float, float]
    max_radius_mm: float
    spacing_mm: tuple[float, float]

    def draw_centre(self, radius_mm: float, rng: np.random.Generator) -> tuple[float, float, float]:
        """Return a centre (slice, row, column) for a tumour of this radius attached here."""
        low, high = {
            LesionKind.SOLITARY: (0.0, 0.0),
            LesionKind.PLEURAL: (0.25, 0.85),
            LesionKind.HILAR: (-0.1, 0.7),
            LesionKind.MEDIASTINAL: (-0.45, 0.35),
        }[self.kind]
        shift = rng.uniform(low, high) * radius_mm
        return (
            self.surface[0],
            self.surface[1] + self.inward[0] * shift / self.spacing_mm[0],
            self.surface[2] + self.inward[1] * shift / self.spacing_mm[1],
        )


def find_insertion_sites(
    hu: NDArray[np.generic],
    spacing_mm: tuple[float, float, float],
    rng: np.random.Generator,
    count: int = 8,
) -> list[InsertionSite]:
    """Find places for tumours of every kind by thresholds and components.

    Works on a grid of about 3 mm, some ten milliseconds a volume of 60 slices.

    Parameters
    ----------
    hu : ndarray
        HU (n, rows, columns), cranial first, or one slice (rows, columns).
    spacing_mm : tuple of float
        Distance of slices, rows and columns, mm.
    rng : numpy.random.Generator
        Which of the places are returned.
    count : int
        At most so many of each kind.

    Returns
    -------
    list of InsertionSite
        In random order; empty where no lung is seen.
    """
    volume = hu[None] if hu.ndim == 2 else hu
    factor = (
        max(1, round(_STEP_MM / spacing_mm[1])),
        max(1, round(_STEP_MM / spacing_mm[2])),
    )
    coarse = shrink(volume, factor)
    step = (spacing_mm[0], spacing_mm[1] * factor[0], spacing_mm[2] * factor[1])
    lung, air = segment_lungs(coarse, step)
    if not lung.any():
        return []
    depth = _measure_depth(lung, step)
    regions = _split_border(lung, air, depth)
    sites: list[InsertionSite] = []
    for kind, region in regions.items():
        candidates = np.argwhere(region)
        if len(candidates) == 0:
            continue
        chosen = rng.choice(len(candidates), size=min(count, len(candidates)), replace=False)
        for index in candidates[chosen]:
            sites.append(_describe_site(kind, index, lung, depth, (factor, step)))
    return [sites[index] for index in rng.permutation(len(sites))]


def find_mediastinum(hu: NDArray[np.generic], spacing_mm: tuple[float, float, float]) -> _BoolArray:
    """Return a generous mask (n, rows, columns) of what lies between the lungs, row by row.

    Slices without two lungs give an empty mask.
    """
    factor = (max(1, round(_STEP_MM / spacing_mm[1])), max(1, round(_STEP_MM / spacing_mm[2])))
    step = (spacing_mm[0], spacing_mm[1] * factor[0], spacing_mm[2] * factor[1])
    lung, _ = segment_lungs(shrink(hu, factor), step)
    between = _find_between(lung)
    fine = between.repeat(factor[0], axis=1).repeat(factor[1], axis=2)
    missing = [(0, 0)] + [(0, hu.shape[axis] - fine.shape[axis]) for axis in (1, 2)]
    return np.pad(fine, missing)


def shrink(volume: NDArray[np.generic], factor: tuple[int, int]) -> NDArray[np.float32]:
    """Return block means in plane, float32 (n, rows // factor, columns // factor)."""
    rows, columns = volume.shape[1] // factor[0], volume.shape[2] // factor[1]
    total = np.zeros((len(volume), rows, columns), dtype=np.float32)
    bottom, right = rows * factor[0], columns * factor[1]
    for y in range(factor[0]):
        for x in range(factor[1]):
            total += volume[:, y : bottom : factor[0], x : right : factor[1]]
    return np.asarray(total / (factor[0] * factor[1]), dtype=np.float32)


def segment_lungs(
    hu: NDArray[np.float32], spacing_mm: tuple[float, float, float]
) -> tuple[_BoolArray, _BoolArray]:
    """Segment the lungs of a coarse CT.

    Returns
    -------
    lung : ndarray
        bool, of the input's shape: the lungs with their vessels, without trachea.
    air : ndarray
        bool: what of them is aerated.
    """
    dark = hu < -350.0
    inside = _clear_border(dark)
    pixel_mm2 = spacing_mm[1] * spacing_mm[2]
    air = np.zeros_like(inside)
    for index, plane in enumerate(inside):
        air[index] = _drop_airways(plane, hu[index], pixel_mm2)
    air = _keep_large(air, 60_000.0 / (pixel_mm2 * spacing_mm[0]))
    size = max(1, round(4.0 / spacing_mm[1]))
    disc = np.hypot(*np.mgrid[-size : size + 1, -size : size + 1]) <= size + 0.3
    padded = np.pad(air, ((0, 0), (size, size), (size, size)))
    closed = ndimage.binary_closing(padded, structure=disc[None])
    lung = closed[:, size:-size, size:-size]
    filled = np.array([ndimage.binary_fill_holes(plane) for plane in lung], dtype=bool)
    return filled | air, air


def _clear_border(dark: _BoolArray) -> _BoolArray:
    """Drop, slice by slice, the air that touches the image's border."""
    kept = np.zeros_like(dark)
    for index, plane in enumerate(dark):
        labels, _ = ndimage.label(plane)
        inner = np.ones(labels.max() + 1, dtype=bool)
        for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
            inner[edge] = False
        inner[0] = False
        kept[index] = inner[labels]
    return kept


def _drop_airways(plane: _BoolArray, hu: NDArray[np.float32], pixel_mm2: float) -> _BoolArray:
    labels, count = ndimage.label(plane)
    if count == 0:
        return plane
    area = np.bincount(labels.ravel(), minlength=count + 1)[1:] * pixel_mm2
    lowest = np.full(count + 1, np.inf)
    np.minimum.at(lowest, labels[plane], hu[plane])
    # Trachea, main bronchi and stomach gas are small and, in their middle, as black as air.
    keep = (area > 120) & ~((area < 1500) & (lowest[1:] < -955))
    return np.asarray(np.concatenate([[False], keep])[labels])


def _keep_large(mask: _BoolArray, least_voxels: float) -> _BoolArray:
    labels, count = ndimage.label(mask)
    if count == 0:
        return mask
    size = np.bincount(labels.ravel())
    size[0] = 0
    # One slice alone has little volume: its largest part counts whatever its size.
    keep = size >= min(least_voxels, 0.25 * size.max())
    keep[0] = False
    return np.asarray(keep[labels])


def _split_border(
    lung: _BoolArray, air: _BoolArray, depth_mm: NDArray[np.float32]
) -> dict[LesionKind, _BoolArray]:
    """Return, for every kind, the coarse voxels where a tumour of it may be attached."""
    eroded = ndimage.binary_erosion(lung, structure=_CROSSED)
    border = lung & ~eroded & air
    between = _find_between(lung)
    near = ndimage.binary_dilation(between & ~lung, structure=_CROSSED, iterations=2)
    medial = border & near
    slices = np.flatnonzero(lung.any(axis=(1, 2)))
    place = np.zeros(len(lung))
    if len(slices) > 1:
        place[slices] = (slices - slices[0]) / (slices[-1] - slices[0])
    else:
        place[slices] = 0.45
    vessels = ndimage.gaussian_filter((lung & ~air).astype(np.float32), (0.5, 4, 4))
    rich = vessels >= max(0.02, float(np.quantile(vessels[medial], 0.8)) if medial.any() else 1.0)
    central = ((place > 0.28) & (place < 0.72))[:, None, None]
    upper = ((place > 0.08) & (place < 0.7))[:, None, None]
    hilar = medial & rich & central
    return {
        LesionKind.SOLITARY: air & (depth_mm > 9.0),
        LesionKind.PLEURAL: border & ~near,
        LesionKind.HILAR: hilar,
        LesionKind.MEDIASTINAL: medial & ~hilar & upper,
    }


def _find_between(lung: _BoolArray) -> _BoolArray:
    """Return what lies, row by row, between the two lungs (their own voxels included)."""
    columns = np.arange(lung.shape[2])
    middle = np.average(columns, weights=lung.sum(axis=(0, 1)) + 1e-9)
    left, right = lung & (columns < middle), lung & (columns >= middle)
    some_left, some_right = left.any(axis=2), right.any(axis=2)
    last = lung.shape[2] - 1 - left[:, :, ::-1].argmax(axis=2)
    first = right.argmax(axis=2)
    both = (some_left & some_right)[:, :, None]
    return np.asarray(both & (columns > last[:, :, None]) & (columns < first[:, :, None]))


def _measure_depth(lung: _BoolArray, spacing_mm: tuple[float, float, float]) -> NDArray[np.float32]:
    """Return the signed in-plane distance to the lung's border, mm: positive inside."""
    depth = np.zeros(lung.shape, dtype=np.float32)
    for index in np.flatnonzero(lung.any(axis=(1, 2))):
        plane = lung[index]
        inside = ndimage.distance_transform_edt(plane, sampling=spacing_mm[1:])
        outside = ndimage.distance_transform_edt(~plane, sampling=spacing_mm[1:])
        depth[index] = np.minimum(inside, 60.0) - np.minimum(outside, 60.0)
    return np.asarray(ndimage.gaussian_filter(depth, (0, 1.5, 1.5)), dtype=np.float32)


def _describe_site(
    kind: LesionKind,
    index: NDArray[np.int64],
    lung: _BoolArray,
    depth: NDArray[np.float32],
    scale: tuple[tuple[int, int], tuple[float, float, float]],
) -> InsertionSite:
    factor, step = scale
    z, y, x = (int(value) for value in index)
    up, down = max(y - 1, 0), min(y + 1, lung.shape[1] - 1)
    left, right = max(x - 1, 0), min(x + 1, lung.shape[2] - 1)
    slope_y = float(depth[z, down, x] - depth[z, up, x]) / step[1]
    slope_x = float(depth[z, y, right] - depth[z, y, left]) / step[2]
    length = float(np.hypot(slope_y, slope_x))
    inward = (0.0, 0.0)
    if kind is not LesionKind.SOLITARY and length > 0:
        inward = (slope_y / length, slope_x / length)
    widest = float(depth[z].max())
    room = max(float(depth[z, y, x]) * 1.15, 5.0) if kind is LesionKind.SOLITARY else widest
    return InsertionSite(
        kind=kind,
        surface=(float(z), (y + 0.5) * factor[0] - 0.5, (x + 0.5) * factor[1] - 0.5),
        inward=inward,
        max_radius_mm=float(np.clip(room, 5.0, 50.0)),
        spacing_mm=(step[1] / factor[0], step[2] / factor[1]),
    )
