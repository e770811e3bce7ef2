"""One writer a format: lesions on series, or plain exchange boxes, to files in a folder."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctbox.annotations.exchange.coco import build_coco
from ctbox.annotations.exchange.csv_boxes import build_csv
from ctbox.annotations.exchange.records import (
    NOTICE,
    ExchangeBox,
    ExchangeImage,
    ExchangeSet,
    Origin,
)
from ctbox.annotations.exchange.yolo import build_yolo
from ctbox.annotations.pascal_voc import write_voc
from ctbox.dicom.lesion_marks import MarkedBox, MarkedLesion, Observer
from ctbox.dicom.pixels import read_hu
from ctbox.dicom.series import Series, Slice
from ctbox.errors import AnnotationError, CtboxError, DicomReadError
from ctbox.imaging.outline import compute_outline
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.export_files import make_safe_name
from ctbox.workflows.export_lesions import MarkedSeries
from ctbox.workflows.export_request import ExportFormat
from ctbox.workflows.open_case import FileProblem

COCO_NAME, CSV_NAME, NOTICE_NAME = "coco.json", "boxes.csv", "NOTICE.txt"
_UNSORTED = "unsorted"


@dataclass
class Written:
    """What came of an export, added to as it goes on.

    Parameters
    ----------
    boxes : int
        Boxes that were written; for SEG, outlines.
    left_out : list of FileProblem
        Boxes, slices or series that the format could not take, with the reason.
    """

    boxes: int = 0
    left_out: list[FileProblem] = field(default_factory=list)


def make_exchange_set(
    marked: Iterable[MarkedSeries], origin: Origin, creator: str = ""
) -> ExchangeSet:
    """Return marked series as plain boxes, by series, lesion and slice."""
    images: list[ExchangeImage] = []
    boxes: list[ExchangeBox] = []
    for each in marked:
        used = {box.sop_instance_uid for lesion in each.lesions for box in lesion.boxes}
        slices = (s for s in each.series.slices if s.sop_instance_uid in used)
        images += [_describe_image(each.series, slice_) for slice_ in slices]
        boxes += [_describe_box(lesion, box) for lesion in each.lesions for box in lesion.boxes]
    return ExchangeSet(tuple(images), tuple(boxes), origin, creator)


def _describe_box(lesion: MarkedLesion, box: MarkedBox) -> ExchangeBox:
    return ExchangeBox(
        box.sop_instance_uid, box.box, lesion.label, box.score, lesion.tracking_uid, lesion.name
    )


def _describe_image(series: Series, slice_: Slice) -> ExchangeImage:
    return ExchangeImage(
        slice_.sop_instance_uid,
        slice_.columns,
        slice_.rows,
        series.series_instance_uid,
        series.study_instance_uid or "",
        series.patient_id or "",
    )


def write_boxes(exchange: ExchangeSet, to: ExportFormat, folder: Path) -> Written:
    """Write boxes to VOC, COCO, YOLO or CSV files in a folder.

    Raises
    ------
    AnnotationError
        If the format cannot take them, such as slices of unknown size.
    OSError
        If the disk refuses.
    ValueError
        If the format needs images.
    """
    if to is ExportFormat.VOC:
        return _write_voc(exchange, folder)
    if to is ExportFormat.COCO:
        _check_sizes(exchange)
        text = json.dumps(build_coco(exchange), indent=1, allow_nan=False, ensure_ascii=False)
        (folder / COCO_NAME).write_text(text + "\n", encoding="utf-8")
    elif to is ExportFormat.CSV:
        (folder / CSV_NAME).write_text(build_csv(exchange), encoding="utf-8", newline="")
    elif to is ExportFormat.YOLO:
        for name, text in build_yolo(exchange).items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8", newline="")
    else:
        raise ValueError(f"{to} refers to images.")
    return Written(len(exchange.boxes))


def _check_sizes(exchange: ExchangeSet) -> None:
    for image in exchange.images:
        if image.width is None or image.height is None:
            raise AnnotationError(
                f"The size of slice {image.sop_instance_uid} is unknown.",
                "Name the images with --images.",
                image.sop_instance_uid,
            )


def _write_voc(exchange: ExchangeSet, folder: Path) -> Written:
    _check_sizes(exchange)
    written = Written()
    boxes: defaultdict[str, list[ExchangeBox]] = defaultdict(list)
    for box in exchange.boxes:
        boxes[box.sop_instance_uid].append(box)
    for image in exchange.images:
        uid, own = image.sop_instance_uid, boxes[image.sop_instance_uid]
        if "#" in uid:
            reason = "VOC names a slice by its file, and this is one frame of several."
            written.left_out.append(FileProblem(uid, reason))
            continue
        patient = image.patient_id.rpartition("-")[2]
        path = folder / "Annotation" / make_safe_name(patient, _UNSORTED) / f"{uid}.xml"
        path.parent.mkdir(parents=True, exist_ok=True)
        labelled = [(box.box, box.label) for box in own]
        write_voc(path, uid, labelled, image.width or 0, image.height or 0)
        written.boxes += len(own)
    (folder / NOTICE_NAME).write_text(f"{NOTICE}\n", encoding="utf-8")
    return written


def write_reports(
    marked: Iterable[MarkedSeries], observer: Observer, folder: Path, ctx: TaskContext
) -> Written:
    """Write a DICOM SR for each series.

    Raises
    ------
    DicomReadError
        If a series' header cannot be read any more.
    TaskCancelledError
        If cancelled.
    """
    from ctbox.dicom.sr import build_sr

    written = Written()
    for each in marked:
        ctx.check()
        data = build_sr(each.series, each.lesions, observer)
        (folder / f"{_name_series(each.series)}.sr.dcm").write_bytes(data)
        written.boxes += each.box_count
    return written


def _name_series(series: Series) -> str:
    return make_safe_name(series.key.replace("#", "-acq").replace("/", "-part"), _UNSORTED)


def write_segmentations(
    marked: Iterable[MarkedSeries], observer: Observer, folder: Path, ctx: TaskContext
) -> Written:
    """Write a DICOM SEG for each series: the filled Sobel outlines of its boxes.

    Raises
    ------
    CtboxError
        If a segmentation could not be made.
    TaskCancelledError
        If cancelled.
    """
    from ctbox.dicom.seg import Segment, build_seg, find_seg_problem

    written = Written()
    for each in marked:
        problem = find_seg_problem(each.series)
        if problem is not None:
            written.left_out.append(FileProblem(each.series.series_instance_uid, problem))
            continue
        masks = _outline_series(each, written, ctx)
        segments = [Segment(lesion, masks[lesion.tracking_uid]) for lesion in each.lesions]
        if any(segment.masks for segment in segments):
            data = build_seg(each.series, segments, observer)
            (folder / f"{_name_series(each.series)}.seg.dcm").write_bytes(data)
    return written


_Masks = dict[str, dict[str, NDArray[np.bool_]]]


def _outline_series(marked: MarkedSeries, written: Written, ctx: TaskContext) -> _Masks:
    """Return tracking UID to SOP Instance UID to mask, slice by slice."""
    masks: _Masks = {lesion.tracking_uid: {} for lesion in marked.lesions}
    boxes: defaultdict[str, list[tuple[str, MarkedBox]]] = defaultdict(list)
    for lesion in marked.lesions:
        for box in lesion.boxes:
            boxes[box.sop_instance_uid].append((lesion.tracking_uid, box))
    slices = [s for s in marked.series.slices if s.sop_instance_uid in boxes]
    for done, slice_ in enumerate(slices):
        ctx.check()
        ctx.report(Progress(done, len(slices), "Outlining"))
        _outline_slice(slice_, boxes[slice_.sop_instance_uid], masks, written)
    return masks


def _outline_slice(
    slice_: Slice, boxes: Iterable[tuple[str, MarkedBox]], masks: _Masks, written: Written
) -> None:
    try:
        hu = read_hu(slice_)
    except DicomReadError as error:
        written.left_out.append(FileProblem(slice_.sop_instance_uid, error.message))
        return
    for tracking_uid, box in boxes:
        outline = compute_outline(hu, box.box, slice_.pixel_spacing_mm)
        if not outline.is_found:
            reason = outline.reason or "No outline was found."
            written.left_out.append(FileProblem(slice_.sop_instance_uid, reason))
            continue
        mask = masks[tracking_uid].setdefault(
            slice_.sop_instance_uid, np.zeros(hu.shape, dtype=np.bool_)
        )
        (x, y), (rows, columns) = outline.offset, outline.mask.shape
        mask[y : y + rows, x : x + columns] |= outline.mask
        written.boxes += 1


def check_not_empty(marked: Iterable[MarkedSeries], path: Path) -> None:
    """Refuse an export without any box.

    Raises
    ------
    CtboxError
        If there is none.
    """
    if not any(each.lesions for each in marked):
        raise CtboxError(
            f"There is no box to export in {path}.",
            "Name the annotations with --annotations, or predictions with --detections.",
            path,
        )
