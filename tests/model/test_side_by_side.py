"""Threads take a slice each: the same bits with any number of them, and a stop stops."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
import torch

from ctbox.model.geometry import VolumeGeometry
from ctbox.model.inference import Detector
from ctbox.model.side_by_side import map_side_by_side
from ctbox.progress import Progress, TaskCancelledError, TaskContext
from tests.model.toy import make_geometry, make_volume


@pytest.fixture
def threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("count", [1, 2, 4])
def test_answers_keep_their_order_and_torch_its_threads(count: int) -> None:
    torch.set_num_threads(count)
    seen: set[tuple[str, int]] = set()

    def square(number: int) -> int:
        seen.add((threading.current_thread().name, torch.get_num_threads()))
        return number * number

    assert list(map_side_by_side(square, range(20))) == [n * n for n in range(20)]
    assert {told for _, told in seen} == {1}
    assert torch.get_num_threads() == count
    started = []
    new = threading.Thread(target=lambda: started.append(torch.get_num_threads()))
    new.start()
    new.join()
    assert started == [count]
    assert list(map_side_by_side(square, [])) == []
    assert list(map_side_by_side(square, [3])) == [9]
    assert torch.get_num_threads() == count


@pytest.mark.usefixtures("threads")
def test_an_error_comes_through_and_the_rest_is_dropped() -> None:
    torch.set_num_threads(2)
    begun = []

    def fail_at_three(number: int) -> int:
        begun.append(number)
        time.sleep(0.002)
        if number == 3:
            raise ValueError("three")
        return number

    with pytest.raises(ValueError, match="three"):
        list(map_side_by_side(fail_at_three, range(1000)))
    assert len(begun) < 1000
    assert torch.get_num_threads() == 2


@pytest.mark.usefixtures("threads")
def test_the_number_of_threads_changes_no_bit() -> None:
    detector = Detector.load(None, device="cpu")
    hu, _ = make_volume()
    found = []
    for count in (1, 2, 3):
        torch.set_num_threads(count)
        found.append(detector.predict_volume(hu, make_geometry(), want_attention=True))
    first = found[0]
    assert any(first.slices)
    for other in found[1:]:
        assert (other.slices, other.lesions) == (first.slices, first.lesions)
        for one, again in zip(first.attention, other.attention, strict=True):
            assert (one.values == again.values).all()
    torch.set_num_threads(2)
    alone = detector.predict_volume(hu[8:9], VolumeGeometry((2.5, 2.5), (-40.0,)))
    torch.set_num_threads(1)
    assert detector.predict_volume(hu[8:9], VolumeGeometry((2.5, 2.5), (-40.0,))) == alone


@pytest.mark.usefixtures("threads")
def test_a_stop_ends_all_threads() -> None:
    torch.set_num_threads(2)
    detector = Detector.load(None, device="cpu")
    hu, _ = make_volume()

    def stop_early(update: object) -> None:
        seen.append(update)
        ctx.cancel()

    seen: list[object] = []
    ctx = TaskContext(on_report=stop_early)
    with pytest.raises(TaskCancelledError):
        detector.predict_volume(hu, make_geometry(), ctx=ctx)
    assert [type(one) for one in seen] == [Progress]
    assert not any(one.name.startswith("slice") for one in threading.enumerate())
    assert torch.get_num_threads() == 2
