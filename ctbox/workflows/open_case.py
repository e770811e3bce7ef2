"""Open a folder, file or ZIP: series, their expert boxes, and what did not fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ctbox.annotations.annotation import Annotation, AnnotationProblem
from ctbox.annotations.annotation_set import AnnotationSet
from ctbox.annotations.pairing import Pairing, find_linked_folders, pair_annotations
from ctbox.annotations.reading import find_annotation_folder, read_annotations
from ctbox.dicom.listing import SkippedFile
from ctbox.dicom.reading import read_series
from ctbox.dicom.series import Series
from ctbox.errors import AnnotationError, ArchiveError
from ctbox.progress import TaskContext


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A file that was passed over, or that the user should know of."""

    path: str
    reason: str


@dataclass(frozen=True)
class SeriesCase:
    """A series and its expert boxes.

    Parameters
    ----------
    series : Series
        The images.
    annotations : dict
        SOP Instance UID to the annotations of that slice; slices without any are absent.
    """

    series: Series
    annotations: dict[str, tuple[Annotation, ...]]

    @property
    def annotated_slices(self) -> int:
        """Number of slices with at least one box."""
        return len(self.annotations)

    @property
    def annotation_count(self) -> int:
        """Number of boxes."""
        return sum(len(boxes) for boxes in self.annotations.values())


@dataclass(frozen=True)
class AnnotationSummary:
    """How the annotation files fared; `files` and `matched` count files."""

    files: int = 0
    matched: int = 0
    orphans: tuple[FileProblem, ...] = ()
    unparsable: tuple[FileProblem, ...] = ()
    unknown_labels: tuple[FileProblem, ...] = ()
    duplicates: tuple[FileProblem, ...] = ()
    warnings: tuple[FileProblem, ...] = ()


@dataclass(frozen=True)
class Case:
    """Everything found at one place.

    Parameters
    ----------
    path : str
        What was opened.
    series : tuple of SeriesCase
        Readable series, annotated ones first within a patient.
    skipped : tuple of FileProblem
        Files that were not read, with the reason.
    annotation_summary : AnnotationSummary
        What matched and what did not.
    linked_folders : tuple of frozenset of str
        Annotation folders that share slices: patients who must stay on one side of a split.
    """

    path: str
    series: tuple[SeriesCase, ...]
    skipped: tuple[FileProblem, ...] = ()
    annotation_summary: AnnotationSummary = AnnotationSummary()
    linked_folders: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True)
class OpenedSeries:
    """Series without their annotations, the files that were not read, and rivals.

    `rivals` gives, for the UID of a slice that images of other series bear too, their patients.
    """

    series: tuple[Series, ...]
    skipped: tuple[FileProblem, ...]
    rivals: dict[str, frozenset[str]] = field(default_factory=dict)


def open_series(path: Path, ctx: TaskContext) -> OpenedSeries:
    """Read the series at a place, headers only.

    Raises
    ------
    DicomReadError, ArchiveError
        If there is nothing to read at all; single bad files are listed instead.
    TaskCancelledError
        If cancelled.
    """
    scan = read_series(path, ctx)
    return OpenedSeries(scan.series, tuple(_describe_skipped(scan.skipped)), scan.rivals)


def open_case(
    path: Path,
    annotations: Path | None,
    ctx: TaskContext,
    *,
    read_all_annotations: bool = True,
    need_annotations: bool = True,
) -> Case:
    """Read the series at a place and the expert's boxes that belong to them.

    Parameters
    ----------
    path : pathlib.Path
        DICOM folder, TCIA download folder, single file or ZIP.
    annotations : pathlib.Path or None
        Annotation root or one patient's folder; None looks for it in and beside `path`.
    ctx : TaskContext
        Told of progress and asked to stop.
    read_all_annotations : bool
        Whether to parse files of slices that are not here too. False opens one patient
        quickly beside the whole collection's annotations; counts and orphans stay complete,
        damage and odd labels in files of other patients stay unknown.
    need_annotations : bool
        Whether explicitly given annotations that cannot be read at all are an error. False
        lists them as unparsable, and opens the images.

    Raises
    ------
    DicomReadError, ArchiveError, AnnotationError
        If there is nothing to read at `path`, or at an explicitly given `annotations`.
    TaskCancelledError
        If cancelled.
    """
    opened = open_series(path, ctx)
    uids = (each.sop_instance_uid for series in opened.series for each in series.slices)
    wanted = None if read_all_annotations else frozenset(uids)
    place = annotations if annotations is not None else find_annotation_folder(path)
    required = need_annotations and annotations is not None
    found, problem = _read_annotations(place, ctx, wanted, required=required)
    case = assemble_case(str(path), opened, found)
    summary = case.annotation_summary
    if problem is not None:
        summary = replace(summary, unparsable=(problem, *summary.unparsable))
    if annotations is not None and not summary.files:
        nothing = FileProblem(str(annotations), "No annotation files were found here.")
        summary = replace(summary, warnings=(nothing, *summary.warnings))
    return replace(case, annotation_summary=summary)


def assemble_case(path: str, opened: OpenedSeries, found: AnnotationSet) -> Case:
    """Return the case of series and annotation files that were read.

    Parameters
    ----------
    path : str
        What the case is called after.
    opened : OpenedSeries
        Images.
    found : AnnotationSet
        Annotation files; those of other slices are listed as orphans.
    """
    folder_of_uid = {
        each.sop_instance_uid: series.patient_id or ""
        for series in opened.series
        for each in series.slices
    }
    pairing = pair_annotations(found, folder_of_uid.keys(), folder_of_uid, opened.rivals)
    return Case(
        path=path,
        series=tuple(_join(series, pairing) for series in _order(opened.series, pairing)),
        skipped=opened.skipped,
        annotation_summary=_summarise(found, pairing),
        linked_folders=find_linked_folders(found),
    )


def _read_annotations(
    place: Path | None, ctx: TaskContext, wanted: frozenset[str] | None, *, required: bool
) -> tuple[AnnotationSet, FileProblem | None]:
    if place is None:
        return AnnotationSet(""), None
    try:
        return read_annotations(place, ctx, wanted), None
    except (AnnotationError, ArchiveError) as error:
        if required:
            raise
        return AnnotationSet(str(place)), FileProblem(str(place), f"{error.message} {error.hint}")


def _order(series: tuple[Series, ...], pairing: Pairing) -> list[Series]:
    def rank(each: Series) -> tuple[str, bool]:
        annotated = any(s.sop_instance_uid in pairing.by_uid for s in each.slices)
        return each.patient_id or "", not annotated

    return sorted(series, key=rank)


def _join(series: Series, pairing: Pairing) -> SeriesCase:
    uids = (each.sop_instance_uid for each in series.slices)
    return SeriesCase(series, {uid: pairing.by_uid[uid] for uid in uids if uid in pairing.by_uid})


def _summarise(found: AnnotationSet, pairing: Pairing) -> AnnotationSummary:
    told = {*found.unparsable, *found.unknown_labels}
    return AnnotationSummary(
        files=found.file_count,
        matched=pairing.matched_files,
        orphans=tuple(_describe(pairing.orphans)),
        unparsable=tuple(_describe(found.unparsable)),
        unknown_labels=tuple(_describe(found.unknown_labels)),
        duplicates=tuple(_describe(pairing.duplicates)),
        warnings=(
            *_describe(pairing.ambiguous),
            *_describe(each for each in found.warnings if each not in told),
        ),
    )


def _describe(problems: Iterable[AnnotationProblem]) -> Iterable[FileProblem]:
    return (FileProblem(each.path, each.reason) for each in problems)


def _describe_skipped(skipped: Iterable[SkippedFile]) -> Iterable[FileProblem]:
    return (FileProblem(each.path, each.reason) for each in skipped)
