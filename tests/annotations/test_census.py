"""Every annotation file of the collection (revision 12222020), counted."""

from __future__ import annotations

import csv
import tarfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from statistics import median

import pytest

from ctbox.annotations.annotation import AnnotationProblem, ProblemKind, is_uid
from ctbox.annotations.annotation_set import AnnotationFile, AnnotationSet
from ctbox.annotations.pairing import find_linked_folders, pair_annotations
from ctbox.annotations.pascal_voc import parse_voc
from ctbox.annotations.reading import find_annotation_folder, read_annotations
from ctbox.annotations.voc_editing import VocEdit, update_voc
from ctbox.errors import AnnotationError

LINKED = {
    ("A0003", "A0004"): 5,
    ("A0016", "A0060"): 5,
    ("A0019", "A0067"): 45,
    ("A0036", "A0076"): 24,
    ("A0212", "A0213"): 83,
}


@dataclass
class Census:
    members: dict[str, bytes]
    found: AnnotationSet


@pytest.fixture(scope="module")
def census(real_data: Path) -> Census:
    members: dict[str, bytes] = {}
    with tarfile.open(real_data / "Annotation.tar.xz") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None:
                members[member.name] = file.read()
    files: list[AnnotationFile] = []
    failures: list[AnnotationProblem] = []
    for name in sorted(members):
        path = PurePosixPath(name)
        try:
            files.append(parse_voc(members[name], name, path.stem, path.parent.name))
        except AnnotationError as error:
            failures.append(AnnotationProblem(name, ProblemKind.UNPARSABLE, error.message))
    return Census(members, AnnotationSet("Annotation", tuple(files), (), tuple(failures)))


def test_folders_and_files(census: Census, real_data: Path) -> None:
    folders = Counter(PurePosixPath(name).parent.name for name in census.members)
    assert len(census.members) == census.found.file_count == 31_562
    assert len(folders) == 357
    assert Counter(name[0] for name in folders) == {"A": 253, "B": 38, "E": 5, "G": 61}
    assert (min(folders.values()), max(folders.values())) == (2, 586)
    with (real_data / "metadata.csv").open(encoding="utf-8-sig", newline="") as table:
        subjects = {row["Subject ID"].rpartition("-")[2] for row in csv.DictReader(table)}
    assert len(subjects) == 355
    assert sorted(set(folders) - subjects) == ["A0060", "A0067", "A0076", "A0266"]
    assert sorted(subjects - set(folders)) == ["A0058", "A0251"]


def test_one_file_is_not_xml(census: Census) -> None:
    (failure,) = census.found.failures
    assert failure.path.startswith("Annotation/A0024/")
    assert failure.path.endswith("852523.xml")
    assert "macOS resource-fork stub, not XML" in failure.reason


def test_labels(census: Census) -> None:
    annotations = [a for file in census.found.files for a in file.annotations]
    assert Counter(a.raw_label for a in annotations) == {
        "A": 13_065, "a": 7_911, "G": 5_270, "g": 2_089, "B": 2_244,
        "b": 860, "E": 201, "Q": 10, "A0192": 9,
    }  # fmt: skip
    assert Counter(a.label for a in annotations) == {"A": 20_995, "B": 3_104, "E": 201, "G": 7_359}
    odd = Counter(
        (a.folder, a.raw_label)
        for a in annotations
        if a.folder is not None and a.raw_label.upper() != a.folder[0]
    )
    assert odd == {
        ("B0033", "a"): 33, ("A0264", "B"): 21, ("A0212", "g"): 4,
        ("A0118", "Q"): 10, ("A0192", "A0192"): 9,
    }  # fmt: skip
    assert len(census.found.unknown_labels) == 19
    assert all("A was taken from folder A0" in p.reason for p in census.found.unknown_labels)


def test_warnings_are_these_and_no_others(census: Census) -> None:
    assert Counter(problem.kind for problem in census.found.warnings) == {
        ProblemKind.LABEL_MISMATCH: 58,
        ProblemKind.UNKNOWN_LABEL: 19,
        ProblemKind.ZERO_AREA: 1,
    }
    (flat,) = [p for p in census.found.warnings if p.kind is ProblemKind.ZERO_AREA]
    assert flat.path.startswith("Annotation/A0188/")
    assert flat.path.endswith("352291.xml")


def test_objects_and_boxes(census: Census) -> None:
    files = census.found.files
    assert census.found.annotation_count == 31_659
    assert Counter(len(file.annotations) for file in files) == {1: 31_463, 2: 98}
    annotations = [a for file in files for a in file.annotations]
    boxes = [a.box for a in annotations]
    assert all(value == int(value) for box in boxes for value in box.as_tuple())
    assert max(max(box.width, box.height) for box in boxes) == 219
    sides = {"A": (46, 49), "B": (59, 68), "E": (105, 104), "G": (54, 58)}
    for letter, expected in sides.items():
        own = [a.box for a in annotations if a.label == letter]
        assert (median(b.width for b in own), median(b.height for b in own)) == expected


def test_fields(census: Census) -> None:
    files = census.found.files
    assert Counter(file.verified for file in files) == {False: 30_943, True: 618}
    assert Counter(file.depth for file in files) == {1: 20_969, 3: 10_592}
    assert {(file.width, file.height) for file in files} == {(512, 512)}
    unknown = [data for data in census.members.values() if b"<folder>Unknow</folder>" in data]
    assert len(unknown) == 25_122
    assert all(b"<source>Unknow<database>" in data for data in unknown)
    assert sum(b"<Difficult>" in data for data in census.members.values()) == 31_561


def test_linked_patients(census: Census) -> None:
    assert find_linked_folders(census.found) == tuple(frozenset(pair) for pair in LINKED)
    uids = {file.sop_instance_uid for file in census.found.files}
    assert len(uids) == 31_399
    assert all(is_uid(uid) for uid in uids)
    pairing = pair_annotations(census.found, uids)
    assert pairing.matched_files == 31_561
    assert pairing.orphans == ()
    folders = Counter(PurePosixPath(p.path).parent.name for p in pairing.duplicates)
    assert folders == {second: count for (_, second), count in LINKED.items()}
    # Only one of the five pairs repeats its boxes; in the others every slice differs.
    assert sum("same boxes" in p.reason for p in pairing.duplicates) == 83
    assert sum("other boxes" in p.reason for p in pairing.duplicates) == 162 - 83


def test_unedited_files_come_back_byte_for_byte(census: Census) -> None:
    for file in census.found.files[::40]:
        original = census.members[file.source]
        edits = [VocEdit(a.box, a.raw_label, a.object_index) for a in file.annotations]
        assert update_voc(original, edits, (512, 512)) == original
        # With one box more and that one taken out again, all its text is as it was.
        more = update_voc(original, [*edits, VocEdit(edits[0].box, "new")], (512, 512))
        again = update_voc(more, edits, (512, 512))
        assert again.split() == original.split()


@pytest.mark.parametrize(
    ("patient", "files"),
    [("A0001", 20), ("B0001", 60), ("B0040", 1), ("E0001", 56), ("E0002", 4), ("E0003", 79),
     ("G0001", 10)],
)  # fmt: skip
def test_real_archives_are_read_where_they_lie(real_data: Path, patient: str, files: int) -> None:
    path = real_data / f"Lung_Dx-{patient}.zip"
    assert find_annotation_folder(path) == path
    found = read_annotations(path)
    assert found.file_count == len(found.files) == found.annotation_count == files
    assert {file.folder for file in found.files} == {patient}
    assert found.warnings == found.failures == ()
