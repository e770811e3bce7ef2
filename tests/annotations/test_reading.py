from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from ctbox.annotations import source_reader, sources
from ctbox.annotations.annotation import ProblemKind
from ctbox.annotations.reading import read_annotations
from ctbox.annotations.safe_xml import MAX_XML_BYTES
from ctbox.errors import AnnotationError, ArchiveError
from ctbox.progress import Progress, TaskCancelledError, TaskContext
from tests.annotations.samples import APPLE_STUB, make_object, make_voc, put

VOC = make_voc(make_object())


def make_zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "Annotation"
    put(root, "G0001", "1.2.9")
    put(root, "A0001", "1.2.2")
    put(root, "A0001", "1.2.1")
    return root


# --- folders -------------------------------------------------------------------------------


def test_root_is_read_in_order(root: Path) -> None:
    found = read_annotations(root)
    assert [(f.folder, f.sop_instance_uid) for f in found.files] == [
        ("A0001", "1.2.1"),
        ("A0001", "1.2.2"),
        ("G0001", "1.2.9"),
    ]
    assert found.files[0].source == str(root / "A0001" / "1.2.1.xml")
    assert (found.file_count, found.annotation_count) == (3, 3)
    assert found.failures == found.unparsable == found.unknown_labels == ()


def test_folder_with_an_annotation_root_inside_is_that_root(root: Path) -> None:
    (root.parent / "other.xml").write_bytes(VOC)
    assert read_annotations(root.parent).files == read_annotations(root).files


def test_subfolders_each_with_an_annotation_root_are_all_read(tmp_path: Path) -> None:
    put(tmp_path / "one" / "Annotation", "A0001", "1.2.1")
    put(tmp_path / "two" / "Annotation", "B0001", "1.2.2")
    assert [f.folder for f in read_annotations(tmp_path).files] == ["A0001", "B0001"]


def test_one_patients_folder(root: Path) -> None:
    found = read_annotations(root / "A0001")
    assert [f.folder for f in found.files] == ["A0001", "A0001"]


def test_files_directly_in_the_root_and_deeper_ones_are_read(root: Path) -> None:
    (root / "1.2.5.xml").write_bytes(VOC)
    put(root / "A0001", "deeper", "1.2.6")
    found = {f.sop_instance_uid: f.folder for f in read_annotations(root).files}
    assert found["1.2.5"] is None
    assert found["1.2.6"] == "A0001"


def test_single_file_takes_its_folder(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_annotations(root / "G0001" / "1.2.9.xml").files[0].folder == "G0001"
    (root / "1.2.5.XML").write_bytes(VOC)
    assert read_annotations(root / "1.2.5.XML").files[0].folder is None
    monkeypatch.chdir(root / "G0001")
    assert read_annotations(Path("1.2.9.xml")).files[0].folder == "G0001"
    assert read_annotations(Path()).files[0].folder == "G0001"


def test_hidden_files_and_other_files_are_passed_over(root: Path) -> None:
    put(root, "A0001", "._1.2.1", APPLE_STUB)
    (root / "A0001" / "notes.txt").write_text("x")
    (root / ".git").mkdir()
    put(root, ".git", "1.2.7")
    assert read_annotations(root).file_count == 3


def test_broken_files_are_named_and_the_others_read(root: Path) -> None:
    put(root, "A0001", "1.2.3", b"")
    put(root, "A0001", "1.2.4", APPLE_STUB)
    put(root, "A0001", "1.2.5", b" " * (MAX_XML_BYTES + 10))
    put(root, "A0001", "1.2.6", b"<!DOCTYPE x>" + VOC)
    put(root, "A0001", "1.2.7", make_voc(make_object(xmin="nan"), make_object(1, 2, 3, 4)))
    put(root, "A0001", "1.2.8", make_voc(make_object(label="Q")))
    found = read_annotations(root)
    assert found.file_count == 9
    assert len(found.files) == 5
    assert [Path(p.path).stem[-1] for p in found.unparsable] == list("34567")
    for problem, words in zip(
        found.unparsable, ["empty", "macOS", "5 MB", "DOCTYPE", "nan"], strict=True
    ):
        assert words in problem.reason
    (unknown,) = found.unknown_labels
    assert unknown.path.endswith("1.2.8.xml")
    assert "Secret" not in repr(found)


@pytest.mark.skipif(os.name != "posix", reason="links and permissions as on POSIX")
def test_looping_links_end_and_dangling_ones_do_no_harm(root: Path) -> None:
    (root / "A0001" / "loop").symlink_to(root)
    (root / "A0001" / "1.2.8.xml").symlink_to(root / "nothing.xml")
    assert read_annotations(root).file_count == 3


def test_unreadable_folder_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def refuse(folder: Path) -> object:
        if Path(folder) == root / "A0001":
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr(sources.os, "scandir", refuse)
    found = read_annotations(root)
    assert [f.folder for f in found.files] == ["G0001"]
    (problem,) = found.unparsable
    assert (problem.path, problem.kind) == (str(root / "A0001"), ProblemKind.FOLDER)
    assert "Permission denied" in problem.reason
    assert found.file_count == 1
    with pytest.raises(AnnotationError, match="cannot be read"):
        read_annotations(root / "A0001")


def test_unreadable_file_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_file = Path.open

    def refuse(path: Path, *args: object, **kwargs: object) -> object:
        if path.name == "1.2.2.xml":
            raise PermissionError(13, "Permission denied")
        return open_file(path, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "open", refuse)
    (problem,) = read_annotations(root).unparsable
    assert problem.path.endswith("1.2.2.xml")
    assert "Permission denied" in problem.reason


def test_missing_and_foreign_paths_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="no annotation folder"):
        read_annotations(tmp_path / "none")
    (tmp_path / "x.dcm").write_bytes(b"DICM")
    with pytest.raises(AnnotationError, match="neither a folder"):
        read_annotations(tmp_path / "x.dcm")


def test_empty_folder_gives_an_empty_set(tmp_path: Path) -> None:
    assert read_annotations(tmp_path).file_count == 0


# --- only what is wanted -------------------------------------------------------------------


def test_unwanted_files_stay_closed_but_count(root: Path) -> None:
    put(root, "A0001", "1.2.3", b"")
    put(root, "A0001", "some name", make_voc(extra="<dicom_num>1.2.77</dicom_num>"))
    found = read_annotations(root, wanted_uids=["1.2.2", "1.2.77"])
    assert [f.sop_instance_uid for f in found.files] == ["1.2.2", "1.2.77"]
    assert [(f.folder, f.sop_instance_uid) for f in found.unopened] == [
        ("A0001", "1.2.1"),
        ("A0001", "1.2.3"),
        ("G0001", "1.2.9"),
    ]
    assert found.file_count == 5
    assert found.unparsable == ()


def test_single_file_is_opened_whatever_is_wanted(root: Path) -> None:
    found = read_annotations(root / "G0001" / "1.2.9.xml", wanted_uids=[])
    assert len(found.files) == 1


# --- archives ------------------------------------------------------------------------------


def test_archive_is_read_where_it_lies(tmp_path: Path) -> None:
    path = make_zip(
        tmp_path / "case.zip",
        {
            "Lung-PET-CT-Dx/Lung_Dx-A0001/1.dcm": b"x",
            "Lung-PET-CT-Dx/readme.xml": b"<x/>",
            "top/Annotation/B0001/1.2.2.xml": VOC,
            "top/Annotation/A0001/1.2.1.xml": VOC,
            "top/Annotation/1.2.3.xml": VOC,
            "__MACOSX/Annotation/A0001/1.2.1.xml": APPLE_STUB,
            "top/Annotation/A0001/._1.2.1.xml": APPLE_STUB,
        },
    )
    found = read_annotations(path)
    assert [(f.folder, f.sop_instance_uid) for f in found.files] == [
        (None, "1.2.3"),
        ("A0001", "1.2.1"),
        ("B0001", "1.2.2"),
    ]
    assert found.files[1].source == f"{path}!/top/Annotation/A0001/1.2.1.xml"
    assert found.failures == ()
    assert len(read_annotations(path, wanted_uids=["1.2.2"]).files) == 1


def test_archive_without_an_annotation_folder_gives_all_its_xml(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "x.bin", {"A0001/1.2.1.xml": VOC, "1.2.2.xml": VOC})
    assert [f.folder for f in read_annotations(path).files] == [None, "A0001"]


@pytest.mark.parametrize(
    "name",
    [
        "../Annotation/A0001/1.2.1.xml",
        "Annotation/../../1.2.1.xml",
        "Annotation\\..\\..\\1.2.1.xml",
        "/Annotation/A0001/1.2.1.xml",
        "C:\\Annotation\\1.2.1.xml",
    ],
)
def test_member_that_leads_out_is_refused_by_name(tmp_path: Path, name: str) -> None:
    path = make_zip(tmp_path / "evil.zip", {name: VOC, "Annotation/A0001/1.2.2.xml": VOC})
    found = read_annotations(path)
    assert [f.sop_instance_uid for f in found.files] == ["1.2.2"]
    (problem,) = found.unparsable
    assert name in problem.path
    assert "leads out of the archive" in problem.reason
    assert found.file_count == 2


def test_bomb_member_is_cut_off(tmp_path: Path) -> None:
    bomb = b"<annotation>" + b" " * 40_000_000
    path = make_zip(
        tmp_path / "bomb.zip", {"Annotation/1.2.1.xml": bomb, "Annotation/1.2.2.xml": VOC}
    )
    found = read_annotations(path)
    assert len(found.files) == 1
    assert "larger than 5 MB" in found.unparsable[0].reason


def test_many_large_members_end_at_the_archives_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_reader, "MAX_ARCHIVE_XML_BYTES", 2 * len(VOC))
    path = make_zip(tmp_path / "x.zip", {f"Annotation/1.2.{i}.xml": VOC for i in range(4)})
    found = read_annotations(path)
    assert len(found.files) == 2
    assert ["rest was not read" in problem.reason for problem in found.unparsable] == [True, True]


def test_damaged_member_is_named_and_the_others_read(tmp_path: Path) -> None:
    names = {f"Annotation/1.2.{i}.xml": make_voc(make_object(i)) for i in range(3)}
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in names.items():
            archive.writestr(name, data)
    damaged = path.read_bytes().replace(b"<xmin>1</xmin>", b"<xmin>7</xmin>")
    path.write_bytes(damaged)
    found = read_annotations(path)
    assert [f.sop_instance_uid for f in found.files] == ["1.2.0", "1.2.2"]
    assert "damaged" in found.unparsable[0].reason


def test_encrypted_member_is_named(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "x.zip", {"Annotation/1.2.1.xml": VOC})
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert "encrypted" in read_annotations(path).unparsable[0].reason


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 not really", bytes(5_000)])
def test_broken_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "broken.zip"
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match="no readable ZIP") as caught:
        read_annotations(path)
    assert str(path) in str(caught.value)


def test_mutated_archives_give_a_set_or_an_error(tmp_path: Path) -> None:
    members = {f"Annotation/A0001/1.2.{i}.xml": VOC for i in range(3)}
    original = make_zip(tmp_path / "x.zip", members).read_bytes()
    path = tmp_path / "mutated.zip"
    outcomes = set()
    for position in range(0, len(original), 2):
        data = bytearray(original)
        data[position] ^= 0xFF
        path.write_bytes(data)
        try:
            outcomes.add(len(read_annotations(path).files))
        except ArchiveError:
            outcomes.add(-1)
    assert {-1, 2, 3} <= outcomes


# --- progress ------------------------------------------------------------------------------


def test_progress_is_reported_and_cancel_stops(root: Path) -> None:
    for i in range(450):
        put(root, "A0002", f"1.3.{i}", b"<annotation/>")
    updates: list[object] = []
    read_annotations(root, TaskContext(updates.append))
    done = [update.done for update in updates if isinstance(update, Progress)]
    assert done == [0, 200, 400, 453]

    stopped = TaskContext(lambda _: stopped.cancel())
    with pytest.raises(TaskCancelledError):
        read_annotations(root, stopped)


def test_archive_that_vanishes_before_its_members_are_read_is_named(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "x.zip", {"Annotation/1.2.1.xml": VOC})
    (source,) = sources.list_folder(tmp_path).sources
    path.unlink()
    with source_reader.SourceReader() as reader, pytest.raises(ArchiveError, match="no readable"):
        reader.read(source)
