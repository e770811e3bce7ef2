"""Export boxes, expert's, AI's or one's own, in the formats of other tools; de-identify images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ctbox.annotations.exchange.records import Origin
from ctbox.annotations.reading import find_annotation_folder
from ctbox.dicom.deidentify import Deidentifier
from ctbox.dicom.lesion_marks import Observer
from ctbox.errors import CtboxError, DicomReadError
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.detections_document import read_detections
from ctbox.workflows.export_deidentified import DeidentifiedCopy, read_key
from ctbox.workflows.export_files import check_apart, collect_files
from ctbox.workflows.export_formats import (
    Written,
    check_not_empty,
    make_exchange_set,
    write_boxes,
    write_reports,
    write_segmentations,
)
from ctbox.workflows.export_images import name_pictures, write_pictures
from ctbox.workflows.export_lesions import (
    MarkedSeries,
    drop_unnamed,
    gather_annotations,
    gather_detections,
)
from ctbox.workflows.export_request import PICTURE_FORMATS, ExportFormat, ExportRequest
from ctbox.workflows.open_case import FileProblem, open_case, open_series

_SERIAL_LENGTH = 16
_READERS = {Origin.EXPERT: "Expert", Origin.MINE: "Reviewer"}


@dataclass(frozen=True)
class ExportReport:
    """What was written.

    Parameters
    ----------
    series, lesions, boxes, images : int
        Series and lesions with boxes, boxes (outlines for SEG), and de-identified images.
    orphans : int
        Annotation files, or predicted slices, whose image is not here: their boxes are not in it.
    left_out : tuple of FileProblem
        Files that could not be read or were not used, and what the format could not take.
    warnings : tuple of FileProblem
        What to look at before the files are shared.
    """

    series: int
    lesions: int
    boxes: int
    images: int = 0
    orphans: int = 0
    left_out: tuple[FileProblem, ...] = ()
    warnings: tuple[FileProblem, ...] = ()


def export(request: ExportRequest, ctx: TaskContext) -> ExportReport:
    """Write boxes, images or both; either all files appear or none.

    Raises
    ------
    CtboxError
        If the request makes no sense, `out` overlaps what is read, there is nothing to read or
        to export, a file exists that may not be replaced, or the disk refuses.
    TaskCancelledError
        If cancelled; nothing is left behind.
    """
    _check(request)
    gathered = _gather(request, ctx)
    marked, unnamed = drop_unnamed(gathered.marked)
    if request.to is not None:
        check_not_empty(marked, request.path)
    images, written = 0, Written()
    left_out: list[FileProblem] = []
    warnings: list[FileProblem] = []
    with collect_files(request.out, overwrite=request.overwrite) as folder:
        filled = [each for each in marked if each.lesions]
        if request.deidentify:
            copy = DeidentifiedCopy(folder, Deidentifier(read_key(request.key_file)))
            copy.copy([each.series for each in marked], ctx)
            filled = copy.move_boxes(filled, ctx)
            images, warnings = copy.images, copy.warnings
            left_out = [*copy.left_out, *gathered.skipped]
        if request.to is not None:
            written = _write(filled, gathered.observer, request, folder, ctx)
        ctx.check()
        ctx.report(Progress(1, 1, "Moving files into place"))
    return ExportReport(
        series=len(filled),
        lesions=sum(len(each.lesions) for each in filled),
        boxes=written.boxes,
        images=images,
        orphans=gathered.orphans if request.to is not None else 0,
        left_out=(*unnamed, *_list_unused(gathered, request), *left_out, *written.left_out),
        warnings=tuple(warnings),
    )


def _list_unused(gathered: _Gathered, request: ExportRequest) -> tuple[FileProblem, ...]:
    return () if request.to is None else gathered.unused


def _check(request: ExportRequest) -> None:
    if request.to is None and not request.deidentify:
        raise CtboxError("Nothing was asked for.", "Name a format with --to, or --deidentify.")
    if request.origin is Origin.AI and request.to is not None and request.detections is None:
        raise CtboxError(
            "There are no predictions to export.",
            "Run `ctbox predict PATH --json FILE` and name the file with --detections.",
        )
    if request.origin is not Origin.AI and request.detections is not None:
        raise CtboxError(
            "Predictions were named, but the expert's boxes were asked for.",
            "Add --source ai, or leave out --detections.",
        )
    if request.origin is Origin.MINE and request.annotations is None and request.to is not None:
        raise CtboxError("Your own boxes were asked for.", "Name their folder with --annotations.")
    if request.pictures is not None and request.to not in PICTURE_FORMATS:
        raise CtboxError("Pictures go with COCO and YOLO.", "Add --to coco or --to yolo.")
    if request.key_file is not None:
        _check_key_apart(request.key_file, request)
    annotations = request.annotations or find_annotation_folder(request.path)
    check_apart(request.out, (request.path, annotations))


def _check_key_apart(key_file: Path, request: ExportRequest) -> None:
    """Refuse a key that would be shared with the copies, or is for nothing."""
    if not request.deidentify:
        raise CtboxError("A key file goes with de-identified images.", "Add --deidentify.")
    if key_file.resolve().is_relative_to(request.out.resolve()):
        raise CtboxError(
            f"The key file {key_file} lies in the folder that is to be shared: with it, anyone can "
            "tell whose images these are.",
            "Choose another place for it.",
            key_file,
        )


@dataclass(frozen=True)
class _Gathered:
    """Every series with its lesions, who marked them, and what was not read or not used."""

    marked: list[MarkedSeries]
    observer: Observer
    skipped: tuple[FileProblem, ...]
    unused: tuple[FileProblem, ...] = ()
    orphans: int = 0


def _gather(request: ExportRequest, ctx: TaskContext) -> _Gathered:
    if request.origin is Origin.AI and request.detections is not None:
        gathered = _gather_predictions(request.path, request.detections, ctx)
    else:
        gathered = _gather_annotations(request, ctx)
    if not gathered.marked:
        raise DicomReadError(
            f"No DICOM series could be read in {request.path}.",
            "`ctbox scan` lists what was skipped, and why.",
            request.path,
        )
    return gathered


def _gather_predictions(path: Path, detections: Path, ctx: TaskContext) -> _Gathered:
    document = read_detections(detections)
    opened = open_series(path, ctx)
    marked = [gather_detections(series, document) for series in opened.series]
    here = {slice_.sop_instance_uid for each in opened.series for slice_ in each.slices}
    serial = document.model_sha256[:_SERIAL_LENGTH]
    observer = Observer(is_device=True, name=document.model_name, serial_number=serial)
    orphans = len(document.by_uid.keys() - here)
    return _Gathered(marked, observer, opened.skipped, orphans=orphans)


def _gather_annotations(request: ExportRequest, ctx: TaskContext) -> _Gathered:
    case = open_case(request.path, request.annotations, ctx, read_all_annotations=False)
    marked = [gather_annotations(each, request.origin) for each in case.series]
    observer = Observer(is_device=False, name=_READERS.get(request.origin, "Expert"))
    summary = case.annotation_summary
    unused = (*summary.unparsable, *summary.duplicates)
    return _Gathered(marked, observer, case.skipped, unused, len(summary.orphans))


def _write(
    marked: Sequence[MarkedSeries],
    observer: Observer,
    request: ExportRequest,
    folder: Path,
    ctx: TaskContext,
) -> Written:
    if request.to is ExportFormat.SR:
        return write_reports(marked, observer, folder, ctx)
    if request.to is ExportFormat.SEG:
        return write_segmentations(marked, observer, folder, ctx)
    creator = observer.name if observer.is_device else ""
    exchange = make_exchange_set(marked, request.origin, creator)
    if request.pictures is None:
        return write_boxes(exchange, request.to or ExportFormat.CSV, folder)
    drawn, problems = write_pictures(marked, request.pictures, folder, ctx)
    written = write_boxes(name_pictures(exchange, drawn), request.to or ExportFormat.CSV, folder)
    written.left_out += problems
    return written
