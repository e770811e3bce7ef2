"""Which images become one series, and in which order."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctbox.dicom.grouping import build_series
from ctbox.dicom.header import InstanceHeader, SeriesAttributes, find_subtype
from ctbox.dicom.series import SECONDARY_CAPTURE_PREFIX, Series
from tests.builders import CORONAL, SAGITTAL
from tests.dicom.headers import make_header, make_stack


def summarise(instances: list[InstanceHeader]) -> list[tuple[int | None, int]]:
    return [(series.acquisition_number, len(series.slices)) for series in build_series(instances)]


def heights(series: Series) -> list[float | None]:
    return [slice_.position_along_normal_mm for slice_ in series.slices]


TEN = [float(-5 * i) for i in range(10)]
NEXT_TEN = [z - 50 for z in TEN]


@pytest.mark.parametrize(
    ("acquisitions", "expected"),
    [
        pytest.param({1: TEN}, [(1, 10)], id="one acquisition"),
        pytest.param({None: TEN}, [(None, 10)], id="no acquisition number"),
        pytest.param({None: TEN + TEN}, [(None, 20)], id="repeats without a number stay one"),
        pytest.param({1: TEN, 2: TEN, 3: TEN}, [(1, 10), (2, 10), (3, 10)], id="three phases"),
        pytest.param({1: TEN, 2: TEN[2:8]}, [(1, 10), (2, 6)], id="shorter second phase"),
        pytest.param({1: TEN, 2: NEXT_TEN}, [(None, 20)], id="contiguous"),
        pytest.param({1: TEN, 2: [TEN[-1], *NEXT_TEN]}, [(None, 21)], id="touching"),
        pytest.param({1: TEN, 2: TEN[8:] + NEXT_TEN}, [(1, 10), (2, 12)], id="overlapping"),
        pytest.param({i: [20.0] for i in range(1, 7)}, [(None, 6)], id="bolus tracking"),
        pytest.param({1: TEN, 2: [TEN[3]]}, [(None, 11)], id="one repeated image"),
        pytest.param(
            {1: TEN, 2: TEN, 3: NEXT_TEN}, [(1, 10), (2, 10), (3, 10)], id="phases and a rest"
        ),
        pytest.param({i: [TEN[i]] for i in range(10)}, [(None, 10)], id="an acquisition an image"),
        pytest.param({None: TEN, 2: TEN}, [(2, 10), (None, 10)], id="number missing in one phase"),
        pytest.param({1: TEN, 2: [z + 0.4 for z in TEN]}, [(1, 10), (2, 10)], id="inexact table"),
        pytest.param({1: TEN, 2: [z + 2.5 for z in TEN]}, [(None, 20)], id="interleaved halves"),
    ],
)
def test_split_by_acquisition(
    acquisitions: dict[int | None, list[float]], expected: list[tuple[int | None, int]]
) -> None:
    instances: list[InstanceHeader] = []
    for acquisition, places in acquisitions.items():
        stack = make_stack(places, acquisition)
        instances += [
            make_header(s.slice_.image_position_mm[2], acquisition, number=len(instances) + i)
            for i, s in enumerate(stack)
        ]
    assert summarise(instances) == expected
    built = build_series(instances)
    assert len({series.key for series in built}) == len(built)
    assert {series.was_split for series in built} == {len(built) > 1}


def test_bolus_tracking_is_no_volume_and_ordered_by_time() -> None:
    series = build_series(
        [make_header(20.0, 7 - i, number=i, time_s=float(i)) for i in range(1, 7)]
    )[0]
    assert series.not_a_volume
    assert [slice_.acquisition_number for slice_ in series.slices] == [1, 2, 3, 4, 5, 6]
    assert series.slice_spacing_mm is None
    assert "share one position" in series.problems[0]


@pytest.mark.parametrize("key", ["acquisition", "time_s", "number"])
def test_time_order_goes_by_acquisition_then_time_then_number(key: str) -> None:
    values = [3, 1, 2]
    instances = [
        make_header(20.0, **{"acquisition": None, "sop_instance_uid": f"1.{i}", key: value})
        for i, value in enumerate(values)
    ]
    uids = [slice_.sop_instance_uid for slice_ in build_series(instances)[0].slices]
    assert uids == ["1.1", "1.2", "1.0"]


def test_one_slice_with_a_place_is_no_trouble() -> None:
    series = build_series([make_header(3.0)])[0]
    assert not series.not_a_volume
    assert series.problems == ()
    assert series.slice_spacing_mm is None


@pytest.mark.parametrize(
    ("orientation", "axis", "expected"),
    [
        ((1.0, 0.0, 0.0, 0.0, 1.0, 0.0), 2, [20.0, 10.0, 0.0]),  # head to feet
        ((-1.0, 0.0, 0.0, 0.0, 1.0, 0.0), 2, [20.0, 10.0, 0.0]),  # mirrored: still
        (CORONAL, 1, [0.0, 10.0, 20.0]),  # front to back
        (SAGITTAL, 0, [0.0, 10.0, 20.0]),  # right to left
    ],
)
def test_first_slice(orientation: tuple[float, ...], axis: int, expected: list[float]) -> None:
    instances = []
    for number, along in enumerate([10.0, 20.0, 0.0]):
        place = [-180.0, -180.0, -180.0]
        place[axis] = along
        instances.append(
            make_header(
                along, number=number, image_position_mm=tuple(place), image_orientation=orientation
            )
        )
    assert heights(build_series(instances)[0]) == expected


def test_images_of_another_kind_are_shown_apart() -> None:
    localizer = make_header(0.0, number=99, image_orientation=CORONAL)
    small = make_header(0.0, number=98, rows=256)
    lost = make_header(None, number=97)
    capture = make_header(0.0, number=96, sop_class_uid=SECONDARY_CAPTURE_PREFIX)
    built = build_series([localizer, small, lost, capture, *make_stack(TEN)])
    assert [len(series.slices) for series in built] == [10, 1, 1, 1, 1]
    assert len({series.key for series in built}) == 5
    assert built[0].key == "1.2.3"
    assert all("5 kinds" in series.problems[0] for series in built)
    assert [series.not_a_volume for series in built].count(True) == 1


def test_orientations_that_differ_by_rounding_are_one_stack() -> None:
    tiny = (1.0, 0.0, 0.0, 0.0, 0.99999, 0.004)
    instances = [make_header(0.0), make_header(-5.0, image_orientation=tiny)]
    assert len(build_series(instances)) == 1


def test_acquisition_number_is_null_where_slices_disagree() -> None:
    instances = [*make_stack(TEN, 1), *make_stack(NEXT_TEN, 2)]
    (series,) = build_series(instances)
    assert series.acquisition_number is None
    assert series.key == "1.2.3"
    (agreed,) = build_series(make_stack(TEN, 4))
    assert agreed.acquisition_number == 4


def test_series_are_sorted_by_patient_then_number() -> None:
    def one(patient: str, number: int, uid: str) -> InstanceHeader:
        attributes = SeriesAttributes(patient_id=patient, series_number=number)
        return make_header(series=uid, attributes=attributes)

    built = build_series([one("B", 1, "1.1"), one("A", 10, "1.2"), one("A", 9, "1.3")])
    assert [series.series_instance_uid for series in built] == ["1.3", "1.2", "1.1"]


@pytest.mark.parametrize(
    ("patient_id", "subtype"),
    [
        ("Lung_Dx-A0001", "A"),
        ("G0061", "G"),
        ("Lung_Dx-E0005", "E"),
        ("C0001", None),
        ("A001", None),
        ("Lung_Dx-A00011", None),
        ("B0001 ", None),
        ("", None),
        (None, None),
    ],
)
def test_subtype(patient_id: str | None, subtype: str | None) -> None:
    assert find_subtype(patient_id) == subtype


@st.composite
def stacks(draw: st.DrawFn) -> list[InstanceHeader]:
    instances = []
    n_images = draw(st.integers(1, 14))
    for number in range(n_images):
        z = draw(st.one_of(st.none(), st.integers(-6, 6).map(lambda i: i * 2.5)))
        acquisition = draw(st.sampled_from([None, 1, 2, 3]))
        rows = draw(st.sampled_from([512, 512, 512, 256]))
        instances.append(
            make_header(
                z,
                acquisition,
                number=draw(st.integers(0, 3)),
                rows=rows,
                sop_instance_uid=f"1.{number}",
                series=draw(st.sampled_from(["1.2", "1.3"])),
            )
        )
    return instances


@given(stacks(), st.randoms(use_true_random=False))
def test_order_of_files_does_not_matter(
    instances: list[InstanceHeader], rng: random.Random
) -> None:
    expected = build_series(instances)
    shuffled = list(instances)
    rng.shuffle(shuffled)
    assert build_series(shuffled) == expected


@given(stacks())
def test_every_image_lands_in_exactly_one_series_in_order(instances: list[InstanceHeader]) -> None:
    built = build_series(instances)
    uids = [slice_.sop_instance_uid for series in built for slice_ in series.slices]
    assert sorted(uids) == sorted(i.slice_.sop_instance_uid for i in instances)
    assert len({series.key for series in built}) == len(built)
    for series in built:
        known = [z for z in heights(series) if z is not None]
        assert len(known) in (0, len(series.slices))
        assert known == sorted(known, reverse=True)


@given(stacks())
def test_split_rule(instances: list[InstanceHeader]) -> None:
    """An acquisition stands apart exactly if it repeats two positions or more of another."""
    for series_uid in {i.series_instance_uid for i in instances}:
        members = [
            i.slice_
            for i in instances
            if i.series_instance_uid == series_uid
            and i.slice_.rows == 512
            and i.slice_.image_position_mm is not None
        ]
        places: dict[int | None, set[float]] = {}
        for slice_ in members:
            assert slice_.image_position_mm is not None
            places.setdefault(slice_.acquisition_number, set()).add(slice_.image_position_mm[2])
        repeating = {
            a for a in places for b in places if a != b and len(places[a] & places[b]) >= 2
        }
        built = [
            {slice_.acquisition_number for slice_ in series.slices}
            for series in build_series(instances)
            if series.series_instance_uid == series_uid
            and series.rows == 512
            and series.slices[0].image_position_mm is not None
        ]
        rest = set(places) - repeating
        expected = [{a} for a in repeating] + ([rest] if rest else [])
        assert sorted(map(repr, built)) == sorted(map(repr, expected))
