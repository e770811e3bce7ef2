"""Instance headers without files, for tests of grouping and stacks."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ctbox.dicom.header import InstanceHeader, SeriesAttributes
from ctbox.dicom.series import CT_IMAGE_STORAGE, InstanceSource, Slice
from tests.builders import AXIAL, make_uid


def make_header(
    z: float | None = 0.0,
    acquisition: int | None = 1,
    *,
    series: str = "1.2.3",
    number: int = 1,
    time_s: float | None = None,
    attributes: SeriesAttributes | None = None,
    **changes: Any,
) -> InstanceHeader:
    """Return an axial CT slice of 512², 0.7 mm, at a height."""
    uid = changes.pop("sop_instance_uid", make_uid(series, z, acquisition, number))
    slice_ = Slice(
        sop_instance_uid=uid,
        sop_class_uid=CT_IMAGE_STORAGE,
        transfer_syntax_uid="1.2.840.10008.1.2",
        source=InstanceSource(Path(f"{uid}.dcm")),
        rows=512,
        columns=512,
        instance_number=number,
        acquisition_number=acquisition,
        image_position_mm=None if z is None else (-180.0, -180.0, z),
        image_orientation=AXIAL,
        pixel_spacing_mm=(0.7, 0.7),
        slice_thickness_mm=5.0,
    )
    return InstanceHeader(
        slice_=dataclasses.replace(slice_, **changes),
        series_instance_uid=series,
        time_s=time_s,
        attributes=attributes or SeriesAttributes(patient_id="Lung_Dx-A0001", modality="CT"),
    )


def make_stack(
    heights: Sequence[float], acquisition: int | None = 1, **changes: Any
) -> list[InstanceHeader]:
    """Return one slice at each height, numbered in their order."""
    return [
        make_header(z, acquisition, number=index + 1, **changes) for index, z in enumerate(heights)
    ]
