"""PASCAL VOC files in and out, the collection's own kind: one file a slice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from lxml import etree

from ctbox.annotations.atomic_file import write_atomically
from ctbox.annotations.voc_elements import add_object, add_text, round_box
from ctbox.boxes import BoundingBox
from ctbox.errors import AnnotationError

_UID = re.compile(r"[0-9]+(?:\.[0-9]+)+")
_MAX_UID_LENGTH = 64  # PS3.5 9.1


def is_uid(text: str) -> bool:
    """Return whether a text has the form of a DICOM UID (PS3.5 9.1): digits with dots."""
    return len(text) <= _MAX_UID_LENGTH and _UID.fullmatch(text) is not None


def _build_document(
    path: Path,
    sop_instance_uid: str,
    boxes: Sequence[tuple[BoundingBox, str]],
    size: tuple[int, int],
) -> bytes:
    root = etree.Element("annotation", verified="no")
    add_text(root, "folder", path.parent.name or "Unknown")
    add_text(root, "filename", sop_instance_uid)
    add_text(root, "path", "Unknown")
    add_text(etree.SubElement(root, "source"), "database", "Unknown")
    if path.stem != sop_instance_uid:
        add_text(root, "dicom_num", sop_instance_uid)
    size_element = etree.SubElement(root, "size")
    for name, value in zip(("width", "height", "depth"), (*size, 1), strict=True):
        add_text(size_element, name, str(value))
    add_text(root, "segmented", "0")
    for box, label in boxes:
        add_object(root, label, round_box(box, *size))
    etree.indent(root)
    return etree.tostring(root, encoding="utf-8", xml_declaration=False)


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
    is no UID.

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
    if not is_uid(sop_instance_uid) or (is_uid(path.stem) and path.stem != sop_instance_uid):
        raise AnnotationError(
            f"{path} cannot hold the boxes of slice {sop_instance_uid}.",
            "Name the file after the slice's SOP Instance UID.",
            path,
        )
    try:
        data = _build_document(path, sop_instance_uid, boxes, (width, height))
    except ValueError as error:
        raise AnnotationError(
            f"{path} was not written: a label holds characters that XML cannot.",
            "Use plain letters and digits for labels.",
            path,
        ) from error
    write_atomically(path, data, overwrite=overwrite)
