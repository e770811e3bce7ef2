"""Which detections hit which of the expert's boxes: one to one, best score first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctbox.boxes import as_box_array, compute_iou

UNMATCHED = -1


def match_boxes(
    expert_boxes: ArrayLike,
    boxes: ArrayLike,
    scores: ArrayLike,
    iou_thresholds: Sequence[float],
) -> NDArray[np.int64]:
    """Return which of the expert's boxes each detection hits.

    Detections choose in order of falling score (ties: the earlier one first), each the free
    box with the highest IoU, if that reaches the threshold (ties: the later box), as COCO's
    evaluation does (Lin et al., 2014; pycocotools ``COCOeval.evaluateImg``).

    Parameters
    ----------
    expert_boxes, boxes : array_like
        (N, 4) and (M, 4) xyxy.
    scores : array_like
        (M,), higher is surer.
    iou_thresholds : sequence of float
        T thresholds.

    Returns
    -------
    ndarray
        int64 (T, M): index of the hit box, or −1.
    """
    found, truth = as_box_array(boxes), as_box_array(expert_boxes)
    hits = np.full((len(iou_thresholds), len(found)), UNMATCHED, dtype=np.int64)
    if not len(found) or not len(truth):  # as on nearly every slice: nothing to compare
        return hits
    iou = compute_iou(found, truth)
    order = np.argsort(-np.asarray(scores, dtype=np.float64), kind="stable")
    for row, threshold in zip(hits, iou_thresholds, strict=True):
        free = np.ones(iou.shape[1], dtype=bool)
        for detection in order:
            best = _choose(iou[detection], free, threshold)
            if best != UNMATCHED:
                row[detection] = best
                free[best] = False
    return hits


def _choose(iou: NDArray[np.float64], free: NDArray[np.bool_], threshold: float) -> int:
    candidates = np.flatnonzero(free & (iou >= min(threshold, 1 - 1e-10)))
    if not len(candidates):
        return UNMATCHED
    # The last of equals, like COCO.
    return int(candidates[::-1][np.argmax(iou[candidates[::-1]])])


def compute_top_iou(expert_boxes: ArrayLike, boxes: ArrayLike, scores: ArrayLike) -> float | None:
    """Return the IoU of the surest detection, best over the slice's expert boxes.

    Returns
    -------
    float or None
        0 where nothing was detected; None where the expert drew nothing.
    """
    expert, detected = as_box_array(expert_boxes), as_box_array(boxes)
    if not len(expert):
        return None
    if not len(detected):
        return 0.0
    top = int(np.argmax(np.asarray(scores, dtype=np.float64)))
    return float(compute_iou(detected[top : top + 1], expert).max())
