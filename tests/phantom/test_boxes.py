from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ctbox.phantom.traits import Interior, LesionKind, LesionTraits, Margin
from ctbox.phantom.tumours import BoxHabit, PhantomLesion, draw_boxes

SHAPE = (4, 40, 50)
TRAITS = LesionTraits(LesionKind.SOLITARY, Margin.SMOOTH, Interior.SOLID)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    corner=st.tuples(st.integers(0, 3), st.integers(0, 34), st.integers(0, 44)),
    margin=st.floats(0, 8),
    jitter=st.floats(0, 8),
)
def test_boxes_hold_their_masks_and_lie_in_the_image(
    seed: int, corner: tuple[int, int, int], margin: float, jitter: float
) -> None:
    rng = np.random.default_rng(seed)
    crop = rng.random((SHAPE[0] - corner[0], 6, 6)) < 0.4
    lesion = PhantomLesion(TRAITS, "A", 3.0, SHAPE, corner, crop, {}, {})
    boxes = draw_boxes(lesion, BoxHabit(margin, jitter), rng)
    for index, plane in enumerate(lesion.mask):
        rows, columns = np.nonzero(plane)
        if index not in boxes:
            assert len(rows) == 0 or min(np.ptp(rows), np.ptp(columns)) < 5
            continue
        box = boxes[index]
        assert 0 <= box.x1 <= columns.min()
        assert columns.max() + 1 <= box.x2 <= SHAPE[2]
        assert 0 <= box.y1 <= rows.min()
        assert rows.max() + 1 <= box.y2 <= SHAPE[1]
        assert columns.min() - box.x1 <= margin + jitter + 1e-9
