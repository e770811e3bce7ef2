"""Repairs of VOC files: the stated ones and no others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctbox.annotations.pascal_voc import parse_voc
from ctbox.annotations.voc_repair import Repair, repair_voc
from ctbox.errors import AnnotationError
from tests.annotations.samples import APPLE_STUB, UID, make_object, make_voc


def anonymous(*objects: str) -> bytes:
    data = make_voc(*objects)
    for text in (b"C:\\Users\\Secret Reader\\image.jpg", b"Secret Reader"):
        data = data.replace(text, b"Unknow")
    return data


@pytest.mark.parametrize(
    ("label", "folder", "expected", "repairs"),
    [
        ("A", "A0001", "A", ()),
        ("a", "A0001", "A", (Repair.UPPER_CASE,)),
        ("g", "A0212", "G", (Repair.UPPER_CASE,)),  # a mismatch is for a person
        ("B", "A0264", "B", ()),
        ("Q", "A0118", "A", (Repair.FOLDER_LETTER,)),
        ("A0192", "A0192", "A", (Repair.FOLDER_LETTER,)),
        (None, "E0001", "E", (Repair.FOLDER_LETTER,)),
        ("tumour", "readers", "tumour", ()),
        ("tumour", None, "tumour", ()),
    ],
)
def test_labels(
    label: str | None, folder: str | None, expected: str, repairs: tuple[Repair, ...]
) -> None:
    original = anonymous(make_object(label=label))
    repaired = repair_voc(original, "x.xml", folder)
    assert repaired.repairs == repairs
    (annotation,) = parse_voc(repaired.data, "x.xml", UID, None).annotations
    assert annotation.raw_label == expected
    if not repairs:
        assert repaired.data == original


def test_two_boxes_of_one_object_are_relabelled_once() -> None:
    second = "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></object>"
    original = anonymous(make_object(label="a").replace("</object>", second))
    assert repair_voc(original, "x.xml", "A0001").repairs == (Repair.UPPER_CASE,)


coordinates = st.integers(0, 512)


@given(coordinates, coordinates, coordinates, coordinates)
def test_corners_are_ordered_and_boxes_never_moved(x1: int, y1: int, x2: int, y2: int) -> None:
    original = anonymous(make_object(x1, y1, x2, y2))
    repaired = repair_voc(original, "x.xml", "A0001")
    before, after = (parse_voc(data, "x.xml", UID, "A0001") for data in (original, repaired.data))
    assert after.annotations[0].box == before.annotations[0].box
    assert (Repair.ORDERED_CORNERS in repaired.repairs) == (x1 > x2 or y1 > y2)
    assert not any("swapped" in warning.reason for warning in after.warnings)
    assert repair_voc(repaired.data, "x.xml", "A0001").repairs == ()


def test_unusable_boxes_stay_as_they_are() -> None:
    original = anonymous(make_object("x", 1, 2, 3), make_object(9, 9, 1, 1))
    repaired = repair_voc(original, "x.xml", "A0001")
    assert repaired.repairs == (Repair.ORDERED_CORNERS,)
    assert b"<xmin>x</xmin>" in repaired.data


def test_readers_names_do_not_travel() -> None:
    repaired = repair_voc(make_voc(make_object()), "x.xml", "A0001")
    assert repaired.repairs == (Repair.PERSONAL_TEXT,)
    assert b"Secret" not in repaired.data
    assert b"<source>Unknow<database>" in repaired.data


@pytest.mark.parametrize("data", [APPLE_STUB, b"", b"<annotation>", b"<other/>"])
def test_what_is_no_annotation_is_refused(data: bytes) -> None:
    with pytest.raises(AnnotationError):
        repair_voc(data, "x.xml", "A0001")
