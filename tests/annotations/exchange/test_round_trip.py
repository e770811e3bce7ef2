"""COCO, YOLO and CSV give back the boxes, and what else each holds."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given

from ctbox.annotations.exchange.coco import build_coco, parse_coco
from ctbox.annotations.exchange.csv_boxes import build_csv, parse_csv
from ctbox.annotations.exchange.records import NOTICE, ExchangeSet, Origin
from ctbox.annotations.exchange.yolo import IMAGES_NAME, build_yolo, parse_yolo
from tests.annotations.exchange.strategies import exchange_sets, find_largest_error


@given(exchange_sets())
def test_coco_gives_everything_back(exchange: ExchangeSet) -> None:
    text = json.dumps(build_coco(exchange), allow_nan=False)
    back = parse_coco(json.loads(text), "x.json")
    assert find_largest_error(exchange, back) < 1e-9
    strip = lambda s: [replace(b, box=exchange.boxes[0].box) for b in s.boxes]  # noqa: E731
    assert strip(back) == strip(exchange)
    assert (back.images, back.origin, back.creator) == (
        exchange.images,
        exchange.origin,
        exchange.creator,
    )
    assert NOTICE in text


@given(exchange_sets())
def test_csv_gives_everything_back_exactly(exchange: ExchangeSet) -> None:
    text = build_csv(exchange)
    assert parse_csv(text, "x.csv") == exchange
    assert text.count(NOTICE) == len(exchange.boxes)


@given(exchange_sets())
def test_yolo_gives_back_boxes_labels_and_scores(exchange: ExchangeSet) -> None:
    files = build_yolo(exchange)
    back = parse_yolo(files, "x")
    # Files are read by name, so the slices come in another order.
    ordered = replace(
        exchange, boxes=tuple(sorted(exchange.boxes, key=lambda box: box.sop_instance_uid))
    )
    assert find_largest_error(ordered, back) < 0.01
    assert [(b.sop_instance_uid, b.label, b.score) for b in back.boxes] == [
        (b.sop_instance_uid, b.label, b.score) for b in ordered.boxes
    ]
    assert sorted(back.images, key=lambda i: i.sop_instance_uid) == sorted(
        exchange.images, key=lambda i: i.sop_instance_uid
    )
    assert (back.origin, back.creator) == (Origin.UNKNOWN, "")
    assert NOTICE in files["data.yaml"]
    numbers = [float(f) for n, t in files.items() if n.endswith(".txt") for f in t.split()[1:5]]
    assert all(0 <= number <= 1 for number in numbers)


@given(exchange_sets(whole=True))
def test_yolo_takes_sizes_from_the_images_where_its_own_list_is_missing(
    exchange: ExchangeSet,
) -> None:
    files = {name: text for name, text in build_yolo(exchange).items() if name != IMAGES_NAME}
    sizes = {i.sop_instance_uid: (i.width or 0, i.height or 0) for i in exchange.images}
    back = parse_yolo(files, "x", sizes)
    whole = replace(
        exchange, boxes=tuple(sorted(exchange.boxes, key=lambda box: box.sop_instance_uid))
    )
    assert find_largest_error(whole, back) < 0.01
