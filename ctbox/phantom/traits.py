"""What a tumour is like: where it grows, its margin, its inside, and what subtypes favour."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np


class LesionKind(StrEnum):
    """Where a tumour grows and what it is attached to."""

    SOLITARY = "solitary"
    PLEURAL = "pleural"
    HILAR = "hilar"
    MEDIASTINAL = "mediastinal"


class Margin(StrEnum):
    """How a tumour's surface looks."""

    SMOOTH = "smooth"
    LOBULATED = "lobulated"
    SPICULATED = "spiculated"


class Interior(StrEnum):
    """What a tumour's inside looks like."""

    SOLID = "solid"
    NECROTIC = "necrotic"
    CAVITATING = "cavitating"
    PART_SOLID = "part-solid"
    GROUND_GLASS = "ground-glass"


@dataclass(frozen=True, slots=True)
class LesionTraits:
    """Everything about a tumour but its place and size.

    Parameters
    ----------
    kind : LesionKind
        Where it grows.
    margin : Margin
        Its surface.
    interior : Interior
        Its inside.
    density_hu : float
        HU of its solid part.
    elongation : float
        Longest over shortest in-plane semi-axis of the ellipsoid it is made from.
    height_ratio : float
        Semi-axis along z over the mean in-plane one.
    air_bronchogram : bool
        Whether air-filled bronchi run through it.
    calcified : bool
        Whether it holds calcified grains.
    atelectasis : bool
        Whether lung has collapsed behind it (hilar ones only); never part of the truth mask.
    """

    kind: LesionKind
    margin: Margin
    interior: Interior
    density_hu: float = 40.0
    elongation: float = 1.2
    height_ratio: float = 1.0
    air_bronchogram: bool = False
    calcified: bool = False
    atelectasis: bool = False


@dataclass(frozen=True, slots=True)
class _Habit:
    """How often a subtype does what, in the order of the enums, and its usual radii in mm."""

    kinds: tuple[float, float, float, float]
    margins: tuple[float, float, float]
    interiors: tuple[float, float, float, float, float]
    radius_mm: tuple[float, float]


# Mild tendencies only (Hollings & Shaw, Eur Respir J 2002; Chong et al., AJR 2009): every
# subtype can look like any other, as in life. Radii follow the collection's median boxes.
_HABITS = {
    "A": _Habit(
        (0.50, 0.28, 0.12, 0.10), (0.15, 0.30, 0.55), (0.62, 0.08, 0.04, 0.16, 0.10), (13, 0.45)
    ),
    "B": _Habit(
        (0.12, 0.08, 0.40, 0.40), (0.40, 0.52, 0.08), (0.78, 0.20, 0.01, 0.01, 0.00), (19, 0.40)
    ),
    "E": _Habit(
        (0.38, 0.42, 0.10, 0.10), (0.35, 0.45, 0.20), (0.50, 0.42, 0.06, 0.02, 0.00), (29, 0.28)
    ),
    "G": _Habit(
        (0.26, 0.22, 0.40, 0.12), (0.25, 0.45, 0.30), (0.46, 0.22, 0.30, 0.02, 0.00), (18, 0.45)
    ),
}
_ANY = _Habit(
    (0.34, 0.26, 0.22, 0.18), (0.30, 0.38, 0.32), (0.60, 0.17, 0.10, 0.08, 0.05), (16, 0.60)
)

MIN_RADIUS_MM = 3.0
MAX_RADIUS_MM = 46.0
_SMALL_SHARE = 1 / 7


def draw_traits(
    rng: np.random.Generator, letter: str | None = None, kind: LesionKind | str | None = None
) -> LesionTraits:
    """Draw a tumour's traits.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    letter : str, optional
        Subtype letter A, B, E or G, whose tendencies count; without it all traits are common.
    kind : LesionKind or str, optional
        Where it grows; drawn if not given.
    """
    habit = _HABITS.get(letter or "", _ANY)
    drawn_kind = LesionKind(str(rng.choice(list(LesionKind), p=habit.kinds)))
    place = drawn_kind if kind is None else LesionKind(kind)
    margin = Margin(str(rng.choice(list(Margin), p=habit.margins)))
    interior = Interior(str(rng.choice(list(Interior), p=habit.interiors)))
    central = place in (LesionKind.HILAR, LesionKind.MEDIASTINAL)
    if central and interior in (Interior.GROUND_GLASS, Interior.PART_SOLID):
        interior = Interior.SOLID
    if interior is Interior.GROUND_GLASS and margin is Margin.SPICULATED:
        margin = Margin.LOBULATED
    return LesionTraits(
        kind=place,
        margin=margin,
        interior=interior,
        density_hu=float(rng.uniform(22, 85)),
        elongation=float(1 + rng.gamma(2.0, 0.14)),
        height_ratio=float(np.clip(rng.lognormal(0.0, 0.18), 0.65, 1.6)),
        air_bronchogram=bool(rng.random() < (0.25 if margin is not Margin.SMOOTH else 0.08)),
        calcified=bool(rng.random() < 0.08),
        atelectasis=bool(place is LesionKind.HILAR and rng.random() < 0.35),
    )


def draw_radius_mm(rng: np.random.Generator, letter: str | None = None) -> float:
    """Draw a tumour's radius, mm: mostly log-normal about the subtype's usual one, 3…46 mm.

    One in seven is small whatever the subtype: those are the ones a detector misses.
    """
    if rng.random() < _SMALL_SHARE:
        return float(np.exp(rng.uniform(np.log(MIN_RADIUS_MM), np.log(9.0))))
    median, spread = _HABITS.get(letter or "", _ANY).radius_mm
    return float(np.clip(rng.lognormal(np.log(median), spread), MIN_RADIUS_MM, MAX_RADIUS_MM))
