"""The one component that is the tumour: the rule that chooses it and trims what leaves the box.

1.  Of seven levels between background and tumour, the one is taken whose contour has the
    greatest mean Sobel gradient, levels far from the middle being trusted less.
2.  At that level the component is taken that shares most pixels with the envelope, cut by it.
3.  Thin outgrowths that lead out of the box (vessels, the chest wall's corners) are removed by
    an opening of a tenth of the box's shorter side; those that end within the box (spicules)
    are kept, or added back where the envelope cut them and they taper.
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
    dilate,
    dilate_all_round,
    erode,
    fill_holes,
    find_touched_labels,
    keep_largest_overlap,
    label_parts,
    open_by_disc,
)

_LEVELS = (0.35, 0.40, 0.45, 0.50, 0.55, 0.60, 0.65)
_OPENING, _MOST_OPENING_MM = 0.10, 5.0
_SPICULE_REACH = 0.2
# Of its greatest breadth.
_LEAST_BASE = 0.7
_BORDER_PX = 3
_OPEN_SHARE = 0.05


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
    inside, ring = _find_pixels(field.inner, around), envelope[around.slices]
    reach = dilate_all_round(ring) & inside
    bright = _choose_level(field, around, reach, ring)
    core = keep_largest_overlap(bright & reach, ring)
    if core.any():
        core = _add_spicules(field, core, bright, _find_boxed(field, around), ring)
        core = _drop_outgrowths(field, core, bright, inside)
    top, left = field.inner.y1 - around.y1, field.inner.x1 - around.x1
    rows, columns = field.inner.shape
    return fill_holes(np.pad(core[top : top + rows, left : left + columns], 1))[1:-1, 1:-1]


def _find_pixels(window: PixelWindow, around: PixelWindow) -> Mask:
    """Return the pixels of one window as a mask of another's shape."""
    mask = np.zeros(around.shape, dtype=bool)
    rows = slice(max(window.y1 - around.y1, 0), max(window.y2 - around.y1, 0))
    columns = slice(max(window.x1 - around.x1, 0), max(window.x2 - around.x1, 0))
    mask[rows, columns] = True
    return mask


def _find_boxed(field: LesionField, around: PixelWindow) -> Mask:
    """Return the pixels that lie in the box, give or take one of the slice's pixels."""
    box, slack = field.box, field.zoom
    window = PixelWindow(
        round(box.x1) - slack, round(box.y1) - slack, round(box.x2) + slack, round(box.y2) + slack
    )
    return _find_pixels(window, around)


def _choose_level(field: LesionField, around: PixelWindow, reach: Mask, ring: Mask) -> Mask:
    """Return the pixels above the level with the steepest contour, holes filled."""
    folded, gradient = field.folded[around.slices], field.gradient[around.slices]
    best, best_score = np.zeros_like(ring), 0.0
    for level in _LEVELS:
        bright = fill_holes(folded > field.background_hu + level * field.contrast_hu)
        core = keep_largest_overlap(bright & reach, ring)
        edge = dilate(core) & ~erode(core)
        if not edge.any():
            continue
        score = float(gradient[edge].mean()) * (1 - 0.5 * abs(level - 0.5))
        if score > best_score:
            best, best_score = bright, score
    return best


def _add_spicules(field: LesionField, core: Mask, bright: Mask, boxed: Mask, ring: Mask) -> Mask:
    """Add bright pieces that the envelope cut off, if they end in the box and taper.

    A spicule is broadest where it leaves the tumour; a vessel that only touches the tumour is
    broader than the bridge between them.
    """
    pieces = bright & ~core
    labels, count = label_parts(pieces)
    rejected = find_touched_labels(labels, count, ~boxed)
    rejected[0] = True
    if not rejected.all():  # distances take long
        too_far = compute_distance_mm(ring, field.spacing_mm) > _SPICULE_REACH * field.side_mm
        rejected |= find_touched_labels(labels, count, too_far)
    if rejected.all():
        return core
    bases = np.bincount(labels[dilate(core) & pieces], minlength=count + 1)
    depths_mm = np.zeros(count + 1)
    distance_mm = compute_distance_mm(~pieces, field.spacing_mm)
    np.maximum.at(depths_mm, labels[pieces], distance_mm[pieces])
    rejected |= bases * min(field.spacing_mm) < _LEAST_BASE * 2 * depths_mm
    return keep_largest_overlap(core | ~rejected[labels], core)


def _drop_outgrowths(field: LesionField, core: Mask, bright: Mask, inside: Mask) -> Mask:
    """Remove thin parts of the component that go on beyond it or meet the window's border."""
    radius_mm = min(_OPENING * field.side_mm, _MOST_OPENING_MM)
    radius_mm = max(radius_mm, 1.01 * max(field.spacing_mm))
    body = keep_largest_overlap(open_by_disc(core, radius_mm, field.spacing_mm), core)
    if not body.any():
        return core
    labels, count = ndimage.label(core & ~body, EIGHT_NEIGHBOURS)
    leads_out = dilate_all_round(bright & ~core) | dilate(~inside)
    # Beyond the array is outside as well.
    leads_out[[0, -1]] = leads_out[:, [0, -1]] = True
    rejected = find_touched_labels(labels, count, leads_out & core & ~body)
    rejected[0] = True
    return keep_largest_overlap(body | ~rejected[labels], body)


def is_cut_off(field: LesionField, component: Mask) -> bool:
    """Whether the box, not an edge of the tumour, ends the outline somewhere.

    That is where the outline meets the border of the inner window, or follows the box's edge
    (within a pixel, or beyond it) for a 20th of its length with tissue as bright on its far side.

    Parameters
    ----------
    field : LesionField
        The surroundings of the box.
    component : ndarray
        Mask of the inner window's shape from `find_component`.
    """
    borders = (component[0], component[-1], component[:, 0], component[:, -1])
    if any(bool(border.any()) for border in borders):
        return True
    rim = dilate(component) & ~component
    bright = field.folded[field.inner.slices] > field.background_hu + 0.8 * field.contrast_hu
    box, inner, slack = field.box, field.inner, field.zoom
    within = PixelWindow(
        round(box.x1) + slack, round(box.y1) + slack, round(box.x2) - slack, round(box.y2) - slack
    )
    open_rim = rim & bright & ~_find_pixels(within, inner)
    return bool(open_rim.sum() > _OPEN_SHARE * rim.sum())
