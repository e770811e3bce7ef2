"""Images of two series under one SOP Instance UID: boxes never lie on another patient's image."""

from __future__ import annotations

from pathlib import Path

import pytest

from ctbox.annotations.annotation import ProblemKind
from ctbox.annotations.pairing import pair_annotations
from ctbox.annotations.reading import read_annotations
from ctbox.dicom.catalog import Catalog
from ctbox.dicom.catalog_query import CatalogQuery
from ctbox.dicom.reading import read_series
from ctbox.progress import TaskContext
from ctbox.workflows.doctor import examine_dataset
from ctbox.workflows.doctor_inputs import DoctorRequest
from ctbox.workflows.index import IndexRequest, index_collection
from ctbox.workflows.index_opening import CataloguedRequest, open_catalogued
from ctbox.workflows.open_case import Case, open_case
from tests.annotations.samples import make_object, make_voc, put
from tests.builders import make_uid, write_slice

UID = make_uid("shared")
FIRST, SECOND = "Lung_Dx-A0001", "Lung_Dx-A0002"


def write_images(root: Path, *series: tuple[str, str]) -> Path:
    """Write one image of each (patient, series), all with one SOP Instance UID."""
    for patient, name in series:
        write_slice(
            root / "images" / patient / name,
            sop_instance_uid=UID,
            series_instance_uid=make_uid(patient, name),
            study_instance_uid=make_uid("study", patient),
            patient_id=patient,
        )
    return root / "images"


def annotate(root: Path, folder: str, x: int) -> None:
    put(root / "Annotation", folder, UID, make_voc(make_object(x, 5, 20, 18, "A")))


def list_boxes(case: Case) -> list[tuple[str | None, list[float]]]:
    """Return the patient and left edges of the boxes of each series."""
    return [
        (each.series.patient_id, [a.box.x1 for boxes in each.annotations.values() for a in boxes])
        for each in case.series
    ]


@pytest.fixture
def two_patients(tmp_path: Path) -> Path:
    return write_images(tmp_path / "data", (FIRST, "s"), (SECOND, "s"))


def index(root: Path, home: Path) -> Path:
    path = home / "catalogue.sqlite"
    index_collection(
        IndexRequest(root, path, annotations=root.parent / "Annotation"), TaskContext()
    )
    return path


def test_the_image_left_out_is_named_with_whose_it_is(two_patients: Path, tmp_path: Path) -> None:
    scan = read_series(two_patients)
    (reason,) = [file.reason for file in scan.skipped]
    assert reason.endswith("same SOP Instance UID, though it is another patient's image.")
    assert scan.rivals == {UID: {SECOND}}
    again = read_series(write_images(tmp_path / "more", (FIRST, "s"), (FIRST, "t")))
    (reason,) = [file.reason for file in again.skipped]
    assert reason.endswith("though it is of another series.")


@pytest.mark.parametrize(
    ("folders", "shown", "told"),
    [
        (["A0002"], [], ["another patient's: not used."]),
        (["A0001"], [1], ["see whether the boxes fit the one that is shown."]),
        (["A0001", "A0002"], [1], ["see whether", "another patient's: not used."]),
        (["somewhere"], [], ["another patient's: not used."]),
    ],
)
def test_boxes_go_to_the_patient_of_their_folder(
    two_patients: Path, folders: list[str], shown: list[int], told: list[str]
) -> None:
    for folder in folders:
        annotate(two_patients.parent, folder, 1 if folder == "A0001" else 2)
    case = open_case(two_patients, None, TaskContext())
    assert list_boxes(case) == [(FIRST, shown)]
    summary = case.annotation_summary
    assert (summary.files, summary.matched) == (len(folders), len(folders))
    assert summary.duplicates == ()
    reasons = [problem.reason for problem in summary.warnings]
    assert len(reasons) == len(told)
    for reason, part in zip(reasons, told, strict=True):
        assert part in reason
    # Opened by itself, each image has its own patient's boxes.
    alone = open_case(two_patients / SECOND, two_patients.parent / "Annotation", TaskContext())
    expected = {"A0001": [1], "A0002": [2], "somewhere": [2]}[folders[-1]]
    assert list_boxes(alone) == [(SECOND, expected)]


def test_two_series_of_one_patient_keep_their_boxes_and_it_is_said(tmp_path: Path) -> None:
    images = write_images(tmp_path / "data", (FIRST, "s"), (FIRST, "t"))
    annotate(images.parent, "A0001", 1)
    case = open_case(images, None, TaskContext())
    assert list_boxes(case) == [(FIRST, [1])]
    (warning,) = case.annotation_summary.warnings
    assert "see whether the boxes fit" in warning.reason


def test_the_doctor_tells(two_patients: Path) -> None:
    annotate(two_patients.parent, "A0002", 2)
    report = examine_dataset(DoctorRequest(two_patients), TaskContext())
    found = {each.check.check_id: each.items for each in report.findings}
    (item,) = found["ambiguous-annotation"]
    assert item.path == f"Annotation/A0002/{UID}.xml"
    (image,) = found["duplicate-image"]
    assert image.detail.endswith(", though it is another patient's image")


def test_the_catalogue_tells_and_keeps_the_boxes_apart(two_patients: Path, tmp_path: Path) -> None:
    annotate(two_patients.parent, "A0002", 2)
    path = index(two_patients, tmp_path)
    with Catalog(path) as catalog:
        rows = {row.patient_id: row for row in CatalogQuery(catalog).list_all_series()}
        asked = catalog.ask("SELECT patient_id, annotated_slices, problems, key FROM series")
    assert rows.keys() == {FIRST, SECOND}
    by_patient = {patient: (count, problems, key) for patient, count, problems, key in asked}
    assert (by_patient[FIRST][0], by_patient[SECOND][0]) == (0, 1)
    for _, problems, _ in by_patient.values():
        assert "1 image has the SOP Instance UID of an image of another series." in problems
    for patient, boxes in ((FIRST, []), (SECOND, [2])):
        request = CataloguedRequest(path, by_patient[patient][2])
        assert list_boxes(open_catalogued(request, TaskContext())) == [(patient, boxes)]


def test_the_catalogue_follows_when_a_rival_comes_and_goes(tmp_path: Path) -> None:
    images = write_images(tmp_path / "data", (FIRST, "s"))
    annotate(images.parent, "A0002", 2)

    def read_row() -> tuple[object, ...]:
        with Catalog(index(images, tmp_path)) as catalog:
            sql = "SELECT annotated_slices, n_problems FROM series WHERE patient_id = ?"
            return catalog.ask(sql, (FIRST,))[0]

    alone = read_row()
    write_images(tmp_path / "data", (SECOND, "s"))
    assert read_row() == (0, 1 + int(str(alone[1])))
    next((images / SECOND).rglob("*.dcm")).unlink()
    assert read_row() == alone
    assert alone[0] == 1


def test_without_rivals_nothing_is_ambiguous(tmp_path: Path) -> None:
    annotate(tmp_path, "A0002", 2)
    found = read_annotations(tmp_path / "Annotation")
    plain = pair_annotations(found, [UID], {UID: FIRST}, {})
    assert plain.ambiguous == ()
    assert list(plain.by_uid) == [UID]
    told = pair_annotations(found, [UID], {UID: FIRST}, {UID: {SECOND}})
    assert [each.kind for each in told.ambiguous] == [ProblemKind.AMBIGUOUS]
    assert told.by_uid == {}
