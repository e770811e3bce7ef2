"""Indexing where there is no place for it, what is no folder, and what grows with the square."""

from __future__ import annotations

import os
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from ctbox.dicom.catalog import Catalog
from ctbox.dicom.catalog_rows import HeaderBatch, read_batch
from ctbox.dicom.catalog_scan import FoundFile
from ctbox.dicom.catalog_writer import CatalogWriter
from ctbox.errors import CatalogError, DicomReadError
from ctbox.progress import TaskContext
from ctbox.workflows import index
from ctbox.workflows.index import IndexRequest, index_collection
from tests.workflows.test_index import run, write_patient


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on Windows")
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DicomReadError, match="neither a file nor a folder"):
        run(tmp_path / "pipe", tmp_path)


def test_a_catalogue_without_a_place_is_told(tmp_path: Path) -> None:
    write_patient(tmp_path / "data", "Lung_Dx-A0001", 1)
    (tmp_path / "file").write_text("no folder")
    request = IndexRequest(tmp_path / "data", tmp_path / "file" / "below" / "c.sqlite")
    with pytest.raises(CatalogError, match="cannot be made"):
        index_collection(request, TaskContext())


def test_dropping_what_is_unused_does_not_go_through_all_for_each(tmp_path: Path) -> None:
    with Catalog(tmp_path / "c.sqlite") as catalog:
        with catalog.writing() as connection:
            connection.execute("INSERT INTO folder VALUES (1, x'2f', 1)")
            connection.execute("INSERT INTO file VALUES (1, 1, x'61', 1, 1, 0, 1)")
            connection.execute("INSERT INTO series_uid VALUES (1, '1.2', 0)")
            bodies = [(str(number),) for number in range(1001)]
            connection.executemany("INSERT INTO common(body) VALUES (?)", bodies)
            connection.executemany(
                "INSERT INTO instance(file_id, series_id, common_id, sop_uid) VALUES (1, 1, 1, ?)",
                bodies,
            )
        steps: list[None] = []
        catalog.connection.set_progress_handler(lambda: steps.append(None), 1000)
        index._tidy(catalog)
        catalog.connection.set_progress_handler(None, 0)
        assert catalog.ask("SELECT count(*) FROM common") == [(1,)]
        assert len(steps) < 200  # thousand operations each: 4,000 with a search for each row
        assert catalog.ask("PRAGMA foreign_keys") == [(1,)]


def lock(monkeypatch: pytest.MonkeyPatch, locked: Path) -> None:
    """Let a folder look as one that may be seen and not entered; root would enter any."""
    scandir, stat = os.scandir, os.stat

    def refuse_list(path: str) -> object:
        if Path(path).is_relative_to(locked):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    def refuse_look(path: str, **more: bool) -> os.stat_result:
        if not isinstance(path, int) and locked in Path(path).parents:
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, **more)

    monkeypatch.setattr(os, "scandir", refuse_list)
    monkeypatch.setattr(os, "stat", refuse_look)


def list_skipped(tmp_path: Path) -> dict[str, str]:
    with Catalog(tmp_path / "c.sqlite") as catalog:
        rows = catalog.ask(
            "SELECT f.name, s.member, s.reason FROM skipped s JOIN file f ON f.id = s.file_id"
        )
    return {member or os.fsdecode(name): reason for name, member, reason in rows}


def test_a_folder_that_is_locked_for_a_while_keeps_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "data"
    write_patient(root, "Lung_Dx-A0001", 2)
    write_patient(root, "Lung_Dx-B0002", 3)
    assert run(root, tmp_path).instances == 5
    for locked in (root / "Lung_Dx-B0002", root / "Lung_Dx-B0002" / "study" / "series"):
        with monkeypatch.context() as patch:
            lock(patch, locked)
            report = run(root, tmp_path)
        assert (report.instances, report.files.vanished) == (5, 0)
        assert list(list_skipped(tmp_path).values()) == ["No permission to read it."]
    report = run(root, tmp_path)
    assert (report.instances, report.skipped, report.files.read) == (5, 0, 0)


def test_a_copy_beside_its_original_did_not_move(tmp_path: Path) -> None:
    root = tmp_path / "data"
    write_patient(root, "Lung_Dx-A0001", 4)
    run(root, tmp_path)
    shutil.copytree(root / "Lung_Dx-A0001", root / "Copy", copy_function=shutil.copy2)
    report = run(root, tmp_path)
    counts = report.files
    assert (counts.moved, counts.read, counts.unchanged, counts.vanished) == (0, 4, 4, 0)
    # A copy is one image twice, as the browser counts it.
    assert (report.series, report.instances) == (1, 4)
    assert run(root, tmp_path).files.unchanged == 8


def test_an_archive_with_a_refused_member_names_it(tmp_path: Path) -> None:
    root = tmp_path / "data"
    root.mkdir()
    with zipfile.ZipFile(root / "a.zip", "w") as archive:
        archive.writestr("../up.dcm", b"x")
        archive.writestr("note.txt", b"x")
    run(root, tmp_path)
    skipped = list_skipped(tmp_path)
    assert set(skipped) == {"../up.dcm", "note.txt"}
    assert not (tmp_path / "up.dcm").exists()


def test_a_file_of_the_same_size_and_another_time_was_changed(tmp_path: Path) -> None:
    root = tmp_path / "data"
    write_patient(root, "Lung_Dx-A0001", 2)
    run(root, tmp_path)
    changed = sorted(root.rglob("*.dcm"))[0]
    os.utime(changed, ns=(1, 1))
    with Catalog(tmp_path / "c.sqlite") as catalog:
        ((key,),) = catalog.ask("SELECT key FROM series")
        (series,) = catalog.read_series([key])
        found = catalog.list_changed(series)
    assert {source.path: why for source, why in found.items()} == {
        changed: "It was changed since it was indexed."
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on Windows")
def test_links_in_circles_and_pipes_are_named(tmp_path: Path) -> None:
    root = tmp_path / "data"
    write_patient(root, "Lung_Dx-A0001", 2)
    (root / "circle").symlink_to(root)
    (root / "self").symlink_to(root / "self")
    os.mkfifo(root / "pipe.dcm")
    report = run(root, tmp_path)
    assert (report.instances, report.skipped) == (2, 3)
    skipped = list_skipped(tmp_path)
    assert skipped["circle"].startswith("Link to a folder")
    assert skipped["pipe.dcm"] == "Not a regular file."


def test_a_transaction_that_failed_leaves_no_wrong_numbers(tmp_path: Path) -> None:
    write_patient(tmp_path / "data", "Lung_Dx-A0001", 1)
    (file,) = (tmp_path / "data").rglob("*.dcm")
    read = read_batch(HeaderBatch(str(file.parent), (file.name,)))
    found = FoundFile(file.name, 1, 1)
    broken = replace(read, rows=((*read.rows[0][:3], None, *read.rows[0][4:]),))
    with Catalog(tmp_path / "c.sqlite") as catalog:
        writer = CatalogWriter(catalog)
        with pytest.raises(CatalogError):
            writer.store_files("/a", [found], broken)
        catalog.connection.execute("INSERT INTO series_uid VALUES (1, 'another', 0)")
        catalog.connection.execute("INSERT INTO common VALUES (1, 'another')")
        writer.store_files("/a", [found], read)
        sql = "SELECT u.uid, c.body FROM instance i JOIN series_uid u ON u.id = i.series_id "
        rows = catalog.ask(sql + "JOIN common c ON c.id = i.common_id")
        assert rows == [(read.rows[0][2], read.commons[0])]
