"""The scanner's last step: a reconstruction kernel's edges, and its noise."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from ctbox.phantom.fields import FloatArray, apply_mtf, build_noise_model

_WATER_HU = (-1024, 3071)


@dataclass(frozen=True, slots=True)
class Kernel:
    """A reconstruction kernel.

    Parameters
    ----------
    name : str
        "soft" or "sharp".
    edge : float
        Height of the edge enhancement: 0 rounds edges, above 0 they overshoot.
    cutoff_per_mm : float
        Frequency, cycles a mm, at which the transfer falls to 1/e of its unenhanced course.
    noise_edge : float
        Edge enhancement as it shows in the noise.
    noise_cutoff_per_mm : float
        As `cutoff_per_mm`, for the noise.
    noise_hu : float
        Typical standard deviation in the middle of the chest for a 5 mm slice.
    """

    name: str
    edge: float
    cutoff_per_mm: float
    noise_edge: float
    noise_cutoff_per_mm: float
    noise_hu: float


# Fitted to noise spectra of soft (STANDARD, B40f, B) and lung (LUNG, B70f, L) series: standard
# deviations of 8…11 and 27…48 HU, neighbours correlated by 0.45…0.7 and 0…0.3.
SOFT = Kernel("soft", 0.0, 0.36, 0.3, 0.32, 9.5)
SHARP = Kernel("sharp", 1.1, 0.42, 2.4, 0.46, 33.0)
KERNELS = {kernel.name: kernel for kernel in (SOFT, SHARP)}


def draw_kernel(name: str, rng: np.random.Generator) -> Kernel:
    """Return a kernel of this name with the small differences between makers.

    Raises
    ------
    ValueError
        If there is no such kernel.
    """
    if name not in KERNELS:
        raise ValueError(f"The kernel must be one of {sorted(KERNELS)}, got {name!r}.")
    base = KERNELS[name]
    return replace(
        base,
        edge=base.edge * float(rng.uniform(0.6, 1.4)),
        cutoff_per_mm=base.cutoff_per_mm * float(rng.uniform(0.9, 1.12)),
        noise_edge=base.noise_edge * float(rng.uniform(0.6, 1.5)),
        noise_cutoff_per_mm=base.noise_cutoff_per_mm * float(rng.uniform(0.88, 1.12)),
    )


def reconstruct(
    clean: FloatArray,
    kernel: Kernel,
    pixel_mm: float,
    noise_hu: FloatArray,
    rng: np.random.Generator,
) -> NDArray[np.int16]:
    """Return a slice as a kernel shows it.

    Parameters
    ----------
    clean : ndarray
        float32 (rows, columns): sharp, noise-free HU.
    kernel : Kernel
        The kernel.
    pixel_mm : float
        Pixel size.
    noise_hu : ndarray
        float32 (rows, columns) or scalar: local standard deviation, HU.
    rng : numpy.random.Generator
        Source of the noise; the same state gives two kernels noise of the same rays.

    Returns
    -------
    ndarray
        int16 (rows, columns), −1024…3071 HU.
    """
    shape = (clean.shape[0], clean.shape[1])
    frequency = np.hypot(fft.fftfreq(shape[0])[:, None], fft.rfftfreq(shape[1])[None, :])
    transfer = apply_mtf(frequency / pixel_mm, kernel.edge, kernel.cutoff_per_mm)
    image = fft.irfft2(fft.rfft2(clean) * transfer.astype(np.float32), s=shape)
    model = build_noise_model(1.0, kernel.noise_edge, kernel.noise_cutoff_per_mm * pixel_mm)
    image += model.draw((1, *shape), rng)[0] * noise_hu
    return np.clip(np.rint(image), *_WATER_HU).astype(np.int16)


def compute_noise_factor(kernel: Kernel, pixel_mm: float, thickness_mm: float) -> float:
    """Return a kernel's noise relative to pixels of 0.75 mm and slices of 5 mm.

    Thicker slices collect more photons, and large pixels cannot show the noise of high
    frequencies.
    """
    frequency = np.linspace(0.0, 1.2, 400)
    power = frequency**2 * apply_mtf(frequency, kernel.noise_edge, kernel.noise_cutoff_per_mm) ** 2
    shown, reference = (power[frequency < 0.5 / size].sum() for size in (pixel_mm, 0.75))
    return float(np.sqrt(shown / reference * 5.0 / thickness_mm))


def compute_noise_map(clean: FloatArray, noise_hu: float, pixel_mm: float) -> FloatArray:
    """Return the local standard deviation of a slice's noise, float32 (rows, columns).

    More tissue on the way means fewer photons: noise grows with the body's depth along its
    thickest direction, is highest in its middle, and wide shoulders add a lot.
    """
    step = max(1, round(8.0 / pixel_mm))
    water = np.clip(clean[::step, ::step] / 1000 + 1, 0, 2)
    coarse_mm = step * pixel_mm
    path = water.sum(axis=1).max() * coarse_mm
    inside = ndimage.gaussian_filter(np.minimum(water, 1.0), 45.0 / coarse_mm)
    level = noise_hu * np.exp((float(path) - 270) / 330) * (0.35 + 0.75 * inside)
    down, across = (
        _build_interpolation(size, coarse, step)
        for size, coarse in zip(clean.shape, level.shape, strict=True)
    )
    return np.asarray(down @ level.astype(np.float32) @ across.T, dtype=np.float32)


def _build_interpolation(size: int, coarse: int, step: int) -> FloatArray:
    """Return the matrix (size, coarse) that interpolates linearly between every step-th value."""
    position = np.minimum(np.arange(size) / step, coarse - 1)
    weight = 1 - np.abs(position[:, None] - np.arange(coarse)[None, :])
    return np.asarray(np.clip(weight, 0, None), dtype=np.float32)


def draw_streaks(
    clean: FloatArray, noise_hu: float, pixel_mm: float, rng: np.random.Generator
) -> FloatArray:
    """Return the horizontal streaks of photon starvation between the shoulders, HU."""
    step = max(1, round(4.0 / pixel_mm))
    coarse = clean[:, ::step]
    path = np.clip(coarse / 1000 + 1, 0, 2.2).sum(axis=1) * step * pixel_mm
    strength = np.clip((ndimage.gaussian_filter1d(path, 4.0) - 330) / 130, 0, 1.5)
    streaks = rng.standard_normal(clean.shape, dtype=np.float32)
    if float(strength.max()) <= 0:
        return np.zeros_like(clean)
    long = ndimage.uniform_filter1d(streaks, max(3, round(70 / pixel_mm)), axis=1)
    long = ndimage.gaussian_filter1d(long, 0.7, axis=0)
    return np.asarray(long / max(float(long.std()), 1e-6) * (noise_hu * 0.7) * strength[:, None])
