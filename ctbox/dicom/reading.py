"""Find and read DICOM instances: a folder, a single file, or ZIP archives read where they lie.

One pass over headers alone; pixels stay on disk (`ctbox.dicom.pixels` reads them later). What
cannot be read is listed with its reason, and the rest goes on.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from ctbox.dicom.grouping import build_series
from ctbox.dicom.header import (
    HEADER_TAGS,
    InstanceHeader,
    find_identity_problem,
    parse_instances,
)
from ctbox.dicom.listing import SkippedFile, describe_failure, list_sources
from ctbox.dicom.pixel_format import find_pixel_problem, parse_pixel_format
from ctbox.dicom.scanning import (
    DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    ScannedHeader,
    inflate_dataset,
    scan_header,
)
from ctbox.dicom.series import InstanceSource, Series
from ctbox.dicom.stored import MAX_INFLATED_BYTES
from ctbox.dicom.transfer_syntax import find_transfer_syntax_problem
from ctbox.errors import ArchiveError
from ctbox.progress import Progress, TaskContext

HEAD_BYTES = (16 * 1024, 256 * 1024, 64 * 1024**2)
"""How much of a file is read until its pixel data come into sight; headers here take 3 KiB."""

NOT_DICOM = "Not a DICOM file."
"""The reason of a skipped file of another kind."""


@dataclass(frozen=True, slots=True)
class FoundInstances:
    """Readable instances in the order of their paths, the files that are none, and rivals.

    `rivals` gives, for the SOP Instance UID of a slice that images of other series bear too, the
    patient IDs of those images, which were left out.
    """

    headers: tuple[InstanceHeader, ...]
    skipped: tuple[SkippedFile, ...]
    rivals: dict[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SeriesScan:
    """Series in display order, the files that were not read, and `FoundInstances.rivals`."""

    series: tuple[Series, ...]
    skipped: tuple[SkippedFile, ...]
    rivals: dict[str, frozenset[str]] = field(default_factory=dict)


def read_series(path: Path, ctx: TaskContext | None = None) -> SeriesScan:
    """Read all series at a place, headers only.

    Parameters
    ----------
    path : pathlib.Path
        A folder, searched in depth, the ZIP archives inside it included; a single DICOM file;
        or a ZIP archive.
    ctx : TaskContext, optional
        Told of progress and asked to stop, once a file.

    Returns
    -------
    SeriesScan
        No series if nothing was readable: `skipped` tells why.

    Raises
    ------
    DicomReadError
        If the path does not exist, may not be read, or holds no files at all.
    ArchiveError
        If `path` is a damaged ZIP archive; one inside a folder is a skipped file.
    TaskCancelledError
        If `ctx` was cancelled.
    """
    found = find_instances(path, ctx or TaskContext())
    return SeriesScan(build_series(found.headers), found.skipped, found.rivals)


def find_instances(path: Path, ctx: TaskContext) -> FoundInstances:
    """Read the header of every instance at a place; parameters and errors as `read_series`.

    Of instances that repeat a SOP Instance UID the first by path is kept; where the others are
    of another series, which breaks the standard, this is named.
    """
    listing = list_sources(path, ctx)
    sources, skipped = listing.sources, listing.skipped
    headers: list[InstanceHeader] = []
    first_with: dict[str, InstanceHeader] = {}
    rivals: defaultdict[str, set[str]] = defaultdict(set)
    for done, source in enumerate(sources):
        ctx.check()
        ctx.report(Progress(done, len(sources), "Reading DICOM headers"))
        found = read_header(source)
        if isinstance(found, SkippedFile):
            skipped.append(found)
            continue
        uid = found[0].slice_.sop_instance_uid
        if uid in first_with:
            skipped.append(SkippedFile(source.display, _compare(first_with[uid], found[0])))
            if found[0].series_instance_uid != first_with[uid].series_instance_uid:
                for header in found:
                    patient = header.attributes.patient_id or ""
                    rivals[header.slice_.sop_instance_uid].add(patient)
            continue
        first_with[uid] = found[0]
        headers += found
    ctx.report(Progress(len(sources), len(sources), "Reading DICOM headers"))
    skipped = _gather_foreign_archives(path, sources, skipped)
    return FoundInstances(
        tuple(headers),
        tuple(sorted(skipped, key=lambda file: file.path)),
        {uid: frozenset(patients) for uid, patients in rivals.items()},
    )


def _compare(first: InstanceHeader, other: InstanceHeader) -> str:
    reason = f"Duplicate of {first.slice_.source.display}: same SOP Instance UID"
    if first.attributes.patient_id != other.attributes.patient_id:
        return f"{reason}, though it is another patient's image."
    if first.series_instance_uid != other.series_instance_uid:
        return f"{reason}, though it is of another series."
    return f"{reason}."


def _gather_foreign_archives(
    place: Path, sources: list[InstanceSource], skipped: list[SkippedFile]
) -> list[SkippedFile]:
    """Name an archive without a single DICOM file once, instead of each of its members.

    A folder of downloads may hold the ZIP of something else, with thousands of files; of an
    archive that was opened by itself every member is named.
    """
    foreign_names = {file.path for file in skipped if file.reason == NOT_DICOM}
    members: defaultdict[Path, list[str]] = defaultdict(list)
    for source in sources:
        if source.member is not None and source.path != place:
            members[source.path].append(source.display)
    foreign = {path: names for path, names in members.items() if foreign_names.issuperset(names)}
    gathered = {name for names in foreign.values() for name in names}
    kept = [file for file in skipped if file.path not in gathered]
    for path, names in foreign.items():
        reason = f"A ZIP archive without DICOM files; files of other kinds in it: {len(names)}."
        kept.append(SkippedFile(str(path), reason))
    return kept


def read_header(source: InstanceSource) -> tuple[InstanceHeader, ...] | SkippedFile:
    """Read the header of each image in a file, or say why it cannot be read."""
    try:
        header, size_bytes = _scan(source)
    except (OSError, ArchiveError) as error:
        return SkippedFile(source.display, describe_failure(error))
    reason = _find_problem(header, size_bytes)
    if reason is not None or header is None:
        return SkippedFile(source.display, reason or NOT_DICOM)
    return parse_instances(header, source)


def _scan(source: InstanceSource) -> tuple[ScannedHeader | None, int]:
    """Scan a growing head of the file until the pixel data come into sight; return its size."""
    header, size_bytes = None, 0
    for limit in HEAD_BYTES:
        data, size_bytes = source.read_head(limit)
        header = scan_header(data, HEADER_TAGS)
        if header is None or header.pixel_element is not None or len(data) >= size_bytes:
            break
        if find_transfer_syntax_problem(header.transfer_syntax_uid) is not None:
            break
        if header.transfer_syntax_uid == DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN:
            break
    if header is not None and header.transfer_syntax_uid == DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN:
        return _scan_deflated(source.read())
    return header, size_bytes


def _scan_deflated(stored: bytes) -> tuple[ScannedHeader | None, int]:
    """Scan a deflated file; its size is that of the header and as many pixels as belong to it."""
    header, data = None, stored
    for limit in HEAD_BYTES:
        data = inflate_dataset(stored, limit)
        header = scan_header(data, HEADER_TAGS)
        if header is None or header.pixel_element is not None or len(data) < limit:
            break
    if header is None or header.pixel_element is None:
        return header, len(data)
    pixels = parse_pixel_format(header.elements)
    needed = header.pixel_element.offset + pixels.frames * pixels.expected_bytes
    return header, len(inflate_dataset(stored, min(needed, MAX_INFLATED_BYTES)))


def _find_problem(header: ScannedHeader | None, size_bytes: int) -> str | None:
    if size_bytes == 0:
        return "The file is empty (0 bytes)."
    if header is None:
        return NOT_DICOM
    identity_problem = find_identity_problem(header.elements)
    if not header.has_preamble and identity_problem is not None:
        return NOT_DICOM
    syntax_problem = find_transfer_syntax_problem(header.transfer_syntax_uid)
    if syntax_problem is not None:
        return syntax_problem
    if not header.is_complete:
        return "Its header is damaged or cut off: copy or download the file again."
    return find_pixel_problem(header, size_bytes) or identity_problem
