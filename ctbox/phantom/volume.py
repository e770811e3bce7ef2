"""Phantoms: synthetic chest CT volumes with tumours and their truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctbox.phantom.config import LETTERS, KernelName, PhantomConfig
from ctbox.phantom.frame import Frame
from ctbox.phantom.kernels import (
    Kernel,
    compute_noise_factor,
    compute_noise_map,
    draw_kernel,
    draw_streaks,
    reconstruct,
)
from ctbox.phantom.patient import Patient
from ctbox.phantom.planning import ScanPlan, plan_scan
from ctbox.phantom.scan import CleanVolume, paint_scan
from ctbox.phantom.tumours import BoxHabit, PhantomLesion, TumourPlan, grow_tumours
from ctbox.progress import TaskContext

__all__ = [
    "LETTERS",
    "PhantomConfig",
    "PhantomScan",
    "PhantomVolume",
    "make_phantom",
    "make_scan",
    "run_scan",
]


@dataclass(frozen=True, slots=True)
class PhantomVolume:
    """A synthetic CT series.

    Parameters
    ----------
    hu : ndarray
        int16 (n, rows, columns), −1024…3071 HU, most cranial slice first, as seen from the
        feet: the patient's right is on the left.
    pixel_spacing_mm : tuple of float
        Row and column spacing.
    slice_spacing_mm, slice_thickness_mm : float
        Distance of neighbouring slices, and thickness of each.
    positions_mm : ndarray
        float64 (n,): z of each slice in the patient's system (LPS), decreasing.
    lesions : tuple of PhantomLesion
        The tumours with masks, boxes, and axes.
    letter : str
        Subtype letter.
    kernel : str
        "soft" or "sharp".
    patient : Patient
        The body that was drawn.
    landmarks : dict of str to tuple
        Slice, row, column of a voxel well inside some organs, for those in the scan.
    """

    hu: NDArray[np.int16]
    pixel_spacing_mm: tuple[float, float]
    slice_spacing_mm: float
    slice_thickness_mm: float
    positions_mm: NDArray[np.float64]
    lesions: tuple[PhantomLesion, ...]
    letter: str
    kernel: str
    patient: Patient
    landmarks: dict[str, tuple[int, int, int]]

    def boxes_on(self, index: int) -> list[PhantomLesion]:
        """Return the lesions that have a box on a slice."""
        return [lesion for lesion in self.lesions if index in lesion.boxes]


@dataclass(frozen=True, slots=True)
class PhantomScan:
    """A scanned phantom, of which series with different kernels can be reconstructed.

    Parameters
    ----------
    clean : CleanVolume
        The chest with its tumours, sharp and without noise.
    frame : Frame
        How the patient lies in the image.
    spacing_mm : float
        Distance of the slices, and their thickness.
    lesions : tuple of PhantomLesion
        The tumours.
    letter : str
        Subtype letter.
    noise : float
        Scale of the noise.
    seed : int
        Seed of kernels and noise.
    is_round : bool
        Whether the maker reconstructs the inscribed circle alone and pads the corners.
    """

    clean: CleanVolume
    frame: Frame
    spacing_mm: float
    lesions: tuple[PhantomLesion, ...]
    letter: str
    noise: float
    seed: int
    is_round: bool

    def reconstruct(self, kernel: KernelName) -> PhantomVolume:
        """Return the series that a kernel makes of this scan; the same each time.

        Raises
        ------
        ValueError
            If there is no such kernel.
        """
        chosen = draw_kernel(kernel, np.random.default_rng([self.seed, 8]))
        planes = [self.reconstruct_slice(index, chosen) for index in range(len(self.clean.hu))]
        pixel = self.frame.spacing_mm
        return PhantomVolume(
            hu=np.stack(planes),
            pixel_spacing_mm=(pixel, pixel),
            slice_spacing_mm=self.spacing_mm,
            slice_thickness_mm=self.spacing_mm,
            positions_mm=self.clean.positions_mm,
            lesions=self.lesions,
            letter=self.letter,
            kernel=kernel,
            patient=self.frame.patient,
            landmarks=find_landmarks(self.frame, self.clean.positions_mm, self.spacing_mm),
        )

    def reconstruct_slice(self, index: int, kernel: Kernel) -> NDArray[np.int16]:
        """Return one slice, int16 (rows, columns), as a kernel shows it."""
        plane, pixel = self.clean.hu[index], self.frame.spacing_mm
        # Both kernels filter the noise of the same rays, so both start from the same seed.
        rng = np.random.default_rng([self.seed, 9, index])
        level = kernel.noise_hu * self.noise
        level *= compute_noise_factor(kernel, pixel, self.spacing_mm)
        noise_map = compute_noise_map(plane, level, pixel)
        image = reconstruct(plane, kernel, pixel, noise_map, rng)
        streaks = draw_streaks(plane, level, pixel, rng)
        total = np.clip(np.rint(image + streaks), -1024, 3071)
        if self.is_round:
            total[find_corners(self.frame.rows)] = -1024
        return np.asarray(total, dtype=np.int16)


def make_phantom(config: PhantomConfig, rng: np.random.Generator) -> PhantomVolume:
    """Make a phantom: one synthetic chest CT series with its tumours.

    Parameters
    ----------
    config : PhantomConfig
        What it shall be like; the rest is drawn.
    rng : numpy.random.Generator
        Source of randomness: the same state gives the same phantom.

    Raises
    ------
    ValueError
        If the configuration names no such letter, kernel or contrast, or has no slice or row.
    """
    return make_scan(config, rng).reconstruct(config.kernel)


def make_scan(
    config: PhantomConfig, rng: np.random.Generator, ctx: TaskContext | None = None
) -> PhantomScan:
    """Make a phantom's scan, of which `reconstruct` makes series; see `make_phantom`."""
    return run_scan(plan_scan(config, rng), ctx)


def run_scan(plan: ScanPlan, ctx: TaskContext | None = None) -> PhantomScan:
    """Paint a planned phantom; with a context it can be cancelled at every slice.

    Raises
    ------
    TaskCancelledError
        If cancelled.
    """
    config, frame, spacing, rng = plan.config, plan.frame, plan.spacing_mm, plan.rng
    clean = paint_scan(frame, plan.positions_mm, spacing, ctx)
    count = int(rng.choice([1, 2, 3], p=[0.6, 0.28, 0.12]))
    tumours = TumourPlan(
        plan.letter,
        count if config.tumours is None else config.tumours,
        BoxHabit(config.box_margin_px, config.box_jitter_px),
        config.traits,
        config.radius_mm,
    )
    step = (spacing, frame.spacing_mm, frame.spacing_mm)
    lesions = tuple(grow_tumours(clean, step, tumours, rng))
    noise = float(np.clip(rng.lognormal(0, 0.18), 0.6, 1.6))
    noise = noise if config.noise is None else config.noise
    seed, is_round = int(rng.integers(2**32)), bool(rng.random() < 0.5)
    return PhantomScan(clean, frame, spacing, lesions, plan.letter, noise, seed, is_round)


def find_corners(rows: int) -> NDArray[np.bool_]:
    """Return the pixels (rows, rows) outside the circle that round scans reconstruct."""
    y, x = np.ogrid[:rows, :rows]
    middle = (rows - 1) / 2
    return np.asarray((y - middle) ** 2 + (x - middle) ** 2 > (rows / 2) ** 2)


# A point well inside each organ, x, y, z of the standard body, mm.
_LANDMARKS = {
    "trachea": (0.5, 10.0, 60.0),
    "ascending_aorta": (-16.0, -25.0, -12.0),
    "descending_aorta": (21.0, 44.5, -62.0),
    "left_ventricle": (38.0, -20.0, -97.0),
    "vertebra": (0.0, 54.5, -4.0),
    "liver": (-55.0, 5.0, -150.0),
    "right_lung": (-85.0, 15.0, -20.0),
    "left_lung": (88.0, 20.0, -20.0),
    "paraspinal_muscle": (30.0, 122.0, -60.0),
}


def find_landmarks(
    frame: Frame, positions_mm: NDArray[np.float64], spacing_mm: float
) -> dict[str, tuple[int, int, int]]:
    """Return slice, row and column of a voxel inside some organs, for those in the scan."""
    image = frame.to_image(np.array(list(_LANDMARKS.values())))
    found = {}
    for name, (row, column, height) in zip(_LANDMARKS, image, strict=True):
        index = int(np.abs(positions_mm - height).argmin())
        inside = 0 <= row < frame.rows - 1 and 0 <= column < frame.rows - 1
        if inside and abs(positions_mm[index] - height) <= spacing_mm:
            found[name] = (index, round(row), round(column))
    return found
