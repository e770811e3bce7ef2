"""The catalogue's rows, file and questions, without the indexer."""

from __future__ import annotations

import dataclasses
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctbox.dicom.archives import MemberSpan
from ctbox.dicom.catalog import Catalog
from ctbox.dicom.catalog_query import CatalogFilter, CatalogQuery, CatalogSort
from ctbox.dicom.catalog_rows import (
    HeaderBatch,
    HeaderRows,
    _format_common,
    _share,
    _vary,
    build_header,
    read_batch,
)
from ctbox.dicom.catalog_scan import FoundFile
from ctbox.dicom.catalog_schema import MIGRATIONS, connect, find_bounds
from ctbox.dicom.catalog_writer import CatalogWriter
from ctbox.dicom.grouping import build_series
from ctbox.dicom.header import InstanceHeader, SeriesAttributes
from ctbox.dicom.series import InstanceSource, VoiWindow
from ctbox.errors import CatalogError
from tests.builders import write_series
from tests.dicom.headers import make_header

numbers = st.floats(allow_nan=False, allow_infinity=False)
texts = st.one_of(st.none(), st.text(st.characters(codec="utf-8"), max_size=8))


def pass_through(header: InstanceHeader) -> InstanceHeader:
    """Return a header as SQLite gives it back."""
    connection = sqlite3.connect(":memory:")
    varying = _vary(header)
    marks = ", ".join("?" * len(varying))
    row = connection.execute(f"SELECT {marks}", varying).fetchone()
    connection.close()
    return build_header(_format_common(_share(header)), row, header.slice_.source)


@settings(max_examples=60, deadline=None)
@given(
    place=st.tuples(numbers, numbers, numbers),
    number=st.one_of(st.none(), st.integers(-(10**25), 10**25)),
    window=st.tuples(numbers, numbers, st.text(st.characters(codec="utf-8"), max_size=5)),
    description=texts,
    frame=st.one_of(st.none(), st.integers(0, 99)),
    time_s=st.one_of(st.none(), numbers),
)
def test_headers_come_back_as_they_were(
    place: tuple[float, float, float],
    number: int | None,
    window: tuple[float, float, str],
    description: str | None,
    frame: int | None,
    time_s: float | None,
) -> None:
    uid = "1.2.3.4" if frame is None else f"1.2.3.4#{frame + 1}"
    header = make_header(
        attributes=SeriesAttributes(patient_id="P", description=description, series_number=number),
        time_s=time_s,
        sop_instance_uid=uid,
        frame=frame,
        image_position_mm=place,
        instance_number=number,
        windows=(VoiWindow(*window),),
    )
    back = pass_through(header)
    slice_ = dataclasses.replace(back.slice_, position_along_normal_mm=None)
    assert dataclasses.replace(back, slice_=slice_) == header
    if abs(place[2]) < 1e9:
        assert build_series([back]) == build_series([header])


def test_members_of_archives_keep_their_place(tmp_path: Path) -> None:
    span = MemberSpan(5, 6, 7, True, 8)
    with Catalog(tmp_path / "c.sqlite") as catalog:
        writer = CatalogWriter(catalog)
        file = FoundFile("a.zip", 10, 20, is_archive=True)
        file_id = writer.begin_archive("/data", file)
        header = make_header(sop_instance_uid="1.2.3")
        row = (0, 0, *_vary(header))
        writer.store_members(
            file_id, [("x.dcm", span)], HeaderRows((_format_common(_share(header)),), (row,), ())
        )
        writer.end_archive(file_id, ())
        (found,) = catalog.read_headers(1)
    source = found.slice_.source
    assert (source, source.span) == (InstanceSource(Path("/data/a.zip"), "x.dcm"), span)


def test_unreadable_files_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("no image")
    read = read_batch(HeaderBatch(str(tmp_path), ("a.txt", "gone.dcm")))
    assert [number for number, _ in read.skipped] == [0, 1]
    assert read.skipped[0][1] == "Not a DICOM file."


def test_old_files_are_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    old = connect(path, migrations=MIGRATIONS[:1])
    old.execute("INSERT INTO root VALUES (x'2f', NULL, '', 1)")
    old.close()
    with Catalog(path) as catalog:
        assert catalog.ask("PRAGMA user_version") == [(len(MIGRATIONS),)]
        assert catalog.ask("SELECT count(*) FROM root") == [(1,)]
        catalog.set_reviewed("1.2", "done")
        assert (catalog.find_review("1.2"), catalog.find_review("1.3")) == ("done", "open")
        with pytest.raises(ValueError, match="state must be one of"):
            catalog.set_reviewed("1.2", "maybe")


def test_step_that_fails_leaves_the_old_version(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    connect(path, migrations=("CREATE TABLE a(x);",)).close()
    with pytest.raises(CatalogError, match="cannot be used"):
        connect(path, migrations=("CREATE TABLE a(x);", "CREATE TABLE b(x); CREATE TABLE a(y);"))
    left = sqlite3.connect(path)
    assert left.execute("SELECT name FROM sqlite_master").fetchall() == [("a",)]
    assert left.execute("PRAGMA user_version").fetchone() == (1,)
    left.close()


def test_foreign_damaged_and_newer_files_are_refused(tmp_path: Path) -> None:
    newer = sqlite3.connect(tmp_path / "newer.sqlite")
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(CatalogError, match="newer ctbox"):
        Catalog(tmp_path / "newer.sqlite")
    other = sqlite3.connect(tmp_path / "other.sqlite")
    other.execute("CREATE TABLE mine(x)")
    other.close()
    with pytest.raises(CatalogError, match="another program"):
        Catalog(tmp_path / "other.sqlite")
    other = sqlite3.connect(tmp_path / "other.sqlite")
    other.execute("PRAGMA user_version = 2")  # many programs count their versions there
    other.close()
    before = (tmp_path / "other.sqlite").read_bytes()
    with pytest.raises(CatalogError, match="another program"):
        Catalog(tmp_path / "other.sqlite")
    assert (tmp_path / "other.sqlite").read_bytes() == before
    (tmp_path / "text.sqlite").write_bytes(b"text " * 500)
    with pytest.raises(CatalogError, match="damaged or no catalogue"):
        Catalog(tmp_path / "text.sqlite")
    with pytest.raises(CatalogError, match="cannot be"):
        Catalog(tmp_path / "text.sqlite" / "below.sqlite")


def test_bounds_are_those_of_the_folder_alone() -> None:
    exact, low, high = find_bounds(Path("/data/a"))
    inside = [b"/data/a/b", b"/data/a/\xff"]
    outside = [b"/data/a.b", b"/data/a b", b"/data/ab", b"/data"]
    assert all(low < path < high for path in inside)
    assert not any(path == exact or low < path < high for path in outside)


@pytest.fixture
def shown(tmp_path: Path) -> Catalog:
    catalog = Catalog(tmp_path / "c.sqlite")
    rows = [
        # key, patient, study, description, subtype, thickness, slices, annotated, problems
        ("1.1", "Lung_Dx-A0001", "9.1", "ThoraxRoutine 5.0 B31f", "A", 5.0, 60, 12, 0),
        ("1.2", "Lung_Dx-A0001", "9.2", "100%_done", "A", 1.0, 300, 0, 2),
        ("1.3", "Lung_Dx-B0002", "9.3", "Lung", "B", None, 40, 3, 0),
        ("1.4", "X", "9.4", None, None, 8.0, 1, 0, 1),
    ]
    with catalog.writing() as connection:
        connection.execute("INSERT INTO series_uid VALUES (1, '1', 0)")
        connection.executemany(
            "INSERT INTO series(series_id, labels, problems, is_secondary_capture, not_a_volume, "
            "boxes, patient_short, key, patient_id, study_uid, description, subtype, thickness_mm, "
            "n_slices, annotated_slices, n_problems) "
            "VALUES (1, '', '[\"odd\"]', 0, 0, 0, substr(?2, -5), "
            "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            rows,
        )
        connection.execute(
            "INSERT INTO clinical VALUES ('A0001', 'F', 58, 65, '2b', '3', '1b', 'G3', 1, x'00')"
        )
    catalog.set_reviewed("1.3", "done")
    return catalog


@pytest.mark.parametrize(
    ("wanted", "keys"),
    [
        (CatalogFilter(), ["1.1", "1.2", "1.3", "1.4"]),
        (CatalogFilter(text="thorax b31f"), ["1.1"]),
        (CatalogFilter(text="%_"), ["1.2"]),
        (CatalogFilter(text="a0001"), ["1.1", "1.2"]),
        (CatalogFilter(subtypes=("B", "?")), ["1.3", "1.4"]),
        (CatalogFilter(annotated=False, has_problems=True), ["1.2", "1.4"]),
        (CatalogFilter(reviewed=True), ["1.3"]),
        (CatalogFilter(reviewed=False, annotated=True), ["1.1"]),
    ],
)
def test_filters(shown: Catalog, wanted: CatalogFilter, keys: list[str]) -> None:
    query = CatalogQuery(shown, wanted)
    found = [
        series.series_key
        for patient in query.list_patients()
        for study in query.list_studies(patient.patient_id)
        for series in query.list_series(patient.patient_id, study.study_uid or "")
    ]
    assert found == keys
    assert query.count()[1] == len(keys)
    shown.close()


def test_rows_sum_up_and_clinical_facts_are_joined(shown: Catalog) -> None:
    query = CatalogQuery(shown)
    first = query.list_patients()[0]
    assert (first.studies, first.series, first.slices, first.annotated) == (2, 2, 360, 12)
    assert (first.sex, first.age, first.subtype) == ("F", 58, "A")
    assert (first.thickness_mm, first.problems) == (None, 2)
    facts = query.find_clinical("Lung_Dx-A0001")
    assert facts is not None
    assert (facts.t_stage, facts.weight_kg, facts.smoking) == ("2b", 65, 1)
    assert query.find_clinical("X") is None
    shown.close()


@pytest.mark.parametrize(
    ("key", "descending", "patients"),
    [
        ("slices", True, ["Lung_Dx-A0001", "Lung_Dx-B0002", "X"]),
        ("thickness", False, ["Lung_Dx-A0001", "X", "Lung_Dx-B0002"]),
        ("thickness", True, ["X", "Lung_Dx-A0001", "Lung_Dx-B0002"]),
        ("problems", False, ["Lung_Dx-B0002", "X", "Lung_Dx-A0001"]),
    ],
)
def test_order(shown: Catalog, key: str, descending: bool, patients: list[str]) -> None:
    query = CatalogQuery(shown, sort=CatalogSort(key, descending))
    assert [row.patient_id for row in query.list_patients()] == patients
    shown.close()


def test_real_builders_agree(tmp_path: Path) -> None:
    write_series(tmp_path / "s", 3)
    names = tuple(sorted(file.name for file in (tmp_path / "s").rglob("*.dcm")))
    folder = next((tmp_path / "s").rglob("*.dcm")).parent
    read = read_batch(HeaderBatch(str(folder), names))
    assert len(read.rows) == 3
    assert len(read.commons) == 1
