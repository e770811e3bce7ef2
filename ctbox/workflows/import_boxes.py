"""Boxes from other tools' files into ctbox's own and each other's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from ctbox.annotations.annotation_set import AnnotationFile, AnnotationSet
from ctbox.annotations.exchange.coco import parse_coco
from ctbox.annotations.exchange.csv_boxes import parse_csv
from ctbox.annotations.exchange.records import (
    ExchangeBox,
    ExchangeImage,
    ExchangeSet,
    Origin,
    is_slice_uid,
)
from ctbox.annotations.exchange.yolo import CLASSES_NAME, IMAGES_NAME, LABEL_FOLDER, parse_yolo
from ctbox.annotations.reading import read_annotations
from ctbox.dicom.series import Series, Slice
from ctbox.dicom.sr_reading import SrContent, parse_sr
from ctbox.errors import CtboxError, DicomReadError
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.detections_document import read_json
from ctbox.workflows.export_files import check_apart, collect_files
from ctbox.workflows.export_formats import COCO_NAME, CSV_NAME, write_boxes
from ctbox.workflows.export_request import ExportFormat
from ctbox.workflows.open_case import FileProblem, open_series

MAX_FILE_BYTES = 1_000_000_000
_FORMAT_HINT = "Say which format it is with --from: voc, coco, yolo, csv or sr."
_COCO_HINT = "Choose a COCO detection file, with images, annotations and categories."
_SUFFIXES = {".json": "coco", ".csv": "csv", ".xml": "voc", ".zip": "voc", ".txt": "yolo"}


class ImportFormat(StrEnum):
    """What can be read."""

    VOC = "voc"
    COCO = "coco"
    YOLO = "yolo"
    CSV = "csv"
    SR = "sr"


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to convert.

    Parameters
    ----------
    path : pathlib.Path
        File or folder with the boxes.
    out : pathlib.Path
        Folder to write into.
    to : ExportFormat
        VOC, COCO, YOLO or CSV.
    source_format : ImportFormat or None
        Format of `path`; None finds out.
    images : pathlib.Path or None
        DICOM images that tell the size, series and patient of slices.
    overwrite : bool
        Whether existing files may be replaced.
    """

    path: Path
    out: Path
    to: ExportFormat = ExportFormat.VOC
    source_format: ImportFormat | None = None
    images: Path | None = None
    overwrite: bool = False


@dataclass(frozen=True)
class ImportReport:
    """What came of it.

    Parameters
    ----------
    source_format : ImportFormat
        What was read.
    slices, boxes : int
        Slices with a box, and boxes written.
    left_out : tuple of FileProblem
        What could not be taken over, with the reason.
    """

    source_format: ImportFormat
    slices: int
    boxes: int
    left_out: tuple[FileProblem, ...] = ()


def import_boxes(request: ImportRequest, ctx: TaskContext) -> ImportReport:
    """Read boxes of one format and write them in another; either all files appear or none.

    Raises
    ------
    CtboxError
        If the format cannot be told or written, `out` overlaps the folder that is read, the file
        is damaged, there is no box in it, a file exists that may not be replaced, or the disk
        refuses.
    TaskCancelledError
        If cancelled.
    """
    if request.to.needs_images:
        raise CtboxError(
            f"Boxes alone cannot become {request.to.value.upper()}, which refers to images.",
            "Import them to voc, then export these with --source mine --annotations.",
        )
    source_format = request.source_format or find_format(request.path)
    if request.path.is_dir():
        check_apart(request.out, (request.path,))
    slices = _read_slices(request.images, ctx)
    exchange, problems = read_exchange(request.path, source_format, slices, ctx)
    if not exchange.boxes:
        raise CtboxError(f"There is no box in {request.path}.", _FORMAT_HINT, request.path)
    with collect_files(request.out, overwrite=request.overwrite) as folder:
        written = write_boxes(_complete(exchange, slices), request.to, folder)
    left_out = (*problems, *written.left_out)
    return ImportReport(source_format, len(exchange.images), written.boxes, left_out)


def find_format(path: Path) -> ImportFormat:
    """Return the format of a file or folder, by its name and what lies in it.

    Raises
    ------
    CtboxError
        If it does not exist, or is of no known kind.
    """
    if path.is_dir():
        return _find_folder_format(path)
    if not path.is_file():
        raise CtboxError(f"{path} does not exist.", "Check the path.", path)
    if path.suffix.lower() in _SUFFIXES:
        return ImportFormat(_SUFFIXES[path.suffix.lower()])
    if _read_bytes(path)[128:132] == b"DICM":
        return ImportFormat.SR
    raise CtboxError(f"{path} is of no kind that ctbox knows.", _FORMAT_HINT, path)


def _find_folder_format(folder: Path) -> ImportFormat:
    try:
        names = {child.name for child in folder.iterdir()}
    except OSError as error:
        message = f"The folder {folder} cannot be read: {error.strerror or error}."
        raise CtboxError(message, "Check its permissions.", folder) from error
    for name, found in ((COCO_NAME, ImportFormat.COCO), (CSV_NAME, ImportFormat.CSV)):
        if name in names:
            return found
    if names & {LABEL_FOLDER, CLASSES_NAME} or any(_is_label_name(name) for name in names):
        return ImportFormat.YOLO
    is_dicom = any(name.endswith(".dcm") for name in names)
    return ImportFormat.SR if is_dicom else ImportFormat.VOC


def _is_label_name(name: str) -> bool:
    return name.endswith(".txt") and is_slice_uid(name.removesuffix(".txt"))


_Slices = Mapping[str, tuple[Series, Slice]]


def _read_slices(images: Path | None, ctx: TaskContext) -> _Slices:
    if images is None:
        return {}
    opened = open_series(images, ctx)
    if not opened.series:
        raise DicomReadError(f"No DICOM series could be read in {images}.", "", images)
    return {s.sop_instance_uid: (one, s) for one in opened.series for s in one.slices}


def read_exchange(
    path: Path, source_format: ImportFormat, slices: _Slices, ctx: TaskContext
) -> tuple[ExchangeSet, list[FileProblem]]:
    """Return the boxes of a file or folder, and what of it could not be taken over.

    Raises
    ------
    CtboxError
        If it is damaged, or not of this format.
    TaskCancelledError
        If cancelled.
    """
    if source_format is ImportFormat.COCO:
        file = path / COCO_NAME if path.is_dir() else path
        return parse_coco(read_json(file, _COCO_HINT), str(file)), []
    if source_format is ImportFormat.CSV:
        file = path / CSV_NAME if path.is_dir() else path
        return parse_csv(_read_text(file), str(file)), []
    if source_format is ImportFormat.YOLO:
        sizes = {uid: (slice_.columns, slice_.rows) for uid, (_, slice_) in slices.items()}
        return parse_yolo(_read_labels(path), str(path), sizes), []
    if source_format is ImportFormat.SR:
        return _read_reports(path, ctx)
    return _convert_annotations(read_annotations(path, ctx))


def _read_bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise CtboxError(f"{path} is larger than 1 GB.", "Choose another file.", path)
        return path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}."
        raise CtboxError(message, "Check the path and its permissions.", path) from error


def _read_text(path: Path) -> str:
    try:
        return _read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CtboxError(f"{path} is no UTF-8 text.", "Save it as UTF-8.", path) from error


def _read_labels(path: Path) -> dict[str, str]:
    """Return the label files of a folder (in it and one level below), or one file with its own."""
    if path.is_file():
        beside = [path.parent, path.parent.parent]
        extra = [f / name for f in beside for name in (CLASSES_NAME, IMAGES_NAME)]
        return {path.name: _read_text(path)} | {
            file.name: _read_text(file) for file in extra if file.is_file()
        }
    names = [path / CLASSES_NAME, path / IMAGES_NAME, *path.glob("*.txt"), *path.glob("*/*.txt")]
    files = {name.relative_to(path).as_posix(): name for name in names if name.is_file()}
    return {name: _read_text(file) for name, file in files.items()}


def _read_reports(path: Path, ctx: TaskContext) -> tuple[ExchangeSet, list[FileProblem]]:
    """Return the boxes of one report, or of all in a folder; a bad one among many is named."""
    files = sorted(path.glob("*.dcm")) if path.is_dir() else [path]
    sets: list[ExchangeSet] = []
    problems: list[FileProblem] = []
    for done, file in enumerate(files):
        ctx.check()
        ctx.report(Progress(done, len(files), "Reading reports"))
        try:
            content = parse_sr(_read_bytes(file), str(file))
        except DicomReadError as error:
            if len(files) == 1:
                raise
            problems.append(FileProblem(str(file), error.message))
            continue
        if content.left_out:
            reason = f"{content.left_out} regions are no closed shape on an image."
            problems.append(FileProblem(str(file), reason))
        sets.append(_convert_report(content))
    return _merge(sets), problems


def _convert_report(content: SrContent) -> ExchangeSet:
    boxes = tuple(
        ExchangeBox(
            box.sop_instance_uid,
            box.box,
            lesion.label,
            box.score,
            lesion.tracking_uid,
            lesion.name,
        )
        for lesion in content.lesions
        for box in lesion.boxes
    )
    images = []
    for uid in dict.fromkeys(box.sop_instance_uid for box in boxes):
        instance = uid.partition("#")[0]
        size = content.image_sizes.get(instance)
        study, series = content.series_of_image.get(instance, ("", ""))
        width, height = (None, None) if size is None else (size.width, size.height)
        images.append(ExchangeImage(uid, width, height, series, study, content.patient_id))
    origin = Origin.AI if content.is_device else Origin.EXPERT
    return ExchangeSet(tuple(images), boxes, origin, content.observer_name)


def _merge(sets: list[ExchangeSet]) -> ExchangeSet:
    images = {image.sop_instance_uid: image for each in sets for image in each.images}
    origins = {each.origin for each in sets}
    creators = {each.creator for each in sets}
    return ExchangeSet(
        images=tuple(images.values()),
        boxes=tuple(box for each in sets for box in each.boxes),
        origin=origins.pop() if len(origins) == 1 else Origin.UNKNOWN,
        creator=creators.pop() if len(creators) == 1 else "",
    )


def _convert_annotations(found: AnnotationSet) -> tuple[ExchangeSet, list[FileProblem]]:
    images: dict[str, ExchangeImage] = {}
    boxes: list[ExchangeBox] = []
    problems = [FileProblem(each.path, each.reason) for each in found.unparsable]
    for file in found.files:
        if file.sop_instance_uid in images:
            reason = "Another file holds this slice's boxes; those were taken."
            problems.append(FileProblem(file.source, reason))
        elif file.annotations:
            images[file.sop_instance_uid] = _describe_file(file)
            boxes += [ExchangeBox(a.sop_instance_uid, a.box, a.label) for a in file.annotations]
    return ExchangeSet(tuple(images.values()), tuple(boxes), Origin.EXPERT), problems


def _describe_file(file: AnnotationFile) -> ExchangeImage:
    return ExchangeImage(
        file.sop_instance_uid, file.width, file.height, patient_id=file.folder or ""
    )


def _complete(exchange: ExchangeSet, slices: _Slices) -> ExchangeSet:
    """Return the boxes with what the images themselves tell of their slices."""
    images = []
    for image in exchange.images:
        known = slices.get(image.sop_instance_uid)
        if known is None:
            images.append(image)
            continue
        series, slice_ = known
        images.append(
            ExchangeImage(
                image.sop_instance_uid,
                slice_.columns,
                slice_.rows,
                series.series_instance_uid,
                series.study_instance_uid or "",
                series.patient_id or "",
            )
        )
    return replace(exchange, images=tuple(images))
