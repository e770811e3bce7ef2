from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ctbox.imaging.ring_path import find_ring_paths

STEP_COSTS = np.array([0.5, 0.0, 0.5])


def compute_cost(costs: np.ndarray, path: np.ndarray) -> float:
    steps = np.abs(np.roll(path, -1) - path)
    if steps.max() > 1:
        return np.inf
    return float(costs[np.arange(len(path)), path].sum() + 0.5 * steps.sum())


def test_the_path_follows_a_valley_that_closes() -> None:
    valley = np.rint(6 + 3 * np.sin(np.arange(48) * 2 * np.pi / 48)).astype(int)
    costs = np.ones((48, 14))
    costs[np.arange(48), valley] = -5
    np.testing.assert_array_equal(find_ring_paths(costs[None], STEP_COSTS)[0], valley)


def test_every_map_has_its_own_path() -> None:
    costs = np.random.default_rng(0).normal(size=(3, 24, 10))
    together = find_ring_paths(costs, STEP_COSTS)
    apart = [find_ring_paths(one[None], STEP_COSTS)[0] for one in costs]
    np.testing.assert_array_equal(together, apart)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.integers(4, 30), st.integers(2, 15))
def test_the_ring_always_closes(seed: int, angles: int, radii: int) -> None:
    costs = np.random.default_rng(seed).normal(size=(2, angles, radii)) * 10
    for path in find_ring_paths(costs, STEP_COSTS):
        assert np.abs(np.roll(path, -1) - path).max() <= 1


def test_the_ring_is_the_cheapest_of_all() -> None:
    """Against every ring there is, on maps small enough to try them all."""
    rings = np.array(list(itertools.product(range(3), repeat=8)))
    steps = np.abs(np.roll(rings, -1, axis=1) - rings)
    rings, steps = rings[steps.max(axis=1) <= 1], steps[steps.max(axis=1) <= 1]
    excess = []
    for seed in range(40):
        costs = np.random.default_rng(seed).normal(size=(8, 3))
        path = find_ring_paths(costs[None], STEP_COSTS)[0]
        every = costs[np.arange(8), rings].sum(axis=1) + 0.5 * steps.sum(axis=1)
        excess.append(compute_cost(costs, path) - every.min())
    assert np.median(excess) <= 1e-9
    assert max(excess) < 1.5


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 47))
def test_turning_or_mirroring_the_map_turns_the_ring(seed: int, turn: int) -> None:
    rng = np.random.default_rng(seed)
    valley = 6 + 3 * np.sin(np.arange(48) * 2 * np.pi / 48 + rng.uniform(0, 6))
    costs = np.abs(np.arange(14) - valley[:, None]) + rng.normal(size=(48, 14))
    path = find_ring_paths(costs[None], STEP_COSTS)[0]
    turned = find_ring_paths(np.roll(costs, turn, axis=0)[None], STEP_COSTS)[0]
    mirrored = find_ring_paths(costs[None, ::-1], STEP_COSTS)[0]
    np.testing.assert_array_equal(turned, np.roll(path, turn))
    np.testing.assert_array_equal(mirrored, path[::-1])


def walk_plainly(costs: np.ndarray, steps: np.ndarray) -> list[int]:
    """The cheapest open path of one map, radius by radius; of equals the nearest to the centre."""
    reach, (angles, radii) = len(steps) // 2, costs.shape
    total, came_from = list(costs[0]), []
    for angle in range(1, angles):
        found = []
        for radius in range(radii):
            near = range(max(radius - reach, 0), min(radius + reach, radii - 1) + 1)
            found.append(min((total[n] + steps[n - radius + reach], n) for n in near))
        total = [cost + costs[angle, radius] for radius, (cost, _) in enumerate(found)]
        came_from.append([n for _, n in found])
    path = [int(np.argmin(total))]
    for choices in reversed(came_from):
        path.append(choices[path[-1]])
    return path[::-1]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 12), st.integers(2, 9), st.integers(0, 3))
def test_the_rings_are_those_of_a_plain_search(
    seed: int, angles: int, radii: int, reach: int
) -> None:
    rng = np.random.default_rng(seed)
    # Whole numbers have many equals, of which the same one must be taken.
    costs = rng.integers(0, 4, size=(2, angles, radii)).astype(float)
    steps = np.abs(np.arange(-reach, reach + 1)).astype(float)
    seam = angles // 2
    for one, ring in zip(costs, find_ring_paths(costs, steps), strict=True):
        anchor = walk_plainly(np.concatenate([one, one]), steps)[angles + seam]
        closed = np.roll(one, -seam, axis=0)
        closed = np.concatenate([closed, closed[:1]])
        held = np.full(radii, 1e9)
        held[anchor] = 0
        closed[0] += held
        closed[-1] += held
        expected = np.roll(walk_plainly(closed, steps)[:-1], seam)
        np.testing.assert_array_equal(ring, expected)
