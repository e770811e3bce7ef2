"""The catalogue gives a fine-tuning what its folders would have given."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ctbox.errors import CatalogError
from ctbox.progress import TaskContext
from ctbox.workflows.data_place import is_catalogue, open_place
from ctbox.workflows.fine_tune_data import DataRequest, check_data
from ctbox.workflows.index import IndexRequest, index_collection
from tests import builders
from tests.workflows import fine_tune_scene as scene


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = scene.write_patients(tmp_path_factory.mktemp("case"), ("B0001", "B0002", "A0001"))
    plain = folder / "images" / "Lung_Dx-B0009" / "study" / "series"
    builders.write_series(plain, 3, patient_id="Lung_Dx-B0009", series_instance_uid="1.2.9.9")
    return folder


@pytest.fixture
def catalogue(folder: Path, tmp_path: Path) -> Path:
    path = tmp_path / "catalogue.sqlite"
    index_collection(IndexRequest(folder, path), TaskContext())
    return path


def test_the_same_data_as_from_the_folder(folder: Path, catalogue: Path) -> None:
    assert is_catalogue(catalogue)
    assert not is_catalogue(folder)
    direct = check_data(DataRequest(folder, None, "B"), TaskContext())
    found = check_data(DataRequest(catalogue, None, "B"), TaskContext())
    assert [row.key for row in found.rows] == [row.key for row in direct.rows]
    assert [row.boxes for row in found.rows] == [row.boxes for row in direct.rows]
    assert found.keys == direct.keys
    assert found.old_patients == direct.old_patients == ("Lung_Dx-A0001",)


def test_series_without_boxes_stay_where_they_are(catalogue: Path) -> None:
    case = open_place(catalogue, None, TaskContext())
    assert len(case.series) == 3
    assert all(each.annotations for each in case.series)


def test_patients_who_share_images_are_linked(folder: Path, tmp_path: Path) -> None:
    for patient in ("B0001", "B0099"):
        shutil.copytree(folder / "Annotation" / "B0001", tmp_path / "Annotation" / patient)
    path = tmp_path / "catalogue.sqlite"
    index_collection(IndexRequest(folder, path, annotations=tmp_path / "Annotation"), TaskContext())
    found = check_data(DataRequest(path, None, "B"), TaskContext())
    assert frozenset({"B0001", "B0099"}) in found.linked


def test_files_that_went_are_named_and_the_rest_is_used(
    folder: Path, catalogue: Path, tmp_path: Path
) -> None:
    hidden = tmp_path / "away"
    patient = folder / "images" / "Lung_Dx-B0002"
    patient.rename(hidden)
    try:
        found = check_data(DataRequest(catalogue, None, "B"), TaskContext())
    finally:
        hidden.rename(patient)
    assert {row.patient_id for row in found.rows} == {"Lung_Dx-B0001"}
    assert any("Index its folder again" in each for each in found.problems)


def test_no_catalogue_and_an_empty_one_end_in_a_sentence(tmp_path: Path) -> None:
    from ctbox.dicom.catalog import Catalog
    from ctbox.workflows.index_opening import open_annotated

    with pytest.raises(CatalogError, match="no catalogue yet"):
        open_annotated(tmp_path / "none.sqlite", None, TaskContext())
    path = tmp_path / "empty.sqlite"
    Catalog(path).close()
    with pytest.raises(CatalogError, match="no series with an expert's box"):
        open_place(path, None, TaskContext())
