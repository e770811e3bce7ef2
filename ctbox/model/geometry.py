"""Between a series' own pixels and the crop in millimetres that the detector looks at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctbox.boxes import FloatArray, as_box_array

FloatPlane = NDArray[np.float32]
AIR_HU = -1024.0
USUAL_SPACING_MM = 5.0
"""Taken where nothing tells how far apart slices lie."""
_SAME_PLACE_MM = 0.01
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


@dataclass(frozen=True)
class VolumeGeometry:
    """Where the voxels of a series lie.

    Parameters
    ----------
    pixel_spacing_mm : tuple of float
        Spacing between rows, then between columns.
    positions_mm : tuple of float
        Place of every slice along the normal, in the order of the volume.
    image_positions_mm : tuple of tuple of float, optional
        Centre of every slice's upper left pixel in the patient's system (LPS), for boxes in mm.
    image_orientation : tuple of float, optional
        Direction cosines of the row, then of the column (PS3.3 C.7.6.2.1.1).
    """

    pixel_spacing_mm: tuple[float, float]
    positions_mm: tuple[float, ...]
    image_positions_mm: tuple[tuple[float, float, float], ...] | None = None
    image_orientation: tuple[float, float, float, float, float, float] = AXIAL

    def __post_init__(self) -> None:
        if len(self.pixel_spacing_mm) != 2 or min(self.pixel_spacing_mm) <= 0:
            raise ValueError(f"Pixel spacing must be two positive mm, got {self.pixel_spacing_mm}.")
        if not np.all(np.isfinite(np.asarray(self.positions_mm, dtype=np.float64))):
            raise ValueError("Slice positions must be finite.")
        known = self.image_positions_mm
        if known is not None and len(known) != len(self.positions_mm):
            raise ValueError(f"{len(self.positions_mm)} slices, but {len(known)} image positions.")

    def get_image_position(self, index: int) -> tuple[float, float, float]:
        """Return the centre of a slice's upper left pixel, LPS mm; z alone where none is known."""
        if self.image_positions_mm is None:
            return (0.0, 0.0, self.positions_mm[index])
        return self.image_positions_mm[index]

    @property
    def slice_spacing_mm(self) -> float:
        """Median distance between neighbouring places, 5 mm where there is only one.

        Slices at the same place (two phases in one series, copies) are one place: counted by
        slices the distance would be nothing, and a series would pass for a very thin one.
        """
        steps = np.abs(np.diff(np.asarray(self.positions_mm, dtype=np.float64)))
        apart = steps[steps > _SAME_PLACE_MM]
        return max(float(np.median(apart)), 0.1) if apart.size else USUAL_SPACING_MM


@dataclass(frozen=True, slots=True)
class CropGeometry:
    """A crop of square pixels laid over slices of any spacing.

    Parameters
    ----------
    origin_mm : tuple of float
        x and y of the crop's upper left *edge*, mm from the upper left edge of the slice.
    pixel_size_mm : float
        Side of a crop pixel.
    shape : tuple of int
        Rows and columns of the crop.
    pixel_spacing_mm : tuple of float
        Spacing of the slice between rows, then between columns.
    """

    origin_mm: tuple[float, float]
    pixel_size_mm: float
    shape: tuple[int, int]
    pixel_spacing_mm: tuple[float, float]

    def to_crop(self, boxes_xyxy: ArrayLike) -> FloatArray:
        """Return boxes (N, 4) of the slice's pixels in crop pixels."""
        scale, shift = self._compute_scale_and_shift()
        return as_box_array(boxes_xyxy) * scale - shift

    def to_slice(self, boxes_xyxy: ArrayLike) -> FloatArray:
        """Return boxes (N, 4) of crop pixels in the slice's pixels."""
        scale, shift = self._compute_scale_and_shift()
        return (as_box_array(boxes_xyxy) + shift) / scale

    def _compute_scale_and_shift(self) -> tuple[FloatArray, FloatArray]:
        row_mm, column_mm = self.pixel_spacing_mm
        scale = np.array([column_mm, row_mm, column_mm, row_mm]) / self.pixel_size_mm
        shift = np.array([*self.origin_mm, *self.origin_mm]) / self.pixel_size_mm
        return scale, shift


def centre_crop(
    centre_mm: tuple[float, float],
    pixel_size_mm: float,
    shape: tuple[int, int],
    pixel_spacing_mm: tuple[float, float],
) -> CropGeometry:
    """Return the crop of this shape whose middle lies at (x, y) mm of the slice."""
    rows, columns = shape
    origin = (
        centre_mm[0] - columns * pixel_size_mm / 2,
        centre_mm[1] - rows * pixel_size_mm / 2,
    )
    return CropGeometry(origin, pixel_size_mm, shape, pixel_spacing_mm)


def build_resampling_matrix(targets: ArrayLike, sources: ArrayLike, width: float) -> FloatPlane:
    """Return weights (targets, sources) of a tent kernel, for antialiased linear resampling.

    Parameters
    ----------
    targets, sources : array_like
        Places along one axis, in the same unit.
    width : float
        Half the tent's base; the larger of the two spacings gives plain linear interpolation
        upwards and an antialiased mean downwards.

    Returns
    -------
    ndarray
        float32; a row sums to 1, or to less where the target lies beyond the sources' ends.
    """
    distance = np.abs(
        np.asarray(targets, dtype=np.float64)[:, None]
        - np.asarray(sources, dtype=np.float64)[None, :]
    )
    weights = np.clip(1.0 - distance / width, 0.0, None)
    spacing = _find_spacing(sources)
    # A full tent over a regular grid sums to width / spacing.
    full = max(width / spacing, 1.0) if spacing else 1.0
    total = np.maximum(weights.sum(axis=1, keepdims=True), full)
    return np.asarray(weights / total, dtype=np.float32)


def _find_spacing(places: ArrayLike) -> float | None:
    array = np.asarray(places, dtype=np.float64)
    if array.size < 2:
        return None
    return float(abs(array[-1] - array[0]) / (array.size - 1)) or None


def crop_planes(hu: NDArray[np.generic], crop: CropGeometry) -> FloatPlane:
    """Resample slices onto the crop; outside the image there is air.

    Parameters
    ----------
    hu : ndarray
        (n, rows, columns), HU.
    crop : CropGeometry
        Where to look.

    Returns
    -------
    ndarray
        float32 (n, crop rows, crop columns), HU of at least −1024.
    """
    out = np.empty((hu.shape[0], *crop.shape), dtype=np.float32)
    for index, plane in enumerate(iterate_crops(hu, crop, hu.shape[1:])):
        out[index] = plane
    return out


def iterate_crops(
    slices: Iterable[NDArray[np.generic]], crop: CropGeometry, shape: tuple[int, ...]
) -> Iterator[FloatPlane]:
    """Resample slices onto the crop one by one, as `crop_planes` does all at once.

    Parameters
    ----------
    slices : iterable of ndarray
        Each (rows, columns), HU.
    crop : CropGeometry
        Where to look.
    shape : tuple of int
        Rows and columns of the slices.

    Yields
    ------
    ndarray
        float32 (crop rows, crop columns), HU of at least −1024.
    """
    rows, columns = shape
    row_mm, column_mm = crop.pixel_spacing_mm
    # A tent reaches over a few pixels only, so the matrices are nearly empty.
    from scipy import sparse  # late: the window imports this module for its geometry

    by_row = sparse.csr_array(
        _build_axis_matrix(crop.origin_mm[1], crop.shape[0], crop.pixel_size_mm, rows, row_mm)
    )
    by_column = sparse.csr_array(
        _build_axis_matrix(crop.origin_mm[0], crop.shape[1], crop.pixel_size_mm, columns, column_mm)
    )
    for plane in slices:
        above_air = np.maximum(plane.astype(np.float32), AIR_HU) - AIR_HU
        mixed = np.asarray(by_column @ np.asarray(by_row @ above_air).T)
        yield mixed.T + np.float32(AIR_HU)


def _build_axis_matrix(
    origin_mm: float, size: int, pixel_size_mm: float, source_size: int, source_mm: float
) -> FloatPlane:
    targets = origin_mm + (np.arange(size) + 0.5) * pixel_size_mm
    sources = (np.arange(source_size) + 0.5) * source_mm
    return build_resampling_matrix(targets, sources, max(pixel_size_mm, source_mm))


def build_slab_weights(
    positions_mm: ArrayLike, centre_mm: float, slab_mm: float, spacing_mm: float
) -> FloatPlane:
    """Return weights (n,) that mix slices into one slab around a place along the normal.

    Thin slices are averaged to about the thickness the detector was trained on; thick ones are
    interpolated. Beyond the ends the outermost slice is used.
    """
    positions = np.asarray(positions_mm, dtype=np.float64)
    inside = float(np.clip(centre_mm, positions.min(), positions.max()))
    weights = np.clip(1.0 - np.abs(positions - inside) / max(slab_mm, spacing_mm), 0.0, None)
    if weights.sum() <= 0:  # a gap in the series: take the nearest slice
        weights[int(np.argmin(np.abs(positions - inside)))] = 1.0
    return np.asarray(weights / weights.sum(), dtype=np.float32)
