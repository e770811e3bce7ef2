"""What the dataset doctor examines: images, annotations, and the download's own table."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ctbox.annotations.annotation_set import AnnotationFile, AnnotationSet
from ctbox.annotations.pairing import Pairing, pair_annotations
from ctbox.annotations.reading import find_annotation_folder, read_annotations
from ctbox.annotations.sources import ANNOTATION_NAMES
from ctbox.dicom.reading import SeriesScan, read_series
from ctbox.dicom.series import Series, Slice
from ctbox.errors import CtboxError, DicomReadError
from ctbox.progress import TaskContext
from ctbox.workflows.open_case import SeriesCase

TABLE_NAME = "metadata.csv"
_MAX_TABLE_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class DoctorRequest:
    """What to examine; at least one of both.

    Parameters
    ----------
    path : pathlib.Path or None
        Folder, file or ZIP with images; annotations are looked for in and beside it.
    annotations : pathlib.Path or None
        Annotation root, one patient's folder or a ZIP that holds either.
    """

    path: Path | None
    annotations: Path | None = None


class RelativePaths:
    """Turns places into paths relative to what was examined: no path of this machine is told."""

    def __init__(self, *places: Path | None) -> None:
        folders = [_get_root(place) for place in places if place is not None]
        self._roots = [root for folder in folders for root in (folder, folder.absolute())]

    def __call__(self, place: str) -> str:
        """Return a file's place, `archive!/member` included, relative to the root it is in."""
        path, separator, member = place.partition("!/")
        for root in self._roots:
            if Path(path).is_relative_to(root):
                return Path(path).relative_to(root).as_posix() + separator + member
        return Path(path).name + separator + member

    def scrub(self, text: str) -> str:
        """Return a sentence with the roots cut off the paths in it."""
        for root in self._roots:
            text = text.replace(f"{root}{os.sep}", "")
        return text


def _get_root(place: Path) -> Path:
    # An Annotation root keeps its own name in the report, and so does a ZIP or a patient's folder.
    if not place.is_dir() or place.name in ANNOTATION_NAMES:
        return place.parent
    return place.parent.parent if place.parent.name in ANNOTATION_NAMES else place


@dataclass(frozen=True)
class SubjectTable:
    """The download's `metadata.csv`.

    Parameters
    ----------
    subjects : frozenset of str
        Subject IDs, such as "Lung_Dx-A0001".
    images_of_series : mapping
        SeriesInstanceUID to its listed number of images.
    """

    subjects: frozenset[str]
    images_of_series: Mapping[str, int]


@dataclass(frozen=True)
class DoctorInputs:
    """All that was read; a part that is None was not there, and its reason says why.

    Parameters
    ----------
    relate : RelativePaths
        Shortens paths for the report.
    scan : SeriesScan or None
        Images.
    annotations : AnnotationSet or None
        Boxes.
    table : SubjectTable or None
        The download's own list.
    images_reason, annotations_reason : str
        Why a part is missing.
    """

    relate: RelativePaths
    scan: SeriesScan | None = None
    annotations: AnnotationSet | None = None
    table: SubjectTable | None = None
    images_reason: str = ""
    annotations_reason: str = ""
    series_of_uid: dict[str, Series] = field(default_factory=dict)
    slice_of_uid: dict[str, Slice] = field(default_factory=dict)
    pairing: Pairing = field(default_factory=lambda: Pairing({}))

    @property
    def series(self) -> tuple[Series, ...]:
        """The series that were read."""
        return () if self.scan is None else self.scan.series

    @property
    def files(self) -> tuple[AnnotationFile, ...]:
        """The annotation files that were parsed."""
        return () if self.annotations is None else self.annotations.files

    @property
    def cases(self) -> list[SeriesCase]:
        """Every series with its own boxes."""
        by_uid = self.pairing.by_uid
        return [
            SeriesCase(
                series,
                {
                    each.sop_instance_uid: by_uid[each.sop_instance_uid]
                    for each in series.slices
                    if each.sop_instance_uid in by_uid
                },
            )
            for series in self.series
        ]


def read_inputs(request: DoctorRequest, ctx: TaskContext) -> DoctorInputs:
    """Read whatever of images, annotations and table is there.

    Raises
    ------
    CtboxError
        If an annotation place that was asked for cannot be read, or nothing can be read at all.
    TaskCancelledError
        If cancelled.
    """
    if request.path is None and request.annotations is None:
        raise CtboxError("There is nothing to examine.", "Name a folder, or --annotations.")
    place = request.annotations
    if place is None and request.path is not None:
        place = find_annotation_folder(request.path)
    scan, images_error = _read_images(request.path, ctx)
    annotations = None if place is None else read_annotations(place, ctx)
    if annotations is not None and not annotations.file_count and not annotations.failures:
        annotations = None
    if annotations is None and (scan is None or not scan.series):
        raise images_error or DicomReadError(
            "Neither an image nor an annotation could be read here.",
            "Name the folder with the images, or the Annotation folder by --annotations.",
            request.path or request.annotations,
        )
    series_of_uid = {s.sop_instance_uid: one for one in _list(scan) for s in one.slices}
    patients = {uid: one.patient_id or "" for uid, one in series_of_uid.items()}
    return DoctorInputs(
        relate=RelativePaths(request.path, place),
        scan=scan if scan is not None and scan.series else None,
        annotations=annotations,
        table=_find_table(request.path, place),
        images_reason="" if images_error is None else images_error.message,
        annotations_reason="There are no annotation files here.",
        series_of_uid=series_of_uid,
        slice_of_uid={s.sop_instance_uid: s for one in _list(scan) for s in one.slices},
        pairing=pair_annotations(
            annotations or AnnotationSet(""),
            patients.keys(),
            patients,
            None if scan is None else scan.rivals,
        ),
    )


def _list(scan: SeriesScan | None) -> tuple[Series, ...]:
    return () if scan is None else scan.series


def _read_images(
    path: Path | None, ctx: TaskContext
) -> tuple[SeriesScan | None, DicomReadError | None]:
    """Return the images, or why there are none; a folder of annotations alone is no error."""
    if path is None:
        return None, DicomReadError("No images were given.")
    try:
        scan = read_series(path, ctx)
    except DicomReadError as error:
        if not path.exists():
            raise
        return None, DicomReadError("There are no images here.", error.hint, error.source)
    return scan, None if scan.series else DicomReadError("No file here is a readable image.")


def _find_table(*places: Path | None) -> SubjectTable | None:
    """Return the download's table from the folder of a place, or the one above; None without."""
    for place in places:
        if place is None:
            continue
        for folder in (place, place.parent):
            table = _read_table(folder / TABLE_NAME)
            if table is not None:
                return table
    return None


def _read_table(path: Path) -> SubjectTable | None:
    """Return the table, or None if it is not there or not the collection's."""
    try:
        if not path.is_file() or path.stat().st_size > _MAX_TABLE_BYTES:
            return None
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, csv.Error):
        return None
    subjects = frozenset(row.get("Subject ID") or "" for row in rows) - {""}
    if not subjects:
        return None
    images = {
        row["Series UID"]: int(row["Number of Images"])
        for row in rows
        if row.get("Series UID") and (row.get("Number of Images") or "").isdecimal()
    }
    return SubjectTable(subjects, images)
