"""Indexing: incremental, resumable, moved folders, archives, and the same series as opening."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from ctbox.dicom.catalog import Catalog
from ctbox.dicom.catalog_query import CatalogQuery
from ctbox.dicom.catalog_schema import encode_path, writer_lock
from ctbox.dicom.reading import read_series
from ctbox.errors import CatalogError, DicomReadError
from ctbox.progress import Progress, TaskCancelledError, TaskContext
from ctbox.workflows import index_files, index_reading
from ctbox.workflows.index import IndexReport, IndexRequest, index_collection
from ctbox.workflows.index_opening import CataloguedRequest, open_catalogued
from ctbox.workflows.index_reading import HeaderReaders
from ctbox.workflows.open_case import open_case
from tests.builders import make_dataset, make_uid, save_dataset

VOC = (
    "<annotation><size><width>40</width><height>32</height><depth>1</depth></size>"
    "<object><name>A</name><bndbox><xmin>3</xmin><ymin>4</ymin><xmax>20</xmax><ymax>21</ymax>"
    "</bndbox></object></annotation>"
)


def write_patient(root: Path, patient: str, slices: int = 4, acquisitions: int = 1) -> list[str]:
    """Write one series in the collection's layout; return its SOP Instance UIDs."""
    uids = []
    for acquisition in range(1, acquisitions + 1):
        for number in range(slices):
            uid = make_uid(patient, acquisition, number)
            dataset = make_dataset(
                sop_instance_uid=uid,
                patient_id=patient,
                series_instance_uid=make_uid("series", patient),
                instance_number=number + 1,
                acquisition_number=acquisition,
                position=(-100.0, -100.0, -5.0 * number),
            )
            file = root / patient / "study" / "series" / f"{acquisition}-{number:02}.dcm"
            file.parent.mkdir(parents=True, exist_ok=True)
            save_dataset(dataset, file)
            uids.append(uid)
    return uids


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    uids = write_patient(root, "Lung_Dx-A0001")
    write_patient(root, "Lung_Dx-B0002", acquisitions=2)
    folder = root / "Annotation" / "A0001"
    folder.mkdir(parents=True)
    (folder / f"{uids[1]}.xml").write_text(VOC)
    (folder / f"{make_uid('nowhere')}.xml").write_text(VOC)
    (root / "notes.txt").write_text("no image")
    return root


def run(root: Path, tmp_path: Path, **changes: object) -> IndexReport:
    request = IndexRequest(root, tmp_path / "c.sqlite", workers=1, **changes)  # type: ignore[arg-type]
    return index_collection(request, TaskContext())


def dump(tmp_path: Path) -> list[tuple[object, ...]]:
    """Return what the browser would show, and every instance."""
    with Catalog(tmp_path / "c.sqlite") as catalog:
        shown = catalog.ask("SELECT * FROM series ORDER BY key")
        instances = catalog.ask("SELECT sop_uid, frame FROM instance ORDER BY sop_uid, frame")
    return [row[:1] + row[2:] for row in shown] + instances


def test_catalogue_holds_what_opening_shows(collection: Path, tmp_path: Path) -> None:
    report = run(collection, tmp_path)
    assert (report.patients, report.series, report.instances, report.skipped) == (2, 3, 12, 1)
    assert (report.orphans, report.files.read) == (1, 13)
    opened = {series.key: series for series in read_series(collection).series}
    with Catalog(tmp_path / "c.sqlite") as catalog:
        assert {s.key: s for s in catalog.read_series(opened)} == opened
        rows = CatalogQuery(catalog).list_patients()
    assert [(r.patient_id, r.series, r.slices, r.annotated, r.subtype) for r in rows] == [
        ("Lung_Dx-A0001", 1, 4, 1, "A"),
        ("Lung_Dx-B0002", 2, 8, 0, "B"),
    ]


def test_several_processes_find_the_same_as_one(
    collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_files, "FILES_A_TASK", 2)
    monkeypatch.setattr(index_reading, "FEW_FILES", 1)
    run(collection, tmp_path)
    one = dump(tmp_path)
    (tmp_path / "c.sqlite").unlink()
    real_start = HeaderReaders.start

    def start(readers: HeaderReaders, files: int) -> None:
        real_start(readers, files)
        for _, warm_up in readers._workers:
            warm_up.wait(60)

    monkeypatch.setattr(HeaderReaders, "start", start)
    index_collection(IndexRequest(collection, tmp_path / "c.sqlite", workers=2), TaskContext())
    assert dump(tmp_path) == one


def test_second_run_reads_nothing(
    collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(collection, tmp_path)
    before = dump(tmp_path)

    def refuse(*_: object) -> None:
        raise AssertionError("a header was read again")

    monkeypatch.setattr("ctbox.dicom.catalog_rows.read_header", refuse)
    monkeypatch.setattr("ctbox.workflows.index_annotations.parse_voc", refuse)
    report = run(collection, tmp_path)
    assert (report.files.read, report.files.unchanged) == (0, 13)
    assert report.annotations.unchanged == 2
    assert dump(tmp_path) == before


def test_changed_new_and_vanished_files_are_told_apart(collection: Path, tmp_path: Path) -> None:
    run(collection, tmp_path)
    series = collection / "Lung_Dx-A0001" / "study" / "series"
    (series / "1-00.dcm").unlink()
    os.utime(series / "1-01.dcm", ns=(1, 1))
    write_patient(collection, "Lung_Dx-G0003", slices=2)
    report = run(collection, tmp_path)
    assert (report.files.read, report.files.unchanged, report.files.vanished) == (3, 11, 1)
    assert report.instances == 13
    shutil.rmtree(collection / "Lung_Dx-B0002")
    report = run(collection, tmp_path)
    assert (report.files.vanished, report.series, report.patients) == (8, 2, 2)


def test_file_that_became_readable_is_an_image(collection: Path, tmp_path: Path) -> None:
    run(collection, tmp_path)
    whole = (collection / "Lung_Dx-A0001/study/series/1-02.dcm").read_bytes()
    broken = collection / "Lung_Dx-A0001/study/series/1-02.dcm"
    broken.write_bytes(whole[:300])
    assert run(collection, tmp_path).skipped == 2
    with Catalog(tmp_path / "c.sqlite") as catalog:
        reasons = {reason for (reason,) in catalog.ask("SELECT reason FROM skipped")}
    assert any("damaged or cut off" in reason for reason in reasons)
    broken.write_bytes(whole)
    report = run(collection, tmp_path)
    assert (report.skipped, report.instances) == (1, 12)


def test_moved_collection_is_found_without_reading(
    collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(collection, tmp_path)
    before = dump(tmp_path)
    moved = collection.rename(tmp_path / "elsewhere")
    looked_at = []
    read = index_files.read_batch
    monkeypatch.setattr(
        index_files, "read_batch", lambda batch: looked_at.append(batch.names) or read(batch)
    )
    report = run(moved, tmp_path)
    assert (report.files.moved, report.files.read) == (13, 0)
    assert sum(map(len, looked_at)) <= 7  # three of each folder to be sure
    assert dump(tmp_path) == before
    with Catalog(tmp_path / "c.sqlite") as catalog:
        roots = catalog.ask("SELECT path FROM root")
        (series, *_) = catalog.read_series(catalog.list_patient_keys("Lung_Dx-A0001"))
    assert roots == [(os.fsencode(moved),)]
    assert series.slices[0].source.path.is_relative_to(moved)


def test_other_files_of_the_same_size_and_time_are_not_taken_for_moved(
    collection: Path, tmp_path: Path
) -> None:
    run(collection, tmp_path)
    old = collection / "Lung_Dx-A0001/study/series"
    stamps = {file.name: file.stat().st_mtime_ns for file in old.iterdir()}
    shutil.rmtree(collection / "Lung_Dx-A0001")
    write_patient(collection, "Lung_Dx-A0009")
    new = collection / "Lung_Dx-A0009/study/series"
    for name, stamp in stamps.items():
        os.utime(new / name, ns=(stamp, stamp))
    report = run(collection, tmp_path)
    assert report.files.moved == 0
    with Catalog(tmp_path / "c.sqlite") as catalog:
        patients = [row.patient_id for row in CatalogQuery(catalog).list_patients()]
    assert patients == ["Lung_Dx-A0009", "Lung_Dx-B0002"]


def test_copied_and_removed_collection_has_no_double_rows(collection: Path, tmp_path: Path) -> None:
    run(collection, tmp_path)
    copy = tmp_path / "copy"
    shutil.copytree(collection, copy, copy_function=shutil.copyfile)
    for file in copy.rglob("*.dcm"):
        os.utime(file, ns=(5, 5))
    both = run(copy, tmp_path)
    assert both.series == 3
    shutil.rmtree(collection)
    os.utime(copy / "Lung_Dx-A0001/study/series/1-00.dcm", ns=(6, 6))
    run(copy, tmp_path)
    with Catalog(tmp_path / "c.sqlite") as catalog:
        (series, *_) = catalog.read_series(catalog.list_patient_keys("Lung_Dx-A0001"))
        assert len(series.slices) == 4
        assert all(s.source.path.is_relative_to(copy) for s in series.slices)


def pack(folder: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                file.write(path, path.relative_to(folder))


def test_archives_are_indexed_as_they_lie(collection: Path, tmp_path: Path) -> None:
    zipped = tmp_path / "zipped"
    zipped.mkdir()
    pack(collection, zipped / "all.zip")
    (zipped / "broken.zip").write_bytes(b"PK\x03\x04 no archive")
    with zipfile.ZipFile(zipped / "foreign.zip", "w") as file:
        file.writestr("a.txt", "a")
        file.writestr("b.txt", "b")
    report = run(zipped, tmp_path)
    assert (report.instances, report.skipped, report.series) == (12, 3, 3)
    opened = {series.key: series for series in read_series(zipped).series}
    with Catalog(tmp_path / "c.sqlite") as catalog:
        assert {s.key: s for s in catalog.read_series(opened)} == opened
        reasons = [reason for (reason,) in catalog.ask("SELECT reason FROM skipped")]
    assert any(reason.endswith("files of other kinds in it: 2.") for reason in reasons)
    assert run(zipped, tmp_path).files.read == 0
    assert run(zipped / "all.zip", tmp_path).files.read == 0


def test_archive_that_a_killed_run_began_is_gone_on_with(
    collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack(collection, tmp_path / "all.zip")
    monkeypatch.setattr(index_files, "FILES_A_TASK", 5)
    stop_after = iter(range(100))

    def is_cancelled() -> bool:
        return next(stop_after) > 3

    with pytest.raises(TaskCancelledError):
        index_collection(
            IndexRequest(tmp_path / "all.zip", tmp_path / "c.sqlite", workers=1),
            TaskContext(is_cancelled=is_cancelled),
        )
    with Catalog(tmp_path / "c.sqlite") as catalog:
        begun = len(catalog.ask("SELECT 1 FROM instance"))
    assert 0 < begun < 12
    report = run(tmp_path / "all.zip", tmp_path)
    assert (report.files.read, report.instances) == (13 - begun, 12)
    assert (report.series, report.skipped) == (3, 1)


def test_cancelled_run_keeps_what_was_read_and_goes_on(
    collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_files, "FILES_A_TASK", 3)
    seen: list[Progress] = []
    ctx = TaskContext()

    def on_report(update: object) -> None:
        assert isinstance(update, Progress)
        seen.append(update)
        if update.message == "Indexing files" and update.done > 4:
            ctx.cancel()

    ctx._on_report = on_report
    with pytest.raises(TaskCancelledError):
        index_collection(IndexRequest(collection, tmp_path / "c.sqlite", workers=1), ctx)
    with Catalog(tmp_path / "c.sqlite") as catalog:
        kept = len(catalog.ask("SELECT 1 FROM file"))
    assert 4 < kept < 13
    report = run(collection, tmp_path)
    assert report.files.unchanged == kept
    assert (report.files.read, report.instances, report.series) == (13 - kept, 12, 3)


def test_two_indexers_do_not_write_at_once(collection: Path, tmp_path: Path) -> None:
    with (
        writer_lock(tmp_path / "c.sqlite"),
        pytest.raises(CatalogError, match="Another ctbox is indexing"),
    ):
        run(collection, tmp_path)
    run(collection, tmp_path)


def test_nothing_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(DicomReadError, match="does not exist"):
        run(tmp_path / "nowhere", tmp_path)
    assert not list(tmp_path.iterdir())


def test_changed_annotations_change_the_rows(collection: Path, tmp_path: Path) -> None:
    run(collection, tmp_path)
    file = next((collection / "Annotation" / "A0001").glob(f"{make_uid('Lung_Dx-A0001', 1, 1)}*"))
    second = file.with_name(f"{make_uid('Lung_Dx-A0001', 1, 2)}.xml")
    second.write_text(VOC.replace("<name>A</name>", "<name>b</name>"))
    report = run(collection, tmp_path)
    assert report.annotations.read == 1
    sql = "SELECT annotated_slices, boxes, labels, n_problems FROM series WHERE subtype = 'A'"
    with Catalog(tmp_path / "c.sqlite") as catalog:
        assert catalog.ask(sql) == [(2, 2, "AB", 1)]
    file.unlink()
    assert run(collection, tmp_path).annotations.vanished == 1
    with Catalog(tmp_path / "c.sqlite") as catalog:
        assert catalog.ask(sql) == [(1, 1, "B", 1)]


def test_opening_from_the_catalogue_gives_the_case_of_the_folder(
    collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(collection, tmp_path)
    folder = collection / "Lung_Dx-A0001"
    expected = open_case(folder, collection / "Annotation", TaskContext())

    def refuse(*_: object) -> None:
        raise AssertionError("a header was read again")

    monkeypatch.setattr("ctbox.dicom.reading.read_header", refuse)
    key = expected.series[0].series.key
    case = open_catalogued(CataloguedRequest(tmp_path / "c.sqlite", key), TaskContext())
    assert case.series == expected.series
    assert case.series[0].annotation_count == 1
    assert case.path == str(folder / "study" / "series")
    split = make_uid("series", "Lung_Dx-B0002") + "#2"
    case = open_catalogued(
        CataloguedRequest(tmp_path / "c.sqlite", split, whole_patient=False), TaskContext()
    )
    assert [each.series.acquisition_number for each in case.series] == [2]


def test_opening_what_went_says_so(collection: Path, tmp_path: Path) -> None:
    run(collection, tmp_path)
    key = make_uid("series", "Lung_Dx-A0001")
    series = collection / "Lung_Dx-A0001/study/series"
    (series / "1-00.dcm").unlink()
    request = CataloguedRequest(tmp_path / "c.sqlite", key)
    case = open_catalogued(request, TaskContext())
    assert len(case.series[0].series.slices) == 3
    assert "1 of 4 slices changed or went" in case.series[0].series.problems[0]
    assert case.skipped[0].path.endswith("1-00.dcm")
    shutil.rmtree(series)
    with pytest.raises(CatalogError, match="where it was"):
        open_catalogued(request, TaskContext())
    missing = CataloguedRequest(tmp_path / "c.sqlite", "1.2.3")
    with pytest.raises(CatalogError, match="not in the catalogue"):
        open_catalogued(missing, TaskContext())


def test_real_patients_are_catalogued_as_they_open(real_data: Path, tmp_path: Path) -> None:
    names = ("Lung_Dx-B0001.zip", "Lung_Dx-B0040.zip", "Lung_Dx-E0003.zip")
    folder = tmp_path / "real"
    folder.mkdir()
    for name in names:
        (folder / name).symlink_to(real_data / name)
    table = real_data / "statistics-clinical-20201221.xlsx"
    run(folder, tmp_path, clinical=table)
    opened = {series.key: series for series in read_series(folder).series}
    case = open_case(folder, None, TaskContext())
    counts = {each.series.key: each.annotated_slices for each in case.series}
    with Catalog(tmp_path / "c.sqlite") as catalog:
        assert {s.key: s for s in catalog.read_series(opened)} == opened
        stored = dict(catalog.ask("SELECT key, annotated_slices FROM series"))
        facts = CatalogQuery(catalog).find_clinical("Lung_Dx-B0001")
    assert stored == counts
    assert facts is not None
    assert facts.sex in ("M", "F")


def test_an_archive_that_went_leaves_its_other_series_whole(
    collection: Path, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    pack(collection, disk / "both.zip")
    shutil.rmtree(collection / "Lung_Dx-B0002")
    run(disk, tmp_path)
    shutil.rmtree(disk)
    for _ in range(2):
        run(collection, tmp_path)
        with Catalog(tmp_path / "c.sqlite") as catalog:
            rows = CatalogQuery(catalog).list_patients()
        # B0002 lies nowhere but on the disk that is not here: its rows stay.
        assert [(r.patient_id, r.slices) for r in rows] == [
            ("Lung_Dx-A0001", 4),
            ("Lung_Dx-B0002", 8),
        ]


def test_copies_on_disks_that_are_not_here_are_kept(collection: Path, tmp_path: Path) -> None:
    image = collection / "Lung_Dx-A0001" / "study" / "series" / "1-00.dcm"
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        shutil.copy2(image, tmp_path / name / f"{name}.dcm")
        shutil.copy2(image.with_name("1-01.dcm"), tmp_path / name / f"{name}-next.dcm")
        run(tmp_path / name, tmp_path)
    image.unlink()
    shutil.rmtree(tmp_path / "one")
    shutil.rmtree(tmp_path / "two")
    run(collection, tmp_path)
    uid = make_uid("Lung_Dx-A0001", 1, 0)
    with Catalog(tmp_path / "c.sqlite") as catalog:
        assert catalog.ask("SELECT count(*) FROM instance WHERE sop_uid = ?", (uid,))[0][0] > 0


def test_a_folder_moves_onto_the_row_of_an_emptied_one(collection: Path, tmp_path: Path) -> None:
    run(collection, tmp_path)
    moved = tmp_path / "moved"
    series = moved / "Lung_Dx-A0001" / "study" / "series"
    with Catalog(tmp_path / "c.sqlite") as catalog, catalog.writing() as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(folder)")]
        (row,) = connection.execute(
            "SELECT * FROM folder WHERE path = ?",
            (encode_path(str(collection / "Lung_Dx-A0001" / "study" / "series")),),
        ).fetchall()
        empty = {
            **dict(zip(columns, row, strict=True)),
            "id": 9999,
            "path": encode_path(str(series)),
        }
        places = ", ".join("?" * len(columns))
        connection.execute(f"INSERT INTO folder VALUES ({places})", tuple(empty.values()))
    shutil.move(collection, moved)
    for _ in range(2):
        assert run(moved, tmp_path).series == 3


def test_patients_without_an_id_are_not_opened_as_one(tmp_path: Path) -> None:
    root = tmp_path / "nameless"
    for number in (1, 2):
        folder = root / str(number)
        folder.mkdir(parents=True)
        for index in range(3):
            dataset = make_dataset(
                sop_instance_uid=make_uid("nameless", number, index),
                patient_id="",
                series_instance_uid=make_uid("series", number),
                position=(-100.0, -100.0, -5.0 * index),
            )
            save_dataset(dataset, folder / f"{index}.dcm")
    run(root, tmp_path)
    with Catalog(tmp_path / "c.sqlite") as catalog:
        (key, _) = catalog.list_patient_keys("")
    request = CataloguedRequest(tmp_path / "c.sqlite", key)
    assert [one.series.key for one in open_catalogued(request, TaskContext()).series] == [key]
