"""Draw training samples: which patient, which slice, which tumour in which place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ctbox.boxes import FloatArray, as_box_array, compute_iou
from ctbox.errors import TrainingDataError
from ctbox.model.augmentation import Warp, WarpLimits, apply_scanner_changes, jitter_boxes
from ctbox.model.config import SampleMix, TrainingConfig
from ctbox.model.dataset import (
    PreparedVolume,
    TrainingSeries,
    VolumeCache,
    find_negative_slices,
    stack_boxes,
)
from ctbox.model.geometry import FloatPlane
from ctbox.model.grown_volumes import GrownVolumes
from ctbox.model.lesion_pasting import (
    choose_site,
    loosen_box,
    make_pasted_growth,
    make_synthetic_growth,
    paste_growth,
)
from ctbox.model.planes import apply_input_windows

PASTED_TUMOURS = 2
MIN_LUNG_PX = 250
EMPTY_LUNG_SHARE = 0.25
HEALTHY_PHANTOM_SHARE = 0.3
KINDS = ("real", "pasted", "synthetic", "grown", "negative", "phantom")


class Batch(NamedTuple):
    """Network inputs (n, 5, rows, columns) in 0…1 and per sample boxes (k, 4) in input pixels."""

    inputs: Tensor
    boxes: list[Tensor]


@dataclass(frozen=True)
class _Place:
    series: TrainingSeries
    index: int


class SampleSource:
    """An endless, seeded source of training batches.

    Parameters
    ----------
    series : sequence of TrainingSeries
        The training patients' series, phantoms among them.
    config : TrainingConfig
        Mix, jitter, crop.
    cache : VolumeCache
        Where prepared volumes come from.

    Raises
    ------
    TrainingDataError
        If no series has a box.
    """

    def __init__(
        self,
        series: Sequence[TrainingSeries],
        config: TrainingConfig,
        cache: VolumeCache[PreparedVolume],
    ) -> None:
        self._config, self._cache = config, cache
        self._limits = WarpLimits()
        self._real: dict[str, list[_Place]] = {}
        self._negative: dict[str, list[_Place]] = {}
        self._phantom: list[_Place] = []
        self._healthy_phantom: list[_Place] = []
        for one in series:
            places = [_Place(one, index) for index in sorted(one.boxes)]
            free = [_Place(one, index) for index in find_negative_slices(one, series)]
            if one.is_phantom:
                self._phantom.extend(places)
                self._healthy_phantom.extend(free)
                continue
            self._real.setdefault(one.patient_id, []).extend(places)
            self._negative.setdefault(one.patient_id, []).extend(free)
        self._real = {name: places for name, places in self._real.items() if places}
        self._negative = {name: places for name, places in self._negative.items() if places}
        if not self._real and not self._phantom:
            raise TrainingDataError(
                "None of the training series has an annotated slice.",
                "Give a folder whose annotations belong to its series.",
            )
        real = [one for one in series if not one.is_phantom]
        self._grown = GrownVolumes(real, cache, config.model.pixel_size_mm)
        self._shares = self._compute_shares(config.mix)

    def _compute_shares(self, mix: SampleMix) -> FloatArray:
        shares = np.array([getattr(mix, kind) for kind in KINDS], dtype=np.float64)
        possible = {
            "real": bool(self._real),
            "pasted": bool(self._real and self._negative),
            "synthetic": bool(self._negative),
            "grown": bool(self._negative),
            "negative": bool(self._negative),
            "phantom": bool(self._phantom),
        }
        shares *= [possible[kind] for kind in KINDS]
        if shares.sum() <= 0:
            annotated = ("real", "phantom")
            shares = np.array([float(kind in annotated and possible[kind]) for kind in KINDS])
        return np.asarray(shares / shares.sum())

    def start_epoch(self) -> None:
        """Forget the volumes grown so far, so that what follows depends on its own seed alone."""
        self._grown.clear()

    def draw_batch(self, size: int, rng: np.random.Generator) -> Batch:
        """Return a batch of this many samples."""
        samples = [self.draw_sample(rng) for _ in range(size)]
        return Batch(torch.stack([s[0] for s in samples]), [s[1] for s in samples])

    def draw_sample(self, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Return one input (5, rows, columns) and its boxes (k, 4)."""
        kind = KINDS[int(rng.choice(len(KINDS), p=self._shares))]
        place, volume = self._draw_volume(kind, rng)
        planes = self._mix_planes(place, volume, rng)
        boxes = as_box_array(volume.boxes.get(place.index, []))
        if kind in ("pasted", "synthetic"):
            planes, boxes = self._paste(kind, planes, volume.lungs[place.index], rng)
        elif len(boxes):
            boxes = jitter_boxes(boxes, self._config.label_jitter_px, rng)
        return self._warp(planes, boxes, rng)

    def _draw_volume(self, kind: str, rng: np.random.Generator) -> tuple[_Place, PreparedVolume]:
        grown = self._grown.draw(rng) if kind == "grown" else None
        if grown is not None:
            return _Place(grown.series, grown.index), grown.volume
        place = self._draw_place("real" if kind == "grown" else kind, rng)
        return place, self._cache.get(place.series)

    def _draw_place(self, kind: str, rng: np.random.Generator) -> _Place:
        if kind == "phantom":
            healthy = self._healthy_phantom and rng.random() < HEALTHY_PHANTOM_SHARE
            places = self._healthy_phantom if healthy else self._phantom
            return places[int(rng.integers(len(places)))]
        pool = self._real if kind == "real" else self._negative
        names = sorted(pool)
        for _ in range(20):
            places = pool[names[int(rng.integers(len(names)))]]
            place = places[int(rng.integers(len(places)))]
            if (
                kind == "real"
                or self._has_lung(place)
                or (kind == "negative" and rng.random() < EMPTY_LUNG_SHARE)
            ):
                break
        return place

    def _has_lung(self, place: _Place) -> bool:
        return int(self._cache.get(place.series).lungs[place.index].sum()) > MIN_LUNG_PX

    def _mix_planes(
        self, place: _Place, volume: PreparedVolume, rng: np.random.Generator
    ) -> FloatPlane:
        model = self._config.model
        offset = model.neighbour_offset_mm * float(rng.uniform(0.7, 1.4))
        offset *= float(rng.choice([-1.0, 1.0]))
        centre = place.series.geometry.positions_mm[place.index]
        slab = model.slab_mm * float(rng.uniform(0.8, 1.6))
        return volume.stack.mix_three(centre, offset, slab)

    def _paste(
        self, kind: str, planes: FloatPlane, lungs: np.ndarray, rng: np.random.Generator
    ) -> tuple[FloatPlane, FloatArray]:
        boxes: list[FloatArray] = []
        columns = np.flatnonzero(lungs.any(axis=0))
        middle = float(columns.mean()) if columns.size else lungs.shape[1] / 2
        for _ in range(int(rng.integers(1, PASTED_TUMOURS + 1))):
            growth = self._make_growth(kind, rng)
            site = choose_site(lungs, growth.radius_px, middle, rng)
            done = None if site is None else paste_growth(planes, lungs, growth, site)
            if done is None or (boxes and compute_iou(stack_boxes(boxes), done[1][None]).any()):
                continue
            planes = done[0]
            boxes.append(loosen_box(done[1], rng)[None])
        return planes, stack_boxes(boxes)

    def _make_growth(self, kind: str, rng: np.random.Generator):  # type: ignore[no-untyped-def]
        model = self._config.model
        if kind == "synthetic":
            return make_synthetic_growth(rng, model.pixel_size_mm, model.neighbour_offset_mm)
        place = self._draw_place("real", rng)
        volume = self._cache.get(place.series)
        boxes = volume.boxes[place.index]
        planes = self._mix_planes(place, volume, rng)
        return make_pasted_growth(planes, boxes[int(rng.integers(len(boxes)))], rng)

    def _warp(
        self, planes: FloatPlane, boxes: FloatArray, rng: np.random.Generator
    ) -> tuple[Tensor, Tensor]:
        shape = self._config.model.crop_shape
        warp = Warp(shape, (planes.shape[1], planes.shape[2]), self._limits, rng)
        warped = (
            functional.grid_sample(
                torch.from_numpy(planes)[None] + 1024,
                warp.build_grid()[None],
                mode="bilinear",
                padding_mode="zeros",
                align_corners=False,
            )[0]
            - 1024
        )
        changed = apply_scanner_changes(warped, rng)
        mapped = torch.from_numpy(warp.map_boxes(boxes)).float()
        return apply_input_windows(changed), mapped
