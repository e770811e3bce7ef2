"""A folder of patients' ZIP archives opens as all of them, with their boxes."""

from __future__ import annotations

from pathlib import Path

from ctbox.annotations.reading import find_annotation_folder
from ctbox.progress import TaskContext
from ctbox.workflows.open_case import open_case

PATIENTS = ("A0001", "B0001", "B0040", "E0001", "E0002", "E0003", "G0001")


def test_folder_of_seven_patients(real_data: Path) -> None:
    assert find_annotation_folder(real_data) == real_data
    whole = open_case(real_data, None, TaskContext())
    single = [open_case(real_data / f"Lung_Dx-{p}.zip", None, TaskContext()) for p in PATIENTS]
    assert whole.series == tuple(series for case in single for series in case.series)
    assert {s.series.patient_id for s in whole.series} == {f"Lung_Dx-{p}" for p in PATIENTS}
    summary = whole.annotation_summary
    assert (summary.files, summary.matched) == (230, 129)
    assert len(summary.orphans) == 101
    assert summary.unparsable == ()
    assert {Path(file.path).suffix for file in whole.skipped} == {".xz", ".txt", ".csv", ".xlsx"}
