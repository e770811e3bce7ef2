"""How the reader's boxes look, against a picture that was looked at.

After a wanted change look at the new picture and keep it:
``CTBOX_KEEP_GOLDEN=1 pytest tests/gui/test_editing_look.py``.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage

from ctbox.boxes import BoundingBox
from ctbox.gui.editing.layer import describe_overlap
from ctbox.gui.viewer.box_frame import HANDLE_SIZE, Handle, build_handles, find_handle
from ctbox.gui.viewer.scene import BoxKind, BoxMark, Scene
from tests.gui.test_golden_overlay import (
    FAR_SHARE,
    HEIGHT,
    MEAN_TOLERANCE,
    WIDTH,
    compare,
    paint,
    to_array,
)

GOLDEN = Path(__file__).parent / "golden" / "editing.png"


def build_scene() -> Scene:
    expert, mine = BoundingBox(20, 20, 50, 45), BoundingBox(17, 18, 47, 44)
    return Scene(
        boxes=(
            BoxMark(expert, BoxKind.EXPERT, "Expert A"),
            BoxMark(mine, BoxKind.MINE, "Mine A", 1, selected=True),
            BoxMark(BoundingBox(90, 12, 98, 18), BoxKind.MINE, "Mine G", 2, selected=True),
            BoxMark(BoundingBox(70, 30, 110, 50), BoxKind.MINE, "Mine G", 3),
            BoxMark(BoundingBox(20, 58, 50, 78), BoxKind.PROPOSAL, "Proposal A", -1),
        ),
        iou=describe_overlap(mine, [expert], []),
    )


def test_own_boxes_look_as_they_did(qapp: object) -> None:
    shown = paint(build_scene())
    if os.environ.get("CTBOX_KEEP_GOLDEN"):
        data = shown.astype(np.uint8).tobytes()
        kept = QImage(data, WIDTH, HEIGHT, 3 * WIDTH, QImage.Format.Format_RGB888)
        assert kept.save(str(GOLDEN))
    mean, far = compare(shown, to_array(QImage(str(GOLDEN))))
    assert mean <= MEAN_TOLERANCE
    assert far <= FAR_SHARE


@pytest.mark.parametrize("side", [3.0, 20.0, 200.0])
def test_handles_never_touch_each_other(side: float) -> None:
    squares = list(build_handles(QRectF(100, 100, side, side)).values())
    for index, square in enumerate(squares):
        assert square.width() == HANDLE_SIZE
        assert not any(square.intersects(other) for other in squares[index + 1 :])


def test_the_nearest_handle_is_found_and_none_far_away() -> None:
    rect = QRectF(100, 100, 80, 60)
    for handle, square in build_handles(rect).items():
        assert find_handle(rect, square.center(), 4) is handle
    assert find_handle(rect, QPointF(101, 99), 4) is Handle.TOP_LEFT
    assert find_handle(rect, rect.center(), 4) is None


def test_overlap_names_whom_it_is_with() -> None:
    box = BoundingBox(0, 0, 10, 10)
    assert describe_overlap(box, [], []) is None
    with_ai = describe_overlap(box, [], [BoundingBox(0, 0, 10, 5)])
    assert with_ai is not None
    assert (with_ai.text, with_ai.note) == ("IoU 0.50", "mine and AI")


def test_boxes_that_do_not_touch_are_not_compared() -> None:
    box, far = BoundingBox(0, 0, 10, 10), BoundingBox(20, 20, 30, 30)
    assert describe_overlap(box, [far], []) is None
    assert describe_overlap(box, [far], [far]) is None
    assert describe_overlap(box, [], [far]) is None
    only_ai = describe_overlap(box, [far], [BoundingBox(0, 0, 10, 5)])
    assert only_ai is not None
    assert (only_ai.text, only_ai.note) == ("IoU 0.50", "mine and AI")
    only_expert = describe_overlap(box, [BoundingBox(0, 0, 10, 5)], [far])
    assert only_expert is not None
    assert (only_expert.text, only_expert.note) == ("IoU 0.50", "mine and expert · with AI 0.00")
