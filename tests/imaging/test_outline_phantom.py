"""The outline on whole synthetic chests: every slice that shows a good part of a tumour."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from ctbox.boxes import BoundingBox
from ctbox.imaging.diameters import measure_axes, trace_contour
from ctbox.imaging.outline import compute_outline, measure_long_axis_mm
from ctbox.phantom.traits import Interior, LesionKind, LesionTraits, Margin
from ctbox.phantom.volume import PhantomConfig, make_phantom
from tests.imaging.outline_checks import Agreement, Truth, compare_with_truth, summarise

Case = tuple[NDArray[np.int16], Truth, BoundingBox, tuple[float, float]]


def make_cases(
    traits: LesionTraits, radius_mm: float, kernel: Literal["soft", "sharp"] = "soft"
) -> list[Case]:
    """Return the slices that hold at least half of a tumour's largest area."""
    config = PhantomConfig(
        tumours=1,
        traits=traits,
        radius_mm=radius_mm,
        n_slices=5,
        slice_spacing_mm=5.0,
        kernel=kernel,
    )
    phantom = make_phantom(config, np.random.default_rng(20))
    (lesion,) = phantom.lesions
    areas = lesion.mask.sum(axis=(1, 2))
    row_mm, column_mm = phantom.pixel_spacing_mm
    cases = []
    for i, box in lesion.boxes.items():
        if areas[i] >= max(0.5 * areas.max(), 30):
            mask, area_mm2 = lesion.mask[i], areas[i] * row_mm * column_mm
            # The phantom's own short axis is its hull's width; a chord is what a reader draws.
            axes = measure_axes(trace_contour(mask, 1, (0, 0)), phantom.pixel_spacing_mm)
            truth = Truth(mask, area_mm2, *(axis.length for axis in axes))
            cases.append((phantom.hu[i], truth, box, phantom.pixel_spacing_mm))
    return cases


def compare(case: Case) -> Agreement:
    hu, truth, box, spacing = case
    outline = compute_outline(hu, box, spacing)
    assert outline.is_found, outline.reason
    assert measure_long_axis_mm(hu, box, spacing) == outline.long_axis_mm
    return compare_with_truth(outline, truth)


def report(title: str, cases: list[Case]) -> list[Agreement]:
    found = [compare(case) for case in cases]
    assert found
    print(summarise(f"phantom, {title}", found))  # noqa: T201
    return found


@pytest.mark.parametrize(
    ("margin", "radius_mm", "kernel"),
    [
        (Margin.SMOOTH, 5.0, "soft"),
        (Margin.SMOOTH, 20.0, "sharp"),
        (Margin.LOBULATED, 12.0, "soft"),
        (Margin.SPICULATED, 16.0, "sharp"),
    ],
)
def test_solitary_tumours(
    margin: Margin, radius_mm: float, kernel: Literal["soft", "sharp"]
) -> None:
    traits = LesionTraits(LesionKind.SOLITARY, margin, Interior.SOLID)
    found = report(f"solitary, {margin.value}", make_cases(traits, radius_mm, kernel))
    assert min(f.dice for f in found) >= 0.85
    assert np.mean([f.area_agrees for f in found]) >= 0.75
    assert np.mean([f.axes_agree for f in found]) >= 0.6


def test_a_part_solid_tumour_is_outlined_whole() -> None:
    traits = LesionTraits(LesionKind.SOLITARY, Margin.SMOOTH, Interior.PART_SOLID)
    found = report("solitary, part-solid", make_cases(traits, 16.0))
    assert np.mean([f.dice for f in found]) >= 0.85


@pytest.mark.parametrize(
    ("kind", "floor"),
    [(LesionKind.PLEURAL, 0.75), (LesionKind.HILAR, 0.7), (LesionKind.MEDIASTINAL, 0.6)],
)
def test_attached_tumours(kind: LesionKind, floor: float) -> None:
    traits = LesionTraits(kind, Margin.LOBULATED, Interior.SOLID)
    found = report(kind.value, make_cases(traits, 16.0))
    assert np.mean([f.dice for f in found]) >= floor
