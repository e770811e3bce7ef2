"""The elements of a PASCAL VOC file: where its boxes lie, what they hold, how they are made.

Element names are compared without case and namespace, because `<Difficult>` stands with a
capital in the whole collection. Nothing here knows of files.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from ctbox.boxes import BoundingBox

COORDINATES = ("xmin", "ymin", "xmax", "ymax")
# Far beyond any detector plate; keeps nonsense out of the arithmetic and the window.
MAX_COORDINATE = 100_000.0

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_UNSPECIFIED = {"pose": "Unspecified", "truncated": "0", "Difficult": "0"}


class BoxError(ValueError):
    """One box of a file cannot be used; the others can."""


@dataclass(frozen=True, slots=True)
class BoxElement:
    """Where one box of a file lies.

    Parameters
    ----------
    holder : lxml.etree._Element or None
        The element with the four coordinates; None for an object without any.
    owner : lxml.etree._Element
        The element whose `<name>` is the label: the object, or the root.
    """

    holder: etree._Element | None
    owner: etree._Element

    @property
    def raw_label(self) -> str:
        """The label as it stands, without surrounding blanks; empty where there is none."""
        return read_text(self.owner, "name")


@lru_cache(maxsize=1024)
def _fold_tag(tag: object) -> str:
    # A comment's or processing instruction's tag is a function.
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def get_name(element: etree._Element) -> str:
    """Return an element's name in lower case, without namespace; empty for a comment."""
    return _fold_tag(element.tag)


def find_child(element: etree._Element, name: str) -> etree._Element | None:
    """Return the first child of this name (lower case), or None."""
    return next((child for child in element if get_name(child) == name), None)


def read_text(element: etree._Element, name: str) -> str:
    """Return a child's own text without surrounding blanks; empty where there is none."""
    child = find_child(element, name)
    return "" if child is None else (child.text or "").strip()


def _holds_coordinates(element: etree._Element) -> bool:
    return any(get_name(child) in COORDINATES for child in element)


def _find_holders(element: etree._Element, names: tuple[str, ...]) -> list[etree._Element]:
    holders = [child for child in element if get_name(child) in names]
    holders = [child for child in holders if _holds_coordinates(child)]
    return [element, *holders] if _holds_coordinates(element) else holders


def find_box_elements(root: etree._Element) -> list[BoxElement]:
    """Return every box of a file, in the order that `Annotation.object_index` counts.

    Objects come first, in file order, with their `<bndbox>` or their own coordinates. Boxes
    that belong to no object (the loose shape: `<size>`, or the root, holding the
    coordinates) follow; each takes its label from an object that has no box of its own, else
    from the root. An object left without any box is returned with `holder` None.
    """
    objects = [child for child in root if get_name(child) == "object"]
    found: list[BoxElement] = []
    boxless: list[etree._Element] = []
    for item in objects:
        holders = _find_holders(item, ("bndbox", "size"))
        found.extend(BoxElement(holder, item) for holder in holders)
        if not holders:
            boxless.append(item)
    for holder in _find_holders(root, ("bndbox", "size")):
        found.append(BoxElement(holder, boxless.pop(0) if boxless else root))
    found.extend(BoxElement(None, item) for item in boxless)
    return found


def _read_coordinate(holder: etree._Element, name: str) -> float:
    elements = [child for child in holder if get_name(child) == name]
    if len(elements) != 1:
        raise BoxError(f"{name} is {'missing' if not elements else 'given more than once'}")
    element = elements[0]
    text = (element.text or "").strip()
    if len(element) or not _NUMBER.fullmatch(text):
        raise BoxError(f"{name} is {text[:20]!r}, not a number")
    value = float(text)
    if not math.isfinite(value) or abs(value) > MAX_COORDINATE:
        raise BoxError(f"{name} is {text[:20]}, beyond any image")
    return value


def read_box(holder: etree._Element) -> tuple[BoundingBox, bool]:
    """Return the box of four coordinates, and whether minimum and maximum stood swapped.

    The numbers are pixel edges as they stand: xmin, ymin, xmax, ymax are x1, y1, x2, y2.

    Raises
    ------
    BoxError
        If a coordinate is missing, repeated, not a finite number, or absurdly large.
    """
    x1, y1, x2, y2 = (_read_coordinate(holder, name) for name in COORDINATES)
    swapped = x1 > x2 or y1 > y2
    return BoundingBox(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)), swapped


def round_box(box: BoundingBox, width: int | None, height: int | None) -> tuple[int, int, int, int]:
    """Return x1, y1, x2, y2 as VOC's integers: rounded half to even, clipped to the image.

    An unknown width or height (None) clips nothing on its side but negative numbers.
    """
    limit_x = MAX_COORDINATE if width is None else float(width)
    limit_y = MAX_COORDINATE if height is None else float(height)
    clipped = box.clipped(limit_x, limit_y)
    return round(clipped.x1), round(clipped.y1), round(clipped.x2), round(clipped.y2)


def add_text(parent: etree._Element, name: str, text: str) -> etree._Element:
    """Append a child with this text and return it.

    Raises
    ------
    ValueError
        If XML cannot hold the text (control characters).
    """
    child = etree.SubElement(parent, name)
    child.text = text
    return child


def set_text(parent: etree._Element, name: str, text: str) -> None:
    """Give a child this text and nothing else; it is put first where it is missing.

    Raises
    ------
    ValueError
        If XML cannot hold the text (control characters).
    """
    child = find_child(parent, name)
    if child is None:
        child = etree.Element(name)
        parent.insert(0, child)
    for inner in list(child):
        child.remove(inner)
    child.text = text


def add_object(root: etree._Element, label: str, corners: tuple[int, int, int, int]) -> None:
    """Append an `<object>` shaped as the collection's own, with these VOC integers."""
    item = etree.SubElement(root, "object")
    add_text(item, "name", label)
    for name, text in _UNSPECIFIED.items():
        add_text(item, name, text)
    holder = etree.SubElement(item, "bndbox")
    for name, value in zip(COORDINATES, corners, strict=True):
        add_text(holder, name, str(value))
