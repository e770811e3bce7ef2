"""The piece of a slice around a box, prepared for outlining: smoothed HU and its gradient in mm.

Everything works on HU, so that no display window can change an outline.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.filters import sobel, threshold_otsu

from ctbox.boxes import BoundingBox
from ctbox.imaging.pixel_window import PixelWindow, find_window

FloatArray = NDArray[np.float32]
_CONTEXT, _LEAST_CONTEXT_PX = 0.25, 6
_AIR_HU, _DENSE_HU = -1000.0, 400.0
# Pixels this much brighter than the tumour (bone, enhanced vessels) count as another tissue.
_BRIGHTER_HU = 130.0
# Short sides below this many samples are interpolated, so that 8 pixels can carry a curve.
_LEAST_SAMPLES = 24


@dataclass(frozen=True, slots=True)
class LesionField:
    """HU and gradient around a box, on a grid `zoom` times as fine as the slice's.

    Parameters
    ----------
    hu : ndarray
        Smoothed HU, float32 (rows, columns).
    folded : ndarray
        The same, but what is much brighter than the tumour is mirrored down, so that bone is as
        far from tumour as fat is.
    slope_y, slope_x, gradient : ndarray
        Sobel derivatives of `folded` and their magnitude, HU per mm.
    box : BoundingBox
        The user's box in the field's own pixel edges.
    inner : PixelWindow
        The box plus 10 % in the field's pixels: nothing outside belongs to the outline.
    spacing_mm : tuple of float
        Distance of the field's rows and of its columns.
    lesion_hu, background_hu : float
        Typical HU of the tumour and of what it must be told from.
    zoom : int
        Field samples to a slice pixel, along rows and columns alike.
    """

    hu: FloatArray
    folded: FloatArray
    slope_y: FloatArray
    slope_x: FloatArray
    gradient: FloatArray
    box: BoundingBox
    inner: PixelWindow
    spacing_mm: tuple[float, float]
    lesion_hu: float
    background_hu: float
    zoom: int

    @property
    def contrast_hu(self) -> float:
        """How much brighter the tumour is than its background; not above 0 if it is not."""
        return self.lesion_hu - self.background_hu

    @property
    def side_mm(self) -> float:
        """The box's shorter side."""
        row_mm, column_mm = self.spacing_mm
        return min(self.box.height * row_mm, self.box.width * column_mm)


def build_field(
    hu: NDArray[np.generic],
    box: BoundingBox,
    spacing_mm: tuple[float, float],
    rim_only: bool = False,
) -> LesionField:
    """Cut out, smooth and differentiate the surroundings of a box.

    Parameters
    ----------
    hu : ndarray
        HU of the slice (rows, columns), any real dtype.
    box : BoundingBox
        Box on the slice, of some area and on the image.
    spacing_mm : tuple of float
        Distance of rows and of columns, mm.
    rim_only : bool
        Take the tumour's typical HU from the outer half of the box, for a part-solid tumour
        whose bright core is not all of it.
    """
    shape = (hu.shape[0], hu.shape[1])
    window = find_window(box, shape)
    context = window.grown(
        math.ceil(max(_LEAST_CONTEXT_PX, _CONTEXT * box.height)),
        math.ceil(max(_LEAST_CONTEXT_PX, _CONTEXT * box.width)),
        shape,
    )
    zoom = max(1, math.ceil(_LEAST_SAMPLES / min(box.width, box.height)))
    fine_mm = (spacing_mm[0] / zoom, spacing_mm[1] / zoom)
    smooth = _smooth(hu[context.slices], box, spacing_mm, zoom)

    def place(x: float, y: float) -> tuple[float, float]:
        return (x - context.x1) * zoom, (y - context.y1) * zoom

    fine_box = BoundingBox(*place(box.x1, box.y1), *place(box.x2, box.y2))
    (x1, y1), (x2, y2) = place(window.x1, window.y1), place(window.x2, window.y2)
    inner = PixelWindow(int(x1), int(y1), int(x2), int(y2))
    lesion_hu, background_hu = _estimate_levels(smooth, fine_box, rim_only)
    folded = np.minimum(smooth, 2 * (lesion_hu + _BRIGHTER_HU) - smooth)
    slope_y = np.asarray(sobel(folded, axis=0) / fine_mm[0], dtype=np.float32)
    slope_x = np.asarray(sobel(folded, axis=1) / fine_mm[1], dtype=np.float32)
    return LesionField(
        hu=smooth,
        folded=folded,
        slope_y=slope_y,
        slope_x=slope_x,
        gradient=np.hypot(slope_y, slope_x),
        box=fine_box,
        inner=inner,
        spacing_mm=fine_mm,
        lesion_hu=lesion_hu,
        background_hu=background_hu,
        zoom=zoom,
    )


def _smooth(
    patch: NDArray[np.generic], box: BoundingBox, spacing_mm: tuple[float, float], zoom: int
) -> FloatArray:
    row_mm, column_mm = spacing_mm
    values = np.nan_to_num(patch.astype(np.float32), nan=_AIR_HU)
    values = np.clip(values, _AIR_HU, _DENSE_HU)
    side_mm = min(box.height * row_mm, box.width * column_mm)
    sigma_mm = min(max(0.02 * side_mm, 0.45), 1.0)
    values = ndimage.gaussian_filter(values, (sigma_mm / row_mm, sigma_mm / column_mm))
    if zoom > 1:
        values = ndimage.zoom(values, zoom, order=1, grid_mode=True, mode="nearest")
    return values


def compute_ellipse_distance(shape: tuple[int, int], box: BoundingBox) -> FloatArray:
    """Return each pixel's distance from the box's centre; 1 on its inscribed ellipse."""
    x, y = box.centre
    across = (np.arange(shape[1], dtype=np.float32) + 0.5 - x) / (box.width / 2)
    down = (np.arange(shape[0], dtype=np.float32) + 0.5 - y) / (box.height / 2)
    return np.asarray(np.hypot(down[:, None], across[None, :]))


def _estimate_levels(hu: FloatArray, box: BoundingBox, rim_only: bool) -> tuple[float, float]:
    """Return typical HU of the tumour and of its darker surroundings."""
    distance = compute_ellipse_distance((hu.shape[0], hu.shape[1]), box)
    if rim_only:
        lesion = float(np.median(hu[(distance > 0.5) & (distance <= 0.9)]))
        return lesion, _find_background(hu, lesion)
    core, split = hu[distance <= 0.6], _split(hu[distance <= 1.0])
    # A little above the median: in small tumours the blurred edge takes up half of the core.
    lesion = float(np.percentile(core, 65))
    if lesion >= split:
        lesion = float(np.percentile(core[core >= split], 65))
    elif np.mean(_find_bright_sectors(hu, distance, box, split)) >= 0.75:
        # A dark core in a bright rim is a cavity; a bright spot in it a small tumour.
        lesion = float(np.median(hu[(distance <= 1.0) & (hu > split)]))
    return lesion, _find_background(hu, lesion)


def _find_background(hu: FloatArray, lesion_hu: float) -> float:
    darker = np.minimum(hu, lesion_hu)
    return float(np.median(darker[darker <= _split(darker)]))


def _split(values: FloatArray) -> float:
    low, high = float(values.min()), float(values.max())
    return low if high - low < 1.0 else float(threshold_otsu(values))


def _find_bright_sectors(
    hu: FloatArray, distance: FloatArray, box: BoundingBox, level: float
) -> NDArray[np.bool_]:
    """Return which of 16 sectors about the box's centre hold a bright pixel in the box."""
    rows, columns = np.nonzero((hu > level) & (distance <= 1.0))
    x, y = box.centre
    angle = np.arctan2((rows + 0.5 - y) / box.height, (columns + 0.5 - x) / box.width)
    sectors = np.zeros(16, dtype=bool)
    sectors[np.minimum((angle + np.pi) * 8 / np.pi, 15).astype(int)] = True
    return sectors
