"""A small case with tumours that can be outlined, and what a model might say of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.annotations.samples import make_object, make_voc, put
from tests.builders import make_uid, write_rgb, write_series

SIDE, SLICES = 64, 6
BOXES = {1: (19, 17, 33, 31), 2: (18, 16, 34, 32), 3: (19, 17, 33, 31), 5: (40, 40, 54, 54)}
"""Slice, from 0, to the box around its ball; the last is another lesion."""
PATIENT = "Lung_Dx-G0007"


def make_volume() -> NDArray[np.int16]:
    """Return HU (slices, rows, columns): lung with a ball in it, and a second one."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    volume = np.full((SLICES, SIDE, SIDE), -850, dtype=np.int16)
    for index, (x1, y1, x2, y2) in BOXES.items():
        radius = (x2 - x1) / 2 - 1
        distance = np.hypot(columns + 0.5 - (x1 + x2) / 2, rows + 0.5 - (y1 + y2) / 2)
        volume[index][distance < radius] = 50
    return volume


def slice_uid(index: int, series: str = "tumour") -> str:
    return make_uid("sop", make_uid(series, PATIENT), 1, index + 1)


def write_case(root: Path) -> Path:
    """Write images and annotations; return the folder with both."""
    write_series(
        root / "images" / PATIENT / "tumour",
        SLICES,
        hu=make_volume(),
        patient_id=PATIENT,
        series_instance_uid=make_uid("tumour", PATIENT),
        tags={"PatientName": "Quillfeather^Ottoline"},
    )
    for index, box in BOXES.items():
        put(root / "Annotation", "G0007", slice_uid(index), voc(*box))
    return root


def voc(x1: int, y1: int, x2: int, y2: int, label: str = "g") -> bytes:
    data = make_voc(make_object(x1, y1, x2, y2, label))
    return data.replace(b">512<", b">64<")


def write_capture(root: Path) -> None:
    """Add an annotated colour capture of the same patient."""
    write_rgb(
        root / "images" / PATIENT / "pet",
        patient_id=PATIENT,
        series_instance_uid=make_uid("pet", PATIENT),
    )
    put(root / "Annotation", "G0007", slice_uid(0, "pet"), voc(3, 4, 10, 12))


def write_predictions(path: Path) -> Path:
    """Write what `ctbox predict --json` might: two lesions, one of them on two slices."""
    slices = [
        {
            "sop_instance_uid": slice_uid(index),
            "detections": [{"box": box, "score": score} for box, score in found],
        }
        for index, found in {
            0: [],
            1: [([18.5, 16.25, 33.125, 31.0], 0.91)],
            2: [([18.0, 16.0, 34.0, 32.0], 0.87), ([40.0, 41.0, 50.0, 52.0], 0.2)],
        }.items()
    ]
    lesions = [
        {"id": 1, "box_mm": [-87.0, -89.0, 88.0, -76.0, -77.0, 97.0], "score": 0.95,
         "sop_instance_uids": [slice_uid(1), slice_uid(2)]},
        {"id": 4, "box_mm": [-72.0, -72.0, 88.0, -65.0, -63.0, 92.0], "score": 0.2,
         "sop_instance_uids": [slice_uid(2)]},
    ]  # fmt: skip
    document = {
        "notice": "Research use only, not for diagnosis.",
        "model": {"name": "detector-s", "sha256": "0123456789abcdef" * 4},
        "device": "CPU",
        "series": [
            {
                "series_instance_uid": make_uid("tumour", PATIENT),
                "acquisition_number": 1,
                "slices": slices,
                "lesions": lesions,
            }
        ],
    }
    path.write_text(json.dumps(document))
    return path
