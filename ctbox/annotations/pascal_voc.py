"""PASCAL VOC files in and out, the collection's own kind: one file a slice.

The conversion between VOC's integers and boxes is the identity: xmin, ymin, xmax, ymax are
x1, y1, x2, y2 as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from lxml import etree

from ctbox.annotations.annotation import (
    Annotation,
    AnnotationProblem,
    ProblemKind,
    is_uid,
    resolve_label,
)
from ctbox.annotations.annotation_set import AnnotationFile
from ctbox.annotations.atomic_file import write_atomically
from ctbox.annotations.safe_xml import parse_xml
from ctbox.annotations.voc_elements import (
    BoxElement,
    BoxError,
    add_object,
    add_text,
    find_box_elements,
    find_child,
    get_name,
    read_box,
    read_text,
    round_box,
)
from ctbox.boxes import BoundingBox
from ctbox.errors import AnnotationError

_INTEGER = re.compile(r"[0-9]{1,6}")
_VERIFIED = {"yes": True, "no": False}


class _VocReader:
    """Collects the boxes and warnings of one parsed file."""

    def __init__(self, root: etree._Element, source: str, folder: str | None) -> None:
        self.root = root
        self.source = source
        self.folder = folder
        self.width, self.height, self.depth = _read_size(root)
        self.annotations: list[Annotation] = []
        self.warnings: list[AnnotationProblem] = []

    def warn(self, kind: ProblemKind, reason: str) -> None:
        self.warnings.append(AnnotationProblem(self.source, kind, reason))

    def read_uid(self, file_uid: str | None) -> str:
        inside = _find_dicom_num(self.root)
        if file_uid is not None and is_uid(file_uid):
            if inside not in (None, file_uid):
                reason = "<dicom_num> names another slice than the file name; the file name counts."
                self.warn(ProblemKind.UID_CONFLICT, reason)
            return file_uid
        if inside is None:
            raise AnnotationError(
                "Nothing tells which slice this file belongs to: its name is no SOP Instance "
                "UID, and it holds no <dicom_num> with one.",
                "Name it <SOPInstanceUID>.xml.",
                self.source,
            )
        return inside

    def read_boxes(self, sop_instance_uid: str) -> None:
        elements = find_box_elements(self.root)
        if not elements:
            self.warn(ProblemKind.EMPTY, "The file holds no box.")
        for index, element in enumerate(elements):
            try:
                self.read_box(element, index, sop_instance_uid)
            except BoxError as error:
                reason = f"Box {index + 1} was left out: {error}."
                self.warn(ProblemKind.BAD_BOX, reason)

    def read_box(self, element: BoxElement, index: int, sop_instance_uid: str) -> None:
        if element.holder is None:
            raise BoxError("the object has no coordinates")
        box, swapped = read_box(element.holder)
        self.check_box(box, swapped, f"Box {index + 1}")
        raw_label = element.raw_label
        label, kind, reason = resolve_label(raw_label, self.folder)
        if kind is not None:
            self.warn(kind, f"Box {index + 1}: {reason}")
        self.annotations.append(
            Annotation(box, label, sop_instance_uid, raw_label, self.folder, self.source, index)
        )

    def check_box(self, box: BoundingBox, swapped: bool, name: str) -> None:
        if swapped:
            reason = f"{name}: minimum and maximum stand swapped and were put in order."
            self.warn(ProblemKind.SWAPPED, reason)
        if box.is_degenerate:
            self.warn(ProblemKind.ZERO_AREA, f"{name} has no area.")
        over_x = self.width is not None and box.x2 > self.width
        over_y = self.height is not None and box.y2 > self.height
        if over_x or over_y or box.x1 < 0 or box.y1 < 0:
            self.warn(ProblemKind.OUTSIDE_IMAGE, f"{name} reaches over the edge of the image.")


def _read_size(root: etree._Element) -> tuple[int | None, int | None, int | None]:
    size = find_child(root, "size")
    if size is None:
        return None, None, None
    texts = (read_text(size, name) for name in ("width", "height", "depth"))
    # labelImg writes 0 where it does not know.
    width, height, depth = (int(t) or None if _INTEGER.fullmatch(t) else None for t in texts)
    return width, height, depth


def _find_dicom_num(root: etree._Element) -> str | None:
    for element in root.iter():
        if get_name(element) == "dicom_num":
            text = (element.text or "").strip().removesuffix(".dcm")
            if is_uid(text):
                return text
    return None


def parse_voc(data: bytes, source: str, file_uid: str | None, folder: str | None) -> AnnotationFile:
    """Return the boxes of one VOC file, with a warning for all that is odd about it.

    Also accepts the loose shape in which `<size>`, the root or an object itself holds xmin,
    ymin, xmax, ymax. Every usable box of every object is kept, one without area too; swapped
    edges are put in order; an unusable box is named in the warnings and the others stay.

    Parameters
    ----------
    data : bytes
        The whole file.
    source : str
        What to call it; the path it was read from.
    file_uid : str or None
        The file name's stem. It names the slice if it is a UID; else `<dicom_num>` does.
    folder : str or None
        The patient's annotation folder, such as "A0001"; its letter stands in for an unknown
        label.

    Raises
    ------
    AnnotationError
        If the file is no safe, well-formed XML (see `safe_xml.parse_xml`), its root is not
        `<annotation>`, or nothing names the slice.
    """
    root = parse_xml(data, source)
    if get_name(root) != "annotation":
        raise AnnotationError(
            "This XML is no annotation: its outermost element is not <annotation>.",
            "Choose PASCAL VOC files, one a slice.",
            source,
        )
    reader = _VocReader(root, source, folder)
    sop_instance_uid = reader.read_uid(file_uid)
    reader.read_boxes(sop_instance_uid)
    return AnnotationFile(
        source=source,
        sop_instance_uid=sop_instance_uid,
        folder=folder,
        width=reader.width,
        height=reader.height,
        depth=reader.depth,
        verified=_VERIFIED.get(root.get("verified", "").lower()),
        annotations=tuple(reader.annotations),
        warnings=tuple(reader.warnings),
    )


def _build_document(
    sop_instance_uid: str,
    boxes: Sequence[tuple[BoundingBox, str]],
    size: tuple[int, int],
    *,
    name_slice: bool,
) -> bytes:
    root = etree.Element("annotation", verified="no")
    for name in ("folder", "filename", "path"):
        add_text(root, name, "Unknown")
    add_text(etree.SubElement(root, "source"), "database", "Unknown")
    if name_slice:
        add_text(root, "dicom_num", sop_instance_uid)
    size_element = etree.SubElement(root, "size")
    for name, value in zip(("width", "height", "depth"), (*size, 1), strict=True):
        add_text(size_element, name, str(value))
    add_text(root, "segmented", "0")
    for box, label in boxes:
        add_object(root, label, round_box(box, *size))
    etree.indent(root)
    return etree.tostring(root, encoding="utf-8", xml_declaration=False)


def build_voc(
    path: Path,
    sop_instance_uid: str,
    boxes: Sequence[tuple[BoundingBox, str]],
    size: tuple[int, int],
) -> bytes:
    """Return what `write_voc` writes to a path, for a slice of so many columns and rows.

    Raises
    ------
    AnnotationError
        If the path's name is another slice's UID, or a label cannot stand in XML.
    """
    if not is_uid(sop_instance_uid) or (is_uid(path.stem) and path.stem != sop_instance_uid):
        raise AnnotationError(
            f"{path} cannot hold the boxes of slice {sop_instance_uid}.",
            "Name the file after the slice's SOP Instance UID.",
            path,
        )
    name_slice = path.stem != sop_instance_uid
    try:
        return _build_document(sop_instance_uid, boxes, size, name_slice=name_slice)
    except ValueError as error:
        raise AnnotationError(
            f"{path} was not written: a label holds characters that XML cannot.",
            "Use plain letters and digits for labels.",
            path,
        ) from error


def write_voc(
    path: Path,
    sop_instance_uid: str,
    boxes: Sequence[tuple[BoundingBox, str]],
    width: int,
    height: int,
    *,
    overwrite: bool = False,
) -> None:
    """Write one slice's boxes as a new VOC file, which labelImg reads too.

    Coordinates are rounded half to even and clipped to the image. The file appears whole or
    not at all. It names the slice by its file name, or in `<dicom_num>` where the file name
    is no UID. To change a file that is there already, see `voc_editing.update_voc`.

    Parameters
    ----------
    path : pathlib.Path
        The file, by custom `Annotation/<patient>/<SOPInstanceUID>.xml`; its folder exists.
    sop_instance_uid : str
        The slice the boxes belong to.
    boxes : sequence of (BoundingBox, str)
        Boxes in the slice's own pixels, with their labels.
    width, height : int
        Columns and rows of the slice, pixels.
    overwrite : bool, optional
        Whether an existing file may be replaced.

    Raises
    ------
    AnnotationError
        If the file exists and may not be replaced, its name is another slice's UID, a label
        cannot stand in XML, or the disk refuses.
    """
    data = build_voc(path, sop_instance_uid, boxes, (width, height))
    write_atomically(path, data, overwrite=overwrite)
