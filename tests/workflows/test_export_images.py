"""Pictures beside COCO and YOLO labels: the same pixels, a stated window, names that agree."""

from __future__ import annotations

import json
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
import pytest

from ctbox.errors import CtboxError
from ctbox.progress import TaskContext
from ctbox.workflows.export import export
from ctbox.workflows.export_images import parse_window
from ctbox.workflows.export_request import ExportFormat, ExportRequest
from ctbox.workflows.import_boxes import ImportRequest, import_boxes
from tests.workflows.export_scene import BOXES, make_volume, slice_uid, write_capture, write_case


def run(root: Path, out: Path, to: str, window: str = "-600,1500", **more: object) -> Path:
    request = ExportRequest(
        root,
        out,
        ExportFormat(to),
        pictures=parse_window(window),
        **more,  # type: ignore[arg-type]
    )
    export(request, TaskContext())
    return out


@pytest.mark.parametrize("to", ["coco", "yolo"])
def test_every_slice_with_a_box_has_its_picture(tmp_path: Path, to: str) -> None:
    out = run(write_case(tmp_path / "case"), tmp_path / "out", to)
    names = {file.stem for file in (out / "images").iterdir()}
    assert names == {slice_uid(index) for index in BOXES}
    picture = imagecodecs.png_decode((out / "images" / f"{slice_uid(1)}.png").read_bytes())
    # PS3.3 C.11.2.1.2 by hand: centre −600, width 1500.
    hu = make_volume()[1].astype(float)
    wanted = np.clip(((hu + 600.5) / 1499 + 0.5) * 255, 0, 255)
    assert picture.shape == hu.shape
    assert np.abs(picture - wanted).max() <= 1
    if to == "yolo":
        assert {file.stem for file in (out / "labels").iterdir()} == names


def test_monochrome1_is_inverted(tmp_path: Path) -> None:
    root = write_case(tmp_path / "case")
    plain = run(root, tmp_path / "plain", "yolo")
    for file in root.rglob("*.dcm"):
        ds = pydicom.dcmread(file)
        ds.PhotometricInterpretation = "MONOCHROME1"
        ds.save_as(file)
    inverted = run(root, tmp_path / "inverted", "yolo")
    first, second = (
        imagecodecs.png_decode((out / "images" / f"{slice_uid(1)}.png").read_bytes()).astype(int)
        for out in (plain, inverted)
    )
    assert np.abs(first + second - 255).max() <= 1
    assert first.std() > 10


def test_coco_names_the_pictures_and_comes_back(tmp_path: Path) -> None:
    out = run(write_case(tmp_path / "case"), tmp_path / "out", "coco")
    document = json.loads((out / "coco.json").read_text())
    assert all((out / image["file_name"]).is_file() for image in document["images"])
    report = import_boxes(ImportRequest(out / "coco.json", tmp_path / "back"), TaskContext())
    assert report.boxes == len(BOXES)


def test_colour_is_written_as_it_is(tmp_path: Path) -> None:
    root = write_case(tmp_path / "case")
    write_capture(root)
    out = run(root, tmp_path / "out", "yolo", "lung")
    picture = imagecodecs.png_decode((out / "images" / f"{slice_uid(0, 'pet')}.png").read_bytes())
    assert picture.ndim == 3


def test_pictures_of_deidentified_images_carry_their_uids(tmp_path: Path) -> None:
    out = run(write_case(tmp_path / "case"), tmp_path / "out", "coco", deidentify=True)
    copies = {file.stem for file in (out / "DICOM").rglob("*.dcm")}
    pictures = {file.stem for file in (out / "images").iterdir()}
    assert len(pictures) == len(BOXES)
    assert pictures <= copies


def test_other_formats_and_windows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CtboxError, match="COCO and YOLO"):
        run(write_case(tmp_path / "case"), tmp_path / "out", "sr")
    for text in ("bone", "1,0", "nan,5", "1,2,3", "1,inf"):
        with pytest.raises(CtboxError, match="is no window"):
            parse_window(text)
    assert (parse_window("Mediastinum").center, parse_window(" 5 , 7 ").width) == (40.0, 7.0)
