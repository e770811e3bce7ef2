"""Stored values to HU, colour and display (PS3.3 C.7.6.3, C.11.1, C.11.2).

*HU of a CT slice* are int16: slope and intercept applied, rounded half to even where the slope
is fractional, clipped to −1024…32767. Pixels that hold no measurement (Pixel Padding Value and
Range Limit) become −1024, as air; so does what scanners store below it (GE fills the outside of
its circle with −2000, which is −3024 HU).

*MONOCHROME1* says that low values are to be displayed bright, after all value transformations
(PS3.3 C.7.6.3.1.2). It changes nothing in the meaning of a value, so HU are left alone and the
display is inverted: pass ``inverted=slice_.is_inverted`` to `apply_window`.

*Display* maps a window linearly as PS3.3 C.11.2.1.2.1 says. For a window that is shown on many
slices, build its table once (`build_window_lut`) and apply it with `apply_lut`, which is ten times
faster than the formula.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ctbox.dicom.color import apply_color_space, apply_palette
from ctbox.dicom.encapsulation import FrameError
from ctbox.dicom.pixel_format import PixelFormat, StoredValues
from ctbox.dicom.series import Series, Slice
from ctbox.dicom.stored import HINT, read_stored
from ctbox.errors import DicomReadError
from ctbox.progress import Progress, TaskContext

AIR_HU = -1024
MAX_HU = 32767

Hu = NDArray[np.int16]


def read_hu(slice_: Slice, out: Hu | None = None) -> NDArray[np.int16] | NDArray[np.float32]:
    """Read a grayscale slice.

    Parameters
    ----------
    slice_ : Slice
        Which.
    out : ndarray, optional
        int16 (rows, columns) to write the HU of a CT slice into; it is what comes back then.
        Left alone for other modalities.

    Returns
    -------
    ndarray
        Shape (rows, columns). For CT int16 in HU (see the module's text); for other modalities
        float32, rescaled by slope and intercept, padding set to the lowest other value.

    Raises
    ------
    DicomReadError
        If the file is gone, truncated, damaged, in colour, or not the one that was scanned.
    """
    name = slice_.source.display
    if slice_.is_color:
        raise DicomReadError(f"{name} is a colour image: it holds no HU.", source=name)
    stored = read_stored(slice_)
    pixels = stored.pixels
    if pixels.is_color:
        raise DicomReadError(f"{name} is a colour image now. {HINT}", source=name)
    image = stored.values.reshape(pixels.rows, pixels.columns)
    return _to_hu(image, pixels, out) if pixels.is_ct else _to_float(image, pixels)


def read_rgb(slice_: Slice) -> NDArray[np.uint8]:
    """Read a colour slice, of whatever colour space or palette.

    Returns
    -------
    ndarray
        uint8 (rows, columns, 3), red, green, blue.

    Raises
    ------
    DicomReadError
        If the file is gone, truncated, damaged, not in colour, or not the one that was scanned.
    """
    name = slice_.source.display
    if not slice_.is_color:
        raise DicomReadError(f"{name} is not a colour image.", source=name)
    stored = read_stored(slice_)
    try:
        if stored.pixels.is_color:
            return apply_color_space(stored.values, stored.pixels)
        return apply_palette(stored.values, stored.pixels, stored.elements)
    except FrameError as error:
        raise DicomReadError(f"{name}: {error}", HINT, name) from error


def read_volume(series: Series, ctx: TaskContext | None = None) -> Hu:
    """Read all slices of a CT series.

    Parameters
    ----------
    series : Series
        The series.
    ctx : TaskContext, optional
        Told of progress and asked to stop, once a slice.

    Returns
    -------
    ndarray
        int16 HU (n, rows, columns) in the order of `series.slices`; see the module's text.

    Raises
    ------
    DicomReadError
        If the series is not CT, or as `read_hu` for the first slice that cannot be read.
    TaskCancelledError
        If `ctx` was cancelled.
    """
    ctx = ctx or TaskContext()
    total = len(series.slices)
    volume: Hu = np.empty((total, series.rows, series.columns), dtype=np.int16)
    for index, slice_ in enumerate(series.slices):
        ctx.check()
        ctx.report(Progress(index, total, "Reading slices"))
        if read_hu(slice_, volume[index]).dtype != np.int16:
            name = slice_.source.display
            raise DicomReadError(f"{name} is not CT: it holds no HU.", "Choose a CT series.", name)
    ctx.report(Progress(total, total, "Reading slices"))
    return volume


def _find_padding(
    raw: StoredValues, values: StoredValues, padding: tuple[int, int]
) -> NDArray[np.bool]:
    """Return where there is no pixel; looked for before and after unused bits are cut off.

    A 12-bit file may hold the padding −2000 as 63536, in the bits that pixels do not use.
    """
    low, high = padding
    mask = (raw >= low) & (raw <= high)
    if values is not raw:
        mask |= (values >= low) & (values <= high)
    return mask


def drop_unused_bits(stored: StoredValues, pixels: PixelFormat) -> StoredValues:
    """Return the stored values without the bits that do not belong to them (PS3.5 8.1.1).

    Unused bits may hold overlays or the sign; shifting up and down again drops them and,
    in signed types, carries the sign.

    Parameters
    ----------
    stored : ndarray
        Of any shape, in the machine's byte order.
    pixels : PixelFormat
        Which bits belong to them.

    Returns
    -------
    ndarray
        Same shape and dtype; `stored` itself where every bit belongs to it.
    """
    above = pixels.bits_allocated - 1 - pixels.high_bit
    below = pixels.bits_allocated - pixels.bits_stored
    if below == 0:
        return stored
    return (stored << above) >> below


def _to_hu(raw: StoredValues, pixels: PixelFormat, out: Hu | None = None) -> Hu:
    hu: Hu = np.empty(raw.shape, np.int16) if out is None else out
    values = drop_unused_bits(raw, pixels)
    slope, intercept = pixels.slope, pixels.intercept
    is_shift = slope == 1 and intercept.is_integer() and abs(intercept) <= MAX_HU
    if is_shift:
        _shift(values, int(intercept), hu)
    else:
        hu[...] = _rescale(values, slope, intercept)
    if pixels.padding is not None:
        hu[_find_padding(raw, values, pixels.padding)] = AIR_HU
    return hu


def _shift(values: StoredValues, intercept: int, hu: Hu) -> None:
    """Add an integer intercept, clipping first: two passes over 16 bits and no wider type."""
    if values.dtype.itemsize != 2:
        hu[...] = np.clip(values.astype(np.int64) + intercept, AIR_HU, MAX_HU)
        return
    limits = np.iinfo(values.dtype)
    low = min(max(AIR_HU - intercept, int(limits.min)), int(limits.max))
    high = max(min(MAX_HU - intercept, int(limits.max)), low)
    np.clip(values, low, high, out=hu.view(values.dtype))
    # Modulo 2^16 the sum is right for signed and unsigned alike, as the result fits.
    hu.view(np.uint16)[...] += np.uint16(intercept & 0xFFFF)


def _rescale(values: StoredValues, slope: float, intercept: float) -> Hu:
    hu = values.astype(np.float64) * slope + intercept
    return np.clip(np.rint(hu), AIR_HU, MAX_HU).astype(np.int16)


def _to_float(raw: StoredValues, pixels: PixelFormat) -> NDArray[np.float32]:
    values = drop_unused_bits(raw, pixels)
    image = values.astype(np.float32) * np.float32(pixels.slope) + np.float32(pixels.intercept)
    if pixels.padding is not None:
        padding = _find_padding(raw, values, pixels.padding)
        if padding.any() and not padding.all():
            image[padding] = image[~padding].min()
    return image


def apply_window(
    values: NDArray[np.int16] | NDArray[np.float32],
    center: float,
    width: float,
    *,
    inverted: bool = False,
) -> NDArray[np.uint8]:
    """Map values to gray through a window (PS3.3 C.11.2.1.2.1, function LINEAR).

    Parameters
    ----------
    values : ndarray
        HU or other values, any shape.
    center, width : float
        The window. A width below 1, which the standard forbids, counts as 1: a threshold.
    inverted : bool, optional
        Low values bright, for MONOCHROME1.

    Returns
    -------
    ndarray
        uint8 of the same shape, 0 at and below the window, 255 above, rounded half up.
    """
    if values.dtype == np.int16:
        return apply_lut(values.view(np.int16), build_window_lut(center, width, inverted=inverted))
    return _map_window(values, center, width, inverted)


def _map_window(
    values: NDArray[np.floating] | NDArray[np.integer], center: float, width: float, inverted: bool
) -> NDArray[np.uint8]:
    width = max(width, 1.0)
    offset = values.astype(np.float64) - (center - 0.5)
    gray = (offset / (width - 1) + 0.5) * 255 if width > 1 else np.where(offset > 0, 255.0, 0.0)
    gray = np.floor(np.clip(gray, 0, 255) + 0.5)
    # NaN has no gray; black is as good as any and casts without a warning.
    gray = np.nan_to_num(255 - gray if inverted else gray, nan=0.0)
    return gray.astype(np.uint8)


def build_window_lut(center: float, width: float, *, inverted: bool = False) -> NDArray[np.uint8]:
    """Return a table of a window for every int16 value; parameters as `apply_window`.

    Returns
    -------
    ndarray
        uint8 (65536,), indexed by an int16 value seen as uint16, as `apply_lut` does.
    """
    values = np.arange(65536, dtype=np.uint16).view(np.int16)
    return _map_window(values, center, width, inverted)


def apply_lut(
    hu: NDArray[np.int16], lut: NDArray[np.uint8], out: NDArray[np.uint8] | None = None
) -> NDArray[np.uint8]:
    """Map HU to gray through a table of `build_window_lut`.

    Parameters
    ----------
    hu : ndarray
        int16, any shape.
    lut : ndarray
        uint8 (65536,).
    out : ndarray, optional
        uint8 buffer of the same shape to write into; a new one if not given.
    """
    buffer = np.empty(hu.shape, np.uint8) if out is None else out
    # mode="clip" skips the bounds check that no 16-bit index can fail.
    return np.take(lut, hu.view(np.uint16), out=buffer, mode="clip")
