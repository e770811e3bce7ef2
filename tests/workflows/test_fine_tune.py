"""Fine-tuning from request to figures on toy patients, and everything that can break in it."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ctbox.errors import (
    SplitLeakageError,
    TrainingDataError,
)
from ctbox.evaluation import bootstrap
from ctbox.model.checkpoint import load_checkpoint
from ctbox.model.store import read_card
from ctbox.model.training_updates import EpochFinished, StepFinished
from ctbox.progress import Progress, TaskCancelledError, TaskContext
from ctbox.workflows.fine_tune import describe_start, fine_tune
from ctbox.workflows.fine_tune_control import PauseChanged, RunControl
from ctbox.workflows.fine_tune_data import DataRequest, check_data
from ctbox.workflows.fine_tune_estimate import estimate_run
from ctbox.workflows.fine_tune_request import FineTuneRequest, read_request
from ctbox.workflows.fine_tune_results import BeforeAfter, Figure, FineTuneResult
from ctbox.workflows.fine_tune_updates import (
    STAGES,
    SampleBoxes,
    SamplesChosen,
    StageStarted,
    StartMeasured,
    describe_moment,
)
from ctbox.workflows.peak_memory import measure_peak_memory, reset_peak_memory
from tests.workflows import fine_tune_scene as scene


@pytest.fixture(scope="module", autouse=True)
def few_resamples() -> Iterator[None]:
    """Intervals take most of the time here and are tested elsewhere."""
    patch = pytest.MonkeyPatch()
    draw = bootstrap.bootstrap_figures
    patch.setattr(
        bootstrap, "bootstrap_figures", lambda compute, n, seed, _=0: draw(compute, n, seed, 20)
    )
    yield
    patch.undo()


@dataclass(frozen=True)
class Scene:
    case: Path
    base: Path


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("toys")
    patch = pytest.MonkeyPatch()
    patch.setenv("CTBOX_HOME", str(folder / "home"))
    case = scene.write_patients(folder / "case")
    yield Scene(case, scene.write_base(folder / "models", seen=("Lung_Dx-A0001",)))
    patch.undo()


@dataclass(frozen=True)
class Done:
    request: FineTuneRequest
    result: FineTuneResult
    updates: list[object]


def run(request: FineTuneRequest, ctx: TaskContext | None = None) -> FineTuneResult:
    return fine_tune(request, ctx or TaskContext(), scene.SIZE)


@pytest.fixture(scope="module")
def done(toys: Scene, tmp_path_factory: pytest.TempPathFactory) -> Done:
    """One whole run."""
    request = scene.make_request(toys.case, toys.base, tmp_path_factory.mktemp("run") / "out")
    updates: list[object] = []
    return Done(request, run(request, TaskContext(updates.append)), updates)


def load_weights(request: FineTuneRequest) -> dict[str, torch.Tensor]:
    return load_checkpoint(request.out / "model")[0]


def assert_same_weights(a: FineTuneRequest, b: FineTuneRequest) -> None:
    ours, theirs = load_weights(a), load_weights(b)
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_a_run_tells_every_stage_and_shows_its_samples(done: Done) -> None:
    stages = [each.index for each in done.updates if isinstance(each, StageStarted)]
    assert stages == list(range(len(STAGES)))
    (chosen,) = [each for each in done.updates if isinstance(each, SamplesChosen)]
    assert chosen.pictures[0].picture.dtype == np.uint8
    assert chosen.pictures[0].expert.max() <= 1
    looked = [each.epoch for each in done.updates if isinstance(each, SampleBoxes)]
    assert looked == [0, 1, 2, 3]
    assert len([each for each in done.updates if isinstance(each, EpochFinished)]) == 3
    bars = [each for each in done.updates if isinstance(each, Progress)]
    steps = [each for each in bars if each.message.startswith("Training, loss")]
    assert [each.done for each in steps] == list(range(1, len(steps) + 1))
    assert steps[-1].total == len(steps)
    (start,) = [each for each in done.updates if isinstance(each, StartMeasured)]
    assert start.validation_iou is not None


def test_the_result_has_the_same_images_before_and_after(done: Done) -> None:
    result = done.result
    assert result.test is not None
    assert (result.test.before.slices, result.test.before.patients) == (7, 1)
    assert result.test.after.slices == 7
    assert not result.test.leaky
    assert result.entire.leaky
    assert result.entire.after.patients == 4
    assert [each.title for each in result.forgetting] == [
        "Phantoms", "Phantoms A", "Phantoms E", "Old patients",
    ]  # fmt: skip
    assert [each.is_part for each in result.forgetting] == [False, True, True, False]
    # The base model has learnt from the old patient it is checked on.
    assert [each.leaky for each in result.forgetting] == [False, False, False, True]
    assert result.copy_baseline is not None
    assert sorted(line.patient_id for line in result.patients) == [
        f"Lung_Dx-{name}" for name in scene.NEW
    ]
    assert len(result.worst) + len(result.best) > 0
    assert set(result.thesis_row()) == {"entire set", "test subset", "old IoU"}


def test_the_folder_holds_configuration_split_curves_and_figures(done: Done) -> None:
    out = done.request.out
    assert read_request(out) == done.request
    sides = {
        row["patient_id"]: row["side"]
        for row in json.loads((out / "split.json").read_text())["patients"]
    }
    assert sorted(sides.values()) == ["stopping", "test", "training", "training"]
    lines = (out / "metrics.csv").read_text().splitlines()
    assert len(lines) == 5  # the head, the start, three rounds
    assert len((out / "metrics.jsonl").read_text().splitlines()) == 4
    assert list((out / "tensorboard").glob("*tfevents*"))
    results = json.loads((out / "results.json").read_text())
    assert results["test"]["after"]["slices"] == 7
    assert "picture" not in json.dumps(results)


def test_the_card_tells_the_lineage_and_never_the_test_patient(done: Done) -> None:
    card = read_card(done.request.out / "model")
    split = json.loads((done.request.out / "split.json").read_text())["patients"]
    tested = {row["patient_id"] for row in split if row["side"] == "test"}
    assert card.lineage is not None
    assert (card.lineage.name, card.lineage.seen_patient_ids) == ("toy", ("Lung_Dx-A0001",))
    assert not tested & set(card.seen_patient_ids)
    assert {"Lung_Dx-A0001"} <= set(card.seen_patient_ids)
    stopping = {row["patient_id"] for row in split if row["side"] == "stopping"}
    assert stopping <= set(card.seen_patient_ids)
    taught = {row["patient_id"] for row in split if row["side"] == "training"}
    assert set(card.training.patient_ids) == {*taught, "Lung_Dx-E0001"}  # who is replayed too
    assert any("Fine-tuned from toy for B" in each for each in card.limitations)
    assert any(record.title.startswith("Test patients") for record in card.metrics)


def test_it_learns(toys: Scene, done: Done) -> None:
    before, _ = load_checkpoint(toys.base)
    after = load_weights(done.request)
    assert not torch.equal(before["heat_head.weight"], after["heat_head.weight"])


@pytest.mark.slow
def test_a_run_cut_off_and_resumed_gives_the_same_weights(
    toys: Scene, done: Done, tmp_path: Path
) -> None:
    request = scene.make_request(toys.case, toys.base, tmp_path / "out")

    def stop(update: object) -> None:
        if isinstance(update, StepFinished) and update.step == 4:
            ctx.cancel()

    ctx = TaskContext(stop)
    with pytest.raises(TaskCancelledError):
        run(request, ctx)
    assert (request.out / "model" / "card.json").is_file()  # the best so far is there
    resumed = replace(request, resume=True)
    result = run(resumed)
    assert_same_weights(done.request, resumed)
    assert result.test == done.result.test
    # The head, the start, three rounds: nothing twice.
    rounds = (request.out / "metrics.csv").read_text().splitlines()
    assert [line.partition(",")[0] for line in rounds] == ["epoch", "0", "1", "2", "3"]


def test_a_run_killed_before_its_model_was_written_has_it_when_it_goes_on(
    done: Done, tmp_path: Path
) -> None:
    request = replace(done.request, out=tmp_path / "out", resume=True)
    shutil.copytree(done.request.out, request.out)
    shutil.rmtree(request.out / "model")
    assert run(request).test == done.result.test
    assert_same_weights(done.request, request)


@pytest.mark.parametrize("index", [0, 1, 3, 4])
def test_cancelling_at_any_stage_leaves_a_run_to_go_on_with(
    toys: Scene, done: Done, tmp_path: Path, index: int
) -> None:
    # From the training on, the finished run stands for the first stages.
    request = replace(done.request, out=tmp_path / "out", resume=index > 2)
    if index > 2:
        shutil.copytree(done.request.out, request.out)

    def stop(update: object) -> None:
        if update == StageStarted(index):
            ctx.cancel()

    ctx = TaskContext(stop)
    with pytest.raises(TaskCancelledError):
        run(request, ctx)
    assert read_request(request.out).name == request.name
    if index > 2:
        assert_same_weights(done.request, request)


@pytest.mark.slow
def test_stopping_keeps_the_best_and_judges_it(toys: Scene, tmp_path: Path) -> None:
    request = scene.make_request(toys.case, toys.base, tmp_path / "out")
    control = RunControl(request.out)

    def stop(update: object) -> None:
        if isinstance(update, EpochFinished):
            control.stop()

    result = run(request, TaskContext(stop))
    assert result.stopped
    assert result.epochs == 1
    assert result.test is not None
    assert not control.is_stopped  # nothing is left over for the next time


def test_stopping_before_the_first_round_says_that_nothing_was_learnt(
    toys: Scene, tmp_path: Path
) -> None:
    request = scene.make_request(toys.case, toys.base, tmp_path / "out")
    control = RunControl(request.out)

    def stop(update: object) -> None:
        if update == StageStarted(2):
            control.stop()

    with pytest.raises(TrainingDataError, match="nothing was learnt"):
        run(request, TaskContext(stop))


def test_a_pause_holds_the_run_and_ends(tmp_path: Path) -> None:
    control = RunControl(tmp_path)
    told: list[object] = []

    def take(update: object) -> None:
        told.append(update)
        if update == PauseChanged(paused=True):
            control.go_on()

    watched = control.watch(TaskContext(take))
    control.pause()
    watched.check()
    assert told == [PauseChanged(paused=True), PauseChanged(paused=False)]
    paused = describe_moment(PauseChanged(paused=True))
    assert paused is not None
    assert paused.message == "Paused"
    control.stop()
    with pytest.raises(TaskCancelledError):
        watched.check()
    control.clear()
    watched.check()


def test_an_occupied_folder_and_a_missing_run_are_refused(toys: Scene, tmp_path: Path) -> None:
    request = scene.make_request(toys.case, toys.base, tmp_path)
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(TrainingDataError, match="not empty"):
        run(request)
    with pytest.raises(TrainingDataError, match="no run in"):
        read_request(tmp_path)


def test_the_check_shows_what_is_there(toys: Scene) -> None:
    request = DataRequest(toys.case / "images", toys.case / "Annotation", "B")
    check = check_data(request, TaskContext())
    assert [row.patient_id for row in check.rows] == [f"Lung_Dx-{n}" for n in scene.NEW]
    assert check.old_patients == ("Lung_Dx-A0001", "Lung_Dx-E0001")
    assert all(row.thumbnail is not None for row in check.rows)
    assert all(row.boxes == row.slices > 5 for row in check.rows)
    with pytest.raises(TrainingDataError, match="subtype G"):
        check_data(replace(request, subtype="G"), TaskContext())
    # A new name takes everyone, as no box is called so and everyone has a letter.
    assert len(check_data(replace(request, subtype="carcinoid"), TaskContext()).rows) == 6


def test_two_copies_of_one_patient_cannot_stand_on_two_sides(toys: Scene, tmp_path: Path) -> None:
    case = scene.write_patients(tmp_path / "case", ("B0001", "B0002", "B0003"))
    original = case / "images" / "Lung_Dx-B0001" / "study" / "series"
    twin = case / "images" / "Lung_Dx-B0009" / "study" / "series"
    import pydicom

    for path in sorted(original.iterdir()):
        ds = pydicom.dcmread(path)
        old = str(ds.SOPInstanceUID)
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = f"{old}.9"
        ds.PatientID = "Lung_Dx-B0009"
        for keyword in ("SeriesInstanceUID", "StudyInstanceUID", "FrameOfReferenceUID"):
            setattr(ds, keyword, f"{getattr(ds, keyword)}.9")
        twin.mkdir(parents=True, exist_ok=True)
        ds.save_as(twin / path.name)
        note = case / "Annotation" / "B0001" / f"{old}.xml"
        if note.is_file():
            target = case / "Annotation" / "B0009" / f"{old}.9.xml"
            target.parent.mkdir(exist_ok=True)
            target.write_text(note.read_text().replace(old, f"{old}.9"))
    request = scene.make_request(
        case, toys.base, tmp_path / "out", test_patients=("B0009",), stopping_patients=()
    )
    with pytest.raises(SplitLeakageError, match="same pixels"):
        run(request)


@pytest.mark.slow
def test_two_patients_one_teaches_one_judges_and_the_limits_are_told(
    toys: Scene, tmp_path: Path
) -> None:
    left_out = tuple(
        row.key
        for row in check_data(
            DataRequest(toys.case / "images", toys.case / "Annotation", "B"), TaskContext()
        ).rows
        if row.patient_id[-1] in "34"
    )
    plan = replace(scene.PLAN, steps=2)
    request = scene.make_request(
        toys.case, toys.base, tmp_path / "out", left_out_series=left_out, plan=plan
    )
    result = run(request)
    assert result.entire.after.patients == 2
    assert any("2 independent patients" in each for each in result.warnings)
    assert any("full length" in each for each in result.warnings) or result.test is not None


def test_the_estimate_is_measured(toys: Scene, tmp_path: Path) -> None:
    request = scene.make_request(toys.case, toys.base, tmp_path / "never")
    estimate = estimate_run(request, TaskContext(), scene.SIZE)
    assert 0 < estimate.step_seconds < 60
    assert estimate.seconds > estimate.step_seconds * 6
    assert estimate.memory_bytes is None or estimate.memory_bytes > 50 << 20
    assert "CPU" in estimate.sentence
    assert estimate.gpu_bytes is None
    on_gpu = replace(estimate, gpu_bytes=3 << 30)
    assert on_gpu.sentence.endswith("3.0 GB of the graphics card's")
    assert not request.out.exists()


def test_an_earlier_tasks_memory_is_not_counted() -> None:
    big = np.ones(200 << 17)  # 200 MiB
    before = measure_peak_memory()
    del big
    reset_peak_memory()
    after = measure_peak_memory()
    assert before is not None
    assert after is not None
    # Only Linux lets a peak be forgotten.
    assert after < before - (100 << 20) or sys.platform != "linux"


def make_result(*differences: tuple[float | None, bool]) -> FineTuneResult:
    figure = Figure(0.5, None, None, 0.5, 1, 1)
    pair = BeforeAfter("All", figure, figure, 0.0)
    forgetting = tuple(
        BeforeAfter("Old", figure, figure, difference, is_part=part)
        for difference, part in differences
    )
    return FineTuneResult("x", "new", "old", 1, 1, False, None, pair, pair, None, forgetting, ())


@pytest.mark.parametrize(
    ("differences", "asks"),
    [
        ([(-0.029, False)], False),
        ([(-0.031, False)], True),
        ([(-0.3, True), (0.0, False)], False),
        ([(0.1, False), (-0.04, False)], True),
        ([(None, False)], False),
    ],
)
def test_a_model_that_forgot_asks_twice(
    differences: list[tuple[float | None, bool]], asks: bool
) -> None:
    assert make_result(*differences).asks_twice is asks


@pytest.mark.parametrize(
    ("start", "best", "told"), [(0.7, 0.6, 1), (0.7, 0.7, 1), (0.5, 0.6, 0), (None, 0.1, 0)]
)
def test_a_training_that_did_not_help_is_told(
    start: float | None, best: float | None, told: int
) -> None:
    assert len(describe_start(start, best)) == told
