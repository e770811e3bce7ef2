"""Which annotation belongs to which slice, by plain SOP Instance UIDs; series stay unknown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ctbox.annotations.annotation import Annotation, AnnotationProblem, ProblemKind
from ctbox.annotations.annotation_set import AnnotationFile, AnnotationSet, UnopenedFile

_AnyFile = AnnotationFile | UnopenedFile

ORPHAN_REASON = "No slice with this SOP Instance UID was opened."


@dataclass(frozen=True)
class Pairing:
    """Annotations by slice, and what did not fit.

    Parameters
    ----------
    by_uid : dict
        SOP Instance UID to its annotations, for the opened slices that have at least one.
    matched_files : int
        Number of readable annotation files whose slice was opened, duplicates included; with
        the orphans and the unparsable files they make up all files.
    orphans : tuple of AnnotationProblem
        Files whose slice was not opened.
    duplicates : tuple of AnnotationProblem
        Files not used because another folder holds a file for the same slice, whether that
        slice was opened or not.
    ambiguous : tuple of AnnotationProblem
        Files of opened slices whose UID images of other series bear too; counted as matched.
    """

    by_uid: dict[str, tuple[Annotation, ...]]
    matched_files: int = 0
    orphans: tuple[AnnotationProblem, ...] = ()
    duplicates: tuple[AnnotationProblem, ...] = ()
    ambiguous: tuple[AnnotationProblem, ...] = ()


def pair_annotations(
    annotation_set: AnnotationSet,
    sop_instance_uids: Collection[str],
    folder_of_uid: Mapping[str, str] | None = None,
    rivals: Mapping[str, Collection[str]] | None = None,
) -> Pairing:
    """Return the annotations of each opened slice.

    Where two folders hold a file for one slice, the boxes of only one are used: of the folder
    that is the slice's patient if `folder_of_uid` tells, else of the first in sorting order
    that has boxes. The other file is named among the duplicates, with whether its boxes
    differ.

    Parameters
    ----------
    annotation_set : AnnotationSet
        What was read.
    sop_instance_uids : collection of str
        The opened slices.
    folder_of_uid : mapping, optional
        SOP Instance UID to patient ID or annotation folder: "Lung_Dx-A0212" and "A0212" are
        the same.
    rivals : mapping, optional
        SOP Instance UID to the patients of other series' images that bear it too. Where they are
        of another patient, only the files in the slice's own patient's folder are used: boxes
        never come to lie on an image of someone else.
    """
    opened = frozenset(sop_instance_uids)
    by_uid: dict[str, tuple[Annotation, ...]] = {}
    orphans: list[AnnotationProblem] = []
    duplicates: list[AnnotationProblem] = []
    ambiguous: list[AnnotationProblem] = []
    matched = 0
    for uid, all_files in _group_by_uid(annotation_set).items():
        patient, files = (folder_of_uid or {}).get(uid), all_files
        if uid in opened and rivals and uid in rivals:
            own = list_own([file.folder for file in all_files], patient, rivals[uid])
            files = [all_files[place] for place in own]
            ambiguous.extend(_describe_ambiguous(all_files, files))
            matched += len(all_files) - len(files)
            if not files:
                continue
        chosen = _choose_file(files, patient)
        duplicates.extend(_describe_duplicates(files, chosen))
        if uid not in opened:
            kind = ProblemKind.ORPHAN
            orphans.extend(AnnotationProblem(file.source, kind, ORPHAN_REASON) for file in files)
            continue
        matched += len(files)
        if isinstance(chosen, AnnotationFile) and chosen.annotations:
            by_uid[uid] = chosen.annotations
    return Pairing(by_uid, matched, tuple(orphans), tuple(duplicates), tuple(ambiguous))


def find_linked_folders(annotation_set: AnnotationSet) -> tuple[frozenset[str], ...]:
    """Return the groups of folders that share slices, sorted: patients under two names.

    A split into training and test must keep the folders of a group together.
    """
    group_of: dict[str, set[str]] = {}
    for files in _group_by_uid(annotation_set).values():
        folders = {file.folder for file in files if file.folder is not None}
        if len(folders) < 2:
            continue
        merged = folders.union(*(group_of.get(folder, set()) for folder in folders))
        for folder in merged:
            group_of[folder] = merged
    groups = {frozenset(group) for group in group_of.values()}
    return tuple(sorted(groups, key=sorted))


def _group_by_uid(annotation_set: AnnotationSet) -> dict[str, list[_AnyFile]]:
    groups: dict[str, list[_AnyFile]] = defaultdict(list)
    files: list[_AnyFile] = [*annotation_set.files, *annotation_set.unopened]
    for file in files:
        groups[file.sop_instance_uid].append(file)
    return groups


def _choose_file(files: list[_AnyFile], patient: str | None) -> _AnyFile:
    candidates = [
        (isinstance(file, AnnotationFile) and bool(file.annotations), file.folder) for file in files
    ]
    return files[choose_place(candidates, patient)]


def choose_place(candidates: Sequence[tuple[bool, str | None]], patient: str | None) -> int:
    """Return which of the files of one slice is used: filled, then the patient's own, then first.

    Parameters
    ----------
    candidates : sequence of (bool, str or None)
        Whether the file has boxes, and its folder; in sorting order.
    patient : str or None
        The slice's patient ID or annotation folder.
    """
    places = range(len(candidates))
    filled = [place for place in places if candidates[place][0]] or list(places)
    own = (place for place in filled if _is_patients(candidates[place][1], patient))
    return next(own, filled[0])


def list_own(
    folders: Sequence[str | None], patient: str | None, rivals: Collection[str]
) -> list[int]:
    """Return which files of a slice may be used though other series' images bear its UID.

    Parameters
    ----------
    folders : sequence of (str or None)
        The folder of each file.
    patient : str or None
        The slice's patient ID or annotation folder.
    rivals : collection of str
        Patient IDs of the other images; all files may be used if they are the same patient's.
    """
    strangers = {get_short_name(each) for each in rivals} - {get_short_name(patient or "")}
    return [
        place
        for place, folder in enumerate(folders)
        if not strangers or _is_patients(folder, patient)
    ]


def _describe_ambiguous(
    files: Sequence[_AnyFile], used: Sequence[_AnyFile]
) -> Iterator[AnnotationProblem]:
    start = "Several series have an image with this slice's SOP Instance UID"
    for file in files:
        reason = (
            f"{start}: see whether the boxes fit the one that is shown."
            if file in used
            else f"{start}, and the one that is shown is another patient's: not used."
        )
        yield AnnotationProblem(file.source, ProblemKind.AMBIGUOUS, reason)


def _is_patients(folder: str | None, patient: str | None) -> bool:
    if folder is None or patient is None:
        return False
    return get_short_name(folder) == get_short_name(patient)


def get_short_name(patient: str) -> str:
    """Return "A0212" of "Lung_Dx-A0212" and of itself, in capitals."""
    return patient.rpartition("-")[2].upper()


def _describe_duplicates(files: list[_AnyFile], chosen: _AnyFile) -> Iterator[AnnotationProblem]:
    for file in files:
        if file is not chosen:
            reason = _describe_duplicate(file, chosen)
            yield AnnotationProblem(file.source, ProblemKind.DUPLICATE, reason)


def _describe_duplicate(file: _AnyFile, chosen: _AnyFile) -> str:
    place = chosen.source if file.folder == chosen.folder else f"folder {chosen.folder}"
    start = f"The same slice is annotated in {place}"
    if not (isinstance(file, AnnotationFile) and isinstance(chosen, AnnotationFile)):
        return f"{start}."
    if _list_boxes(file) == _list_boxes(chosen):
        return f"{start} with the same boxes; they count once."
    return f"{start} with other boxes; those are used, these are not."


def _list_boxes(file: AnnotationFile) -> list[tuple[tuple[float, float, float, float], str]]:
    return sorted((a.box.as_tuple(), a.label) for a in file.annotations)
