"""Which slice a series begins with: the neighbour's place, else its own last one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ctbox.dicom.series import Series
from ctbox.gui.slice_memory import SliceMemory, find_nearest, share_space
from ctbox.gui.viewer.detection_store import DetectionStore
from ctbox.gui.viewer.state import ViewerState
from ctbox.workflows.open_case import SeriesCase
from tests.gui.builders import build_series


def make_series(name: str, count: int, step_mm: float, frame: str | None) -> Series:
    """Slices from z 50 mm downwards."""
    series = build_series(name, count)
    slices = tuple(
        replace(each, position_along_normal_mm=50.0 - step_mm * i)
        for i, each in enumerate(series.slices)
    )
    return replace(
        series, slices=slices, frame_of_reference_uid=frame, slice_spacing_mm=step_mm,
        study_instance_uid="9.9",
    )  # fmt: skip


THICK = make_series("1", 12, 5.0, "7.7")
THIN = make_series("2", 60, 1.0, "7.7")
ELSEWHERE = make_series("3", 12, 5.0, "8.8")


class Viewer:
    def __init__(self) -> None:
        self.state = ViewerState(DetectionStore())
        self.memory = SliceMemory()

    def show(self, series: Series) -> int:
        case = SeriesCase(series, {})
        self.state.set_series(case, self.memory.move(self.state, case))
        return self.state.slice_index


@pytest.fixture
def viewer(qapp: object) -> Viewer:
    return Viewer()


def test_a_sibling_is_shown_at_the_nearest_place(viewer: Viewer) -> None:
    assert viewer.show(THICK) == 0
    viewer.state.set_slice_index(6)  # z 20
    assert viewer.show(THIN) == 30
    viewer.state.set_slice_index(33)  # z 17: slice 7 of the thick ones is 2 mm away, slice 6 three
    assert viewer.show(THICK) == 7


def test_another_space_is_shown_where_it_was_left(viewer: Viewer) -> None:
    viewer.show(THICK)
    viewer.state.set_slice_index(6)
    assert viewer.show(ELSEWHERE) == 0
    viewer.state.set_slice_index(9)
    assert viewer.show(THICK) == 6
    assert viewer.show(ELSEWHERE) == 9
    viewer.memory.clear()
    viewer.state.set_series(None)
    assert viewer.show(THICK) == 0


def test_beyond_a_siblings_ends_its_own_place_counts(viewer: Viewer) -> None:
    short = make_series("4", 5, 5.0, "7.7")  # z 50 to 30
    viewer.show(short)
    viewer.state.set_slice_index(2)
    viewer.show(THICK)
    viewer.state.set_slice_index(11)  # z −5
    assert viewer.show(short) == 2


def test_space_is_shared_by_frame_of_reference_else_by_study() -> None:
    assert share_space(THICK, THIN)
    assert not share_space(THICK, ELSEWHERE)
    nameless = replace(THIN, frame_of_reference_uid=None)
    assert share_space(THICK, nameless)
    assert not share_space(THICK, replace(nameless, study_instance_uid="9.8"))
    coronal = tuple(
        replace(each, image_orientation=(1.0, 0.0, 0.0, 0.0, 0.0, -1.0)) for each in THIN.slices
    )
    assert not share_space(THICK, replace(THIN, slices=coronal))


def test_slices_without_a_place_are_nowhere_near() -> None:
    unknown = replace(THICK.slices[3], position_along_normal_mm=None)
    assert find_nearest(THIN, unknown) is None
    assert find_nearest(replace(THIN, slices=(unknown,)), THICK.slices[3]) is None
