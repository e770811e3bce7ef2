"""Boxes of other tools' files become ctbox's own, and each other's."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctbox.annotations.exchange.records import ExchangeImage, ExchangeSet
from ctbox.annotations.reading import read_annotations
from ctbox.errors import CtboxError
from ctbox.progress import TaskContext
from ctbox.workflows.export import export
from ctbox.workflows.export_formats import write_boxes
from ctbox.workflows.export_request import ExportFormat, ExportRequest
from ctbox.workflows.import_boxes import (
    ImportFormat,
    ImportReport,
    ImportRequest,
    find_format,
    import_boxes,
)
from tests.annotations.exchange.strategies import exchange_sets
from tests.annotations.samples import APPLE_STUB, put
from tests.builders import make_uid
from tests.workflows.export_scene import BOXES, slice_uid, voc, write_case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_case(tmp_path_factory.mktemp("case"))


@pytest.fixture(scope="module")
def exports(case: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("exports")
    for to in ("voc", "coco", "yolo", "csv", "sr"):
        export(ExportRequest(case, root / to, ExportFormat(to)), TaskContext())
    return root


def run(path: Path, out: Path, **more: Any) -> ImportReport:
    return import_boxes(ImportRequest(path, out, **more), TaskContext())


def read_boxes(folder: Path) -> dict[str, list[tuple[float, ...]]]:
    found = read_annotations(folder)
    assert not found.failures
    return {f.sop_instance_uid: [a.box.as_tuple() for a in f.annotations] for f in found.files}


EXPECTED = {slice_uid(index): [tuple(map(float, box))] for index, box in BOXES.items()}


@pytest.mark.parametrize("source", ["voc", "coco", "yolo", "csv", "sr"])
@pytest.mark.parametrize("to", ["voc", "coco", "yolo", "csv"])
def test_every_format_into_every_other(exports: Path, tmp_path: Path, source: str, to: str) -> None:
    done = run(exports / source, tmp_path / "a", to=ExportFormat(to))
    assert (done.source_format.value, done.slices, done.boxes, done.left_out) == (source, 4, 4, ())
    run(tmp_path / "a", tmp_path / "b")
    assert read_boxes(tmp_path / "b") == EXPECTED


@settings(max_examples=25, deadline=None)
@given(st.booleans().flatmap(lambda whole: st.tuples(st.just(whole), exchange_sets(whole=whole))))
def test_voc_gives_back_boxes_within_half_a_pixel_and_whole_ones_exactly(
    drawn: tuple[bool, ExchangeSet],
) -> None:
    is_whole, exchange = drawn
    plain = {
        image.sop_instance_uid: image.sop_instance_uid.partition("#")[0]
        for image in exchange.images
    }
    exchange = replace(
        exchange,
        images=tuple(
            replace(i, sop_instance_uid=plain[i.sop_instance_uid]) for i in exchange.images
        ),
        boxes=tuple(
            replace(b, sop_instance_uid=plain[b.sop_instance_uid], label="A")
            for b in exchange.boxes
        ),
    )
    with tempfile.TemporaryDirectory() as folder:
        assert write_boxes(exchange, ExportFormat.VOC, Path(folder)).boxes == len(exchange.boxes)
        back = read_boxes(Path(folder))
    for uid, found in back.items():
        own = [box.box.as_tuple() for box in exchange.boxes if box.sop_instance_uid == uid]
        worst = max(
            abs(a - b) for x, y in zip(own, found, strict=True) for a, b in zip(x, y, strict=True)
        )
        assert worst <= (0 if is_whole else 0.5)


def test_frames_cannot_become_voc_and_are_named(tmp_path: Path) -> None:
    text = f"sop_instance_uid,x1,y1,x2,y2,width,height\n{make_uid('m')}#2,1,2,3,4,64,64\n"
    (tmp_path / "x.csv").write_text(text + text.splitlines()[1].replace("#2", "") + "\n")
    done = run(tmp_path / "x.csv", tmp_path / "out")
    assert (done.boxes, [left.path for left in done.left_out]) == (1, [f"{make_uid('m')}#2"])


def test_a_format_is_found_by_name_and_content(exports: Path, tmp_path: Path) -> None:
    (report,) = (exports / "sr").iterdir()
    shutil.copy(report, tmp_path / "report")
    (label,) = [p for p in (exports / "yolo" / "labels").iterdir() if slice_uid(1) in p.name]
    paths = {
        exports / "coco" / "coco.json": ImportFormat.COCO,
        exports / "csv" / "boxes.csv": ImportFormat.CSV,
        exports / "yolo" / "labels": ImportFormat.YOLO,
        label: ImportFormat.YOLO,
        exports / "voc" / "Annotation": ImportFormat.VOC,
        tmp_path / "report": ImportFormat.SR,
        report: ImportFormat.SR,
    }
    assert {path: find_format(path) for path in paths} == paths
    assert run(label, tmp_path / "one").boxes == 1
    (tmp_path / "odd.bin").write_bytes(b"\0" * 200)
    for path in (tmp_path / "odd.bin", tmp_path / "missing"):
        with pytest.raises(CtboxError):
            find_format(path)


def test_images_tell_what_the_format_does_not(case: Path, exports: Path, tmp_path: Path) -> None:
    labels = tmp_path / "in"
    shutil.copytree(exports / "yolo" / "labels", labels)
    with pytest.raises(CtboxError, match="size of slice"):
        run(labels, tmp_path / "out")
    run(labels, tmp_path / "out", images=case)
    assert read_boxes(tmp_path / "out") == EXPECTED
    assert [path.name for path in (tmp_path / "out" / "Annotation").iterdir()] == ["G0007"]
    text = "sop_instance_uid,x1,y1,x2,y2\n" + "\n".join(
        f"{uid},{x1},{y1},{x2},{y2}" for uid, [(x1, y1, x2, y2)] in EXPECTED.items()
    )
    (tmp_path / "bare.csv").write_text(text)
    with pytest.raises(CtboxError, match="size of slice"):
        run(tmp_path / "bare.csv", tmp_path / "voc")
    run(tmp_path / "bare.csv", tmp_path / "voc", images=case)
    assert read_boxes(tmp_path / "voc") == EXPECTED


def test_damage_is_named_and_the_rest_taken(exports: Path, tmp_path: Path) -> None:
    shutil.copytree(exports / "voc", tmp_path / "voc")
    put(tmp_path / "voc" / "Annotation", "G0007", make_uid("stub"), APPLE_STUB)
    put(tmp_path / "voc" / "Annotation", "G0008", slice_uid(1), voc(1, 1, 5, 5))
    done = run(tmp_path / "voc", tmp_path / "a")
    assert done.boxes == 4
    reasons = sorted(left.reason for left in done.left_out)
    assert len(reasons) == 2
    assert "Another file" in reasons[0]
    assert "stub" in reasons[1]
    shutil.copytree(exports / "sr", tmp_path / "sr")
    (tmp_path / "sr" / "broken.dcm").write_bytes(b"\0" * 128 + b"DICM")
    done = run(tmp_path / "sr", tmp_path / "b")
    assert (done.boxes, len(done.left_out)) == (4, 1)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.json", "{"),
        ("x.json", "[" * 100_000),
        ("x.json", json.dumps({"images": [], "annotations": [], "categories": []})),
        ("x.csv", "a\n"),
        ("x.csv", "\xff\xfe"),
        ("x.xml", "<annotation"),
        ("x.dcm", "DICM"),
        ("x.txt", "0 1 2"),
    ],
)
def test_bad_files_are_refused_with_a_sentence(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_bytes(content.encode("latin-1"))
    with pytest.raises(CtboxError):
        run(tmp_path / name, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_segmentation_is_refused_by_name(case: Path, tmp_path: Path) -> None:
    export(ExportRequest(case, tmp_path / "seg", ExportFormat.SEG), TaskContext())
    (file,) = (tmp_path / "seg").glob("*.seg.dcm")
    for path in (file, tmp_path / "seg"):
        with pytest.raises(CtboxError, match="is a DICOM Segmentation"):
            run(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_formats_that_need_images_are_refused(exports: Path, tmp_path: Path) -> None:
    with pytest.raises(CtboxError, match="refers to images"):
        run(exports / "voc", tmp_path / "out", to=ExportFormat.SR)
    with pytest.raises(ValueError, match="refers to images"):
        write_boxes(ExchangeSet((ExchangeImage("1.2"),), ()), ExportFormat.SEG, tmp_path)


def test_existing_files_stay(exports: Path, tmp_path: Path) -> None:
    run(exports / "coco", tmp_path / "out")
    target = next((tmp_path / "out" / "Annotation").rglob("*.xml"))
    target.write_text("mine")
    with pytest.raises(CtboxError, match="nothing was written"):
        run(exports / "coco", tmp_path / "out")
    assert target.read_text() == "mine"
    run(exports / "coco", tmp_path / "out", overwrite=True)
    assert read_boxes(tmp_path / "out") == EXPECTED


def test_the_folder_that_is_read_is_not_written_into(exports: Path) -> None:
    for out in (exports / "voc", exports / "voc" / "Annotation", exports):
        with pytest.raises(CtboxError, match="stays untouched"):
            run(exports / "voc", out, overwrite=True)


def test_a_damaged_coco_file_is_told_as_one(tmp_path: Path) -> None:
    (tmp_path / "boxes.json").write_text("[" * 100_000)
    request = ImportRequest(tmp_path / "boxes.json", tmp_path / "out")
    with pytest.raises(CtboxError, match="is no JSON file") as caught:
        import_boxes(request, TaskContext())
    assert "COCO" in caught.value.hint
