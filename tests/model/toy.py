"""A toy chest that trains in seconds: body, two lungs, one ball of a tumour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ctbox.model.config import ModelConfig, SampleMix, TrainingConfig
from ctbox.model.dataset import TrainingSeries
from ctbox.model.geometry import VolumeGeometry

ROWS, COLUMNS, SLICES = 96, 128, 16
SPACING = (2.5, 2.5)
STEP_MM = 5.0
TOY_MODEL = ModelConfig(
    pixel_size_mm=4.0,
    crop_shape=(64, 96),
    widths=(12, 16, 24, 32, 32),
    depths=(1, 1, 1, 1, 1),
    neck_width=24,
)


def make_volume(
    centre: tuple[float, float, float] = (8, 52, 38), radius_px: float = 8.0, seed: int = 0
) -> tuple[NDArray[np.int16], dict[int, NDArray[np.float64]]]:
    """Return HU (n, rows, columns) and the tumour's boxes per slice."""
    rng = np.random.default_rng(seed)
    z, y, x = np.mgrid[:SLICES, :ROWS, :COLUMNS].astype(np.float64)
    hu = np.full((SLICES, ROWS, COLUMNS), -1000.0)
    hu[((x - 64) / 58) ** 2 + ((y - 48) / 42) ** 2 < 1] = 40
    for middle in (38, 90):
        hu[((x - middle) / 20) ** 2 + ((y - 48) / 32) ** 2 < 1] = -850
    ball = ((z - centre[0]) * 2) ** 2 + (y - centre[1]) ** 2 + (x - centre[2]) ** 2
    tumour = ball < radius_px**2
    hu[tumour] = 50
    hu += rng.normal(0, 15, hu.shape)
    boxes = {}
    for index in np.flatnonzero(tumour.any(axis=(1, 2))):
        ys, xs = np.nonzero(tumour[index])
        box = [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]
        boxes[int(index)] = np.array([box], dtype=np.float64)
    return hu.astype(np.int16), boxes


def make_series(patient: str = "T1", **kwargs: object) -> TrainingSeries:
    """Return one annotated toy series."""
    hu, boxes = make_volume(**kwargs)  # type: ignore[arg-type]
    return TrainingSeries(
        key=f"{patient}-1",
        series_instance_uid=f"1.2.{abs(hash(patient)) % 1000}",
        patient_id=patient,
        frame_of_reference=f"frame-{patient}",
        geometry=make_geometry(),
        boxes=boxes,
        read=lambda: hu,
    )


def make_geometry() -> VolumeGeometry:
    """Return where a toy volume lies."""
    return VolumeGeometry(SPACING, tuple(-STEP_MM * i for i in range(SLICES)))


def make_config(**kwargs: object) -> TrainingConfig:
    """Return a configuration for seconds of training."""
    values: dict[str, object] = {
        "model": TOY_MODEL,
        "epochs": 2,
        "steps_per_epoch": 3,
        "batch_size": 4,
        "warmup_steps": 2,
        "ema_decay": 0.9,
        "bf16": False,
        "threads": 1,
        "mix": SampleMix(real=0.5, pasted=0.2, synthetic=0.2, grown=0.0, negative=0.1),
    }
    return TrainingConfig(**{**values, **kwargs})  # type: ignore[arg-type]
