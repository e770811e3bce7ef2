"""Link the boxes of neighbouring slices into lesions, and let lesions speak for their slices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ctbox.boxes import FloatArray, compute_iou
from ctbox.model.config import InferenceConfig
from ctbox.model.decoding import Candidates


@dataclass(frozen=True)
class LinkedLesion:
    """Boxes of neighbouring slices that belong together.

    Parameters
    ----------
    indices : tuple of int
        Slices, in the order of the volume.
    boxes_xyxy : ndarray
        (k, 4), one box a slice.
    scores : ndarray
        (k,) of its slices, mixed from their own and the lesion's.
    score : float
        Of the lesion, 0…1.
    """

    indices: tuple[int, ...]
    boxes_xyxy: FloatArray
    scores: FloatArray
    score: float


class _Chain:
    """A lesion in the making."""

    def __init__(self) -> None:
        self.indices: list[int] = []
        self.boxes: list[FloatArray] = []
        self.scores: list[float] = []

    @property
    def score(self) -> float:
        return compute_lesion_score(np.array(self.scores))

    def append(self, index: int, box: FloatArray, score: float) -> None:
        self.indices.append(index)
        self.boxes.append(box)
        self.scores.append(score)


def link_lesions(
    candidates: Sequence[Candidates],
    indices: Sequence[int],
    positions_mm: Sequence[float],
    config: InferenceConfig,
) -> list[LinkedLesion]:
    """Return lesions, best score first.

    A slice box's score becomes own ** (1 − w) · lesion ** w with w of the configuration: a
    faint slice of a sure lesion is surer than it looks alone. A box joins the open lesion whose
    last box it overlaps most, if that lies near enough along z; on every slice the surest pairs
    join first. Only the best lesions are returned.

    Parameters
    ----------
    candidates : sequence of Candidates
        Per slice, boxes in slice pixels.
    indices : sequence of int
        Which slice of the volume each belongs to, ascending.
    positions_mm : sequence of float
        Place of each of them along the normal.
    config : InferenceConfig
        Least overlap, longest gap, how many lesions to keep.
    """
    chains: list[_Chain] = []
    places = dict(zip(indices, positions_mm, strict=True))
    steps = np.abs(np.diff(np.asarray(positions_mm, dtype=np.float64)))
    # Slices 10 mm apart must link to their neighbours, whatever the gap says.
    reach = max(config.link_gap_mm, 1.2 * float(np.median(steps))) if steps.size else 0.0
    for index, found in zip(indices, candidates, strict=True):
        near = [c for c in chains if abs(places[c.indices[-1]] - places[index]) <= reach]
        partners = _match_chains(near, found, config.link_iou)
        for rank, (box, score) in enumerate(zip(found.boxes_xyxy, found.scores, strict=True)):
            chain = partners.get(rank)
            if chain is None:
                chain = _Chain()
                chains.append(chain)
            chain.append(index, box, float(score))
    best = sorted(chains, key=lambda chain: -chain.score)[: config.max_lesions]
    least = config.lesion_share * best[0].score if best else 0.0
    return [_close_chain(chain, places, config) for chain in best if chain.score >= least]


def _match_chains(
    chains: Sequence[_Chain], found: Candidates, least_iou: float
) -> dict[int, _Chain]:
    if not chains or not len(found.boxes_xyxy):
        return {}
    iou = compute_iou(np.stack([c.boxes[-1] for c in chains]), found.boxes_xyxy)
    worth = iou * np.sqrt(np.array([c.scores[-1] for c in chains])[:, None] * found.scores[None])
    worth[iou < least_iou] = 0.0
    partners: dict[int, _Chain] = {}
    for flat in np.argsort(-worth, axis=None, kind="stable"):
        row, column = divmod(int(flat), worth.shape[1])
        if worth[row, column] <= 0:
            break
        taken = any(chains[row] is chain for chain in partners.values())
        if column not in partners and not taken:
            partners[column] = chains[row]
    return partners


def _close_chain(chain: _Chain, places: dict[int, float], config: InferenceConfig) -> LinkedLesion:
    boxes, own = np.stack(chain.boxes), np.array(chain.scores)
    score, weight = chain.score, config.lesion_weight
    positions = np.array([places[index] for index in chain.indices])
    return LinkedLesion(
        tuple(chain.indices),
        smooth_boxes(boxes, own, positions, config.smoothing_mm),
        calibrate_scores(own ** (1 - weight) * score**weight, config),
        float(calibrate_scores(np.array([score]), config)[0]),
    )


def compute_lesion_score(scores: FloatArray) -> float:
    """Return the best of the slices' scores.

    Means over several slices were tried: they put long false trails along vessels and aorta
    before small tumours, which show on two or three slices only.
    """
    return float(scores.max())


def calibrate_scores(scores: FloatArray, config: InferenceConfig) -> FloatArray:
    """Return scores (k,) in 0…1 stretched and shifted as logits; their order is kept."""
    inner = np.clip(scores, 1e-6, 1 - 1e-6)
    logits = config.score_scale * np.log(inner / (1 - inner)) + config.score_shift
    return np.asarray(1 / (1 + np.exp(-logits)))


def smooth_boxes(
    boxes_xyxy: FloatArray, scores: FloatArray, positions_mm: FloatArray, reach_mm: float
) -> FloatArray:
    """Return a lesion's boxes (k, 4), each averaged with its neighbours along z.

    Weights fall linearly to nothing at the reach, and follow the scores.
    """
    if reach_mm <= 0 or len(boxes_xyxy) < 2:
        return boxes_xyxy
    distance = np.abs(positions_mm[:, None] - positions_mm[None, :])
    weights = np.clip(1 - distance / reach_mm, 0, None) * scores[None]
    return np.asarray(weights @ boxes_xyxy / weights.sum(axis=1, keepdims=True))


def collect_slices(
    lesions: Sequence[LinkedLesion], indices: Sequence[int]
) -> dict[int, Candidates]:
    """Return per slice the boxes of its lesions, best first.

    Parameters
    ----------
    lesions : sequence of LinkedLesion
        As `link_lesions` returns them.
    indices : sequence of int
        The slices wanted.
    """
    rows: dict[int, list[tuple[float, FloatArray]]] = {index: [] for index in indices}
    for lesion in lesions:
        members = zip(lesion.indices, lesion.boxes_xyxy, lesion.scores, strict=True)
        for index, box, score in members:
            if index in rows:
                rows[index].append((float(score), box))
    result = {}
    for index, found in rows.items():
        found.sort(key=lambda row: -row[0])
        boxes = np.array([box for _, box in found], dtype=np.float64).reshape(-1, 4)
        result[index] = Candidates(boxes, np.array([score for score, _ in found]))
    return result
