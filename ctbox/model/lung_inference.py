"""From voxels to boxes with the default detector."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctbox.model.attention import AttentionMap, quantise_scores
from ctbox.model.box_coding import decode_boxes
from ctbox.model.card import ModelCard
from ctbox.model.checkpoint import load_into
from ctbox.model.config import InferenceConfig, ModelConfig, config_from_dict
from ctbox.model.decoding import (
    Candidates,
    FloatMap,
    SliceMaps,
    average_heat,
    find_peaks,
    score_cells,
)
from ctbox.model.geometry import CropGeometry, VolumeGeometry, crop_planes
from ctbox.model.lesions import calibrate_scores, collect_slices, link_lesions
from ctbox.model.networks.detector import LungDetector
from ctbox.model.planes import PlaneStack, apply_input_windows, find_slab_sources, place_crop
from ctbox.model.prediction import VolumePrediction, VolumeTask
from ctbox.progress import Progress, TaskContext

GPU_BATCH = 16
HEAT_STEP_MM = 4.0
LOOK_STEP_MM = 2.5


class LungPredictor:
    """The default detector with everything around its network.

    Parameters
    ----------
    network : LungDetector
        In evaluation mode, on its device.
    model, inference : ModelConfig, InferenceConfig
        Input, and how maps become boxes.
    device : torch.device
        Where the network lies.
    """

    def __init__(
        self,
        network: LungDetector,
        model: ModelConfig,
        inference: InferenceConfig,
        device: torch.device,
    ) -> None:
        self._network = network.eval().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._model, self._inference, self._device = model, inference, device
        # On the CPU one slice at a time costs nothing and gives the same bits in any company.
        self._batch = GPU_BATCH if device.type == "cuda" else 1

    @classmethod
    def build(
        cls, state: Mapping[str, Tensor], card: ModelCard, device: torch.device
    ) -> LungPredictor:
        """Return the predictor of a checkpoint.

        Raises
        ------
        CheckpointError
            If the tensors don't fit the network that the card describes.
        """
        model = config_from_dict(ModelConfig, card.config.get("model", {}))
        inference = config_from_dict(InferenceConfig, card.config.get("inference", {}))
        network = LungDetector(model)
        load_into(network, state, card.name)
        return cls(network, model, inference, device)

    def predict(self, task: VolumeTask, ctx: TaskContext) -> VolumePrediction:
        """Return boxes in slice pixels per slice asked for (None: all), and lesions if all."""
        hu, geometry, wanted = task.hu, task.geometry, task.wanted
        crop = place_crop(hu, geometry, self._model)
        reach = self._inference.heat_reach_mm
        looked_at = {index: find_looked_at(geometry, index) for index in wanted}
        neighbours = {
            index: find_heat_neighbours(geometry, index, reach) for index in looked_at.values()
        }
        needed = sorted({n for group in neighbours.values() for n in group})
        maps = self._compute_maps(hu, geometry, crop, needed, ctx)
        seen, attention = {}, {}
        for index, group in neighbours.items():
            places = [geometry.positions_mm[n] for n in group]
            near = [maps[n] for n in group]
            heat = average_heat(near, places, geometry.positions_mm[index], reach)
            score = score_cells(maps[index], heat, self._inference)
            one = find_peaks(maps[index].boxes, score, self._inference)
            seen[index] = Candidates(crop.to_slice(one.boxes_xyxy), one.scores)
            if task.want_attention:
                attention[index] = self._lay_over_slice(score, crop)
        found = {index: seen[looked_at[index]] for index in wanted}
        shown = {i: attention[looked_at[i]] for i in wanted} if task.want_attention else {}
        if task.indices is not None:
            return VolumePrediction(_keep_best(found, self._inference), [], shown)
        places = [geometry.positions_mm[index] for index in wanted]
        lesions = link_lesions([found[i] for i in wanted], wanted, places, self._inference)
        return VolumePrediction(collect_slices(lesions, wanted), lesions, shown)

    def _lay_over_slice(self, score: FloatMap, crop: CropGeometry) -> AttentionMap:
        stride = self._model.stride
        ((x1, y1, x2, y2),) = crop.to_slice([[0.0, 0.0, stride, stride]])
        calibrated = calibrate_scores(score.astype(np.float64), self._inference)
        return AttentionMap(
            quantise_scores(calibrated), float(x1), float(y1), float(x2 - x1), float(y2 - y1)
        )

    def _compute_maps(
        self,
        hu: NDArray[np.generic],
        geometry: VolumeGeometry,
        crop: CropGeometry,
        needed: Sequence[int],
        ctx: TaskContext,
    ) -> dict[int, SliceMaps]:
        stack = self._build_stack(hu, geometry, crop, needed)
        maps: dict[int, SliceMaps] = {}
        for start in range(0, len(needed), self._batch):
            ctx.check()
            part = needed[start : start + self._batch]
            inputs = torch.stack([self._build_input(stack, geometry, index) for index in part])
            maps.update(zip(part, self._run(inputs), strict=True))
            ctx.report(Progress(start + len(part), len(needed), "Looking for tumours"))
        return maps

    def _build_stack(
        self,
        hu: NDArray[np.generic],
        geometry: VolumeGeometry,
        crop: CropGeometry,
        needed: Sequence[int],
    ) -> PlaneStack:
        """Resample only the slices that the needed ones look at."""
        spacing = geometry.slice_spacing_mm
        sources = sorted(set(_find_sources(geometry, needed, self._model, spacing)))
        planes = np.full((len(hu), *crop.shape), np.int16(-1024), dtype=np.int16)
        planes[sources] = np.round(crop_planes(hu[sources], crop)).astype(np.int16)
        return PlaneStack(planes, geometry.positions_mm, spacing)

    def _build_input(self, stack: PlaneStack, geometry: VolumeGeometry, index: int) -> Tensor:
        planes = stack.mix_three(
            geometry.positions_mm[index], self._model.neighbour_offset_mm, self._model.slab_mm
        )
        return apply_input_windows(torch.from_numpy(planes))

    def _run(self, inputs: Tensor) -> list[SliceMaps]:
        looked = self._look(inputs)
        if not self._inference.flip:
            return _split_maps(*looked)
        heat, quality, boxes = self._look(inputs.flip(-1))
        boxes = boxes.flip(-1)
        width = float(inputs.shape[-1])
        mirrored = torch.stack(
            [width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], dim=1
        )
        return _split_maps(
            (looked[0] + heat.flip(-1)) / 2,
            (looked[1] + quality.flip(-1)) / 2,
            (looked[2] + mirrored) / 2,
        )

    @torch.inference_mode()
    def _look(self, inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        moved = inputs.to(self._device).contiguous(memory_format=torch.channels_last)
        output = self._network(moved)
        return (
            output.heat[:, 0].sigmoid().cpu(),
            output.quality[:, 0].sigmoid().cpu(),
            decode_boxes(output.log_ltrb, self._model.stride).cpu(),
        )


def _keep_best(found: Mapping[int, Candidates], config: InferenceConfig) -> dict[int, Candidates]:
    kept = {}
    for index, one in found.items():
        least = config.lesion_share * float(one.scores[0]) if len(one.scores) else 0.0
        count = min(config.max_slice_boxes, int((one.scores >= least).sum()))
        scores = calibrate_scores(one.scores[:count], config)
        kept[index] = Candidates(one.boxes_xyxy[:count], scores)
    return kept


def _find_sources(
    geometry: VolumeGeometry, needed: Iterable[int], model: ModelConfig, spacing: float
) -> Iterable[int]:
    for index in needed:
        place = geometry.positions_mm[index]
        yield from find_slab_sources(geometry.positions_mm, place, model, spacing)


def _split_maps(heat: Tensor, quality: Tensor, boxes: Tensor) -> list[SliceMaps]:
    return [
        SliceMaps(h.numpy(), q.numpy(), b.numpy())
        for h, q, b in zip(heat, quality, boxes, strict=True)
    ]


def find_looked_at(geometry: VolumeGeometry, index: int) -> int:
    """Return the slice whose maps stand for a slice: itself, or a neighbour among thin ones.

    Slices a millimetre apart look alike in slabs of four, so of thin ones only every second or
    third is looked at.
    """
    step = max(1, int(LOOK_STEP_MM / geometry.slice_spacing_mm))
    last = (len(geometry.positions_mm) - 1) // step * step
    return min(round(index / step) * step, last)


def find_heat_neighbours(geometry: VolumeGeometry, index: int, reach_mm: float) -> list[int]:
    """Return the slices whose heat is averaged into a slice's, itself among them.

    Parameters
    ----------
    geometry : VolumeGeometry
        Where the slices lie; of thin ones those about 4 mm apart are enough.
    index : int
        A slice that is looked at.
    reach_mm : float
        Only slices nearer than this.
    """
    positions = np.asarray(geometry.positions_mm, dtype=np.float64)
    look = max(1, int(LOOK_STEP_MM / geometry.slice_spacing_mm))
    step = look * max(1, round(HEAT_STEP_MM / (look * geometry.slice_spacing_mm)))
    near = np.abs(positions - positions[index]) < reach_mm
    return [i for i in range(index % step, len(positions), step) if near[i] or i == index]
