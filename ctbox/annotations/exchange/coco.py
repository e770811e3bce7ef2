"""Boxes as a COCO document ("object detection" JSON) and back.

`bbox` is x, y, width, height in pixels from the image's upper left corner, as floats: COCO counts
pixel edges as ctbox does, so nothing is lost but the rounding of a sum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ctbox.annotations.annotation import SUBTYPES, UNKNOWN_SUBTYPE
from ctbox.annotations.exchange.records import (
    NOTICE,
    ExchangeBox,
    ExchangeImage,
    ExchangeSet,
    Origin,
    check_score,
    check_size,
    check_slice_uid,
    find_label,
    list_labels,
    make_box,
    name_label,
)
from ctbox.boxes import BoundingBox
from ctbox.errors import AnnotationError

_HINT = "Choose a COCO detection file, with images, annotations and categories."
_MAX_NUMBER = 2**53
_IMAGE_KEYS = ("series_instance_uid", "study_instance_uid", "patient_id")


def build_coco(exchange: ExchangeSet) -> dict[str, Any]:
    """Return a COCO document; images and boxes are numbered from 1 in their order."""
    labels = list_labels(exchange.boxes)
    category_of = {label: number for number, label in enumerate(labels, 1)}
    image_of = {image.sop_instance_uid: n for n, image in enumerate(exchange.images, 1)}
    return {
        "info": {
            "description": "Boxes of lung tumours on CT slices",
            "notice": NOTICE,
            "origin": exchange.origin.value,
            "contributor": exchange.creator,
        },
        "licenses": [],
        "images": [
            _describe_image(number, image) for number, image in enumerate(exchange.images, 1)
        ],
        "annotations": [
            _describe_box(number, box, image_of, category_of)
            for number, box in enumerate(exchange.boxes, 1)
        ],
        "categories": [
            {
                "id": number,
                "name": name_label(label),
                "supercategory": SUBTYPES.get(label, "lung tumour"),
            }
            for label, number in category_of.items()
        ],
    }


def _describe_image(number: int, image: ExchangeImage) -> dict[str, Any]:
    return {
        "id": number,
        "width": image.width,
        "height": image.height,
        "file_name": image.file_name or f"{image.sop_instance_uid}.dcm",
        "sop_instance_uid": image.sop_instance_uid,
        **{key: getattr(image, key) for key in _IMAGE_KEYS},
    }


def _describe_box(
    number: int, box: ExchangeBox, image_of: Mapping[str, int], category_of: Mapping[str, int]
) -> dict[str, Any]:
    x1, y1, x2, y2 = box.box.as_tuple()
    described: dict[str, Any] = {
        "id": number,
        "image_id": image_of[box.sop_instance_uid],
        "category_id": category_of[box.label],
        "bbox": [x1, y1, x2 - x1, y2 - y1],
        "area": box.box.area,
        "iscrowd": 0,
        "segmentation": [[x1, y1, x2, y1, x2, y2, x1, y2]],
    }
    if box.score is not None:
        described["score"] = box.score
    if box.lesion_uid:
        described |= {"lesion_uid": box.lesion_uid, "lesion_name": box.lesion_name}
    return described


class _Reader:
    """Reads one document, naming the place of whatever is wrong."""

    def __init__(self, document: Mapping[str, Any], source: str) -> None:
        self.document, self.source = document, source

    def refuse(self, message: str) -> AnnotationError:
        return AnnotationError(message, _HINT, self.source)

    def list_entries(self, name: str) -> list[Mapping[str, Any]]:
        entries = self.document.get(name)
        if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
            raise self.refuse(f'This is no COCO file: "{name}" is no list of objects.')
        return entries

    def get_number(self, entry: Mapping[str, Any], key: str, place: str) -> float:
        value = entry.get(key)
        # JSON knows integers of any length; beyond 2^53 two of them could be one float.
        is_number = not isinstance(value, bool) and isinstance(value, int | float)
        if value is not None and is_number and abs(value) <= _MAX_NUMBER:
            return float(value)
        raise self.refuse(f'{place}: "{key}" is no usable number.')

    def get_text(self, entry: Mapping[str, Any], key: str) -> str:
        value = entry.get(key)
        return value if isinstance(value, str) else ""

    def read_image(self, entry: Mapping[str, Any]) -> ExchangeImage:
        place = f"Image {entry.get('id')}"
        stem = self.get_text(entry, "file_name").replace("\\", "/").rpartition("/")[2]
        named = self.get_text(entry, "sop_instance_uid") or _cut_suffix(stem)
        width, height = (self.get_number(entry, key, place) for key in ("width", "height"))
        size = check_size(width, height, self.source, place)
        texts = [self.get_text(entry, key) for key in _IMAGE_KEYS]
        return ExchangeImage(check_slice_uid(named, self.source, place), *size, *texts)

    def read_box(
        self,
        entry: Mapping[str, Any],
        images: Mapping[float, ExchangeImage],
        labels: Mapping[float, str],
    ) -> ExchangeBox:
        place = f"Annotation {entry.get('id')}"
        image = images.get(self.get_number(entry, "image_id", place))
        if image is None:
            raise self.refuse(f"{place} belongs to an image that the file does not hold.")
        score = self.get_number(entry, "score", place) if "score" in entry else None
        return ExchangeBox(
            sop_instance_uid=image.sop_instance_uid,
            box=self.read_bbox(entry, place),
            label=labels.get(self.get_number(entry, "category_id", place), UNKNOWN_SUBTYPE),
            score=check_score(score, self.source, place),
            lesion_uid=self.get_text(entry, "lesion_uid"),
            lesion_name=self.get_text(entry, "lesion_name"),
        )

    def read_bbox(self, entry: Mapping[str, Any], place: str) -> BoundingBox:
        bbox = entry.get("bbox")
        if not isinstance(bbox, Sequence) or isinstance(bbox, str) or len(bbox) != 4:
            raise self.refuse(f'{place}: "bbox" is no list of four numbers.')
        named = dict(zip(("x", "y", "width", "height"), bbox, strict=True))
        x, y, width, height = (self.get_number(named, key, place) for key in named)
        return make_box(x, y, x + width, y + height, self.source, place)


def _cut_suffix(name: str) -> str:
    """Return a file's stem; a UID has dots of its own, so only a suffix with letters goes."""
    stem, dot, suffix = name.rpartition(".")
    return stem if dot and not suffix.isdecimal() and "#" not in suffix else name


def parse_coco(document: object, source: str) -> ExchangeSet:
    """Return the boxes of a COCO document.

    Images are named by `sop_instance_uid`, or else by a `file_name` that is a SOP Instance UID.
    Images without a box are left out: unannotated is not free of tumour.

    Parameters
    ----------
    document : object
        Parsed JSON.
    source : str
        What to call it in errors.

    Raises
    ------
    AnnotationError
        If it is no COCO document, an image has no UID, or a box no usable numbers.
    """
    if not isinstance(document, dict):
        raise AnnotationError("This is no COCO file: it is no JSON object.", _HINT, source)
    reader = _Reader(document, source)
    images: dict[float, ExchangeImage] = {}
    for entry in reader.list_entries("images"):
        images[reader.get_number(entry, "id", "An image")] = reader.read_image(entry)
    labels = {
        reader.get_number(entry, "id", "A category"): find_label(reader.get_text(entry, "name"))
        for entry in reader.list_entries("categories")
    }
    boxes = tuple(
        reader.read_box(each, images, labels) for each in reader.list_entries("annotations")
    )
    used = {box.sop_instance_uid for box in boxes}
    info = document.get("info") if isinstance(document.get("info"), dict) else {}
    return ExchangeSet(
        images=tuple(image for image in images.values() if image.sop_instance_uid in used),
        boxes=boxes,
        origin=read_origin(reader.get_text(info or {}, "origin")),
        creator=reader.get_text(info or {}, "contributor"),
    )


def read_origin(text: str) -> Origin:
    """Return who drew the boxes; unknown for any text that is none of ours."""
    return Origin(text) if text in {each.value for each in Origin} else Origin.UNKNOWN
