"""From voxels to boxes with the default detector."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from ctbox.model.attention import AttentionMap, quantise_scores
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
from ctbox.model.geometry import CropGeometry
from ctbox.model.lesions import calibrate_scores, collect_slices, link_lesions
from ctbox.model.look_plan import LookPlan, make_plan
from ctbox.model.lung_inputs import SeriesInputs
from ctbox.model.lung_network import LungNetwork
from ctbox.model.networks.detector import LungDetector
from ctbox.model.planes import place_crop
from ctbox.model.prediction import VolumePrediction, VolumeTask
from ctbox.model.side_by_side import map_side_by_side
from ctbox.progress import Progress, TaskContext

GPU_BATCH = 16

_Parts = Sequence[Sequence[int]]
_Looks = Generator[list[SliceMaps], None, None]
_Map = Callable[[Callable[[Sequence[int]], list[SliceMaps]], _Parts], _Looks]


class LungPredictor:
    """The default detector with everything around its network.

    Parameters
    ----------
    network : LungDetector
        With its weights; taken over, and of no use for training afterwards.
    model, inference : ModelConfig, InferenceConfig
        Input, and how maps become boxes.
    device : torch.device
        Where to compute.
    """

    def __init__(
        self,
        network: LungDetector,
        model: ModelConfig,
        inference: InferenceConfig,
        device: torch.device,
    ) -> None:
        self._network = LungNetwork(network, model.stride, device, flip=inference.flip)
        self._model, self._inference = model, inference
        # On the CPU one slice at a time costs nothing and gives the same bits in any company,
        # and several threads take a slice each. One GPU wants one thread and many slices.
        on_gpu = device.type == "cuda"
        self._batch = GPU_BATCH if on_gpu else 1
        self._map: _Map = _map_one_by_one if on_gpu else map_side_by_side

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

    @property
    def most_lesions(self) -> int:
        """How many lesions of a series are returned at most; 0 for any number."""
        return self._inference.max_lesions

    def predict(self, task: VolumeTask, ctx: TaskContext) -> VolumePrediction:
        """Return boxes in slice pixels per slice asked for (None: all), and lesions if all."""
        geometry, wanted = task.geometry, task.wanted
        crop = place_crop(task.hu, geometry, self._model)
        plan = make_plan(geometry, wanted, self._inference.heat_reach_mm)
        seen: dict[int, Candidates] = {}
        attention: dict[int, AttentionMap] = {}
        maps = self._look(task, crop, plan, ctx)
        for index, neighbours in plan.neighbours.items():
            score = self._score(index, maps, neighbours, geometry.positions_mm)
            one = find_peaks(maps[index].boxes, score, self._inference)
            seen[index] = Candidates(crop.to_slice(one.boxes_xyxy), one.scores)
            if task.want_attention:
                attention[index] = self._lay_over_slice(score, crop)
        found = {index: seen[plan.looked_at[index]] for index in wanted}
        shown = {i: attention[plan.looked_at[i]] for i in wanted} if task.want_attention else {}
        if task.indices is not None:
            return VolumePrediction(_keep_best(found, self._inference), [], shown)
        places = [geometry.positions_mm[index] for index in wanted]
        lesions = link_lesions([found[i] for i in wanted], wanted, places, self._inference)
        return VolumePrediction(collect_slices(lesions, wanted), lesions, shown)

    def _look(
        self, task: VolumeTask, crop: CropGeometry, plan: LookPlan, ctx: TaskContext
    ) -> dict[int, SliceMaps]:
        needed = plan.needed
        inputs = SeriesInputs(task.hu, task.geometry, crop, self._model, needed)
        parts = [needed[at : at + self._batch] for at in range(0, len(needed), self._batch)]
        maps: dict[int, SliceMaps] = {}
        ctx.check()
        looks = self._map(lambda part: self._network.look(inputs.build(part)), parts)
        with contextlib.closing(looks):
            for part, looked in zip(parts, looks, strict=True):
                maps.update(zip(part, looked, strict=True))
                ctx.report(Progress(len(maps), len(needed), "Looking for tumours"))
                ctx.check()
        return maps

    def _score(
        self,
        index: int,
        maps: Mapping[int, SliceMaps],
        neighbours: Sequence[int],
        positions_mm: Sequence[float],
    ) -> FloatMap:
        heat = average_heat(
            [maps[near].heat for near in neighbours],
            [positions_mm[near] for near in neighbours],
            positions_mm[index],
            self._inference.heat_reach_mm,
        )
        return score_cells(maps[index], heat, self._inference)

    def _lay_over_slice(self, score: FloatMap, crop: CropGeometry) -> AttentionMap:
        stride = self._model.stride
        ((x1, y1, x2, y2),) = crop.to_slice([[0.0, 0.0, stride, stride]])
        calibrated = calibrate_scores(score.astype(np.float64), self._inference)
        return AttentionMap(
            quantise_scores(calibrated), float(x1), float(y1), float(x2 - x1), float(y2 - y1)
        )


def _map_one_by_one(look: Callable[[Sequence[int]], list[SliceMaps]], parts: _Parts) -> _Looks:
    for part in parts:
        yield look(part)


def _keep_best(found: Mapping[int, Candidates], config: InferenceConfig) -> dict[int, Candidates]:
    kept = {}
    for index, one in found.items():
        least = config.lesion_share * float(one.scores[0]) if len(one.scores) else 0.0
        count = min(config.max_slice_boxes, int((one.scores >= least).sum()))
        scores = calibrate_scores(one.scores[:count], config)
        kept[index] = Candidates(one.boxes_xyxy[:count], scores)
    return kept
