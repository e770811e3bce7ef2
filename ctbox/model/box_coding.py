"""Boxes to training targets at the network's stride, and its maps back to boxes."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

SIGMA_SHARE = 1 / 6
MIN_SIGMA = 0.7
CENTRAL_SHARE = 0.5
MIN_DISTANCE = 0.05
MAX_LOG = 4.5


class Targets(NamedTuple):
    """What the maps should say.

    Parameters
    ----------
    heat : Tensor
        (n, h, w) in 0…1, exactly 1 at every box's centre cell.
    ltrb : Tensor
        (n, 4, h, w) distances to the edges in units of the stride; 1 where no box is.
    weight : Tensor
        (n, h, w) weight of the box losses, 0 outside the boxes' middles.
    """

    heat: Tensor
    ltrb: Tensor
    weight: Tensor


def compute_cell_centres(shape: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Return x (1, w) and y (h, 1) of the cells' centres, in units of the stride."""
    height, width = shape
    return torch.arange(width)[None] + 0.5, torch.arange(height)[:, None] + 0.5


def encode_boxes(boxes: list[Tensor], shape: tuple[int, int], stride: int) -> Targets:
    """Return the targets of a batch.

    Parameters
    ----------
    boxes : list of Tensor
        Per sample (k, 4) xyxy in input pixels.
    shape : tuple of int
        Rows and columns of the maps.
    stride : int
        Input pixels per cell.
    """
    x, y = compute_cell_centres(shape)
    heat = torch.zeros(len(boxes), *shape)
    ltrb = torch.ones(len(boxes), 4, *shape)
    weight = torch.zeros(len(boxes), *shape)
    for index, sample in enumerate(boxes):
        # Large first, so that a small box on top of a large one keeps its own cells.
        areas = (sample[:, 2] - sample[:, 0]) * (sample[:, 3] - sample[:, 1])
        for box in sample[torch.argsort(areas, descending=True, stable=True)] / stride:
            bump = _draw_bump(box, x, y)
            heat[index] = torch.maximum(heat[index], bump)
            inside, distances = _find_middle(box, x, y)
            ltrb[index][:, inside] = distances[:, inside]
            # Every box weighs the same, however many cells its middle has.
            share = bump.clamp_min(0.05)[inside]
            weight[index][inside] = share / share.sum()
    return Targets(heat, ltrb, weight)


def _find_centre_cell(box: Tensor, shape: tuple[int, int]) -> tuple[int, int]:
    column = int(((box[0] + box[2]) / 2).clamp(0, shape[1] - 1))
    row = int(((box[1] + box[3]) / 2).clamp(0, shape[0] - 1))
    return row, column


def _draw_bump(box: Tensor, x: Tensor, y: Tensor) -> Tensor:
    row, column = _find_centre_cell(box, (y.shape[0], x.shape[1]))
    sigma_x = ((box[2] - box[0]) * SIGMA_SHARE).clamp_min(MIN_SIGMA)
    sigma_y = ((box[3] - box[1]) * SIGMA_SHARE).clamp_min(MIN_SIGMA)
    dx, dy = (x - (column + 0.5)) / sigma_x, (y - (row + 0.5)) / sigma_y
    return torch.exp(-0.5 * (dx**2 + dy**2))


def _find_middle(box: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    centre_x, centre_y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    inside = ((x - centre_x).abs() <= (box[2] - box[0]) * CENTRAL_SHARE / 2) & (
        (y - centre_y).abs() <= (box[3] - box[1]) * CENTRAL_SHARE / 2
    )
    row, column = _find_centre_cell(box, (y.shape[0], x.shape[1]))
    inside[row, column] = True
    shape = inside.shape
    distances = torch.stack(
        [
            (x - box[0]).expand(shape),
            (y - box[1]).expand(shape),
            (box[2] - x).expand(shape),
            (box[3] - y).expand(shape),
        ]
    )
    return inside, distances.clamp_min(MIN_DISTANCE)


def decode_boxes(log_ltrb: Tensor, stride: int) -> Tensor:
    """Return boxes (n, 4, h, w) xyxy in input pixels from logarithmic distances."""
    distances = log_ltrb.clamp(max=MAX_LOG).exp()
    x, y = compute_cell_centres((log_ltrb.shape[2], log_ltrb.shape[3]))
    x, y = x.to(log_ltrb.device), y.to(log_ltrb.device)
    corners = [
        x - distances[:, 0],
        y - distances[:, 1],
        x + distances[:, 2],
        y + distances[:, 3],
    ]
    return torch.stack(corners, dim=1) * stride
