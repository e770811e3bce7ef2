"""Random fields: smooth ones that bend shapes, and coloured noise like a scanner's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

FloatArray = NDArray[np.float32]


def draw_smooth_field(
    axes_mm: tuple[FloatArray, FloatArray, FloatArray],
    wavelength_mm: float,
    rng: np.random.Generator,
    n_waves: int = 10,
) -> FloatArray:
    """Return a smooth random field of unit variance on a rectangular grid.

    The field is a sum of plane waves in random directions (random Fourier features), so it
    means the same in millimetres whatever the sampling, anisotropic slices included.

    Parameters
    ----------
    axes_mm : tuple of ndarray
        Coordinates along z, y and x, mm, each one-dimensional.
    wavelength_mm : float
        Typical wavelength.
    rng : numpy.random.Generator
        Source of randomness.
    n_waves : int
        Number of plane waves.

    Returns
    -------
    ndarray
        float32 (len(z), len(y), len(x)).
    """
    direction = rng.normal(size=(n_waves, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    number = 2 * np.pi / wavelength_mm * rng.uniform(0.6, 1.4, (n_waves, 1)) * direction
    phase = rng.uniform(0, 2 * np.pi, n_waves)
    # A plane wave is separable as a complex product, which saves a cosine per voxel and wave.
    along = [
        np.exp(1j * (number[:, axis, None] * axes_mm[axis][None, :])).astype(np.complex64)
        for axis in range(3)
    ]
    along[0] *= np.exp(1j * phase)[:, None].astype(np.complex64)
    n_z, n_y, n_x = (len(axis) for axis in axes_mm)
    plane = (along[0][:, :, None] * along[1][:, None, :]).reshape(n_waves, n_z * n_y)
    # Re(P^T X) as two real products: one matrix multiplication does the sum over waves.
    field = plane.real.T @ along[2].real - plane.imag.T @ along[2].imag
    field *= np.sqrt(2.0 / n_waves)
    return np.ascontiguousarray(field.reshape(n_z, n_y, n_x), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class NoiseModel:
    """Noise of a reconstruction: its standard deviation and its colour.

    Parameters
    ----------
    sd_hu : float
        Standard deviation, HU.
    amplitude : ndarray
        float32 (64, 33): amplitude by frequency as `numpy.fft.rfft2` of a 64×64 patch orders
        it, in cycles a pixel.
    """

    sd_hu: float
    amplitude: FloatArray

    def draw(self, shape: tuple[int, int, int], rng: np.random.Generator) -> FloatArray:
        """Return noise (n, rows, columns), HU: coloured in plane, independent between slices."""
        n_slices, rows, columns = shape
        # Never a smaller grid than the model's own, else low frequencies would be lost.
        size = (max(rows, 64), max(columns, 64))
        white = rng.standard_normal((n_slices, *size), dtype=np.float32)
        gain = _resample_amplitude(self.amplitude, size)
        coloured = fft.irfft2(fft.rfft2(white) * gain, s=size)[:, :rows, :columns]
        return np.ascontiguousarray(coloured * self.sd_hu, dtype=np.float32)


def _resample_amplitude(amplitude: FloatArray, size: tuple[int, int]) -> FloatArray:
    """Return the amplitude on another FFT grid, scaled so that white noise keeps variance 1."""
    n_y, n_x = amplitude.shape[0], 2 * (amplitude.shape[1] - 1)
    index_y = np.rint(np.abs(fft.fftfreq(size[0])) * n_y).astype(int)
    index_x = np.rint(fft.rfftfreq(size[1]) * n_x).astype(int)
    gain = amplitude[index_y][:, index_x]
    weight = np.full(gain.shape[1], 2.0)
    weight[0] = 1.0
    if size[1] % 2 == 0:
        weight[-1] = 1.0
    power = float((gain.astype(np.float64) ** 2 * weight).sum() / (size[0] * size[1]))
    return np.asarray(gain / np.sqrt(power), dtype=np.float32)


def build_noise_model(sd_hu: float, peak: float, cutoff: float) -> NoiseModel:
    """Return filtered back-projection noise: power rising with frequency under a kernel's MTF.

    The noise power spectrum of a CT slice is f·|G(f)|² with G the kernel's apodisation
    (Riederer et al., Phys Med Biol 1978). G is taken as a Gaussian with an edge-enhancing bump.

    Parameters
    ----------
    sd_hu : float
        Standard deviation, HU.
    peak : float
        Height of the edge enhancement: 0 for soft kernels, 1…3 for lung kernels.
    cutoff : float
        Frequency (cycles a pixel) where the amplitude has fallen to 1/e.
    """
    frequency = np.hypot(fft.fftfreq(64)[:, None], fft.rfftfreq(64)[None, :])
    # A floor at low frequency: motion, beam hardening and interpolation are never white there.
    power = (frequency + 0.02) * apply_mtf(frequency, peak, cutoff) ** 2
    return NoiseModel(sd_hu, np.sqrt(power).astype(np.float32))


def apply_mtf(frequency: NDArray[np.floating], peak: float, cutoff: float) -> NDArray[np.floating]:
    """Return the modulation transfer at frequencies in cycles a pixel; 1 at zero."""
    ratio = (frequency / cutoff) ** 2
    return np.asarray((1.0 + peak * ratio) * np.exp(-ratio))


def measure_noise(hu: NDArray[np.generic]) -> NoiseModel:
    """Measure the noise of a CT slice from its homogeneous soft-tissue patches.

    Parameters
    ----------
    hu : ndarray
        HU (rows, columns).

    Returns
    -------
    NoiseModel
        From the averaged periodogram of the quietest 32×32 patches of soft tissue; a soft
        kernel at 10 HU where the slice has no such patch.
    """
    patches = _find_flat_patches(np.asarray(hu, dtype=np.float32))
    if len(patches) == 0:
        return build_noise_model(10.0, 0.0, 0.22)
    ramp = np.linspace(-1, 1, 32, dtype=np.float32)
    norm = float((ramp**2).sum() * 32)
    residual = patches - patches.mean(axis=(1, 2), keepdims=True)
    slope_y = (residual * ramp[:, None]).sum(axis=(1, 2), keepdims=True) / norm
    slope_x = (residual * ramp[None, :]).sum(axis=(1, 2), keepdims=True) / norm
    residual -= slope_y * ramp[None, :, None] + slope_x * ramp[None, None, :]
    power = np.mean(np.abs(fft.fft2(residual)) ** 2, axis=0)
    symmetric = (power + np.roll(power[::-1, ::-1], (1, 1), axis=(0, 1))) / 2
    # Anatomy hides in the lowest frequencies: take their neighbours' power instead.
    lowest = np.hypot(fft.fftfreq(32)[:, None], fft.fftfreq(32)[None, :]) < 0.05
    symmetric[lowest] = np.median(symmetric[_ring(0.05, 0.1)])
    sd = float(np.sqrt(symmetric.sum()) / 1024)
    index_y = np.rint(np.abs(fft.fftfreq(64)) * 32).astype(int)
    index_x = np.rint(fft.rfftfreq(64) * 32).astype(int)
    amplitude = np.sqrt(symmetric[index_y][:, index_x]).astype(np.float32)
    return NoiseModel(sd, amplitude)


def _ring(low: float, high: float) -> NDArray[np.bool_]:
    frequency = np.hypot(fft.fftfreq(32)[:, None], fft.fftfreq(32)[None, :])
    return np.asarray((frequency >= low) & (frequency < high))


def _find_flat_patches(hu: FloatArray) -> FloatArray:
    """Return up to 12 of the quietest 32×32 soft-tissue patches (k, 32, 32)."""
    rows, columns = hu.shape
    stride = 8
    if rows < 32 or columns < 32:
        return np.empty((0, 32, 32), dtype=np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(hu, (32, 32))[::stride, ::stride]
    # Judge all windows on 8×8 block means first: cheap, and noise hardly moves them.
    blocks = hu[: rows // 8 * 8, : columns // 8 * 8].reshape(rows // 8, 8, columns // 8, 8)
    means = blocks.mean(axis=(1, 3))
    coarse = np.lib.stride_tricks.sliding_window_view(means, (4, 4))
    n_y, n_x = min(windows.shape[0], coarse.shape[0]), min(windows.shape[1], coarse.shape[1])
    coarse = coarse[:n_y, :n_x]
    low, high = coarse.min(axis=(2, 3)), coarse.max(axis=(2, 3))
    flat = np.argwhere((low > -60) & (high < 260) & (high - low < 60))
    if len(flat) == 0:
        return np.empty((0, 32, 32), dtype=np.float32)
    order = np.argsort((high - low)[flat[:, 0], flat[:, 1]], kind="stable")[:12]
    chosen = flat[order]
    return np.array([windows[y, x] for y, x in chosen], dtype=np.float32)
