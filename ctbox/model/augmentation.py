"""Change training samples as scanners, kernels and bodies differ, boxes along with pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor
from torch.nn import functional

from ctbox.boxes import FloatArray, as_box_array

Planes = NDArray[np.float32]
ELLIPSE = np.linspace(0, 2 * np.pi, 24, endpoint=False)
MIN_BOX_PX = 2.0
MIN_KEPT_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class WarpLimits:
    """How far a crop may be moved and bent.

    Parameters
    ----------
    rotation_deg, shift_px, bend_px : float
        Largest turn, largest shift, and standard deviation of the bending.
    log_scale, log_stretch : float
        Largest logarithm of the size, and standard deviation of that of the aspect.
    flip_share : float
        Share of mirrored samples.
    """

    rotation_deg: float = 12.0
    shift_px: float = 14.0
    bend_px: float = 2.5
    log_scale: float = 0.28
    log_stretch: float = 0.06
    flip_share: float = 0.5


class Warp:
    """A smooth map from the pixels of the crop to those of the larger source crop.

    Parameters
    ----------
    out_shape, source_shape : tuple of int
        Rows and columns of both.
    limits : WarpLimits or None
        How strong; None takes the middle of the source as it is.
    rng : numpy.random.Generator
        Source of the choice.
    """

    def __init__(
        self,
        out_shape: tuple[int, int],
        source_shape: tuple[int, int],
        limits: WarpLimits | None,
        rng: np.random.Generator,
    ) -> None:
        self.out_shape, self.source_shape = out_shape, source_shape
        self._matrix = np.eye(2)
        shift, bend = np.zeros(2), 0.0
        if limits is not None:
            self._matrix = _draw_matrix(limits, rng)
            shift = rng.uniform(-limits.shift_px, limits.shift_px, 2)
            bend = limits.bend_px * float(rng.uniform(0, 1))
        self._out_middle = np.array([out_shape[1], out_shape[0]]) / 2
        self._source_middle = np.array([source_shape[1], source_shape[0]]) / 2 + shift
        knots = rng.normal(0, bend, (1, 2, 6, 7)) if bend > 0 else np.zeros((1, 2, 6, 7))
        field = torch.from_numpy(knots.astype(np.float32))
        self._field = functional.interpolate(
            field, size=out_shape, mode="bicubic", align_corners=True
        )[0]

    def build_grid(self) -> Tensor:
        """Return the sampling grid (rows, columns, 2) for `torch.nn.functional.grid_sample`."""
        rows, columns = self.out_shape
        x = torch.arange(columns, dtype=torch.float32) + 0.5 - float(self._out_middle[0])
        y = torch.arange(rows, dtype=torch.float32) + 0.5 - float(self._out_middle[1])
        m = self._matrix
        source_x = float(m[0, 0]) * x[None] + float(m[0, 1]) * y[:, None]
        source_y = float(m[1, 0]) * x[None] + float(m[1, 1]) * y[:, None]
        source_x = source_x + self._field[0] + float(self._source_middle[0])
        source_y = source_y + self._field[1] + float(self._source_middle[1])
        grid_x = source_x * 2 / self.source_shape[1] - 1
        grid_y = source_y * 2 / self.source_shape[0] - 1
        return torch.stack([grid_x, grid_y], dim=-1)

    def map_boxes(self, boxes_xyxy: FloatArray) -> FloatArray:
        """Return where boxes (N, 4) of the source lie in the crop; those mostly outside go.

        A tumour is nearer to an ellipse than to a rectangle, so the ellipse in the box is
        mapped and boxed again: turning then does not inflate it.
        """
        kept = []
        for box in as_box_array(boxes_xyxy):
            middle = np.array([box[0] + box[2], box[1] + box[3]]) / 2
            radii = np.array([box[2] - box[0], box[3] - box[1]]) / 2
            points = middle + radii * np.stack([np.cos(ELLIPSE), np.sin(ELLIPSE)], axis=1)
            mapped = self._map_points(points)
            whole = np.concatenate([mapped.min(axis=0), mapped.max(axis=0)])
            limit = np.array([self.out_shape[1], self.out_shape[0]] * 2, dtype=np.float64)
            inside = np.clip(whole, 0, limit)
            share = _compute_area(inside) / max(_compute_area(whole), 1e-6)
            if share >= MIN_KEPT_SHARE and np.min(inside[2:] - inside[:2]) >= MIN_BOX_PX:
                kept.append(inside)
        return as_box_array(kept)

    def _map_points(self, points: FloatArray) -> FloatArray:
        inverse = np.linalg.inv(self._matrix)
        field = self._field.numpy()
        flat = points - self._source_middle
        out = flat @ inverse.T + self._out_middle
        for _ in range(3):  # fixed point: the bending is far smoother than the map is steep
            place = [out[:, 1] - 0.5, out[:, 0] - 0.5]
            bend = np.stack(
                [ndimage.map_coordinates(part, place, order=1, mode="nearest") for part in field],
                axis=1,
            )
            out = (flat - bend) @ inverse.T + self._out_middle
        return np.asarray(out)


def _draw_matrix(limits: WarpLimits, rng: np.random.Generator) -> FloatArray:
    angle = np.deg2rad(rng.uniform(-limits.rotation_deg, limits.rotation_deg))
    scale = np.exp(rng.uniform(-limits.log_scale, limits.log_scale))
    stretch = np.exp(rng.normal(0, limits.log_stretch))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    mirror = -1.0 if rng.random() < limits.flip_share else 1.0
    return np.asarray(turn @ np.diag([mirror * stretch / scale, 1 / stretch / scale]))


def _compute_area(box: FloatArray) -> float:
    return float(max(box[2] - box[0], 0) * max(box[3] - box[1], 0))


def apply_scanner_changes(planes: Tensor, rng: np.random.Generator) -> Tensor:
    """Return planes (n, rows, columns) in HU as another scanner or kernel might give them."""
    out = planes
    if rng.random() < 0.6:  # softer or sharper kernel
        blurred = functional.avg_pool2d(
            functional.pad(out[None], (1, 1, 1, 1), mode="replicate"), 3, 1
        )[0]
        out = out + float(rng.uniform(-0.8, 0.9)) * (out - blurred)
    if rng.random() < 0.6:
        out = out + _draw_noise(tuple(out.shape), rng)
    if rng.random() < 0.5:  # contrast agent, beam energy
        dense = torch.clamp(out + 50, 0, 250) / 250
        out = out + dense * float(rng.uniform(-35, 45))
    if rng.random() < 0.4:  # inspiration: air content of the lungs
        lung = torch.clamp(-(out + 400) / 400, 0, 1) * (out > -1000)
        out = out + lung * float(rng.uniform(-50, 90))
    return out


def _draw_noise(shape: tuple[int, ...], rng: np.random.Generator) -> Tensor:
    sigma = float(np.exp(rng.uniform(np.log(4.0), np.log(60.0))))
    noise = torch.from_numpy(rng.standard_normal(shape, dtype=np.float32))
    if rng.random() < 0.6:
        noise = functional.avg_pool2d(functional.pad(noise[None], (1, 1, 1, 1)), 3, 1)[0] * 2.0
    return noise * sigma


def jitter_boxes(boxes_xyxy: FloatArray, sigma_px: float, rng: np.random.Generator) -> FloatArray:
    """Return boxes (N, 4) with noisy edges, at most a tenth of a box's side."""
    boxes = as_box_array(boxes_xyxy)
    sides = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    noise = np.clip(rng.normal(0, 1, boxes.shape), -2, 2) * np.minimum(sigma_px, 0.05 * sides)
    return np.asarray(boxes + noise)
