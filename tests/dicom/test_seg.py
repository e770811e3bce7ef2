"""Segmentations: one binary segment a lesion, read back by highdicom."""

from __future__ import annotations

import io
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.sr.codedict import codes

from ctbox.dicom.lesion_marks import MarkedLesion, Observer
from ctbox.dicom.reading import read_series
from ctbox.dicom.seg import Segment, build_seg, find_seg_problem
from ctbox.dicom.series import Series
from tests.builders import make_uid, save_dataset, write_rgb, write_series
from tests.dicom.test_frames import make_enhanced, make_volume
from tests.dicom.test_sr import strict_pydicom  # noqa: F401  # a fixture

READER = Observer(is_device=False, name="Expert")
MODEL = Observer(is_device=True, name="net", serial_number="abc")


@pytest.fixture
def series(tmp_path: Path) -> Series:
    write_series(tmp_path / "series", 5, tags={"PatientName": "Secret^Person"})
    return read_series(tmp_path / "series").series[0]


def make_segment(
    series: Series, number: int, label: str, *places: tuple[int, slice, slice]
) -> Segment:
    masks: dict[str, NDArray[np.bool_]] = {}
    for index, rows, columns in places:
        mask = np.zeros((series.rows, series.columns), dtype=np.bool_)
        mask[rows, columns] = True
        masks[series.slices[index].sop_instance_uid] = mask
    lesion = MarkedLesion(make_uid("lesion", number), f"Lesion {number}", label, ())
    return Segment(lesion, masks)


def read_back(data: bytes, series: Series) -> tuple[hd.seg.Segmentation, NDArray[np.uint8]]:
    read = hd.seg.segread(io.BytesIO(data))
    uids = [each.sop_instance_uid for each in series.slices]
    return read, read.get_pixels_by_source_instance(
        uids, assert_missing_frames_are_empty=True, ignore_spatial_locations=True
    )


@pytest.mark.parametrize("overlap", [False, True])
def test_highdicom_reads_every_mask(series: Series, overlap: bool) -> None:
    second = slice(6, 12) if overlap else slice(20, 25)
    segments = [
        make_segment(series, 1, "A", (1, slice(4, 9), slice(5, 10)), (2, slice(3, 8), slice(5, 9))),
        make_segment(series, 2, "?", (2, second, slice(7, 14))),
    ]
    read, pixels = read_back(build_seg(series, segments, READER), series)
    assert read.number_of_segments == 2
    assert pixels.shape == (5, 32, 40, 2)
    for number, segment in enumerate(segments):
        for index, slice_ in enumerate(series.slices):
            expected = segment.masks.get(slice_.sop_instance_uid, np.zeros((32, 40), bool))
            assert np.array_equal(pixels[index, ..., number].astype(bool), expected)
    described = read.get_segment_description(1)
    assert described.tracking_uid == make_uid("lesion", 1)
    assert described.segmented_property_type == codes.SCT.AdenocarcinomaOfLung
    assert described.anatomic_regions[0] == codes.SCT.Lung
    assert described.algorithm_type is hd.seg.SegmentAlgorithmTypeValues.SEMIAUTOMATIC
    assert read.get_segment_description(2).segmented_property_type == codes.SCT.Neoplasm


def test_an_empty_segment_is_left_out_and_a_models_is_automatic(series: Series) -> None:
    empty = make_segment(series, 1, "A", (0, slice(0, 0), slice(0, 0)))
    full = make_segment(series, 2, "?", (3, slice(1, 3), slice(1, 3)))
    read, _ = read_back(build_seg(series, [empty, full], MODEL), series)
    (tracked,) = read.get_tracking_ids()
    assert tracked == ("Lesion 2", make_uid("lesion", 2))
    described = read.get_segment_description(1)
    assert described.algorithm_type is hd.seg.SegmentAlgorithmTypeValues.AUTOMATIC
    assert described.segmented_property_type == codes.SCT.Lesion
    with pytest.raises(ValueError, match="0 slices have an outline"):
        build_seg(series, [empty], MODEL)


@pytest.mark.usefixtures("strict_pydicom")
def test_the_file_is_valid_and_tells_no_name(series: Series) -> None:
    data = build_seg(series, [make_segment(series, 1, "A", (3, slice(1, 3), slice(1, 3)))], READER)
    document = pydicom.dcmread(io.BytesIO(data))
    assert sum(1 for _ in document.iterall()) > 100
    assert "Research use only, not for diagnosis." in document.SeriesDescription
    assert "Research use only, not for diagnosis." in document.ContentDescription
    assert b"Secret" not in data
    assert document.FrameOfReferenceUID == series.frame_of_reference_uid
    assert document.StudyInstanceUID == series.study_instance_uid


def test_images_that_cannot_carry_one_are_named(tmp_path: Path) -> None:
    write_rgb(tmp_path / "rgb")
    problem = find_seg_problem(read_series(tmp_path / "rgb").series[0])
    assert problem is not None
    assert "Colour" in problem
    write_series(tmp_path / "bare", 2, spacing=None)
    problem = find_seg_problem(read_series(tmp_path / "bare").series[0])
    assert problem is not None
    assert "spacing" in problem
    save_dataset(make_enhanced(make_volume(3)), tmp_path / "frames" / "a.dcm")
    problem = find_seg_problem(read_series(tmp_path / "frames").series[0])
    assert problem is not None
    assert "multi-frame" in problem
    assert "SR" in problem


def test_a_placed_series_can_carry_one(series: Series) -> None:
    assert find_seg_problem(series) is None
