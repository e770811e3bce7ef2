"""The copy and mean-box baselines of a fold, as if they were models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import FloatArray
from ctbox.dicom.pixels import read_hu
from ctbox.errors import DicomReadError
from ctbox.evaluation.baselines import CopyBaseline, MeanBoxBaseline
from ctbox.evaluation.slices import EvaluatedSlice
from ctbox.progress import TaskContext
from ctbox.workflows.open_case import SeriesCase
from ctbox.workflows.samples import get_boxes

COPY = "copy nearest slice"
MEAN_BOX = "mean box"


def predict_baselines(
    cases: Sequence[SeriesCase],
    training: frozenset[str],
    held_out: Sequence[EvaluatedSlice],
    ctx: TaskContext,
) -> dict[str, list[EvaluatedSlice]]:
    """Return, for each baseline, the held-out slices with its boxes.

    Parameters
    ----------
    cases : sequence of SeriesCase
        All annotated series.
    training : frozenset of str
        SOP Instance UIDs of the annotated slices to copy from.
    held_out : sequence of EvaluatedSlice
        Slices to answer for; only the annotated ones get boxes, since both baselines would
        put one on every slice.
    ctx : TaskContext
        Asked to stop once a slice.
    """
    copy = CopyBaseline.fit(_read_labelled(cases, training, ctx))
    mean = MeanBoxBaseline.fit(_list_sizes(cases, training))
    wanted = {one.sop_uid for one in held_out if len(one.expert_boxes)}
    copied: dict[str, FloatArray] = {}
    averaged: dict[str, FloatArray] = {}
    for case in cases:
        for each in case.series.slices:
            if each.sop_instance_uid in wanted:
                ctx.check()
                copied[each.sop_instance_uid] = copy.predict(read_hu(each))
                averaged[each.sop_instance_uid] = mean.predict(each.rows, each.columns)
    return {
        COPY: [_answer(one, copied) for one in held_out],
        MEAN_BOX: [_answer(one, averaged) for one in held_out],
    }


def _read_labelled(
    cases: Sequence[SeriesCase], wanted: frozenset[str], ctx: TaskContext
) -> Iterator[tuple[NDArray[np.generic], FloatArray]]:
    for case in cases:
        for each in case.series.slices:
            if each.sop_instance_uid in wanted:
                ctx.check()
                try:
                    hu = read_hu(each)
                except DicomReadError:
                    continue  # nobody can copy from what cannot be read
                yield hu, get_boxes(case, each.sop_instance_uid)


def _list_sizes(
    cases: Sequence[SeriesCase], wanted: frozenset[str]
) -> Iterator[tuple[tuple[int, int], FloatArray]]:
    for case in cases:
        for each in case.series.slices:
            if each.sop_instance_uid in wanted:
                yield (each.rows, each.columns), get_boxes(case, each.sop_instance_uid)


def _answer(one: EvaluatedSlice, boxes: dict[str, FloatArray]) -> EvaluatedSlice:
    found = boxes.get(one.sop_uid, np.zeros((0, 4)))
    # Neither baseline has a score to rank by: its first box is its answer.
    return one.with_detections(found[:1], np.ones(len(found[:1])))
