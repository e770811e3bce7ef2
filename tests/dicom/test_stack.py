"""Odd stacks are told in sentences with numbers; good ones are not talked about."""

from __future__ import annotations

import dataclasses
import math

import pytest

from ctbox.dicom.grouping import build_series
from ctbox.dicom.header import InstanceHeader
from ctbox.dicom.stack import compute_slice_spacing
from tests.builders import CORONAL
from tests.dicom.headers import make_header, make_stack

REGULAR = [float(-5 * i) for i in range(8)]


def problems(instances: list[InstanceHeader]) -> tuple[str, ...]:
    (series,) = build_series(instances)
    return series.problems


def test_regular_stack_has_no_problem() -> None:
    assert problems(make_stack(REGULAR)) == ()


def test_rounding_is_no_problem() -> None:
    assert problems(make_stack([z + 0.04 * (i % 2) for i, z in enumerate(REGULAR)])) == ()


def test_gaps_are_counted_and_placed() -> None:
    stack = make_stack([0, -5, -10, -20, -25, -40])
    (sentence,) = problems(stack)
    names = [instance.slice_.source.path.name for instance in stack]
    assert sentence == (
        "2 gaps where slices are missing: "
        f"10.0 mm between slices 3 and 4 ({names[2]}, {names[3]}), "
        f"15.0 mm between slices 5 and 6 ({names[4]}, {names[5]}) (median spacing 5.0 mm)."
    )


def test_many_gaps_are_not_all_listed() -> None:
    places = [0.0]
    for i in range(24):
        places.append(places[-1] - (10 if i % 4 == 0 else 5))
    (sentence,) = problems(make_stack(places))
    assert sentence.startswith("6 gaps")
    assert "and 3 more" in sentence


def test_duplicates_are_counted_and_placed() -> None:
    instances = [*make_stack(REGULAR), make_header(-10.0, number=77), make_header(-10, number=78)]
    (sentence,) = problems(instances)
    assert sentence.startswith(
        "1 position held by more than one slice, first at -10.0 mm: slices 3 and 4 ("
    )
    assert instances[2].slice_.source.path.name in sentence


def test_uneven_spacing_names_its_range() -> None:
    stack = make_stack([0, -5, -10, -15.4, -20, -25])
    (sentence,) = problems(stack)
    names = [instance.slice_.source.path.name for instance in stack]
    assert sentence == (
        "Uneven spacing at 2 places: 4.60 to 5.40 mm (median 5.00 mm), "
        f"first between slices 3 and 4 ({names[2]}, {names[3]})."
    )


def test_missing_position_is_named_and_is_no_volume() -> None:
    instances = [make_header(None, number=n) for n in (3, 1, 2)]
    (series,) = build_series(instances)
    assert series.not_a_volume
    assert [slice_.instance_number for slice_ in series.slices] == [1, 2, 3]
    assert series.problems[0].startswith("ImagePositionPatient missing or invalid in 3 images")


def test_missing_orientation_is_named() -> None:
    instances = make_stack(REGULAR, image_orientation=None)
    assert problems(instances)[0].startswith("ImageOrientationPatient missing or invalid in 8")


def test_missing_spacing_is_counted() -> None:
    instances = [make_header(0.0), make_header(-5.0, pixel_spacing_mm=None)]
    (sentence,) = problems(instances)
    assert "1 of 2 images" in sentence


def test_differing_spacing_is_named() -> None:
    instances = [make_header(0.0), make_header(-5.0, pixel_spacing_mm=(0.8, 0.8))]
    assert problems(instances) == (
        "PixelSpacing differs between slices: 0.7 × 0.7 to 0.8 × 0.8 mm.",
    )


def tilted(degrees: float, sheared: bool) -> list[InstanceHeader]:
    """Return a stack of tilted planes, stacked along z (as a gantry) or along their normal."""
    angle = math.radians(degrees)
    orientation = (1.0, 0.0, 0.0, 0.0, math.cos(angle), -math.sin(angle))
    step = (0.0, 0.0, 1.0) if sheared else (0.0, math.sin(angle), math.cos(angle))
    instances = []
    for index, z in enumerate(REGULAR):
        place = tuple(z * s for s in step)
        instances.append(
            make_header(z, number=index + 1, image_orientation=orientation, image_position_mm=place)
        )
    return instances


def test_gantry_tilt_is_measured() -> None:
    (sentence,) = problems(tilted(12, sheared=True))
    assert "lean 12.0°" in sentence


def test_oblique_stack_is_measured() -> None:
    assert problems(tilted(12, sheared=False)) == ("Oblique: planes are tilted 12.0° from axial.",)


def test_tilt_below_tolerance_is_none() -> None:
    assert problems(tilted(0.3, sheared=True)) == ()


def test_other_planes_and_mirrored_images_are_labelled() -> None:
    coronal = [
        dataclasses.replace(
            i, slice_=dataclasses.replace(i.slice_, image_position_mm=(0.0, 5.0 * n, 0.0))
        )
        for n, i in enumerate(make_stack(REGULAR, image_orientation=CORONAL))
    ]
    assert problems(coronal) == ("Coronal images, shown as stored: first slice most anterior.",)
    mirrored = make_stack(REGULAR, image_orientation=(-1.0, 0.0, 0.0, 0.0, 1.0, 0.0))
    assert problems(mirrored) == (
        "Rotated or mirrored axial images, shown as stored: the patient's left is on the "
        "viewer's left, front at the top.",
    )


def test_colour_is_said_once() -> None:
    capture = make_header(None, samples_per_pixel=3, pixel_spacing_mm=None)
    (sentence,) = problems([capture])
    assert sentence.startswith("Colour images")


@pytest.mark.parametrize(
    ("positions", "spacing"),
    [([], None), ([1.0], None), ([1.0, 1.0], None), ([0, 5, 10, 30], 5.0), ([10, 0, 10, 5], 5.0)],
)
def test_slice_spacing_is_the_median_of_distinct_places(
    positions: list[float], spacing: float | None
) -> None:
    assert compute_slice_spacing(positions) == spacing
