from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from ctbox.annotations.pairing import pair_annotations
from ctbox.annotations.reading import read_annotations
from ctbox.dicom.pixels import read_hu
from ctbox.dicom.reading import read_series
from ctbox.errors import CtboxError
from ctbox.phantom.collection import PhantomReport, write_collection
from ctbox.phantom.volume import PhantomConfig
from ctbox.progress import Progress, TaskCancelledError, TaskContext

CONFIG = PhantomConfig(rows=64, slice_spacing_mm=10.0, n_slices=10, radius_mm=22.0, tumours=1)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PhantomReport, list[object]]:
    out = tmp_path_factory.mktemp("collection") / "new" / "case"
    updates: list[object] = []
    report = write_collection(out, 5, 42, TaskContext(updates.append), CONFIG)
    return out, report, updates


def test_layout_is_the_collections(written: tuple[Path, PhantomReport, list[object]]) -> None:
    out, report, _ = written
    assert sorted(path.name for path in out.iterdir()) == ["Annotation", "Lung-PET-CT-Dx"]
    patients = sorted(path.name for path in (out / "Lung-PET-CT-Dx").iterdir())
    assert patients == [
        "Lung_Dx-A9001",
        "Lung_Dx-A9005",
        "Lung_Dx-B9002",
        "Lung_Dx-E9003",
        "Lung_Dx-G9004",
    ]
    assert sorted(report.patient_ids) == patients
    files = sorted((out / "Lung-PET-CT-Dx").rglob("*.dcm"))
    assert len(files) == report.slices == 100
    first = files[0].relative_to(out).parts
    assert len(first) == 5
    assert first[2].count("-NA-Chest") == 1
    assert first[4] == "1-01.dcm"
    assert all("SYNTHETIC" in part for part in first[2:4])
    xml = list((out / "Annotation").glob("*/*.xml"))
    assert len(xml) == report.annotation_files > 0
    assert {path.parent.name for path in xml} == {p.removeprefix("Lung_Dx-") for p in patients}


def test_files_read_back_as_series_with_their_boxes(
    written: tuple[Path, PhantomReport, list[object]],
) -> None:
    out, report, _ = written
    scan = read_series(out)
    assert scan.skipped == ()
    assert len(scan.series) == report.series == 10
    frames: dict[str | None, set[str | None]] = {}
    for series in scan.series:
        assert series.problems == ()
        assert series.subtype == (series.patient_id or "")[8]
        assert series.slice_spacing_mm == pytest.approx(10.0)
        assert "SYNTHETIC" in (series.description or "")
        heights = [one.position_along_normal_mm or 0.0 for one in series.slices]
        assert np.all(np.diff(heights) < 0)
        assert [one.instance_number for one in series.slices] == list(range(1, 11))
        frames.setdefault(series.patient_id, set()).add(series.frame_of_reference_uid)
    assert all(len(found) == 1 for found in frames.values())
    uids = [one.sop_instance_uid for series in scan.series for one in series.slices]
    assert len(set(uids)) == len(uids)
    assert all(uid.startswith("2.25.") and len(uid) <= 64 for uid in uids)
    annotations = read_annotations(out / "Annotation")
    assert not annotations.failures
    paired = pair_annotations(annotations, uids)
    assert len(paired.by_uid) == report.annotation_files
    for found in paired.by_uid.values():
        for one in found:
            assert one.label == (one.folder or "")[0]
            assert 0 <= one.box.x1 < one.box.x2 <= 64


def test_two_series_of_a_patient_show_one_anatomy(
    written: tuple[Path, PhantomReport, list[object]],
) -> None:
    scan = read_series(written[0] / "Lung-PET-CT-Dx" / "Lung_Dx-B9002")
    first, second = (read_hu(series.slices[5]).astype(float) for series in scan.series)
    assert np.corrcoef(first.ravel(), second.ravel())[0, 1] > 0.9
    assert not np.array_equal(first, second)


def test_progress_counts_slices(written: tuple[Path, PhantomReport, list[object]]) -> None:
    updates = [update for update in written[2] if isinstance(update, Progress)]
    assert [update.done for update in updates] == list(range(150))
    assert {update.total for update in updates} == {150}
    assert "Lung_Dx-A9001" in updates[0].message


def hash_folder(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        total.update(str(path.relative_to(folder)).encode())
        if path.is_file():
            total.update(path.read_bytes())
    return total.hexdigest()


def test_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    config = PhantomConfig(rows=64, slice_spacing_mm=10.0, n_slices=3, radius_mm=22.0)
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        write_collection(tmp_path / name, 1, seed, TaskContext(), config)
    hashes = [hash_folder(tmp_path / name) for name in "abc"]
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(CtboxError, match="not empty") as caught:
        write_collection(tmp_path, 1, 0, TaskContext(), CONFIG)
    assert "empty folder" in caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_in_the_folders_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x")
    with pytest.raises(CtboxError, match="taken"):
        write_collection(tmp_path / "taken", 1, 0, TaskContext(), CONFIG)


@pytest.mark.parametrize(("after", "existed"), [(2, False), (14, False), (14, True)])
def test_cancel_leaves_nothing_behind(tmp_path: Path, after: int, existed: bool) -> None:
    out = tmp_path / "case"
    if existed:
        out.mkdir()
    seen: list[object] = []
    ctx = TaskContext(seen.append, lambda: len(seen) >= after)
    with pytest.raises(TaskCancelledError):
        write_collection(out, 1, 3, ctx, CONFIG)
    assert out.exists() == existed
    assert not existed or not any(out.iterdir())


def test_no_patient_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="patient"):
        write_collection(tmp_path / "none", 0, 0, TaskContext(), CONFIG)
