from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctbox.annotations import edit_journal
from ctbox.annotations.annotation import Annotation
from ctbox.annotations.box_edits import (
    Edit,
    Origin,
    OwnBox,
    add_boxes,
    label_box,
    move_box,
    remove_box,
)
from ctbox.annotations.edit_history import EditHistory, SavedFiles
from ctbox.annotations.edit_journal import encode_line, parse_journal
from ctbox.annotations.store import AnnotationStore, find_journal_path, find_unsaved_cases
from ctbox.boxes import BoundingBox
from ctbox.errors import AnnotationError
from tests.annotations.edit_strategies import LABELS, UIDS, Act, acts, boxes, make_edit, perform

BOX = BoundingBox(4, 5, 20, 30)


def open_store(path: Path) -> AnnotationStore:
    return AnnotationStore.open(path, title="Lung_Dx-A0001", case_path="/case")


def draw(store: AnnotationStore, box: BoundingBox = BOX, uid: str = UIDS[0]) -> OwnBox:
    own = OwnBox(store.next_id, uid, box, "A")
    store.apply(add_boxes("Draw box", (own,)))
    return own


# --- undo and redo ------------------------------------------------------------------------------


@given(st.lists(acts, max_size=40))
def test_undo_takes_back_every_edit_and_redo_does_it_again(todo: list[Act]) -> None:
    history = EditHistory()
    store = AnnotationStore()
    seen = [history.boxes]
    for act in todo:
        edit = make_edit(store, act) if act.verb not in ("undo", "redo", "unlock") else None
        if edit is not None:
            store.apply(edit)
            history.do(edit)
            seen.append(history.boxes)
    for before in reversed(seen[:-1]):
        assert history.undo() is not None
        assert history.boxes == before
    assert history.undo() is None
    for after in seen[1:]:
        assert history.redo() is not None
        assert history.boxes == after
    assert history.redo() is None


def test_five_hundred_steps_across_slices_labels_included() -> None:
    store = AnnotationStore()
    for number in range(250):
        own = draw(store, uid=UIDS[number % 4])
        store.apply(label_box(own, LABELS[number % len(LABELS)]))
    assert len(store.boxes.by_id) == 250
    for _ in range(500):
        edit = store.undo()
        assert edit is not None
        assert edit.sop_instance_uid in UIDS
    assert store.undo() is None
    assert not store.boxes.by_id
    assert store.redo_text == "Draw box"


def test_new_edit_ends_what_could_be_redone() -> None:
    store = AnnotationStore()
    draw(store)
    store.undo()
    draw(store, BoundingBox(1, 1, 2, 2))
    assert store.redo() is None
    assert store.undo_text == "Draw box"


def test_numbers_are_never_used_twice() -> None:
    store = AnnotationStore()
    first = draw(store)
    store.apply(remove_box(first))
    assert draw(store).box_id != first.box_id


def test_edit_that_does_not_fit_changes_nothing() -> None:
    store = AnnotationStore()
    own = draw(store)
    store.apply(move_box(own, BoundingBox(0, 0, 9, 9)))
    before = store.boxes
    with pytest.raises(AnnotationError, match="does not fit"):
        store.apply(move_box(own, BoundingBox(1, 1, 2, 2)))
    assert store.boxes == before
    assert store.unsaved_count == 2


# --- journal ------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(todo=st.lists(acts, max_size=25), save_at=st.integers(0, 25))
def test_journal_tells_the_same_boxes_and_steps(todo: list[Act], save_at: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.jsonl"
        store = open_store(path)
        for number, act in enumerate(todo):
            if number == save_at:
                store.begin_save()
                store.end_save(SavedFiles("/out", {UIDS[0]: ("/out/a.xml", "0" * 64)}))
            perform(store, act)
        boxes_then, count, steps = store.boxes, store.unsaved_count, store.unsaved_steps
        undo_text, redo_text, saved = store.undo_text, store.redo_text, store.saved
        store._journal.close()  # as a kill does: nothing is tidied up
        again = open_store(path)
        assert again.boxes == boxes_then
        assert (again.unsaved_count, again.saved) == (count, saved)
        assert again.next_id >= max([0, *again.boxes.by_id]) + 1
        if count:
            assert (again.undo_text, again.redo_text) == (undo_text, redo_text)
            assert [step.edit.text for step in again.unsaved_steps] == [
                step.edit.text for step in steps
            ]
        again.close()


@given(boxes())
def test_coordinates_survive_the_journal_to_the_last_bit(box: BoundingBox) -> None:
    own = OwnBox(1, UIDS[0], box, "métastase", Origin.ACCEPTED)
    store = AnnotationStore()
    store.apply(add_boxes("Accept AI box", (own,)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.jsonl"
        kept = open_store(path)
        kept.apply(add_boxes("Accept AI box", (own,)))
        kept._journal.close()
        again = open_store(path)
        assert again.find(UIDS[0]) == (own,)
        again.close()


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_torn_last_line_is_left_out_with_a_notice(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "case.jsonl"
    store = open_store(path)
    for _ in range(3):
        draw(store)
    store._journal.close()
    path.write_bytes(path.read_bytes()[:-cut])
    again = open_store(path)
    assert again.unsaved_count == 2
    assert "cut off" in again.notices[0]
    draw(again, BoundingBox(1, 2, 3, 4))
    again._journal.close()
    third = open_store(path)
    assert third.unsaved_count == 3
    assert not third.notices
    third.close()


def test_damage_in_the_middle_keeps_what_comes_before_and_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "case.jsonl"
    store = open_store(path)
    for _ in range(4):
        draw(store)
    store._journal.close()
    data = bytearray(path.read_bytes())
    data[data.index(b"\n", data.index(b"\n") + 1) + 30] ^= 1
    path.write_bytes(bytes(data))
    again = open_store(path)
    assert again.unsaved_count == 1
    assert "damaged" in again.notices[0]
    assert path.with_suffix(".damaged1").read_bytes() == bytes(data)
    again.close()


def test_record_without_sense_does_not_hide_later_edits(tmp_path: Path) -> None:
    path = tmp_path / "case.jsonl"
    store = open_store(path)
    draw(store)
    store._journal.append({"kind": "edit", "edit": {"text": "?"}})
    store._journal.close()
    again = open_store(path)
    assert again.unsaved_count == 1
    assert "damaged" in again.notices[0]
    draw(again)
    again._journal.close()
    third = open_store(path)
    assert third.unsaved_count == 2
    third.close()


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_a_fault(data: bytes) -> None:
    content = parse_journal(encode_line({"kind": "undo"}) + data)
    assert content.records[0] == {"kind": "undo"}


def test_nothing_is_made_on_disk_before_the_first_edit(tmp_path: Path) -> None:
    path = tmp_path / "edits" / "case.jsonl"
    store = open_store(path)
    store.close()
    assert not path.parent.exists()


def test_failing_disk_loses_no_edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "case.jsonl"
    store = open_store(path)
    draw(store)
    real = edit_journal.os.write

    def refuse(handle: int, data: memoryview) -> int:
        real(handle, bytes(data)[:20])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(edit_journal.os, "write", refuse)
    draw(store)
    assert store.autosave_problem is not None
    assert "No space left" in store.autosave_problem.message
    assert store.unsaved_count == 2
    monkeypatch.setattr(edit_journal.os, "write", real)
    draw(store)
    assert store.autosave_problem is None
    store._journal.close()
    again = open_store(path)
    assert again.unsaved_count == 3
    assert not again.notices
    again.close()


def test_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "case.jsonl"
    data = encode_line({"kind": "case", "version": 99})
    path.write_bytes(data)
    with pytest.raises(AnnotationError, match="another version"):
        open_store(path)
    assert path.read_bytes() == data


# --- one window at a time -----------------------------------------------------------------------


def test_second_window_cannot_edit_the_same_case(tmp_path: Path) -> None:
    path = tmp_path / "case.jsonl"
    first, second = open_store(path), open_store(path)
    draw(first)
    with pytest.raises(AnnotationError, match="another window"):
        draw(second)
    with pytest.raises(AnnotationError, match="another window"):
        open_store(path)
    first.close()
    with pytest.raises(AnnotationError, match="another window"):
        draw(second)
    third = open_store(path)
    assert third.unsaved_count == 1
    third.close()


# --- saved and unsaved --------------------------------------------------------------------------


def test_counts_edits_since_the_last_save_also_those_undone() -> None:
    store = AnnotationStore()
    draw(store)
    draw(store)
    store.begin_save()
    draw(store)
    store.end_save(SavedFiles("/out"))
    assert store.unsaved_count == 1
    store.undo()
    assert store.unsaved_count == 0
    store.undo()
    assert store.unsaved_count == 1
    draw(store)
    assert store.unsaved_count == 2


def test_discard_goes_back_to_what_was_saved(tmp_path: Path) -> None:
    path = tmp_path / "case.jsonl"
    store = open_store(path)
    draw(store)
    store.begin_save()
    store.end_save(SavedFiles("/out"))
    saved = store.boxes
    draw(store)
    store.undo()
    store.undo()
    store.discard_unsaved()
    assert (store.boxes, store.unsaved_count) == (saved, 0)
    store.close()
    again = open_store(path)
    assert again.boxes == saved
    again.close()


def test_journal_gets_short_once_all_is_saved(tmp_path: Path) -> None:
    path = tmp_path / "case.jsonl"
    store = open_store(path)
    for _ in range(50):
        draw(store)
    store.begin_save()
    store.end_save(SavedFiles("/out", {UIDS[0]: ("/out/x.xml", "0" * 64)}))
    boxes_then = store.boxes
    store.close()
    assert len(path.read_bytes().splitlines()) == 2
    again = open_store(path)
    assert again.boxes == boxes_then
    assert again.saved.files == {UIDS[0]: ("/out/x.xml", "0" * 64)}
    assert again.next_id == 51
    again.discard_unsaved()
    again.close()


def test_discarding_everything_leaves_no_journal(tmp_path: Path) -> None:
    path = tmp_path / "case.jsonl"
    store = open_store(path)
    draw(store)
    store.discard_unsaved()
    store.close()
    assert not path.exists()


def test_start_finds_cases_with_unsaved_edits(tmp_path: Path) -> None:
    assert find_unsaved_cases(tmp_path / "none") == ()
    store = open_store(find_journal_path(["1.2", "1.3"], tmp_path))
    for _ in range(12):
        draw(store)
    assert find_unsaved_cases(tmp_path) == ()  # another window has it
    store._journal.close()
    (found,) = find_unsaved_cases(tmp_path)
    assert (found.title, found.path, found.count) == ("Lung_Dx-A0001", "/case", 12)
    (tmp_path / "odd.jsonl").write_bytes(b"not a journal")
    assert len(find_unsaved_cases(tmp_path)) == 1


def test_journal_is_found_by_series_in_any_order(tmp_path: Path) -> None:
    assert find_journal_path(["a", "b"], tmp_path) == find_journal_path(["b", "a"], tmp_path)
    assert find_journal_path(["a"], tmp_path) != find_journal_path(["b"], tmp_path)


# --- unlocking ----------------------------------------------------------------------------------


def test_unlocking_asks_a_name_and_copies_the_experts_boxes() -> None:
    store = AnnotationStore()
    expert = [Annotation(BOX, "A", UIDS[0], "a", "A0001", "x.xml", 1)]
    with pytest.raises(AnnotationError, match="not unlocked"):
        store.unlock("A0001", "  ", expert)
    store.unlock("A0001", " Dr. Reader ", expert)
    assert store.boxes.unlocked["A0001"].reader == "Dr. Reader"
    (copy,) = store.find(UIDS[0])
    assert (copy.box, copy.label, copy.origin, copy.object_index) == (BOX, "a", Origin.EXPERT, 1)
    with pytest.raises(AnnotationError, match="not unlocked"):
        store.unlock("A0001", "Dr. Reader", expert)
    assert store.undo_text == "Unlock expert's boxes of A0001"
    store.undo()
    assert not store.boxes.unlocked
    assert not store.find(UIDS[0])


def test_empty_edit_has_no_slice() -> None:
    assert Edit("Nothing").sop_instance_uid == ""
