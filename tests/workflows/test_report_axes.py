"""Long axes of a series: those of the outlines themselves, and each box outlined once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ctbox.boxes import BoundingBox, FloatArray
from ctbox.dicom.pixels import read_volume
from ctbox.imaging import outline
from ctbox.progress import TaskContext
from ctbox.workflows.open_case import SeriesCase, open_case
from ctbox.workflows.report_axes import LongAxes, Unmeasured, measure_records
from ctbox.workflows.report_pool import sort_jobs
from ctbox.workflows.report_records import SeriesRecord, SliceBoxes
from ctbox.workflows.report_series import ModelChoice, SeriesJob
from ctbox.workflows.samples import get_boxes
from tests.workflows.report_scenes import write_collection


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> tuple[SeriesCase, ...]:
    return open_case(write_collection(tmp_path_factory.mktemp("axes")), None, TaskContext()).series


def find_boxes(case: SeriesCase, shift: float) -> dict[str, SliceBoxes]:
    """A model's boxes: the expert's, moved to the right, and a poor second one."""
    found = {}
    for each in case.series.slices:
        expert = get_boxes(case, each.sop_instance_uid)[:1]
        moved: FloatArray = np.concatenate([expert + np.array([shift, 0, shift, 0]), expert + 40])
        scores = np.array([0.9, 0.1])[: len(moved)]
        found[each.sop_instance_uid] = (moved, scores)
    return found


def make_axes(case: SeriesCase) -> LongAxes:
    slices = zip(case.series.slices, read_volume(case.series), strict=True)
    volume = {each.sop_instance_uid: hu for each, hu in slices}
    return LongAxes(case, lambda each: volume[each.sop_instance_uid])


def test_the_axes_are_the_outlines_own(cases: tuple[SeriesCase, ...]) -> None:
    (case, *_) = cases
    volume = read_volume(case.series)
    boxes = find_boxes(case, 1.5)
    pairs = make_axes(case).measure(boxes)
    assert set(pairs) == set(case.annotations)
    for hu, each in zip(volume, case.series.slices, strict=True):
        if each.sop_instance_uid not in pairs:
            continue
        expert = get_boxes(case, each.sop_instance_uid)[0]
        for box, length in zip(
            (expert, boxes[each.sop_instance_uid][0][0]), pairs[each.sop_instance_uid], strict=True
        ):
            drawn = outline.compute_outline(hu, BoundingBox(*box), each.pixel_spacing_mm)
            assert length == drawn.long_axis_mm


def test_no_box_is_outlined_twice_for_several_models(
    cases: tuple[SeriesCase, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    (case, *_) = cases
    outlined: Counter[tuple[int, BoundingBox]] = Counter()
    measure = outline.measure_long_axis_mm

    def count(hu: Any, box: BoundingBox, spacing: Any) -> float | None:
        outlined[hu.ctypes.data, box] += 1
        return measure(hu, box, spacing)

    monkeypatch.setattr(outline, "measure_long_axis_mm", count)
    axes = make_axes(case)
    first, second = axes.measure(find_boxes(case, 1.0)), axes.measure(find_boxes(case, 2.0))
    assert axes.measure(find_boxes(case, 1.0)) == first
    assert {uid: pair[0] for uid, pair in first.items()} == {
        uid: pair[0] for uid, pair in second.items()
    }
    assert set(outlined.values()) == {1}
    assert len(outlined) == 3 * len(case.annotations)  # the expert's and two models'


def test_boxes_on_other_things_are_not_compared(cases: tuple[SeriesCase, ...]) -> None:
    (case, *_) = cases
    axes = make_axes(case)
    assert axes.measure(find_boxes(case, 30.0)) == {}


def test_measuring_apart_gives_the_same(cases: tuple[SeriesCase, ...]) -> None:
    (case, *_) = cases
    boxes = find_boxes(case, 1.5)
    record = SeriesRecord(case.series.key, "a" * 64, "CPU", boxes)
    (measured,) = measure_records(Unmeasured(case, (record,)), TaskContext())
    assert measured.long_axes_mm == make_axes(case).measure(boxes) != {}
    assert replace(measured, long_axes_mm={}).boxes is record.boxes


def test_the_longest_series_come_first(cases: tuple[SeriesCase, ...]) -> None:
    long, short = cases[0], cases[1]
    model = ModelChoice(str(Path()), "a" * 64, 0.5)
    cut = replace(short, series=replace(short.series, slices=short.series.slices[:3]))
    jobs = [SeriesJob(cut, (model,)), SeriesJob(long, (model,)), SeriesJob(long, (model, model))]
    assert sort_jobs(jobs) == [jobs[2], jobs[1], jobs[0]]
