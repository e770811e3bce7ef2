from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctbox.annotations.annotation import Annotation
from ctbox.boxes import BoundingBox
from ctbox.dicom.series import InstanceSource, Slice, VoiWindow
from ctbox.gui.viewer.readout import (
    IouKind,
    describe_annotation,
    describe_detection,
    describe_iou,
    describe_probe,
    describe_study,
    describe_window,
    format_age,
    format_date,
    match_one_to_one,
)
from ctbox.model.detection import Detection
from tests.gui.builders import build_series


def _expert(*box: float, label: str = "A") -> Annotation:
    return Annotation(BoundingBox(*box), label, "1.2.3")


def _ai(*box: float, score: float = 0.87) -> Detection:
    return Detection(BoundingBox(*box), score)


def test_slice_without_expert_box_is_never_zero() -> None:
    for detections in (None, [], [_ai(0, 0, 10, 10)]):
        readout = describe_iou([], detections)
        assert readout.text == "no annotation"
        assert readout.value is None


def test_slice_that_was_not_predicted_is_no_miss() -> None:
    readout = describe_iou([_expert(0, 0, 10, 10)], None)
    assert readout.kind is IouKind.NOT_PREDICTED
    assert readout.value is None


def test_miss_without_detection() -> None:
    assert describe_iou([_expert(0, 0, 10, 10)], []).text == "IoU 0.00 (missed)"


def test_miss_with_detection_elsewhere() -> None:
    readout = describe_iou([_expert(0, 0, 10, 10)], [_ai(50, 50, 60, 60)])
    assert readout.text == "IoU 0.00 (missed)"


def test_single_pair() -> None:
    readout = describe_iou([_expert(0, 0, 10, 10)], [_ai(0, 0, 10, 7.4)])
    assert (readout.text, readout.note) == ("IoU 0.74", "")


def test_several_give_the_mean_with_a_miss_as_zero() -> None:
    experts = [_expert(0, 0, 10, 10), _expert(100, 100, 110, 110)]
    readout = describe_iou(experts, [_ai(0, 0, 10, 8)])
    assert readout.value == pytest.approx(0.4)
    assert readout.text == "IoU 0.40"
    assert readout.note == "mean of 2 boxes, 1 missed"


def test_one_detection_serves_one_expert_box() -> None:
    experts = [_expert(0, 0, 10, 10), _expert(0, 0, 10, 9)]
    readout = describe_iou(experts, [_ai(0, 0, 10, 10)])
    assert readout.value == pytest.approx(0.5)


def test_selected_expert_box_gives_its_own_pair() -> None:
    experts = [_expert(0, 0, 10, 10), _expert(100, 100, 110, 110)]
    detections = [_ai(0, 0, 10, 8), _ai(100, 100, 110, 105)]
    assert describe_iou(experts, detections, selected_annotation=1).value == pytest.approx(0.5)
    assert describe_iou(experts, detections, selected_annotation=0).value == pytest.approx(0.8)
    assert describe_iou(experts, [], selected_annotation=0).text == "IoU 0.00 (missed)"


def test_selected_detection_and_hand_made_pair() -> None:
    experts = [_expert(0, 0, 10, 10), _expert(100, 100, 110, 110)]
    detections = [_ai(0, 0, 10, 8), _ai(50, 50, 60, 60)]
    assert describe_iou(experts, detections, selected_detection=0).value == pytest.approx(0.8)
    alone = describe_iou(experts, detections, selected_detection=1)
    assert (alone.text, alone.note) == ("IoU 0.00", "no expert's box overlaps it")
    assert describe_iou(experts, detections, 1, 0).text == "IoU 0.00"
    assert describe_iou(experts, detections, 0, 0).text == "IoU 0.80"


@given(st.integers(1, 6), st.integers(0, 6), st.integers(0, 2**31))
def test_matching_is_one_to_one_and_greedy(rows: int, columns: int, seed: int) -> None:
    iou = np.random.default_rng(seed).random((rows, columns))
    matched = match_one_to_one(iou)
    used = [column for column in matched if column is not None]
    assert len(used) == len(set(used)) == min(rows, columns)
    if columns:
        row, column = np.unravel_index(int(np.argmax(iou)), iou.shape)
        assert matched[int(row)] == column


def test_tags_and_window_text() -> None:
    assert describe_annotation(_expert(0, 0, 1, 1, label="G")) == "Expert G"
    assert describe_detection(_ai(0, 0, 1, 1, score=0.874)) == "AI 0.87"
    assert describe_window(VoiWindow(-700, 1400)) == "W 1400  L −700"


def test_probe_gives_value_and_patient_position() -> None:
    slice_ = Slice(
        "1.2",
        "1.2.840.10008.5.1.4.1.1.2",
        "1.2.840.10008.1.2.1",
        InstanceSource(path=None),  # type: ignore[arg-type]
        rows=4,
        columns=5,
        image_position_mm=(-100.0, -50.0, 30.0),
        image_orientation=(1, 0, 0, 0, 1, 0),
        pixel_spacing_mm=(0.5, 0.25),
    )
    pixels = np.arange(20, dtype=np.int16).reshape(4, 5) - 1000
    readout = describe_probe(slice_, 6, pixels, x=4, y=2)
    assert readout.pixel == "x 4  y 2  slice 7"
    assert readout.value == "−986 HU"
    assert readout.place == "(−99.0, −49.0, 30.0) mm"
    assert describe_probe(slice_, 6, None, 4, 2).value == ""
    stored = replace(slice_, has_rescale=False)
    assert describe_probe(stored, 6, pixels, x=4, y=2).value == "−986 stored"


def test_probe_of_a_colour_slice_gives_samples() -> None:
    slice_ = Slice("1.2", "", "", InstanceSource(path=None), 1, 1, samples_per_pixel=3)  # type: ignore[arg-type]
    pixels = np.array([[[1, 2, 255]]], dtype=np.uint8)
    readout = describe_probe(slice_, 0, pixels, 0, 0)
    assert readout.value == "RGB 1 2 255"
    assert readout.place == ""


def test_date_sex_and_age_are_said_as_people_say_them() -> None:
    series = replace(build_series(), study_date="20070312", patient_sex="F", patient_age="061Y")
    assert describe_study(series) == "2007-03-12 · F · 61 y"
    assert describe_study(replace(series, study_date=None, patient_age="")) == "F"


@pytest.mark.parametrize("stored", [None, "", "2007", "2007031x", "20070312-20080101"])
def test_what_is_no_date_is_left_out(stored: str | None) -> None:
    assert format_date(stored) == ""


def test_ages_and_old_dates() -> None:
    assert [format_age(each) for each in ("008M", "003W", "012D", "61", "xxxY", None)] == [
        "8 mo", "3 wk", "12 d", "", "", "",
    ]  # fmt: skip
    assert format_date("2007.03.12") == "2007-03-12"
