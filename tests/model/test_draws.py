"""A seed draws the same samples for ever: shipped weights are made again from their recipe.

The figures were taken from the code that made the shipped weights. They are rounded, for other
processors round otherwise; any other order of draws moves them by far more.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from ctbox.model import phantom_series
from ctbox.model.config import SampleMix
from ctbox.model.dataset import TrainingData
from ctbox.model.lung_learning import LungLearning
from ctbox.model.phantom_series import make_phantom_series
from ctbox.model.training import fit
from tests.model.toy import make_config, make_series

EXPECTED = Path(__file__).with_name("draws.json")
CONFIG = make_config(
    epochs=2,
    steps_per_epoch=2,
    batch_size=6,
    mix=SampleMix(real=0.3, pasted=0.15, synthetic=0.1, grown=0.2, negative=0.1, phantom=0.15),
)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrainingData:
    monkeypatch.setattr(phantom_series, "SLICES", 6)
    monkeypatch.setattr(phantom_series, "ROWS", 128)
    phantoms = make_phantom_series(2, 5, folder=tmp_path)
    return TrainingData(
        (make_series("T1"), make_series("T2", centre=(6, 42, 90), seed=1), *phantoms),
        (make_series("T3", centre=(9, 50, 88), seed=2),),
    )


def test_the_first_batches_are_what_they_were(data: TrainingData) -> None:
    task = LungLearning(CONFIG, data, torch.device("cpu"))
    rng = np.random.default_rng([CONFIG.seed, 0])
    task.start_epoch(rng)
    expected = json.loads(EXPECTED.read_text())["batches"]
    for wanted in expected:
        batch = task.draw_batch(6, rng)
        assert [len(boxes) for boxes in batch.boxes] == wanted["counts"]
        means = batch.inputs.mean(dim=(2, 3)).numpy()
        np.testing.assert_allclose(means, wanted["means"], atol=2e-4)
        boxes = torch.cat(batch.boxes).numpy()
        np.testing.assert_allclose(boxes, wanted["boxes"], atol=0.02)


def test_the_first_losses_are_what_they_were(data: TrainingData) -> None:
    expected = json.loads(EXPECTED.read_text())["losses"]
    found = [entry.training_loss for entry in fit(CONFIG, data).history]
    assert found == pytest.approx(expected, rel=2e-3)
