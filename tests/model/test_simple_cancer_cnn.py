"""The thesis's network, layer by layer; its half a gigabyte is never allocated here."""

from __future__ import annotations

import pytest
import torch

from ctbox.model.networks.simple_cancer_cnn import (
    PARAMETERS,
    SIDE,
    SimpleCancerCNN,
    prepare_slices,
)


@pytest.fixture(scope="module")
def published() -> SimpleCancerCNN:
    with torch.device("meta"):  # shapes without memory
        return SimpleCancerCNN()


def test_it_has_the_published_number_of_parameters(published: SimpleCancerCNN) -> None:
    assert sum(p.numel() for p in published.parameters()) == PARAMETERS == 134_223_812


def test_its_layers_are_the_published_ones(published: SimpleCancerCNN) -> None:
    shapes = {name: tuple(p.shape) for name, p in published.named_parameters()}

    assert shapes == {
        "conv1.weight": (16, 1, 3, 3),
        "conv1.bias": (16,),
        "conv2.weight": (32, 16, 3, 3),
        "conv2.bias": (32,),
        "fc1.weight": (256, 32 * 128 * 128),
        "fc1.bias": (256,),
        "fc2.weight": (4, 256),
        "fc2.bias": (4,),
    }


def test_a_batch_of_slices_gives_a_box_each(published: SimpleCancerCNN) -> None:
    boxes = published(torch.zeros(16, 1, SIDE, SIDE, device="meta"))

    assert tuple(boxes.shape) == (16, 4)


def test_the_layers_are_applied_in_the_published_order() -> None:
    torch.manual_seed(0)
    network = SimpleCancerCNN(side=8)
    slices = torch.rand(2, 1, 8, 8)

    sequence = torch.nn.Sequential(
        network.conv1,
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        network.conv2,
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Flatten(),
        network.fc1,
        torch.nn.ReLU(),
        network.fc2,
    )

    assert torch.equal(network(slices), sequence(slices))


def test_every_layer_learns_from_a_wrong_box() -> None:
    # By hand: the first optimizer of a process costs seconds of imports.
    torch.manual_seed(0)
    network = SimpleCancerCNN(side=16)
    slices, target = torch.rand(4, 1, 16, 16), torch.tensor([[3.0, 4.0, 9.0, 12.0]]).expand(4, 4)
    losses = []
    for _ in range(40):
        loss = torch.nn.functional.mse_loss(network(slices), target)
        network.zero_grad()
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            for parameter in network.parameters():
                assert parameter.grad is not None
                assert parameter.grad.abs().sum() > 0
                parameter.sub_(0.002 * parameter.grad)

    assert losses[-1] < losses[0] / 2


@pytest.mark.parametrize("shape", [(1, 1, 256, 256), (1, 3, SIDE, SIDE), (SIDE, SIDE)])
def test_another_shape_is_named(published: SimpleCancerCNN, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"must have shape \(N, 1, 512, 512\)"):
        published(torch.zeros(shape, device="meta"))


def test_a_side_that_can_not_be_pooled_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="multiple of 4"):
        SimpleCancerCNN(side=10)


def test_each_slice_is_scaled_by_its_own_maximum() -> None:
    hu = torch.tensor([[[-1024, 0], [1024, -2000]], [[-1024, -512], [-768, -3024]]])

    scaled = prepare_slices(hu.to(torch.int16), side=2)

    assert scaled.shape == (2, 1, 2, 2)
    assert scaled[0, 0].tolist() == [[0.0, 0.5], [1.0, 0.0]]
    assert scaled[1, 0].tolist() == [[0.0, 1.0], [0.5, 0.0]]


def test_a_slice_of_air_stays_finite() -> None:
    assert prepare_slices(torch.full((1, 4, 4), -2000.0), side=4).abs().max() == 0


def test_other_sizes_are_resized() -> None:
    assert prepare_slices(torch.zeros(3, 20, 30), side=8).shape == (3, 1, 8, 8)
    with pytest.raises(ValueError, match="rows, columns"):
        prepare_slices(torch.zeros(8, 8))
