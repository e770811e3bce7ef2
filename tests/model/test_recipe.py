from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from ctbox.errors import TrainingDataError
from ctbox.model import phantom_series
from ctbox.model.config import SampleMix
from ctbox.model.dataset import TrainingData
from ctbox.model.phantom_series import make_phantom_series
from ctbox.model.recipe import SHIPPED_RECIPE, Recipe, Stage, parse_recipe
from ctbox.model.recipe_training import average_weights, train_recipe
from ctbox.model.training import FitOptions, fit
from ctbox.model.training_updates import EpochFinished, StepFinished, TrainingNote
from ctbox.progress import TaskCancelledError, TaskContext
from ctbox.workflows.training_plans import find_recipe, make_recipe
from tests.model.test_training import DATA, HELD_OUT, assert_same_weights, losses
from tests.model.toy import make_config

FIRST = make_config(batch_size=2, mix=SampleMix(real=0.5, pasted=0.2, grown=0.0, phantom=0.3))
TWO = Recipe((Stage("first", FIRST, 1), Stage("finish", replace(FIRST, seed=2), 2)), 5)


@pytest.fixture(autouse=True)
def small_phantoms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(phantom_series, "SLICES", 6)
    monkeypatch.setattr(phantom_series, "ROWS", 128)


def test_everyone_follows_the_shipped_recipe() -> None:
    assert make_recipe("lung-detector", None, seed=1) == SHIPPED_RECIPE
    assert find_recipe(None, None) == SHIPPED_RECIPE
    assert [stage.phantoms for stage in SHIPPED_RECIPE.stages] == [8, 14]
    baseline = make_recipe("simple-cancer-cnn", None, seed=3)
    assert [(stage.phantoms, stage.config.seed) for stage in baseline.stages] == [(0, 3)]


def test_the_fine_input_has_half_the_pixel_size_over_the_same_field() -> None:
    model = make_recipe("lung-detector", None, 1, input_side=512).model
    assert (model.crop_shape, model.pixel_size_mm, model.stem_factor) == ((448, 512), 0.625, 4)
    for words in (("simple-cancer-cnn", 512), ("lung-detector", 100)):
        with pytest.raises(TrainingDataError, match="cannot be trained with an input"):
            make_recipe(words[0], None, 1, input_side=words[1])


def test_a_recipe_survives_json() -> None:
    assert parse_recipe(SHIPPED_RECIPE.to_json()) == SHIPPED_RECIPE


@pytest.mark.parametrize(
    ("epochs", "stages"), [(1, [1]), (2, [1, 1]), (8, [5, 3]), (16, [10, 6]), (32, [20, 12])]
)
def test_lengths_scale_all_stages_in_proportion(epochs: int, stages: list[int]) -> None:
    recipe = SHIPPED_RECIPE.with_length(epochs, 20)
    assert [stage.config.epochs for stage in recipe.stages] == stages
    assert [stage.config.steps_per_epoch for stage in recipe.stages] == [20, 10][: len(stages)]


def test_a_short_run_makes_no_more_phantoms_than_it_draws() -> None:
    assert SHIPPED_RECIPE.with_length(1, 2).phantoms == 2
    assert SHIPPED_RECIPE.with_length(None, None).phantoms == 14


def test_seeds_keep_their_distance() -> None:
    assert [s.config.seed for s in SHIPPED_RECIPE.reseed(7).stages] == [7, 8]
    assert find_recipe(None, None, seed=2) == SHIPPED_RECIPE.reseed(3)


def test_recipes_without_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one stage"):
        Recipe(())
    other = replace(FIRST, model=replace(FIRST.model, neck_width=16))
    with pytest.raises(ValueError, match="same model"):
        Recipe((Stage("first", FIRST), Stage("finish", other)))


def test_stages_run_one_from_the_other_and_are_numbered_through() -> None:
    seen: list[object] = []
    result = train_recipe(TWO, DATA, TaskContext(on_report=seen.append), FitOptions())
    epochs = [one for one in seen if isinstance(one, EpochFinished)]
    assert [(one.epoch, one.epochs) for one in epochs] == [(n, 4) for n in (1, 2, 3, 4)]
    steps = [one for one in seen if isinstance(one, StepFinished)]
    assert [(one.step, one.steps) for one in steps] == [(n, 12) for n in range(1, 13)]
    assert result.history == tuple(epochs)
    assert result.best_epoch == 4

    phantoms = make_phantom_series(2, 5)
    first = fit(FIRST, TrainingData((*DATA.training, phantoms[0])))
    data = TrainingData((*DATA.training, *phantoms))
    second = fit(TWO.stages[1].config, data, options=FitOptions(start=first.state))
    assert losses(result) == losses(first) + losses(second)
    assert_same_weights(result.state, second.state)


@pytest.mark.slow
def test_branches_start_alike_with_other_seeds_and_are_averaged(tmp_path: Path) -> None:
    first, finish = TWO.stages
    recipe = replace(TWO, stages=(first, replace(finish, branches=3)))
    kept: list[dict[str, Tensor]] = []
    options = FitOptions(folder=tmp_path / "run", on_best=lambda state, _: kept.append(state))
    result = train_recipe(recipe, DATA, TaskContext(), options)
    assert sorted(p.name for p in (tmp_path / "run").iterdir()) == [
        "finish",
        "finish-2",
        "finish-3",
        "first",
    ]
    assert [one.epoch for one in result.history] == list(range(1, 9))
    assert {one.epochs for one in result.history} == {8}

    phantoms = make_phantom_series(2, 5)
    start = fit(FIRST, TrainingData((*DATA.training, phantoms[0]))).state
    data = TrainingData((*DATA.training, *phantoms))
    configs = [replace(finish.config, seed=seed) for seed in (2, 3, 4)]
    alone = [fit(config, data, options=FitOptions(start=start)).state for config in configs]
    assert_same_weights(result.state, average_weights(alone))
    assert_same_weights(kept[-1], result.state)
    again = train_recipe(
        recipe, DATA, TaskContext(), FitOptions(folder=tmp_path / "run", resume=True)
    )
    assert_same_weights(again.state, result.state)


def test_where_something_is_validated_one_branch_runs() -> None:
    branched = replace(TWO, stages=(TWO.stages[0], replace(TWO.stages[1], branches=2)))
    one, other = (
        train_recipe(recipe, HELD_OUT, TaskContext(), FitOptions()) for recipe in (TWO, branched)
    )
    assert losses(one) == losses(other)
    assert_same_weights(one.state, other.state)


def test_the_mean_of_weights_is_taken_number_by_number() -> None:
    states = [
        {"w": torch.tensor([1.0, 5.0]), "seen": torch.tensor(7)},
        {"w": torch.tensor([2.0, 7.0]), "seen": torch.tensor(9)},
    ]
    mean = average_weights(states)
    assert mean["w"].tolist() == [1.5, 6.0]
    assert mean["seen"].item() == 7


def test_the_order_of_the_series_does_not_matter() -> None:
    turned = TrainingData(DATA.training[::-1])
    one, other = (train_recipe(TWO, d, TaskContext(), FitOptions()) for d in (DATA, turned))
    assert_same_weights(one.state, other.state)


@pytest.mark.slow
@pytest.mark.parametrize("stop", [4, 10])
def test_a_resumed_recipe_equals_an_uninterrupted_one_in_either_stage(
    tmp_path: Path, stop: int
) -> None:
    whole = train_recipe(TWO, HELD_OUT, TaskContext(), FitOptions())

    def stop_there(update: object) -> None:
        if isinstance(update, StepFinished) and update.step == stop:
            ctx.cancel()

    ctx = TaskContext(on_report=stop_there)
    cut = train_recipe(TWO, HELD_OUT, ctx, FitOptions(folder=tmp_path / "run"))
    assert cut.cancelled
    resumed = train_recipe(
        TWO, HELD_OUT, TaskContext(), FitOptions(folder=tmp_path / "run", resume=True)
    )
    assert losses(resumed) == losses(whole)
    assert resumed.best_epoch == whole.best_epoch
    assert_same_weights(resumed.state, whole.state)


def test_a_worse_later_stage_does_not_replace_the_best_weights() -> None:
    kept: list[int] = []
    learn = replace(FIRST, epochs=3, steps_per_epoch=25, batch_size=4, learning_rate=4e-3)
    learn = replace(learn, mix=SampleMix(real=1, pasted=0, synthetic=0, grown=0, negative=0))
    spoil = replace(learn, epochs=1, steps_per_epoch=4, learning_rate=0.5, gradient_clip=0.0)
    recipe = Recipe((Stage("first", learn), Stage("finish", spoil)))
    data = TrainingData(DATA.training[:1], DATA.training[:1])
    options = FitOptions(on_best=lambda _, epoch: kept.append(epoch.epoch))
    result = train_recipe(recipe, data, TaskContext(), options)
    assert result.best_epoch == kept[-1] <= 3
    assert not result.history[-1].is_best
    assert result.best_iou == max(one.validation_iou or 0 for one in result.history)


def test_phantoms_are_made_once_and_read_back_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []
    first = make_phantom_series(2, 5, TaskContext(seen.append), tmp_path)
    assert len(seen) == 2
    files = sorted(tmp_path.iterdir())
    assert [path.name.split("-")[1:4] for path in files] == [["5", n, "128x6"] for n in "01"]
    second = make_phantom_series(2, 5, TaskContext(seen.append), tmp_path)
    assert len(seen) == 2
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.read(), other.read())
        assert one.geometry == other.geometry
        assert one.boxes.keys() == other.boxes.keys()
        assert all(np.array_equal(one.boxes[index], other.boxes[index]) for index in one.boxes)
    # Another generator makes other phantoms: the old files go.
    monkeypatch.setattr(phantom_series, "digest_sources", lambda *_: "changed")
    make_phantom_series(1, 5, TaskContext(seen.append), tmp_path)
    assert len(seen) == 3
    assert not files[0].exists()
    assert files[1].exists()


@pytest.mark.slow
def test_damaged_phantom_files_are_made_anew(tmp_path: Path) -> None:
    (good,) = make_phantom_series(1, 5, folder=tmp_path)
    hu = good.read()
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole[:200] + b"\0" * 40 + whole[240:], b""):
        path.write_bytes(damaged)
        np.testing.assert_array_equal(good.read(), hu)
        np.testing.assert_array_equal(make_phantom_series(1, 5, folder=tmp_path)[0].read(), hu)
        assert path.read_bytes() == whole


def test_without_room_on_disk_phantoms_stay_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    seen: list[object] = []
    (one,) = make_phantom_series(1, 5, TaskContext(seen.append), tmp_path / "file" / "below")
    assert one.read().shape == (6, 128, 128)
    assert any(isinstance(each, TrainingNote) and "can't be kept" in each.message for each in seen)


def test_making_phantoms_can_be_stopped(tmp_path: Path) -> None:
    with pytest.raises(TaskCancelledError):
        make_phantom_series(2, 5, TaskContext(is_cancelled=lambda: True), tmp_path)
