"""What annotation files tell by themselves, and beside the patients that are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ctbox.annotations.annotation import (
    SUBTYPES,
    UNKNOWN_SUBTYPE,
    Annotation,
    AnnotationProblem,
    ProblemKind,
)
from ctbox.annotations.annotation_set import AnnotationFile, AnnotationSet
from ctbox.annotations.pairing import find_linked_folders
from ctbox.workflows import doctor_checks as checks
from ctbox.workflows.doctor_inputs import DoctorInputs
from ctbox.workflows.doctor_report import Check, Item

Found = dict[Check, list[Item]]

COLOUR_CHANNELS = 3

_BY_KIND = {
    ProblemKind.BAD_BOX: checks.UNUSABLE_BOX,
    ProblemKind.LABEL_MISMATCH: checks.LABEL_MISMATCH,
    ProblemKind.ZERO_AREA: checks.ZERO_AREA,
    ProblemKind.SWAPPED: checks.SWAPPED_CORNERS,
    ProblemKind.OUTSIDE_IMAGE: checks.OUTSIDE_IMAGE,
    ProblemKind.EMPTY: checks.EMPTY_FILE,
    ProblemKind.UID_CONFLICT: checks.UID_CONFLICT,
    ProblemKind.UNPARSABLE: checks.NOT_XML,
    ProblemKind.FOLDER: checks.UNREADABLE_FOLDER,
}


def check_annotations(inputs: DoctorInputs) -> Found:
    """Return what is wrong with the annotation files themselves."""
    annotations = inputs.annotations or AnnotationSet("")
    found: Found = defaultdict(list)
    for problem in (*annotations.failures, *annotations.warnings):
        check = _BY_KIND.get(problem.kind)
        if check is not None:
            found[check].append(_describe(problem, inputs))
    for file in annotations.files:
        for annotation in file.annotations:
            _check_label(annotation, inputs, found)
        captured = _describe_capture(file, inputs)
        if captured:
            found[checks.CAPTURES].append(Item(inputs.relate(file.source), captured))
    _check_duplicates(annotations, inputs, found)
    for problem in inputs.pairing.ambiguous:
        found[checks.AMBIGUOUS].append(_describe(problem, inputs))
    for group in find_linked_folders(annotations):
        found[checks.LINKED_PATIENTS].append(Item(" + ".join(sorted(group))))
    return found


def _describe(problem: AnnotationProblem, inputs: DoctorInputs) -> Item:
    return Item(inputs.relate(problem.path), inputs.relate.scrub(problem.reason))


def _check_label(annotation: Annotation, inputs: DoctorInputs, found: Found) -> None:
    raw = annotation.raw_label
    if raw in SUBTYPES:
        return
    place, box = inputs.relate(annotation.source), f"Box {annotation.object_index + 1}"
    if raw.upper() in SUBTYPES:
        found[checks.LOWER_CASE_LABEL].append(Item(place, f"{box}: {raw!r}"))
        return
    shown = repr(raw[:20]) if raw else "no label"
    if annotation.label == UNKNOWN_SUBTYPE:
        found[checks.UNRESOLVED_LABEL].append(Item(place, f"{box}: {shown}"))
    else:
        taken = f"{box}: {shown}, {annotation.label} by folder {annotation.folder}"
        found[checks.UNKNOWN_LABEL].append(Item(place, taken))


def _describe_capture(file: AnnotationFile, inputs: DoctorInputs) -> str:
    """Return why a file is taken for a secondary capture's, or an empty text."""
    slice_ = inputs.slice_of_uid.get(file.sop_instance_uid)
    if slice_ is None:
        return "Three channels by the file itself." if file.depth == COLOUR_CHANNELS else ""
    series = inputs.series_of_uid[file.sop_instance_uid]
    if series.is_secondary_capture:
        return "The image's SOP Class is a secondary capture."
    return "The image is in colour." if slice_.is_color else ""


def _check_duplicates(annotations: AnnotationSet, inputs: DoctorInputs, found: Found) -> None:
    by_uid: defaultdict[str, list[AnnotationFile]] = defaultdict(list)
    for file in annotations.files:
        by_uid[file.sop_instance_uid].append(file)
    boxes = {file.source: _list_boxes(file) for files in by_uid.values() for file in files}
    places = {file.source: file for file in annotations.files}
    unused = {each.path for each in (*inputs.pairing.duplicates, *inputs.pairing.ambiguous)}
    for problem in inputs.pairing.duplicates:
        file = places[problem.path]
        used = [other for other in by_uid[file.sop_instance_uid] if other.source not in unused]
        same = all(boxes[other.source] == boxes[file.source] for other in used)
        check = checks.SAME_UID_SAME_BOXES if same else checks.SAME_UID_OTHER_BOXES
        found[check].append(_describe(problem, inputs))


def _list_boxes(file: AnnotationFile) -> list[tuple[tuple[float, float, float, float], str]]:
    return sorted((a.box.as_tuple(), a.label) for a in file.annotations)


def shorten_patient(patient: str) -> str:
    """Return "A0212" for both "Lung_Dx-A0212" and "A0212"."""
    return patient.rpartition("-")[2].upper()


def check_subjects(inputs: DoctorInputs) -> Found:
    """Return annotation folders without a patient, and patients without a folder."""
    folders = {file.folder for file in inputs.files if file.folder is not None}
    with_images = {series.patient_id for series in inputs.series if series.patient_id}
    listed = frozenset() if inputs.table is None else inputs.table.subjects
    known = {shorten_patient(each) for each in with_images | listed}
    short = {shorten_patient(folder) for folder in folders}
    # A partial download must not accuse every patient that was left out of it.
    expected = with_images or listed
    return {
        checks.NO_SUBJECT: [
            Item(folder, f"{_count_files(inputs, folder)} files")
            for folder in sorted(folders)
            if shorten_patient(folder) not in known
        ],
        checks.NO_FOLDER: [
            Item(each) for each in sorted(expected) if shorten_patient(each) not in short
        ],
    }


def _count_files(inputs: DoctorInputs, folder: str) -> int:
    return sum(file.folder == folder for file in inputs.files)


def iterate_pairs(inputs: DoctorInputs) -> Iterator[AnnotationFile]:
    """Yield the annotation files whose slice is here."""
    return (file for file in inputs.files if file.sop_instance_uid in inputs.slice_of_uid)
