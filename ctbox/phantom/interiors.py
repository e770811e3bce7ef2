"""The inside of a tumour: solid, necrotic, hollow, ground glass."""

from __future__ import annotations

import numpy as np

from ctbox.phantom.fields import FloatArray, draw_smooth_field
from ctbox.phantom.shapes import TumourField, Window
from ctbox.phantom.surroundings import Surroundings
from ctbox.phantom.traits import Interior, LesionTraits


def draw_inside(
    window: Window,
    field: TumourField,
    radius_mm: float,
    traits: LesionTraits,
    rng: np.random.Generator,
) -> FloatArray:
    """Return the noise-free HU that the tumour's inside would have, float32."""
    mottle = draw_smooth_field(window.axes_mm, max(0.7 * radius_mm, 5.0), rng)
    inside = traits.density_hu + rng.uniform(3, 11) * mottle
    if traits.interior is Interior.NECROTIC:
        core = np.clip((rng.uniform(0.5, 0.8) - field.depth + 0.12 * mottle) / 0.2, 0, 1)
        inside = inside - core * rng.uniform(15, 40)
    if traits.air_bronchogram:
        inside = _add_bronchograms(inside, window, field, radius_mm, rng)
    if traits.calcified:
        grains = draw_smooth_field(window.axes_mm, max(0.35 * radius_mm, 4.0), rng)
        inside = inside + rng.uniform(200, 700) * np.clip((grains - 2.1) / 0.4, 0, 1)
    if traits.interior is Interior.CAVITATING:
        inside = _add_cavity(inside, window, field, radius_mm, rng)
    return np.asarray(inside, dtype=np.float32)


def _add_bronchograms(
    inside: FloatArray,
    window: Window,
    field: TumourField,
    radius_mm: float,
    rng: np.random.Generator,
) -> FloatArray:
    # Two smooth fields are both near zero along thin winding tubes.
    first = draw_smooth_field(window.axes_mm, 1.5 * radius_mm + 6, rng)
    second = draw_smooth_field(window.axes_mm, 1.5 * radius_mm + 6, rng)
    width = rng.uniform(1.5, 4.0) / radius_mm
    tube = np.clip(1.6 - np.hypot(first, second) / width, 0, 1)
    tube *= np.clip((0.95 - field.depth) / 0.2, 0, 1)
    return np.asarray(inside + tube * (-760 - inside))


def _add_cavity(
    inside: FloatArray,
    window: Window,
    field: TumourField,
    radius_mm: float,
    rng: np.random.Generator,
) -> FloatArray:
    wall = draw_smooth_field(window.axes_mm, 0.9 * radius_mm + 3, rng)
    hollow = rng.uniform(0.35, 0.75) + 0.09 * wall
    gas = np.clip((hollow - field.depth) * radius_mm / 1.2 + 0.5, 0, 1)
    gas_hu = np.full_like(inside, -930.0)
    if rng.random() < 0.4:
        # A fluid level lies flat: the table is below, towards higher rows.
        level = window.axes_mm[1] - rng.uniform(-0.1, 0.4) * radius_mm
        fluid = np.clip(level / window.spacing_mm[1] + 0.5, 0, 1)[None, :, None]
        gas_hu = gas_hu + fluid * (12.0 - gas_hu)
    return np.asarray(inside + gas * (gas_hu - inside))


def split_haze(
    window: Window,
    field: TumourField,
    radius_mm: float,
    traits: LesionTraits,
    rng: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:
    """Return the shares of ground glass and of solid core in the tumour."""
    cloud = draw_smooth_field(window.axes_mm, max(0.6 * radius_mm, 4.0), rng)
    fade = rng.uniform(0.1, 0.4)
    haze = np.clip((1.02 - field.depth) / fade, 0, 1) * np.clip(0.82 + 0.16 * cloud, 0.3, 1)
    if traits.interior is Interior.GROUND_GLASS:
        return np.asarray(haze, dtype=np.float32), np.zeros_like(field.depth)
    lump = draw_smooth_field(window.axes_mm, max(0.9 * radius_mm, 4.0), rng)
    core = np.clip((rng.uniform(0.35, 0.7) - field.depth + 0.16 * lump) / 0.15 + 0.5, 0, 1)
    return np.asarray(haze, dtype=np.float32), np.asarray(core, dtype=np.float32)


def add_haze(
    before: FloatArray,
    share: FloatArray,
    surroundings: Surroundings,
    rng: np.random.Generator,
) -> FloatArray:
    """Return HU with ground glass added: denser lung, through which vessels still show."""
    gain = rng.uniform(-620, -380) - surroundings.lung_hu
    aerated = np.clip((-150.0 - before) / 500.0, 0, 1)
    return np.asarray(before + share * np.clip(gain, 120, 520) * aerated, dtype=np.float32)
