"""The annotated series of a fine-tuning: the new subtype's, the old ones', and a check of both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import FloatArray
from ctbox.dicom.pixels import apply_window, read_hu
from ctbox.dicom.series import LUNG_WINDOW
from ctbox.errors import CtboxError, TrainingDataError
from ctbox.model.linking import SampleKey
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.data_place import open_place
from ctbox.workflows.fine_tune_request import COLLECTION_SUBTYPES, FineTuneRequest
from ctbox.workflows.open_case import Case, SeriesCase
from ctbox.workflows.samples import Samples, collect_samples, get_boxes

FEW_BOXES = 20
_THUMBNAIL = 176
_MOST_PROBLEMS = 50


@dataclass(frozen=True)
class FineTuneData:
    """What there is to learn from.

    Parameters
    ----------
    new : Samples
        The new subtype's slices.
    old : Samples or None
        Other subtypes' slices.
    linked : tuple of frozenset of str
        Patients known to share images.
    """

    new: Samples
    old: Samples | None
    linked: tuple[frozenset[str], ...]


@dataclass(frozen=True, eq=False)
class SeriesRow:
    """One annotated series, for the user to look at and to tick.

    Parameters
    ----------
    key, series_uid, patient_id, title : str
        The series, its UID (acquisitions may share one), its patient, what it is called.
    slices, boxes : int
        Annotated slices, and boxes on them.
    median_side_mm : float or None
        Median of the boxes' longer sides.
    problems : tuple of str
        Of its geometry.
    thumbnail : ndarray or None
        uint8 (h, w): the middle annotated slice; None where it can't be read.
    boxes_share : ndarray
        (n, 4) the boxes of that slice as shares of its width and height.
    """

    key: str
    series_uid: str
    patient_id: str
    title: str
    slices: int
    boxes: int
    median_side_mm: float | None
    problems: tuple[str, ...]
    thumbnail: NDArray[np.uint8] | None
    boxes_share: FloatArray


@dataclass(frozen=True)
class DataCheck:
    """What was found at a place, before anything is trained.

    Parameters
    ----------
    rows : tuple of SeriesRow
        The new subtype's series, by patient.
    keys : tuple of SampleKey
        Of every annotated slice, for the split.
    old_patients : tuple of str
        Patients of other subtypes.
    linked : tuple of frozenset of str
        Patients known to share images.
    problems : tuple of str
        What did not fit, one sentence each.
    """

    rows: tuple[SeriesRow, ...]
    keys: tuple[SampleKey, ...]
    old_patients: tuple[str, ...]
    linked: tuple[frozenset[str], ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DataRequest:
    """Where to look for a subtype's series; as in `FineTuneRequest`."""

    dicom: Path
    annotations: Path | None
    subtype: str


def gather_data(request: FineTuneRequest, ctx: TaskContext) -> FineTuneData:
    """Read what a request names.

    Raises
    ------
    TrainingDataError
        If nothing of the subtype is annotated there, or everything was left out.
    CtboxError
        As `open_place`.
    """
    case = open_place(request.dicom, request.annotations, ctx)
    used = tuple(each for each in case.series if each.series.key not in request.left_out_series)
    new, old = select_subtype(replace(case, series=used), request.subtype)
    linked = case.linked_folders
    if request.old_dicom is not None:
        more = open_place(request.old_dicom, request.old_annotations, ctx)
        linked += more.linked_folders
        found = collect_samples(more)
        old = found if old is None else _join(old, found)
    return FineTuneData(new, _leave_out_known(old, new), linked)


def select_subtype(case: Case, subtype: str) -> tuple[Samples, Samples | None]:
    """Return the samples of the new subtype, and the others'.

    A letter of the collection takes patients of that letter. Any other name takes patients
    whose boxes are called so; where none is, patients without a letter; where there are none
    of those either, everyone.

    Raises
    ------
    TrainingDataError
        If nobody is left.
    """
    everyone = collect_samples(case)
    if any(key.subtype == subtype for key in everyone.keys):
        return _part(everyone, lambda key: key == subtype)
    if subtype in COLLECTION_SUBTYPES:
        return collect_samples(case, subtype), None  # raises, saying what was found
    if any(key.subtype not in COLLECTION_SUBTYPES for key in everyone.keys):
        return _part(everyone, lambda key: key not in COLLECTION_SUBTYPES)
    return everyone, None


def _part(
    everyone: Samples, is_new: Callable[[str | None], bool]
) -> tuple[Samples, Samples | None]:
    new = {key.series_uid for key in everyone.keys if is_new(key.subtype)}
    old = {key.series_uid for key in everyone.keys} - new
    return _pick(everyone, new), _pick(everyone, old) if old else None


def _pick(samples: Samples, series: set[str]) -> Samples:
    return Samples(
        tuple(c for c in samples.cases if c.series.series_instance_uid in series),
        tuple(k for k in samples.keys if k.series_uid in series),
    )


def _join(first: Samples, second: Samples) -> Samples:
    known = {case.series.key for case in first.cases}
    cases = tuple(c for c in second.cases if c.series.key not in known)
    uids = {key.sop_uid for key in first.keys}
    keys = tuple(k for k in second.keys if k.sop_uid not in uids)
    return Samples((*first.cases, *cases), (*first.keys, *keys))


def _leave_out_known(old: Samples | None, new: Samples) -> Samples | None:
    """Return the old patients without those who are new patients too."""
    if old is None:
        return None
    patients = set(new.patients)
    rest = {key.series_uid for key in old.keys if key.patient_id not in patients}
    return _pick(old, rest) if rest else None


def check_data(request: DataRequest, ctx: TaskContext) -> DataCheck:
    """Look at what is there: for the user's eyes, before anything is trained.

    Raises
    ------
    CtboxError
        As `gather_data`.
    """
    case = open_place(request.dicom, request.annotations, ctx)
    new, old = select_subtype(case, request.subtype)
    rows = []
    for number, each in enumerate(new.cases):
        ctx.check()
        ctx.report(Progress(number, len(new.cases), "Looking at the series"))
        rows.append(_describe_series(each))
    return DataCheck(
        rows=tuple(rows),
        keys=new.keys,
        old_patients=() if old is None else old.patients,
        linked=case.linked_folders,
        problems=_list_problems(case),
    )


def describe_amount(patients: int, boxes: int) -> str | None:
    """Return what is to be said of too little data, or None."""
    if boxes == 1:
        return (
            f"One box is too few: from {FEW_BOXES} on something can be learnt. The result will "
            "mostly repeat this very tumour."
        )
    if boxes < FEW_BOXES:
        return (
            f"{boxes} boxes are too few: from {FEW_BOXES} on something can be learnt. The result "
            "will mostly repeat these very tumours."
        )
    if patients == 1:
        return (
            "One patient shows little of what others look like; three or more would let the run "
            "be judged."
        )
    if patients == 2:
        return (
            "Two patients show little of what others look like; three or more would let the run "
            "be judged."
        )
    return None


def _list_problems(case: Case) -> tuple[str, ...]:
    summary = case.annotation_summary
    told = [f"{Path(p.path).name}: {p.reason}" for p in (*summary.unparsable, *case.skipped)]
    if summary.orphans:
        told.append(f"{len(summary.orphans)} annotation files belong to slices that are not here.")
    for group in case.linked_folders:
        told.append(f"{' and '.join(sorted(group))} share images: they stay on one side.")
    if len(told) > _MOST_PROBLEMS:
        told = [*told[:_MOST_PROBLEMS], f"… and {len(told) - _MOST_PROBLEMS} more."]
    return tuple(told)


def _describe_series(case: SeriesCase) -> SeriesRow:
    series = case.series
    annotated = [s for s in series.slices if s.sop_instance_uid in case.annotations]
    middle = annotated[len(annotated) // 2]
    row_mm, column_mm = series.pixel_spacing_mm or (float("nan"), float("nan"))
    sides = [
        max((a.box.x2 - a.box.x1) * column_mm, (a.box.y2 - a.box.y1) * row_mm)
        for boxes in case.annotations.values()
        for a in boxes
    ]
    shares = get_boxes(case, middle.sop_instance_uid) / np.array(
        [middle.columns, middle.rows, middle.columns, middle.rows]
    )
    problems = series.problems
    try:
        picture = make_picture(read_hu(middle))
    except CtboxError as error:
        picture, problems = None, (*problems, str(error))
    return SeriesRow(
        key=series.key,
        series_uid=series.series_instance_uid,
        patient_id=series.patient_id or series.series_instance_uid,
        title=series.description or "Series",
        slices=len(annotated),
        boxes=case.annotation_count,
        median_side_mm=_median(sides),
        problems=problems,
        thumbnail=picture,
        boxes_share=shares,
    )


def make_picture(hu: NDArray[Any], side: int = _THUMBNAIL) -> NDArray[np.uint8]:
    """Return a slice (rows, columns) in the lung window, about this wide, uint8."""
    step = max(1, max(hu.shape) // side)
    grey = apply_window(hu[::step, ::step], LUNG_WINDOW.center, LUNG_WINDOW.width)
    return np.ascontiguousarray(grey)


def _median(values: Sequence[float]) -> float | None:
    known = [value for value in values if np.isfinite(value)]
    return float(np.median(known)) if known else None


def require_training_boxes(boxes: int) -> None:
    """Raise if there is no box to learn from.

    Raises
    ------
    TrainingDataError
        Then.
    """
    if boxes < 1:
        raise TrainingDataError(
            "No box is left to learn from.", "Tick a series, or move a patient to training."
        )
