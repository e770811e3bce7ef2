"""Train the default detector: its samples, its losses, its validation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ctbox.boxes import FloatArray, compute_iou
from ctbox.model.box_coding import decode_boxes, encode_boxes
from ctbox.model.config import InferenceConfig, TrainingConfig
from ctbox.model.dataset import MARGIN_PX, TrainingData, VolumeCache
from ctbox.model.decoding import SliceMaps, find_candidates
from ctbox.model.geometry import FloatPlane
from ctbox.model.learning import load_start
from ctbox.model.losses import compute_loss
from ctbox.model.networks.detector import DetectorOutput, LungDetector
from ctbox.model.planes import apply_input_windows
from ctbox.model.sampling import Batch, SampleSource
from ctbox.model.shared_norm import share_batch_norms
from ctbox.model.team import ALONE, Team
from ctbox.model.volume_store import prepare_volume
from ctbox.progress import TaskContext

ENCODER = ("stem.", "stages.")
"""Names of the network's parts that look at the image, before the pyramid and the heads."""


class LungLearning:
    """The default detector's part of a training run.

    Parameters
    ----------
    config : TrainingConfig
        How to train.
    data : TrainingData
        Training and validation series.
    device : torch.device
        Where to compute.
    start : mapping, optional
        Weights to start from.
    team : Team, optional
        The processes that share every batch.
    """

    def __init__(
        self,
        config: TrainingConfig,
        data: TrainingData,
        device: torch.device,
        start: Mapping[str, Tensor] | None = None,
        team: Team = ALONE,
    ) -> None:
        self._config, self._data, self._device, self._team = config, data, device, team
        self._cache = VolumeCache(
            lambda series: prepare_volume(series, config.model, data.disk), data.cache_bytes
        )
        self._source = SampleSource(data.training, config, self._cache)
        network = LungDetector(config.model)
        load_start(network, start)
        if team.size > 1:
            share_batch_norms(network)
        self.network: nn.Module = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        stages = list(network.stages)[: config.freeze_stages]
        self._frozen = [network.stem, *stages] if stages else []
        for part in self._frozen:
            part.requires_grad_(False)
        self._bf16 = config.bf16 and can_use_bf16(device)
        rows, columns = config.model.crop_shape
        self._stride = config.model.stride
        self._map_shape = (rows // self._stride, columns // self._stride)

    def make_optimizer(self, config: TrainingConfig) -> torch.optim.Optimizer:
        """Return AdamW; norms and biases do not decay, and the encoder may learn more slowly."""
        named = [(n, p) for n, p in self.network.named_parameters() if p.requires_grad]
        if config.encoder_rate == 1:
            groups = _group_by_decay([p for _, p in named], config, 1.0)
        else:
            encoder = [p for n, p in named if n.startswith(ENCODER)]
            rest = [p for n, p in named if not n.startswith(ENCODER)]
            groups = [
                *_group_by_decay(encoder, config, config.encoder_rate),
                *_group_by_decay(rest, config, 1.0),
            ]
        return torch.optim.AdamW(groups, lr=config.learning_rate)

    def start_epoch(self, rng: np.random.Generator) -> None:
        """Forget the volumes grown before."""
        self._source.start_epoch()

    def draw_batch(self, size: int, rng: np.random.Generator) -> Batch:
        """Return the next samples, on the CPU."""
        return self._source.draw_batch(size, rng)

    def compute_batch_loss(self, batch: Batch) -> Tensor:
        """Return a batch's loss."""
        for part in self._frozen:
            part.eval()  # its normalisation stays as it is, too
        encoded = encode_boxes(batch.boxes, self._map_shape, self._stride)
        targets = type(encoded)(*(part.to(self._device) for part in encoded))
        count = len(batch.inputs)
        own = batch.inputs[self._team.find_share(count)]
        inputs = own.to(self._device).contiguous(memory_format=torch.channels_last)
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._bf16):
            output = self.network(inputs)
        joined = DetectorOutput(*(self._team.join(part, count) for part in output))
        return compute_loss(joined, targets).total

    def validate(self, network: nn.Module, ctx: TaskContext) -> float | None:
        """Return the mean IoU of the top box, per patient and then over patients."""
        by_patient: dict[str, list[float]] = {}
        for series in self._data.validation:
            volume = self._cache.get(series)
            for index, truth in sorted(volume.boxes.items()):
                ctx.check()
                model = self._config.model
                planes = volume.stack.mix_three(
                    series.geometry.positions_mm[index], model.neighbour_offset_mm, model.slab_mm
                )[:, MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX]
                boxes = find_top_box(network, planes, self._device, self._stride) + MARGIN_PX
                iou = compute_iou(boxes, truth).max() if len(boxes) else 0.0
                by_patient.setdefault(series.patient_id, []).append(float(iou))
        if not by_patient:
            return None
        return float(np.mean([np.mean(values) for values in by_patient.values()]))


def _group_by_decay(
    parameters: Sequence[nn.Parameter], config: TrainingConfig, rate_share: float
) -> list[dict[str, Any]]:
    decaying = {"weight_decay": config.weight_decay, "rate_share": rate_share}
    plain = {"weight_decay": 0.0, "rate_share": rate_share}
    return [
        {"params": [p for p in parameters if p.ndim > 1], **decaying},
        {"params": [p for p in parameters if p.ndim <= 1], **plain},
    ]


@torch.inference_mode()
def find_top_box(
    network: nn.Module, planes: FloatPlane, device: torch.device, stride: int
) -> FloatArray:
    """Return the best box (0 or 1, 4) of three planes in HU, in crop pixels."""
    inputs = apply_input_windows(torch.from_numpy(np.ascontiguousarray(planes)))[None].to(device)
    output = network(inputs.contiguous(memory_format=torch.channels_last))
    maps = SliceMaps(
        output.heat[0, 0].sigmoid().cpu().numpy(),
        output.quality[0, 0].sigmoid().cpu().numpy(),
        decode_boxes(output.log_ltrb, stride)[0].cpu().numpy(),
    )
    return find_candidates(maps, maps.heat, InferenceConfig()).boxes_xyxy[:1]


def can_use_bf16(device: torch.device) -> bool:
    """Return whether bfloat16 is fast here: it is emulated, slowly, on processors without it."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.cpu._is_avx512_bf16_supported())
