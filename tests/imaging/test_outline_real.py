"""The outline on real tumours: no truth but the readers' boxes, which it should fill."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ctbox.annotations.pairing import pair_annotations
from ctbox.annotations.reading import read_annotations
from ctbox.boxes import BoundingBox
from ctbox.dicom.pixels import read_hu
from ctbox.dicom.reading import read_series
from ctbox.imaging.outline import compute_outline
from tests.imaging.lesion_scenes import shift_box
from tests.imaging.outline_checks import compute_dice, place_mask

Case = tuple[np.ndarray, BoundingBox, tuple[float, float]]


def read_boxed_slices(archive: Path) -> list[Case]:
    """Return HU, box and pixel spacing of every annotated slice of one patient."""
    slices = [s for series in read_series(archive).series for s in series.slices]
    pairing = pair_annotations(read_annotations(archive), [s.sop_instance_uid for s in slices])
    cases = []
    for slice_ in slices:
        for annotation in pairing.by_uid.get(slice_.sop_instance_uid, ()):
            assert slice_.pixel_spacing_mm is not None
            cases.append((read_hu(slice_), annotation.box, slice_.pixel_spacing_mm))
    return cases


@pytest.fixture(scope="module", params=["A0001", "E0002", "G0001"])
def cases(request: pytest.FixtureRequest, real_data: Path) -> list[Case]:
    """Pleural and large; beside a rib and small; at the diaphragm."""
    return read_boxed_slices(real_data / f"Lung_Dx-{request.param}.zip")


def test_every_boxed_tumour_has_an_outline_that_fits_its_box(cases: list[Case]) -> None:
    agreement = []
    for hu, box, spacing in cases:
        outline = compute_outline(hu, box, spacing)
        assert outline.is_found, outline.reason
        (x1, y1), (x2, y2) = outline.contour.min(axis=0), outline.contour.max(axis=0)
        agreement.append(BoundingBox(x1, y1, x2, y2).iou(box))
        assert outline.long_axis_mm is not None
        assert outline.short_axis_mm is not None
        assert outline.short_axis_mm <= outline.long_axis_mm + 1e-6
    print(f"IoU of outline's and reader's box: {np.mean(agreement):.2f}")  # noqa: T201
    assert np.mean(agreement) >= 0.55
    assert min(agreement) >= 0.3


def test_redrawing_the_box_keeps_the_outline(cases: list[Case]) -> None:
    rng = np.random.default_rng(0)
    overlaps = []
    for hu, box, spacing in cases:
        redrawn = shift_box(box, tuple(float(e) for e in rng.integers(-3, 4, 4)))
        first, second = (compute_outline(hu, b, spacing) for b in (box, redrawn))
        overlaps.append(compute_dice(place_mask(first, hu.shape), place_mask(second, hu.shape)))
    assert np.mean(overlaps) >= 0.9
    assert min(overlaps) >= 0.6
