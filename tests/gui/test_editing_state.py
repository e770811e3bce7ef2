"""Own boxes and what a drag makes of them: the state alone, without a window."""

from __future__ import annotations

from ctbox.annotations.store import AnnotationStore
from ctbox.boxes import BoundingBox
from ctbox.errors import AnnotationError
from ctbox.gui.editing.geometry import pull_handle, shift_box
from ctbox.gui.editing.state import EditingState
from ctbox.gui.viewer.box_frame import Handle

BOX = BoundingBox(10, 10, 20, 20)
SIZE = (128, 96)
"""Columns and rows."""


def test_proposals_go_with_their_case(qapp: object) -> None:
    editing = EditingState()
    editing.propose([("1.2", BOX, "A")])
    editing.select(-1)
    editing.show_store(AnnotationStore())
    assert editing.proposals() == ()
    assert editing.selected is None


def test_a_failing_autosave_is_told_once_until_it_worked_again(qapp: object) -> None:
    editing = EditingState()
    told: list[object] = []
    editing.failed.connect(told.append)
    editing.store.autosave_problem = AnnotationError("The disk is full.")
    for _ in range(3):
        assert editing.draw("1.2", BOX) is not None
    assert len(told) == 1
    editing.store.autosave_problem = None
    editing.draw("1.2", BOX)
    editing.store.autosave_problem = AnnotationError("The disk is full again.")
    editing.draw("1.2", BOX)
    assert len(told) == 2


def test_edges_go_as_far_as_columns_and_rows(qapp: object) -> None:
    corner = Handle.BOTTOM_RIGHT
    assert pull_handle(BOX, corner, (500, 500), SIZE) == BoundingBox(10, 10, *SIZE)
    assert shift_box(BOX, 500, 500, SIZE) == BoundingBox(118, 86, *SIZE)
