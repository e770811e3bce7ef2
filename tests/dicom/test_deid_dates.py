"""Dates moved by one amount: intervals stay, nonsense goes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctbox.dicom.deid_dates import shift_date_time, shift_moment, shift_time

SHIFT = -timedelta(days=100, hours=2, minutes=30)
moments = st.datetimes(datetime(1900, 1, 1), datetime(2099, 12, 31))  # noqa: DTZ001
shifts = st.timedeltas(timedelta(days=-3650), timedelta(0)).map(
    lambda d: timedelta(days=d.days, seconds=d.seconds)
)


def split(moment: datetime) -> tuple[str, str]:
    return moment.strftime("%Y%m%d"), moment.strftime("%H%M%S.%f")


def join(date: str, time: str) -> datetime:
    pattern = "%Y%m%d%H%M%S.%f" if "." in time else "%Y%m%d%H%M%S"
    return datetime.strptime(f"{date}{time}", pattern)  # noqa: DTZ007


@given(moments, moments, shifts)
def test_intervals_stay(first: datetime, second: datetime, shift: timedelta) -> None:
    moved = [join(*shift_date_time(*split(moment), shift)) for moment in (first, second)]
    assert moved[1] - moved[0] == second - first
    assert moved[0] - first == shift
    text = first.strftime("%Y%m%d%H%M%S.%f")
    assert shift_moment(text, shift) == "".join(shift_date_time(*split(first), shift))
    assert shift_time(split(first)[1], shift) == shift_date_time(*split(first), shift)[1]


@given(moments, shifts)
def test_two_bare_dates_move_by_the_same_days(first: datetime, shift: timedelta) -> None:
    dates = [first, first + timedelta(days=30)]
    moved = [shift_date_time(d.strftime("%Y%m%d"), "", shift) for d in dates]
    assert [time for _, time in moved] == ["", ""]
    a, b = (datetime.strptime(date, "%Y%m%d") for date, _ in moved)  # noqa: DTZ007
    assert b - a == timedelta(days=30)


@pytest.mark.parametrize(
    ("date", "time", "expected"),
    [
        ("20100501", "101112", ("20100121", "074112")),
        ("20100501", "0100", ("20100120", "223000")),
        ("20100501", "01", ("20100120", "223000")),
        ("2010.05.01", "10:11:12.5", ("20100121", "074112.500000")),
        ("20100501", "101160", ("20100121", "074159")),
        ("20100501", "late", ("20100121", "")),
        ("20100501", "", ("20100121", "")),
        ("20101301", "101112", ("", "")),
        ("2010", "101112", ("", "")),
        ("", "", ("", "")),
        ("00010101", "101112", ("", "")),
        ("May 1st", "x", ("", "")),
    ],
)
def test_dates_and_times(date: str, time: str, expected: tuple[str, str]) -> None:
    assert shift_date_time(date, time, SHIFT) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("20100501101112.25+0800", "20100121074112.250000+0800"),
        ("20100501", "20100121"),
        ("2010", ""),
        ("", ""),
        ("yesterday", ""),
    ],
)
def test_moments(value: str, expected: str) -> None:
    assert shift_moment(value, SHIFT) == expected


@pytest.mark.parametrize(("time", "expected"), [("010000", "223000"), ("", ""), ("99", "")])
def test_times_of_day(time: str, expected: str) -> None:
    assert shift_time(time, SHIFT) == expected
