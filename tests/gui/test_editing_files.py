"""Saving, leaving and recovering the reader's boxes in the real window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog

from ctbox.annotations import atomic_file
from ctbox.annotations.pascal_voc import parse_voc, write_voc
from ctbox.annotations.store import edits_folder
from ctbox.boxes import BoundingBox
from ctbox.gui.case_controller import OpenRequest
from ctbox.gui.editing import saving as saving_module
from ctbox.gui.editing.dialogs import LeaveDialog, RecoveryDialog, SaveDialog
from ctbox.gui.error_dialogs import ErrorDialog
from ctbox.workflows.save_boxes import find_expert_boxes
from tests.gui.editing_scene import (
    COLUMNS,
    CONTROL,
    ROWS,
    SHIFT,
    Desk,
    desk,
    home,
    make_folder,
    open_case,
    start,
)

__all__ = ["desk", "home"]
Key = Qt.Key
BOX = BoundingBox(70, 20, 90, 44)


def click(desk: Desk, button) -> None:
    desk.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def save_to(desk: Desk, folder: Path | None) -> None:
    """Press Ctrl+Shift+S and answer; None for the expert's own files."""
    desk.press(Key.Key_S, CONTROL | SHIFT)
    dialog = desk.commands.saving.dialog
    assert isinstance(dialog, SaveDialog)
    if folder is None:
        dialog.replace.setChecked(True)
    else:
        dialog.folder.setText(str(folder))
    click(desk, dialog.save_button)
    desk.wait_saved()


def read_boxes(path: Path) -> list[tuple[BoundingBox, str]]:
    file = parse_voc(path.read_bytes(), str(path), path.stem, path.parent.name)
    return [(each.box, each.raw_label) for each in file.annotations]


def unlock(desk: Desk) -> None:
    desk.app.window.commands["unlock_expert"].trigger()
    desk.commands.unlock_dialog.name.setText("Dr. Reader")
    click(desk, desk.commands.unlock_dialog.unlock_button)


def close_like_a_kill(desk: Desk) -> None:
    """End the window as a kill does: nothing is asked, nothing tidied up."""
    desk.editing.store._journal.close()
    desk.editing.store._journal = None
    desk.app.close()


def reopen(desk: Desk) -> Desk:
    app = start(desk.qtbot)
    open_case(desk.qtbot, app, desk.folder)
    return Desk(desk.qtbot, app, desk.folder)


def find_error(desk: Desk) -> str:
    return desk.app.window.findChild(ErrorDialog).compose_report()


# --- saving -------------------------------------------------------------------------------------


def test_saves_in_the_collections_layout_and_asks_where_but_once(
    desk: Desk, tmp_path: Path
) -> None:
    desk.draw(BOX)
    uid = desk.uid
    desk.press(Key.Key_S, CONTROL)
    dialog = desk.commands.saving.dialog
    assert isinstance(dialog, SaveDialog)
    assert not dialog.replace.isEnabled()
    dialog.folder.setText(str(tmp_path / "out"))
    click(desk, dialog.save_button)
    desk.wait_saved()
    path = tmp_path / "out" / "Annotation" / "A0001" / f"{uid}.xml"
    assert read_boxes(path) == [(BOX, "A")]
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert not desk.app.window.isWindowModified()
    assert "Saved 1 slice" in desk.notes[-1]
    desk.press(Key.Key_Right, CONTROL)
    assert desk.app.window.isWindowModified()
    desk.press(Key.Key_S, CONTROL)
    desk.wait_saved()
    assert read_boxes(path) == [(BoundingBox(71, 20, 91, 44), "A")]
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert desk.app.session.collect_settings().save_folder == str(tmp_path / "out")


def test_what_is_asked_while_files_are_written_is_saved_after_them(
    desk: Desk, tmp_path: Path
) -> None:
    desk.draw(BOX)
    save_to(desk, tmp_path / "out")
    saving, done = desk.commands.saving, []
    desk.press(Key.Key_Right, CONTROL)
    saving.save(lambda: done.append("first"))
    assert saving.is_saving
    desk.press(Key.Key_Right, CONTROL)
    saving.save(lambda: done.append("second"))
    desk.qtbot.waitUntil(lambda: len(done) == 2)
    assert done == ["first", "second"]
    path = tmp_path / "out" / "Annotation" / "A0001" / f"{desk.uid}.xml"
    assert read_boxes(path) == [(BoundingBox(72, 20, 92, 44), "A")]


def test_unknown_elements_of_an_older_file_stay_and_it_is_kept(desk: Desk, tmp_path: Path) -> None:
    desk.draw(BOX)
    path = tmp_path / "out" / "Annotation" / "A0001" / f"{desk.uid}.xml"
    path.parent.mkdir(parents=True)
    write_voc(path, desk.uid, [(BoundingBox(71, 21, 90, 44), "A")], COLUMNS, ROWS)
    older = path.read_bytes().replace(b"</object>", b"<note>mine</note></object>")
    path.write_bytes(older)
    save_to(desk, tmp_path / "out")
    assert read_boxes(path) == [(BOX, "A")]
    assert b"<note>mine</note>" in path.read_bytes()
    assert path.with_name(f"{path.name}.orig").read_bytes() == older
    assert "kept as .orig" in desk.notes[-1]


def test_locked_experts_files_cannot_be_saved_into(desk: Desk) -> None:
    before = {p: p.read_bytes() for p in (desk.folder / "Annotation" / "A0001").iterdir()}
    desk.state.set_slice_index(3)
    desk.draw(BOX)
    save_to(desk, desk.folder)
    assert "locked" in find_error(desk)
    assert {p: p.read_bytes() for p in (desk.folder / "Annotation" / "A0001").iterdir()} == before
    assert desk.app.window.isWindowModified()


def test_unlocked_boxes_go_to_a_folder_of_ones_own(desk: Desk, tmp_path: Path) -> None:
    unlock(desk)
    desk.state.set_slice_index(3)
    desk.press(Key.Key_W)
    desk.click(40, 40)
    desk.drag((50, 40), (55, 42))
    uid = desk.uid
    source = Path(desk.state.annotations[0].source)
    before = source.read_bytes()
    save_to(desk, tmp_path / "out")
    out = tmp_path / "out" / "Annotation" / "A0001"
    assert source.read_bytes() == before
    assert read_boxes(out / f"{uid}.xml") == [(BoundingBox(45, 32, 65, 52), "A")]
    other = desk.state.series_case.series.slices[9].sop_instance_uid
    assert (out / f"{other}.xml").read_bytes() == source.with_stem(other).read_bytes()


def test_unlocked_boxes_go_to_the_experts_files_with_the_original_beside(desk: Desk) -> None:
    unlock(desk)
    desk.state.set_slice_index(3)
    source = Path(desk.state.annotations[0].source)
    before = source.read_bytes()
    desk.press(Key.Key_W)
    for _ in range(2):
        desk.drag((desk.mine[0].x1, 40), (desk.mine[0].x1 + 4, 40))
        desk.press(Key.Key_S, CONTROL)
        if desk.commands.saving.dialog is not None:
            desk.commands.saving.dialog.replace.setChecked(True)
            click(desk, desk.commands.saving.dialog.save_button)
        desk.wait_saved()
    assert read_boxes(source)[0][0].x1 == 48
    names = sorted(each.name for each in source.parent.iterdir() if source.stem in each.name)
    assert names == [source.name, f"{source.name}.orig"]
    assert source.with_name(f"{source.name}.orig").read_bytes() == before


def test_failed_save_loses_nothing_and_says_so(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.draw(BOX)

    def refuse(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(atomic_file.os, "fsync", refuse)
        save_to(desk, tmp_path / "out")
    assert "No space left" in find_error(desk)
    assert desk.app.window.isWindowModified()
    assert desk.mine == (BOX,)
    folder = tmp_path / "out" / "Annotation" / "A0001"
    assert list(folder.iterdir()) == []
    desk.app.window.findChild(ErrorDialog).close()
    save_to(desk, tmp_path / "out")
    assert len(list(folder.iterdir())) == 1
    assert not desk.app.window.isWindowModified()
    # What waits for the boxes to be saved does not happen: the window would close over them.
    went_on: list[str] = []
    desk.press(Key.Key_Right, CONTROL)
    with monkeypatch.context() as patch:
        patch.setattr(atomic_file.os, "fsync", refuse)
        desk.commands.saving.save(lambda: went_on.append("closed"))
        desk.wait_saved()
    assert went_on == []
    assert desk.app.window.isWindowModified()


def test_files_in_an_archive_cannot_be_replaced(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock(desk)
    boxes = find_expert_boxes(desk.app.session.case)
    packed = {
        folder: tuple(replace(each, source=f"/a.zip!/{uid}.xml") for uid, each in enumerate(each_))
        for folder, each_ in boxes.items()
    }
    for found, possible in ((boxes, True), (packed, False)):
        monkeypatch.setattr(saving_module, "find_expert_boxes", lambda _, found=found: found)
        desk.press(Key.Key_S, CONTROL | SHIFT)
        dialog = desk.commands.saving.dialog
        assert isinstance(dialog, SaveDialog)
        assert dialog.replace.isEnabled() == possible
        dialog.reject()


def test_folder_that_cannot_be_made_is_named(desk: Desk, tmp_path: Path) -> None:
    desk.draw(BOX)
    (tmp_path / "file").write_text("in the way")
    save_to(desk, tmp_path / "file")
    assert "could not be made" in find_error(desk)
    assert desk.app.window.isWindowModified()


def test_removed_boxes_leave_the_file(desk: Desk, tmp_path: Path) -> None:
    desk.draw(BOX)
    path = tmp_path / "out" / "Annotation" / "A0001" / f"{desk.uid}.xml"
    save_to(desk, tmp_path / "out")
    desk.press(Key.Key_Delete)
    desk.press(Key.Key_S, CONTROL)
    desk.wait_saved()
    assert read_boxes(path) == []


# --- leaving ------------------------------------------------------------------------------------


def test_closing_asks_and_cancel_stays(desk: Desk) -> None:
    desk.draw(BOX)
    assert not desk.app.window.close()
    dialog = desk.commands.saving.dialog
    assert isinstance(dialog, LeaveDialog)
    click(desk, dialog.cancel_button)
    assert desk.app.window.isVisible()
    assert desk.mine == (BOX,)


def test_closing_without_saving_gives_the_edits_up(desk: Desk) -> None:
    desk.draw(BOX)
    desk.app.window.close()
    click(desk, desk.commands.saving.dialog.discard_button)
    desk.qtbot.waitUntil(lambda: not desk.app.window.isVisible())
    desk.app.close()
    again = reopen(desk)
    assert again.mine == ()
    assert again.commands.recovery.dialog is None
    assert list(edits_folder().glob("*.jsonl")) == []
    again.app.close()


def test_closing_with_save_waits_for_the_files(desk: Desk, tmp_path: Path) -> None:
    desk.draw(BOX)
    save_to(desk, tmp_path / "out")
    desk.press(Key.Key_Left, CONTROL)
    uid = desk.uid
    desk.app.window.close()
    click(desk, desk.commands.saving.dialog.save_button)
    desk.qtbot.waitUntil(lambda: not desk.app.window.isVisible())
    path = tmp_path / "out" / "Annotation" / "A0001" / f"{uid}.xml"
    assert read_boxes(path) == [(BoundingBox(69, 20, 89, 44), "A")]


def test_opening_another_case_asks_first(desk: Desk, tmp_path: Path) -> None:
    other = make_folder(tmp_path / "other")
    desk.draw(BOX)
    desk.app.session.open(OpenRequest(other))
    click(desk, desk.commands.saving.dialog.cancel_button)
    assert not desk.app.session.cases.is_opening
    assert desk.mine == (BOX,)
    desk.app.session.open(OpenRequest(other))
    with desk.qtbot.waitSignal(desk.app.window.viewer.loader.finished):
        click(desk, desk.commands.saving.dialog.discard_button)
    assert desk.mine == ()
    assert not desk.app.window.isWindowModified()


def test_failed_opening_after_dont_save_keeps_the_edits(desk: Desk, tmp_path: Path) -> None:
    desk.draw(BOX)
    (tmp_path / "empty").mkdir()
    desk.app.session.open(OpenRequest(tmp_path / "empty"))
    click(desk, desk.commands.saving.dialog.discard_button)
    desk.qtbot.waitUntil(lambda: not desk.app.session.cases.is_opening)
    assert desk.mine == (BOX,)
    assert desk.app.window.isWindowModified()


# --- recovering ---------------------------------------------------------------------------------


def edit_twelve_times(desk: Desk) -> None:
    desk.draw(BOX)
    for _ in range(11):
        desk.press(Key.Key_Right, CONTROL)


def test_after_a_kill_the_edits_are_offered_and_kept(desk: Desk) -> None:
    edit_twelve_times(desk)
    close_like_a_kill(desk)
    again = reopen(desk)
    dialog = again.commands.recovery.dialog
    assert isinstance(dialog, RecoveryDialog)
    assert dialog.accessibleName() == "12 edits recovered"
    assert again.mine == (BoundingBox(81, 20, 101, 44),)  # on the image already
    assert not dialog.list.isVisible()
    click(again, dialog.show_button)
    assert dialog.list.isVisible()
    assert "Draw box · slice 1 of Chest 5mm" in dialog.list.item(0).text()
    names = [dialog.keep_button, dialog.discard_button, dialog.show_button]
    assert [each.text().replace("&", "") for each in names] == ["Keep", "Discard", "Show"]
    click(again, dialog.keep_button)
    assert again.app.window.isWindowModified()
    again.press(Key.Key_Z, CONTROL)
    assert again.mine == (BoundingBox(80, 20, 100, 44),)
    close_like_a_kill(again)


def test_recovered_edits_can_be_discarded(desk: Desk) -> None:
    edit_twelve_times(desk)
    close_like_a_kill(desk)
    again = reopen(desk)
    click(again, again.commands.recovery.dialog.discard_button)
    assert again.mine == ()
    assert not again.app.window.isWindowModified()
    again.app.close()
    third = reopen(desk)
    assert third.commands.recovery.dialog is None
    third.app.close()


def test_escape_restores_rather_than_discards(desk: Desk) -> None:
    edit_twelve_times(desk)
    close_like_a_kill(desk)
    again = reopen(desk)
    desk.qtbot.keyClick(again.commands.recovery.dialog, Key.Key_Escape)
    assert len(again.mine) == 1
    close_like_a_kill(again)


def test_torn_line_is_told_of(desk: Desk) -> None:
    edit_twelve_times(desk)
    path = desk.editing.store._journal.path
    close_like_a_kill(desk)
    path.write_bytes(path.read_bytes()[:-7])
    again = reopen(desk)
    dialog = again.commands.recovery.dialog
    assert dialog.accessibleName() == "11 edits recovered"
    texts = [label.text() for label in dialog.findChildren(type(dialog.add_text("")))]
    assert any("cut off" in text for text in texts)
    dialog.close()
    close_like_a_kill(again)


def test_start_offers_the_case_with_unsaved_edits(desk: Desk) -> None:
    edit_twelve_times(desk)
    close_like_a_kill(desk)
    app = start(desk.qtbot)
    app.session.offer_recovery()
    desk.qtbot.waitUntil(lambda: bool(app.session.notices))
    (toast,) = app.session.notices
    assert toast.text == "12 edits of Lung_Dx-A0001 were never saved."
    with desk.qtbot.waitSignal(app.window.viewer.loader.finished):
        desk.qtbot.mouseClick(toast.action_button, Qt.MouseButton.LeftButton)
    assert app.session.editing.recovery.dialog is not None
    assert isinstance(app.session.editing.recovery.dialog, QDialog)
    app.session.editing.recovery.dialog.close()
    app.close()


def test_saved_boxes_are_there_again_without_a_question(desk: Desk, tmp_path: Path) -> None:
    desk.draw(BOX)
    save_to(desk, tmp_path / "out")
    desk.app.close()
    again = reopen(desk)
    assert again.mine == (BOX,)
    assert again.commands.recovery.dialog is None
    assert not again.app.window.isWindowModified()
    again.app.close()


def test_two_windows_do_not_edit_one_case(desk: Desk) -> None:
    desk.draw(BOX)
    second = reopen(desk)
    assert "another window" in find_error(second)
    second.app.close()
    assert desk.mine == (BOX,)
