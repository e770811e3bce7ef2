"""The default network: a small anchor-free detector over five planes of a CT crop."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from ctbox.model.config import ModelConfig

IN_CHANNELS = 5
PRIOR_HEAT = 0.01
PRIOR_SIDE_PX = 5.0


class DetectorOutput(NamedTuple):
    """What the network says at the configuration's stride, before any sigmoid.

    Parameters
    ----------
    heat : Tensor
        (n, 1, h, w) logits: is a tumour's centre here?
    log_ltrb : Tensor
        (n, 4, h, w) logarithms of the distances to the box's left, upper, right and lower
        edge, in units of the stride.
    quality : Tensor
        (n, 1, h, w) logits of the IoU that the box here will have.
    """

    heat: Tensor
    log_ltrb: Tensor
    quality: Tensor


def conv_norm(width_in: int, width_out: int, size: int = 3, stride: int = 1) -> nn.Sequential:
    """Return convolution, batch normalisation and no activation."""
    return nn.Sequential(
        nn.Conv2d(width_in, width_out, size, stride, size // 2, bias=False),
        nn.BatchNorm2d(width_out),
    )


def activate(x: Tensor) -> Tensor:
    """Return SiLU; in place where no gradient is asked for, so `x` is lost there."""
    return functional.silu(x, inplace=not torch.is_grad_enabled())


class ResidualBlock(nn.Module):
    """Two 3×3 convolutions around a shortcut (He et al., 2016)."""

    def __init__(self, width_in: int, width_out: int, stride: int = 1) -> None:
        super().__init__()
        self.first = conv_norm(width_in, width_out, 3, stride)
        self.second = conv_norm(width_out, width_out)
        plain = width_in == width_out and stride == 1
        self.shortcut = nn.Identity() if plain else conv_norm(width_in, width_out, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Return features of the block's own width and stride."""
        inner = activate(self.first(x))
        return activate(self.second(inner) + self.shortcut(x))


class LungDetector(nn.Module):
    """Pixel-unshuffle stem, residual stages, feature pyramid, three heads.

    Parameters
    ----------
    config : ModelConfig
        Factor of the stem, widths and depths of the stages, and width of the pyramid.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        widths, neck = config.widths, config.neck_width
        self.stem_factor = config.stem_factor
        self.stem = conv_norm(IN_CHANNELS * self.stem_factor**2, widths[0])
        stages = []
        previous = widths[0]
        for index, (width, depth) in enumerate(zip(widths, config.depths, strict=True)):
            blocks = []
            for block in range(depth):
                stride = 2 if block == 0 and index > 0 else 1
                blocks.append(ResidualBlock(previous, width, stride))
                previous = width
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)
        self.laterals = nn.ModuleList(nn.Conv2d(width, neck, 1) for width in widths[1:])
        self.smooth = conv_norm(neck, neck)
        self.heat_tower = conv_norm(neck, neck)
        self.box_tower = conv_norm(neck, neck)
        self.heat_head = nn.Conv2d(neck, 1, 1)
        self.box_head = nn.Conv2d(neck, 4, 1)
        self.quality_head = nn.Conv2d(neck, 1, 1)
        self._initialise()

    def _initialise(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        for head in (self.heat_head, self.box_head, self.quality_head):
            nn.init.normal_(head.weight, std=0.01)
        # Rare centres: start from their prior (Lin et al., 2017), not from one half.
        nn.init.constant_(self.heat_head.bias, -math.log((1 - PRIOR_HEAT) / PRIOR_HEAT))  # type: ignore[arg-type]
        nn.init.constant_(self.box_head.bias, math.log(PRIOR_SIDE_PX))  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> DetectorOutput:
        """Look at crops.

        Parameters
        ----------
        x : Tensor
            (n, 5, rows, columns) in 0…1; rows and columns multiples of 16 × the stem's factor.

        Returns
        -------
        DetectorOutput
            Maps at twice the stem's factor: stride 4 by default.
        """
        # Convolutions here want their channels last; the unshuffling makes a copy anyhow.
        folded = functional.pixel_unshuffle(x, self.stem_factor)
        y = activate(self.stem(folded.contiguous(memory_format=torch.channels_last)))
        features = []
        for stage in self.stages:
            y = stage(y)
            features.append(y)
        merged = self.laterals[-1](features[-1])
        for lateral, feature in zip(
            reversed(list(self.laterals)[:-1]), reversed(features[1:-1]), strict=True
        ):
            merged = functional.interpolate(merged, scale_factor=2.0, mode="nearest")
            merged = activate(merged + lateral(feature))
        shared = activate(self.smooth(merged))
        heat_features = activate(self.heat_tower(shared))
        box_features = activate(self.box_tower(shared))
        return DetectorOutput(
            self.heat_head(heat_features),
            self.box_head(box_features),
            self.quality_head(box_features),
        )
