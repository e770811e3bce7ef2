"""What every exchange format is made from, and what comes back out of it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ctbox.annotations.annotation import SUBTYPES, UNKNOWN_SUBTYPE, is_uid
from ctbox.annotations.voc_elements import MAX_COORDINATE
from ctbox.boxes import BoundingBox
from ctbox.errors import AnnotationError

NOTICE = "Research use only, not for diagnosis."
MAX_SIDE_PX = 100_000
UNKNOWN_NAME = "tumour of unknown subtype"

_FRAME = re.compile(r"[1-9][0-9]{0,5}")
_HINT = "Correct the file, or export it again."


class Origin(StrEnum):
    """Who drew the boxes."""

    EXPERT = "expert"
    AI = "ai"
    MINE = "mine"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class ExchangeImage:
    """One slice that boxes lie on.

    Parameters
    ----------
    sop_instance_uid : str
        The slice; "uid#n" for frame n, from 1, of a multi-frame image.
    width, height : int or None
        Columns and rows; None where the format does not tell.
    series_instance_uid, study_instance_uid, patient_id : str
        Where it belongs; empty where the format does not tell.
    file_name : str
        Of the picture that goes with the boxes; empty where there is none.
    """

    sop_instance_uid: str
    width: int | None = None
    height: int | None = None
    series_instance_uid: str = ""
    study_instance_uid: str = ""
    patient_id: str = ""
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class ExchangeBox:
    """One box.

    Parameters
    ----------
    sop_instance_uid : str
        The slice it lies on.
    box : BoundingBox
        In the slice's own pixels, pixel edges.
    label : str
        Subtype letter, "?" where it is unknown, or any other label.
    score : float or None
        In 0…1, of a model.
    lesion_uid : str
        Tracking UID of the lesion it belongs to; empty where the format does not tell.
    lesion_name : str
        For human eyes, such as "Lesion 1".
    """

    sop_instance_uid: str
    box: BoundingBox
    label: str = UNKNOWN_SUBTYPE
    score: float | None = None
    lesion_uid: str = ""
    lesion_name: str = ""


@dataclass(frozen=True)
class ExchangeSet:
    """Boxes and the slices they lie on.

    Parameters
    ----------
    images : tuple of ExchangeImage
        Every slice that has a box, once.
    boxes : tuple of ExchangeBox
        In any order.
    origin : Origin
        Who drew them.
    creator : str
        A model's name; empty for people.
    """

    images: tuple[ExchangeImage, ...]
    boxes: tuple[ExchangeBox, ...]
    origin: Origin = Origin.UNKNOWN
    creator: str = ""


def list_labels(boxes: Iterable[ExchangeBox]) -> list[str]:
    """Return the labels in the order that classes are numbered: A, B, E, G, "?", then others."""
    known = [*SUBTYPES, UNKNOWN_SUBTYPE]
    return known + sorted({box.label for box in boxes} - set(known))


def name_label(label: str) -> str:
    """Return the class name that other tools show: a letter's own, words for "?"."""
    return UNKNOWN_NAME if label == UNKNOWN_SUBTYPE else label


def find_label(name: str) -> str:
    """Return the label of a class name: letters in either case, subtypes by their name too."""
    text = name.strip()
    if text.upper() in SUBTYPES:
        return text.upper()
    by_name = {subtype.casefold(): letter for letter, subtype in SUBTYPES.items()}
    by_name[UNKNOWN_NAME.casefold()] = UNKNOWN_SUBTYPE
    return by_name.get(text.casefold(), text or UNKNOWN_SUBTYPE)


def is_slice_uid(text: str) -> bool:
    """Whether a text names a slice: a UID, with "#" and a frame's number where it has frames."""
    uid, mark, frame = text.partition("#")
    return is_uid(uid) and (not mark or _FRAME.fullmatch(frame) is not None)


def make_box(x1: float, y1: float, x2: float, y2: float, source: str, place: str) -> BoundingBox:
    """Return a box from numbers of unknown origin.

    Raises
    ------
    AnnotationError
        If a number is not finite or absurdly large, or edges are in the wrong order.
    """
    values = (x1, y1, x2, y2)
    # A right edge that was computed from left and width may fall short by rounding.
    if not all(math.isfinite(value) and abs(value) <= MAX_COORDINATE for value in values):
        raise AnnotationError(f"{place}: a coordinate is no usable number.", _HINT, source)
    if x2 < x1 or y2 < y1:
        raise AnnotationError(f"{place}: the box has a negative side.", _HINT, source)
    return BoundingBox(*values)


def check_score(score: float | None, source: str, place: str) -> float | None:
    """Return a score, or None; it must lie in 0…1.

    Raises
    ------
    AnnotationError
        If it does not.
    """
    if score is not None and not 0 <= score <= 1:
        raise AnnotationError(f"{place}: the score {score} is not in 0…1.", _HINT, source)
    return score


def check_slice_uid(text: str, source: str, place: str) -> str:
    """Return a text that names a slice.

    Raises
    ------
    AnnotationError
        If it does not.
    """
    if not is_slice_uid(text):
        raise AnnotationError(
            f"{place}: nothing names the slice by its SOP Instance UID.",
            "Name images after it, such as <SOPInstanceUID>.dcm.",
            source,
        )
    return text


def check_size(width: float, height: float, source: str, place: str) -> tuple[int, int]:
    """Return an image's columns and rows as whole numbers.

    Raises
    ------
    AnnotationError
        If they are none, or absurdly large.
    """
    if not (1 <= width <= MAX_SIDE_PX and 1 <= height <= MAX_SIDE_PX):
        raise AnnotationError(f"{place}: width or height of the image is wrong.", _HINT, source)
    if width != int(width) or height != int(height):
        raise AnnotationError(f"{place}: width or height is no whole number.", _HINT, source)
    return int(width), int(height)
