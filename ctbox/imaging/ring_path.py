"""The cheapest closed ring through a map of costs in polar coordinates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_FORBIDDEN = 1e9


def find_ring_paths(
    costs: NDArray[np.float64], step_costs: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return the cheapest ring of each map, by dynamic programming.

    Each map is run through twice from end to end; halfway, the path has forgotten where it began.
    One more turn from the radius found there closes the ring at that radius. So turning or
    mirroring a map turns or mirrors its ring.

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
        Index of the radius (maps, angles); neighbours differ by J at most, the last and the
        first included.
    """
    maps, angles, _ = costs.shape
    seam = angles // 2
    anchors = _find_paths(np.concatenate([costs, costs], axis=1), step_costs)[:, angles + seam]
    turned = np.roll(costs, -seam, axis=1)
    closed = np.concatenate([turned, turned[:, :1]], axis=1)
    held = np.full_like(closed[:, 0], _FORBIDDEN)
    held[np.arange(maps), anchors] = 0.0
    closed[:, 0] += held
    closed[:, -1] += held
    return np.roll(_find_paths(closed, step_costs)[:, :-1], seam, axis=1)


def _find_paths(costs: NDArray[np.float64], step_costs: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the cheapest open path (maps, angles) of each map (maps, angles, radii)."""
    maps, angles, radii = costs.shape
    reach = len(step_costs) // 2
    total = costs[:, 0].copy()
    came_from = np.zeros((angles, maps, radii), dtype=np.int64)
    padded = np.full((maps, radii + 2 * reach), 2 * _FORBIDDEN)
    neighbours = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=1)
    here = np.arange(radii) - reach
    for angle in range(1, angles):
        padded[:, reach : reach + radii] = total
        options = neighbours + step_costs
        came_from[angle] = options.argmin(axis=2) + here
        total = options.min(axis=2) + costs[:, angle]
    paths = np.zeros((angles, maps), dtype=np.int64)
    every = np.arange(maps)
    paths[-1] = total.argmin(axis=1)
    for angle in range(angles - 1, 0, -1):
        paths[angle - 1] = came_from[angle, every, paths[angle]]
    return paths.T
