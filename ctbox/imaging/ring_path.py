"""The cheapest closed ring through a map of costs in polar coordinates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_FORBIDDEN = 1e9


def find_ring_paths(
    costs: NDArray[np.float64], step_costs: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return the cheapest ring of each map, by dynamic programming.

    Each map is run through twice from end to end and the middle turn is taken, by when the path
    has forgotten where it began; so the ring closes, and turning or mirroring the map turns or
    mirrors the ring.

    Parameters
    ----------
    costs : ndarray
        Costs (maps, angles, radii) of passing a radius at an angle.
    step_costs : ndarray
        Costs (2 J + 1,) of moving by −J…J radii from one angle to the next; larger moves are
        forbidden.

    Returns
    -------
    ndarray
        Index of the radius (maps, angles).
    """
    maps, angles, radii = costs.shape
    reach = len(step_costs) // 2
    unrolled = np.concatenate([costs, costs], axis=1)
    total = unrolled[:, 0].copy()
    came_from = np.zeros((unrolled.shape[1], maps, radii), dtype=np.int64)
    padded = np.full((maps, radii + 2 * reach), _FORBIDDEN)
    neighbours = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=1)
    here = np.arange(radii) - reach
    for step in range(1, unrolled.shape[1]):
        padded[:, reach : reach + radii] = total
        options = neighbours + step_costs
        best = options.argmin(axis=2)
        came_from[step] = best + here
        total = options.min(axis=2) + unrolled[:, step]
    paths = np.zeros((unrolled.shape[1], maps), dtype=np.int64)
    every = np.arange(maps)
    paths[-1] = total.argmin(axis=1)
    for step in range(unrolled.shape[1] - 1, 0, -1):
        paths[step - 1] = came_from[step, every, paths[step]]
    start = angles // 2
    return np.roll(paths[start : start + angles], start, axis=0).T
