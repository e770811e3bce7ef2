"""Open a patient or a series from the catalogue: no header is read again, boxes always are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ctbox.annotations.annotation import AnnotationProblem, ProblemKind
from ctbox.annotations.annotation_set import AnnotationFile, AnnotationSet
from ctbox.annotations.pascal_voc import parse_voc
from ctbox.annotations.reading import read_annotations
from ctbox.annotations.source_reader import SourceReader
from ctbox.annotations.sources import AnnotationSource
from ctbox.dicom.catalog import Catalog
from ctbox.dicom.catalog_annotations import AnnotationRow, find_annotations
from ctbox.dicom.catalog_query import CatalogFilter, CatalogQuery
from ctbox.dicom.catalog_rivals import find_rivals
from ctbox.dicom.series import InstanceSource, Series
from ctbox.errors import AnnotationError, ArchiveError, CatalogError
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.open_case import Case, FileProblem, OpenedSeries, assemble_case


@dataclass(frozen=True, slots=True)
class CataloguedRequest:
    """What to open from a catalogue.

    Parameters
    ----------
    catalog : pathlib.Path
        The catalogue's file.
    series_key : str
        `Series.key`, as the browser lists it.
    whole_patient : bool
        Whether the patient's other series come along.
    annotations : pathlib.Path or None
        Where boxes are read from, instead of the files that are catalogued.
    """

    catalog: Path
    series_key: str
    whole_patient: bool = True
    annotations: Path | None = None


def open_catalogued(request: CataloguedRequest, ctx: TaskContext) -> Case:
    """Return the case of a catalogued series: what opening its folder would give.

    Files that were changed or went since are left out and named; index their folder again.

    Raises
    ------
    CatalogError
        If the series is not catalogued any more, or none of its files is there.
    AnnotationError, ArchiveError
        If annotations were named that cannot be read.
    TaskCancelledError
        If cancelled.
    """
    with Catalog(request.catalog) as catalog:
        patient = catalog.find_patient(request.series_key)
        keys: Sequence[str] = (request.series_key,)
        # Without an ID there is no telling whose other series are.
        if request.whole_patient and patient:
            keys = catalog.list_patient_keys(patient)
        kept, problems = _read_unchanged(catalog, keys, ctx)
        if not any(series.key == request.series_key for series in kept):
            raise _describe_gone(request, problems)
        found = _read_annotations(catalog, request.annotations, kept, ctx)
        rivals = _find_rivals(catalog, kept)
    place = _find_common_folder(kept)
    return assemble_case(place, OpenedSeries(tuple(kept), tuple(problems), rivals), found)


def open_annotated(path: Path, annotations: Path | None, ctx: TaskContext) -> Case:
    """Return all series of a catalogue that have an expert's box, patient by patient.

    Files that were changed or went since are left out and named, as by `open_catalogued`.

    Parameters
    ----------
    path : pathlib.Path
        The catalogue's file.
    annotations : pathlib.Path or None
        Where boxes are read from, instead of the files that are catalogued: then every series
        counts.
    ctx : TaskContext
        Told of progress and asked to stop.

    Raises
    ------
    CatalogError
        If there is no such catalogue, no annotated series in it, or none is where it was.
    AnnotationError, ArchiveError
        If annotations were named that cannot be read.
    TaskCancelledError
        If cancelled.
    """
    if not path.is_file():
        raise CatalogError("There is no catalogue yet.", "Add a folder to it first.", path)
    wanted = CatalogFilter(annotated=True if annotations is None else None)
    with Catalog(path) as catalog:
        rows = CatalogQuery(catalog, wanted).list_all_series()
        keys = [row.series_key for row in rows if row.series_key is not None]
        if not keys:
            raise CatalogError(
                "The catalogue has no series with an expert's box.",
                "Add a folder to it that has annotations beside the images.",
                path,
            )
        kept, problems = _read_unchanged(catalog, keys, ctx)
        if not kept:
            raise CatalogError(
                "None of the catalogue's annotated series is where it was when it was indexed.",
                "Connect the disk they lie on, or add their folder to the catalogue again.",
                path,
            )
        found = _read_annotations(catalog, annotations, kept, ctx)
        rivals = _find_rivals(catalog, kept)
    return assemble_case(str(path), OpenedSeries(tuple(kept), tuple(problems), rivals), found)


def _find_rivals(catalog: Catalog, kept: Sequence[Series]) -> dict[str, frozenset[str]]:
    asked = (catalog.ask("SELECT series_id FROM series WHERE key = ?", (s.key,)) for s in kept)
    return find_rivals(catalog, {row[0] for rows in asked for row in rows})


def _read_unchanged(
    catalog: Catalog, keys: Sequence[str], ctx: TaskContext
) -> tuple[list[Series], list[FileProblem]]:
    kept: list[Series] = []
    problems: list[FileProblem] = []
    for number, series in enumerate(catalog.read_series(keys)):
        ctx.check()
        ctx.report(Progress(number, len(keys), "Looking for the files"))
        changed = catalog.list_changed(series)
        problems += _describe_changes(series, changed)
        left = _leave_out(series, changed)
        if left is not None:
            kept.append(left)
    return kept, problems


def _describe_changes(series: Series, changed: dict[InstanceSource, str]) -> Iterable[FileProblem]:
    own = {slice_.source for slice_ in series.slices}
    for source, reason in changed.items():
        if source in own:
            yield FileProblem(source.display, f"{reason} Index its folder again.")


def _leave_out(series: Series, changed: dict[InstanceSource, str]) -> Series | None:
    if not changed:
        return series
    slices = tuple(slice_ for slice_ in series.slices if slice_.source not in changed)
    if not slices:
        return None
    if len(slices) == len(series.slices):
        return series
    lost = len(series.slices) - len(slices)
    note = f"{lost} of {len(series.slices)} slices changed or went since they were indexed."
    return replace(series, slices=slices, problems=(note, *series.problems))


def _describe_gone(request: CataloguedRequest, problems: Sequence[FileProblem]) -> CatalogError:
    place = problems[0].path if problems else str(request.catalog)
    return CatalogError(
        "None of this series' files is where it was when it was indexed.",
        "Connect the disk it lies on, or add its folder to the catalogue again.",
        place,
    )


def _read_annotations(
    catalog: Catalog, annotations: Path | None, kept: Sequence[Series], ctx: TaskContext
) -> AnnotationSet:
    """Parse the annotation files of these slices anew, in their sorting order."""
    uids = {slice_.instance_uid for series in kept for slice_ in series.slices}
    if annotations is not None:
        return read_annotations(annotations, ctx, uids)
    rows = [row for files in find_annotations(catalog, uids).values() for row in files]
    files: list[AnnotationFile] = []
    failures: list[AnnotationProblem] = []
    with SourceReader() as reader:
        for row in sorted(rows, key=lambda row: (row.folder or "", row.path, row.member)):
            ctx.check()
            try:
                files.append(_parse(row, reader))
            except (AnnotationError, ArchiveError) as error:
                problem = AnnotationProblem(row.path, ProblemKind.UNPARSABLE, str(error))
                failures.append(problem)
    return AnnotationSet("", tuple(files), (), tuple(failures))


def _parse(row: AnnotationRow, reader: SourceReader) -> AnnotationFile:
    path = Path(row.path)
    member = reader.find_member(path, row.member) if row.member else None
    source = AnnotationSource(path, row.folder, member)
    return parse_voc(reader.read(source), source.display, source.stem, source.folder)


def _find_common_folder(kept: Sequence[Series]) -> str:
    """Return the deepest folder, or the archive, that holds all slices."""
    places = {slice_.source for series in kept for slice_ in series.slices}
    archives = {source.path for source in places if source.member is not None}
    if len(archives) == 1 and all(source.member is not None for source in places):
        return str(archives.pop())
    folders = [source.path.parent for source in places]
    common = folders[0]
    while not all(folder.is_relative_to(common) for folder in folders):
        common = common.parent
    return str(common)
