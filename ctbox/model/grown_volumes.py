"""Whole volumes with synthetic tumours grown into them, used for many samples each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from ctbox.boxes import FloatArray
from ctbox.model.dataset import (
    PreparedVolume,
    TrainingSeries,
    VolumeCache,
    find_negative_slices,
    stack_boxes,
)
from ctbox.model.lesion_pasting import loosen_box
from ctbox.model.lungs import Mask
from ctbox.phantom.lesions import InsertionSite, find_insertion_sites, insert_lesion

POOL = 8
DRAWS_PER_VOLUME = 32
TUMOURS = (2, 4)
RADIUS_MM = (3.5, 42.0)
MIN_SLICE_AREA_PX = 6
SITES_PER_KIND = 24


@dataclass(frozen=True)
class GrownSlice:
    """A slice with at least one grown tumour in it."""

    series: TrainingSeries
    index: int
    volume: PreparedVolume


@dataclass(frozen=True)
class _Grown:
    series: TrainingSeries
    volume: PreparedVolume
    indices: tuple[int, ...]


class GrownVolumes:
    """A small pool of real volumes with tumours inserted, renewed one by one.

    Growing a tumour in three dimensions costs much more than looking at one slice of it, so
    every volume serves many draws. Only slices known to be tumour-free or annotated are used:
    elsewhere a real, unannotated tumour might be taken for background.

    Parameters
    ----------
    series : sequence of TrainingSeries
        Real, annotated series.
    cache : VolumeCache
        Where their volumes come from.
    pixel_size_mm : float
        Of the crop.
    """

    def __init__(
        self,
        series: Sequence[TrainingSeries],
        cache: VolumeCache[PreparedVolume],
        pixel_size_mm: float,
    ) -> None:
        self._cache, self._pixel_size_mm = cache, pixel_size_mm
        self._by_patient: dict[str, list[TrainingSeries]] = {}
        for one in series:
            self._by_patient.setdefault(one.patient_id, []).append(one)
        self._usable = {
            one.key: frozenset((*find_negative_slices(one, series), *one.boxes)) for one in series
        }
        self._sites: dict[str, list[InsertionSite]] = {}
        self._pool: list[_Grown] = []

    def clear(self) -> None:
        """Forget all grown volumes and sites."""
        self._pool.clear()
        self._sites.clear()

    def draw(self, rng: np.random.Generator) -> GrownSlice | None:
        """Return a slice with a grown tumour, or None if none would grow just now."""
        if len(self._pool) < POOL or rng.random() < 1 / DRAWS_PER_VOLUME:
            self._renew(rng)
        if not self._pool:
            return None
        grown = self._pool[int(rng.integers(len(self._pool)))]
        index = grown.indices[int(rng.integers(len(grown.indices)))]
        return GrownSlice(grown.series, index, grown.volume)

    def _renew(self, rng: np.random.Generator) -> None:
        names = sorted(self._by_patient)
        candidates = self._by_patient[names[int(rng.integers(len(names)))]]
        grown = self._grow(candidates[int(rng.integers(len(candidates)))], rng)
        if not grown.indices:
            return
        if len(self._pool) < POOL:
            self._pool.append(grown)
        else:
            self._pool[int(rng.integers(POOL))] = grown

    def _grow(self, series: TrainingSeries, rng: np.random.Generator) -> _Grown:
        volume = self._cache.get(series)
        planes = volume.stack.planes
        spacing = (volume.stack.slice_spacing_mm, self._pixel_size_mm, self._pixel_size_mm)
        boxes = {index: [values] for index, values in volume.boxes.items()}
        grown_on: set[int] = set()
        for site in self._draw_sites(series, volume, spacing, rng):
            radius = float(np.exp(rng.uniform(*np.log(RADIUS_MM))))
            radius = min(radius, max(site.max_radius_mm, RADIUS_MM[0]))
            planes, mask = insert_lesion(
                planes, spacing, site.draw_centre(radius, rng), radius, site.kind, rng
            )
            for index, box in find_mask_boxes(mask).items():
                boxes.setdefault(index, []).append(loosen_box(box, rng)[None])
                grown_on.add(index)
        usable = tuple(sorted(grown_on & self._usable[series.key]))
        merged = {index: stack_boxes(parts) for index, parts in boxes.items()}
        stack = replace(volume.stack, planes=planes)
        return _Grown(series, PreparedVolume(stack, volume.lungs, merged), usable)

    def _draw_sites(
        self,
        series: TrainingSeries,
        volume: PreparedVolume,
        spacing: tuple[float, float, float],
        rng: np.random.Generator,
    ) -> list[InsertionSite]:
        if series.key not in self._sites or rng.random() < 0.1:
            self._sites[series.key] = find_insertion_sites(
                volume.stack.planes, spacing, rng, count=SITES_PER_KIND
            )
        usable = self._usable[series.key]
        sites = [site for site in self._sites[series.key] if round(site.surface[0]) in usable]
        wanted = int(rng.integers(TUMOURS[0], TUMOURS[1] + 1))
        if not sites:
            return []
        return [sites[int(rng.integers(len(sites)))] for _ in range(wanted)]


def find_mask_boxes(mask: Mask) -> Mapping[int, FloatArray]:
    """Return per slice the box (4,) around the largest part of a mask (n, rows, columns)."""
    boxes: dict[int, FloatArray] = {}
    for index in np.flatnonzero(mask.any(axis=(1, 2))):
        labels, count = ndimage.label(mask[index])
        sizes = np.bincount(labels.ravel())[1:]
        best = int(np.argmax(sizes))
        if sizes[best] < MIN_SLICE_AREA_PX or count == 0:
            continue
        rows, columns = ndimage.find_objects(labels)[best]
        boxes[int(index)] = np.array(
            [columns.start, rows.start, columns.stop, rows.stop], dtype=np.float64
        )
    return boxes
