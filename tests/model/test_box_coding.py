from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ctbox.model.box_coding import decode_boxes, encode_boxes
from ctbox.model.losses import compute_heat_loss, compute_loss, compute_ltrb_iou
from ctbox.model.networks.detector import DetectorOutput

SHAPE, STRIDE = (24, 32), 4


@settings(max_examples=60, deadline=None)
@given(st.floats(2, 90), st.floats(2, 60), st.floats(5, 36), st.floats(5, 34))
def test_boxes_survive_coding_at_every_weighted_cell(
    x: float, y: float, width: float, height: float
) -> None:
    box = torch.tensor([[x, y, x + width, y + height]], dtype=torch.float32)
    targets = encode_boxes([box], SHAPE, STRIDE)
    cells = targets.weight[0] > 0
    assert cells.any()
    decoded = decode_boxes(targets.ltrb.log(), STRIDE)[0][:, cells]
    np.testing.assert_allclose(decoded.numpy(), box[0][:, None].expand_as(decoded), atol=0.3)


def test_heat_is_one_at_the_centre_alone_and_weights_sum_to_one_per_box() -> None:
    boxes = torch.tensor([[10.0, 10, 50, 40], [80, 50, 88, 58]])
    targets = encode_boxes([boxes, torch.zeros(0, 4)], SHAPE, STRIDE)
    assert int((targets.heat[0] == 1).sum()) == 2
    assert targets.heat[0, 6, 7] == 1
    assert float(targets.weight[0].sum()) == 2.0
    assert float(targets.heat[1].max()) == 0.0
    assert float(targets.weight[1].sum()) == 0.0


def test_a_small_box_in_a_large_one_keeps_its_cells() -> None:
    boxes = torch.tensor([[40.0, 40, 48, 48], [4.0, 4, 84, 84]])
    targets = encode_boxes([boxes], SHAPE, STRIDE)
    decoded = decode_boxes(targets.ltrb.log(), STRIDE)[0, :, 11, 11]
    np.testing.assert_allclose(decoded.numpy(), boxes[0].numpy(), atol=0.1)


def _perfect(targets: object) -> DetectorOutput:
    heat = torch.logit(targets.heat.clamp(1e-4, 1 - 1e-4))[:, None]  # type: ignore[attr-defined]
    return DetectorOutput(
        heat,
        targets.ltrb.log(),  # type: ignore[attr-defined]
        torch.full_like(heat, 8.0),
    )


def test_the_loss_is_small_for_perfect_maps_and_grows_when_they_are_off() -> None:
    targets = encode_boxes([torch.tensor([[20.0, 20, 60, 52]])], SHAPE, STRIDE)
    perfect = _perfect(targets)
    good = compute_loss(perfect, targets)
    assert float(good.giou) < 1e-4
    assert float(good.log_distance) < 1e-6
    off = compute_loss(perfect._replace(log_ltrb=perfect.log_ltrb + 0.5), targets)
    assert float(off.giou) > 0.2
    blind = compute_loss(perfect._replace(heat=torch.full_like(perfect.heat, -6.0)), targets)
    assert float(blind.heat) > float(good.heat) + 1


def test_a_slice_without_tumours_costs_only_false_heat() -> None:
    target = torch.zeros(1, 4, 4)
    assert float(compute_heat_loss(torch.full((1, 4, 4), -9.0), target)) < 1e-4
    assert float(compute_heat_loss(torch.full((1, 4, 4), 2.0), target)) > 1


def test_ltrb_iou_by_hand() -> None:
    a = torch.tensor([[1.0, 1, 1, 1]])
    iou, giou = compute_ltrb_iou(a, torch.tensor([[1.0, 1, 3, 1]]))
    assert float(iou) == 0.5
    assert float(giou) == 0.5
