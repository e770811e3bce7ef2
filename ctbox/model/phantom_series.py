"""Phantoms as training series: other bodies than the few real ones at hand."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import FloatArray, as_box_array
from ctbox.model.dataset import TrainingSeries
from ctbox.model.geometry import VolumeGeometry
from ctbox.phantom.volume import LETTERS, PhantomConfig, PhantomVolume, make_phantom
from ctbox.progress import Progress, TaskContext

SLICES = 40
ROWS = 512


def make_phantom_series(
    patients: int, seed: int, ctx: TaskContext | None = None
) -> tuple[TrainingSeries, ...]:
    """Return annotated phantoms, kept in memory; letters and kernels take turns.

    Parameters
    ----------
    patients : int
        How many, one series each.
    seed : int
        Of all of them; it belongs in the card.
    ctx : TaskContext, optional
        Asked to stop before every phantom.
    """
    ctx = ctx or TaskContext()
    series = []
    for number in range(patients):
        ctx.check()
        ctx.report(Progress(number, patients, "Making phantoms"))
        config = PhantomConfig(
            rows=ROWS,
            letter=LETTERS[number % len(LETTERS)],
            kernel="soft" if number % 3 else "sharp",
            n_slices=SLICES,
            box_jitter_px=2.0,
        )
        volume = make_phantom(config, np.random.default_rng([seed, number]))
        series.append(_to_series(volume, f"phantom-{seed}-{number}"))
    return tuple(series)


def _to_series(volume: PhantomVolume, name: str) -> TrainingSeries:
    return TrainingSeries(
        key=name,
        series_instance_uid=name,
        patient_id=name,
        frame_of_reference=name,
        geometry=VolumeGeometry(
            volume.pixel_spacing_mm, tuple(float(z) for z in volume.positions_mm)
        ),
        boxes=_collect_boxes(volume),
        read=partial(_return, volume.hu),
        is_phantom=True,
    )


def _collect_boxes(volume: PhantomVolume) -> Mapping[int, FloatArray]:
    boxes: dict[int, FloatArray] = {}
    for index in range(len(volume.hu)):
        found = [lesion.boxes[index] for lesion in volume.boxes_on(index)]
        if found:
            boxes[index] = as_box_array(found)
    return boxes


def _return(hu: NDArray[np.int16]) -> NDArray[np.int16]:
    return hu
