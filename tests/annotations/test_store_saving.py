"""Boxes of the reader's on disk: what is written, what is kept, what is refused."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctbox.annotations import edit_saving
from ctbox.annotations.annotation import Annotation
from ctbox.annotations.box_edits import Origin, OwnBox, unlock_expert
from ctbox.annotations.edit_saving import (
    SaveReport,
    SaveRequest,
    SliceToSave,
    find_target,
    hash_bytes,
    save_boxes,
)
from ctbox.annotations.pascal_voc import parse_voc, write_voc
from ctbox.annotations.voc_elements import round_box
from ctbox.boxes import BoundingBox
from ctbox.errors import AnnotationError
from tests.annotations.edit_strategies import HEIGHT, LABELS, WIDTH, boxes

UID = "1.2.3.4"
BOX = BoundingBox(4, 5, 20, 30)
SAMPLE = b"""<annotation verified="yes">
\t<folder>reader</folder>
\t<source>text<database>Unknown</database></source>
\t<size><width>64</width><height>48</height><depth>1</depth></size>
\t<object>
\t\t<name>a</name><pose>Unspecified</pose><Difficult>0</Difficult><grade>3</grade>
\t\t<bndbox><xmin>4</xmin><ymin>5</ymin><xmax>20</xmax><ymax>30</ymax></bndbox>
\t</object>
</annotation>
"""


def own(box: BoundingBox, label: str = "A", number: int = 1, **others) -> OwnBox:
    return OwnBox(number, UID, box, label, **others)


def make_slice(*own_boxes: OwnBox, **others) -> SliceToSave:
    return SliceToSave(UID, "A0001", WIDTH, HEIGHT, own_boxes, **others)


def save(root: Path | None, each: SliceToSave, **others) -> SaveReport:
    return save_boxes(SaveRequest(root, (each,), **others))


def read(path: Path) -> list[tuple[BoundingBox, str]]:
    file = parse_voc(path.read_bytes(), str(path), path.stem, path.parent.name)
    return [(each.box, each.raw_label) for each in file.annotations]


@pytest.fixture
def expert(tmp_path: Path) -> Path:
    path = tmp_path / "Annotation" / "A0001" / f"{UID}.xml"
    path.parent.mkdir(parents=True)
    path.write_bytes(SAMPLE)
    return path


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(boxes(), st.sampled_from(LABELS)), max_size=5))
def test_what_is_saved_is_read_back_by_the_rounding_rule(
    drawn: list[tuple[BoundingBox, str]],
) -> None:
    chosen = [own(box, label, number) for number, (box, label) in enumerate(drawn, 1)]
    rounded = [BoundingBox(*round_box(box, WIDTH, HEIGHT)) for box, _ in drawn]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        report = save(root, make_slice(*chosen))
        path = find_target(root, "A0001", UID)
        wanted = [(box, label) for box, (_, label) in zip(rounded, drawn, strict=True)]
        assert read(path) == wanted
        assert report.saved.files[UID] == (str(path), hash_bytes(path.read_bytes()))
        # Saving the same again touches nothing.
        again = save(root, make_slice(*chosen), written=frozenset(hash_bytes(path.read_bytes())))
        assert again.changed == 0
        assert again.kept == ()


@settings(max_examples=60, deadline=None)
@given(
    first=st.lists(st.tuples(boxes(), st.sampled_from(LABELS)), max_size=4),
    second=st.lists(st.tuples(boxes(), st.sampled_from(LABELS)), max_size=4),
)
def test_second_save_replaces_exactly_the_boxes_of_the_first(first, second) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        path = find_target(root, "A0001", UID)
        for drawn in (first, second):
            chosen = [own(box, label, number) for number, (box, label) in enumerate(drawn, 1)]
            save(root, make_slice(*chosen), written=frozenset(_hashes(path)))
            wanted = [(BoundingBox(*round_box(b, WIDTH, HEIGHT)), name) for b, name in drawn]
            assert sorted(read(path), key=str) == sorted(wanted, key=str)
        assert [each.name for each in path.parent.iterdir()] == [path.name]


def _hashes(path: Path) -> list[str]:
    return [hash_bytes(path.read_bytes())] if path.exists() else []


def test_root_that_is_an_annotation_folder_is_not_nested(tmp_path: Path) -> None:
    save(tmp_path / "Annotation", make_slice(own(BOX)))
    assert (tmp_path / "Annotation" / "A0001" / f"{UID}.xml").is_file()


def test_unlocked_copy_keeps_all_else_of_the_experts_file(expert: Path, tmp_path: Path) -> None:
    moved = BoundingBox(50, 40, 60, 44)  # far from where it was: its place in the file counts
    each = make_slice(
        own(moved, "a", 1, origin=Origin.EXPERT, object_index=0),
        own(BOX, "G", 2),
        expert_source=str(expert),
        is_unlocked=True,
    )
    save(tmp_path / "out", each)
    data = find_target(tmp_path / "out", "A0001", UID).read_bytes()
    assert data.count(b"<grade>3</grade>") == 1
    assert b"<xmin>50</xmin>" in data.split(b"</object>")[0]
    assert b'verified="yes"' in data
    assert b"text<database>" in data
    assert read(find_target(tmp_path / "out", "A0001", UID)) == [(moved, "a"), (BOX, "G")]
    assert expert.read_bytes() == SAMPLE


def test_untouched_copy_is_the_same_byte_for_byte(expert: Path, tmp_path: Path) -> None:
    copy = own(BOX, "a", 1, origin=Origin.EXPERT, object_index=0)
    save(tmp_path / "out", make_slice(copy, expert_source=str(expert), is_unlocked=True))
    assert find_target(tmp_path / "out", "A0001", UID).read_bytes() == SAMPLE


def test_in_place_keeps_the_original_once_and_edits_from_it(expert: Path) -> None:
    written: set[str] = set()
    for left in (10, 12):
        copy = own(BoundingBox(left, 5, 20, 30), "a", 1, origin=Origin.EXPERT, object_index=0)
        each = make_slice(copy, expert_source=str(expert), is_unlocked=True)
        request = SaveRequest(
            None, (each,), written=frozenset(written), note_writing=written.update
        )
        save_boxes(request)
        assert read(expert)[0][0].x1 == left
    assert expert.with_name(f"{expert.name}.orig").read_bytes() == SAMPLE
    assert len(list(expert.parent.iterdir())) == 2


def test_in_place_is_refused_while_locked(expert: Path) -> None:
    with pytest.raises(AnnotationError, match="locked"):
        save(None, make_slice(own(BOX), expert_source=str(expert)))
    assert expert.read_bytes() == SAMPLE


def test_new_slice_among_locked_files_is_refused(expert: Path, tmp_path: Path) -> None:
    other = SliceToSave("1.2.3.5", "A0001", WIDTH, HEIGHT, (own(BOX),))
    locked = frozenset([expert.parent])
    with pytest.raises(AnnotationError, match="locked"):
        save(tmp_path, other, locked_folders=locked)
    assert len(list(expert.parent.iterdir())) == 1


def test_foreign_files_are_kept_each_under_a_name_of_its_own(tmp_path: Path) -> None:
    path = find_target(tmp_path, "A0001", UID)
    path.parent.mkdir(parents=True)
    for number in range(3):
        write_voc(path, UID, [(BoundingBox(number, 0, 30, 30), "B")], WIDTH, HEIGHT, overwrite=True)
        save(tmp_path, make_slice(own(BOX)))
    names = sorted(each.name.removeprefix(path.name) for each in path.parent.iterdir())
    assert names == ["", ".orig", ".orig2", ".orig3"]


def test_damaged_file_in_the_way_is_kept_and_replaced(tmp_path: Path) -> None:
    path = find_target(tmp_path, "A0001", UID)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\x00\x05\x16\x07 no XML")
    save(tmp_path, make_slice(own(BOX)))
    assert read(path) == [(BOX, "A")]
    assert path.with_name(f"{path.name}.orig").read_bytes() == b"\x00\x05\x16\x07 no XML"


def test_experts_file_in_a_zip_is_read_from_there(tmp_path: Path) -> None:
    archive = tmp_path / "case.zip"
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr(f"Annotation/A0001/{UID}.xml", SAMPLE)
    source = f"{archive}!/Annotation/A0001/{UID}.xml"
    copy = own(BOX, "a", 1, origin=Origin.EXPERT, object_index=0)
    save(tmp_path / "out", make_slice(copy, expert_source=source, is_unlocked=True))
    assert find_target(tmp_path / "out", "A0001", UID).read_bytes() == SAMPLE
    with pytest.raises(AnnotationError, match="archive"):
        save(None, make_slice(copy, expert_source=source, is_unlocked=True))
    archive.unlink()
    with pytest.raises(AnnotationError, match="could not be read"):
        save(tmp_path / "out2", make_slice(copy, expert_source=source, is_unlocked=True))
    assert not (tmp_path / "out2").exists()


def test_what_is_about_to_be_written_is_told_before(tmp_path: Path) -> None:
    path = find_target(tmp_path, "A0001", UID)
    told: list[str] = []

    def note(hashes) -> None:
        assert not path.exists()
        told.extend(hashes)

    save(tmp_path, make_slice(own(BOX)), note_writing=note)
    assert told == [hash_bytes(path.read_bytes())]


def test_half_written_files_of_long_ago_are_cleared_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = find_target(tmp_path, "A0001", UID).parent
    folder.mkdir(parents=True)
    stale = folder / ".0123.tmp"
    stale.write_bytes(b"half")
    save(tmp_path, make_slice(own(BOX)))
    assert stale.exists()  # another window may be writing it
    monkeypatch.setattr(edit_saving, "_STALE_S", -1.0)
    save(tmp_path, make_slice(own(BOX)))
    assert not stale.exists()


def test_label_that_xml_cannot_hold_stops_the_save_before_it_begins(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="characters"):
        save(tmp_path / "out", make_slice(own(BOX, "A\x00")))
    assert not (tmp_path / "out").exists()


def test_unlocking_numbers_the_copies(tmp_path: Path) -> None:
    from ctbox.annotations.box_edits import Unlock

    expert = [Annotation(BOX, "A", UID, "a", "A0001", "x", place) for place in range(2)]
    edit = unlock_expert(Unlock("A0001", "R", "now"), expert, 7)
    assert [each.box_id for each in edit.changes] == [7, 8]
