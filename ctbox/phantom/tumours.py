"""Tumours of a phantom: where they are, their masks, boxes and true axes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from ctbox.boxes import BoundingBox
from ctbox.phantom.lesions import blend_tumour
from ctbox.phantom.scan import CleanVolume
from ctbox.phantom.shapes import compute_reach_mm, cut_window
from ctbox.phantom.sites import InsertionSite, find_insertion_sites
from ctbox.phantom.surroundings import Scene
from ctbox.phantom.traits import (
    LesionTraits,
    draw_radius_mm,
    draw_traits,
)

MIN_SIDE_PX = 3
# Of a matrix of 512: about the largest tumours drawn.
_MAX_SIDE_PX = 116.0
# Least radius of a patient's first tumour.
_MAIN_TUMOUR_SLICES = 1.3
_MAIN_TUMOUR_MM = 8.0
# Each pixel is looked at in so many parts along rows and columns.
_PARTS = 4


@dataclass(frozen=True, slots=True)
class Axes:
    """A tumour's greatest diameters on one slice, mm.

    Parameters
    ----------
    long_mm : float
        The greatest diameter.
    short_mm : float
        The greatest diameter perpendicular to it.
    """

    long_mm: float
    short_mm: float


@dataclass(frozen=True, slots=True)
class PhantomLesion:
    """One tumour of a phantom.

    Parameters
    ----------
    traits : LesionTraits
        Kind, margin and inside.
    letter : str
        Subtype letter A, B, E or G.
    radius_mm : float
        Mean radius it was made with.
    shape : tuple of int
        Shape of the volume.
    corner : tuple of int
        Slice, row and column of the cropped mask's first voxel.
    cropped_mask : ndarray
        bool: truth within its bounding box, cut from the volume at `corner`.
    boxes : dict of int to BoundingBox
        A reader's box on every slice that shows it, by slice index.
    axes : dict of int to Axes
        True in-plane axes, by slice index.
    """

    traits: LesionTraits
    letter: str
    radius_mm: float
    shape: tuple[int, int, int]
    corner: tuple[int, int, int]
    cropped_mask: NDArray[np.bool_]
    boxes: dict[int, BoundingBox]
    axes: dict[int, Axes]

    @property
    def kind(self) -> str:
        """Where it grows: solitary, pleural, hilar or mediastinal."""
        return self.traits.kind.value

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Truth mask, bool (n, rows, columns)."""
        mask = np.zeros(self.shape, dtype=bool)
        window = tuple(
            slice(first, first + size)
            for first, size in zip(self.corner, self.cropped_mask.shape, strict=True)
        )
        mask[window] = self.cropped_mask
        return mask


@dataclass(frozen=True, slots=True)
class BoxHabit:
    """How a reader draws boxes.

    Parameters
    ----------
    margin_px : float
        Room left on every side of the tight box.
    jitter_px : float
        Each edge lies further out by up to so much, drawn evenly.
    """

    margin_px: float = 2.0
    jitter_px: float = 0.0


def measure_axes(mask: NDArray[np.bool_], spacing_mm: tuple[float, float]) -> Axes:
    """Return the greatest diameter of a mask and the greatest one perpendicular to it.

    The long axis joins the two pixel corners furthest apart; the short one is the longest line
    across the mask perpendicular to it. Row and column spacing are honoured; an empty mask has
    axes of 0 mm.
    """
    rows, columns = np.nonzero(mask)
    if len(rows) == 0:
        return Axes(0.0, 0.0)
    corners = np.concatenate(
        [np.stack([rows + dy, columns + dx], axis=1) for dy in (0, 1) for dx in (0, 1)]
    )
    hull = np.unique(corners, axis=0) * np.asarray(spacing_mm)
    hull = hull[ConvexHull(hull).vertices]
    between = hull[:, None, :] - hull[None, :, :]
    far = np.hypot(between[..., 0], between[..., 1])
    first, second = np.unravel_index(int(far.argmax()), far.shape)
    way = between[first, second] / far[first, second]
    return Axes(float(far.max()), _measure_across(rows, columns, spacing_mm, way))


def _measure_across(
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    spacing_mm: tuple[float, float],
    way: NDArray[np.float64],
) -> float:
    """Return the longest line, mm, across pixels perpendicular to a direction (row, column)."""
    inside = (np.arange(_PARTS) + 0.5) / _PARTS
    y = (rows[:, None, None] + inside[None, :, None]) * spacing_mm[0]
    x = (columns[:, None, None] + inside[None, None, :]) * spacing_mm[1]
    along, across = y * way[0] + x * way[1], x * way[0] - y * way[1]
    # Lines as wide as half a pixel catch every part of the mask that they cross.
    strip = np.floor((along - along.min()) / (0.5 * min(spacing_mm))).astype(np.int64).ravel()
    high = np.full(strip.max() + 1, -np.inf)
    low = np.full(strip.max() + 1, np.inf)
    np.maximum.at(high, strip, across.ravel())
    np.minimum.at(low, strip, across.ravel())
    return float((high - low).max()) + min(spacing_mm) / _PARTS


def grow_tumours(
    clean: CleanVolume,
    spacing_mm: tuple[float, float, float],
    plan: TumourPlan,
    rng: np.random.Generator,
) -> list[PhantomLesion]:
    """Grow a plan's tumours into a clean volume, in place.

    Tumours that do not fit are tried elsewhere; one that never fits is left out.
    """
    sites = find_insertion_sites(clean.hu, spacing_mm, rng, count=24)
    lesions: list[PhantomLesion] = []
    taken: list[tuple[float, float, float]] = []
    for _ in range(plan.count):
        for _ in range(20):
            lesion = _try_tumour(clean, spacing_mm, plan, (sites, taken), rng)
            if lesion is not None:
                lesions.append(lesion)
                break
    return lesions


@dataclass(frozen=True, slots=True)
class TumourPlan:
    """Which tumours a phantom gets.

    Parameters
    ----------
    letter : str
        Subtype letter.
    count : int
        How many.
    habit : BoxHabit
        How their boxes are drawn.
    traits : LesionTraits or None
        Traits of all of them; drawn by the subtype's habits if None.
    radius_mm : float or None
        Radius of all of them; drawn if None.
    """

    letter: str
    count: int
    habit: BoxHabit
    traits: LesionTraits | None = None
    radius_mm: float | None = None


def _try_tumour(
    clean: CleanVolume,
    spacing_mm: tuple[float, float, float],
    plan: TumourPlan,
    state: tuple[list[InsertionSite], list[tuple[float, float, float]]],
    rng: np.random.Generator,
) -> PhantomLesion | None:
    sites, taken = state
    traits = plan.traits or draw_traits(rng, plan.letter)
    radius = plan.radius_mm or draw_radius_mm(rng, plan.letter)
    if plan.radius_mm is None and not taken:
        # A patient is in such a collection for a tumour that shows on several slices; small ones
        # come beside it.
        radius = max(radius, _MAIN_TUMOUR_SLICES * spacing_mm[0], _MAIN_TUMOUR_MM)
    fitting = [site for site in sites if site.kind is traits.kind]
    if not fitting:
        return None
    roomy = [site for site in fitting if site.max_radius_mm >= radius] or fitting
    site = roomy[int(rng.integers(len(roomy)))]
    radius = min(radius, site.max_radius_mm)
    if plan.radius_mm is None:
        matrix_pixel = spacing_mm[1] * clean.hu.shape[1] / 512
        radius = min(radius, _MAX_SIDE_PX / 2 * matrix_pixel / np.sqrt(traits.elongation))
    centre = site.draw_centre(radius, rng)
    apart = [np.hypot.reduce((np.array(centre) - np.array(other)) * spacing_mm) for other in taken]
    if any(distance < 2.2 * radius + 25 for distance in apart):
        return None
    lesion = place_tumour(clean, spacing_mm, centre, (radius, traits, plan), rng)
    if lesion is not None:
        taken.append(centre)
    return lesion


def place_tumour(
    clean: CleanVolume,
    spacing_mm: tuple[float, float, float],
    centre: tuple[float, float, float],
    what: tuple[float, LesionTraits, TumourPlan],
    rng: np.random.Generator,
) -> PhantomLesion | None:
    """Grow one tumour at a centre (slice, row, column) into a clean volume, in place.

    `what` is its radius in mm, its traits, and the plan whose letter and boxes it gets. Returns
    None, with the volume unchanged, if less than a reader would mark of it shows.
    """
    radius, traits, plan = what
    shape = (clean.hu.shape[0], clean.hu.shape[1], clean.hu.shape[2])
    window = cut_window(shape, spacing_mm, centre, compute_reach_mm(radius, traits))
    if window is None:
        return None
    scene = Scene(clean.hu[window.slices], clean.mediastinum[window.slices], window)
    after, mask = blend_tumour(scene, radius, traits, None, rng)
    if not mask.any():
        return None
    shown = np.argwhere(mask)
    low, high = shown.min(axis=0), shown.max(axis=0) + 1
    crop = mask[low[0] : high[0], low[1] : high[1], low[2] : high[2]]
    corner = tuple(
        int(piece.start + first) for piece, first in zip(window.slices, low, strict=True)
    )
    lesion = PhantomLesion(
        traits, plan.letter, radius, shape, (corner[0], corner[1], corner[2]), crop, {}, {}
    )
    boxes = draw_boxes(lesion, plan.habit, rng)
    if not boxes:
        return None
    axes = {index: measure_axes(crop[index - corner[0]], spacing_mm[1:]) for index in boxes}
    clean.hu[window.slices] = after
    return replace(lesion, boxes=boxes, axes=axes)


def draw_boxes(
    lesion: PhantomLesion, habit: BoxHabit, rng: np.random.Generator
) -> dict[int, BoundingBox]:
    """Return a reader's boxes of a lesion by slice index, inside the image.

    Every box is the tight one of the mask with the habit's margin and jitter: it holds the whole
    mask. Slices that show less than 3 px of it in either direction have none.
    """
    boxes = {}
    _, n_rows, n_columns = lesion.shape
    for offset, plane in enumerate(lesion.cropped_mask):
        rows, columns = np.flatnonzero(plane.any(axis=1)), np.flatnonzero(plane.any(axis=0))
        if len(rows) < MIN_SIDE_PX or len(columns) < MIN_SIDE_PX:
            continue
        room = habit.margin_px + rng.uniform(0, 1, 4) * habit.jitter_px
        top, left = lesion.corner[1], lesion.corner[2]
        box = BoundingBox(
            left + columns[0] - room[0],
            top + rows[0] - room[1],
            left + columns[-1] + 1 + room[2],
            top + rows[-1] + 1 + room[3],
        )
        boxes[lesion.corner[0] + offset] = box.clipped(n_columns, n_rows)
    return boxes
