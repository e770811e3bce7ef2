"""Boxes of the reader's own in the real window, by mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from ctbox.annotations.box_edits import Origin
from ctbox.boxes import BoundingBox
from ctbox.gui.viewer.scene import BoxKind
from ctbox.model.linking import shorten_patient_id
from ctbox.workflows.seen import Seen
from tests.gui.editing_scene import CONTROL, EXPERT, SHIFT, Desk, desk, home

__all__ = ["desk", "home"]
Key = Qt.Key
BOX = BoundingBox(70, 20, 90, 44)


def find_marks(desk: Desk, kind: BoxKind):
    return [mark for mark in desk.view.scene.boxes if mark.kind is kind]


# --- drawing, moving, resizing ------------------------------------------------------------------


def test_draws_several_boxes_on_a_slice(desk: Desk) -> None:
    desk.draw(BOX)
    desk.drag((100, 60), (110, 80))
    assert desk.mine == (BOX, BoundingBox(100, 60, 110, 80))
    marks = find_marks(desk, BoxKind.MINE)
    assert [mark.tag for mark in marks] == ["Mine A", "Mine A"]
    assert [mark.selected for mark in marks] == [False, True]
    assert desk.app.window.isWindowModified()
    assert desk.app.window.viewer.slider.keyed_marks == {0}
    assert "7.0 × 14.0 mm  (10 × 20 px)" in desk.app.window.status_line.edit_text


def test_drawn_from_any_corner_and_clipped_to_the_image(desk: Desk) -> None:
    desk.draw(BoundingBox(70, 20, 90, 44))
    desk.drag((50, 80), (30, 60))
    desk.drag((120, 90), (160, 130))
    assert desk.mine[1:] == (BoundingBox(30, 60, 50, 80), BoundingBox(120, 90, 128, 96))


def test_click_with_the_drawing_tool_draws_nothing_and_selects(desk: Desk) -> None:
    desk.draw(BOX)
    desk.drag((100, 60), (110, 80))
    desk.click(80, 30)
    assert len(desk.mine) == 2
    assert desk.editing.selected.box == BOX


def test_inside_drag_moves_the_selected_box_only(desk: Desk) -> None:
    desk.draw(BOX)
    desk.press(Key.Key_W)
    desk.drag((80, 30), (75, 40))
    assert desk.mine == (BoundingBox(65, 30, 85, 54),)
    desk.press(Key.Key_Escape)  # reset: nothing is selected any more
    window = desk.state.window
    desk.click(20, 80)
    assert desk.editing.selected is None
    desk.drag((75, 40), (90, 45))
    assert desk.mine == (BoundingBox(65, 30, 85, 54),)
    assert desk.state.window != window
    desk.drag((65, 40), (70, 40))  # by its edge, though not selected
    assert desk.mine == (BoundingBox(70, 30, 90, 54),)


def test_moved_box_stays_on_the_image(desk: Desk) -> None:
    desk.draw(BOX)
    desk.press(Key.Key_W)
    desk.drag((80, 30), (127, 1))
    assert desk.mine == (BoundingBox(108, 0, 128, 24),)


HANDLE_DRAGS = (
    ((70, 20), (66, 16), (66, 16, 90, 44)),
    ((80, 20), (90, 25), (70, 25, 90, 44)),
    ((90, 20), (95, 15), (70, 15, 95, 44)),
    ((90, 32), (100, 60), (70, 20, 100, 44)),
    ((90, 44), (94, 50), (70, 20, 94, 50)),
    ((80, 44), (80, 50), (70, 20, 90, 50)),
    ((70, 44), (60, 40), (60, 20, 90, 40)),
    ((70, 32), (75, 32), (75, 20, 90, 44)),
    ((70, 32), (100, 32), (90, 20, 100, 44)),  # turned over
    ((90, 44), (70, 20), (70, 20, 71, 21)),  # never without area
)


def test_eight_handles_resize(desk: Desk) -> None:
    desk.draw(BOX)
    desk.press(Key.Key_W)
    for start, end, expected in HANDLE_DRAGS:
        desk.drag(start, end)
        assert desk.mine == (BoundingBox(*expected),)
        assert desk.editing.store.undo_text == "Resize box"
        desk.press(Key.Key_Z, CONTROL)
        assert desk.mine == (BOX,)


def test_cursor_tells_what_a_press_would_do(desk: Desk) -> None:
    desk.draw(BOX)
    shapes = {}
    for place in ((70, 20), (80, 20), (90, 32), (90, 20), (20, 80)):
        desk.qtbot.mouseMove(desk.view, desk.to_point(*place))
        shapes[place] = desk.view.cursor().shape()
    assert shapes == {
        (70, 20): Qt.CursorShape.SizeFDiagCursor,
        (80, 20): Qt.CursorShape.SizeVerCursor,
        (90, 32): Qt.CursorShape.SizeHorCursor,
        (90, 20): Qt.CursorShape.SizeBDiagCursor,
        (20, 80): Qt.CursorShape.CrossCursor,
    }
    desk.press(Key.Key_W)
    desk.qtbot.mouseMove(desk.view, desk.to_point(80, 32))
    assert desk.view.cursor().shape() is Qt.CursorShape.SizeAllCursor


def test_keys_nudge_the_selected_box_and_still_scroll(desk: Desk) -> None:
    desk.draw(BOX)
    for key, modifiers in (
        (Key.Key_Left, CONTROL),
        (Key.Key_Up, CONTROL),
        (Key.Key_Right, CONTROL | SHIFT),
        (Key.Key_Down, CONTROL | SHIFT),
    ):
        desk.press(key, modifiers)
    assert desk.mine == (BoundingBox(74, 24, 94, 48),)
    desk.press(Key.Key_Down)
    assert desk.state.slice_index == 1
    assert desk.editing.selected is None
    desk.press(Key.Key_Left, CONTROL)
    assert "Select a box" in desk.notes[-1]


def test_escape_gives_up_a_drag_and_nothing_else(desk: Desk) -> None:
    desk.draw(BOX)
    desk.drag((90, 44), (100, 60), drop=False)
    assert desk.editing.draft is not None
    window = desk.state.window
    desk.press(Key.Key_Escape)
    desk.drop((100, 60))
    assert desk.mine == (BOX,)
    assert desk.state.window == window


def test_wheel_amid_a_drag_gives_it_up(desk: Desk) -> None:
    desk.press(Key.Key_M)
    desk.drag((70, 20), (90, 44), drop=False)
    desk.state.set_slice_index(4)
    desk.drop((90, 44))
    assert not desk.editing.boxes.by_id


def test_my_boxes_can_be_hidden(desk: Desk) -> None:
    desk.draw(BOX)
    desk.press(Key.Key_Y)
    assert not find_marks(desk, BoxKind.MINE)
    desk.press(Key.Key_Y)
    assert find_marks(desk, BoxKind.MINE)


# --- labels -------------------------------------------------------------------------------------


def test_label_by_key_and_by_text(desk: Desk) -> None:
    desk.draw(BOX)
    desk.press(Key.Key_L)
    chooser = desk.commands.boxes.chooser
    desk.qtbot.keyClick(chooser, Key.Key_G)
    assert desk.editing.mine(desk.uid)[0].label == "G"
    desk.qtbot.mouseDClick(desk.view, Qt.MouseButton.LeftButton, pos=desk.to_point(80, 30))
    chooser = desk.commands.boxes.chooser
    desk.qtbot.keyClick(chooser, Key.Key_O)
    chooser.other.setText("métastase")
    desk.qtbot.keyClick(chooser.other, Key.Key_Return)
    assert desk.editing.mine(desk.uid)[0].label == "métastase"
    # The next box gets the label that was used last.
    desk.drag((100, 60), (110, 80))
    assert desk.editing.mine(desk.uid)[1].label == "métastase"
    desk.press(Key.Key_Z, CONTROL)
    desk.press(Key.Key_Z, CONTROL)
    assert desk.editing.mine(desk.uid)[0].label == "G"


def test_escape_leaves_the_label(desk: Desk) -> None:
    desk.draw(BOX)
    desk.press(Key.Key_L)
    desk.qtbot.keyClick(desk.commands.boxes.chooser, Key.Key_Escape)
    assert desk.editing.mine(desk.uid)[0].label == "A"
    assert desk.editing.store.undo_text == "Draw box"


# --- deleting -----------------------------------------------------------------------------------


def test_delete_removes_mine_with_an_undo_toast(desk: Desk) -> None:
    desk.draw(BOX)
    desk.press(Key.Key_Delete)
    assert desk.mine == ()
    toast = desk.app.session.notices[-1]
    desk.qtbot.mouseClick(toast.action_button, Qt.MouseButton.LeftButton)
    assert desk.mine == (BOX,)


def test_undo_toast_brings_the_box_back_after_other_edits(desk: Desk) -> None:
    desk.draw(BOX)
    desk.press(Key.Key_Delete)
    toast = desk.app.session.notices[-1]
    desk.drag((100, 60), (110, 80))
    desk.qtbot.mouseClick(toast.action_button, Qt.MouseButton.LeftButton)
    assert set(desk.mine) == {BOX, BoundingBox(100, 60, 110, 80)}


def test_nothing_else_on_a_bare_key_deletes(desk: Desk) -> None:
    desk.state.set_slice_index(3)
    desk.predict(3, (BoundingBox(42, 31, 61, 52), 0.9))
    desk.click(40, 40)
    desk.press(Key.Key_Delete)
    assert "locked" in desk.notes[-1]
    desk.click(61, 45)
    desk.press(Key.Key_Delete)
    assert "Only boxes of yours" in desk.notes[-1]
    assert len(desk.state.annotations) == len(desk.state.detections) == 1
    desk.draw(BOX)
    for number in [*range(Key.Key_A, Key.Key_Z + 1), Key.Key_Backspace, Key.Key_Space]:
        if number not in (Key.Key_L, Key.Key_P):
            desk.press(Key(number))
    uid = desk.state.series_case.series.slices[3].sop_instance_uid
    assert [own.box for own in desk.editing.mine(uid)] == [BOX]
    assert desk.editing.store.undo_text == "Draw box"


# --- live IoU -----------------------------------------------------------------------------------


def test_iou_is_live_while_a_box_is_dragged(desk: Desk) -> None:
    desk.state.set_slice_index(3)
    desk.press(Key.Key_M)
    desk.drag((40, 30), (60, 40), drop=False)
    readout = desk.view.scene.iou
    assert (readout.text, readout.note) == ("IoU 0.50", "mine and expert")
    desk.qtbot.mouseMove(desk.view, desk.to_point(60, 50))
    assert desk.view.scene.iou.text == "IoU 1.00"
    desk.drop((60, 50))
    desk.predict(3, (BoundingBox(40, 30, 60, 45), 0.9))
    assert desk.view.scene.iou.note == "mine and expert · with AI 0.75"
    desk.press(Key.Key_E)  # without the expert's
    assert (desk.view.scene.iou.text, desk.view.scene.iou.note) == ("IoU 0.75", "mine and AI")


def test_a_box_far_from_the_experts_leaves_the_ais_figure(desk: Desk) -> None:
    desk.state.set_slice_index(3)
    desk.predict(3, (BoundingBox(40, 30, 60, 45), 0.9))
    before = desk.view.scene.iou
    assert before.text == "IoU 0.75"
    desk.draw(BoundingBox(90, 60, 110, 80))
    assert desk.editing.selected is not None
    assert desk.view.scene.iou == before
    desk.predict(3, (BoundingBox(90, 60, 110, 80), 0.9))
    assert (desk.view.scene.iou.text, desk.view.scene.iou.note) == ("IoU 1.00", "mine and AI")


def test_the_warning_of_a_known_patient_stays_while_an_own_box_is_selected(desk: Desk) -> None:
    desk.state.set_slice_index(3)
    desk.predict(3, (BoundingBox(40, 30, 60, 45), 0.9))
    known = shorten_patient_id(desk.state.series_case.series.patient_id or "")
    desk.state.store.set_limits(Seen(frozenset({known})), 0)
    desk.draw(BoundingBox(42, 32, 60, 50))
    told = desk.view.scene.iou.note
    assert told.startswith("mine and expert · with AI")
    assert told.endswith("learnt from this patient")


# --- accepting ----------------------------------------------------------------------------------


def test_enter_accepts_the_surest_then_the_next_ai_box(desk: Desk) -> None:
    first, second = BoundingBox(10.4, 10.5, 30.5, 31.5), BoundingBox(60, 60, 80, 80)
    desk.predict(0, (second, 0.5), (first, 0.9))
    desk.press(Key.Key_Return)
    assert desk.mine == (BoundingBox(10, 10, 30, 32),)  # half to even
    desk.press(Key.Key_Return)
    assert desk.mine[1] == second
    desk.press(Key.Key_Return)
    assert "yours already" in desk.notes[-1]
    assert [own.origin for own in desk.editing.mine(desk.uid)] == [Origin.ACCEPTED] * 2


def test_enter_accepts_the_selected_ai_box(desk: Desk) -> None:
    second = BoundingBox(60, 60, 80, 80)
    desk.predict(0, (BoundingBox(10, 10, 30, 30), 0.9), (second, 0.5))
    desk.click(60, 70)
    desk.press(Key.Key_Return)
    assert desk.mine == (second,)


def test_a_drawn_box_takes_the_selection_from_the_ais(desk: Desk) -> None:
    desk.predict(0, (BoundingBox(60, 60, 80, 80), 0.5))
    desk.click(60, 70)
    assert desk.state.selection.detection == 0
    desk.draw(BoundingBox(10, 10, 30, 30))
    assert desk.editing.selected is not None
    assert desk.state.selection.is_empty, "one box at a time looks selected"


def test_a_removed_box_comes_back_once(desk: Desk) -> None:
    desk.draw(BoundingBox(10, 10, 30, 30))
    desk.press(Key.Key_Delete)
    note = desk.app.session.notices[-1]
    desk.press(Key.Key_Z, CONTROL)
    assert desk.mine == (BoundingBox(10, 10, 30, 30),)
    desk.qtbot.mouseClick(note.action_button, Qt.MouseButton.LeftButton)
    assert desk.mine == (BoundingBox(10, 10, 30, 30),)
    desk.qtbot.waitUntil(lambda: note not in desk.app.session.notices)


@pytest.mark.parametrize("moved", [False, True])
def test_an_accepted_box_is_told_and_can_be_given_back(desk: Desk, *, moved: bool) -> None:
    desk.predict(0, (BoundingBox(10, 10, 30, 30), 0.9))
    desk.press(Key.Key_Return)
    assert desk.notes[-1].startswith("The AI's box (0.90) is yours now")
    if moved:
        desk.press(Key.Key_Right, CONTROL)
    undo = desk.app.session.notices[-1].action_button
    desk.qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
    assert desk.mine == ()


def test_enter_without_a_prediction_says_so(desk: Desk) -> None:
    desk.press(Key.Key_Return)
    assert "No AI box" in desk.notes[-1]


# --- proposing ----------------------------------------------------------------------------------


def draw_two(desk: Desk) -> None:
    desk.draw(BoundingBox(40, 20, 60, 40))
    desk.state.set_slice_index(4)
    desk.drag((48, 24), (68, 44))


def test_proposes_between_two_slices_and_confirms_one_by_one(desk: Desk) -> None:
    draw_two(desk)
    desk.press(Key.Key_G)
    assert desk.state.slice_index == 3
    (mark,) = find_marks(desk, BoxKind.PROPOSAL)
    assert (mark.box, mark.tag) == (BoundingBox(46, 23, 66, 43), "Proposal A")
    assert desk.mine == ()
    uid = desk.uid
    desk.press(Key.Key_Return)
    assert [own.box for own in desk.editing.mine(uid)] == [BoundingBox(46, 23, 66, 43)]
    assert desk.state.slice_index == 2
    assert desk.mine == ()
    desk.press(Key.Key_Return, SHIFT)
    assert desk.app.window.viewer.slider.keyed_marks == {0, 1, 2, 3, 4}
    assert desk.editing.store.undo_text == "Confirm 2 proposals"
    desk.press(Key.Key_Z, CONTROL)
    assert desk.app.window.viewer.slider.keyed_marks == {0, 3, 4}


def test_escape_discards_proposals_and_resets_nothing(desk: Desk) -> None:
    draw_two(desk)
    desk.press(Key.Key_2)
    window = desk.state.window
    desk.press(Key.Key_G)
    desk.press(Key.Key_Escape)
    assert not desk.editing.proposals()
    assert desk.state.window == window
    assert desk.app.window.viewer.slider.keyed_marks == {0, 4}


def test_moved_proposal_becomes_mine(desk: Desk) -> None:
    draw_two(desk)
    desk.press(Key.Key_G)
    desk.press(Key.Key_W)
    desk.drag((46, 33), (44, 33))
    assert desk.mine == (BoundingBox(44, 23, 64, 43),)
    assert len(desk.editing.proposals()) == 2


def test_one_slice_is_not_enough_to_propose(desk: Desk) -> None:
    desk.draw(BOX)
    desk.press(Key.Key_G)
    assert "two slices" in desk.notes[-1]


# --- the inspector's list -----------------------------------------------------------------------


def test_inspector_lists_and_selects_my_boxes(desk: Desk) -> None:
    desk.state.set_slice_index(3)
    desk.draw(BOX)
    desk.drag((40, 30), (60, 40))
    inspector = desk.app.inspector
    desk.qtbot.waitUntil(lambda: len(inspector.box_list.boxes.rows) == 3)
    texts = [(row.name, row.overlap) for row in inspector.box_list.boxes.rows]
    assert texts == [("Expert A", "not predicted"), ("Mine A", "IoU 0.00"), ("Mine A", "IoU 0.50")]
    assert inspector.list_title.text().endswith("1 expert, not predicted, 2 mine")
    place = inspector.box_list.visualRect(inspector.box_list.boxes.index(1, 0)).center()
    left = Qt.MouseButton.LeftButton
    desk.qtbot.mouseClick(inspector.box_list.viewport(), left, pos=place)
    assert desk.editing.selected.box == BOX
    place = inspector.box_list.visualRect(inspector.box_list.boxes.index(0, 0)).center()
    desk.qtbot.mouseClick(inspector.box_list.viewport(), left, pos=place)
    assert desk.editing.selected is None
    assert desk.state.selection.annotation == 0


# --- undo ---------------------------------------------------------------------------------------


def test_undo_and_redo_go_to_the_slice_they_change(desk: Desk) -> None:
    undo = desk.app.window.commands["undo"]
    assert not undo.isEnabled()
    draw_two(desk)
    desk.press(Key.Key_Right, CONTROL)
    assert undo.text() == "&Undo nudge box"
    desk.state.set_slice_index(8)
    desk.press(Key.Key_Z, CONTROL)
    assert desk.state.slice_index == 4
    desk.press(Key.Key_Z, CONTROL)
    desk.press(Key.Key_Z, CONTROL)
    assert desk.state.slice_index == 0
    assert not desk.editing.boxes.by_id
    assert not desk.app.window.isWindowModified()
    desk.press(Key.Key_Z, CONTROL | SHIFT)
    desk.press(Key.Key_Z, CONTROL | SHIFT)
    assert desk.state.slice_index == 4
    assert len(desk.editing.boxes.by_id) == 2
    assert desk.app.window.commands["redo"].text() == "&Redo nudge box"


def test_a_hundred_steps_back(desk: Desk) -> None:
    desk.draw(BOX)
    for step in range(100):
        desk.commands.boxes.nudge(1 if step % 2 else -1, 0)
    for _ in range(101):
        desk.press(Key.Key_Z, CONTROL)
    assert desk.mine == ()


# --- unlocking ----------------------------------------------------------------------------------


def test_experts_boxes_are_locked_until_unlocked_by_name(desk: Desk) -> None:
    desk.state.set_slice_index(3)
    before = desk.state.window
    desk.drag((40, 40), (50, 40))  # window, not the expert's box
    assert desk.state.window != before
    assert desk.mine == ()
    desk.app.window.commands["unlock_expert"].trigger()
    dialog = desk.commands.unlock_dialog
    assert not dialog.unlock_button.isEnabled()
    dialog.name.setText("Dr. Reader")
    desk.qtbot.mouseClick(dialog.unlock_button, Qt.MouseButton.LeftButton)
    assert desk.mine == (EXPERT,)
    assert desk.editing.store.undo_text == "Unlock expert's boxes of A0001"
    assert find_marks(desk, BoxKind.MINE)[0].tag == "Mine A (copy)"
    desk.drag((40, 40), (50, 40))
    assert desk.mine == (BoundingBox(50, 30, 70, 50),)
    assert desk.state.annotations[0].box == EXPERT
    assert desk.app.session.collect_settings().reader_name == "Dr. Reader"
    desk.app.window.commands["unlock_expert"].trigger()
    assert "unlocked by Dr. Reader" in desk.notes[-1]


def test_commands_wait_for_a_case(qtbot, home) -> None:
    from tests.gui.editing_scene import start

    app = start(qtbot)
    for name in ("save", "save_as", "undo", "tool_draw", "propose", "unlock_expert"):
        assert not app.window.commands[name].isEnabled(), name
    app.close()
    assert not home.exists()


def test_every_command_has_a_key_of_its_own(desk: Desk) -> None:
    seen: dict[str, str] = {}
    for name, command in desk.app.window.commands.items():
        for key in command.shortcuts():
            text = key.toString()
            assert text not in seen, f"{name} and {seen[text]} are both on {text}"
            seen[text] = name
