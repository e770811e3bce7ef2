"""ZIP archives read by several processes: the same rows, resumed, cancelled, and a true total."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from ctbox.dicom.catalog import Catalog
from ctbox.progress import Progress, TaskCancelledError, TaskContext
from ctbox.workflows import index_files, index_reading
from ctbox.workflows.index import IndexRequest, index_collection
from ctbox.workflows.index_reading import HeaderReaders
from ctbox.workflows.parallel import WorkerProcess
from tests.workflows.test_index import dump, pack, write_patient

MEMBERS = (24, 12)


@pytest.fixture
def archives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two archives, read in tasks of five members; processes are worth it from 30 members on."""
    root = tmp_path / "zipped"
    root.mkdir()
    for number, count in enumerate(MEMBERS, 1):
        patient = f"Lung_Dx-A000{number}"
        write_patient(tmp_path / patient, patient, count)
        pack(tmp_path / patient, root / f"{patient}.zip")
        shutil.rmtree(tmp_path / patient)
    monkeypatch.setattr(index_files, "FILES_A_TASK", 5)
    monkeypatch.setattr(index_reading, "FEW_FILES", 30)
    return root


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Wait until the reading processes are there; return how many members each task has had."""
    given: list[int] = []
    start, submit = HeaderReaders.start, WorkerProcess.submit

    def start_and_wait(readers: HeaderReaders, files: int) -> None:
        start(readers, files)
        for _, warm_up in readers._workers:
            warm_up.wait(60)

    def note(worker: WorkerProcess, function: object, request: tuple, **more: object) -> object:
        given.extend(len(batch.names) for batch in request)
        return submit(worker, function, request, **more)

    monkeypatch.setattr(HeaderReaders, "start", start_and_wait)
    monkeypatch.setattr(WorkerProcess, "submit", note)
    return given


def index(root: Path, tmp_path: Path, ctx: TaskContext | None = None, workers: int = 2) -> int:
    request = IndexRequest(root, tmp_path / "c.sqlite", workers=workers)
    return index_collection(request, ctx or TaskContext()).files.read


def test_processes_read_members_and_find_the_same_as_one(
    archives: Path, tmp_path: Path, batches: list[int]
) -> None:
    index(archives, tmp_path, workers=1)
    one = dump(tmp_path)
    assert batches == []
    (tmp_path / "c.sqlite").unlink()
    assert index(archives, tmp_path) == sum(MEMBERS)
    assert sum(batches) == sum(MEMBERS)
    assert max(batches) == 5
    assert dump(tmp_path) == one
    assert index(archives, tmp_path) == 0


def test_a_cancelled_run_of_processes_goes_on_within_an_archive(
    archives: Path, tmp_path: Path, batches: list[int]
) -> None:
    ctx = TaskContext()

    def stop(update: object) -> None:
        if isinstance(update, Progress) and update.message == "Indexing files" and update.done > 5:
            ctx.cancel()

    ctx._on_report = stop
    with pytest.raises(TaskCancelledError):
        index(archives, tmp_path, ctx)
    with Catalog(tmp_path / "c.sqlite") as catalog:
        (kept,) = catalog.ask("SELECT count(*) FROM member")[0]
    assert 5 < kept < MEMBERS[0]
    assert index(archives, tmp_path) == sum(MEMBERS) - kept
    with Catalog(tmp_path / "c.sqlite") as catalog:
        twice = "SELECT 1 FROM instance GROUP BY sop_uid HAVING count(*) > 1"
        assert catalog.ask(twice) == []
        assert catalog.ask("SELECT count(*) FROM instance") == [(sum(MEMBERS),)]


def list_progress(root: Path, tmp_path: Path) -> list[tuple[int, int | None]]:
    seen: list[tuple[int, int | None]] = []

    def note(update: object) -> None:
        if isinstance(update, Progress) and update.message == "Indexing files":
            seen.append((update.done, update.total))

    index(root, tmp_path, TaskContext(note), workers=1)
    return seen


def test_progress_counts_members_from_the_start(archives: Path, tmp_path: Path) -> None:
    seen = list_progress(archives, tmp_path)
    assert {total for _, total in seen} == {sum(MEMBERS)}
    assert seen[-1][0] == sum(MEMBERS)
    third = tmp_path / "third.zip"
    with zipfile.ZipFile(third, "w") as file:
        file.writestr("folder/", "")
        file.writestr("passed over.xml", "")
        file.writestr("notes.txt", "no image")
    third.rename(archives / "third.zip")
    assert list_progress(archives, tmp_path) == [(5, 5)]  # two unchanged archives, three members
    moved = archives.rename(tmp_path / "moved")
    (moved / "more.txt").write_text("no image")
    ((done, total),) = list_progress(moved, tmp_path)
    assert done == total
