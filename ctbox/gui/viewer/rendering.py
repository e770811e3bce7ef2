"""HU to a picture for the screen: one table look-up a slice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from ctbox.dicom.pixels import apply_window, build_window_lut
from ctbox.dicom.series import VoiWindow

_OPAQUE = np.uint32(0xFF000000)
_GREY = np.uint32(0x00010101)


def build_color_table(window: VoiWindow, *, inverted: bool = False) -> NDArray[np.uint32]:
    """Return the RGB32 colour of every int16 HU, indexed by its bits read as uint16.

    Parameters
    ----------
    window : VoiWindow
        The display window.
    inverted : bool
        Low values bright.

    Returns
    -------
    ndarray
        uint32 (65536,), 0xFFRRGGBB.
    """
    return _to_rgb32(build_window_lut(window.center, window.width, inverted=inverted))


def compute_full_window(pixels: NDArray[np.generic]) -> VoiWindow:
    """Return the window from the darkest to the brightest pixel, for images without HU."""
    finite = pixels[np.isfinite(pixels)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    return VoiWindow((low + high) / 2, max(high - low, 1.0), "Full range")


class SliceRenderer:
    """Makes pictures of slices; keeps the table of the last window and one buffer.

    The picture it returns lives in that buffer: it is valid until the next call.
    """

    def __init__(self) -> None:
        self._shown: tuple[VoiWindow, bool] | None = None
        self._table = np.zeros(65536, dtype=np.uint32)
        self._buffer = np.zeros((0, 0), dtype=np.uint32)

    def render(
        self, pixels: NDArray[np.generic], window: VoiWindow, *, inverted: bool = False
    ) -> QImage:
        """Return a picture of one slice.

        Parameters
        ----------
        pixels : ndarray
            HU int16 or float32 (rows, columns), or colours uint8 (rows, columns, 3), which are
            shown as they are.
        window : VoiWindow
            The display window for HU.
        inverted : bool
            Low values bright.
        """
        if pixels.ndim == 3:
            return self._render_color(pixels)
        self._fit_buffer(pixels.shape)
        if pixels.dtype == np.int16:
            self._fit_table(window, inverted)
            # "clip" spares numpy the check of indices that cannot be out of range.
            bits = np.ascontiguousarray(pixels).view(np.uint16)
            np.take(self._table, bits, out=self._buffer, mode="clip")
        else:
            values = pixels.astype(np.float32, copy=False)
            grey = apply_window(values, window.center, window.width, inverted=inverted)
            self._buffer[...] = _to_rgb32(grey)
        rows, columns = self._buffer.shape
        return QImage(self._buffer.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)

    def _render_color(self, pixels: NDArray[np.generic]) -> QImage:
        rows, columns, _ = pixels.shape
        packed = np.ascontiguousarray(pixels, dtype=np.uint8)
        image = QImage(packed.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888)
        return image.convertToFormat(QImage.Format.Format_RGB32)

    def _fit_table(self, window: VoiWindow, inverted: bool) -> None:
        if (window, inverted) != self._shown:
            self._table = build_color_table(window, inverted=inverted)
            self._shown = (window, inverted)

    def _fit_buffer(self, shape: tuple[int, ...]) -> None:
        if self._buffer.shape != shape:
            self._buffer = np.zeros(shape, dtype=np.uint32)


def _to_rgb32(grey: NDArray[np.uint8]) -> NDArray[np.uint32]:
    return np.asarray(grey.astype(np.uint32) * _GREY | _OPAQUE)
