"""The one component that is the tumour: the rule that chooses it and trims what leaves the box.

1.  Of seven levels between background and tumour, the one is taken whose contour has the
    greatest mean Sobel gradient, levels far from the middle being trusted less.
2.  At that level the component is taken that shares most pixels with the envelope, cut by it.
3.  Thin outgrowths that lead out of the box (vessels, the chest wall's corners) are removed by
    an opening of a tenth of the box's shorter side; those that end within the box (spicules)
    are kept, or added back where the envelope cut them.
4.  Holes are filled.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ctbox.imaging.lesion_field import LesionField
from ctbox.imaging.pixel_window import PixelWindow
from ctbox.imaging.regions import (
    EIGHT_NEIGHBOURS,
    Mask,
    compute_distance_mm,
    fill_holes,
    find_touched_labels,
    keep_largest_overlap,
    open_by_disc,
)

_LEVELS = (0.35, 0.40, 0.45, 0.50, 0.55, 0.60, 0.65)
_OPENING, _MOST_OPENING_MM = 0.10, 5.0
_SPICULE_REACH, _SPICULE_SHARE = 0.10, 0.25
_BORDER_PX = 3


def find_component(field: LesionField, envelope: Mask) -> Mask:
    """Return the tumour's mask on the inner window of the field; empty if there is none.

    Parameters
    ----------
    field : LesionField
        The surroundings of the box.
    envelope : ndarray
        Mask of the field's shape from `find_envelope`.
    """
    # A border about the window tells what leads out of it.
    around = field.inner.grown(_BORDER_PX, _BORDER_PX, (field.hu.shape[0], field.hu.shape[1]))
    inside = np.zeros(field.hu.shape, dtype=bool)
    inside[field.inner.slices] = True
    inside, ring = inside[around.slices], envelope[around.slices]
    reach = ndimage.binary_dilation(ring, EIGHT_NEIGHBOURS) & inside
    bright = _choose_level(field, around, reach, ring)
    core = keep_largest_overlap(bright & reach, ring)
    if core.any():
        core = _add_spicules(field, core, bright, inside, ring)
        core = _drop_outgrowths(field, core, bright, inside)
    top, left = field.inner.y1 - around.y1, field.inner.x1 - around.x1
    rows, columns = field.inner.shape
    return fill_holes(np.pad(core[top : top + rows, left : left + columns], 1))[1:-1, 1:-1]


def _choose_level(field: LesionField, around: PixelWindow, reach: Mask, ring: Mask) -> Mask:
    """Return the pixels above the level with the steepest contour, holes filled."""
    folded, gradient = field.folded[around.slices], field.gradient[around.slices]
    best, best_score = np.zeros_like(ring), 0.0
    for level in _LEVELS:
        bright = fill_holes(folded > field.background_hu + level * field.contrast_hu)
        core = keep_largest_overlap(bright & reach, ring)
        edge = ndimage.binary_dilation(core) & ~ndimage.binary_erosion(core)
        if not edge.any():
            continue
        score = float(gradient[edge].mean()) * (1 - 0.5 * abs(level - 0.5))
        if score > best_score:
            best, best_score = bright, score
    return best


def _add_spicules(field: LesionField, core: Mask, bright: Mask, inside: Mask, ring: Mask) -> Mask:
    """Add bright pieces that the envelope cut off, if they are small, near and end in the box."""
    labels, count = ndimage.label(bright & ~core)
    leads_out = ndimage.binary_dilation(~inside, border_value=True)
    leads_out |= compute_distance_mm(ring, field.spacing_mm) > _SPICULE_REACH * field.side_mm
    rejected = find_touched_labels(labels, count, leads_out)
    size = np.bincount(labels.ravel(), minlength=count + 1)
    rejected |= size > _SPICULE_SHARE * core.sum()
    rejected[0] = True
    return keep_largest_overlap(core | ~rejected[labels], core)


def _drop_outgrowths(field: LesionField, core: Mask, bright: Mask, inside: Mask) -> Mask:
    """Remove thin parts of the component that go on beyond it or meet the window's border."""
    radius_mm = min(_OPENING * field.side_mm, _MOST_OPENING_MM)
    radius_mm = max(radius_mm, 1.01 * max(field.spacing_mm))
    body = keep_largest_overlap(open_by_disc(core, radius_mm, field.spacing_mm), core)
    if not body.any():
        return core
    labels, count = ndimage.label(core & ~body, EIGHT_NEIGHBOURS)
    leads_out = ndimage.binary_dilation(bright & ~core, EIGHT_NEIGHBOURS)
    leads_out |= ndimage.binary_dilation(~inside, border_value=True)
    rejected = find_touched_labels(labels, count, leads_out & core & ~body)
    rejected[0] = True
    return keep_largest_overlap(body | ~rejected[labels], body)
