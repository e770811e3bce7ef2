"""Save the reader's boxes of a case: which slices to write, and their expert's files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ctbox.annotations.annotation import Annotation
from ctbox.annotations.box_edits import OwnBoxes
from ctbox.annotations.edit_saving import SaveReport, SaveRequest, SliceToSave, save_boxes
from ctbox.annotations.store import AnnotationStore
from ctbox.dicom.series import Series
from ctbox.progress import TaskContext
from ctbox.workflows.open_case import Case

_COLLECTION_PREFIX = "Lung_Dx-"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def find_folder(series: Series, annotations: tuple[Annotation, ...] = ()) -> str:
    """Return the annotation folder of a slice: the expert's, else the patient's ID made safe."""
    for annotation in annotations:
        if annotation.folder:
            return annotation.folder
    name = (series.patient_id or "").removeprefix(_COLLECTION_PREFIX)
    return _UNSAFE.sub("_", name).strip("._") or "unknown"


def find_expert_boxes(case: Case) -> dict[str, tuple[Annotation, ...]]:
    """Return the expert's boxes of a case by annotation folder, those from files alone."""
    found: dict[str, list[Annotation]] = {}
    seen: set[str] = set()
    for each in case.series:
        for uid, boxes in each.annotations.items():
            if uid not in seen:
                seen.add(uid)
                found.setdefault(find_folder(each.series, boxes), []).extend(boxes)
    return {folder: tuple(expert) for folder, expert in found.items()}


def build_save_request(
    case: Case, store: AnnotationStore, boxes: OwnBoxes, root: Path | None
) -> SaveRequest:
    """Return what must be written so that the files hold the reader's boxes.

    Those are the slices with boxes, the slices saved before, and every slice of the expert's
    whose folder was unlocked.

    Parameters
    ----------
    case : Case
        The open case.
    store : AnnotationStore
        Knows what was written before, and notes what will be.
    boxes : OwnBoxes
        What to write.
    root : pathlib.Path or None
        Where; None among the expert's own files.
    """
    wanted = boxes.uids | store.saved.files.keys()
    return SaveRequest(
        root=root,
        slices=tuple(_find_slices(case, boxes, frozenset(wanted))),
        locked_folders=_find_locked(case, boxes),
        written=store.written,
        note_writing=store.note_writing,
    )


def save_edits(request: SaveRequest, _ctx: TaskContext) -> SaveReport:
    """Write the files; not to be cancelled halfway.

    Raises
    ------
    AnnotationError
        If something cannot be read or written.
    """
    return save_boxes(request)


def _find_slices(case: Case, boxes: OwnBoxes, wanted: frozenset[str]) -> Iterator[SliceToSave]:
    seen: set[str] = set()
    for each in case.series:
        for slice_ in each.series.slices:
            uid = slice_.sop_instance_uid
            expert = each.annotations.get(uid, ())
            folder = find_folder(each.series, expert)
            is_unlocked = bool(expert) and folder in boxes.unlocked
            if uid in seen or not (uid in wanted or is_unlocked):
                continue
            seen.add(uid)
            source = expert[0].source if expert else ""
            yield SliceToSave(
                uid, folder, slice_.columns, slice_.rows, boxes.find(uid), source, is_unlocked
            )


def _find_locked(case: Case, boxes: OwnBoxes) -> frozenset[Path]:
    return frozenset(
        Path(annotation.source).parent
        for folder, annotations in find_expert_boxes(case).items()
        if folder not in boxes.unlocked
        for annotation in annotations
        if annotation.source and "!/" not in annotation.source
    )
