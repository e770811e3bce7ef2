from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctbox.annotations.annotation import Annotation, ProblemKind
from ctbox.annotations.annotation_set import AnnotationFile
from ctbox.annotations.pascal_voc import parse_voc
from ctbox.annotations.voc_editing import VocEdit, update_voc
from ctbox.boxes import BoundingBox
from ctbox.errors import AnnotationError
from tests.annotations.samples import UID, make_object, make_voc

SIZE = (512, 512)
ORIGINAL = make_voc(
    make_object(1, 2, 30, 40, "a"),
    make_object("50.25", 60, 70, 80, "Q"),
    extra='  <custom kind="x">kept <b>text</b></custom><!-- kept too -->\n',
)


def parse(data: bytes) -> AnnotationFile:
    return parse_voc(data, "f.xml", UID, "A0001")


def keep(annotation: Annotation, box: BoundingBox | None = None) -> VocEdit:
    return VocEdit(box or annotation.box, annotation.raw_label, annotation.object_index)


def list_content(data: bytes) -> list[tuple[tuple[float, float, float, float], str]]:
    return [(a.box.as_tuple(), a.raw_label) for a in parse(data).annotations]


@pytest.mark.parametrize(
    "data",
    [
        ORIGINAL,
        b"\n" + ORIGINAL.replace(b"\n", b"\r\n"),
        make_voc(make_object(9, 9, 1, 1)),
        "<annotation><folder>张三</folder></annotation>".encode("gb18030"),
    ],
)
def test_unchanged_boxes_give_back_the_same_bytes(data: bytes) -> None:
    edits = [keep(annotation) for annotation in parse(data).annotations]
    assert update_voc(data, edits, SIZE) == data


def test_moved_edge_alone_is_rewritten() -> None:
    first, second = parse(ORIGINAL).annotations
    edits = [keep(first), keep(second, BoundingBox(50.25, 60, 70.5, 80))]
    changed = update_voc(ORIGINAL, edits, SIZE)
    assert list_content(changed)[1] == ((50.25, 60, 70, 80), "Q")  # 70.5 rounds half to even
    edits[1] = keep(second, BoundingBox(50.25, 60, 90.7, 999))
    changed = update_voc(ORIGINAL, edits, SIZE)
    assert changed == ORIGINAL.replace(b"<xmax>70<", b"<xmax>91<").replace(b">80<", b">512<")


def test_swapped_box_is_left_until_moved() -> None:
    original = make_voc(make_object(30, 40, 1, 2))
    (annotation,) = parse(original).annotations
    changed = update_voc(original, [keep(annotation, BoundingBox(1, 2, 30, 41))], SIZE)
    assert parse(changed).warnings == ()
    assert list_content(changed) == [((1, 2, 30, 41), "A")]


def test_label_alone_is_rewritten() -> None:
    first, second = parse(ORIGINAL).annotations
    edits = [keep(first), VocEdit(second.box, "A", second.object_index)]
    expected = ORIGINAL.replace(b"<name>Q</name>", b"<name>A</name>")
    assert update_voc(ORIGINAL, edits, SIZE) == expected


def test_label_is_added_where_there_was_none() -> None:
    original = make_voc(make_object(label=None))
    (annotation,) = parse(original).annotations
    changed = update_voc(original, [VocEdit(annotation.box, "G", 0)], SIZE)
    assert list_content(changed) == [((314, 295, 348, 331), "G")]


def test_box_is_removed_with_its_object_and_nothing_else() -> None:
    second = parse(ORIGINAL).annotations[1]
    changed = update_voc(ORIGINAL, [keep(second)], SIZE)
    assert list_content(changed) == [((50.25, 60, 70, 80), "Q")]
    assert b'<custom kind="x">kept <b>text</b></custom><!-- kept too -->' in changed
    assert b"Secret Reader" in changed
    nothing = update_voc(ORIGINAL, [], SIZE)
    assert [p.kind for p in parse(nothing).warnings] == [ProblemKind.EMPTY]


def test_text_behind_a_removed_object_stays() -> None:
    original = ORIGINAL.replace(b"</object>\n", b"</object>note\n")
    assert update_voc(original, [], SIZE).count(b"note") == 2


def test_new_box_is_added_in_the_files_own_layout() -> None:
    edits = [keep(annotation) for annotation in parse(ORIGINAL).annotations]
    changed = update_voc(ORIGINAL, [*edits, VocEdit(BoundingBox(5.5, 6, 7, 8), "G")], SIZE)
    assert list_content(changed)[2] == ((6, 6, 7, 8), "G")
    assert changed.startswith(ORIGINAL[: ORIGINAL.rindex(b"\n</annotation>")])
    assert re.search(rb"\n  <object>\n    <name>G</name>\n", changed)
    assert changed.endswith(b"  </object>\n</annotation>")


def test_box_that_cannot_be_read_stays() -> None:
    original = make_voc(make_object(xmin="?"), make_object(1, 2, 3, 4))
    (good,) = parse(original).annotations
    assert update_voc(original, [keep(good)], SIZE) == original
    emptied = update_voc(original, [], SIZE)
    assert b"<xmin>?</xmin>" in emptied
    assert parse(emptied).annotations == ()


@pytest.mark.parametrize("index", [0, 2, -1])
def test_edit_of_a_box_that_is_not_there_is_refused(index: int) -> None:
    original = make_voc(make_object(xmin="?"), make_object(1, 2, 3, 4))
    edits = [VocEdit(BoundingBox(1, 2, 3, 4), "A", index)]
    with pytest.raises(AnnotationError, match="no usable box"):
        update_voc(original, edits, SIZE)


def test_label_that_xml_cannot_hold_is_refused() -> None:
    with pytest.raises(AnnotationError, match="characters"):
        update_voc(ORIGINAL, [VocEdit(BoundingBox(1, 2, 3, 4), "\x01")], SIZE)


LOOSE = "<xmin>1</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax>"


@pytest.mark.parametrize(
    "body",
    [
        f"<size>{LOOSE}<width>512</width></size><object><name>A</name></object>",
        f"<size>{LOOSE}</size><name>A</name>",
        f"<name>A</name>{LOOSE}",
        f"{LOOSE}<object><name>A</name></object>",
        f"<object><name>A</name>{LOOSE}</object>",
        f"<object><name>A</name><bndbox>{LOOSE}</bndbox></object>",
        f"<object><name>A</name><bndbox>{LOOSE}</bndbox><bndbox>{LOOSE}</bndbox></object>",
    ],
)
def test_loose_shapes_are_edited_in_place(body: str) -> None:
    original = f"<annotation><x>kept</x>{body}</annotation>".encode()
    annotations = parse(original).annotations
    moved = [keep(annotation, BoundingBox(1, 2, 3, 9)) for annotation in annotations]
    changed = update_voc(original, [*moved, VocEdit(BoundingBox(5, 6, 7, 8), "G")], SIZE)
    expected = [((1.0, 2.0, 3.0, 9.0), "A")] * len(annotations) + [((5.0, 6.0, 7.0, 8.0), "G")]
    assert sorted(list_content(changed)) == sorted(expected)
    emptied = update_voc(original, [], SIZE)
    assert parse(emptied).annotations == ()
    assert [problem.kind for problem in parse(emptied).warnings] == [ProblemKind.EMPTY]
    assert b"<x>kept</x>" in emptied


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "gb18030"])
def test_names_survive_in_every_encoding(encoding: str) -> None:
    name = "Müller" if encoding == "iso-8859-1" else "张三"
    declared = encoding.removesuffix("-sig")
    head = f'<?xml version="1.0" encoding="{declared}"?>\n<annotation><folder>{name}</folder>'
    original = f"{head}{make_object()}</annotation>".encode(encoding)
    changed = update_voc(original, [VocEdit(BoundingBox(1, 2, 3, 4), "A", 0)], SIZE)
    assert list_content(changed) == [((1, 2, 3, 4), "A")]
    shown = changed.decode("iso-8859-1" if encoding == "iso-8859-1" else "utf-8", "replace")
    assert name in shown or name.encode("gb18030") in changed


def test_undeclared_code_page_keeps_its_bytes() -> None:
    original = f"<annotation><folder>张三</folder>{make_object()}</annotation>".encode("gb18030")
    changed = update_voc(original, [VocEdit(BoundingBox(1, 2, 3, 4), "A", 0)], SIZE)
    assert "张三".encode("gb18030") in changed
    assert list_content(changed) == [((1, 2, 3, 4), "A")]


@given(
    kept=st.lists(st.booleans(), min_size=3, max_size=3),
    shifts=st.lists(st.integers(0, 400), min_size=3, max_size=3),
    added=st.integers(0, 3),
)
@settings(deadline=None)
def test_any_edit_reads_back_as_asked(kept: list[bool], shifts: list[int], added: int) -> None:
    original = make_voc(*(make_object(i, i, i + 50, i + 60) for i in range(3)))
    new = [VocEdit(BoundingBox(7, 8, 9, 10 + i), "E") for i in range(added)]
    edits = [
        VocEdit(BoundingBox(s, s, s + 50, s + 60), label, a.object_index)
        for a, keep_it, s, label in zip(
            parse(original).annotations, kept, shifts, "ABG", strict=True
        )
        if keep_it
    ]
    changed = update_voc(original, [*edits, *new], SIZE)
    assert list_content(changed) == [(e.box.as_tuple(), e.label) for e in [*edits, *new]]
    again = [keep(annotation) for annotation in parse(changed).annotations]
    assert update_voc(changed, again, SIZE) == changed
