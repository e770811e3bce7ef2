"""The shape of a tumour: an ellipsoid with lobes and spicules, sampled with partial volume."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ctbox.phantom.fields import FloatArray, draw_smooth_field
from ctbox.phantom.traits import LesionTraits, Margin

# Slices are 5 to 10 mm thick: planes at most this far apart give the partial volume along z.
_PLANE_STEP_MM = 2.5
_MAX_PLANES = 4
# Large tumours' surfaces are sampled on every second or third pixel and interpolated.
_PIXELS_PER_RADIUS = 14.0
_MAX_SPICULE_MM = 14.0


@dataclass(frozen=True, slots=True)
class Window:
    """A box of voxels around a tumour.

    Parameters
    ----------
    slices : tuple of slice
        Where it lies in the volume: z, row, column.
    axes_mm : tuple of ndarray
        Voxel centres relative to the tumour's centre along z, y, x, mm.
    spacing_mm : tuple of float
        Slice, row and column spacing.
    """

    slices: tuple[slice, slice, slice]
    axes_mm: tuple[FloatArray, FloatArray, FloatArray]
    spacing_mm: tuple[float, float, float]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of voxels along z, y, x."""
        return len(self.axes_mm[0]), len(self.axes_mm[1]), len(self.axes_mm[2])


def cut_window(
    shape: tuple[int, int, int],
    spacing_mm: tuple[float, float, float],
    centre: tuple[float, float, float],
    reach_mm: float,
) -> Window | None:
    """Return the part of a volume within `reach_mm` of a centre (z, y, x); None if empty."""
    slices, axes = [], []
    for size, step, middle in zip(shape, spacing_mm, centre, strict=True):
        first = max(int(np.floor(middle - reach_mm / step)), 0)
        last = min(int(np.ceil(middle + reach_mm / step)) + 1, size)
        if first >= last:
            return None
        slices.append(slice(first, last))
        axes.append(((np.arange(first, last) - middle) * step).astype(np.float32))
    return Window((slices[0], slices[1], slices[2]), (axes[0], axes[1], axes[2]), spacing_mm)


@dataclass(frozen=True, slots=True)
class TumourField:
    """A tumour sampled on a window.

    Parameters
    ----------
    body, coat : ndarray
        float32 (n, rows, columns): fraction 0…1 of each voxel inside the body, and inside the
        body with its spicules.
    depth : ndarray
        float32, same shape: distance from the centre over distance of the surface, 0 at the
        centre, 1 on the surface.
    """

    body: FloatArray
    coat: FloatArray
    depth: FloatArray


def compute_reach_mm(radius_mm: float, traits: LesionTraits) -> float:
    """Return how far from its centre a tumour of these traits can reach, mm."""
    stretch = np.sqrt(traits.elongation) * max(traits.height_ratio, 1.0)
    spikes_mm = _MAX_SPICULE_MM if traits.margin is Margin.SPICULATED else 0.0
    return float(radius_mm * (stretch + 0.2) + spikes_mm + 4.0)


def sample_tumour(
    window: Window, radius_mm: float, traits: LesionTraits, rng: np.random.Generator
) -> TumourField:
    """Sample a random tumour on a window, its centre at the window's origin.

    Parameters
    ----------
    window : Window
        Where to sample.
    radius_mm : float
        Radius of the sphere of the same in-plane area as the smooth ellipsoid.
    traits : LesionTraits
        Its kind, margin and inside.
    rng : numpy.random.Generator
        Source of randomness.
    """
    n_planes = int(np.clip(np.ceil(window.spacing_mm[0] / _PLANE_STEP_MM), 1, _MAX_PLANES))
    offsets = (np.arange(n_planes) + 0.5) / n_planes - 0.5
    planes = (window.axes_mm[0][:, None] + offsets * window.spacing_mm[0]).ravel()
    axes = (planes.astype(np.float32), window.axes_mm[1], window.axes_mm[2])
    matrix = _draw_axes(traits, rng)
    body_radius, coat_radius = _sample_surfaces(axes, matrix, radius_mm, traits, rng)
    rho = np.sqrt((_to_unit_sphere(axes, matrix) ** 2).sum(axis=0))
    length = np.sqrt(axes[0][:, None, None] ** 2 + axes[1][:, None] ** 2 + axes[2] ** 2)
    # Local millimetres along the ray per unit of the ellipsoid's own distance.
    scale = (length + 0.1) / (rho + 0.1)
    softness = 0.5 * max(window.spacing_mm[1], window.spacing_mm[2])
    body = _fill(body_radius, rho, scale, softness)
    coat = body
    if coat_radius is not None:
        coat = np.maximum(body, _fill(coat_radius, rho, scale, 2 * softness))
    depth = rho / np.maximum(body_radius, 0.1)
    body, coat, depth = (_average(field, n_planes) for field in (body, coat, depth))
    if coat_radius is not None:
        # Spicules are thinner than a pixel: smooth what the sampling made ragged.
        coat = np.maximum(body, ndimage.gaussian_filter(coat, (0.0, 0.6, 0.6)))
    return TumourField(body, coat, depth)


def _sample_surfaces(
    axes_mm: tuple[FloatArray, FloatArray, FloatArray],
    matrix: NDArray[np.float64],
    radius_mm: float,
    traits: LesionTraits,
    rng: np.random.Generator,
) -> tuple[FloatArray, FloatArray | None]:
    """Return the distance of the surface, without and with spicules, in every direction, mm."""
    pixel = abs(float(axes_mm[1][1] - axes_mm[1][0])) if len(axes_mm[1]) > 1 else 1.0
    stride = int(np.clip(radius_mm / pixel / _PIXELS_PER_RADIUS, 1, 3))
    coarse = (axes_mm[0], _thin(axes_mm[1], stride), _thin(axes_mm[2], stride))
    tables = _draw_radial_tables(traits, radius_mm, rng)
    bend = _draw_bend(coarse, radius_mm, traits, rng)
    cells = _find_cells(_to_unit_sphere(coarse, matrix), tables[0].shape)
    body, coat = (
        None
        if table is None
        else _stretch(table.ravel()[cells] * radius_mm + bend, axes_mm, stride)
        for table in tables
    )
    assert body is not None
    return body, coat


def _thin(axis: FloatArray, stride: int) -> FloatArray:
    """Return every `stride`-th coordinate and one beyond the end."""
    step = axis[1] - axis[0] if len(axis) > 1 else np.float32(1)
    count = int(np.ceil((len(axis) - 1) / stride)) + 1
    return np.asarray(axis[0] + step * stride * np.arange(count), dtype=np.float32)


def _stretch(
    coarse: FloatArray, axes_mm: tuple[FloatArray, FloatArray, FloatArray], stride: int
) -> FloatArray:
    """Interpolate linearly from every `stride`-th row and column to all of them."""
    if stride == 1:
        return coarse
    for axis in (1, 2):
        position = np.arange(len(axes_mm[axis]))
        low = np.minimum(position // stride, coarse.shape[axis] - 1)
        high = np.minimum(low + 1, coarse.shape[axis] - 1)
        part = (position % stride / stride).astype(np.float32)
        part = part[:, None] if axis == 1 else part
        below, above = coarse.take(low, axis=axis), coarse.take(high, axis=axis)
        coarse = below + (above - below) * part
    return coarse


def _draw_axes(traits: LesionTraits, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the matrix that maps millimetres (z, y, x) to the ellipsoid's unit directions."""
    stretch = np.sqrt(traits.elongation)
    semi = np.array([traits.height_ratio, stretch, 1 / stretch])
    turn, tilt = rng.uniform(0, np.pi), rng.normal(0, 0.25)
    c, s = np.cos(turn), np.sin(turn)
    in_plane = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    c, s = np.cos(tilt), np.sin(tilt)
    out_of_plane = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    return np.asarray((in_plane @ out_of_plane) / semi).T


def _to_unit_sphere(
    axes_mm: tuple[FloatArray, FloatArray, FloatArray], matrix: NDArray[np.float64]
) -> FloatArray:
    rows = []
    for row in matrix.astype(np.float32):
        z, y, x = (axis * weight for axis, weight in zip(axes_mm, row, strict=True))
        rows.append(z[:, None, None] + y[None, :, None] + x[None, None, :])
    return np.array(rows, dtype=np.float32)


def _draw_radial_tables(
    traits: LesionTraits, radius_mm: float, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray | None]:
    """Return the surface's radius by direction, without and with spicules (None if it has none)."""
    rows = 48 if traits.margin is Margin.SMOOTH else int(np.clip(6 * radius_mm, 64, 128))
    polar = (np.arange(rows) + 0.5) / rows * np.pi
    azimuth = np.arange(2 * rows) / rows * np.pi
    directions = np.stack(
        np.broadcast_arrays(
            np.cos(polar)[:, None],
            np.sin(polar)[:, None] * np.sin(azimuth),
            np.sin(polar)[:, None] * np.cos(azimuth),
        ),
        axis=-1,
    ).astype(np.float32)
    body = 1.0 + _draw_lobes(directions, traits.margin, rng)
    # Lobes move the mean radius; the radius that was asked for must stay the mean one.
    body /= np.sqrt(np.mean(body[rows // 3 : -rows // 3] ** 2))
    if traits.margin is not Margin.SPICULATED:
        return body.astype(np.float32), None
    coat = body + _draw_spicules(directions, radius_mm, rng)
    return body.astype(np.float32), coat.astype(np.float32)


def _draw_lobes(
    directions: NDArray[np.float32], margin: Margin, rng: np.random.Generator
) -> NDArray[np.float32]:
    count, height = (int(rng.integers(7, 15)), rng.uniform(0.16, 0.42))
    if margin is not Margin.LOBULATED:
        count, height = 6, rng.uniform(0.0, 0.12)
    knobs = _draw_directions(count, rng).astype(np.float32)
    sharpness = rng.uniform(3.0, 9.0, count)
    weight = (height * rng.uniform(0.4, 1.0, count)).astype(np.float32)
    # The greatest of the bumps, not their sum: lobes are convex with notches between them.
    bumps = weight * np.exp(sharpness.astype(np.float32) * (directions @ knobs.T - 1))
    return np.asarray(bumps.max(axis=-1))


def _draw_spicules(
    directions: NDArray[np.float32], radius_mm: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    count = int(rng.integers(28, 64))
    # Thick slices hide the spicules that leave them: let most of them run in the plane.
    spikes = _draw_directions(count, rng, 0.45).astype(np.float32)
    # Spicules are a millimetre or two thick and some millimetres long whatever the tumour.
    width = np.clip(rng.uniform(0.6, 1.6, count) / radius_mm, 0.035, 0.3).astype(np.float32)
    longest = min(_MAX_SPICULE_MM, 0.9 * radius_mm + 1.5)
    length = (rng.beta(1.5, 2.2, count) * longest / radius_mm).astype(np.float32)
    bumps = length * np.exp((directions @ spikes.T - 1) / width**2)
    return np.asarray(bumps.max(axis=-1))


def _draw_directions(
    count: int, rng: np.random.Generator, height: float = 1.0
) -> NDArray[np.float64]:
    vectors = rng.normal(size=(count, 3)) * [height, 1.0, 1.0]
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def _find_cells(unit: FloatArray, table_shape: tuple[int, ...]) -> NDArray[np.intp]:
    """Return the flat table index of the direction of every point of `unit` (3, …)."""
    rows, columns = table_shape
    across = np.hypot(unit[1], unit[2])
    polar = np.arctan2(across, unit[0]) * np.float32(rows / np.pi)
    azimuth = np.arctan2(unit[1], unit[2]) * np.float32(columns / (2 * np.pi))
    row = np.minimum(polar.astype(np.intp), rows - 1)
    column = np.rint(azimuth).astype(np.intp) % columns
    return np.asarray(row * columns + column)


def _draw_bend(
    axes_mm: tuple[FloatArray, FloatArray, FloatArray],
    radius_mm: float,
    traits: LesionTraits,
    rng: np.random.Generator,
) -> FloatArray:
    """Return a rough displacement of the surface, mm."""
    rough = {Margin.SMOOTH: 0.02, Margin.LOBULATED: 0.06, Margin.SPICULATED: 0.09}[traits.margin]
    large = draw_smooth_field(axes_mm, 1.8 * radius_mm + 4, rng, n_waves=6)
    fine = draw_smooth_field(axes_mm, 0.5 * radius_mm + 2, rng, n_waves=8)
    return np.asarray(radius_mm * rough * (large + 0.6 * fine), dtype=np.float32)


def _fill(
    surface: FloatArray, rho: FloatArray, scale: FloatArray, softness_mm: float
) -> FloatArray:
    """Return 1 inside, 0 outside, with a ramp of about two `softness_mm` across the surface."""
    inside = (surface - rho) * scale
    return np.asarray(np.clip(0.5 + inside / (2 * softness_mm), 0, 1), dtype=np.float32)


def _average(planes: FloatArray, n_planes: int) -> FloatArray:
    """Average the planes of every slice: (n · planes, rows, columns) → (n, rows, columns)."""
    grouped = planes.reshape(-1, n_planes, *planes.shape[1:])
    return np.asarray(grouped.mean(axis=1), dtype=np.float32)
