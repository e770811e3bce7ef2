"""The clinical table: the real one, its odd spellings, and what is no table."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest

from ctbox.errors import CtboxError
from ctbox.workflows.clinical_table import ClinicalRow, find_clinical_table, read_clinical_table


def write(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_the_collections_own_table(real_data: Path) -> None:
    path = find_clinical_table(real_data / "Lung_Dx-A0001.zip")
    assert path == real_data / "statistics-clinical-20201221.xlsx"
    rows = {row.patient: row for row in read_clinical_table(path)}
    assert len(rows) == 355
    assert rows["A0001"] == ClinicalRow("A0001", "M", 58.0, 65.0, "2b", "3", "1b", "G3", True)
    assert {row.sex for row in rows.values()} == {"M", "F"}
    assert sum(row.age is None for row in rows.values()) == 1
    assert {row.m_stage for row in rows.values()} == {"0", "1", "1a", "1b", "1c", "2", "3"}
    assert not any((row.grade or "").startswith(" ") for row in rows.values())


def test_columns_are_found_by_name_wherever_they_stand(tmp_path: Path) -> None:
    path = write(
        tmp_path / "clinical.xlsx",
        [
            ["Published 2020"],
            ["Ｍ－Stage", "Weight (kg)", "Subject ID", "Age", "Sex"],
            [1.0, "61,5", "Lung_Dx-g0003", "about 60", "female"],
            [None, None, None, None, None],
            ["0", 70, "G0003", 61, "M"],
        ],
    )
    assert read_clinical_table(path) == (
        ClinicalRow("G0003", "F", None, 61.5, None, None, "1", None, None),
    )


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CtboxError, match="does not exist"):
        read_clinical_table(tmp_path / "gone.xlsx")
    (tmp_path / "text.xlsx").write_text("text")
    with pytest.raises(CtboxError, match="no Excel workbook"):
        read_clinical_table(tmp_path / "text.xlsx")
    with pytest.raises(CtboxError, match="no column of patient IDs"):
        read_clinical_table(write(tmp_path / "other.xlsx", [["a", "b"], [1, 2]]))
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    with pytest.raises(CtboxError, match="XML entities"):
        read_clinical_table(tmp_path / "bomb.xlsx")
