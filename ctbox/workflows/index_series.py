"""From a catalogue's instances to the rows that its browser shows, one SeriesInstanceUID at a time.

Series are built by the code that opens a folder (`ctbox.dicom.grouping`), and of several
annotation files of a slice the one counts that opening would take (`ctbox.annotations.pairing`).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ctbox.annotations.pairing import choose_place, get_short_name, list_own
from ctbox.dicom.catalog import Catalog
from ctbox.dicom.catalog_annotations import AnnotationRow, find_annotations
from ctbox.dicom.catalog_rivals import find_rivals, mark_rivals
from ctbox.dicom.catalog_scan import is_there
from ctbox.dicom.catalog_schema import decode_path, encode_text
from ctbox.dicom.catalog_writer import delete_file
from ctbox.dicom.grouping import build_series
from ctbox.dicom.series import Series
from ctbox.progress import Progress, TaskContext

_AT_ONCE = 20
_AGE = re.compile(r"(\d{1,3})([YMWD])")
_YEARS = {"Y": 1.0, "M": 1 / 12, "W": 7 / 365.25, "D": 1 / 365.25}
_PHASE = re.compile(r"\b(\w{1,10}) phase\b", re.IGNORECASE)
_INSERT = f"INSERT OR REPLACE INTO series VALUES ({', '.join('?' * 32)})"


def build_changed_series(catalog: Catalog, ctx: TaskContext) -> int:
    """Build the rows of every series that changed; return how many SeriesInstanceUIDs.

    Raises
    ------
    TaskCancelledError
        If cancelled; what is left is built by the next run.
    """
    mark_rivals(catalog)
    for series_id in _list_changed(catalog):
        ctx.check()
        # Ahead of all building: an archive that goes changes its other series as well.
        _forget_gone_duplicates(catalog, series_id)
    pending = _list_changed(catalog)
    for start in range(0, len(pending), _AT_ONCE):
        ctx.check()
        ctx.report(Progress(start, len(pending), "Sorting series"))
        _build_some(catalog, pending[start : start + _AT_ONCE])
    ctx.report(Progress(len(pending), len(pending), "Sorting series"))
    return len(pending)


def _list_changed(catalog: Catalog) -> list[int]:
    rows = catalog.ask("SELECT id FROM series_uid WHERE is_dirty ORDER BY id")
    return [row[0] for row in rows]


def _build_some(catalog: Catalog, series_ids: Sequence[int]) -> None:
    rows: list[tuple[Any, ...]] = []
    for series_id in series_ids:
        built = build_series(catalog.read_headers(series_id))
        rows += _describe_series(catalog, series_id, built)
    with catalog.writing() as connection:
        ids = [(series_id,) for series_id in series_ids]
        connection.executemany("DELETE FROM series WHERE series_id = ?", ids)
        connection.executemany(_INSERT, rows)
        connection.executemany("UPDATE series_uid SET is_dirty = 0 WHERE id = ?", ids)


def _forget_gone_duplicates(catalog: Catalog, series_id: int) -> None:
    """Take out files that are gone and whose instances, all of them, lie elsewhere: a copy.

    A file on a disk that is not here now keeps its rows as long as one of its instances lies
    nowhere else; an archive has several series, whose rows change with it.
    """
    found = catalog.ask(
        "SELECT DISTINCT f.id, d.path, f.name FROM instance i "
        "JOIN file f ON f.id = i.file_id JOIN folder d ON d.id = f.folder_id "
        "WHERE i.series_id = ? AND i.sop_uid IN (SELECT sop_uid FROM instance "
        "WHERE series_id = ? GROUP BY sop_uid HAVING count(DISTINCT file_id) > 1)",
        (series_id, series_id),
    )
    gone = [file_id for file_id, folder, name in found if not _is_there(folder, name)]
    spare = [file_id for file_id in gone if _lies_elsewhere(catalog, file_id)]
    if spare:
        with catalog.writing() as connection:
            for file_id in spare:
                delete_file(connection, file_id)


def _lies_elsewhere(catalog: Catalog, file_id: int) -> bool:
    """Whether every instance of a file has a copy in another file that exists."""
    copies = catalog.ask(
        "SELECT i.sop_uid, d.path, f.name FROM instance i "
        "LEFT JOIN instance o ON o.series_id = i.series_id AND o.sop_uid = i.sop_uid "
        "AND o.file_id != i.file_id "
        "LEFT JOIN file f ON f.id = o.file_id LEFT JOIN folder d ON d.id = f.folder_id "
        "WHERE i.file_id = ?",
        (file_id,),
    )
    places = {(folder, name) for _, folder, name in copies if name is not None}
    there = {place for place in places if _is_there(*place)}
    kept = {uid for uid, folder, name in copies if (folder, name) in there}
    return {uid for uid, _, _ in copies} <= kept


def _is_there(folder: Any, name: Any) -> bool:
    return is_there(Path(decode_path(folder), decode_path(name)))


def _describe_series(
    catalog: Catalog, series_id: int, built: Sequence[Series]
) -> list[tuple[Any, ...]]:
    uids = {slice_.sop_instance_uid for series in built for slice_ in series.slices}
    files = find_annotations(catalog, uids) if uids else {}
    rivals = find_rivals(catalog, [series_id])
    parts: defaultdict[int, int] = defaultdict(int)
    rows = []
    for series in built:
        parts[series.part] += 1
        phases = sum(other.part == series.part for other in built)
        number = f"{parts[series.part]} of {phases}" if series.was_split and phases > 1 else None
        own = _leave_others(files, series.patient_id, rivals)
        described = replace(series, problems=(*series.problems, *_tell_rivals(series, rivals)))
        rows.append(_describe_one(series_id, described, number, own))
    return rows


def _describe_one(
    series_id: int,
    series: Series,
    phase_number: str | None,
    files: dict[str, list[AnnotationRow]],
) -> tuple[Any, ...]:
    chosen = [_choose(files[uid], series.patient_id) for uid in _list_uids(series) if uid in files]
    filled = [row for row in chosen if row.boxes]
    notes = sorted({note for row in chosen for note in row.notes})
    problems = [*series.problems, *notes]
    patient = series.patient_id or ""
    return (
        series.key, series_id, patient, get_short_name(patient), series.study_instance_uid or "",
        series.study_date, series.study_description, _fit(series.series_number),
        _fit(series.acquisition_number), phase_number or _find_phase(series.description),
        series.description, series.modality, series.sop_class_uid, series.manufacturer,
        series.model_name, series.convolution_kernel, series.slice_thickness_mm,
        None if series.pixel_spacing_mm is None else series.pixel_spacing_mm[0],
        series.slice_spacing_mm, series.rows, series.columns, len(series.slices), series.subtype,
        series.patient_sex, parse_age(series.patient_age), len(filled),
        sum(row.boxes for row in filled), "".join(sorted({c for r in filled for c in r.labels})),
        len(problems), encode_text(json.dumps(problems, ensure_ascii=False)),
        int(series.is_secondary_capture), int(series.not_a_volume),
    )  # fmt: skip


def _leave_others(
    files: dict[str, list[AnnotationRow]], patient: str | None, rivals: dict[str, frozenset[str]]
) -> dict[str, list[AnnotationRow]]:
    """Return the annotation files without those of another patient's image of the same UID."""
    kept = dict(files)
    for uid in rivals.keys() & files.keys():
        own = list_own([row.folder for row in files[uid]], patient, rivals[uid])
        kept[uid] = [files[uid][place] for place in own]
    return {uid: rows for uid, rows in kept.items() if rows}


def _tell_rivals(series: Series, rivals: dict[str, frozenset[str]]) -> list[str]:
    shared = [uid for uid in _list_uids(series) if uid.partition("#")[0] in rivals]
    if not shared:
        return []
    images = "1 image has" if len(shared) == 1 else f"{len(shared)} images have"
    return [f"{images} the SOP Instance UID of an image of another series."]


def _list_uids(series: Series) -> list[str]:
    return [slice_.sop_instance_uid for slice_ in series.slices]


def _choose(rows: list[AnnotationRow], patient: str | None) -> AnnotationRow:
    return rows[choose_place([(row.boxes > 0, row.folder) for row in rows], patient)]


def _fit(number: int | None) -> int | None:
    """Return a number that a column can hold; a wilder one is no number to sort by."""
    return number if number is not None and abs(number) < 2**63 else None


def _find_phase(description: str | None) -> str | None:
    """Return what a description calls its phase: "A phase 5mm" gives "A"."""
    match = _PHASE.search(description or "")
    return match.group(1) if match else None


def parse_age(text: str | None) -> float | None:
    """Return an age (VR AS, "058Y", "006M") in years, None if it is none."""
    match = _AGE.fullmatch((text or "").strip())
    return None if match is None else int(match.group(1)) * _YEARS[match.group(2)]
