"""The default network made ready to predict: inputs to maps of heat, quality and boxes."""

from __future__ import annotations

import torch
from torch import Tensor

from ctbox.model.box_coding import decode_boxes
from ctbox.model.decoding import SliceMaps
from ctbox.model.networks.detector import LungDetector
from ctbox.model.networks.folding import fold_norms


class LungNetwork:
    """A detector's network for prediction and nothing else.

    Parameters
    ----------
    network : LungDetector
        With its weights; changed in place.
    stride : int
        Input pixels per cell of its maps.
    device : torch.device
        Where to compute.
    flip : bool
        Whether to look at the mirrored slice as well, and average.
    """

    def __init__(
        self, network: LungDetector, stride: int, device: torch.device, *, flip: bool
    ) -> None:
        network.eval()
        fold_norms(network)
        self._network = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._stride, self._device, self._flip = stride, device, flip

    def look(self, inputs: Tensor) -> list[SliceMaps]:
        """Return the maps of inputs (n, 5, rows, columns), slice by slice."""
        heat, quality, boxes = self._run(inputs)
        if self._flip:
            other_heat, other_quality, mirrored = (
                each.flip(-1) for each in self._run(inputs.flip(-1))
            )
            width = float(inputs.shape[-1])
            x1, y1, x2, y2 = mirrored.unbind(1)
            heat, quality = (heat + other_heat) / 2, (quality + other_quality) / 2
            boxes = (boxes + torch.stack([width - x2, y1, width - x1, y2], dim=1)) / 2
        return [
            SliceMaps(h.numpy(), q.numpy(), b.numpy())
            for h, q, b in zip(heat, quality, boxes, strict=True)
        ]

    @torch.inference_mode()
    def _run(self, inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        output = self._network(inputs.to(self._device))
        return (
            output.heat[:, 0].sigmoid().cpu(),
            output.quality[:, 0].sigmoid().cpu(),
            decode_boxes(output.log_ltrb, self._stride).cpu(),
        )
