"""Boxes as YOLO label files, one a slice, and back.

A line is `class x y width height [confidence]`: centre and sides as fractions of the image. The
format holds no image size, no UID but the file's name, and no class names: those lie beside the
labels in `data.yaml` and `images.csv`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from ctbox.annotations.annotation import UNKNOWN_SUBTYPE
from ctbox.annotations.exchange.csv_boxes import guard_formula, unguard_formula
from ctbox.annotations.exchange.records import (
    NOTICE,
    ExchangeBox,
    ExchangeImage,
    ExchangeSet,
    check_score,
    check_size,
    check_slice_uid,
    find_label,
    list_labels,
    make_box,
    name_label,
)
from ctbox.errors import AnnotationError

LABEL_FOLDER, CLASSES_NAME, IMAGES_NAME = "labels", "data.yaml", "images.csv"

_IMAGE_COLUMNS = (
    "sop_instance_uid", "width", "height", "series_instance_uid", "study_instance_uid",
    "patient_id",
)  # fmt: skip
_OTHER_TEXTS = ("classes", "README", "NOTICE")
_LEAST_FIELDS, _MOST_FIELDS = 5, 6
_NAMES_BLOCK = re.compile(r"^names:[^\S\n]*\n((?:[^\S\n]+[^\n]*\n?|[^\S\n]*\n)*)", re.MULTILINE)
_NAMES_LIST = re.compile(r"^names:[^\S\n]*\[([^\]]*)\]", re.MULTILINE)
_NAME_LINE = re.compile(r"\s+(?:([0-9]{1,6})\s*:|-)\s*(.+?)\s*$")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,6}")
_HINT = "Choose the folder that holds labels/, images.csv and data.yaml."


def build_yolo(exchange: ExchangeSet) -> dict[str, str]:
    """Return file name to text, with `/` between folders.

    Raises
    ------
    AnnotationError
        If the size of a slice is unknown: the format counts in fractions of it.
    """
    labels = list_labels(exchange.boxes)
    images = {image.sop_instance_uid: image for image in exchange.images}
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for box in exchange.boxes:
        lines[box.sop_instance_uid].append(
            _format_line(box, labels.index(box.label), images[box.sop_instance_uid])
        )
    files = {f"{LABEL_FOLDER}/{uid}.txt": "".join(found) for uid, found in lines.items()}
    return {CLASSES_NAME: _format_classes(labels), IMAGES_NAME: _format_images(exchange), **files}


def _format_line(box: ExchangeBox, number: int, image: ExchangeImage) -> str:
    if image.width is None or image.height is None:
        raise AnnotationError(
            f"The size of slice {image.sop_instance_uid} is unknown, and YOLO needs it.",
            "Name the images with --images.",
            image.sop_instance_uid,
        )
    (x, y), width, height = box.box.centre, box.box.width, box.box.height
    values = [x / image.width, y / image.height, width / image.width, height / image.height]
    # Ten digits are a millionth of a pixel.
    fields = [str(number), *(f"{value:.10f}" for value in values)]
    if box.score is not None:
        fields.append(f"{box.score:.6f}")
    return " ".join(fields) + "\n"


def _format_classes(labels: Sequence[str]) -> str:
    # A JSON text is a YAML text, quotes and all.
    names = "".join(
        f"  {number}: {json.dumps(name_label(label))}\n" for number, label in enumerate(labels)
    )
    head = f"# {NOTICE}\n# Labels of DICOM slices, named by SOP Instance UID.\n"
    return f"{head}nc: {len(labels)}\nnames:\n{names}"


def _format_images(exchange: ExchangeSet) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_IMAGE_COLUMNS)
    for image in exchange.images:
        values = [getattr(image, name) for name in _IMAGE_COLUMNS]
        writer.writerow("" if v is None else guard_formula(str(v)) for v in values)
    return text.getvalue()


def parse_yolo(
    files: Mapping[str, str], source: str, sizes: Mapping[str, tuple[int, int]] | None = None
) -> ExchangeSet:
    """Return the boxes of label files.

    Parameters
    ----------
    files : mapping
        File name, with `/` between folders, to text. Label files are those that end in `.txt`
        and are named by a SOP Instance UID; `images.csv` and `data.yaml` may be missing.
    source : str
        What to call the whole in errors.
    sizes : mapping, optional
        SOP Instance UID to columns and rows, for slices that `images.csv` does not tell.

    Raises
    ------
    AnnotationError
        If there is no label file, a slice's size is unknown, or a line has no usable numbers.
    """
    images = _parse_images(files.get(IMAGES_NAME, ""), source)
    names = _parse_classes(files.get(CLASSES_NAME, ""))
    used: dict[str, ExchangeImage] = {}
    boxes: list[ExchangeBox] = []
    for name in sorted(files):
        stem = name.rpartition("/")[2].removesuffix(".txt")
        if not name.endswith(".txt") or stem in _OTHER_TEXTS:
            continue
        uid = check_slice_uid(stem, source, name)
        image = images.get(uid) or ExchangeImage(uid)
        if image.width is None and uid in (sizes or {}):
            image = ExchangeImage(uid, *(sizes or {})[uid])
        lines = [line for line in files[name].splitlines() if line.strip()]
        boxes += [_parse_line(line, image, names, source) for line in lines]
        if lines:
            used[uid] = image
    if not used:
        raise AnnotationError("There are no YOLO labels of slices here.", _HINT, source)
    return ExchangeSet(tuple(used.values()), tuple(boxes))


def _parse_line(
    line: str, image: ExchangeImage, names: Mapping[int, str], source: str
) -> ExchangeBox:
    place = f"{image.sop_instance_uid}.txt"
    fields = line.split()
    if not _LEAST_FIELDS <= len(fields) <= _MOST_FIELDS or not _WHOLE_NUMBER.fullmatch(fields[0]):
        message = f"{place}: a line is no class with four numbers and a confidence."
        raise AnnotationError(message, _HINT, source)
    if image.width is None or image.height is None:
        message = f"The size of slice {image.sop_instance_uid} is unknown, and YOLO needs it."
        raise AnnotationError(message, "Name the images with --images.", source)
    try:
        x, y, width, height, *rest = (float(field) for field in fields[1:])
    except ValueError:
        raise AnnotationError(f"{place}: a field is no number.", _HINT, source) from None
    if width < 0 or height < 0:
        raise AnnotationError(f"{place}: the box has a negative side.", _HINT, source)
    edges = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    scale = (image.width, image.height) * 2
    scaled = [edge * side for edge, side in zip(edges, scale, strict=True)]
    return ExchangeBox(
        sop_instance_uid=image.sop_instance_uid,
        box=make_box(scaled[0], scaled[1], scaled[2], scaled[3], source, place),
        label=names.get(int(fields[0]), UNKNOWN_SUBTYPE),
        score=check_score(rest[0], source, place) if rest else None,
    )


def _parse_classes(text: str) -> dict[int, str]:
    """Return class number to label from `data.yaml`: a mapping, a list, or a list in brackets.

    Only `names` is read, by its lines: a whole YAML reader would be a dependency for one key.
    """
    bracketed = _NAMES_LIST.search(text)
    if bracketed is not None:
        parts = bracketed.group(1).split(",")
        return {n: find_label(_unquote(part.strip())) for n, part in enumerate(parts)}
    block = _NAMES_BLOCK.search(text if text.endswith("\n") else f"{text}\n")
    found: dict[int, str] = {}
    for line in block.group(1).splitlines() if block else ():
        match = _NAME_LINE.fullmatch(line)
        if match is not None:
            number = len(found) if match.group(1) is None else int(match.group(1))
            found[number] = find_label(_unquote(match.group(2)))
    return found


def _unquote(text: str) -> str:
    if text.startswith('"'):
        try:
            return str(json.loads(text))
        except ValueError:
            return text
    is_quoted = len(text) > 1 and text[0] == text[-1] == "'"
    return text[1:-1].replace("''", "'") if is_quoted else text


def _parse_images(text: str, source: str) -> dict[str, ExchangeImage]:
    found = {}
    try:
        for number, row in enumerate(csv.DictReader(io.StringIO(text)), 2):
            place = f"{IMAGES_NAME}, line {number}"
            texts = [unguard_formula(row.get(name) or "") for name in _IMAGE_COLUMNS]
            uid = check_slice_uid(texts[0], source, place)
            if not (_WHOLE_NUMBER.fullmatch(texts[1]) and _WHOLE_NUMBER.fullmatch(texts[2])):
                raise AnnotationError(f"{place}: width or height is wrong.", _HINT, source)
            width, height = check_size(int(texts[1]), int(texts[2]), source, place)
            found[uid] = ExchangeImage(uid, width, height, texts[3], texts[4], texts[5])
    except csv.Error as error:
        raise AnnotationError(f"{IMAGES_NAME} is no table: {error}.", _HINT, source) from error
    return found
