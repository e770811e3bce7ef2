"""Telling that images show no chest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ctbox.dicom.series import Series
from ctbox.phantom.volume import PhantomConfig, make_phantom
from ctbox.progress import TaskContext
from ctbox.workflows.chest_check import NoChest, check_chest, measure_lungs
from ctbox.workflows.detect import DetectRequest, detect
from ctbox.workflows.documents import describe_detections
from ctbox.workflows.open_case import open_case
from tests.builders import write_series
from tests.gui.builders import build_series

SIZE = 256


def make_head() -> NDArray[np.int16]:
    """A head of 160 mm on 0.8 mm pixels: skull, brain, and two sinuses of 12 cm² together."""
    y, x = np.mgrid[:SIZE, :SIZE] - SIZE / 2
    radius = np.hypot(x, y) * 0.8
    plane = np.full((SIZE, SIZE), -1000, np.int16)
    plane[radius < 80] = 900
    plane[radius < 72] = 35
    for side in (-25, 25):
        plane[np.hypot((x - side) * 0.8, y * 0.8) < 13.8] = -950
    return np.stack([plane] * 3)


def make_series(body_part: str | None) -> Series:
    return replace(build_series(count=3), body_part=body_part)


def test_a_head_is_no_chest_and_what_the_header_says_is_quoted() -> None:
    head = make_head()
    assert measure_lungs(head, (0.8, 0.8)) == pytest.approx(12, abs=2)
    assert check_chest(make_series(None), head) == NoChest()
    assert check_chest(make_series("CHEST"), head) == NoChest()
    assert str(check_chest(make_series("head"), head)) == (
        "This looks like no chest CT (body part HEAD, no lung found): the detector knows only "
        "the chest."
    )


@pytest.mark.parametrize("body_part", [None, "CHEST", "THORAX", "ABDOMEN", "HEAD"])
def test_lungs_make_a_chest_whatever_the_header_says(body_part: str | None) -> None:
    chest = make_phantom(PhantomConfig(rows=256, n_slices=4), np.random.default_rng(3))
    series = replace(
        make_series(body_part),
        slices=tuple(
            replace(one, pixel_spacing_mm=chest.pixel_spacing_mm)
            for one in make_series(None).slices
        ),
    )
    assert check_chest(series, chest.hu) is None
    # One slice alone may lie above the lungs: all of them are asked.
    above = np.concatenate([np.full_like(chest.hu[:1], 40), chest.hu])
    assert check_chest(series, above) is None


@pytest.mark.parametrize(
    ("body_part", "is_chest"),
    [("SCAPULA", False), ("HEAD", False), ("CAP", True), ("WHOLEBODY", True), ("Thorax", True)],
)
def test_a_little_enclosed_air_counts_only_where_a_chest_may_be(
    body_part: str, is_chest: bool
) -> None:
    head = make_head()
    y, x = np.mgrid[:SIZE, :SIZE] - SIZE / 2
    head[:, np.hypot(x * 0.8, y * 0.8) < 45] = -1000  # 64 cm²
    assert (check_chest(make_series(body_part), head) is None) == is_chest


def test_what_is_predicted_says_so(tmp_path: Path) -> None:
    write_series(tmp_path, 3, hu=make_head(), tags={"BodyPartExamined": "HEAD"}, spacing=(0.8, 0.8))
    (series,) = (each.series for each in open_case(tmp_path, None, TaskContext()).series)
    assert series.body_part == "HEAD"
    result = detect(DetectRequest((series,), device="cpu"), TaskContext())
    assert result.series[0].no_chest == NoChest("HEAD")
    (told,) = describe_detections(result, ())["series"]
    assert told["no_chest_reason"] == str(NoChest("HEAD"))
