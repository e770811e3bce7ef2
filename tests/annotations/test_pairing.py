from __future__ import annotations

from pathlib import Path

import pytest

from ctbox.annotations.annotation import ProblemKind
from ctbox.annotations.annotation_set import AnnotationSet
from ctbox.annotations.pairing import ORPHAN_REASON, find_linked_folders, pair_annotations
from ctbox.annotations.reading import read_annotations
from tests.annotations.samples import make_object, make_voc, put


@pytest.fixture
def linked(tmp_path: Path) -> AnnotationSet:
    put(tmp_path, "A0001", "1.2.1", make_voc(make_object(1, 2, 3, 4), make_object(5, 6, 7, 8)))
    put(tmp_path, "A0212", "1.2.2", make_voc(make_object(10, 20, 30, 40)))
    put(tmp_path, "A0213", "1.2.2", make_voc(make_object(10, 20, 30, 41)))
    put(tmp_path, "A0212", "1.2.3", make_voc(make_object(1, 1, 2, 2, "A"), make_object(3, 3, 4, 4)))
    put(tmp_path, "A0213", "1.2.3", make_voc(make_object(3, 3, 4, 4), make_object(1, 1, 2, 2, "a")))
    return read_annotations(tmp_path)


def test_all_boxes_of_a_slice_come_under_its_uid(linked: AnnotationSet) -> None:
    pairing = pair_annotations(linked, ["1.2.1", "9.9"])
    assert [a.box.as_tuple() for a in pairing.by_uid["1.2.1"]] == [(1, 2, 3, 4), (5, 6, 7, 8)]
    assert list(pairing.by_uid) == ["1.2.1"]
    assert pairing.matched_files == 1


def test_orphans_are_files_whose_slice_was_not_opened(linked: AnnotationSet) -> None:
    pairing = pair_annotations(linked, ["1.2.2", "1.2.3"])
    (orphan,) = pairing.orphans
    assert orphan.path.endswith("1.2.1.xml")
    assert (orphan.kind, orphan.reason) == (ProblemKind.ORPHAN, ORPHAN_REASON)
    assert pairing.matched_files == 4


def test_files_are_matched_orphans_or_unparsable(tmp_path: Path, linked: AnnotationSet) -> None:
    put(tmp_path, "A0001", "1.2.9", b"")
    found = read_annotations(tmp_path)
    pairing = pair_annotations(found, ["1.2.2"])
    total = pairing.matched_files + len(pairing.orphans) + len(found.unparsable)
    assert total == found.file_count == 6


def test_duplicates_are_named_and_the_first_folder_counts(linked: AnnotationSet) -> None:
    pairing = pair_annotations(linked, ["1.2.2", "1.2.3"])
    assert [a.folder for a in pairing.by_uid["1.2.2"]] == ["A0212"]
    assert len(pairing.by_uid["1.2.3"]) == 2
    other, same = pairing.duplicates
    assert "A0213" in other.path
    assert "1.2.2" in other.path
    assert "folder A0212 with other boxes; those are used" in other.reason
    assert "folder A0212 with the same boxes" in same.reason
    assert other.kind is ProblemKind.DUPLICATE


@pytest.mark.parametrize("patient", ["A0213", "Lung_Dx-A0213"])
def test_patients_own_folder_counts_where_it_is_known(linked: AnnotationSet, patient: str) -> None:
    pairing = pair_annotations(linked, ["1.2.2"], {"1.2.2": patient})
    assert [a.folder for a in pairing.by_uid["1.2.2"]] == ["A0213"]
    assert "A0212" in pairing.duplicates[0].path
    assert "folder A0213" in pairing.duplicates[0].reason


def test_unknown_patient_leaves_the_first_folder(linked: AnnotationSet) -> None:
    pairing = pair_annotations(linked, ["1.2.2"], {"1.2.2": "someone"})
    assert pairing.by_uid["1.2.2"][0].folder == "A0212"


def test_folder_that_has_boxes_counts_over_one_that_has_none(tmp_path: Path) -> None:
    put(tmp_path, "A0001", "1.2.1", make_voc())
    put(tmp_path, "A0002", "1.2.1", make_voc(make_object()))
    pairing = pair_annotations(read_annotations(tmp_path), ["1.2.1"], {"1.2.1": "A0001"})
    assert pairing.by_uid["1.2.1"][0].folder == "A0002"


def test_slices_without_boxes_are_not_annotated(tmp_path: Path) -> None:
    put(tmp_path, "A0001", "1.2.1", make_voc())
    pairing = pair_annotations(read_annotations(tmp_path), ["1.2.1"])
    assert (pairing.by_uid, pairing.matched_files) == ({}, 1)


def test_closed_files_count_as_orphans_duplicates_and_links(
    tmp_path: Path, linked: AnnotationSet
) -> None:
    found = read_annotations(tmp_path, wanted_uids=["1.2.1"])
    narrow, whole = pair_annotations(found, ["1.2.1"]), pair_annotations(linked, ["1.2.1"])
    assert narrow.by_uid == whole.by_uid
    assert narrow.orphans == whole.orphans
    assert {p.path for p in narrow.duplicates} == {p.path for p in whole.duplicates}
    assert narrow.duplicates[0].reason == "The same slice is annotated in folder A0212."
    assert find_linked_folders(found) == find_linked_folders(linked)


def test_same_slice_twice_in_one_folder_names_the_file(tmp_path: Path) -> None:
    put(tmp_path, "A0001", "1.2.1")
    put(tmp_path, "A0001", "copy", make_voc(make_object(), extra="<dicom_num>1.2.1</dicom_num>"))
    pairing = pair_annotations(read_annotations(tmp_path), ["1.2.1"])
    assert "1.2.1.xml with the same boxes" in pairing.duplicates[0].reason
    assert find_linked_folders(read_annotations(tmp_path)) == ()


def test_links_chain_over_several_folders(tmp_path: Path) -> None:
    for folder, uid in [("A1", "1.1"), ("A2", "1.1"), ("A3", "1.3"), ("A4", "1.3"), ("A5", "1.5")]:
        put(tmp_path, folder, uid)
    assert find_linked_folders(read_annotations(tmp_path)) == (
        frozenset({"A1", "A2"}),
        frozenset({"A3", "A4"}),
    )
    put(tmp_path, "A4", "1.1")
    assert find_linked_folders(read_annotations(tmp_path)) == (frozenset({"A1", "A2", "A3", "A4"}),)
