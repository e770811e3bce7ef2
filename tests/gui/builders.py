"""Series with made-up pixels for the window's tests: nothing is read from disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctbox.annotations.annotation import Annotation
from ctbox.boxes import BoundingBox
from ctbox.dicom.series import CT_IMAGE_STORAGE, InstanceSource, Series, Slice
from ctbox.errors import DicomReadError
from ctbox.workflows.open_case import Case, FileProblem, SeriesCase

ROWS, COLUMNS = 96, 128
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def build_series(
    name: str = "1", count: int = 12, *, samples: int = 1, problems: tuple[str, ...] = ()
) -> Series:
    slices = tuple(
        Slice(
            sop_instance_uid=f"1.2.{name}.{index}",
            sop_class_uid=CT_IMAGE_STORAGE,
            transfer_syntax_uid="1.2.840.10008.1.2.1",
            source=InstanceSource(Path(f"slice-{index}.dcm")),
            rows=ROWS,
            columns=COLUMNS,
            samples_per_pixel=samples,
            instance_number=index + 1,
            image_position_mm=(-100.0, -80.0, 50.0 - 5.0 * index),
            image_orientation=AXIAL,
            pixel_spacing_mm=(0.8, 0.8),
            position_along_normal_mm=50.0 - 5.0 * index,
            slice_thickness_mm=5.0,
        )
        for index in range(count)
    )
    return Series(
        series_instance_uid=f"1.2.{name}",
        slices=slices,
        patient_id=f"Lung_Dx-A000{name}",
        subtype="A",
        modality="CT",
        sop_class_uid=CT_IMAGE_STORAGE,
        description=f"Chest {name}",
        slice_spacing_mm=5.0,
        problems=problems,
    )


def build_series_case(series: Series, boxes: dict[int, list[tuple[float, ...]]]) -> SeriesCase:
    annotations = {
        series.slices[index].sop_instance_uid: tuple(
            Annotation(BoundingBox(*box), "A", series.slices[index].sop_instance_uid)
            for box in found
        )
        for index, found in boxes.items()
    }
    return SeriesCase(series, annotations)


def build_case() -> Case:
    first = build_series_case(build_series("1"), {4: [(40, 30, 60, 50)], 5: [(41, 31, 61, 51)]})
    second = build_series_case(build_series("2", count=5, problems=("One gap of 15 mm.",)), {})
    return Case("/somewhere", (first, second), (FileProblem("notes.txt", "Not DICOM."),))


def make_pixels(slice_: Slice) -> NDArray[np.generic]:
    """A soft ramp with a bright square; each slice a little different."""
    number = (slice_.instance_number or 1) - 1
    if slice_.is_color:
        pixels = np.zeros((slice_.rows, slice_.columns, 3), dtype=np.uint8)
        pixels[..., 0] = 200
        pixels[..., 2] = number
        return pixels
    hu = np.full((slice_.rows, slice_.columns), -900 + 10 * number, dtype=np.int16)
    hu[30:50, 40:60] = 40
    return hu


def fail_on_third(slice_: Slice) -> NDArray[np.generic]:
    if slice_.instance_number == 3:
        raise DicomReadError("The pixel data is cut off.", "Copy the file again.", "slice-2.dcm")
    return make_pixels(slice_)
