"""Raw values to Python values: odd ones are read, senseless ones are absent."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctbox.dicom import elements as el
from ctbox.dicom.header import parse_windows
from ctbox.dicom.series import VoiWindow

TAG = 0x00181210


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-0600", -600.0),
        ("01600 ", 1600.0),
        ("+1.5E2", 150.0),
        ("0,703125", 0.703125),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("1_000", None),
        ("five", None),
        ("0x10", None),
    ],
)
def test_numbers(text: str, expected: float | None) -> None:
    assert el.parse_number(text) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"1\\2\\3", (1.0, 2.0, 3.0)),
        (b"1\\2\\3\\4", None),
        (b"1\\2", None),
        (b"1\\\\3", None),
        (b"1\\x\\3", None),
        (b"", None),
        (b"\xff\xfe\\2\\3", None),
    ],
)
def test_vectors_are_whole_or_absent(raw: bytes, expected: tuple[float, ...] | None) -> None:
    assert el.read_vector({TAG: raw}, TAG, 3) == expected


@pytest.mark.parametrize(
    ("raw", "expected"), [(b"3 ", 3), (b"3.0", 3), (b"3.5", None), (b"-1", -1), (b"\0\0", None)]
)
def test_integers(raw: bytes, expected: int | None) -> None:
    assert el.read_integer({TAG: raw}, TAG) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"101530.250000", 36930.25),
        (b"101530", 36930.0),
        (b"1015", 36900.0),
        (b"10:15:30", 36930.0),
        (b"10", 36000.0),
        (b"1", None),
        (b"", None),
        (b"noon", None),
        (b"101530.x", None),
    ],
)
def test_times_of_day(raw: bytes, expected: float | None) -> None:
    assert el.read_seconds({TAG: raw}, TAG) == expected


@pytest.mark.parametrize(
    ("raw", "character_set", "expected"),
    [
        (b" B70f\0", b"", "B70f"),
        (b"   ", b"", None),
        ("Größe".encode("latin-1"), b"ISO_IR 100", "Größe"),
        ("肺癌".encode(), b"ISO_IR 192", "肺癌"),
        ("肺癌".encode("gb18030"), b"GB18030", "肺癌"),
        ("肺癌".encode(), b"NO SUCH SET", "肺癌"),
        (b"\xff\xfe\xfd", b"ISO_IR 192", "\ufffd\ufffd\ufffd"),
    ],
)
def test_texts_in_their_character_set(
    raw: bytes, character_set: bytes, expected: str | None
) -> None:
    elements = {TAG: raw, el.SPECIFIC_CHARACTER_SET: character_set}
    assert el.read_text(elements, TAG) == expected


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_no_bytes_make_a_reader_fail(raw: bytes, character_set: bytes) -> None:
    elements = {TAG: raw, el.SPECIFIC_CHARACTER_SET: character_set}
    assert el.read_text(elements, TAG) != ""
    number = el.read_number(elements, TAG)
    assert number is None or math.isfinite(number)
    for read in (el.read_integer, el.read_seconds, el.read_short, el.read_uid, el.read_texts):
        read(elements, TAG)


def windows(centers: bytes, widths: bytes, names: bytes = b"") -> list[VoiWindow]:
    elements = {0x00281050: centers, 0x00281051: widths, 0x00281055: names}
    return list(parse_windows(elements))


def test_windows_as_real_scanners_write_them() -> None:
    assert windows(b"-0600\\-0600", b"01600\\01600") == [VoiWindow(-600, 1600)]
    assert windows(b"40\\-600", b"350\\1200", b"WINDOW1\\WINDOW2") == [
        VoiWindow(40, 350, "WINDOW1"),
        VoiWindow(-600, 1200, "WINDOW2"),
    ]


def test_bad_windows_are_dropped_and_good_ones_kept() -> None:
    assert windows(b"x\\40\\50\\60", b"10\\350\\0\\") == [VoiWindow(40, 350)]
    assert windows(b"40", b"") == []
    assert windows(b"", b"") == []
