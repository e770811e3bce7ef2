from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from ctbox.errors import CheckpointError, DeviceError
from ctbox.model import devices, lung_inference
from ctbox.model.checkpoint import save_checkpoint
from ctbox.model.config import (
    SIMPLE_CANCER_CNN,
    InferenceConfig,
    ModelConfig,
    SampleMix,
    TrainingConfig,
)
from ctbox.model.dataset import TrainingData
from ctbox.model.devices import choose_device
from ctbox.model.geometry import VolumeGeometry
from ctbox.model.inference import Detector, VolumeDetections
from ctbox.model.look_plan import find_heat_neighbours, find_looked_at
from ctbox.model.lung_network import LungNetwork
from ctbox.model.networks.detector import LungDetector
from ctbox.model.networks.folding import fold_norms
from ctbox.model.networks.simple_cancer_cnn import SimpleCancerCNN
from ctbox.model.recipe import Recipe, Stage
from ctbox.model.shipping import CardNotes, build_card
from ctbox.model.training import fit
from ctbox.model.volume_lesions import find_core
from ctbox.progress import Progress, TaskCancelledError, TaskContext
from tests.model.toy import TOY_MODEL, make_config, make_geometry, make_series, make_volume


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    mix = SampleMix(real=0.8, pasted=0, synthetic=0, grown=0, negative=0.2)
    config = make_config(
        epochs=1, steps_per_epoch=80, batch_size=5, warmup_steps=5, learning_rate=4e-3, mix=mix
    )
    series = (make_series("T1"), make_series("T2", centre=(6, 42, 90), seed=1))
    state = fit(config, TrainingData(series)).state
    notes = CardNotes("toy", 0.2, "patient", "make toy")
    card = build_card(
        state, Recipe((Stage("only", config),)), InferenceConfig(), (series, ()), notes
    )
    return save_checkpoint(tmp_path_factory.mktemp("models") / "toy", state, card)


@pytest.fixture
def detector(model_folder: Path) -> Detector:
    return Detector.load(model_folder, device="cpu")


def test_it_finds_the_tumour_it_learnt_and_says_where_it_ran(detector: Detector) -> None:
    hu, boxes = make_volume()
    found = detector.predict_volume(hu, make_geometry())
    assert detector.device_label == "CPU"
    assert detector.threshold == 0.2
    best = found.slices[8][0]
    truth = boxes[8][0]
    assert np.abs(np.array(best.box.as_tuple()) - truth).max() < 5
    lesion = found.lesions[0]
    assert 8 in lesion.indices
    assert lesion.box_mm[0] < 38 * 2.5 < lesion.box_mm[3]
    assert lesion.box_mm[2] < -40.0 < lesion.box_mm[5]
    scores = [one.score for one in found.lesions]
    assert scores == sorted(scores, reverse=True)


def test_a_slice_alone_gives_the_same_boxes_in_any_company(detector: Detector) -> None:
    hu, _ = make_volume()
    alone = detector.predict_volume(hu, make_geometry(), [8])
    together = detector.predict_volume(hu, make_geometry(), [3, 8, 7])
    assert alone.slices[0] == together.slices[1]
    assert alone.slices[0]
    assert alone.lesions == []


def test_prediction_is_deterministic(detector: Detector) -> None:
    hu, _ = make_volume()
    first = detector.predict_volume(hu, make_geometry())
    assert detector.predict_volume(hu, make_geometry()) == first


def test_detections_are_sorted_over_the_threshold_and_on_the_image(detector: Detector) -> None:
    hu, _ = make_volume()
    found = detector.predict_volume(hu, make_geometry(), threshold=0.0)
    for detections in found.slices:
        scores = [one.score for one in detections]
        assert scores == sorted(scores, reverse=True)
        for one in detections:
            assert 0 <= one.box.x1 < one.box.x2 <= hu.shape[2]
            assert 0 <= one.box.y1 < one.box.y2 <= hu.shape[1]
    assert not any(detector.predict_volume(hu, make_geometry(), threshold=1.01).slices)


def test_one_slice_without_neighbours_is_enough(detector: Detector) -> None:
    hu, _ = make_volume()
    found = detector.predict_volume(hu[8:9], VolumeGeometry((2.5, 2.5), (-40.0,)))
    assert len(found.slices) == 1


def test_progress_and_cancel(detector: Detector) -> None:
    hu, _ = make_volume()
    seen: list[object] = []
    detector.predict_volume(hu, make_geometry(), ctx=TaskContext(on_report=seen.append))
    assert [one.done for one in seen if isinstance(one, Progress)] == list(range(1, len(hu) + 1))
    with pytest.raises(TaskCancelledError):
        detector.predict_volume(hu, make_geometry(), ctx=TaskContext(is_cancelled=lambda: True))


@pytest.mark.parametrize(
    ("shape", "indices", "message"),
    [((16, 96), None, "must be"), ((4, 96, 128), None, "positions"), ((16, 96, 128), [16], "0…15")],
)
def test_what_does_not_fit_is_refused(
    detector: Detector, shape: tuple[int, ...], indices: list[int] | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        detector.predict_volume(np.zeros(shape, dtype=np.int16), make_geometry(), indices)


def test_lesions_follow_the_patients_axes(detector: Detector) -> None:
    hu, _ = make_volume()
    positions = make_geometry().positions_mm
    shifted = VolumeGeometry(
        (2.5, 2.5), positions, tuple((-100.0, 50.0, z) for z in positions), (1, 0, 0, 0, 1, 0)
    )
    plain = detector.predict_volume(hu, make_geometry()).lesions[0].box_mm
    moved = detector.predict_volume(hu, shifted).lesions[0].box_mm
    np.testing.assert_allclose(np.subtract(moved, plain), [-100, 50, 0, -100, 50, 0], atol=1e-6)


def test_of_thin_slices_a_few_are_looked_at_and_share_heat() -> None:
    thin = VolumeGeometry((1.0, 1.0), tuple(float(i) for i in range(100)))
    assert [find_looked_at(thin, i) for i in (0, 1, 2, 3, 50, 99)] == [0, 0, 2, 4, 50, 98]
    assert find_heat_neighbours(thin, 50, 12.5) == [38, 42, 46, 50, 54, 58, 62]
    thick = VolumeGeometry((1.0, 1.0), (0.0, 10.0, 20.0))
    assert [find_looked_at(thick, i) for i in range(3)] == [0, 1, 2]
    assert find_heat_neighbours(thick, 1, 12.5) == [0, 1, 2]
    assert find_heat_neighbours(thick, 0, 0.0) == [0]


def test_slices_of_one_place_are_not_taken_for_thin_ones() -> None:
    doubled = VolumeGeometry((1.0, 1.0), tuple(5.0 * (i // 2) for i in range(60)))
    assert doubled.slice_spacing_mm == 5.0
    assert [find_looked_at(doubled, i) for i in range(60)] == list(range(60))
    assert VolumeGeometry((1.0, 1.0), (3.0, 3.0, 3.0)).slice_spacing_mm == 5.0


@given(
    st.lists(st.sampled_from([0.0, 0.5, 0.625, 1.0, 1.25, 2.5, 5.0, 8.0, 10.0]), max_size=60),
    st.sampled_from([1.0, -1.0]),
)
def test_what_stands_in_for_a_slice_lies_near_it(steps: list[float], side: float) -> None:
    places = np.concatenate([[0.0], np.cumsum(steps)]) * side
    geometry = VolumeGeometry((1.0, 1.0), tuple(places.tolist()))
    for index in range(len(places)):
        chosen = find_looked_at(geometry, index)
        assert abs(places[chosen] - places[index]) <= 2.5


def test_a_thin_series_is_predicted_on_every_slice(detector: Detector) -> None:
    hu, _ = make_volume()
    thin = np.repeat(hu, 5, axis=0)
    geometry = VolumeGeometry((2.5, 2.5), tuple(-1.0 * i for i in range(len(thin))))
    seen: list[object] = []
    found = detector.predict_volume(thin, geometry, ctx=TaskContext(on_report=seen.append))
    assert len(found.slices) == len(thin)
    assert found.slices[42]
    assert len(seen) <= len(thin) / 2 + 1
    alone = detector.predict_volume(thin, geometry, [43]).slices[0]
    assert alone == detector.predict_volume(thin, geometry, [40, 43]).slices[1]


def test_the_baseline_gives_one_raw_box_of_score_one_a_slice(tmp_path: Path) -> None:
    model = ModelConfig(architecture=SIMPLE_CANCER_CNN, baseline_side=32)
    state = SimpleCancerCNN(32).state_dict()
    state["fc2.weight"].zero_()
    state["fc2.bias"].copy_(torch.tensor([4.0, 8.0, 16.0, 24.0]))
    notes = CardNotes("base", 0.5, "patient", "train")
    config = TrainingConfig(model=model)
    card = build_card(
        state, Recipe((Stage("only", config),)), InferenceConfig(), ((make_series(),), ()), notes
    )
    detector = Detector.load(save_checkpoint(tmp_path / "base", state, card), device="cpu")
    found = detector.predict_volume(np.zeros((2, 96, 128)), VolumeGeometry((1, 1), (0.0, 5.0)))
    assert [[one.score for one in s] for s in found.slices] == [[1.0], [1.0]]
    assert found.slices[0][0].box.as_tuple() == pytest.approx((16, 24, 64, 72))
    assert found.lesions == []


def test_an_unknown_architecture_is_refused(model_folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "toy"
    copy.mkdir()
    for file in model_folder.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    card = (copy / "card.json").read_text(encoding="utf-8")
    (copy / "card.json").write_text(card.replace("lung-detector", "other-net"), encoding="utf-8")
    with pytest.raises(CheckpointError, match="other-net"):
        Detector.load(copy, device="cpu")


def test_a_broken_gpu_falls_back_or_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.version, "cuda", "12.8")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(devices, "find_cuda_problem", lambda: "the driver is too old.")
    compute = choose_device("auto")
    assert compute.label == "CPU"
    assert compute.fallback_reason == "the driver is too old."
    with pytest.raises(DeviceError, match="driver is too old"):
        choose_device("cuda")
    with pytest.raises(DeviceError, match="Unknown device"):
        choose_device("tpu")


@pytest.mark.parametrize(
    ("scores", "core"),
    [
        ([0.9], (0, 1)),
        ([0.2, 0.8, 0.9, 0.5, 0.4, 0.8], (1, 4)),
        ([0.1, 0.1, 0.1], (0, 3)),
        ([0.9, 0.1], (0, 1)),
        ([0.1, 0.9], (1, 2)),
    ],
)
def test_a_lesion_ends_where_its_trail_grows_faint(
    scores: list[float], core: tuple[int, int]
) -> None:
    found = find_core(np.array(scores))
    assert (found.start, found.stop) == core


def test_folding_the_norms_changes_nothing_and_needs_evaluation_mode() -> None:
    torch.manual_seed(3)
    network = LungDetector(TOY_MODEL)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -0.3, 0.3)
            nn.init.uniform_(module.running_var, 0.5, 2.0)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.3, 0.3)
    with pytest.raises(ValueError, match="evaluation mode"):
        fold_norms(network)
    inputs = torch.rand(2, 5, 64, 96)
    with torch.inference_mode():
        expected = network.eval()(inputs)
        fold_norms(network)
        found = network(inputs)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in network.modules())
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


def test_a_batch_gives_the_boxes_of_single_slices(
    detector: Detector, monkeypatch: pytest.MonkeyPatch
) -> None:
    hu, _ = make_volume()
    single = detector.predict_volume(hu, make_geometry())
    # As on a GPU: many slices at once, in one thread.
    monkeypatch.setattr(detector._predictor, "_batch", 6)
    monkeypatch.setattr(detector._predictor, "_map", lung_inference._map_one_by_one)
    assert_same_boxes(detector.predict_volume(hu, make_geometry()), single, 1e-4)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU: CPU/GPU agreement not run")
def test_the_gpu_gives_the_boxes_of_the_cpu(model_folder: Path, detector: Detector) -> None:
    hu, _ = make_volume()
    on_gpu = Detector.load(model_folder, device="cuda").predict_volume(hu, make_geometry())
    assert_same_boxes(on_gpu, detector.predict_volume(hu, make_geometry()), 0.05)


def assert_same_boxes(first: VolumeDetections, second: VolumeDetections, tolerance: float) -> None:
    """Same detections in the same order: boxes within so many pixels, scores a tenth of that."""
    assert any(second.slices)
    for ours, theirs in zip(first.slices, second.slices, strict=True):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one.box.as_tuple(), other.box.as_tuple(), atol=tolerance)
            assert one.score == pytest.approx(other.score, abs=tolerance / 10)


def test_the_mirrored_slice_can_be_looked_at_as_well() -> None:
    torch.manual_seed(1)
    plain = LungNetwork(LungDetector(TOY_MODEL), 4, torch.device("cpu"), flip=False)
    torch.manual_seed(1)
    both = LungNetwork(LungDetector(TOY_MODEL), 4, torch.device("cpu"), flip=True)
    inputs = torch.rand(1, 5, 64, 96)
    (there,), (back,) = plain.look(inputs), plain.look(inputs.flip(-1))
    (mixed,) = both.look(inputs)
    np.testing.assert_allclose(mixed.heat, (there.heat + back.heat[:, ::-1]) / 2, atol=1e-6)
    other = 96 - back.boxes[2][:, ::-1]
    np.testing.assert_allclose(mixed.boxes[0], (there.boxes[0] + other) / 2, atol=1e-4)
