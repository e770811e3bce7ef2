"""Reading a series, beside what one would read it with otherwise; all warm, in one process."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np


def read_ctbox(folder: Path) -> np.ndarray:
    """Scan, group, sort, read: what a command of ctbox does."""
    from ctbox.dicom.pixels import read_volume
    from ctbox.dicom.reading import read_series

    (series,) = read_series(folder).series
    return read_volume(series)


def read_pydicom(folder: Path) -> np.ndarray:
    """One file at a time, rescaled and sorted by position."""
    from pydicom import dcmread

    slices = [dcmread(path) for path in sorted(folder.iterdir())]
    slices.sort(key=lambda each: -float(each.ImagePositionPatient[2]))
    volume = np.empty((len(slices), slices[0].Rows, slices[0].Columns), np.int16)
    for place, each in enumerate(slices):
        volume[place] = each.pixel_array * int(each.RescaleSlope) + int(each.RescaleIntercept)
    return volume


def read_simpleitk(folder: Path) -> np.ndarray:
    """Its series reader with GDCM's own order of files."""
    import SimpleITK

    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    return np.asarray(SimpleITK.GetArrayViewFromImage(reader.Execute())).astype(np.int16)


def read_dicomsdl(folder: Path) -> np.ndarray:
    """One file at a time, sorted by position."""
    import dicomsdl

    found = []
    for path in sorted(folder.iterdir()):
        dataset = dicomsdl.open_file(str(path))
        place = -float(dataset.ImagePositionPatient[2])
        found.append((place, dataset.pixelData().astype(np.int16)))
    found.sort(key=lambda each: each[0])
    return np.stack([image for _, image in found])


def read_bytes(folder: Path) -> int:
    """Nothing but the files' bytes."""
    return sum(len(path.read_bytes()) for path in sorted(folder.iterdir()))


READERS: dict[str, Callable[[Path], object]] = {
    "ctbox, without a window": read_ctbox,
    "pydicom, one file at a time": read_pydicom,
    "SimpleITK's series reader": read_simpleitk,
    "dicomsdl, one file at a time": read_dicomsdl,
    "merely the bytes": read_bytes,
}


def time_readers(folder: Path, repeats: int) -> dict[str, float | None]:
    """Return the median seconds of each reader; None where it is not installed.

    The readers take turns, so that a busy moment of the machine strikes all of them.
    """
    seconds: dict[str, list[float]] = {}
    missing: set[str] = set()
    for _ in range(repeats + 1):
        for name, read in READERS.items():
            if name in missing:
                continue
            gc.collect()
            started = time.perf_counter()
            try:
                read(folder)
            except ImportError:
                missing.add(name)
                continue
            seconds.setdefault(name, []).append(time.perf_counter() - started)
    return {
        # The first round warms the files and the imports.
        name: None if name in missing else statistics.median(seconds[name][1:])
        for name in READERS
    }
