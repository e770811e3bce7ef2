"""The copy and mean-box baselines of a report, from the thumbnails that its records keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import FloatArray
from ctbox.dicom.pixels import read_hu
from ctbox.evaluation.baselines import CopyBaseline, MeanBoxBaseline
from ctbox.evaluation.slices import EvaluatedSlice
from ctbox.imaging.thumbnail import SIDE, compute_thumbnail
from ctbox.model.linking import group_samples
from ctbox.progress import TaskContext
from ctbox.workflows.baseline_boxes import COPY, MEAN_BOX
from ctbox.workflows.open_case import SeriesCase
from ctbox.workflows.report_models import get_patient
from ctbox.workflows.report_records import SeriesRecord
from ctbox.workflows.samples import Samples, get_boxes

Answers = dict[str, list[EvaluatedSlice]]


@dataclass(frozen=True, slots=True, eq=False)
class CopySource:
    """One annotated slice to copy from, or to answer for.

    Parameters
    ----------
    sop_uid, patient_id : str
        Which slice of whom.
    shape : tuple of int
        Rows and columns.
    boxes : ndarray
        The expert's boxes (k, 4).
    thumbnail : ndarray
        float32 (64, 64) in HU.
    """

    sop_uid: str
    patient_id: str
    shape: tuple[int, int]
    boxes: FloatArray
    thumbnail: NDArray[np.float32]


def list_sources(case: SeriesCase, record: SeriesRecord) -> list[CopySource]:
    """Return the annotated slices of a judged series; its pixels are not read again."""
    return [
        CopySource(
            each.sop_instance_uid,
            get_patient(case),
            (each.rows, each.columns),
            get_boxes(case, each.sop_instance_uid),
            record.thumbnails[each.sop_instance_uid],
        )
        for each in case.series.slices
        if each.sop_instance_uid in record.thumbnails
    ]


def read_sources(cases: Iterable[SeriesCase], ctx: TaskContext) -> list[CopySource]:
    """Read the annotated slices of series that are not judged themselves.

    Raises
    ------
    DicomReadError
        If one cannot be read.
    """
    found = []
    for case in cases:
        for each in case.series.slices:
            if each.sop_instance_uid in case.annotations:
                ctx.check()
                picture = compute_thumbnail(read_hu(each)).astype(np.float32)
                boxes = get_boxes(case, each.sop_instance_uid)
                shape = (each.rows, each.columns)
                uid = each.sop_instance_uid
                found.append(CopySource(uid, get_patient(case), shape, boxes, picture))
    return found


def group_patients(samples: Samples, linked: Iterable[frozenset[str]]) -> dict[str, int]:
    """Return patient to group: those who share images are one and never copy from each other."""
    groups = group_samples(samples.keys, linked)
    return {
        samples.keys[index].patient_id: number
        for number, group in enumerate(groups)
        for index in group
    }


def answer_by_baselines(
    slices: Sequence[EvaluatedSlice],
    sources: Sequence[CopySource],
    asked: Mapping[str, CopySource],
    groups: Mapping[str, int],
    ctx: TaskContext,
) -> Answers:
    """Return, for each baseline, the slices with its boxes; empty if some patient has no other.

    Parameters
    ----------
    slices : sequence of EvaluatedSlice
        To answer for; only annotated ones get a box.
    sources : sequence of CopySource
        To copy from; nobody copies from himself or from whom he shares images with.
    asked : mapping
        SOP Instance UID to the slice's picture.
    groups : mapping
        Patient to group.
    ctx : TaskContext
        Asked to stop once a slice.
    """
    copied: dict[str, FloatArray] = {}
    averaged: dict[str, FloatArray] = {}
    by_group: dict[int, list[CopySource]] = {}
    for one in slices:
        if one.sop_uid in asked:
            by_group.setdefault(groups[one.patient_id], []).append(asked[one.sop_uid])
    for group, wanted in by_group.items():
        usable = [s for s in sources if groups.get(s.patient_id) != group and len(s.boxes)]
        if not usable:
            return {}
        copy = CopyBaseline.fit((one.thumbnail, _shrink(one)) for one in usable)
        mean = MeanBoxBaseline.fit((one.shape, one.boxes) for one in usable)
        for each in wanted:
            ctx.check()
            copied[each.sop_uid] = _enlarge(copy.predict(each.thumbnail), each)
            averaged[each.sop_uid] = mean.predict(*each.shape)
    return {
        COPY: [_answer(one, copied) for one in slices],
        MEAN_BOX: [_answer(one, averaged) for one in slices],
    }


def _get_scale(one: CopySource) -> FloatArray:
    rows, columns = one.shape
    return np.array([columns, rows, columns, rows], dtype=np.float64) / SIDE


def _shrink(one: CopySource) -> FloatArray:
    """Return the boxes in the thumbnail's pixels: it stands for the slice, which is not kept."""
    return np.asarray(one.boxes / _get_scale(one))


def _enlarge(boxes: FloatArray, one: CopySource) -> FloatArray:
    return np.asarray(boxes * _get_scale(one))


def _answer(one: EvaluatedSlice, boxes: Mapping[str, FloatArray]) -> EvaluatedSlice:
    found = boxes.get(one.sop_uid, np.zeros((0, 4)))
    # Neither baseline has a score to rank by: its first box is its answer.
    return one.with_detections(found[:1], np.ones(len(found[:1])))
