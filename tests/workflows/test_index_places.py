"""Annotations and clinical tables that were removed, replaced, or lie on a disk that is away."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest

from ctbox.dicom.catalog import Catalog
from ctbox.dicom.catalog_scan import is_there
from ctbox.progress import TaskContext
from ctbox.workflows.index import IndexReport, IndexRequest, index_collection
from ctbox.workflows.index_places import Presence, find_presence
from tests.builders import make_uid
from tests.workflows.test_index import VOC, write_patient

PATIENT = "Lung_Dx-A0001"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    write_patient(root, PATIENT)
    return root


def write_boxes(place: Path, *numbers: int) -> Path:
    folder = place / "A0001"
    folder.mkdir(parents=True)
    for number in numbers:
        (folder / f"{make_uid(PATIENT, 1, number)}.xml").write_text(VOC)
    return place


def write_table(file: Path, *patients: str) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["NewPatientID", "Sex"])
    for patient in patients:
        book.active.append([patient, "F"])
    file.parent.mkdir(parents=True, exist_ok=True)
    book.save(file)
    return file


def run(root: Path, tmp_path: Path, **changes: object) -> IndexReport:
    request = IndexRequest(root, tmp_path / "c.sqlite", workers=1, **changes)  # type: ignore[arg-type]
    return index_collection(request, TaskContext())


def count_annotated(tmp_path: Path) -> int:
    with Catalog(tmp_path / "c.sqlite") as catalog:
        return int(catalog.ask("SELECT sum(annotated_slices) FROM series")[0][0])


def list_clinical(tmp_path: Path) -> list[str]:
    with Catalog(tmp_path / "c.sqlite") as catalog:
        return [row[0] for row in catalog.ask("SELECT patient_short FROM clinical ORDER BY 1")]


@pytest.mark.parametrize("beside", [False, True])
def test_annotations_that_were_removed_are_dropped(
    root: Path, tmp_path: Path, *, beside: bool
) -> None:
    place = write_boxes((tmp_path if beside else root) / "Annotation", 0, 1)
    run(root, tmp_path)
    assert count_annotated(tmp_path) == 2
    shutil.rmtree(place)
    assert run(root, tmp_path).annotations.vanished == 2
    assert count_annotated(tmp_path) == 0


def test_the_last_file_of_a_folder_is_dropped(root: Path, tmp_path: Path) -> None:
    place = write_boxes(root / "Annotation", 0)
    run(root, tmp_path)
    for file in place.rglob("*.xml"):
        file.unlink()
    assert run(root, tmp_path).annotations.vanished == 1
    assert count_annotated(tmp_path) == 0


def test_other_annotations_replace_those_before(root: Path, tmp_path: Path) -> None:
    write_boxes(root / "Annotation", 0, 1)
    other = write_boxes(tmp_path / "elsewhere" / "boxes", 2)
    run(root, tmp_path)
    assert run(root, tmp_path, annotations=other).annotations.vanished == 2
    assert count_annotated(tmp_path) == 1
    # Whoever named them need not name them again.
    assert run(root, tmp_path).annotations.unchanged == 1
    assert count_annotated(tmp_path) == 1
    assert run(root, tmp_path, annotations=root / "Annotation").annotations.read == 2
    assert count_annotated(tmp_path) == 2


def test_annotations_of_another_folder_are_left_alone(root: Path, tmp_path: Path) -> None:
    shared = write_boxes(tmp_path / "elsewhere" / "boxes", 0, 1)
    twin = tmp_path / "twin"
    write_patient(twin, "Lung_Dx-B0002")
    run(twin, tmp_path, annotations=shared)
    run(root, tmp_path, annotations=shared)
    own = write_boxes(tmp_path / "own" / "boxes", 2)
    assert run(root, tmp_path, annotations=own).annotations.vanished == 0
    assert count_annotated(tmp_path) == 3


@pytest.mark.parametrize("leaves_mount_point", [False, True])
def test_annotations_on_a_disk_that_is_away_are_kept(
    root: Path, tmp_path: Path, *, leaves_mount_point: bool
) -> None:
    disk = tmp_path / "media" / "disk"
    place = write_boxes(disk / "boxes", 0, 1)
    table = write_table(disk / "clinical.xlsx", "A0001")
    run(root, tmp_path, annotations=place, clinical=table)
    shutil.move(disk, tmp_path / "unplugged")
    if leaves_mount_point:
        disk.mkdir()
    report = run(root, tmp_path)
    assert report.annotations.vanished == 0
    assert len(report.warnings) == 2
    assert all("may not be connected" in warning for warning in report.warnings)
    assert (count_annotated(tmp_path), list_clinical(tmp_path)) == (2, ["A0001"])
    shutil.rmtree(disk, ignore_errors=True)
    shutil.move(tmp_path / "unplugged", disk)
    report = run(root, tmp_path)
    assert (report.annotations.unchanged, report.clinical_patients) == (2, 1)
    assert report.warnings == ()


def test_a_disk_that_is_mounted_as_the_annotations_is_kept(root: Path, tmp_path: Path) -> None:
    place = write_boxes(tmp_path / "media" / "boxes", 0)
    run(root, tmp_path, annotations=place)
    shutil.move(place, tmp_path / "unplugged")
    place.mkdir()
    assert run(root, tmp_path, annotations=place).warnings
    assert count_annotated(tmp_path) == 1


def test_annotations_that_cannot_be_listed_are_kept_and_others_go(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = write_boxes(root / "Annotation", 0, 1)
    locked = place / "A0002"
    locked.mkdir()
    (locked / f"{make_uid(PATIENT, 1, 2)}.xml").write_text(VOC)
    run(root, tmp_path)
    (place / "A0001" / f"{make_uid(PATIENT, 1, 0)}.xml").unlink()
    from ctbox.annotations import sources

    scan = sources.os.scandir

    def refuse(path: Path) -> object:
        if Path(path) == locked:
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(sources.os, "scandir", refuse)
    report = run(root, tmp_path)
    assert report.annotations.vanished == 1
    assert "1 folders or archives of annotations" in report.warnings[0]
    monkeypatch.undo()
    assert not run(root, tmp_path).warnings
    assert count_annotated(tmp_path) == 2


def test_a_table_that_was_removed_or_replaced_is_dropped(root: Path, tmp_path: Path) -> None:
    old = write_table(root / "statistics-clinical-2020.xlsx", "A0001", "A0099")
    run(root, tmp_path)
    assert list_clinical(tmp_path) == ["A0001", "A0099"]
    old.rename(tmp_path / "old.xlsx")
    new = write_table(root / "statistics-clinical-2021.xlsx", "A0001")
    run(root, tmp_path)
    assert list_clinical(tmp_path) == ["A0001"]
    new.unlink()
    run(root, tmp_path)
    assert list_clinical(tmp_path) == []


def test_another_table_replaces_the_one_before(root: Path, tmp_path: Path) -> None:
    write_table(root / "statistics-clinical-2020.xlsx", "A0001", "A0099")
    other = write_table(tmp_path / "elsewhere" / "mine.xlsx", "A0007")
    run(root, tmp_path)
    run(root, tmp_path, clinical=other)
    assert list_clinical(tmp_path) == ["A0007"]
    run(root, tmp_path)
    assert list_clinical(tmp_path) == ["A0007"]


def test_a_moved_collection_takes_its_named_annotations_along(root: Path, tmp_path: Path) -> None:
    place = write_boxes(tmp_path / "elsewhere" / "boxes", 0, 1)
    run(root, tmp_path, annotations=place)
    moved = root.rename(tmp_path / "moved")
    report = run(moved, tmp_path)
    assert (report.annotations.unchanged, report.annotations.vanished) == (2, 0)
    (next(place.rglob("*.xml"))).unlink()
    assert run(moved, tmp_path).annotations.vanished == 1
    assert count_annotated(tmp_path) == 1


def test_a_cancelled_run_forgets_no_place(root: Path, tmp_path: Path) -> None:
    write_boxes(root / "Annotation", 0, 1)
    run(root, tmp_path)
    other = write_boxes(tmp_path / "elsewhere" / "boxes", 2)

    def stop(update: object) -> None:
        if getattr(update, "message", "") == "Indexing annotations":
            raise KeyboardInterrupt

    request = IndexRequest(root, tmp_path / "c.sqlite", other, workers=1)
    with pytest.raises(KeyboardInterrupt):
        index_collection(request, TaskContext(stop))
    run(root, tmp_path, annotations=other)
    assert count_annotated(tmp_path) == 1


def test_where_a_place_is_cannot_always_be_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "data"
    root.mkdir()
    assert find_presence(root / "Annotation", root) is Presence.GONE
    assert find_presence(tmp_path / "boxes", root) is Presence.GONE
    assert find_presence(tmp_path / "disk" / "boxes", root) is Presence.AWAY
    (tmp_path / "link").symlink_to(tmp_path / "disk")
    assert find_presence(tmp_path / "link", root) is Presence.AWAY
    assert find_presence(root, root) is Presence.HERE

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", refuse)
    assert find_presence(root / "locked", root) is Presence.AWAY
    assert is_there(root / "locked")


@pytest.mark.parametrize("moves", [False, True], ids=["replaced", "moved"])
def test_rows_of_a_run_that_was_killed_do_not_stay(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, moves: bool
) -> None:
    write_boxes(root / "Annotation", 0)
    other = None if moves else write_boxes(tmp_path / "other", 0)
    with monkeypatch.context() as patch:
        patch.setattr("ctbox.workflows.index._tidy", raise_interrupt)
        with pytest.raises(KeyboardInterrupt):
            run(root, tmp_path, annotations=other)
    if moves:
        root = root.rename(tmp_path / "elsewhere")
    run(root, tmp_path)
    with Catalog(tmp_path / "c.sqlite") as catalog:
        assert catalog.ask("SELECT count(*) FROM annotation") == [(1,)]


def raise_interrupt(_catalog: Catalog) -> None:
    raise KeyboardInterrupt
