"""Files that others wrote: read where they make sense, refused with a sentence where not."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctbox.annotations.exchange.coco import build_coco, parse_coco
from ctbox.annotations.exchange.csv_boxes import guard_formula, parse_csv, unguard_formula
from ctbox.annotations.exchange.records import (
    ExchangeBox,
    ExchangeImage,
    ExchangeSet,
    find_label,
    is_slice_uid,
)
from ctbox.annotations.exchange.yolo import build_yolo, parse_yolo
from ctbox.boxes import BoundingBox
from ctbox.errors import AnnotationError

UID = "1.3.6.1.4.1.14519.5.2.1"


def coco(**changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = {
        "images": [{"id": 7, "width": 512, "height": 256, "file_name": f"a\\b/{UID}.png"}],
        "annotations": [{"id": 1, "image_id": 7, "category_id": 3, "bbox": [1, 2, 3, 4]}],
        "categories": [{"id": 3, "name": "Squamous cell carcinoma"}],
    }
    for name, change in changes.items():
        if isinstance(change, dict):
            document[name] = [{**document[name][0], **change}]
        else:
            document[name] = change
    return document


def test_a_plain_coco_file() -> None:
    (box,) = parse_coco(coco(), "x").boxes
    assert box == ExchangeBox(UID, BoundingBox(1, 2, 4, 6), "G")
    assert parse_coco(coco(), "x").images == (ExchangeImage(UID, 512, 256),)


def test_images_without_boxes_are_no_negatives_and_left_out() -> None:
    more = [*coco()["images"], {"id": 8, "width": 1, "height": 1, "file_name": f"{UID}.9.dcm"}]
    assert len(parse_coco(coco(images=more), "x").images) == 1


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "text",
        {},
        coco(images=None),
        coco(annotations=[1]),
        coco(images={"file_name": "scan.png"}),
        coco(images={"width": 0}),
        coco(images={"width": 1.5}),
        coco(images={"width": True}),
        coco(images={"height": 10**400}),
        coco(annotations={"image_id": 9}),
        coco(annotations={"bbox": [1, 2, 3]}),
        coco(annotations={"bbox": "1234"}),
        coco(annotations={"bbox": [1, 2, -3, 4]}),
        coco(annotations={"bbox": [1, 2, float("nan"), 4]}),
        coco(annotations={"bbox": [1, 2, float("inf"), 4]}),
        coco(annotations={"bbox": [1, 2, "3", 4]}),
        coco(annotations={"score": 1.5}),
        coco(annotations={"category_id": None}),
    ],
)
def test_a_bad_coco_file_is_refused(document: object) -> None:
    with pytest.raises(AnnotationError):
        parse_coco(document, "x.json")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@settings(max_examples=150)
@given(st.sampled_from(["images", "annotations", "categories"]), st.data())
def test_any_coco_entry_is_read_or_refused(name: str, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(coco()[name][0])))
    with contextlib.suppress(AnnotationError):
        parse_coco(coco(**{name: {key: data.draw(json_values)}}), "x.json")


def test_pycocotools_reads_what_is_written(tmp_path: Any) -> None:
    from pycocotools.coco import COCO

    boxes = (
        ExchangeBox(UID, BoundingBox(1.5, 2, 4, 6), "G", 0.5),
        ExchangeBox(UID, BoundingBox(1, 2, 3, 9), "?"),
    )
    document = build_coco(ExchangeSet((ExchangeImage(UID, 512, 512),), boxes))
    (tmp_path / "coco.json").write_text(json.dumps(document))
    read = COCO(str(tmp_path / "coco.json"))
    (first, second) = read.loadAnns(read.getAnnIds())
    assert first["bbox"] == [1.5, 2, 2.5, 4]
    assert read.loadCats(second["category_id"])[0]["name"] == "tumour of unknown subtype"
    assert (second["area"], second["iscrowd"]) == (14, 0)


def test_a_plain_table() -> None:
    text = f"\ufeffy1,x1,x2,y2,sop_instance_uid\n2,1,3,4,{UID}\n\n"
    (box,) = parse_csv(text, "x").boxes
    assert box == ExchangeBox(UID, BoundingBox(1, 2, 3, 4), "?")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b\n1,2\n",
        f"sop_instance_uid,x1,y1,x2,y2\n{UID},1,2,3\n",
        f"sop_instance_uid,x1,y1,x2,y2\n{UID},1,2,3,x\n",
        f"sop_instance_uid,x1,y1,x2,y2\n{UID},1,2,0,4\n",
        f"sop_instance_uid,x1,y1,x2,y2\n{UID},1,2,inf,4\n",
        "sop_instance_uid,x1,y1,x2,y2\nscan,1,2,3,4\n",
        f"sop_instance_uid,x1,y1,x2,y2,score\n{UID},1,2,3,4,nan\n",
        f"sop_instance_uid,x1,y1,x2,y2,width,height\n{UID},1,2,3,4,9,inf\n",
        f'sop_instance_uid,x1,y1,x2,y2\n"{UID}"x,1,2,3,4\n',
        "sop_instance_uid,x1,y1,x2,y2\n\0,1,2,3,4\n",
    ],
)
def test_a_bad_table_is_refused(text: str) -> None:
    with pytest.raises(AnnotationError):
        parse_csv(text, "x.csv")


@given(st.text())
def test_formulas_are_guarded_and_come_back(text: str) -> None:
    guarded = guard_formula(text)
    assert not guarded.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguard_formula(guarded) == text


@pytest.mark.parametrize(
    ("classes", "label"),
    [
        ("names: [A, B, 'E', \"G\"]\n", "E"),
        ("names:\n  0: A\n  2: large cell carcinoma\n", "E"),
        ("path: .\nnames:\n- A\n- B\n- E\nval: x\n", "?"),
        ("names:\n  - A\n  - B\n  - e\n", "E"),
        ("", "?"),
        ("names: 3\n", "?"),
    ],
)
def test_class_names_of_others(classes: str, label: str) -> None:
    files = {"data.yaml": classes, f"labels/{UID}.txt": "2 0.5 0.5 0.25 0.5\n"}
    (box,) = parse_yolo(files, "x", {UID: (512, 256)}).boxes
    assert box == ExchangeBox(UID, BoundingBox(192, 64, 320, 192), label)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"labels/README.txt": "hello"},
        {"labels/scan7.txt": "0 .5 .5 .1 .1"},
        {f"{UID}.txt": "0 .5 .5 .1"},
        {f"{UID}.txt": "0 .5 .5 .1 .1 .1 .1"},
        {f"{UID}.txt": "x .5 .5 .1 .1"},
        {f"{UID}.txt": "9" * 5000 + " .5 .5 .1 .1"},
        {f"{UID}.txt": "0 .5 .5 .1 y"},
        {f"{UID}.txt": "0 .5 .5 -.1 .1"},
        {f"{UID}.txt": "0 nan .5 .1 .1"},
        {f"{UID}.txt": "0 .5 .5 .1 .1 2"},
        {f"{UID}.txt": ""},
        {f"{UID}.txt": "0 .5 .5 .1 .1", "images.csv": "sop_instance_uid,width,height\nx,1,1\n"},
        {f"{UID}.txt": "0 .5 .5 .1 .1", "images.csv": f"sop_instance_uid,width\n{UID},1\n"},
    ],
)
def test_bad_labels_are_refused(files: dict[str, str]) -> None:
    with pytest.raises(AnnotationError):
        parse_yolo(files, "x", {UID: (512, 512)})


def test_yolo_without_a_size_is_refused_both_ways() -> None:
    with pytest.raises(AnnotationError, match="size of slice"):
        parse_yolo({f"{UID}.txt": "0 .5 .5 .1 .1"}, "x")
    exchange = ExchangeSet((ExchangeImage(UID),), (ExchangeBox(UID, BoundingBox(1, 2, 3, 4)),))
    with pytest.raises(AnnotationError, match="size of slice"):
        build_yolo(exchange)


@pytest.mark.parametrize(
    ("text", "is_uid"),
    [(UID, True), (f"{UID}#1", True), (f"{UID}#0", False), (f"{UID}#", False), ("scan", False),
     (f"{UID}#{'9' * 5000}", False), (f"{UID}/../x", False)],
)  # fmt: skip
def test_what_names_a_slice(text: str, is_uid: bool) -> None:
    assert is_slice_uid(text) is is_uid


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("a", "A"),
        (" G ", "G"),
        ("small cell carcinoma", "B"),
        ("?", "?"),
        ("", "?"),
        ("mets", "mets"),
    ],
)
def test_labels_of_class_names(name: str, label: str) -> None:
    assert find_label(name) == label
