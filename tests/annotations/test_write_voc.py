from __future__ import annotations

import os
import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctbox.annotations import atomic_file
from ctbox.annotations.pascal_voc import parse_voc, write_voc
from ctbox.boxes import BoundingBox
from ctbox.errors import AnnotationError
from tests.annotations.samples import UID

edges = st.lists(st.integers(0, 512), min_size=2, max_size=2).map(sorted)
boxes = st.tuples(edges, edges).map(lambda e: BoundingBox(e[0][0], e[1][0], e[0][1], e[1][1]))


def read_back(path: Path) -> list[tuple[tuple[float, float, float, float], str]]:
    file = parse_voc(path.read_bytes(), str(path), path.stem, None)
    return [(a.box.as_tuple(), a.raw_label) for a in file.annotations]


@given(st.lists(st.tuples(boxes, st.sampled_from("ABEGag")), max_size=6))
@settings(deadline=None)
def test_integers_come_back_as_they_were(content: list[tuple[BoundingBox, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{UID}.xml"
        write_voc(path, UID, content, 512, 512)
        assert read_back(path) == [(box.as_tuple(), label) for box, label in content]


@given(st.lists(st.floats(0, 512), min_size=4, max_size=4))
@settings(deadline=None)
def test_floats_come_back_within_half_a_pixel(values: list[float]) -> None:
    x1, x2 = sorted(values[:2])
    y1, y2 = sorted(values[2:])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{UID}.xml"
        write_voc(path, UID, [(BoundingBox(x1, y1, x2, y2), "A")], 512, 512)
        ((found, _),) = read_back(path)
    assert found == pytest.approx((x1, y1, x2, y2), abs=0.5)


def test_halves_round_to_even_and_the_image_clips(tmp_path: Path) -> None:
    path = tmp_path / f"{UID}.xml"
    write_voc(path, UID, [(BoundingBox(-3.0, 2.5, 3.5, 400), "A")], 300, 200)
    assert read_back(path) == [((0, 2, 4, 200), "A")]


def test_file_has_what_labelimg_and_the_collections_tools_look_for(tmp_path: Path) -> None:
    path = tmp_path / f"{UID}.xml"
    write_voc(path, UID, [(BoundingBox(1, 2, 3, 4), "G")], 256, 512)
    root = ET.parse(path).getroot()
    assert (root.tag, root.get("verified")) == ("annotation", "no")
    assert root.findtext("filename") is not None
    assert [root.findtext(f"size/{k}") for k in ("width", "height", "depth")] == ["256", "512", "1"]
    (item,) = root.findall("object")
    assert item.findtext("name") == "G"
    assert [item.findtext(f"bndbox/{k}") for k in ("xmin", "ymin", "xmax", "ymax")] == list("1234")
    assert [child.tag for child in item] == ["name", "pose", "truncated", "Difficult", "bndbox"]


def test_existing_file_is_kept_unless_told(tmp_path: Path) -> None:
    path = tmp_path / f"{UID}.xml"
    path.write_text("precious")
    with pytest.raises(AnnotationError, match="already exists"):
        write_voc(path, UID, [], 512, 512)
    assert path.read_text() == "precious"
    write_voc(path, UID, [(BoundingBox(1, 2, 3, 4), "A")], 512, 512, overwrite=True)
    assert read_back(path) == [((1, 2, 3, 4), "A")]


def test_other_file_name_carries_the_uid_inside(tmp_path: Path) -> None:
    path = tmp_path / "slice 7.xml"
    write_voc(path, UID, [(BoundingBox(1, 2, 3, 4), "A")], 512, 512)
    assert parse_voc(path.read_bytes(), "", path.stem, None).sop_instance_uid == UID


@pytest.mark.parametrize(("name", "uid"), [("1.2.3.xml", UID), ("x.xml", "no uid")])
def test_wrong_name_is_refused(tmp_path: Path, name: str, uid: str) -> None:
    with pytest.raises(AnnotationError, match="cannot hold"):
        write_voc(tmp_path / name, uid, [], 512, 512)
    assert list(tmp_path.iterdir()) == []


def test_label_that_xml_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="characters"):
        write_voc(tmp_path / f"{UID}.xml", UID, [(BoundingBox(1, 2, 3, 4), "\x00")], 512, 512)
    assert list(tmp_path.iterdir()) == []


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="could not be written"):
        write_voc(tmp_path / "none" / f"{UID}.xml", UID, [], 512, 512)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_failure_half_way_leaves_the_old_file_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / f"{UID}.xml"
    path.write_text("precious")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    target = os if step == "fsync" else Path
    monkeypatch.setattr(target, step, fail)
    assert atomic_file.os is os
    with pytest.raises(AnnotationError, match="No space left"):
        write_voc(path, UID, [], 512, 512, overwrite=True)
    monkeypatch.undo()
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]
