"""Comparing an outline with a scene's truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import BoundingBox
from ctbox.imaging.outline import Outline, compute_outline
from tests.imaging.lesion_scenes import Scene


@dataclass(frozen=True)
class Agreement:
    """How an outline agrees with the truth.

    The errors of the axes are in units of what is allowed: the greater of 2 mm and 10 %.
    """

    dice: float
    area_ratio: float
    long_error: float
    short_error: float

    @property
    def axes_agree(self) -> bool:
        return abs(self.long_error) <= 1 and abs(self.short_error) <= 1

    @property
    def area_agrees(self) -> bool:
        return abs(self.area_ratio - 1) <= 0.15


def place_mask(outline: Outline, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return the outline's mask on the whole slice."""
    full = np.zeros(shape, dtype=bool)
    (x, y), (rows, columns) = outline.offset, outline.mask.shape
    full[y : y + rows, x : x + columns] = outline.mask
    return full


def compute_dice(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    return float(2 * (a & b).sum() / max(a.sum() + b.sum(), 1))


@dataclass(frozen=True)
class Truth:
    """A lesion's true mask on the slice, and its measures."""

    mask: NDArray[np.bool_]
    area_mm2: float
    long_axis_mm: float
    short_axis_mm: float


def compare(scene: Scene, box: BoundingBox) -> Agreement:
    """Outline a scene's lesion in a box and compare it with the truth."""
    outline = compute_outline(scene.hu, box, scene.config.pixel_spacing_mm)
    truth = Truth(scene.mask, scene.area_mm2, scene.long_axis_mm, scene.short_axis_mm)
    return compare_with_truth(outline, truth)


def compare_with_truth(outline: Outline, truth: Truth) -> Agreement:
    dice = compute_dice(place_mask(outline, truth.mask.shape), truth.mask)
    if not outline.is_found:
        return Agreement(dice, 0.0, np.inf, np.inf)
    assert outline.area_mm2 is not None
    return Agreement(
        dice,
        outline.area_mm2 / truth.area_mm2,
        _compare_axis(outline.long_axis_mm, truth.long_axis_mm),
        _compare_axis(outline.short_axis_mm, truth.short_axis_mm),
    )


def _compare_axis(measured: float | None, true: float) -> float:
    assert measured is not None
    return (measured - true) / max(2.0, 0.1 * true)


def summarise(title: str, agreements: list[Agreement]) -> str:
    """Return one line of figures."""
    dice = [a.dice for a in agreements]
    ratios = [a.area_ratio for a in agreements]
    return (
        f"{title}: n {len(agreements)}, Dice mean {np.mean(dice):.3f} min {min(dice):.3f}, "
        f"area ratio {min(ratios):.2f}…{max(ratios):.2f}, "
        f"area within 15 % {np.mean([a.area_agrees for a in agreements]):.0%}, "
        f"axes within max(2 mm, 10 %) {np.mean([a.axes_agree for a in agreements]):.0%}"
    )
