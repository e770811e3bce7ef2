"""The first slice of a folder or archive, read before all the headers are.

Only two headers are looked at: those of the first and the last file by name, of which the more
cranial slice is shown. Where a place does not lead to one single folder nobody knows yet which
of its series will be shown, and there is no first slice.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from ctbox.dicom.archives import is_archive, list_members
from ctbox.dicom.grouping import build_series
from ctbox.dicom.header import InstanceHeader
from ctbox.dicom.listing import SkippedFile, is_archive_name, is_passed_over
from ctbox.dicom.pixels import read_hu, read_rgb
from ctbox.dicom.reading import read_header
from ctbox.dicom.series import InstanceSource, Series
from ctbox.errors import CtboxError

_MOST_DEEP = 8
_NUMBER = re.compile(r"(\d+)")


@dataclass(frozen=True, eq=False)
class FirstSlice:
    """One slice of what is being opened.

    Parameters
    ----------
    series : Series
        Its series, with this slice alone.
    pixels : ndarray
        HU (rows, columns), or colours uint8 (rows, columns, 3).
    """

    series: Series
    pixels: NDArray[np.generic]

    @property
    def sop_instance_uid(self) -> str:
        """Which slice it is."""
        return self.series.slices[0].sop_instance_uid


def read_first_slice(path: Path) -> FirstSlice | None:
    """Read one slice ahead of all others, in a few milliseconds.

    Parameters
    ----------
    path : pathlib.Path
        Folder or ZIP archive.

    Returns
    -------
    FirstSlice or None
        None where it is not clear which slice that would be, or where it cannot be read: reading
        the whole place tells why. PET waits too, for its values become SUV only later.
    """
    try:
        headers = _read_headers(_find_ends(path))
        if not headers:
            return None
        series = build_series(headers)[0]
        if series.modality == "PT":
            return None
        slice_ = series.slices[0]
        pixels: NDArray[np.generic] = read_rgb(slice_) if slice_.is_color else read_hu(slice_)
    except (CtboxError, OSError):
        return None
    return FirstSlice(replace(series, slices=(slice_,), problems=()), pixels)


def _read_headers(sources: Iterable[InstanceSource]) -> list[InstanceHeader]:
    found = (read_header(source) for source in sources)
    return [each for header in found if not isinstance(header, SkippedFile) for each in header]


def _find_ends(path: Path) -> tuple[InstanceSource, ...]:
    """Return the first and the last file of a place that leads to one folder of files."""
    if path.is_dir():
        folder = _find_folder(path)
        names = [] if folder is None else _list_names(folder)[1]
        return tuple(InstanceSource(Path(folder or path, name)) for name in _pick_ends(names))
    if not is_archive(path):
        return ()
    spans = {
        name: span
        for name, span in list_members(path).members
        if not is_passed_over(PurePosixPath(name).name) and not is_archive_name(name)
    }
    if len({PurePosixPath(name).parent for name in spans}) != 1:
        return ()
    return tuple(InstanceSource(path, name, spans[name]) for name in _pick_ends(list(spans)))


def _find_folder(path: Path) -> Path | None:
    """Follow folders that hold nothing but one other, down to the files."""
    for _ in range(_MOST_DEEP):
        folders, names = _list_names(path)
        if names:
            return None if folders or any(map(is_archive_name, names)) else path
        if len(folders) != 1:
            return None
        path = path / folders[0]
    return None


def _list_names(folder: Path) -> tuple[list[str], list[str]]:
    folders, names = [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                folders.append(entry.name)
            elif entry.is_file() and not is_passed_over(entry.name):
                names.append(entry.name)
    return folders, names


def _pick_ends(names: Sequence[str]) -> tuple[str, ...]:
    if not names:
        return ()
    first, last = min(names, key=_count_up), max(names, key=_count_up)
    return (first,) if first == last else (first, last)


def _count_up(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sort numbers in names by their value: 2.dcm comes before 10.dcm."""
    return tuple(
        (0, int(part), "") if part.isdigit() else (1, 0, part)
        for part in _NUMBER.split(name)
        if part
    )
