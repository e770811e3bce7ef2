"""What a phantom shall be like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ctbox.phantom.traits import LesionTraits

KernelName = Literal["soft", "sharp"]
LETTERS = ("A", "B", "E", "G")


@dataclass(frozen=True, slots=True)
class PhantomConfig:
    """What a phantom shall be like; whatever is None is drawn at random.

    Parameters
    ----------
    rows : int
        Rows and columns; fewer give larger pixels over the same field of view.
    letter : str or None
        Subtype letter A, B, E or G.
    kernel : {"soft", "sharp"}
        Reconstruction kernel of `make_phantom`.
    tumours : int or None
        How many tumours; 0 for a healthy chest.
    traits : LesionTraits or None
        Traits of every tumour.
    radius_mm : float or None
        Radius of every tumour, mm.
    slice_spacing_mm : float or None
        Distance of the slices, and their thickness: 5, 8 or 10 mm if drawn.
    n_slices : int or None
        At most so many slices, about the middle of the lungs; None scans from the shoulders to
        the lowest lung.
    contrast : {"none", "arterial", "venous"} or None
        Contrast phase.
    noise : float or None
        Scale of the noise; 0 for none.
    box_margin_px : float
        Room that the reader's boxes leave around the tight ones.
    box_jitter_px : float
        Each edge of a box lies further out by up to so much.
    """

    rows: int = 512
    letter: str | None = None
    kernel: KernelName = "soft"
    tumours: int | None = None
    traits: LesionTraits | None = None
    radius_mm: float | None = None
    slice_spacing_mm: float | None = None
    n_slices: int | None = None
    contrast: Literal["none", "arterial", "venous"] | None = None
    noise: float | None = None
    box_margin_px: float = 2.0
    box_jitter_px: float = 0.0
