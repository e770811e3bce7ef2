"""The stem of four: twice the rows and columns at about the same cost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ctbox.model.box_coding import encode_boxes
from ctbox.model.checkpoint import save_checkpoint
from ctbox.model.config import (
    InferenceConfig,
    ModelConfig,
    SampleMix,
    config_from_dict,
    config_to_dict,
)
from ctbox.model.dataset import TrainingData
from ctbox.model.inference import Detector
from ctbox.model.losses import compute_loss
from ctbox.model.networks.detector import LungDetector
from ctbox.model.recipe import Recipe, Stage
from ctbox.model.shipping import CardNotes, build_card
from ctbox.model.training import fit
from tests.model.toy import TOY_MODEL, make_config, make_geometry, make_series, make_volume

FINE = ModelConfig(crop_shape=(448, 512), pixel_size_mm=0.625, stem_factor=4)
FINE_TOY = replace(TOY_MODEL, crop_shape=(128, 192), pixel_size_mm=2.0, stem_factor=4)


def test_only_the_stem_differs_and_the_maps_are_as_large() -> None:
    plain, fine = LungDetector(ModelConfig()), LungDetector(FINE)
    shapes = {name: tensor.shape for name, tensor in plain.state_dict().items()}
    others = {name: tensor.shape for name, tensor in fine.state_dict().items()}
    assert {name for name in shapes if shapes[name] != others[name]} == {"stem.0.weight"}
    assert sum(p.numel() for p in fine.parameters()) < 2_000_000
    output = fine.eval()(torch.zeros(1, 5, 448, 512))
    assert output.heat.shape == (1, 1, 56, 64)
    assert (ModelConfig().stride, FINE.stride) == (4, 8)


def test_every_parameter_gets_a_finite_gradient() -> None:
    network = LungDetector(FINE_TOY)
    boxes = [torch.tensor([[40.0, 40.0, 72.0, 64.0]]), torch.zeros(0, 4)]
    targets = encode_boxes(boxes, (16, 24), FINE_TOY.stride)
    compute_loss(network(torch.rand(2, 5, 128, 192)), targets).total.backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name


@pytest.mark.slow
def test_it_learns_and_predicts_in_the_slices_own_pixels(tmp_path: Path) -> None:
    mix = SampleMix(real=0.8, pasted=0, synthetic=0, grown=0, negative=0.2)
    config = make_config(
        model=FINE_TOY, epochs=1, steps_per_epoch=80, batch_size=5, learning_rate=4e-3, mix=mix
    )
    series = (make_series("T1"),)
    state = fit(config, TrainingData(series)).state
    notes = CardNotes("fine", 0.2, "patient", "make fine")
    card = build_card(
        state, Recipe((Stage("only", config),)), InferenceConfig(), (series, ()), notes
    )
    detector = Detector.load(save_checkpoint(tmp_path / "fine", state, card), device="cpu")
    hu, boxes = make_volume()
    best = detector.predict_volume(hu, make_geometry()).slices[8][0]
    assert np.abs(np.array(best.box.as_tuple()) - boxes[8][0]).max() < 5


def test_a_card_without_the_factor_means_two() -> None:
    values = config_to_dict(FINE)
    assert config_from_dict(ModelConfig, values) == FINE
    del values["stem_factor"], values["crop_shape"]
    assert config_from_dict(ModelConfig, values).stem_factor == 2


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"stem_factor": 3}, "2 or 4"),
        ({"stem_factor": 4, "crop_shape": (224, 256)}, "multiples of 64"),
        ({"crop_shape": (224, 250)}, "multiples of 32"),
    ],
)
def test_impossible_sizes_are_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ModelConfig(**values)  # type: ignore[arg-type]
