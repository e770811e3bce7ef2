from __future__ import annotations

from pathlib import Path

import numpy as np

from ctbox.evaluation.slices import EvaluatedSlice
from ctbox.progress import TaskContext
from ctbox.workflows.baseline_boxes import predict_baselines
from ctbox.workflows.open_case import open_case
from ctbox.workflows.report_baselines import answer_by_baselines, group_patients, read_sources
from ctbox.workflows.samples import collect_samples, get_boxes
from tests.workflows.report_scenes import write_collection


def test_thumbnails_answer_as_the_pixels_do(tmp_path: Path) -> None:
    """One patient held out: the report's way and `ctbox evaluate`'s give the same boxes."""
    ctx = TaskContext()
    case = open_case(write_collection(tmp_path), None, ctx)
    samples = collect_samples(case)
    sources = read_sources(samples.cases, ctx)
    held = samples.cases[0]
    slices = [
        EvaluatedSlice(
            one.sop_instance_uid,
            held.series.key,
            held.series.patient_id or "",
            get_boxes(held, one.sop_instance_uid),
        )
        for one in held.series.slices
    ]
    training = frozenset(
        key.sop_uid for key in samples.keys if key.patient_id != held.series.patient_id
    )
    asked = {one.sop_uid: one for one in sources}
    ours = answer_by_baselines(slices, sources, asked, group_patients(samples, ()), ctx)
    theirs = predict_baselines(samples.cases, training, slices, ctx)
    assert ours.keys() == theirs.keys()
    for name, answers in theirs.items():
        assert sum(len(one.boxes) for one in answers) == len(held.annotations)
        for one, other in zip(ours[name], answers, strict=True):
            assert np.allclose(one.boxes, other.boxes, atol=1e-9)


def test_linked_patients_are_nobody_to_copy_from(tmp_path: Path) -> None:
    ctx = TaskContext()
    samples = collect_samples(open_case(write_collection(tmp_path), None, ctx))
    linked = (frozenset({"A0901", "B0901"}),)
    groups = group_patients(samples, linked)
    assert groups["Lung_Dx-A0901"] == groups["Lung_Dx-B0901"] != groups["Lung_Dx-E0901"]
