"""A patient's dates and times moved by one amount, so that intervals stay (PS3.15 E.3.6)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_DATE = re.compile(r"(\d{4})\.?(\d{2})\.?(\d{2})")
_TIME = re.compile(r"(\d{2})(?::?(\d{2})(?::?(\d{2})(\.\d{1,6})?)?)?")
_MOMENT = re.compile(r"(\d{8})(\d{2}(?:\d{2}(?:\d{2}(?:\.\d{1,6})?)?)?)?([+-]\d{4})?")
_NOON = "120000"
_NOTHING = ""


def _parse(date: str, time: str) -> datetime | None:
    day, clock = _DATE.fullmatch(date.strip(" \0")), _TIME.fullmatch(time.strip(" \0"))
    if day is None or clock is None:
        return None
    hour, minute, second = (int(part or 0) for part in clock.groups()[:3])
    fraction = round(float(f"0{clock.group(4) or '.0'}") * 1_000_000)
    try:
        # A leap second (60) is a second late, no more.
        return datetime(  # noqa: DTZ001  # DICOM's dates are local and say no zone
            int(day.group(1)), int(day.group(2)), int(day.group(3)), hour, minute,
            min(second, 59), min(fraction, 999_999),
        )  # fmt: skip
    except ValueError:
        return None


def _shift(moment: datetime | None, shift: timedelta) -> datetime | None:
    try:
        return None if moment is None else moment + shift
    except OverflowError:
        return None


def _format_time(moment: datetime) -> str:
    return moment.strftime("%H%M%S") + (f".{moment.microsecond:06d}" if moment.microsecond else "")


def shift_date_time(date: str, time: str, shift: timedelta) -> tuple[str, str]:
    """Return a date (VR DA) and its time (VR TM), moved; what is no date or time becomes empty.

    A date without a time moves as if it were noon; so do two such dates by the same days.
    """
    moment = _shift(_parse(date, time or _NOON), shift)
    if moment is None:
        # A time that makes no sense must not take its date with it.
        moment = _shift(_parse(date, _NOON), shift)
        return (_NOTHING if moment is None else f"{moment:%Y%m%d}", _NOTHING)
    return f"{moment:%Y%m%d}", _format_time(moment) if time else _NOTHING


def shift_time(time: str, shift: timedelta) -> str:
    """Return a time of day (VR TM), moved around the clock; empty if it is none."""
    moment = _shift(_parse("20000101", time), timedelta(seconds=shift.seconds))
    return _NOTHING if moment is None else _format_time(moment)


def shift_moment(value: str, shift: timedelta) -> str:
    """Return a date time (VR DT), moved, its offset from UTC kept; empty if it is none."""
    match = _MOMENT.fullmatch(value.strip(" \0"))
    if match is None:
        return _NOTHING
    date, time, offset = match.groups()
    moved_date, moved_time = shift_date_time(date, time or "", shift)
    return f"{moved_date}{moved_time}{offset or ''}" if moved_date else _NOTHING
