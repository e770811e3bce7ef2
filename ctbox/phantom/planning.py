"""Draw a phantom's patient, field of view and slices, before anything is painted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctbox.phantom.config import LETTERS, PhantomConfig
from ctbox.phantom.frame import Frame, make_frame
from ctbox.phantom.patient import Patient, draw_patient
from ctbox.phantom.wall import find_extent, make_wall


@dataclass(frozen=True, slots=True)
class ScanPlan:
    """A phantom that has been drawn, but not yet painted.

    Parameters
    ----------
    config : PhantomConfig
        What was asked for.
    patient : Patient
        Who.
    frame : Frame
        How the patient lies in the image.
    letter : str
        Subtype letter.
    spacing_mm : float
        Distance of the slices.
    positions_mm : ndarray
        float64 (n,): heights of the slices over the carina, decreasing.
    rng : numpy.random.Generator
        What the tumours and the noise are drawn from.
    """

    config: PhantomConfig
    patient: Patient
    frame: Frame
    letter: str
    spacing_mm: float
    positions_mm: NDArray[np.float64]
    rng: np.random.Generator


def plan_scan(config: PhantomConfig, rng: np.random.Generator) -> ScanPlan:
    """Draw patient, field of view and slices of a phantom, which takes no time.

    Raises
    ------
    ValueError
        As `make_phantom`.
    """
    _check(config)
    patient = draw_patient(rng, config.contrast)
    letter = config.letter or str(rng.choice(LETTERS))
    frame = _place_patient(patient, config.rows, rng)
    spacing = config.slice_spacing_mm or float(rng.choice([5.0, 8.0, 10.0], p=[0.7, 0.1, 0.2]))
    positions = _choose_positions(patient, spacing, config.n_slices, rng)
    return ScanPlan(config, patient, frame, letter, spacing, positions, rng)


def _check(config: PhantomConfig) -> None:
    if config.letter is not None and config.letter not in LETTERS:
        raise ValueError(f"The letter must be one of {LETTERS}, got {config.letter!r}.")
    if config.rows < 64:
        raise ValueError(f"A phantom needs at least 64 rows, got {config.rows}.")
    if config.n_slices is not None and config.n_slices < 1:
        raise ValueError(f"A phantom needs at least one slice, got {config.n_slices}.")


def _place_patient(patient: Patient, rows: int, rng: np.random.Generator) -> Frame:
    """Lay the patient on the couch: choose the field of view and where the body lies in it."""
    wide, deep = find_extent(make_wall(patient).compute_tables(-70.0).skin)
    width = (wide[1] - wide[0]) * patient.stretch[0]
    # At 512 columns 0.6…0.9 mm, as in the collection: the chest fits, broad shoulders may not.
    pixel = float(np.clip(width * rng.uniform(1.04, 1.2) / 512, 0.6, 0.9)) * 512 / rows
    middle = (deep[0] + deep[1]) / 2 * patient.stretch[1] / pixel
    centre = (
        rows / 2 - middle + float(rng.normal(0, 0.015)) * rows,
        rows / 2 + float(rng.normal(0, 0.012)) * rows,
    )
    return make_frame(patient, rows, pixel, centre)


def _choose_positions(
    patient: Patient, spacing: float, n_slices: int | None, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return heights over the carina, mm, from the shoulders to below the lowest lung."""
    scale = patient.stretch[2]
    top = patient.apex_mm * scale + rng.uniform(12, 38)
    bottom = (min(patient.dome_mm) - 75) * scale - rng.uniform(0, 20)
    count = int((top - bottom) / spacing) + 1
    if n_slices is not None and n_slices < count:
        middle = (patient.apex_mm + min(patient.dome_mm)) / 2 * scale
        top, count = middle + (n_slices - 1) / 2 * spacing, n_slices
    return np.asarray(np.round(top, 1) - spacing * np.arange(count))
