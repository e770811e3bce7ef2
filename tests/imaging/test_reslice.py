"""Planes across a stack, against volumes made by hand."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ctbox.imaging.reslice import StackGeometry, cut_along_column, cut_along_row, cut_between

AIR = -1024


def make_stack(positions: list[float], shifts: list[tuple[float, float]] | None = None):
    count = len(positions)
    return StackGeometry(
        np.array(positions, dtype=np.float64),
        tuple(range(count)),
        np.array(shifts or [(0.0, 0.0)] * count, dtype=np.float64),
        rows=6,
        columns=8,
        pixel_spacing_mm=(0.7, 0.7),
    )


def make_volume(count: int) -> NDArray[np.int16]:
    """Value = 1000 · slice + 10 · row + column."""
    k, r, c = np.mgrid[0:count, 0:6, 0:8]
    return (1000 * k + 10 * r + c).astype(np.int16)


def test_even_stacks_are_taken_as_they_are() -> None:
    volume, stack = make_volume(4), make_stack([0, 5, 10, 15])
    assert np.array_equal(cut_along_row(list(volume), stack, 2, AIR), volume[:, 2, :])
    assert np.array_equal(cut_along_column(list(volume), stack, 7, AIR), volume[:, :, 7])
    assert (stack.step_mm, stack.line_count, stack.is_even) == (5.0, 4, True)


def test_rounded_positions_still_count_as_even() -> None:
    assert make_stack([0, 5.004, 9.998, 15.0]).is_even


def test_uneven_stacks_are_interpolated_by_position() -> None:
    # Slice k lies at 0, 2, 6, 8 mm; a ramp along the normal must come out as a ramp.
    positions = [0.0, 2.0, 6.0, 8.0]
    volume = [np.full((6, 8), round(100 * position), np.int16) for position in positions]
    stack = make_stack(positions)
    assert not stack.is_even
    plane = cut_along_row(volume, stack, 0, AIR)
    assert plane.shape == (stack.line_count, 8)
    assert plane[:, 0].tolist() == [0, 200, 400, 600, 800]


@given(st.lists(st.floats(0.5, 6), min_size=2, max_size=12), st.integers(0, 5))
@settings(max_examples=60)
def test_a_linear_volume_stays_linear(steps: list[float], row: int) -> None:
    positions = [0.0, *np.cumsum(steps).tolist()]
    stack = make_stack(positions)
    volume = [np.full((6, 8), 3.0 * position, np.float32) for position in positions]
    plane = cut_along_row(volume, stack, row, 0.0)
    if stack.is_even:
        expected = np.array(positions) * 3.0
    else:
        expected = np.arange(stack.line_count) * stack.step_mm * 3.0
    assert plane[:, 3] == pytest.approx(expected, abs=1e-3)


def test_tilted_stacks_are_moved_back() -> None:
    # Each slice lies two rows further down: the same patient's row is row − 2k of slice k.
    shifts = [(0.0, 2.0 * k) for k in range(3)]
    volume, stack = make_volume(3), make_stack([0, 5, 10], shifts)
    assert stack.is_sheared
    plane = cut_along_row(list(volume), stack, 4, AIR)
    assert plane[:, 0].tolist() == [40, 1020, 2000]
    beside = cut_along_row(list(volume), stack, 1, AIR)
    assert beside[:, 0].tolist() == [10, AIR, AIR]
    across = cut_along_column(list(volume), stack, 3, AIR)
    assert across[1].tolist() == [AIR, AIR, 1003, 1013, 1023, 1033]


def test_a_shift_by_half_a_pixel_is_interpolated() -> None:
    volume, stack = make_volume(2), make_stack([0, 5], [(0.0, 0.0), (0.0, 0.5)])
    assert cut_along_row(list(volume), stack, 3, AIR)[:, 0].tolist() == [30, 1025]


def test_slices_that_are_not_read_yet_are_empty() -> None:
    volume, stack = make_volume(3), make_stack([0, 5, 10])
    plane = cut_along_row([volume[0], None, volume[2]], stack, 1, AIR)
    assert plane[:, 0].tolist() == [10, AIR, 2010]
    assert plane.dtype == np.int16


def test_planes_between_slices() -> None:
    volume, stack = list(make_volume(3)), make_stack([0, 5, 10])
    assert cut_between(volume, stack, 5.0, AIR)[2, 3] == 1023
    assert cut_between(volume, stack, 7.5, AIR)[2, 3] == 1523
    assert cut_between(volume, stack, 12.4, AIR)[2, 3] == 2023
    assert cut_between(volume, stack, 12.6, AIR)[2, 3] == AIR
    assert cut_between(volume, stack, -2.6, AIR)[2, 3] == AIR


def test_cutting_300_slices_takes_no_noticeable_time() -> None:
    volume = [np.zeros((512, 512), np.int16) for _ in range(300)]
    stack = StackGeometry(
        np.arange(300.0), tuple(range(300)), np.zeros((300, 2)), 512, 512, (0.7, 0.7)
    )
    times = []
    for place in range(100, 120):
        start = time.perf_counter()
        cut_along_column(volume, stack, place, AIR)
        times.append(time.perf_counter() - start)
    assert sorted(times)[len(times) // 2] < 0.03
