"""An expert's box on one slice, and what is wrong with one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from ctbox.boxes import BoundingBox

SUBTYPES = {
    "A": "Adenocarcinoma",
    "B": "Small cell carcinoma",
    "E": "Large cell carcinoma",
    "G": "Squamous cell carcinoma",
}
UNKNOWN_SUBTYPE = "?"

_UID = re.compile(r"[0-9]+(?:\.[0-9]+)+")
_MAX_UID_LENGTH = 64
_PATIENT_FOLDER = re.compile(r"(?:.*[^A-Za-z0-9])?([ABEG])[0-9]{3,}", re.IGNORECASE)


class ProblemKind(StrEnum):
    """What is wrong with an annotation file, one of its boxes, or its place."""

    UNPARSABLE = "unparsable"
    """The whole file could not be read; it gave no box."""
    BAD_BOX = "bad_box"
    """One box has no usable coordinates; the file's other boxes are kept."""
    UNKNOWN_LABEL = "unknown_label"
    """The label is no subtype letter; the folder's letter stands in, if it has one."""
    LABEL_MISMATCH = "label_mismatch"
    """The label is a subtype letter, but not the folder's; the label counts."""
    ZERO_AREA = "zero_area"
    """The box has no area; it is kept."""
    SWAPPED = "swapped"
    """Minimum and maximum stood swapped and were put in order."""
    OUTSIDE_IMAGE = "outside_image"
    """The box reaches over the image's edge; it is kept as it stands."""
    EMPTY = "empty"
    """The file holds no box at all."""
    UID_CONFLICT = "uid_conflict"
    """`<dicom_num>` names another slice than the file name; the file name counts."""
    ORPHAN = "orphan"
    """No slice with the file's SOP Instance UID was opened."""
    DUPLICATE = "duplicate"
    """Another folder holds a file for the same slice, and that one is used."""
    AMBIGUOUS = "ambiguous"
    """Images of several series bear the slice's UID, which breaks the standard."""
    FOLDER = "folder"
    """A folder or archive could not be read to its end."""


@dataclass(frozen=True, slots=True)
class AnnotationProblem:
    """Something that a user should know of an annotation file.

    Parameters
    ----------
    path : str
        The file or archive member. Never what stands in the XML's own `<folder>`,
        `<filename>` or `<path>`: real readers' names are in them.
    kind : ProblemKind
        What is wrong, for filtering and counting.
    reason : str
        The same as a sentence, with what was done about it or what to do.
    """

    path: str
    kind: ProblemKind
    reason: str


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
        Its place among the boxes of that file, from 0; unusable boxes count too.
    """

    box: BoundingBox
    label: str
    sop_instance_uid: str
    raw_label: str = ""
    folder: str | None = None
    source: str = ""
    object_index: int = 0


def is_uid(text: str) -> bool:
    """Return whether a text has the form of a DICOM UID (PS3.5 9.1): digits with dots."""
    return len(text) <= _MAX_UID_LENGTH and _UID.fullmatch(text) is not None


def find_subtype_letter(folder: str | None) -> str | None:
    """Return the subtype letter of a patient's folder or ID, such as "A0001", "Lung_Dx-G0012".

    None where the name does not end in one of the letters and at least three digits.
    """
    match = None if folder is None else _PATIENT_FOLDER.fullmatch(folder)
    return None if match is None else match.group(1).upper()


def resolve_label(raw_label: str, folder: str | None) -> tuple[str, ProblemKind | None, str]:
    """Return the subtype of a label, the kind of warning it deserves, and why.

    Letters count in either case. An unknown label takes the letter of its folder; without
    one it stays "?".
    """
    letter = raw_label.upper()
    of_folder = find_subtype_letter(folder)
    if letter in SUBTYPES:
        if of_folder in (None, letter):
            return letter, None, ""
        reason = f"The label is {letter}, but folder {folder} says {of_folder}; the label counts."
        return letter, ProblemKind.LABEL_MISMATCH, reason
    shown = f"The label {raw_label[:20]!r} is" if raw_label else "There is no label, so it is"
    if of_folder is None:
        reason = f"{shown} none of A, B, E, G, and the folder tells no subtype either."
        return UNKNOWN_SUBTYPE, ProblemKind.UNKNOWN_LABEL, reason
    reason = f"{shown} none of A, B, E, G; {of_folder} was taken from folder {folder}."
    return of_folder, ProblemKind.UNKNOWN_LABEL, reason
