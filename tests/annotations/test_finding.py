from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

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
    assert len(scanned) <= 1
