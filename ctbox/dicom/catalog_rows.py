"""Instance headers as rows of a catalogue, and back without loss.

Slices of one series say nearly all the same, so this is kept once: what a header shares with its
neighbours becomes one `common` text, and a row holds what differs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from ctbox.dicom.archives import MemberSpan
from ctbox.dicom.geometry import compute_position_along_normal
from ctbox.dicom.header import InstanceHeader, SeriesAttributes
from ctbox.dicom.listing import SkippedFile
from ctbox.dicom.reading import read_header
from ctbox.dicom.series import InstanceSource, Slice, Vector3, VoiWindow

_ATTRIBUTES = tuple(field.name for field in fields(SeriesAttributes))
# Read again by name: a field that is added to Slice is kept without a line here.
_VARYING = frozenset(
    {
        "sop_instance_uid", "source", "instance_number", "acquisition_number",
        "image_position_mm", "position_along_normal_mm", "frame",
    }
)  # fmt: skip
_SHARED = tuple(field.name for field in fields(Slice) if field.name not in _VARYING)
_MAX_INTEGER = 2**63 - 1

InstanceRow = tuple[Any, ...]
"""Place in the batch, common, series UID, SOP UID, frame, numbers, position, time."""


@dataclass(frozen=True, slots=True)
class HeaderBatch:
    """Files of one folder, or members of one archive, to read the headers of.

    Parameters
    ----------
    place : str
        The folder, or the archive.
    names : tuple of str
        File names, or names of members.
    spans : tuple of MemberSpan
        Where the members lie; empty for files.
    """

    place: str
    names: tuple[str, ...]
    spans: tuple[MemberSpan, ...] = ()

    def list_sources(self) -> list[InstanceSource]:
        """Return where the bytes lie."""
        place = Path(self.place)
        if not self.spans:
            return [InstanceSource(place / name) for name in self.names]
        pairs = zip(self.names, self.spans, strict=True)
        return [InstanceSource(place, name, span) for name, span in pairs]


@dataclass(frozen=True, slots=True)
class HeaderRows:
    """What was read of a batch; counted by the place of each file in it.

    Parameters
    ----------
    commons : tuple of str
        Texts that rows refer to by place.
    rows : tuple of InstanceRow
        One a slice.
    skipped : tuple of (int, str)
        File and reason.
    """

    commons: tuple[str, ...]
    rows: tuple[InstanceRow, ...]
    skipped: tuple[tuple[int, str], ...]


def read_batch(batch: HeaderBatch) -> HeaderRows:
    """Read the headers of a batch; what cannot be read is named with its reason."""
    places: dict[tuple[object, ...], int] = {}
    rows: list[InstanceRow] = []
    skipped: list[tuple[int, str]] = []
    for number, source in enumerate(batch.list_sources()):
        found = read_header(source)
        if isinstance(found, SkippedFile):
            skipped.append((number, found.reason))
            continue
        for header in found:
            common = places.setdefault(_share(header), len(places))
            rows.append((number, common, *_vary(header)))
    return HeaderRows(tuple(map(_format_common, places)), tuple(rows), tuple(skipped))


def _share(header: InstanceHeader) -> tuple[object, ...]:
    slice_ = header.slice_
    return (header.attributes, *(getattr(slice_, name) for name in _SHARED))


def _format_common(shared: tuple[Any, ...]) -> str:
    attributes, *values = shared
    body = {name: getattr(attributes, name) for name in _ATTRIBUTES}
    of_slice = dict(zip(_SHARED, values, strict=True))
    of_slice["windows"] = [[w.center, w.width, w.name] for w in of_slice["windows"]]
    return json.dumps([body, of_slice], ensure_ascii=True, separators=(",", ":"))


def _vary(header: InstanceHeader) -> tuple[Any, ...]:
    slice_ = header.slice_
    place = slice_.image_position_mm or (None, None, None)
    return (
        header.series_instance_uid,
        slice_.instance_uid,
        slice_.frame,
        _fit(slice_.instance_number),
        _fit(slice_.acquisition_number),
        *place,
        header.time_s,
    )


def _fit(number: int | None) -> int | str | None:
    """Return a number that SQLite can hold: beyond 64 bits as text."""
    return number if number is None or abs(number) <= _MAX_INTEGER else str(number)


def build_header(common: str, varying: Sequence[Any], source: InstanceSource) -> InstanceHeader:
    """Return the header that `read_batch` has read.

    Parameters
    ----------
    common : str
        Its common text.
    varying : sequence
        Series UID, SOP UID, frame, instance and acquisition number, x, y, z, time.
    source : InstanceSource
        Where its bytes lie.
    """
    attributes, shared = _parse_common(common)
    series_uid, sop_uid, frame, number, acquisition, x, y, z, time_s = varying
    position: Vector3 | None = None if x is None else (x, y, z)
    orientation, along = shared["image_orientation"], None
    if position is not None and orientation is not None:
        along = compute_position_along_normal(position, orientation)
    slice_ = Slice(
        sop_instance_uid=sop_uid if frame is None else f"{sop_uid}#{frame + 1}",
        source=source,
        instance_number=_unfit(number),
        acquisition_number=_unfit(acquisition),
        image_position_mm=position,
        position_along_normal_mm=along,
        frame=frame,
        **shared,
    )
    return InstanceHeader(slice_, series_uid, time_s, attributes)


def _unfit(number: int | str | None) -> int | None:
    return None if number is None else int(number)


@lru_cache(maxsize=64)
def _parse_common(common: str) -> tuple[SeriesAttributes, dict[str, Any]]:
    body, shared = json.loads(common)
    windows = tuple(VoiWindow(*each) for each in shared.pop("windows"))
    values = {name: tuple(v) if isinstance(v, list) else v for name, v in shared.items()}
    return SeriesAttributes(**body), {**values, "windows": windows}
