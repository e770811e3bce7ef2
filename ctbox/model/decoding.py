"""The network's maps to a few boxes a slice; numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ctbox.boxes import FloatArray, apply_nms, as_box_array
from ctbox.model.config import InferenceConfig

FloatMap = NDArray[np.float32]
CANDIDATE_FLOOR = 0.01
PEAKS = 24


@dataclass(frozen=True)
class SliceMaps:
    """What the network said of one slice, on the stride-4 grid.

    Parameters
    ----------
    heat, quality : ndarray
        float32 (h, w) in 0…1.
    boxes : ndarray
        float32 (4, h, w), xyxy in crop pixels.
    """

    heat: FloatMap
    quality: FloatMap
    boxes: FloatMap


@dataclass(frozen=True)
class Candidates:
    """Boxes (k, 4) and scores (k,) of one slice, best first."""

    boxes_xyxy: FloatArray
    scores: FloatArray


def average_heat(
    heats: Sequence[FloatMap], positions_mm: Sequence[float], centre_mm: float, reach_mm: float
) -> FloatMap:
    """Return the heat (h, w) around a place, weighted linearly down to nothing beyond reach."""
    distance = np.abs(np.asarray(positions_mm, dtype=np.float64) - centre_mm)
    weights = np.clip(1.0 - distance / max(reach_mm, 1e-6), 0.0, None)
    if weights.sum() <= 0:
        weights[int(np.argmin(distance))] = 1.0
    weights /= weights.sum()
    mixed = np.zeros_like(heats[0])
    for weight, heat in zip(weights, heats, strict=True):
        mixed += np.float32(weight) * heat
    return mixed


def score_cells(maps: SliceMaps, heat: FloatMap, config: InferenceConfig) -> FloatMap:
    """Return how sure a box centred in each cell (h, w) is, before calibration.

    Parameters
    ----------
    maps : SliceMaps
        Quality of the slice itself.
    heat : ndarray
        float32 (h, w): the slice's heat, averaged with its neighbours or not.
    config : InferenceConfig
        Weight of the quality.
    """
    return np.asarray(heat * maps.quality**config.quality_power)


def find_candidates(maps: SliceMaps, heat: FloatMap, config: InferenceConfig) -> Candidates:
    """Return the best boxes of a slice; parameters as for `score_cells`."""
    return find_peaks(maps.boxes, score_cells(maps, heat, config), config)


def find_peaks(boxes_by_cell: FloatMap, score: FloatMap, config: InferenceConfig) -> Candidates:
    """Return the boxes of the cells that are surer than their neighbours.

    Parameters
    ----------
    boxes_by_cell : ndarray
        float32 (4, h, w): `SliceMaps.boxes`.
    score : ndarray
        float32 (h, w): `score_cells`.
    config : InferenceConfig
        NMS, number of boxes.
    """
    peak = score == ndimage.maximum_filter(score, size=3, mode="constant", cval=-1.0)
    rows, columns = np.nonzero(peak & (score >= CANDIDATE_FLOOR))
    order = np.argsort(-score[rows, columns], kind="stable")[:PEAKS]
    rows, columns = rows[order], columns[order]
    boxes = as_box_array(boxes_by_cell[:, rows, columns].T)
    scores = np.asarray(score[rows, columns], dtype=np.float64)
    kept = apply_nms(boxes, scores, config.nms_iou)[: config.max_candidates]
    return Candidates(boxes[kept], scores[kept])
