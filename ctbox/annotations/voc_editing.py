"""Change the boxes of an existing VOC file and nothing else in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from lxml import etree

from ctbox.annotations.safe_xml import parse_xml
from ctbox.annotations.voc_elements import (
    COORDINATES,
    BoxElement,
    BoxError,
    add_object,
    find_box_elements,
    get_name,
    read_box,
    round_box,
    set_text,
)
from ctbox.boxes import BoundingBox
from ctbox.errors import AnnotationError

# What lxml can write back byte for byte with or without a declaration; the rest goes to UTF-8.
_KEPT_ENCODINGS = ("utf-8", "us-ascii", "ascii", "iso-8859-1")


@dataclass(frozen=True, slots=True)
class VocEdit:
    """One box as it should stand in the file afterwards.

    Parameters
    ----------
    box : BoundingBox
        In the slice's own pixels.
    label : str
        The text of `<name>`; an annotation's `raw_label` leaves it as it is.
    object_index : int or None
        The `Annotation.object_index` of the box that this was; None for a new one.
    """

    box: BoundingBox
    label: str
    object_index: int | None = None


class _VocEditor:
    """One file being changed; knows whether anything has been."""

    def __init__(self, root: etree._Element, size: tuple[int, int], source: str) -> None:
        self.root = root
        self.size = size
        self.source = source
        self.elements = find_box_elements(root)
        self.kept = list(self.elements)
        self.changed = False

    def apply(self, edits: Sequence[VocEdit]) -> None:
        wanted = {edit.object_index: edit for edit in edits if edit.object_index is not None}
        for index, element in enumerate(self.elements):
            read = _try_read(element)
            edit = wanted.pop(index, None)
            if read is not None and element.holder is not None:
                if edit is None:
                    self.remove(element)
                else:
                    self.move(element.holder, read, edit.box)
                    self.relabel(element, edit.label)
            elif edit is not None:
                wanted[index] = edit
        if wanted:
            raise AnnotationError(
                f"The file has no usable box {min(wanted) + 1} to change.",
                "Read the file again: it may have changed since.",
                self.source,
            )
        for edit in edits:
            if edit.object_index is None:
                self.append(edit)

    def move(
        self, holder: etree._Element, read: tuple[BoundingBox, bool], target: BoundingBox
    ) -> None:
        box, swapped = read
        if box == target:
            return
        corners = round_box(target, *self.size)
        edges = zip(COORDINATES, box.as_tuple(), target.as_tuple(), corners, strict=True)
        for name, old, new, rounded in edges:
            # An edge that was not moved keeps its own text.
            if old != new or swapped:
                set_text(holder, name, str(rounded))
                self.changed = True

    def relabel(self, element: BoxElement, label: str) -> None:
        if label != element.raw_label:
            set_text(element.owner, "name", label)
            self.changed = True

    def remove(self, element: BoxElement) -> None:
        self.changed = True
        self.kept.remove(element)
        holder, owner = element.holder, element.owner
        if holder is None:
            return
        if get_name(owner) == "object" and all(other.owner is not owner for other in self.kept):
            _detach(owner)
            if holder is owner or owner in holder.iterancestors():
                return
        for child in [child for child in holder if get_name(child) in COORDINATES]:
            _detach(child)
        if get_name(holder) == "bndbox":
            _detach(holder)

    def append(self, edit: VocEdit) -> None:
        last = self.root[-1] if len(self.root) else None
        add_object(self.root, edit.label, round_box(edit.box, *self.size))
        item = self.root[-1]
        etree.indent(item, level=1)
        item.tail = "\n"
        if last is not None and not (last.tail or "").strip():
            last.tail = "\n  "
        self.changed = True


def _try_read(element: BoxElement) -> tuple[BoundingBox, bool] | None:
    if element.holder is None:
        return None
    try:
        return read_box(element.holder)
    except BoxError:
        return None


def _detach(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    tail = element.tail or ""
    if tail.strip():
        # lxml removes the text behind an element with it.
        previous = element.getprevious()
        if previous is None:
            parent.text = (parent.text or "") + tail
        else:
            previous.tail = (previous.tail or "") + tail
    parent.remove(element)


def serialise(root: etree._Element, original: bytes) -> bytes:
    """Return a changed tree in its original's encoding, with a declaration if that had one."""
    tree = root.getroottree()
    encoding = (tree.docinfo.encoding or "utf-8").lower()
    declared = original.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml")
    if encoding not in _KEPT_ENCODINGS:
        encoding, declared = "utf-8", True
    return cast("bytes", etree.tostring(tree, encoding=encoding, xml_declaration=declared))


def update_voc(
    original: bytes, edits: Sequence[VocEdit], size: tuple[int, int], source: str = ""
) -> bytes:
    """Return a VOC file with other boxes; everything else in it stays.

    A box that is not among the edits is removed, except one that could not be read, which
    stays as it is. A box or single edge that was not moved keeps its own text, be it outside
    the image; a moved one is rounded half to even and clipped. If nothing differs, the
    original comes back byte for byte.

    Parameters
    ----------
    original : bytes
        The file as it is.
    edits : sequence of VocEdit
        All boxes that the file should hold afterwards.
    size : tuple of int
        Columns and rows of the slice, pixels.
    source : str, optional
        What to call the file in errors.

    Raises
    ------
    AnnotationError
        If the original cannot be parsed, an edit names a box that is not in it, or a label
        cannot stand in XML.
    """
    root = parse_xml(original, source)
    editor = _VocEditor(root, size, source)
    try:
        editor.apply(edits)
    except ValueError as error:
        raise AnnotationError(
            "A label holds characters that XML cannot.",
            "Use plain letters and digits for labels.",
            source,
        ) from error
    return serialise(root, original) if editor.changed else original
