"""Corrected copies of VOC files: a few stated repairs, and nothing else in the file changed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from ctbox.annotations.annotation import SUBTYPES, find_subtype_letter
from ctbox.annotations.safe_xml import parse_xml
from ctbox.annotations.voc_editing import serialise
from ctbox.annotations.voc_elements import (
    BoxElement,
    BoxError,
    find_box_elements,
    find_child,
    get_name,
    read_box,
    set_text,
)
from ctbox.errors import AnnotationError

_PERSONAL = ("folder", "filename", "path")
_HARMLESS = ("", "unknow", "unknown", "unspecified")
_REPLACEMENT = "Unknown"


class Repair(StrEnum):
    """What may be corrected without asking a person."""

    UPPER_CASE = "label in upper case"
    FOLDER_LETTER = "unknown label replaced by the folder's letter"
    ORDERED_CORNERS = "swapped corners put in order"
    PERSONAL_TEXT = "folder, filename and path blanked: readers' names stand in them"


@dataclass(frozen=True, slots=True)
class RepairedVoc:
    """A corrected file.

    Parameters
    ----------
    data : bytes
        The file; the original's own bytes where nothing was repaired.
    repairs : tuple of Repair
        What was done, once for each box or file.
    """

    data: bytes
    repairs: tuple[Repair, ...]


def repair_voc(original: bytes, source: str, folder: str | None) -> RepairedVoc:
    """Return a VOC file with its labels and corners corrected, and no reader's name in it.

    A label that is a subtype letter is never replaced by another letter, a box never moved,
    added or removed.

    Parameters
    ----------
    original : bytes
        The file as it is.
    source : str
        What to call it in errors.
    folder : str or None
        The patient's annotation folder, whose letter stands in for an unknown label.

    Raises
    ------
    AnnotationError
        If the file is no annotation that can be read.
    """
    root = parse_xml(original, source)
    if get_name(root) != "annotation":
        raise AnnotationError(
            "This XML is no annotation: its outermost element is not <annotation>.",
            "It is left out of the copy.",
            source,
        )
    repairs: list[Repair] = []
    # Boxes may share the element that holds their label; each is relabelled once.
    owners: set[etree._Element] = set()
    for element in find_box_elements(root):
        if element.owner not in owners:
            owners.add(element.owner)
            repairs += _repair_label(element, folder)
        repairs += _order_corners(element)
    repairs += _blank_personal_text(root)
    return RepairedVoc(serialise(root, original) if repairs else original, tuple(repairs))


def _repair_label(element: BoxElement, folder: str | None) -> list[Repair]:
    raw = element.raw_label
    if raw in SUBTYPES:
        return []
    if raw.upper() in SUBTYPES:
        set_text(element.owner, "name", raw.upper())
        return [Repair.UPPER_CASE]
    letter = find_subtype_letter(folder)
    if letter is None:
        return []
    set_text(element.owner, "name", letter)
    return [Repair.FOLDER_LETTER]


def _order_corners(element: BoxElement) -> list[Repair]:
    holder = element.holder
    if holder is None:
        return []
    try:
        swapped = read_box(holder)[1]
    except BoxError:
        return []
    if not swapped:
        return []
    for low, high in (("xmin", "xmax"), ("ymin", "ymax")):
        first, second = find_child(holder, low), find_child(holder, high)
        if first is None or second is None:  # read_box found both
            raise ValueError(f"The box has no {low} or {high}.")
        if float(first.text or "") > float(second.text or ""):
            first.text, second.text = second.text, first.text
    return [Repair.ORDERED_CORNERS]


def _blank_personal_text(root: etree._Element) -> list[Repair]:
    blanked = False
    for name in _PERSONAL:
        child = find_child(root, name)
        if child is None:
            continue
        text = "".join(str(part) for part in child.itertext())
        if text.strip().lower() not in _HARMLESS:
            set_text(root, name, _REPLACEMENT)
            blanked = True
    return [Repair.PERSONAL_TEXT] if blanked else []
