from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ctbox.dicom.pixels import read_hu
from ctbox.dicom.reading import read_series
from ctbox.dicom.series import Slice
from ctbox.gui.tasks import TaskRunner
from ctbox.gui.viewer.loader import SliceLoader
from ctbox.gui.viewer.loading import BlockReader, LoadOrder
from tests.builders import write_series
from tests.gui.builders import build_series, fail_on_third, make_pixels


@given(st.integers(1, 40), st.data())
def test_order_takes_each_slice_once_nearest_first(count: int, data: st.DataObject) -> None:
    wanted = data.draw(st.integers(0, count - 1))
    order = LoadOrder(count, wanted)
    taken = [order.take() for _ in range(count)]
    assert order.take() is None
    assert sorted(taken) == list(range(count))
    assert taken[0] == wanted
    distances = [abs(index - wanted) for index in taken]
    assert distances == sorted(distances)


def test_wanting_another_slice_changes_what_comes_next() -> None:
    order = LoadOrder(100, 0)
    assert [order.take(), order.take()] == [0, 1]
    order.want(50)
    assert [order.take(), order.take(), order.take()] == [50, 51, 49]


def test_loads_all_and_the_wanted_slice_first(qtbot, runner: TaskRunner) -> None:
    loader = SliceLoader(runner, make_pixels)
    arrived: list[int] = []
    loader.slice_loaded.connect(arrived.append)
    with qtbot.waitSignal(loader.finished):
        loader.load(build_series(count=9), wanted=6)
    assert arrived[0] == 6
    assert sorted(arrived) == list(range(9))
    assert loader.is_finished
    pixels = loader.find_pixels(3)
    assert pixels is not None
    assert np.array_equal(pixels, make_pixels(build_series(count=9).slices[3]))


def test_a_bad_slice_leaves_the_others(qtbot, runner: TaskRunner) -> None:
    loader = SliceLoader(runner, fail_on_third)
    with qtbot.waitSignal(loader.finished):
        loader.load(build_series(count=5))
    assert loader.find_pixels(2) is None
    assert "slice-2.dcm" in loader.find_failure(2)
    assert sorted(loader.loaded_indices()) == [0, 1, 3, 4]


def test_results_of_the_series_before_are_dropped(qtbot, runner: TaskRunner) -> None:
    gate = threading.Event()

    def slow(slice_: Slice):
        gate.wait(5)
        return make_pixels(slice_)

    loader = SliceLoader(runner, slow)
    loader.load(build_series("1", count=4))
    loader.load(build_series("2", count=2))
    gate.set()
    qtbot.waitUntil(lambda: loader.is_finished)
    qtbot.waitUntil(lambda: not runner.running)
    assert sorted(loader.loaded_indices()) == [0, 1]


def test_a_bug_while_reading_is_said_on_every_slice(qtbot, runner: TaskRunner) -> None:
    def broken(_slice: Slice):
        raise RuntimeError("boom")

    loader = SliceLoader(runner, broken)
    with qtbot.waitSignal(loader.finished):
        loader.load(build_series(count=3))
    assert all("boom" in loader.find_failure(index) for index in range(3))


def test_a_bug_on_a_later_slice_is_said_on_what_is_not_read(qtbot, runner: TaskRunner) -> None:
    def broken(slice_: Slice):
        if slice_.instance_number == 20:
            raise RuntimeError("boom")
        return make_pixels(slice_)

    loader = SliceLoader(runner, broken)
    with qtbot.waitSignal(loader.finished):
        loader.load(build_series(count=40))
    assert "boom" in loader.find_failure(19)
    qtbot.waitUntil(lambda: not runner.running)
    assert [each.name for each in threading.enumerate() if "ctbox-slices" in each.name] == []


def test_slices_read_into_blocks_are_what_they_are_alone(tmp_path: Path) -> None:
    write_series(tmp_path / "large", 18)
    write_series(tmp_path / "small", 2, rows=64)
    (large,), (small,) = (read_series(tmp_path / name).series for name in ("large", "small"))
    slices = [*large.slices[:2], small.slices[0], *large.slices[2:], small.slices[1]]
    read = BlockReader(len(slices) - 1)  # one more than it was told of
    pixels = [read(each) for each in slices]
    for each, found in zip(slices, pixels, strict=True):
        assert np.array_equal(found, read_hu(each))
    blocks = {id(found.base) for found in pixels}
    assert 3 <= len(blocks) < len(slices) / 2
