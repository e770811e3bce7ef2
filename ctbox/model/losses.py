"""The detector's training losses."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from ctbox.model.box_coding import MAX_LOG, Targets
from ctbox.model.networks.detector import DetectorOutput

HEAT_WEIGHT = 1.0
GIOU_WEIGHT = 1.0
LOG_WEIGHT = 0.5
QUALITY_WEIGHT = 0.5


class DetectorLoss(NamedTuple):
    """The parts of the loss and their weighted sum."""

    total: Tensor
    heat: Tensor
    giou: Tensor
    log_distance: Tensor
    quality: Tensor


def compute_heat_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Return the penalty-reduced focal loss per sample (Zhou et al., Objects as Points, 2019).

    Parameters
    ----------
    logits, target : Tensor
        (n, h, w); the target is exactly 1 at centres and in 0…1 around them.
    """
    positive = (target >= 1.0).to(logits.dtype)
    probability = logits.sigmoid()
    hit = positive * (1 - probability) ** 2 * functional.logsigmoid(logits)
    calm = (1 - positive) * (1 - target) ** 4 * probability**2 * functional.logsigmoid(-logits)
    return -(hit + calm).sum() / positive.sum().clamp_min(1.0)


def compute_ltrb_iou(predicted: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Return IoU and GIoU of boxes around one point, from their ltrb distances on dim 1."""
    low = torch.minimum(predicted, target)
    high = torch.maximum(predicted, target)
    intersection = (low[:, 0] + low[:, 2]) * (low[:, 1] + low[:, 3])
    area = (predicted[:, 0] + predicted[:, 2]) * (predicted[:, 1] + predicted[:, 3])
    union = area + (target[:, 0] + target[:, 2]) * (target[:, 1] + target[:, 3]) - intersection
    hull = (high[:, 0] + high[:, 2]) * (high[:, 1] + high[:, 3])
    iou = intersection / union.clamp_min(1e-6)
    return iou, iou - (hull - union) / hull.clamp_min(1e-6)


def compute_loss(output: DetectorOutput, targets: Targets) -> DetectorLoss:
    """Return the loss of a batch; its box terms are means over boxes, not cells."""
    heat_logits = output.heat[:, 0].float()
    heat = compute_heat_loss(heat_logits, targets.heat)
    log_ltrb = output.log_ltrb.float().clamp(max=MAX_LOG)
    boxes = targets.weight.sum().clamp_min(1.0)
    iou, giou = compute_ltrb_iou(log_ltrb.exp(), targets.ltrb)
    giou_loss = (targets.weight * (1 - giou)).sum() / boxes
    distance = functional.smooth_l1_loss(
        log_ltrb, targets.ltrb.log(), reduction="none", beta=0.2
    ).mean(dim=1)
    log_loss = (targets.weight * distance).sum() / boxes
    quality = functional.binary_cross_entropy_with_logits(
        output.quality[:, 0].float(), iou.detach().clamp(0, 1), reduction="none"
    )
    quality_loss = (targets.weight * quality).sum() / boxes
    total = (
        HEAT_WEIGHT * heat
        + GIOU_WEIGHT * giou_loss
        + LOG_WEIGHT * log_loss
        + QUALITY_WEIGHT * quality_loss
    )
    return DetectorLoss(total, heat, giou_loss, log_loss, quality_loss)
