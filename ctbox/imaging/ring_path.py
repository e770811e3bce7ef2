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
    twice = np.concatenate([costs, costs], axis=1)
    anchors = _find_paths(twice, step_costs, angles + seam)[:, 0]
    turned = np.roll(costs, -seam, axis=1)
    closed = np.concatenate([turned, turned[:, :1]], axis=1)
    held = np.full_like(closed[:, 0], _FORBIDDEN)
    held[np.arange(maps), anchors] = 0.0
    closed[:, 0] += held
    closed[:, -1] += held
    return np.roll(_find_paths(closed, step_costs)[:, :-1], seam, axis=1)


def _find_paths(
    costs: NDArray[np.float64], step_costs: NDArray[np.float64], first: int = 0
) -> NDArray[np.int64]:
    """Return the cheapest open path of each map (maps, angles, radii), from an angle on.

    Only the totals are kept on the way; where the path came from is looked up on the way back,
    for its own radii alone.
    """
    maps, angles, radii = costs.shape
    steps = len(step_costs)
    # Margins that nothing may pass give every radius all its neighbours.
    padded = np.full((angles, maps, radii + steps - 1), 2 * _FORBIDDEN)
    totals = padded[:, :, steps // 2 : steps // 2 + radii]
    neighbours = np.lib.stride_tricks.sliding_window_view(padded, radii, axis=2)
    by_step, step_column = np.swapaxes(neighbours, 1, 2), step_costs[:, None, None]
    options = np.empty((steps, maps, radii))
    by_angle = np.swapaxes(costs, 0, 1).copy()
    totals[0] = by_angle[0]
    for angle in range(1, angles):
        np.add(by_step[angle - 1], step_column, out=options)
        best = np.minimum.reduce(options)
        np.add(best, by_angle[angle], out=totals[angle])
    paths = np.zeros((angles - first, maps), dtype=np.int64)
    every = np.arange(maps)
    here = paths[-1] = totals[-1].argmin(axis=1)
    for angle in range(angles - 1, first, -1):
        came_from = (neighbours[angle - 1, every, :, here] + step_costs).argmin(axis=1)
        here = paths[angle - 1 - first] = here + came_from - steps // 2
    return paths.T
