from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ctbox.annotations import sources
from ctbox.annotations.reading import find_annotation_folder, read_annotations
from tests.annotations.samples import make_object, make_voc, put


@pytest.fixture
def download(tmp_path: Path) -> Path:
    """A TCIA download with one series, and its Annotation folder beside."""
    series = tmp_path / "Lung-PET-CT-Dx" / "Lung_Dx-A0001" / "study" / "series"
    series.mkdir(parents=True)
    (series / "1-01.dcm").write_bytes(b"x")
    put(tmp_path / "Annotation", "A0001", "1.2.1")
    return tmp_path


@pytest.mark.parametrize(
    "opened",
    [
        "",
        "Lung-PET-CT-Dx",
        "Lung-PET-CT-Dx/Lung_Dx-A0001",
        "Lung-PET-CT-Dx/Lung_Dx-A0001/study",
        "Lung-PET-CT-Dx/Lung_Dx-A0001/study/series",
        "Lung-PET-CT-Dx/Lung_Dx-A0001/study/series/1-01.dcm",
        "Annotation",
    ],
)
def test_found_from_every_level_of_a_download(download: Path, opened: str) -> None:
    assert find_annotation_folder(download / opened) == download / "Annotation"


def test_relative_path_is_looked_around_too(
    download: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(download / "Lung-PET-CT-Dx")
    assert find_annotation_folder(Path("Lung_Dx-A0001")) == download / "Annotation"
    assert find_annotation_folder(Path()) == download / "Annotation"


def test_not_further_than_four_levels_up(download: Path) -> None:
    deeper = download / "Lung-PET-CT-Dx" / "Lung_Dx-A0001" / "study" / "series" / "more"
    deeper.mkdir()
    assert find_annotation_folder(deeper) is None


def test_patients_annotation_folder_and_single_file_are_themselves(download: Path) -> None:
    folder = download / "Annotation" / "A0001"
    assert find_annotation_folder(folder) == folder
    assert find_annotation_folder(folder / "1.2.1.xml") == folder / "1.2.1.xml"


def test_nearest_wins_and_an_empty_one_does_not_count(download: Path) -> None:
    patient = download / "Lung-PET-CT-Dx" / "Lung_Dx-A0001"
    (patient / "Annotation").mkdir()
    assert find_annotation_folder(patient) == download / "Annotation"
    put(patient / "Annotation", "A0001", "1.2.1")
    assert find_annotation_folder(patient) == patient / "Annotation"


def test_one_level_down(tmp_path: Path) -> None:
    put(tmp_path / "x" / "one" / "Annotation", "A0001", "1.2.1")
    assert find_annotation_folder(tmp_path / "x") == tmp_path / "x" / "one" / "Annotation"
    put(tmp_path / "x" / "two" / "annotations", "B0001", "1.2.2")
    assert find_annotation_folder(tmp_path / "x") == tmp_path / "x"
    assert read_annotations(tmp_path / "x").file_count == 2


def test_archive_with_its_own_or_with_one_beside(tmp_path: Path) -> None:
    own, bare = tmp_path / "own.zip", tmp_path / "bare.zip"
    for path, name in ((own, "Annotation/A0001/1.2.1.xml"), (bare, "x/1.dcm")):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, make_voc(make_object()))
    assert find_annotation_folder(own) == own
    assert find_annotation_folder(bare) is None
    put(tmp_path / "Annotation", "A0001", "1.2.1")
    assert find_annotation_folder(own) == own
    assert find_annotation_folder(bare) == tmp_path / "Annotation"


def make_zip(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, make_voc(make_object()))
    return path


def test_archives_in_a_folder(tmp_path: Path) -> None:
    make_zip(tmp_path / "images.zip", "x/1.dcm", "x/readme.xml")
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04")
    assert find_annotation_folder(tmp_path) is None
    one = make_zip(tmp_path / "one.zip", "Annotation/A0001/1.2.1.xml", "x/1.dcm")
    assert find_annotation_folder(tmp_path) == one
    make_zip(tmp_path / "two.ZIP", "b/Annotation/B0001/1.2.2.xml")
    assert find_annotation_folder(tmp_path) == tmp_path
    found = read_annotations(tmp_path)
    assert [(f.folder, f.sop_instance_uid) for f in found.files] == [
        ("A0001", "1.2.1"),
        ("B0001", "1.2.2"),
    ]
    assert found.failures == ()


def test_archives_and_subfolders_are_read_together(tmp_path: Path) -> None:
    put(tmp_path / "one" / "Annotation", "A0001", "1.2.1")
    make_zip(tmp_path / "two.zip", "Annotation/B0001/1.2.2.xml")
    assert find_annotation_folder(tmp_path) == tmp_path
    found = read_annotations(tmp_path, wanted_uids=["1.2.2"])
    assert [f.folder for f in found.files] == ["B0001"]
    assert [f.folder for f in found.unopened] == ["A0001"]


def test_annotation_folder_beside_archives_wins(tmp_path: Path) -> None:
    make_zip(tmp_path / "one.zip", "Annotation/A0001/1.2.1.xml")
    make_zip(tmp_path / "two.zip", "Annotation/B0001/1.2.2.xml")
    put(tmp_path / "Annotation", "G0001", "1.2.3")
    assert find_annotation_folder(tmp_path) == tmp_path / "Annotation"
    assert [f.folder for f in read_annotations(tmp_path).files] == ["G0001"]


def test_root_of_another_name_is_not_outdone_by_an_archive_in_it(tmp_path: Path) -> None:
    put(tmp_path, "A0001", "1.2.1")
    make_zip(tmp_path / "backup.zip", "Annotation/A0001/1.2.1.xml", "Annotation/A0001/1.2.2.xml")
    assert [f.sop_instance_uid for f in read_annotations(tmp_path).files] == ["1.2.1"]


def test_xml_of_another_kind_does_not_hide_the_archives(tmp_path: Path) -> None:
    (tmp_path / "manifest.xml").write_bytes(b"<manifest/>")
    make_zip(tmp_path / "one.zip", "Annotation/A0001/1.2.1.xml")
    assert [f.sop_instance_uid for f in read_annotations(tmp_path).files] == ["1.2.1"]


def test_many_archives_are_open_one_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for index in range(30):
        make_zip(tmp_path / f"{index:02d}.zip", f"Annotation/A{index:04d}/1.2.{index}.xml")
    still_open: set[int] = set()
    most = 0
    plain_init, plain_close = zipfile.ZipFile.__init__, zipfile.ZipFile.close

    def init(self: zipfile.ZipFile, *args: object, **kwargs: object) -> None:
        nonlocal most
        plain_init(self, *args, **kwargs)  # type: ignore[arg-type]
        still_open.add(id(self))
        most = max(most, len(still_open))

    def close(self: zipfile.ZipFile) -> None:
        still_open.discard(id(self))
        plain_close(self)

    monkeypatch.setattr(zipfile.ZipFile, "__init__", init)
    monkeypatch.setattr(zipfile.ZipFile, "close", close)
    assert read_annotations(tmp_path).file_count == 30
    assert most == 1
    assert not still_open


def test_nothing_to_find(tmp_path: Path) -> None:
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04")
    assert find_annotation_folder(tmp_path) is None
    assert find_annotation_folder(tmp_path / "none") is None
    assert find_annotation_folder(tmp_path / "broken.zip") is None


def test_large_trees_are_not_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path
    for level in range(6):
        for name in range(5):
            (deep / f"{level}-{name}").mkdir()
        deep = deep / f"{level}-0"
    scanned: list[str] = []
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: scanned.append(str(path)) or scandir(path))
    assert find_annotation_folder(tmp_path) is None
    depths = [len(Path(path).relative_to(tmp_path).parts) for path in scanned]
    assert max(depths) == 2
    monkeypatch.setattr(sources, "_MAX_CHILDREN_LOOKED_AT", 3)
    scanned.clear()
    assert find_annotation_folder(tmp_path) is None
    assert len(scanned) <= 1 + 3 + 3


def test_archives_of_a_download_two_levels_down(tmp_path: Path) -> None:
    download = tmp_path / "data" / "lung"
    download.mkdir(parents=True)
    (tmp_path / "data" / "other").mkdir()
    one = make_zip(download / "one.zip", "Annotation/A0001/1.2.1.xml")
    assert find_annotation_folder(tmp_path) == one
    make_zip(download / "two.zip", "Annotation/B0001/1.2.2.xml")
    assert find_annotation_folder(tmp_path) == tmp_path
    assert read_annotations(tmp_path).file_count == 2


def test_a_locked_folder_hides_no_other(download: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = download / "Annotation" / "A0000"
    locked.mkdir()
    for name in ("scandir", "listdir"):
        real = getattr(os, name)

        def refuse(path: str, real: Callable[[str], object] = real) -> object:
            if Path(path) == locked:
                raise PermissionError(13, "Permission denied", str(path))
            return sorted(real(path), key=str) if real.__name__ == "listdir" else real(path)

        monkeypatch.setattr(os, name, refuse)
    assert find_annotation_folder(download) == download / "Annotation"
    # Alone it may still hold all there is: whoever reads it says so.
    next((download / "Annotation" / "A0001").glob("*.xml")).unlink()
    assert find_annotation_folder(download) == download / "Annotation"
    (problem,) = read_annotations(download / "Annotation").failures
    assert problem.path == str(locked)
