"""The tumour's outline within a box, and its size: Sobel gradient, one closed contour, two axes.

The rule, in the order it is applied:

1.  The box plus 10 % is cut from the slice in HU, smoothed a little and differentiated by
    `skimage.filters.sobel`, per mm along rows and columns (`lesion_field.py`).
2.  A closed ring is laid along the outward-falling edges about the box's middle; where there are
    none (chest wall, mediastinum) it follows the lung's convex hull and the box
    (`envelope.py`, `lung_hull.py`).
3.  Of the components brighter than the level whose contour has the greatest mean gradient, the
    one that shares most pixels with the ring is the tumour; vessels that leave the box are
    trimmed, holes filled (`component.py`).
4.  Long axis: greatest diameter in the plane. Short axis: greatest diameter perpendicular to it
    (`diameters.py`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from skimage.filters import sobel

from ctbox.boxes import BoundingBox
from ctbox.imaging.component import find_component, is_cut_off
from ctbox.imaging.diameters import (
    Diameter,
    Point,
    measure_axes,
    measure_long_axis,
    trace_contour,
)
from ctbox.imaging.envelope import find_envelope
from ctbox.imaging.lesion_field import LesionField, build_field
from ctbox.imaging.pixel_window import PixelWindow, find_window
from ctbox.imaging.regions import compute_agreement, dilate, erode

_LEAST_SIDE_PX = 3
_LEAST_CONTRAST_HU = 50.0
# Noise of 40 HU leaves slopes of some 15 HU/mm after smoothing; fat against tumour has 30 or more.
_EDGE_HU_PER_MM, _LEAST_EDGE_SHARE = 25.0, 0.2
# IoU with the box, and how much better another reading must fit it.
_POOR_AGREEMENT, _GAIN = 0.5, 0.2
_NO_SPACING = "The pixel spacing is unknown, so the outline has no measures in mm."


@dataclass(frozen=True, eq=False)
class Outline:
    """A tumour's outline within a box.

    Parameters
    ----------
    contour : ndarray
        Closed contour, float64 (N, 2), x and y in pixel edges of the slice, its first point
        repeated at the end; (0, 2) if there is no outline.
    mask : ndarray
        bool (rows, columns) of the window, True for pixels at least half inside.
    offset : tuple of int
        Column and row of the window's first pixel: the window is the box plus 10 % (2 pixels at
        least) in whole pixels, clipped to the slice.
    gradient : ndarray
        `skimage.filters.sobel` of the window's HU as they are, float32, of the mask's shape, in
        HU per pixel.
    long_axis_ends, short_axis_ends : tuple of points, optional
        Ends (x, y) of the axes on the slice, in pixel edges; None if there is no outline.
    long_axis_mm, short_axis_mm, area_mm2 : float, optional
        Greatest diameter, greatest diameter perpendicular to it, and area; None if there is no
        outline or no pixel spacing.
    area_px : float
        Area in pixels; 0 if there is no outline.
    touches_box_edge : bool
        The box, not the tumour's own edge, ends the outline somewhere: it meets the window's
        border, or follows the box's edge amid tissue as bright. The tumour may be cut off.
    reason : str, optional
        Why there is no outline, or none in mm; None if nothing is missing.
    """

    contour: NDArray[np.float64]
    mask: NDArray[np.bool_]
    offset: tuple[int, int]
    gradient: NDArray[np.float32]
    long_axis_ends: tuple[Point, Point] | None = None
    short_axis_ends: tuple[Point, Point] | None = None
    long_axis_mm: float | None = None
    short_axis_mm: float | None = None
    area_mm2: float | None = None
    area_px: float = 0.0
    touches_box_edge: bool = False
    reason: str | None = None

    @property
    def is_found(self) -> bool:
        """Whether there is an outline."""
        return len(self.contour) > 0

    @property
    def window(self) -> BoundingBox:
        """The window on the slice."""
        (x, y), (rows, columns) = self.offset, self.mask.shape
        return BoundingBox(x, y, x + columns, y + rows)


def compute_outline(
    hu: NDArray[np.generic],
    box: BoundingBox,
    pixel_spacing_mm: tuple[float, float] | None,
) -> Outline:
    """Outline the tumour in a box.

    Parameters
    ----------
    hu : ndarray
        HU of the slice (rows, columns), any real dtype; not a display window's grey values.
    box : BoundingBox
        The expert's or the predicted box on the slice.
    pixel_spacing_mm : tuple of float, optional
        Distance of rows and of columns (PS3.3 10.7.1.3, in this order). Without it the outline
        is drawn as if pixels were square and 1 mm wide, and nothing is measured in mm.

    Returns
    -------
    Outline
        Without a contour but with a reason if the box is degenerate or shows no tumour's edge.

    Raises
    ------
    ValueError
        If the HU are not two-dimensional.
    """
    if hu.ndim != 2:
        raise ValueError(f"HU must have shape (rows, columns), got {hu.shape}.")
    clipped = box.clipped(hu.shape[1], hu.shape[0])
    if clipped.is_degenerate:
        where = "has no area" if box.is_degenerate else "lies outside the image"
        return _refuse(f"The box {where}.")
    window = find_window(clipped, (hu.shape[0], hu.shape[1]))
    gradient = _compute_raw_sobel(hu, window)
    if min(clipped.width, clipped.height) < _LEAST_SIDE_PX:
        sides = f"{clipped.width:.3g} × {clipped.height:.3g}"
        return _refuse(f"The box is too small to outline: {sides} pixels.", window, gradient)
    spacing_mm = _check_spacing(pixel_spacing_mm)
    found = _find_tumour(hu, clipped, spacing_mm or (1.0, 1.0))
    if isinstance(found, str):
        return _refuse(found, window, gradient)
    return _measure(found, window, gradient, spacing_mm)


def measure_long_axis_mm(
    hu: NDArray[np.generic],
    box: BoundingBox,
    pixel_spacing_mm: tuple[float, float] | None,
) -> float | None:
    """Return `compute_outline`'s long axis alone, to the bit, sooner; parameters as there.

    Returns
    -------
    float or None
        Millimetres; None without an outline or a spacing.
    """
    spacing_mm, clipped = _check_spacing(pixel_spacing_mm), box.clipped(hu.shape[1], hu.shape[0])
    if spacing_mm is None or min(clipped.width, clipped.height) < _LEAST_SIDE_PX:
        return None
    found = _find_tumour(hu, clipped, spacing_mm)
    if isinstance(found, str):
        return None
    window = find_window(clipped, (hu.shape[0], hu.shape[1]))
    contour = trace_contour(found.component, found.zoom, (window.x1, window.y1))
    return measure_long_axis(contour, spacing_mm)


def _refuse(
    reason: str, window: PixelWindow | None = None, gradient: NDArray[np.float32] | None = None
) -> Outline:
    if window is None or gradient is None:
        window, gradient = PixelWindow(0, 0, 0, 0), np.zeros((0, 0), dtype=np.float32)
    return Outline(
        contour=np.zeros((0, 2)),
        mask=np.zeros(window.shape, dtype=bool),
        offset=(window.x1, window.y1),
        gradient=gradient,
        reason=reason,
    )


def _compute_raw_sobel(hu: NDArray[np.generic], window: PixelWindow) -> NDArray[np.float32]:
    # One pixel more than the window, so that its border is no artefact.
    wider = window.grown(1, 1, (hu.shape[0], hu.shape[1]))
    values = np.nan_to_num(hu[wider.slices].astype(np.float32), nan=-1000.0)
    top, left = window.y1 - wider.y1, window.x1 - wider.x1
    rows, columns = window.shape
    picture = sobel(values)[top : top + rows, left : left + columns]
    return np.asarray(picture, dtype=np.float32)


def _check_spacing(spacing_mm: tuple[float, float] | None) -> tuple[float, float] | None:
    if spacing_mm is None or not all(math.isfinite(s) and s > 0 for s in spacing_mm):
        return None
    return float(spacing_mm[0]), float(spacing_mm[1])


@dataclass(frozen=True, slots=True)
class _Tumour:
    component: NDArray[np.bool_]
    zoom: int
    agreement: float
    is_cut_off: bool


def _find_tumour(
    hu: NDArray[np.generic], box: BoundingBox, spacing_mm: tuple[float, float]
) -> _Tumour | str:
    """Return the tumour, or why there is none.

    What fills little of the box may be the core of a part-solid tumour: then its rim is tried,
    and taken if it fits the box much better.
    """
    found = _find_in_field(build_field(hu, box, spacing_mm))
    if isinstance(found, str) or found.agreement >= _POOR_AGREEMENT:
        return found
    whole = _find_in_field(build_field(hu, box, spacing_mm, rim_only=True))
    fits = not isinstance(whole, str) and whole.agreement >= found.agreement + _GAIN
    return whole if fits else found


def _find_in_field(field: LesionField) -> _Tumour | str:
    if field.contrast_hu < _LEAST_CONTRAST_HU:
        return "Nothing in the box stands out from its surroundings."
    component = find_component(field, find_envelope(field))
    if component.sum() < 3 or not _has_edge(field, component):
        return "No closed edge was found in the box."
    x, y, box = field.inner.x1, field.inner.y1, field.box
    moved = BoundingBox(box.x1 - x, box.y1 - y, box.x2 - x, box.y2 - y)
    return _Tumour(
        component, field.zoom, compute_agreement(component, moved), is_cut_off(field, component)
    )


def _has_edge(field: LesionField, component: NDArray[np.bool_]) -> bool:
    edge = dilate(component) & ~erode(component)
    steep = field.gradient[field.inner.slices][edge] >= _EDGE_HU_PER_MM
    return bool(steep.mean() >= _LEAST_EDGE_SHARE)


def _measure(
    tumour: _Tumour,
    window: PixelWindow,
    gradient: NDArray[np.float32],
    spacing_mm: tuple[float, float] | None,
) -> Outline:
    component, zoom = tumour.component, tumour.zoom
    contour = trace_contour(component, zoom, (window.x1, window.y1))
    long_axis, short_axis = measure_axes(contour, spacing_mm or (1.0, 1.0))
    area_px = float(component.sum()) / zoom**2
    rows, columns = window.shape
    shares = component.reshape(rows, zoom, columns, zoom).mean(axis=(1, 3))

    def in_mm(axis: Diameter) -> float | None:
        return None if spacing_mm is None else axis.length

    return Outline(
        contour=contour,
        mask=shares >= 0.5,
        offset=(window.x1, window.y1),
        gradient=gradient,
        long_axis_ends=long_axis.ends,
        short_axis_ends=short_axis.ends,
        long_axis_mm=in_mm(long_axis),
        short_axis_mm=in_mm(short_axis),
        area_mm2=None if spacing_mm is None else area_px * spacing_mm[0] * spacing_mm[1],
        area_px=area_px,
        touches_box_edge=tumour.is_cut_off,
        reason=_NO_SPACING if spacing_mm is None else None,
    )
