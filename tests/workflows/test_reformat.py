"""Reformatted planes: where they lie, how they are turned, and the boxes in them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ctbox.boxes import BoundingBox
from ctbox.dicom.geometry import compute_edge_letters
from ctbox.dicom.places import find_pixel, find_place
from ctbox.dicom.series import Series
from ctbox.errors import CtboxError
from ctbox.workflows.reformat import build_plane, build_reformat, cut_plane, find_index
from ctbox.workflows.reformat_boxes import SliceBox, link_boxes, project_chain
from tests.gui.builders import build_series


def make_pixels(series: Series) -> list[np.ndarray]:
    k, r, c = np.mgrid[0 : len(series.slices), 0 : series.rows, 0 : series.columns]
    return list((100 * k + r + 0.0 * c).astype(np.int16) + (c % 7).astype(np.int16))


def letters(slice_) -> str:
    found = compute_edge_letters(slice_.image_orientation)
    return found.left + found.right + found.top + found.bottom


def restack(series: Series, orientation, step) -> Series:
    """The series with other directions; slices follow each other by this step in mm."""
    slices = tuple(
        replace(
            each,
            image_orientation=orientation,
            image_position_mm=tuple(-80.0 + step[axis] * index for axis in range(3)),
            position_along_normal_mm=float(max(step, key=abs) * index),
        )
        for index, each in enumerate(series.slices)
    )
    return replace(series, slices=slices)


def test_axial_slices_give_coronal_and_sagittal_planes_with_the_head_up() -> None:
    series = build_series(count=12)  # 5 mm apart, pixels of 0.8 mm, 96 rows, 128 columns
    reformat = build_reformat(series)
    coronal = build_plane(reformat, "row", 40)
    assert (coronal.name, letters(coronal.slice_)) == ("Coronal", "RLHF")
    assert (coronal.slice_.rows, coronal.slice_.columns) == (12, 128)
    assert coronal.slice_.pixel_spacing_mm == (5.0, 0.8)
    sagittal = build_plane(reformat, "column", 64)
    assert (sagittal.name, letters(sagittal.slice_)) == ("Sagittal", "APHF")
    assert (sagittal.slice_.rows, sagittal.slice_.columns) == (12, 96)


def test_pixels_lie_where_the_plane_says() -> None:
    series = build_series(count=12)
    reformat, pixels = build_reformat(series), make_pixels(series)
    for across in ("row", "column"):
        plane = build_plane(reformat, across, 33)
        image = cut_plane(reformat, plane, lambda place: pixels[place])
        assert image.shape == (plane.slice_.rows, plane.slice_.columns)
        place = find_place(plane.slice_, 20.5, 7.5)
        x, y = find_pixel(series.slices[7], place)
        assert image[7, 20] == pixels[7][int(y), int(x)]
        assert find_index(reformat, across, place) == 33


@pytest.mark.parametrize(
    ("orientation", "step", "expected"),
    [
        ((1, 0, 0, 0, 0, -1), (0, 4, 0), {"Axial": "RLAP", "Sagittal": "APHF"}),
        ((0, 1, 0, 0, 0, -1), (4, 0, 0), {"Axial": "RLAP", "Coronal": "RLHF"}),
        ((-1, 0, 0, 0, 1, 0), (0, 0, -4), {"Coronal": "LRHF", "Sagittal": "APHF"}),
    ],
)
def test_other_acquisitions_are_turned_as_planes_are_read(orientation, step, expected) -> None:
    series = restack(build_series(count=10), tuple(map(float, orientation)), step)
    reformat, pixels = build_reformat(series), make_pixels(series)
    found = {}
    for across in ("row", "column"):
        plane = build_plane(reformat, across, 21)
        found[plane.name] = letters(plane.slice_)
        image = cut_plane(reformat, plane, lambda place: pixels[place])
        place = find_place(plane.slice_, 4.5, 6.5)
        column, row, distance = reformat.to_volume(place)
        assert image[6, 4] == pixels[round(distance / 4)][int(row), int(column)]
    assert found == expected


def test_a_tilted_gantry_is_moved_back_and_said() -> None:
    series = build_series(count=6)
    leaning = (1.0, 0.0, 0.0, 0.0, np.cos(0.2), np.sin(0.2))
    slices = tuple(
        replace(
            each,
            image_orientation=leaning,
            position_along_normal_mm=float(each.image_position_mm[2] * np.cos(0.2)),
        )
        for each in series.slices
    )
    reformat = build_reformat(replace(series, slices=slices))
    assert reformat.stack.is_sheared
    assert reformat.notes == ("slices moved back against the gantry's tilt",)
    assert reformat.stack.step_mm == pytest.approx(5 * np.cos(0.2))
    # A place keeps its pixel: the third slice's, moved by its own shift.
    place = find_place(slices[3], 30.5, 40.5)
    column, row, distance = reformat.to_volume(place)
    dx, dy = reformat.stack.shifts_px[3]
    assert (column - dx, row - dy) == pytest.approx((30.5, 40.5))
    assert distance == pytest.approx(reformat.stack.positions_mm[3])


def test_duplicates_count_once_and_uneven_stacks_are_said() -> None:
    series = build_series(count=6)
    slices = list(series.slices)
    slices[3] = replace(
        slices[3],
        image_position_mm=slices[2].image_position_mm,
        position_along_normal_mm=slices[2].position_along_normal_mm,
    )
    reformat = build_reformat(replace(series, slices=tuple(slices)))
    assert reformat.stack.places == (0, 1, 2, 4, 5)
    assert reformat.notes == ("uneven slices interpolated by position",)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"pixel_spacing_mm": None}, "PixelSpacing"),
        ({"position_along_normal_mm": None}, "positions of the slices are unknown"),
        ({"rows": 40}, "differs between slices"),
        ({"image_orientation": (0.0, 1.0, 0.0, 1.0, 0.0, 0.0)}, "differs between slices"),
    ],
)
def test_what_cannot_be_cut_is_refused_with_the_reason(change, reason: str) -> None:
    series = build_series(count=4)
    odd = replace(series.slices[2], **change)
    with pytest.raises(CtboxError, match=reason):
        build_reformat(replace(series, slices=(*series.slices[:2], odd, series.slices[3])))


def test_single_positions_colours_and_timing_runs_are_refused() -> None:
    series = build_series(count=4)
    for bad, reason in (
        (replace(series, slices=series.slices[:1]), "two positions"),
        (build_series(count=3, samples=3), "colour"),
        (replace(series, not_a_volume=True), "no volume"),
    ):
        with pytest.raises(CtboxError, match=reason):
            build_reformat(bad)


def test_boxes_span_their_slices_in_planes_across() -> None:
    reformat = build_reformat(build_series(count=12))
    boxes = {
        3: [SliceBox(BoundingBox(40, 30, 60, 50), 3, "AI 0.50", 0.5)],
        4: [
            SliceBox(BoundingBox(42, 31, 64, 52), 4, "AI 0.90", 0.9),
            SliceBox(BoundingBox(100, 60, 110, 70), 4, "AI 0.30", 0.3),
        ],
        9: [SliceBox(BoundingBox(40, 30, 60, 50), 9, "AI 0.20", 0.2)],
    }
    chains = link_boxes(boxes, reformat.stack.positions_mm)
    assert [[own.line for own in chain] for chain in chains] == [[3, 4], [4], [9]]
    plane = build_plane(reformat, "row", 40)
    box, tag = project_chain(chains[0], reformat, plane)
    assert (box.x1, box.y1, box.x2, box.y2) == pytest.approx((40, 3, 64, 5))
    assert tag == "AI 0.90"
    edge, _ = project_chain(chains[0], reformat, build_plane(reformat, "row", 30))
    assert (edge.x1, edge.y1, edge.x2, edge.y2) == pytest.approx((40, 3, 60, 4))
    assert project_chain(chains[0], reformat, build_plane(reformat, "row", 55)) is None
    side, _ = project_chain(chains[1], reformat, build_plane(reformat, "column", 105))
    assert (side.x1, side.y1, side.x2, side.y2) == pytest.approx((60, 4, 70, 5))
