from __future__ import annotations

import contextlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctbox.annotations.annotation import ProblemKind
from ctbox.annotations.annotation_set import AnnotationFile
from ctbox.annotations.pascal_voc import parse_voc
from ctbox.errors import AnnotationError
from tests.annotations.samples import UID, make_object, make_voc

COORDINATES = "<xmin>10</xmin><ymin>20</ymin><xmax>30</xmax><ymax>45</ymax>"

MARKUP = (
    "<object> </object> <bndbox> </bndbox> <xmin> </xmin> 1 nan <size> </size> <name> </name> A "
    "<!-- --> <![CDATA[ ]]> &lt; <?x?> <xmin/> &#0; &#x1F600; " + COORDINATES
).split()


def parse(data: bytes, uid: str | None = UID, folder: str | None = "A0001") -> AnnotationFile:
    return parse_voc(data, "A0001/file.xml", uid, folder)


def get_boxes(file: AnnotationFile) -> list[tuple[float, float, float, float]]:
    return [annotation.box.as_tuple() for annotation in file.annotations]


def get_kinds(file: AnnotationFile) -> list[ProblemKind]:
    return [problem.kind for problem in file.warnings]


def test_the_collections_own_shape() -> None:
    file = parse(make_voc(make_object(label="a"), depth=3, verified="yes"))
    assert (file.width, file.height, file.depth, file.verified) == (512, 512, 3, True)
    assert file.sop_instance_uid == UID
    assert file.warnings == ()
    (annotation,) = file.annotations
    assert annotation.box.as_tuple() == (314.0, 295.0, 348.0, 331.0)
    assert (annotation.label, annotation.raw_label, annotation.folder) == ("A", "a", "A0001")
    assert annotation.sop_instance_uid == UID
    assert annotation.source == "A0001/file.xml"


def test_nothing_of_the_readers_surfaces() -> None:
    file = parse(make_voc(make_object(label="Q"), make_object(xmin="x"), make_object(9, 9, 1, 1)))
    assert len(file.warnings) == 3
    assert "Secret" not in repr(file)
    assert "Unknow" not in repr(file)


def test_all_objects_are_kept_in_order() -> None:
    file = parse(make_voc(make_object(1, 2, 3, 4), make_object(5, 6, 7, 8, "a")))
    assert get_boxes(file) == [(1, 2, 3, 4), (5, 6, 7, 8)]
    assert [annotation.object_index for annotation in file.annotations] == [0, 1]


@pytest.mark.parametrize(("text", "expected"), [("yes", True), ("NO", False), ("maybe", None)])
def test_verified_mark(text: str, expected: bool | None) -> None:
    assert parse(make_voc(make_object(), verified=text)).verified is expected


def test_missing_fields_are_none_never_zero() -> None:
    file = parse(b"<annotation><size><width>0</width><height>x</height></size></annotation>")
    assert (file.width, file.height, file.depth, file.verified) == (None, None, None, None)
    assert get_kinds(file) == [ProblemKind.EMPTY]


def test_namespace_case_and_comments_do_not_matter() -> None:
    data = (
        b'<Annotation xmlns="urn:x"><!-- c --><?pi x?><Object><Name> g </Name><BndBox>'
        b"<XMin>1</XMin><YMin> 2\n</YMin><XMax>3</XMax><YMax>4</YMax></BndBox></Object>"
        b"</Annotation>"
    )
    file = parse(data, folder=None)
    assert get_boxes(file) == [(1, 2, 3, 4)]
    assert file.annotations[0].label == "G"


# --- coordinates ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"), [("12.5", 12.5), ("1.2e1", 12.0), (" 12 ", 12.0), ("+12", 12.0), (".5", 0.5)]
)
def test_floats_are_accepted(text: str, value: float) -> None:
    file = parse(make_voc(make_object(xmin=text)))
    assert file.annotations[0].box.x1 == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "nan",
        "inf",
        "-inf",
        "1e999",
        "1e7",
        "1_0",
        "0x10",
        "1,5",
        "١٢",
        "<b>1</b>",
        "1<!--x-->2",
    ],
)
def test_bad_coordinate_costs_its_own_box_alone(text: str) -> None:
    data = make_voc(make_object(1, 2, 3, 4), make_object(xmax=text), make_object(5, 6, 7, 8))
    file = parse(data)
    assert get_boxes(file) == [(1, 2, 3, 4), (5, 6, 7, 8)]
    assert [annotation.object_index for annotation in file.annotations] == [0, 2]
    (problem,) = file.warnings
    assert problem.kind is ProblemKind.BAD_BOX
    assert problem.reason.startswith("Box 2 was left out: xmax is ")


def test_missing_and_repeated_coordinates_are_named() -> None:
    missing = make_object().replace("<xmin>314</xmin>", "")
    repeated = make_object().replace("<ymax>331</ymax>", "<ymax>331</ymax><ymax>340</ymax>")
    no_box = "<object><name>A</name></object>"
    file = parse(make_voc(missing, repeated, no_box))
    assert file.annotations == ()
    assert [problem.reason for problem in file.warnings] == [
        "Box 1 was left out: xmin is missing.",
        "Box 2 was left out: ymax is given more than once.",
        "Box 3 was left out: the object has no coordinates.",
    ]


def test_swapped_edges_are_put_in_order_with_a_warning() -> None:
    file = parse(make_voc(make_object(348, 331, 314, 295)))
    assert get_boxes(file) == [(314, 295, 348, 331)]
    assert get_kinds(file) == [ProblemKind.SWAPPED]


def test_zero_area_is_kept_with_a_warning() -> None:
    file = parse(make_voc(make_object(215, 286, 215, 286)))
    assert get_boxes(file) == [(215, 286, 215, 286)]
    assert get_kinds(file) == [ProblemKind.ZERO_AREA]


@pytest.mark.parametrize("corners", [(-1, 2, 3, 4), (1, -2, 3, 4), (1, 2, 513, 4), (1, 2, 3, 600)])
def test_box_over_the_edge_is_kept_with_a_warning(corners: tuple[int, int, int, int]) -> None:
    file = parse(make_voc(make_object(*corners)))
    assert get_boxes(file) == [corners]
    assert get_kinds(file) == [ProblemKind.OUTSIDE_IMAGE]


# --- labels --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "folder", "label", "kinds"),
    [
        ("Q", "A0118", "A", [ProblemKind.UNKNOWN_LABEL]),
        ("A0192", "A0192", "A", [ProblemKind.UNKNOWN_LABEL]),
        (None, "G0001", "G", [ProblemKind.UNKNOWN_LABEL]),
        ("Q", None, "?", [ProblemKind.UNKNOWN_LABEL]),
        ("a", "B0033", "A", [ProblemKind.LABEL_MISMATCH]),
    ],
)
def test_odd_labels(
    raw: str | None, folder: str | None, label: str, kinds: list[ProblemKind]
) -> None:
    file = parse(make_voc(make_object(label=raw)), folder=folder)
    assert file.annotations[0].label == label
    assert file.annotations[0].raw_label == (raw or "")
    assert get_kinds(file) == kinds


# --- which slice ---------------------------------------------------------------------------


def test_dicom_num_names_the_slice_where_the_file_name_is_no_uid() -> None:
    data = make_voc(make_object(), extra=f"<dicom_num>\n {UID}.dcm </dicom_num>")
    for stem in ("slice 12", "12", None):
        file = parse(data, stem)
        assert file.sop_instance_uid == file.annotations[0].sop_instance_uid == UID


def test_file_name_wins_over_dicom_num_with_a_warning() -> None:
    file = parse(make_voc(make_object(), extra="<dicom_num>1.2.3</dicom_num>"))
    assert file.sop_instance_uid == UID
    assert get_kinds(file) == [ProblemKind.UID_CONFLICT]
    same = parse(make_voc(make_object(), extra=f"<dicom_num>{UID}</dicom_num>"))
    assert same.warnings == ()


@pytest.mark.parametrize("extra", ["", "<dicom_num/>", "<dicom_num>12</dicom_num>"])
def test_file_of_an_unknown_slice_is_refused(extra: str) -> None:
    with pytest.raises(AnnotationError, match="which slice") as caught:
        parse(make_voc(make_object(), extra=extra), "image")
    assert "<SOPInstanceUID>.xml" in caught.value.hint


def test_other_xml_is_refused() -> None:
    with pytest.raises(AnnotationError, match="no annotation"):
        parse(b"<html><object/></html>")


# --- the loose shape of the thesis ---------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "label"),
    [
        (f"<size>{COORDINATES}</size><name>G</name>", "G"),
        (f"<name>G</name>{COORDINATES}", "G"),
        (f"<size>{COORDINATES}</size><object><name>b</name></object>", "B"),
        (f"<object><name>B</name>{COORDINATES}</object>", "B"),
        (f"<object><name>B</name><size>{COORDINATES}</size></object>", "B"),
        (f"<size><width>512</width>{COORDINATES}</size>", "A"),
    ],
)
def test_loose_shapes(body: str, label: str) -> None:
    data = f"<annotation><dicom_num>{UID}</dicom_num>{body}</annotation>".encode()
    file = parse(data, "slice_001")
    assert get_boxes(file) == [(10, 20, 30, 45)]
    assert file.annotations[0].label == label
    assert file.sop_instance_uid == UID


def test_boxes_of_the_file_and_of_objects_are_all_kept() -> None:
    two_in_one = make_object(1, 2, 3, 4).replace(
        "</object>", f"<bndbox>{COORDINATES}</bndbox></object>"
    )
    data = make_voc(two_in_one, make_object(5, 6, 7, 8)).replace(
        b"<width>", b"<xmin>0</xmin><ymin>0</ymin><xmax>9</xmax><ymax>9</ymax><width>"
    )
    assert get_boxes(parse(data)) == [(1, 2, 3, 4), (10, 20, 30, 45), (5, 6, 7, 8), (0, 0, 9, 9)]


# --- anything at all -----------------------------------------------------------------------


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_random_bytes_give_a_file_or_an_annotation_error(data: bytes) -> None:
    with contextlib.suppress(AnnotationError):
        parse(data)


@given(body=st.lists(st.sampled_from(MARKUP), max_size=15))
@settings(max_examples=400, deadline=None)
def test_random_markup_gives_a_file_or_an_annotation_error(body: list[str]) -> None:
    try:
        file = parse(f"<annotation>{''.join(body)}</annotation>".encode())
    except AnnotationError:
        return
    assert all(annotation.box.width >= 0 for annotation in file.annotations)


def test_damaged_real_looking_files_give_a_file_or_an_annotation_error() -> None:
    original = make_voc(make_object(), make_object(5, 6, 7, 8, "g"))
    generator = random.Random(2)
    outcomes = set()
    for _ in range(1_500):
        data = bytearray(original)
        for _ in range(generator.randint(1, 4)):
            data[generator.randrange(len(data))] ^= 1 << generator.randrange(8)
        try:
            outcomes.add(len(parse(bytes(data[: generator.choice([None, None, 400])])).annotations))
        except AnnotationError:
            outcomes.add(-1)
    assert outcomes >= {-1, 1, 2}
