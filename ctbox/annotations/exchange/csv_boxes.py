"""Boxes as one CSV table, a row a box, and back; numbers are written so that none changes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from ctbox.annotations.exchange.coco import read_origin
from ctbox.annotations.exchange.records import (
    NOTICE,
    ExchangeBox,
    ExchangeImage,
    ExchangeSet,
    check_score,
    check_size,
    check_slice_uid,
    find_label,
    make_box,
)
from ctbox.errors import AnnotationError

COLUMNS = (
    "sop_instance_uid", "x1", "y1", "x2", "y2", "label", "score", "lesion_uid", "lesion_name",
    "width", "height", "series_instance_uid", "study_instance_uid", "patient_id", "origin",
    "creator", "notice",
)  # fmt: skip
REQUIRED = ("sop_instance_uid", "x1", "y1", "x2", "y2")

_HINT = f"It needs a header line with at least {', '.join(REQUIRED)}."
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def build_csv(exchange: ExchangeSet) -> str:
    """Return the table as text."""
    images = {image.sop_instance_uid: image for image in exchange.images}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for box in exchange.boxes:
        image = images[box.sop_instance_uid]
        texts = (box.label, box.lesion_uid, box.lesion_name, image.patient_id, exchange.creator)
        label, lesion_uid, lesion_name, patient_id, creator = map(guard_formula, texts)
        writer.writerow(
            (
                box.sop_instance_uid,
                *map(repr, map(float, box.box.as_tuple())),
                label,
                "" if box.score is None else repr(float(box.score)),
                lesion_uid,
                lesion_name,
                "" if image.width is None else image.width,
                "" if image.height is None else image.height,
                image.series_instance_uid,
                image.study_instance_uid,
                patient_id,
                exchange.origin.value,
                creator,
                NOTICE,
            )
        )
    return text.getvalue()


def guard_formula(text: str) -> str:
    """Return a text that a spreadsheet takes for text; `unguard_formula` undoes it."""
    return f"'{text}" if text.startswith((*_FORMULA_STARTS, "'")) else text


def unguard_formula(text: str) -> str:
    """Return a text as it was before `guard_formula`."""
    is_guarded = text.startswith("'") and text[1:].startswith((*_FORMULA_STARTS, "'"))
    return text[1:] if is_guarded else text


def _read_rows(text: str, source: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield each row with the name of its place."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        header = [name.strip() for name in next(rows, [])]
        if any(header.count(name) != 1 for name in REQUIRED):
            raise AnnotationError("This is no table of boxes.", _HINT, source)
        for number, row in enumerate(rows, 2):
            if not row:
                continue
            if len(row) != len(header):
                message = f"Line {number} has {len(row)} fields, the header {len(header)}."
                raise AnnotationError(message, _HINT, source)
            yield f"Line {number}", dict(zip(header, row, strict=True))
    except csv.Error as error:
        raise AnnotationError(f"This is no CSV table: {error}.", _HINT, source) from error


def _read_number(row: Mapping[str, str], name: str, source: str, place: str) -> float:
    try:
        return float(row[name])
    except ValueError:
        raise AnnotationError(f"{place}: {name} is no number.", _HINT, source) from None


def _read_image(row: Mapping[str, str], source: str, place: str) -> ExchangeImage:
    size: tuple[int | None, int | None] = (None, None)
    if row.get("width") and row.get("height"):
        sides = [_read_number(row, name, source, place) for name in ("width", "height")]
        size = check_size(sides[0], sides[1], source, place)
    return ExchangeImage(
        check_slice_uid(row["sop_instance_uid"].strip(), source, place),
        *size,
        series_instance_uid=row.get("series_instance_uid", ""),
        study_instance_uid=row.get("study_instance_uid", ""),
        patient_id=unguard_formula(row.get("patient_id", "")),
    )


def _read_box(row: Mapping[str, str], uid: str, source: str, place: str) -> ExchangeBox:
    numbers = [_read_number(row, name, source, place) for name in REQUIRED[1:]]
    score = _read_number(row, "score", source, place) if row.get("score") else None
    return ExchangeBox(
        sop_instance_uid=uid,
        box=make_box(numbers[0], numbers[1], numbers[2], numbers[3], source, place),
        label=find_label(unguard_formula(row.get("label", ""))),
        score=check_score(score, source, place),
        lesion_uid=unguard_formula(row.get("lesion_uid", "")),
        lesion_name=unguard_formula(row.get("lesion_name", "")),
    )


def parse_csv(text: str, source: str) -> ExchangeSet:
    """Return the boxes of a table; only the UID and the four coordinates must be there.

    Raises
    ------
    AnnotationError
        If it is no such table, or a row has no UID or no usable numbers.
    """
    images: dict[str, ExchangeImage] = {}
    boxes: list[ExchangeBox] = []
    origins: set[tuple[str, str]] = set()
    for place, row in _read_rows(text, source):
        image = _read_image(row, source, place)
        images.setdefault(image.sop_instance_uid, image)
        boxes.append(_read_box(row, image.sop_instance_uid, source, place))
        origins.add((row.get("origin", ""), unguard_formula(row.get("creator", ""))))
    origin, creator = origins.pop() if len(origins) == 1 else ("", "")
    return ExchangeSet(tuple(images.values()), tuple(boxes), read_origin(origin), creator)
