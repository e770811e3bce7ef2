"""A run is gone on with as it was started: nobody changes sides, and no run is lost."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ctbox.errors import TrainingDataError
from ctbox.model.card import is_model_name
from ctbox.progress import TaskContext
from ctbox.workflows import fine_tune_runs
from ctbox.workflows.fine_tune_phantoms import PhantomSize, make_old_phantoms
from ctbox.workflows.fine_tune_request import (
    FineTuneRequest,
    require_same_run,
    write_request,
)
from ctbox.workflows.fine_tune_split import Division, PatientRow, Side
from ctbox.workflows.fine_tune_tracking import SPLIT_FILE, RunTracker
from tests.workflows import fine_tune_scene as scene


def make_request(out: Path, **changes: object) -> FineTuneRequest:
    request = scene.make_request(out, out, out)
    return replace(request, **changes)  # type: ignore[arg-type]


def divide(**sides: Side) -> Division:
    rows = [
        PatientRow(name, "B", 5, number, side, seen_by_base=False)
        for number, (name, side) in enumerate(sides.items())
    ]
    return Division(tuple(rows))


STARTED = divide(B0001=Side.TRAINING, B0002=Side.STOPPING, B0003=Side.TEST)


@pytest.mark.parametrize(
    "change",
    [{"test_patients": ("B0001",)}, {"seed": 7}, {"subtype": "A"}, {"left_out_series": ("x",)}],
    ids=lambda change: next(iter(change)),
)
def test_other_settings_are_refused(tmp_path: Path, change: dict[str, object]) -> None:
    request = make_request(tmp_path)
    write_request(request)
    require_same_run(replace(request, resume=True, dicom=tmp_path / "moved", device="auto"))
    with pytest.raises(TrainingDataError, match="started with another"):
        require_same_run(replace(request, resume=True, **change))  # type: ignore[arg-type]


def test_whoever_taught_never_judges_after_a_resume(tmp_path: Path) -> None:
    RunTracker(tmp_path).write_split(STARTED, (("A0001",), ("E0001",)))
    kept = (tmp_path / SPLIT_FILE).read_bytes()
    again = RunTracker(tmp_path, resumed=True)
    again.write_split(STARTED, (("A0001",), ("E0001",)))
    assert (tmp_path / SPLIT_FILE).read_bytes() == kept
    with pytest.raises(TrainingDataError, match="B0001, B0003"):
        again.write_split(
            divide(B0001=Side.TEST, B0002=Side.STOPPING, B0003=Side.TRAINING),
            (("A0001",), ("E0001",)),
        )
    with pytest.raises(TrainingDataError, match="B0004"):
        again.write_split(
            divide(**{row.patient_id: row.side for row in STARTED.rows}, B0004=Side.TEST),
            (("A0001",), ("E0001",)),
        )
    with pytest.raises(TrainingDataError, match="A0001, E0001"):
        again.write_split(STARTED, (("E0001",), ("A0001",)))
    assert (tmp_path / SPLIT_FILE).read_bytes() == kept


def test_a_split_nobody_can_read_ends_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / SPLIT_FILE).write_text("{")
    with pytest.raises(TrainingDataError, match="who stood on which side"):
        RunTracker(tmp_path, resumed=True).write_split(STARTED)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    return fine_tune_runs.runs_folder()


def make_run(folder: Path, name: str) -> Path:
    out = folder / name
    (out / fine_tune_runs.STATE_FOLDER).mkdir(parents=True)
    write_request(make_request(out, name=name))
    return out


def test_a_run_is_found_until_it_is_adopted_or_discarded(home: Path) -> None:
    assert fine_tune_runs.find_open_run() is None
    old, new = make_run(home, "2026-old"), make_run(home, "2027-new")
    (new / fine_tune_runs.RESULTS_FILE).write_text("{}")
    found = fine_tune_runs.find_open_run()
    assert found is not None
    assert found.out == new  # over, but nobody has decided
    assert fine_tune_runs.is_over(new)
    fine_tune_runs.mark_adopted(new)
    assert not (new / fine_tune_runs.STATE_FOLDER).exists()
    found = fine_tune_runs.find_open_run()
    assert found is not None
    assert found.out == old
    fine_tune_runs.discard_run(old)
    assert fine_tune_runs.find_open_run() is None


@pytest.mark.parametrize("was_over", [True, False])
def test_a_discarded_run_keeps_its_state_only_where_it_could_go_on(
    home: Path, was_over: bool
) -> None:
    run = make_run(home, "2026-a")
    if was_over:
        (run / fine_tune_runs.RESULTS_FILE).write_text("{}")
    place = fine_tune_runs.discard_run(run)
    assert (place / fine_tune_runs.STATE_FOLDER).exists() != was_over
    assert fine_tune_runs.is_over(place) == was_over


def test_a_folder_that_is_no_run_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / fine_tune_runs.STATE_FOLDER).mkdir()
    (tmp_path / "config.json").write_text('{"epochs": 3}')
    fine_tune_runs.mark_adopted(tmp_path)
    assert {each.name for each in tmp_path.iterdir()} == {"config.json", "run"}


def write_results(out: Path, *forgotten: tuple[str, float | None, bool]) -> None:
    rows = [{"title": t, "difference": d, "is_part": p} for t, d, p in forgotten]
    document = {"forgetting": rows, "forgetting_limit": 0.03}
    (out / fine_tune_runs.RESULTS_FILE).write_text(json.dumps(document))


def test_what_was_forgotten_is_read_from_a_run(tmp_path: Path) -> None:
    assert fine_tune_runs.read_forgotten(tmp_path) == ()
    write_results(tmp_path, ("Phantoms", -0.029, False), ("Phantoms A", -0.5, True))
    assert fine_tune_runs.read_forgotten(tmp_path) == ()
    write_results(tmp_path, ("Phantoms", -0.1, False), ("Old patients", None, False))
    assert fine_tune_runs.read_forgotten(tmp_path) == ("Phantoms: 0.100 IoU lost",)
    (tmp_path / fine_tune_runs.RESULTS_FILE).write_text('{"folds": []}')  # of `ctbox train`
    assert fine_tune_runs.read_forgotten(tmp_path) == ()
    (tmp_path / fine_tune_runs.RESULTS_FILE).write_text("{")
    with pytest.raises(TrainingDataError, match="can't be read"):
        fine_tune_runs.read_forgotten(tmp_path)


def test_a_cut_phantom_in_the_cache_is_made_anew(tmp_path: Path) -> None:
    size = PhantomSize(rows=64, slices=3, per_letter=1, letters=("A",))
    first = make_old_phantoms(1, tmp_path, TaskContext(), size)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    for broken in (whole[: len(whole) // 2], whole[:200] + bytes(300) + whole[500:]):
        path.write_bytes(broken)
        again = make_old_phantoms(1, tmp_path, TaskContext(), size)
        assert (again[0].series.read() == first[0].series.read()).all()
    shutil.rmtree(tmp_path)


def test_the_cards_command_names_no_folder() -> None:
    from ctbox.cli.fine_tune_commands import describe_command

    told = describe_command("E", "new", "/home/me/SMITH^JOHN/model", "E0001", (30, 2))
    assert "SMITH" not in told
    assert told.endswith(
        "--subtype E --name new --out DIR --base MODEL --test-patients E0001 --steps 30 --seed 2"
    )
    assert is_model_name("mine")
    assert "--base mine" in describe_command("E", "new", "mine", "", (None, 1))
