"""What `detect` tells of lesions and of where the model looked."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ctbox.boxes import BoundingBox
from ctbox.model.detection import SizeSource
from ctbox.phantom.volume import PhantomConfig, PhantomVolume, make_phantom
from ctbox.progress import TaskContext
from ctbox.workflows.detect import (
    DetectRequest,
    DetectResult,
    ModelReady,
    SeriesDetected,
    SliceDetected,
    detect,
)
from ctbox.workflows.detections_document import parse_detections
from ctbox.workflows.documents import describe_detections
from ctbox.workflows.lesion_size import measure_lesion
from ctbox.workflows.open_case import open_case
from tests.builders import write_series

SEED = 6


@pytest.fixture(scope="module")
def phantom() -> PhantomVolume:
    return make_phantom(PhantomConfig(rows=256, n_slices=10), np.random.default_rng(SEED))


@pytest.fixture(scope="module")
def updates_and_result(
    phantom: PhantomVolume, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[object], DetectResult]:
    folder = tmp_path_factory.mktemp("phantom")
    write_series(folder, len(phantom.hu), hu=phantom.hu, spacing=phantom.pixel_spacing_mm)
    series = tuple(each.series for each in open_case(folder, None, TaskContext()).series)
    seen: list[object] = []
    request = DetectRequest(series, device="cpu", want_attention=True)
    return seen, detect(request, TaskContext(on_report=seen.append))


def test_whom_the_model_has_learnt_from_comes_with_it(
    updates_and_result: tuple[list[object], DetectResult],
) -> None:
    seen, result = updates_and_result
    told = result.model.seen
    assert {one.seen for one in seen if isinstance(one, ModelReady)} == {told}
    assert result.model.most_lesions == 3
    stranger = replace(result.series[0].series, patient_id="Lung_Dx-A9001")
    assert not told.includes(stranger)
    assert told.includes(replace(stranger, patient_id="Lung_Dx-G0001"))
    assert told.includes(replace(stranger, patient_id="G0001"))
    assert told.includes(replace(stranger, series_instance_uid=next(iter(told.series))))


def test_a_lesion_carries_the_boxes_of_its_slices(
    updates_and_result: tuple[list[object], DetectResult],
) -> None:
    seen, result = updates_and_result
    (series,) = result.series
    (told,) = (one for one in seen if isinstance(one, SeriesDetected))
    assert told.lesions == series.lesions
    assert series.lesions
    by_slice = {one.sop_instance_uid: one.detections for one in series.slices}
    for lesion in series.lesions:
        assert len(lesion.detections) == len(lesion.sop_instance_uids)
        for uid, one in zip(lesion.sop_instance_uids, lesion.detections, strict=True):
            assert one in by_slice[uid]
            assert lesion.get_box(uid) == one.box
        assert lesion.get_box("elsewhere") is None


def test_the_long_axis_is_that_of_the_tumour_on_its_largest_slice(
    phantom: PhantomVolume, updates_and_result: tuple[list[object], DetectResult]
) -> None:
    best = updates_and_result[1].series[0].lesions[0]
    assert best.size is not None
    largest = max(best.detections, key=lambda one: one.box.area)
    assert best.get_box(best.size.sop_instance_uid) == largest.box
    sides = largest.box.width, largest.box.height
    longest = np.hypot(*sides) * max(phantom.pixel_spacing_mm)
    assert 0.5 * max(sides) * min(phantom.pixel_spacing_mm) < best.size.long_axis_mm < 1.2 * longest
    assert best.size.source is SizeSource.OUTLINE


def test_without_an_outline_the_box_is_measured_and_without_spacing_nothing() -> None:
    flat = np.zeros((2, 64, 64), np.int16)
    boxes = [(0, "a", BoundingBox(10, 10, 20, 20)), (1, "b", BoundingBox(10, 10, 30, 22))]
    size = measure_lesion(flat, boxes, (2.0, 0.5))
    assert size is not None
    assert (size.long_axis_mm, size.sop_instance_uid, size.source) == (24.0, "b", SizeSource.BOX)
    assert measure_lesion(flat, boxes, None) is None


def test_every_slice_comes_with_its_map_and_only_if_asked(
    phantom: PhantomVolume, updates_and_result: tuple[list[object], DetectResult]
) -> None:
    seen, result = updates_and_result
    slices = [one for one in seen if isinstance(one, SliceDetected)]
    assert len(slices) == len(phantom.hu)
    for one in slices:
        assert one.attention is not None
        x1, y1, x2, y2 = one.attention.bounds
        assert x1 < 128 < x2
        assert y1 < 128 < y2
    again: list[object] = []
    request = DetectRequest((result.series[0].series,), device="cpu", slice_indices=(4,))
    detect(request, TaskContext(on_report=again.append))
    (alone,) = (one for one in again if isinstance(one, SliceDetected))
    assert alone.attention is None


def test_lesions_survive_the_document(
    updates_and_result: tuple[list[object], DetectResult],
) -> None:
    result = updates_and_result[1]
    document = json.loads(json.dumps(describe_detections(result, [])))
    read = {
        lesion.lesion_id: lesion
        for lesions in parse_detections(document).lesions_of_uid.values()
        for lesion in lesions
    }
    for lesion in result.series[0].lesions:
        back = read[lesion.lesion_id]
        assert back.sop_instance_uids == lesion.sop_instance_uids
        assert len(back.detections) == len(lesion.detections)
        assert lesion.size is not None
        assert back.size is not None
        assert back.size.long_axis_mm == pytest.approx(lesion.size.long_axis_mm, abs=0.01)
        assert back.size.source is lesion.size.source


@pytest.mark.parametrize(
    "change",
    [
        {"boxes": [[0, 0, 1, 1]]},
        {"long_axis": {"mm": float("nan"), "sop_instance_uid": "1", "measured_on": "box"}},
        {"long_axis": {"mm": 3.0, "sop_instance_uid": "1", "measured_on": "guess"}},
    ],
)
def test_a_damaged_lesion_is_refused(
    change: dict[str, object], updates_and_result: tuple[list[object], DetectResult]
) -> None:
    document = describe_detections(updates_and_result[1], [])
    document["series"][0]["lesions"][0].update(change)
    with pytest.raises(ValueError, match=r"argument|long axis|guess|boxes"):
        parse_detections(document)


def test_a_document_of_an_older_ctbox_is_read(
    updates_and_result: tuple[list[object], DetectResult],
) -> None:
    document = describe_detections(updates_and_result[1], [])
    for lesion in document["series"][0]["lesions"]:
        for name in ("boxes", "scores", "long_axis"):
            del lesion[name]
    lesions = parse_detections(document).lesions_of_uid
    assert lesions
    assert all(
        one.detections == () and one.size is None for each in lesions.values() for one in each
    )


def test_the_window_may_import_the_types_without_torch() -> None:
    names = "ctbox.model.attention, ctbox.model.detection, ctbox.workflows.detect"
    code = (
        f"import sys, {names}; sys.exit(bool({{'torch', 'skimage', 'scipy'}} & set(sys.modules)))"
    )
    folder = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=folder, check=False).returncode == 0
