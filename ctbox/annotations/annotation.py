"""An expert's box on one slice."""

from __future__ import annotations

from dataclasses import dataclass

from ctbox.boxes import BoundingBox

SUBTYPES = {
    "A": "Adenocarcinoma",
    "B": "Small cell carcinoma",
    "E": "Large cell carcinoma",
    "G": "Squamous cell carcinoma",
}


@dataclass(frozen=True, slots=True)
class Annotation:
    """One object of one annotation file.

    Parameters
    ----------
    box : BoundingBox
        The expert's box in the slice's own pixels.
    label : str
        Subtype letter A, B, E or G, or "?" where neither label nor folder tells it.
    sop_instance_uid : str
        The slice it belongs to.
    raw_label : str
        The label as it stands in the file.
    folder : str or None
        The annotation folder it was read from, such as "A0001".
    source : str
        The file it was read from.
    object_index : int
        Its place among the objects of that file, from 0.
    """

    box: BoundingBox
    label: str
    sop_instance_uid: str
    raw_label: str = ""
    folder: str | None = None
    source: str = ""
    object_index: int = 0
