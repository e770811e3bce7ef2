"""Instances into series as the user sees them: split, ordered and described.

A SeriesInstanceUID becomes several series only where it must (see `split_by_acquisition` and
`_split_by_shape`); the result does not depend on the order the instances come in.
"""

from __future__ import annotations

import dataclasses
import math
from collections import defaultdict
from collections.abc import Sequence

from ctbox.dicom.geometry import compute_position_along_normal, starts_at_high_end
from ctbox.dicom.header import InstanceHeader, find_subtype
from ctbox.dicom.series import Orientation, Series
from ctbox.dicom.stack import (
    SAME_POSITION_MM,
    compute_slice_spacing,
    find_distinct_positions,
    find_stack_problems,
)

ORIENTATION_TOLERANCE = 0.01
"""Direction cosines that differ by less (0.6°) belong to one stack."""
MIN_REPEATED_POSITIONS = 2
"""Acquisitions that share one position only touch each other; from two on they repeat."""
REPEAT_FRACTION, REPEAT_MM = 0.25, 0.5
"""A position is repeated by one nearer than both, in slice spacings and mm (tables slip)."""

Instances = list[InstanceHeader]


def build_series(instances: Sequence[InstanceHeader]) -> tuple[Series, ...]:
    """Group instances into series, sorted by patient, study, series number and acquisition."""
    by_uid: defaultdict[str, Instances] = defaultdict(list)
    for instance in sorted(instances, key=_sort_by_identity):
        by_uid[instance.series_instance_uid].append(_with_position(instance))
    series = [one for group in by_uid.values() for one in _build_one_uid(group)]
    return tuple(sorted(series, key=_sort_series))


def _sort_by_identity(instance: InstanceHeader) -> tuple[str, object]:
    return instance.slice_.sop_instance_uid, instance.slice_.source.display


def _sort_series(series: Series) -> tuple[str, str, str, float, str, int, float]:
    return (
        series.patient_id or "",
        series.study_date or "",
        series.study_instance_uid or "",
        _none_last(series.series_number),
        series.series_instance_uid,
        series.part,
        _none_last(series.acquisition_number),
    )


def _none_last(value: float | None) -> float:
    return math.inf if value is None else value


def _with_position(instance: InstanceHeader) -> InstanceHeader:
    """Place the slice along its normal, where position and orientation are known."""
    place, orientation = instance.slice_.image_position_mm, instance.slice_.image_orientation
    if place is None or orientation is None or instance.slice_.position_along_normal_mm is not None:
        return instance
    position = compute_position_along_normal(place, orientation)
    slice_ = dataclasses.replace(instance.slice_, position_along_normal_mm=position)
    return dataclasses.replace(instance, slice_=slice_)


def _build_one_uid(instances: Instances) -> list[Series]:
    parts = _split_by_shape(instances)
    built = []
    for part, members in enumerate(parts):
        note = None
        if len(parts) > 1:
            note = (
                f"Its SeriesInstanceUID holds images of {len(parts)} kinds, by size, orientation, "
                "class, purpose or missing position, shown apart: "
                f"{len(members)} of {len(instances)} here."
            )
        groups = split_by_acquisition(members)
        built += [_build_group(group, part, note, len(groups) > 1) for group in groups]
    return built


def _split_by_shape(instances: Instances) -> list[Instances]:
    """Split where images cannot be one stack: by class, size, orientation, known place.

    Localizers are no part of a stack either. The largest part of slices comes first, so that
    it keeps the plain key of its series.
    """
    seen: list[Orientation] = []
    parts: defaultdict[tuple[str, bool, int, int, int, int], Instances] = defaultdict(list)
    for instance in instances:
        slice_ = instance.slice_
        direction = -1
        if slice_.position_along_normal_mm is not None and slice_.image_orientation is not None:
            direction = _find_direction(slice_.image_orientation, seen)
        shape = (slice_.rows, slice_.columns, slice_.samples_per_pixel, direction)
        is_localizer = instance.attributes.is_localizer
        parts[slice_.sop_class_uid, is_localizer, *shape].append(instance)
    return [parts[key] for key in sorted(parts, key=lambda key: (key[1], -len(parts[key]), key))]


def _find_direction(orientation: Orientation, seen: list[Orientation]) -> int:
    """Return the index of the first orientation seen that is like this one, adding it if new."""
    for index, other in enumerate(seen):
        if max(abs(a - b) for a, b in zip(orientation, other, strict=True)) < ORIENTATION_TOLERANCE:
            return index
    seen.append(orientation)
    return len(seen) - 1


def split_by_acquisition(instances: Instances) -> list[Instances]:
    """Split one series where its acquisitions lie on top of each other.

    An acquisition is split off where it repeats the positions of another *and* both have more
    than one position: phases of contrast, say. Contiguous acquisitions, which at most touch,
    stay one volume; so do images of one position over time (bolus tracking), and a series
    without acquisition numbers. What repeats nothing stays together.

    Parameters
    ----------
    instances : list of InstanceHeader
        Of one series, size and orientation, with their positions.

    Returns
    -------
    list of list
        By acquisition number; those not split off come last, as one.
    """
    by_acquisition: defaultdict[int | None, Instances] = defaultdict(list)
    for instance in instances:
        by_acquisition[instance.slice_.acquisition_number].append(instance)
    positions = {
        number: find_distinct_positions(
            [
                instance.slice_.position_along_normal_mm
                for instance in members
                if instance.slice_.position_along_normal_mm is not None
            ]
        )
        for number, members in by_acquisition.items()
    }
    numbers = sorted(by_acquisition, key=_none_last)
    repeating = {
        number
        for number in numbers
        if any(_repeats(positions[number], positions[o]) for o in numbers if o != number)
    }
    split = [by_acquisition[number] for number in numbers if number in repeating]
    rest = [i for number in numbers if number not in repeating for i in by_acquisition[number]]
    return [*split, rest] if rest else split


def _repeats(a_mm: Sequence[float], b_mm: Sequence[float]) -> bool:
    """Whether two acquisitions share MIN_REPEATED_POSITIONS positions or more (ascending)."""
    spacings = [s for s in (compute_slice_spacing(a_mm), compute_slice_spacing(b_mm)) if s]
    if len(spacings) < 2:
        return False
    tolerance = max(SAME_POSITION_MM, min(REPEAT_FRACTION * min(spacings), REPEAT_MM))
    shared, i, j = 0, 0, 0
    while i < len(a_mm) and j < len(b_mm):
        if abs(a_mm[i] - b_mm[j]) <= tolerance:
            shared, i, j = shared + 1, i + 1, j + 1
        elif a_mm[i] < b_mm[j]:
            i += 1
        else:
            j += 1
    return shared >= MIN_REPEATED_POSITIONS


def _sort_by_place(
    instance: InstanceHeader,
) -> tuple[float, tuple[float, float, float, int, str]]:
    """Sort most cranial, most anterior or rightmost first; one place by time."""
    slice_ = instance.slice_
    position, orientation = slice_.position_along_normal_mm, slice_.image_orientation
    if position is None or orientation is None:
        return math.inf, _sort_by_time(instance)
    sign = -1 if starts_at_high_end(orientation) else 1
    return sign * position, _sort_by_time(instance)


def _sort_by_time(instance: InstanceHeader) -> tuple[float, float, float, int, str]:
    slice_ = instance.slice_
    return (
        _none_last(slice_.acquisition_number),
        _none_last(instance.time_s),
        _none_last(slice_.instance_number),
        slice_.frame or 0,
        slice_.sop_instance_uid,
    )


def _build_group(instances: Instances, part: int, note: str | None, was_split: bool) -> Series:
    positions = [
        instance.slice_.position_along_normal_mm
        for instance in instances
        if instance.slice_.position_along_normal_mm is not None
    ]
    n_places = len(find_distinct_positions(positions))
    is_localizer = instances[0].attributes.is_localizer
    is_in_one_place = n_places == 1 and len(instances) > 1
    not_a_volume = n_places == 0 or is_in_one_place or is_localizer
    ordered = sorted(instances, key=_sort_by_time if not_a_volume else _sort_by_place)
    slices = tuple(instance.slice_ for instance in ordered)
    attributes = ordered[0].attributes
    numbers = {slice_.acquisition_number for slice_ in slices}
    problems = find_stack_problems(slices)
    if is_localizer:
        problems = ("Localizer: an overview for planning, kept apart from the slices.", *problems)
    elif is_in_one_place:
        problems = (
            f"Not a volume: its {len(slices)} images share one position, ordered by time.",
            *problems,
        )
    return Series(
        series_instance_uid=ordered[0].series_instance_uid,
        slices=slices,
        acquisition_number=numbers.pop() if len(numbers) == 1 else None,
        subtype=find_subtype(attributes.patient_id),
        slice_spacing_mm=compute_slice_spacing(positions),
        problems=problems if note is None else (note, *problems),
        not_a_volume=not_a_volume,
        was_split=was_split,
        part=part,
        **dataclasses.asdict(attributes),
    )
