from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ctbox.model import phantom_series, shipped
from ctbox.model.checkpoint import load_checkpoint
from ctbox.model.config import SampleMix
from ctbox.model.inference import Detector
from ctbox.model.manifest import read_manifest
from ctbox.model.phantom_series import make_phantom_series
from ctbox.model.recipe import Recipe, Stage, parse_recipe
from ctbox.progress import TaskCancelledError, TaskContext
from tests.model.toy import make_config, make_series

CONFIG = make_config(epochs=1, mix=SampleMix(real=0.6, pasted=0.2, grown=0.0, phantom=0.2))
RECIPE = Recipe((Stage("first", CONFIG, 1), Stage("finish", replace(CONFIG, seed=2), 2)))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(phantom_series, "SLICES", 6)
    monkeypatch.setattr(phantom_series, "ROWS", 128)


def test_phantom_series_are_annotated_and_repeatable() -> None:
    first, second = make_phantom_series(1, 5)[0], make_phantom_series(1, 5)[0]
    assert first.is_phantom
    assert first.boxes
    np.testing.assert_array_equal(first.read(), second.read())
    assert first.read().shape[0] == len(first.geometry.positions_mm) == 6


def test_the_recipe_ships_a_loadable_model_whatever_the_order(tmp_path: Path) -> None:
    series = (make_series("T1"), make_series("T2", centre=(6, 42, 90), seed=1))
    run = shipped.ShippedRun(tmp_path / "weights", tmp_path / "state", recipe=RECIPE)
    card = shipped.train_shipped(series, run)
    assert card.training.patient_ids == ("T1", "T2")
    assert card.training.synthetic_seeds == (RECIPE.phantom_seed,)
    assert parse_recipe(card.config["recipe"]) == RECIPE
    assert card.weights_bytes < 10_000_000
    manifest = read_manifest(run.weights)
    assert manifest is not None
    assert manifest.default == card.name
    Detector.load(run.weights / card.name, device="cpu")
    again = replace(run, weights=tmp_path / "again", state=tmp_path / "state-again")
    shipped.train_shipped(series[::-1], again)
    first, _ = load_checkpoint(run.weights / card.name)
    second, _ = load_checkpoint(again.weights / card.name)
    assert all(first[name].equal(second[name]) for name in first)


def test_a_stopped_run_ships_nothing(tmp_path: Path) -> None:
    run = shipped.ShippedRun(tmp_path / "weights", tmp_path / "state", recipe=RECIPE)
    ctx = TaskContext(is_cancelled=lambda: True)
    with pytest.raises(TaskCancelledError):
        shipped.train_shipped((make_series(),), run, ctx)
    assert not run.weights.exists()
