"""The copy and mean-box baselines on made-up slices."""

from __future__ import annotations

import numpy as np
import pytest

from ctbox.errors import TrainingDataError
from ctbox.evaluation.baselines import CopyBaseline, MeanBoxBaseline


def make_slice(seed: int, shape: tuple[int, int] = (128, 128)) -> np.ndarray:
    return np.random.default_rng(seed).integers(-1200, 900, shape).astype(np.int16)


def test_the_nearest_slice_lends_its_boxes() -> None:
    boxes = [[[1, 2, 3, 4]], [[5, 6, 7, 8], [9, 10, 11, 12]]]
    baseline = CopyBaseline.fit((make_slice(seed), boxes[seed]) for seed in (0, 1))

    noisy = make_slice(1) + np.random.default_rng(9).normal(0, 30, (128, 128))

    assert baseline.predict(noisy) == pytest.approx(np.array(boxes[1]))
    assert baseline.predict(make_slice(0)) == pytest.approx(np.array(boxes[0]))


def test_what_lies_beyond_the_clipped_range_does_not_count() -> None:
    dense, air = np.full((64, 64), 600), np.full((64, 64), -1024)
    baseline = CopyBaseline.fit([(dense, [[0, 0, 1, 1]]), (air, [[2, 2, 3, 3]])])

    # 3000 HU is as near to 600 as 600 itself, and padding is air.
    assert baseline.predict(np.full((64, 64), 3000))[0].tolist() == [0, 0, 1, 1]
    assert baseline.predict(np.full((64, 64), -3024))[0].tolist() == [2, 2, 3, 3]


def test_blocks_are_averaged_before_they_are_compared() -> None:
    stripes = np.tile([0, 200], (128, 64))
    even, odd = np.full((128, 128), 100), np.full((128, 128), 150)
    baseline = CopyBaseline.fit([(odd, [[0, 0, 1, 1]]), (even, [[2, 2, 3, 3]])])

    assert baseline.predict(stripes)[0].tolist() == [2, 2, 3, 3]


def test_slices_without_a_box_are_not_copied_from() -> None:
    baseline = CopyBaseline.fit(
        [(make_slice(0), np.zeros((0, 4))), (make_slice(1), [[1, 1, 2, 2]])]
    )

    assert baseline.predict(make_slice(0))[0].tolist() == [1, 1, 2, 2]


def test_boxes_keep_their_place_on_a_slice_of_another_size() -> None:
    baseline = CopyBaseline.fit([(make_slice(0, (256, 128)), [[64, 64, 128, 128]])])

    assert baseline.predict(make_slice(0, (512, 512)))[0].tolist() == [256, 128, 512, 256]


def test_more_training_slices_than_one_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctbox.evaluation.baselines._CHUNK", 3)
    baseline = CopyBaseline.fit((make_slice(s), [[s, s, s + 1, s + 1]]) for s in range(8))

    assert [int(baseline.predict(make_slice(s))[0, 0]) for s in range(8)] == list(range(8))


def test_the_mean_box_is_every_boxs_mean() -> None:
    baseline = MeanBoxBaseline.fit(
        [
            ((512, 512), [[0, 0, 10, 10], [20, 20, 30, 30]]),
            ((512, 512), []),
            ((256, 256), [[5, 5, 5, 10]]),
        ]
    )

    assert baseline.predict(512, 512)[0] == pytest.approx([10, 10, 50 / 3, 20])
    assert baseline.predict(256, 1024)[0] == pytest.approx([20, 5, 100 / 3, 10])


@pytest.mark.parametrize("baseline", [CopyBaseline, MeanBoxBaseline])
def test_without_a_training_box_there_is_no_baseline(
    baseline: type[CopyBaseline | MeanBoxBaseline],
) -> None:
    with pytest.raises(TrainingDataError, match="no annotated slice"):
        baseline.fit([])
