from __future__ import annotations

import numpy as np
import pytest

from ctbox.model.config import InferenceConfig
from ctbox.model.decoding import Candidates, SliceMaps, average_heat, find_candidates
from ctbox.model.lesions import (
    calibrate_scores,
    collect_slices,
    compute_lesion_score,
    link_lesions,
    smooth_boxes,
)

CONFIG = InferenceConfig(smoothing_mm=0.0, max_lesions=99, lesion_share=0.0)
BOX = (10.0, 10.0, 30.0, 30.0)
AWAY = (60.0, 60.0, 80.0, 80.0)


def found(*rows: tuple[tuple[float, float, float, float], float]) -> Candidates:
    boxes = np.array([row[0] for row in rows], dtype=np.float64).reshape(-1, 4)
    return Candidates(boxes, np.array([row[1] for row in rows], dtype=np.float64))


def link(slices: list[Candidates], step_mm: float = 5.0) -> list[tuple[int, ...]]:
    positions = [-step_mm * i for i in range(len(slices))]
    lesions = link_lesions(slices, range(len(slices)), positions, CONFIG)
    return [lesion.indices for lesion in lesions]


@pytest.mark.parametrize(
    ("slices", "step_mm", "expected"),
    [
        pytest.param([found((BOX, 0.8))] * 3, 5.0, [(0, 1, 2)], id="overlapping neighbours"),
        pytest.param([found((BOX, 0.8)), found((AWAY, 0.7))], 5.0, [(0,), (1,)], id="elsewhere"),
        pytest.param(
            [found((BOX, 0.8)), found(), found((BOX, 0.8))], 5.0, [(0, 2)], id="short gap"
        ),
        pytest.param(
            [found((BOX, 0.8)), found(), found(), found((BOX, 0.7))], 5.0, [(0,), (3,)], id="gap"
        ),
        pytest.param([found((BOX, 0.8)), found((BOX, 0.7))], 20.0, [(0, 1)], id="thick slices"),
        pytest.param(
            [found((BOX, 0.9), (AWAY, 0.5)), found((AWAY, 0.6), (BOX, 0.4))],
            5.0,
            [(0, 1), (0, 1)],
            id="two lesions side by side",
        ),
        pytest.param(
            # An overlap of 5 of 35: too little.
            [found((BOX, 0.8)), found(((25.0, 10.0, 45.0, 30.0), 0.7))],
            5.0,
            [(0,), (1,)],
            id="a touch",
        ),
        pytest.param(
            [found((BOX, 0.9)), found((BOX, 0.8), ((12.0, 10.0, 32.0, 30.0), 0.7))],
            5.0,
            [(0, 1), (1,)],
            id="two boxes for one lesion",
        ),
        pytest.param([found(), found()], 5.0, [], id="nothing"),
    ],
)
def test_linking(slices: list[Candidates], step_mm: float, expected: list[tuple[int, ...]]) -> None:
    assert link(slices, step_mm) == expected


def test_every_candidate_ends_in_exactly_one_lesion() -> None:
    rng = np.random.default_rng(3)
    slices = []
    for _ in range(12):
        corner = rng.uniform(0, 60, (4, 2))
        boxes = np.concatenate([corner, corner + rng.uniform(5, 30, (4, 2))], axis=1)
        slices.append(Candidates(boxes, np.sort(rng.uniform(0, 1, 4))[::-1]))
    lesions = link_lesions(slices, range(12), [-5.0 * i for i in range(12)], CONFIG)
    assert sum(len(lesion.indices) for lesion in lesions) == 48
    assert all(len(set(lesion.indices)) == len(lesion.indices) for lesion in lesions)
    scores = [lesion.score for lesion in lesions]
    assert scores == sorted(scores, reverse=True)


def test_only_the_best_lesions_are_kept() -> None:
    slices = [found((BOX, 0.8), (AWAY, 0.5)), found(((100.0, 0.0, 120.0, 20.0), 0.2))]
    positions = [0.0, -5.0]

    def count(config: InferenceConfig) -> int:
        return len(link_lesions(slices, range(2), positions, config))

    assert count(CONFIG) == 3
    assert count(InferenceConfig(max_lesions=1)) == 1
    assert count(InferenceConfig(max_lesions=3, lesion_share=0.3)) == 2


def test_a_faint_slice_of_a_sure_lesion_beats_a_lone_box() -> None:
    slices = [
        found((BOX, 0.9)),
        found((AWAY, 0.35), (BOX, 0.3)),
        found((BOX, 0.9)),
    ]
    lesions = link_lesions(slices, range(3), [0.0, -5.0, -10.0], CONFIG)
    best = collect_slices(lesions, range(3))[1]
    np.testing.assert_allclose(best.boxes_xyxy[0], BOX)
    assert best.scores[0] > best.scores[1]


def test_a_lesion_is_as_sure_as_its_best_slice() -> None:
    assert compute_lesion_score(np.array([0.3, 0.8, 0.1])) == 0.8


def test_smoothing_pulls_an_outlier_to_its_neighbours() -> None:
    boxes = np.array([BOX, (20.0, 10.0, 40.0, 30.0), BOX])
    smooth = smooth_boxes(boxes, np.ones(3), np.array([0.0, 5.0, 10.0]), 7.5)
    assert 10 < smooth[1, 0] < 20
    np.testing.assert_array_equal(smooth_boxes(boxes, np.ones(3), np.arange(3.0), 0.0), boxes)


def test_heat_is_averaged_by_distance() -> None:
    heats = [np.full((2, 2), value, np.float32) for value in (0.0, 1.0, 0.0)]
    heat = average_heat(heats, [0.0, 5.0, 10.0], 5.0, 10.0)
    np.testing.assert_allclose(heat, 0.5)
    np.testing.assert_allclose(average_heat(heats[1:2], [5.0], 5.0, 10.0), 1.0)


def test_candidates_are_peaks_without_overlap_best_first() -> None:
    heat = np.zeros((16, 16), np.float32)
    heat[4, 4], heat[4, 6], heat[12, 12] = 0.9, 0.8, 0.5
    boxes = np.zeros((4, 16, 16), np.float32)
    for row, column in ((4, 4), (4, 6), (12, 12)):
        boxes[:, row, column] = (column * 4 - 15, row * 4 - 15, column * 4 + 15, row * 4 + 15)
    maps = SliceMaps(heat, np.ones_like(heat), boxes)
    candidates = find_candidates(maps, heat, InferenceConfig())
    np.testing.assert_allclose(candidates.scores, [0.9, 0.5])


def test_slices_and_lesion_are_calibrated_alike() -> None:
    config = InferenceConfig(score_scale=1.5, score_shift=1.0)
    (lesion,) = link_lesions([found((BOX, 0.5))], [0], [0.0], config)
    assert lesion.scores[0] == pytest.approx(1 / (1 + np.exp(-1.0)))
    assert lesion.score == pytest.approx(lesion.scores[0])


def test_calibration_keeps_the_order_and_is_the_identity_by_default() -> None:
    scores = np.array([0.0, 0.2, 0.5, 0.9, 1.0])
    np.testing.assert_allclose(calibrate_scores(scores, CONFIG), scores, atol=1e-5)
    moved = calibrate_scores(scores, InferenceConfig(score_scale=1.5, score_shift=1.0))
    assert np.all(np.diff(moved) > 0)
    assert moved[2] == pytest.approx(1 / (1 + np.exp(-1.0)))
