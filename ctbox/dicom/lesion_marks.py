"""Lesions marked by boxes on slices, and who marked them: what SR and SEG objects are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctbox.boxes import BoundingBox

if TYPE_CHECKING:  # its dictionaries take a quarter of a second
    from pydicom.sr.coding import Code

RESEARCH_NOTICE = "Research use only, not for diagnosis."
UNKNOWN_LABEL = "?"
PRIVATE_SCHEME = "99CTBOX"
"""Coding scheme of labels that are no subtype of the collection."""
_MAX_CODE_LENGTH = 16
_MAX_MEANING_LENGTH = 64


@dataclass(frozen=True, slots=True)
class MarkedBox:
    """One box on one slice.

    Parameters
    ----------
    sop_instance_uid : str
        The slice; "uid#n" for frame n, from 1, of a multi-frame image.
    box : BoundingBox
        In the slice's own pixels, pixel edges, as SCOORD counts them (PS3.3 C.18.6.1.1).
    score : float or None
        In 0…1, for what a model found.
    """

    sop_instance_uid: str
    box: BoundingBox
    score: float | None = None


@dataclass(frozen=True, slots=True)
class MarkedLesion:
    """Boxes of one lesion.

    Parameters
    ----------
    tracking_uid : str
        The lesion's UID, the same in every object that tells of it.
    name : str
        For human eyes, such as "Lesion 1".
    label : str
        Subtype letter A, B, E or G; "?" where it is unknown; or any other label.
    boxes : tuple of MarkedBox
        By slice.
    """

    tracking_uid: str
    name: str
    label: str
    boxes: tuple[MarkedBox, ...]


@dataclass(frozen=True, slots=True)
class Observer:
    """Who marked the lesions.

    Parameters
    ----------
    is_device : bool
        A model, or else a person.
    name : str
        The model's name; of a person what may be told, such as "Expert", never a real name.
    serial_number : str
        Of a model, the first figures of its weights' sha256.
    """

    is_device: bool
    name: str
    serial_number: str = ""


@dataclass(frozen=True, slots=True)
class ImageSize:
    """Columns and rows of an image, pixels."""

    width: int
    height: int


def split_frame(slice_uid: str) -> tuple[str, int | None]:
    """Return a slice's instance and its frame, from 1; None where the instance has one image."""
    uid, _, number = slice_uid.partition("#")
    return uid, int(number) if number.isdecimal() else None


def find_label_code(label: str, *, is_device: bool) -> Code:
    """Return the code of a label, SNOMED CT as in CID 639 where it is a subtype.

    An unknown subtype is a neoplasm where an expert said so, and a mere lesion where a model did.
    """
    from pydicom.sr.codedict import codes
    from pydicom.sr.coding import Code

    subtypes = get_subtype_codes()
    if label in subtypes:
        return subtypes[label]
    if label == UNKNOWN_LABEL:
        unknown: Code = codes.SCT.Lesion if is_device else codes.SCT.Neoplasm
        return unknown
    return Code(label[:_MAX_CODE_LENGTH], PRIVATE_SCHEME, label[:_MAX_MEANING_LENGTH])


def get_subtype_codes() -> dict[str, Code]:
    """Return subtype letter to SNOMED CT code, all of CID 639."""
    from pydicom.sr.codedict import codes

    return {
        "A": codes.SCT.AdenocarcinomaOfLung,
        "B": codes.SCT.SmallCellCarcinoma,
        "E": codes.SCT.LargeCellCarcinoma,
        "G": codes.SCT.SquamousCellCarcinomaOfLung,
    }
