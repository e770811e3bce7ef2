"""Annotated series as samples for training and evaluation."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ctbox.annotations.negatives import AnnotatedRange, find_annotated_range
from ctbox.boxes import FloatArray, as_box_array, compute_area
from ctbox.dicom.pixels import read_volume
from ctbox.dicom.series import Series, Slice
from ctbox.errors import TrainingDataError
from ctbox.model.linking import SampleKey
from ctbox.workflows.detect import get_geometry
from ctbox.workflows.open_case import Case, SeriesCase

if TYPE_CHECKING:
    from ctbox.model.dataset import TrainingSeries


@dataclass(frozen=True)
class Samples:
    """Annotated CT series, and their annotated slices one by one.

    Parameters
    ----------
    cases : tuple of SeriesCase
        Series with at least one box that a detector can look at.
    keys : tuple of SampleKey
        One for each annotated slice, series by series.
    """

    cases: tuple[SeriesCase, ...]
    keys: tuple[SampleKey, ...]

    @property
    def patients(self) -> tuple[str, ...]:
        """Patient IDs, sorted."""
        return tuple(sorted({key.patient_id for key in self.keys}))

    def select(self, indices: Iterable[int]) -> frozenset[str]:
        """Return the SOP Instance UIDs of some samples."""
        return frozenset(self.keys[index].sop_uid for index in indices)


def collect_samples(case: Case, subtype: str | None = None) -> Samples:
    """Return the series of a case that can be trained on or evaluated.

    Parameters
    ----------
    case : Case
        What was opened.
    subtype : str, optional
        Only patients of this subtype, or boxes labelled so where the patient ID tells none.

    Raises
    ------
    TrainingDataError
        If no CT series has a box.
    """
    usable = [
        each
        for each in case.series
        if each.annotations and each.series.skip_detection_reason is None
    ]
    cases = [each for each in usable if subtype is None or _find_subtype(each) == subtype]
    if not cases:
        wanted = "" if subtype is None else f" of subtype {subtype}"
        raise TrainingDataError(
            f"No CT series{wanted} with annotations was found: {len(case.series)} series were "
            f"read, {len(usable)} of them CT with boxes.",
            "Check --dicom and --annotations with `ctbox scan`.",
            case.path,
        )
    keys = [_make_key(each, s.sop_instance_uid) for each in cases for s in _annotated(each)]
    return Samples(tuple(cases), tuple(keys))


def make_training_series(
    cases: Sequence[SeriesCase], wanted: frozenset[str]
) -> tuple[TrainingSeries, ...]:
    """Return the series with those of their boxes whose slices are wanted.

    Annotated slices that are not wanted, or whose boxes have no area, are hidden: they are not
    learnt and never count as tumour-free.

    Parameters
    ----------
    cases : sequence of SeriesCase
        Annotated series.
    wanted : frozenset of str
        SOP Instance UIDs; series without any are left out.
    """
    made = (_make_training_series(each, wanted, cases) for each in cases)
    return tuple(each for each in made if each.boxes)


def get_boxes(case: SeriesCase, sop_instance_uid: str) -> FloatArray:
    """Return the expert's boxes (N, 4) of one slice; (0, 4) where there are none."""
    return as_box_array([each.box for each in case.annotations.get(sop_instance_uid, ())])


def get_patient_id(series: Series) -> str:
    """Return whose a series is: the patient's ID, or the study or series for want of one."""
    return series.patient_id or series.study_instance_uid or series.series_instance_uid


def _annotated(case: SeriesCase) -> list[Slice]:
    return [s for s in case.series.slices if s.sop_instance_uid in case.annotations]


def _find_subtype(case: SeriesCase) -> str | None:
    if case.series.subtype is not None:
        return case.series.subtype
    labels = {each.label for boxes in case.annotations.values() for each in boxes}
    return labels.pop() if len(labels) == 1 else None


def _make_key(case: SeriesCase, sop_uid: str) -> SampleKey:
    series = case.series
    return SampleKey(
        patient_id=get_patient_id(series),
        study_uid=series.study_instance_uid,
        series_uid=series.series_instance_uid,
        frame_of_reference_uid=series.frame_of_reference_uid,
        sop_uid=sop_uid,
        subtype=_find_subtype(case),
    )


def _make_training_series(
    case: SeriesCase, wanted: frozenset[str], cases: Sequence[SeriesCase]
) -> TrainingSeries:
    # torch comes with it, and the window only collects.
    from ctbox.model.dataset import TrainingSeries

    series = case.series
    drawn = {
        index: get_boxes(case, one.sop_instance_uid)
        for index, one in enumerate(series.slices)
        if one.sop_instance_uid in wanted and one.sop_instance_uid in case.annotations
    }
    real = {index: found[compute_area(found) > 0] for index, found in drawn.items()}
    boxes = {index: found for index, found in real.items() if len(found)}
    hidden = frozenset(
        index
        for index, one in enumerate(series.slices)
        if one.sop_instance_uid in case.annotations and index not in boxes
    )
    return TrainingSeries(
        key=series.key,
        series_instance_uid=series.series_instance_uid,
        patient_id=_make_key(case, "").patient_id,
        frame_of_reference=series.frame_of_reference_uid or series.series_instance_uid,
        geometry=get_geometry(series),
        boxes=boxes,
        read=functools.partial(read_volume, series),
        hidden=hidden,
        siblings_mm=_find_sibling_ranges(case, cases),
        stamp=functools.partial(_compute_stamp, series),
    )


def _find_sibling_ranges(
    case: SeriesCase, cases: Sequence[SeriesCase]
) -> tuple[AnnotatedRange, ...]:
    """Return where the patient's other series in the same space are annotated.

    As in scoring: a series without a frame of reference may share any.
    """
    here = case.series.frame_of_reference_uid
    ranges = []
    for other in cases:
        there = other.series.frame_of_reference_uid
        shared = here is None or there is None or here == there
        if other is case or not shared:
            continue
        if get_patient_id(other.series) == get_patient_id(case.series):
            places = (s.position_along_normal_mm for s in _annotated(other))
            ranges.append(find_annotated_range(z for z in places if z is not None))
    return tuple(found for found in ranges if found is not None)


def _compute_stamp(series: Series) -> str | None:
    """Return a hash of the names, sizes and times of a series' files; None if one is gone."""
    digest = hashlib.sha256()
    known: dict[Path, str] = {}
    for each in series.slices:
        path = each.source.path
        if path not in known:
            try:
                status = path.stat()
            except OSError:
                return None  # reading the series will say what is wrong
            known[path] = f"{path.name} {status.st_size} {status.st_mtime_ns}"
        digest.update(f"{known[path]} {each.source.member} {each.frame}\n".encode())
    return digest.hexdigest()
