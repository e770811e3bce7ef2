"""The series that the viewer's benchmark reads: uncompressed CT slices, made on the spot."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ctbox.dicom.writing import CtHeader, write_ct_slice

ROWS = 512


def make_image(index: int) -> np.ndarray:
    """Return a round body with two lungs and noise, int16 HU (512, 512)."""
    rng = np.random.default_rng(index)
    y, x = np.mgrid[-1 : 1 : ROWS * 1j, -1 : 1 : ROWS * 1j]
    hu = np.where((x / 0.85) ** 2 + (y / 0.6) ** 2 < 1, 40.0, -1000.0)
    for side in (-0.38, 0.38):
        hu[((x - side) / 0.3) ** 2 + ((y + 0.02) / 0.42) ** 2 < 1] = -850.0
    return (hu + rng.normal(0, 20, hu.shape)).astype(np.int16)


def write_series(folder: Path, count: int) -> int:
    """Write so many slices and return their bytes."""
    images = [make_image(index) for index in range(8)]
    for index in range(count):
        header = CtHeader(
            patient_id="BENCHMARK",
            study_instance_uid="1.2.826.0.1.3680043.9.1",
            series_instance_uid="1.2.826.0.1.3680043.9.2",
            sop_instance_uid=f"1.2.826.0.1.3680043.9.3.{index + 1}",
            frame_of_reference_uid="1.2.826.0.1.3680043.9.4",
            image_position_mm=(-180.0, -180.0, -1.25 * index),
            pixel_spacing_mm=(0.7, 0.7),
            slice_thickness_mm=1.25,
            instance_number=index + 1,
            series_description="Benchmark",
        )
        write_ct_slice(folder / f"1-{index + 1:03d}.dcm", images[index % 8], header)
    return sum(path.stat().st_size for path in folder.iterdir())
