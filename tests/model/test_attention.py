"""Where a model looked, laid over the slice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ctbox.boxes import compute_iou
from ctbox.model.attention import AttentionMap, quantise_scores
from ctbox.model.checkpoint import save_checkpoint
from ctbox.model.config import (
    SIMPLE_CANCER_CNN,
    InferenceConfig,
    ModelConfig,
    TrainingConfig,
)
from ctbox.model.geometry import VolumeGeometry
from ctbox.model.inference import Detector
from ctbox.model.networks.simple_cancer_cnn import SimpleCancerCNN
from ctbox.model.recipe import Recipe, Stage
from ctbox.model.shipping import CardNotes, build_card
from ctbox.phantom.volume import PhantomConfig, make_phantom
from tests.model.toy import make_series

HIT_IOU = 0.3


@pytest.mark.slow
def test_the_peak_lies_in_the_tumour_of_most_detected_slices() -> None:
    detector = Detector.load(None, device="cpu")
    hits = []
    for seed in (0, 3, 4, 6):
        config = PhantomConfig(rows=256, n_slices=10)
        phantom = make_phantom(config, np.random.default_rng(seed))
        geometry = VolumeGeometry(phantom.pixel_spacing_mm, tuple(map(float, phantom.positions_mm)))
        found = detector.predict_volume(phantom.hu, geometry, want_attention=True)
        for index, (detections, attention) in enumerate(
            zip(found.slices, found.attention, strict=True)
        ):
            truth = [lesion.boxes[index].as_tuple() for lesion in phantom.boxes_on(index)]
            if not truth or not detections:
                continue
            top = np.array([detections[0].box.as_tuple()])
            ious = compute_iou(top, np.array(truth))[0]
            if ious.max() >= HIT_IOU:
                x1, y1, x2, y2 = truth[int(ious.argmax())]
                x, y = attention.find_peak()
                hits.append(x1 <= x <= x2 and y1 <= y <= y2)
    assert len(hits) >= 15
    assert np.mean(hits) >= 0.8


def test_maps_cost_no_other_boxes_and_come_for_single_slices() -> None:
    detector = Detector.load(None, device="cpu")
    phantom = make_phantom(PhantomConfig(rows=128, n_slices=6), np.random.default_rng(3))
    geometry = VolumeGeometry(phantom.pixel_spacing_mm, tuple(map(float, phantom.positions_mm)))
    plain = detector.predict_volume(phantom.hu, geometry)
    mapped = detector.predict_volume(phantom.hu, geometry, want_attention=True)
    assert mapped.slices == plain.slices
    assert (len(plain.attention), len(mapped.attention)) == (0, 6)
    alone = detector.predict_volume(phantom.hu, geometry, [4, 1], want_attention=True)
    np.testing.assert_array_equal(alone.attention[0].values, mapped.attention[4].values)
    np.testing.assert_array_equal(alone.attention[1].values, mapped.attention[1].values)
    for detections, attention in zip(alone.slices, alone.attention, strict=True):
        if detections:  # a slice alone scores its best box by the map's own peak
            best = detections[0].score
            assert float(attention.scores.max()) == pytest.approx(best, abs=0.005)


def test_the_map_covers_the_crop() -> None:
    attention = AttentionMap(np.zeros((56, 64), np.uint8), -10.0, 20.0, 8.0, 7.0)
    assert attention.bounds == (-10.0, 20.0, 502.0, 412.0)
    values = np.zeros((4, 4), np.uint8)
    values[1, 2] = 200
    assert AttentionMap(values, 10.0, 20.0, 2.0, 4.0).find_peak() == (15.0, 26.0)


def test_scores_survive_eight_bits() -> None:
    scores = np.linspace(0, 1, 101).reshape(1, -1)
    kept = AttentionMap(quantise_scores(scores), 0, 0, 1, 1).scores
    np.testing.assert_allclose(kept, scores, atol=0.005)
    # A score at which boxes are shown is seen.
    assert quantise_scores(np.array([[0.005]]))[0, 0] > 10


@pytest.mark.parametrize(
    ("values", "width"),
    [(np.zeros((2, 2)), 1.0), (np.zeros(4, np.uint8), 1.0), (np.zeros((2, 2), np.uint8), 0.0)],
)
def test_a_malformed_map_is_refused(values: np.ndarray, width: float) -> None:
    with pytest.raises(ValueError, match="map"):
        AttentionMap(values, 0.0, 0.0, width, 1.0)


def test_the_baseline_shows_the_place_that_made_its_box(tmp_path: Path) -> None:
    state = SimpleCancerCNN(32).state_dict()
    # All of the box hangs on one cell of the last features: row 3, column 5 of 8.
    weight = torch.zeros_like(state["fc1.weight"]).view(256, 32, 8, 8)
    weight[:, :, 3, 5] = 1.0
    state["fc1.weight"].copy_(weight.view(256, -1))
    state["conv1.bias"].fill_(0.1)
    state["conv1.weight"].abs_()
    state["conv2.weight"].abs_()
    state["fc2.weight"].fill_(0.01)
    model = ModelConfig(architecture=SIMPLE_CANCER_CNN, baseline_side=32)
    notes = CardNotes("base", 0.5, "patient", "train")
    config = TrainingConfig(model=model)
    card = build_card(
        state, Recipe((Stage("only", config),)), InferenceConfig(), ((make_series(),), ()), notes
    )
    detector = Detector.load(save_checkpoint(tmp_path / "base", state, card), device="cpu")
    hu = np.random.default_rng(0).integers(-900, 400, (1, 96, 128)).astype(np.int16)
    geometry = VolumeGeometry((1, 1), (0.0,))
    found = detector.predict_volume(hu, geometry, want_attention=True)
    (attention,) = found.attention
    assert attention.bounds == (0.0, 0.0, 128.0, 96.0)
    assert attention.find_peak() == (5.5 * 16, 3.5 * 12)
    assert (attention.values > 0).sum() == 1
    assert found.slices == detector.predict_volume(hu, geometry).slices


def test_contributions_add_up_to_the_box_where_nothing_is_added_besides() -> None:
    network = SimpleCancerCNN(16).eval()
    with torch.no_grad():
        network.fc1.bias.zero_()
        network.fc2.bias.zero_()
        network.fc2.weight.abs_()  # one sign, so that amounts do not cancel
        network.fc1.weight.abs_()
        features = network.extract(torch.rand(2, 1, 16, 16))
    boxes, amounts = network.attribute(features)
    torch.testing.assert_close(amounts.sum(dim=(1, 2)), boxes.sum(dim=1))
    assert not boxes.requires_grad
