"""Prepare volumes for sampling, or take them from the disk where they were prepared before."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctbox.model import geometry, lungs, planes
from ctbox.model.config import ModelConfig
from ctbox.model.dataset import MARGIN_PX, PreparedVolume, TrainingSeries
from ctbox.model.disk_cache import DiskCache, compute_cache_key
from ctbox.model.geometry import CropGeometry, crop_planes
from ctbox.model.lungs import keep_large_parts, segment_lungs
from ctbox.model.packed_mask import PackedMask
from ctbox.model.planes import PlaneStack, place_crop
from ctbox.model.source_digest import digest_sources

_CODE = tuple(Path(str(module.__file__)) for module in (geometry, lungs, planes))


def prepare_volume(
    series: TrainingSeries, config: ModelConfig, disk: DiskCache | None = None
) -> PreparedVolume:
    """Return one series resampled to the crop with a margin.

    Parameters
    ----------
    series : TrainingSeries
        Read only where the disk does not have it.
    config : ModelConfig
        The crop.
    disk : DiskCache, optional
        Where prepared volumes are kept; boxes are not, they are the series' own.
    """
    stamp = None if disk is None else series.stamp()
    if disk is None or stamp is None:
        return _join(series, *_resample(series, config))
    key = _describe(series, config, stamp)
    found = disk.find(key)
    if found is None:
        volume, crop = _resample(series, config)
        arrays = {"planes": volume["planes"], "lungs": volume["lungs"]}
        disk.put(key, arrays, {"origin_mm": list(crop.origin_mm)})
        return _join(series, volume, crop)
    shape = found.arrays["planes"].shape
    crop = CropGeometry(
        (found.note["origin_mm"][0], found.note["origin_mm"][1]),
        config.pixel_size_mm,
        (shape[1], shape[2]),
        series.geometry.pixel_spacing_mm,
    )
    return _join(series, found.arrays, crop)


def _resample(
    series: TrainingSeries, config: ModelConfig
) -> tuple[Mapping[str, NDArray[np.generic]], CropGeometry]:
    hu = series.read()
    crop = place_crop(hu, series.geometry, config, MARGIN_PX)
    resampled = np.round(crop_planes(hu, crop)).astype(np.int16)
    voxel_ml = config.pixel_size_mm**2 * series.geometry.slice_spacing_mm / 1000
    found = keep_large_parts(segment_lungs(resampled), voxel_ml)
    return {"planes": resampled, "lungs": PackedMask.pack(found).bits}, crop


def _join(
    series: TrainingSeries, arrays: Mapping[str, NDArray[np.generic]], crop: CropGeometry
) -> PreparedVolume:
    own = series.geometry
    boxes = {index: crop.to_crop(values) for index, values in series.boxes.items()}
    stack = PlaneStack(arrays["planes"], own.positions_mm, own.slice_spacing_mm)
    bits = arrays["lungs"].astype(np.uint8, copy=False)
    return PreparedVolume(stack, PackedMask(bits, crop.shape[1]), boxes)


def _describe(series: TrainingSeries, config: ModelConfig, stamp: str) -> str:
    return compute_cache_key(
        {
            "kind": "volume",
            "series": [series.series_instance_uid, series.key],
            "files": stamp,
            "pixel_size_mm": config.pixel_size_mm,
            "crop_shape": list(config.crop_shape),
            "margin_px": MARGIN_PX,
            "code": digest_sources(*_CODE),
        }
    )
