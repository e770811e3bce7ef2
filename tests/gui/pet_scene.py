"""A case of CT and PET in one frame of reference, with a hot cube whose uptake is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from ctbox.dicom.pet_writing import write_pet_slice
from ctbox.phantom.collection import compute_bq_per_suv
from tests import builders
from tests.dicom.test_suv import COMMON, HEADER

FRAME = "1.2.3.99"
HOT_SUV, COLD_SUV = 6.0, 0.5
HOT_MM = ((-92.0, -84.0), (-96.0, -88.0), (80.0, 90.0))
"""Where it is hot: x, y and z in mm."""


def write_case(folder: Path, *, weight_kg: float = 70.0) -> Path:
    """Write 12 CT slices of 5 mm, 40 × 32 pixels of 0.7 mm, and 20 PET slices of 3 mm."""
    tags = {"SeriesDescription": "CT", "FrameOfReferenceUID": FRAME}
    builders.write_series(folder / "ct", 12, series_instance_uid="1.2.3.12", tags=tags)
    for index in range(20):
        write_slice(folder / "pet" / f"{index}.dcm", index, weight_kg)
    return folder


def write_slice(path: Path, index: int, weight_kg: float) -> None:
    """PET pixels of 2 mm, 24 × 20, from (−104, −104) mm on."""
    z = 102.0 - 3.0 * index
    x = -104.0 + 2.0 * np.arange(24)[None, :]
    y = -104.0 + 2.0 * np.arange(20)[:, None]
    hot = (HOT_MM[0][0] <= x) & (x <= HOT_MM[0][1]) & (HOT_MM[1][0] <= y) & (y <= HOT_MM[1][1])
    hot &= HOT_MM[2][0] <= z <= HOT_MM[2][1]
    suv = np.where(hot, HOT_SUV, COLD_SUV)
    common = replace(
        COMMON,
        series_instance_uid="1.2.3.20",
        sop_instance_uid=f"1.2.3.20.{index + 1}",
        frame_of_reference_uid=FRAME,
        image_position_mm=(-104.0, -104.0, z),
        pixel_spacing_mm=(2.0, 2.0),
        series_description="PET",
        instance_number=index + 1,
        patient_id="P1",
    )
    header = replace(HEADER, common=common, slice_count=20)
    activity = suv * compute_bq_per_suv(header)
    write_pet_slice(path, activity, replace(header, patient_weight_kg=weight_kg))
