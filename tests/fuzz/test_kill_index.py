"""The indexer killed at random points: the catalogue stays whole, and the next run completes it.

How often is told by CTBOX_FUZZ_KILLS (10); `make fuzz` kills 100 times.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ctbox.dicom.catalog import Catalog
from ctbox.progress import TaskContext
from ctbox.workflows.index import IndexRequest, index_collection
from tests.builders import zip_folder
from tests.conftest import REPOSITORY
from tests.workflows.test_index import VOC, write_patient

KILLS = int(os.environ.get("CTBOX_FUZZ_KILLS", "10"))
PATIENTS, SLICES = 6, 40
LONGEST_S = 0.4


def write_collection(root: Path) -> None:
    for number in range(PATIENTS):
        patient = f"Lung_Dx-{'ABEG'[number % 4]}{number:04}"
        uids = write_patient(root, patient, SLICES // 2, acquisitions=2)
        folder = root / "Annotation" / patient[-5:]
        folder.mkdir(parents=True)
        for uid in uids[::3]:
            (folder / f"{uid}.xml").write_text(VOC)
    (root / "notes.txt").write_text("no image")
    packed = root / "Lung_Dx-G0009"
    write_patient(root, packed.name, SLICES)
    zip_folder(packed, root / "packed.zip")
    for file in packed.rglob("*.dcm"):
        file.unlink()


def start(root: Path, catalog: Path, workers: int) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.fuzz.index_child", str(root), str(catalog), str(workers)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=REPOSITORY,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "begins\n"
    return child


def check_whole(path: Path) -> int:
    """Assert that nothing is broken or twice in a catalogue; return its instances."""
    with Catalog(path) as catalog:
        assert catalog.ask("PRAGMA integrity_check") == [("ok",)]
        assert catalog.ask("PRAGMA foreign_key_check") == []
        twice = "SELECT 1 FROM instance GROUP BY sop_uid, frame HAVING count(*) > 1"
        assert catalog.ask(twice) == []
        assert catalog.ask("SELECT 1 FROM series GROUP BY key HAVING count(*) > 1") == []
        half = (
            "SELECT name FROM file f WHERE is_complete AND NOT is_archive "
            "AND NOT EXISTS (SELECT 1 FROM instance WHERE file_id = f.id) "
            "AND NOT EXISTS (SELECT 1 FROM skipped WHERE file_id = f.id)"
        )
        assert catalog.ask(half) == []
        return int(catalog.ask("SELECT count(*) FROM instance")[0][0])


def dump(path: Path) -> list[tuple[object, ...]]:
    with Catalog(path) as catalog:
        series = [(row[0], *row[2:]) for row in catalog.ask("SELECT * FROM series ORDER BY key")]
        return [
            *series,
            *catalog.ask("SELECT sop_uid, frame FROM instance ORDER BY sop_uid, frame"),
            *catalog.ask("SELECT sop_uid, boxes FROM annotation ORDER BY path, member"),
            *catalog.ask("SELECT reason FROM skipped ORDER BY reason"),
        ]


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_killed_indexer_leaves_a_whole_catalogue(tmp_path: Path) -> None:
    root = tmp_path / "data"
    write_collection(root)
    index_collection(IndexRequest(root, tmp_path / "whole.sqlite", workers=1), TaskContext())
    whole = dump(tmp_path / "whole.sqlite")
    rng = random.Random(5)
    catalog, kills, finished, counts = tmp_path / "killed.sqlite", 0, 0, []
    longest = LONGEST_S
    while kills < KILLS:
        child = start(root, catalog, rng.choice((1, 1, 2)))
        try:
            code = child.wait(timeout=rng.uniform(0, longest))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            kills += 1
            counts.append(check_whole(catalog))
            if rng.random() < 0.3:  # the collection moves between the runs
                root = root.rename(tmp_path / f"data{kills}")
            continue
        assert code == 0
        finished += 1
        longest = max(longest * 0.8, 0.02)  # kill earlier from now on
        assert dump(catalog) == whole
        for file in tmp_path.glob("killed.sqlite*"):
            file.unlink()
    started = time.monotonic()
    index_collection(IndexRequest(root, catalog, workers=1), TaskContext())
    assert dump(catalog) == whole
    check_whole(catalog)
    sys.stdout.write(
        f"\nThe indexer was killed {kills} times, with {len(set(counts))} different numbers of "
        f"instances written, and finished {finished} times in between; "
        f"the last run completed the catalogue in {time.monotonic() - started:.1f} s.\n"
    )


def test_check_sees_what_is_twice(tmp_path: Path) -> None:
    write_patient(tmp_path / "data", "Lung_Dx-A0001", 2)
    path = tmp_path / "c.sqlite"
    index_collection(IndexRequest(tmp_path / "data", path, workers=1), TaskContext())
    assert check_whole(path) == 2
    with Catalog(path) as catalog, catalog.writing() as connection:
        connection.execute(
            "INSERT INTO instance SELECT id + 100, file_id, member_id, series_id, common_id, "
            "sop_uid, frame, instance_number, acquisition_number, x, y, z, time_s FROM instance"
        )
    with pytest.raises(AssertionError):
        check_whole(path)
