"""Exports of a whole case: every format, whose boxes, and what is never done."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import highdicom as hd
import numpy as np
import pydicom
import pytest

from ctbox.annotations.exchange.records import Origin
from ctbox.annotations.reading import read_annotations
from ctbox.dicom.sr_reading import parse_sr
from ctbox.errors import CtboxError
from ctbox.imaging.outline import compute_outline
from ctbox.progress import Progress, TaskCancelledError, TaskContext
from ctbox.workflows.export import ExportReport, export
from ctbox.workflows.export_request import ExportFormat, ExportRequest
from ctbox.workflows.import_boxes import ImportRequest, import_boxes
from tests.annotations.samples import put
from tests.builders import make_uid, write_slice
from tests.workflows.export_scene import (
    BOXES,
    SIDE,
    make_volume,
    slice_uid,
    voc,
    write_capture,
    write_case,
    write_predictions,
)

ALL = tuple(ExportFormat)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_case(tmp_path_factory.mktemp("case"))


def run(case: Path, out: Path, to: str | None, **more: Any) -> ExportReport:
    chosen = None if to is None else ExportFormat(to)
    return export(ExportRequest(case, out, chosen, **more), TaskContext())


def list_files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize("to", ["voc", "coco", "yolo", "csv", "sr"])
def test_every_format_gives_back_the_experts_own_files(case: Path, tmp_path: Path, to: str) -> None:
    done = run(case, tmp_path / "out", to)
    assert (done.series, done.lesions, done.boxes, done.left_out) == (1, 2, 4, ())
    back = import_boxes(ImportRequest(tmp_path / "out", tmp_path / "back"), TaskContext())
    assert (back.source_format.value, back.slices, back.boxes) == (to, 4, 4)
    assert "Research use only" in "".join(
        path.read_bytes().decode("latin-1")
        for path in (tmp_path / "out").rglob("*.*")
        if path.is_file()
    )
    originals = read_annotations(case / "Annotation").files
    copies = read_annotations(tmp_path / "back" / "Annotation").files
    assert [file.sop_instance_uid for file in copies] == [f.sop_instance_uid for f in originals]
    for before, after in zip(originals, copies, strict=True):
        # Exact for boxes that came from VOC, whatever they went through.
        assert [a.box for a in after.annotations] == [a.box for a in before.annotations]
        assert [a.raw_label for a in after.annotations] == ["G"]
        assert (after.width, after.height) == (SIDE, SIDE)


def test_sr_links_slices_into_lesions(case: Path, tmp_path: Path) -> None:
    run(case, tmp_path, "sr")
    (path,) = tmp_path.glob("*.sr.dcm")
    content = parse_sr(path.read_bytes(), "x")
    sizes = [len(lesion.boxes) for lesion in content.lesions]
    assert sizes == [3, 1]
    assert len({lesion.tracking_uid for lesion in content.lesions}) == 2
    assert not content.is_device


def test_the_same_boxes_get_the_same_tracking_uids_in_sr_and_seg(
    case: Path, tmp_path: Path
) -> None:
    run(case, tmp_path / "a", "sr")
    run(case, tmp_path / "b", "sr")
    run(case, tmp_path / "c", "seg")
    first, second = (pydicom.dcmread(next((tmp_path / name).glob("*.dcm"))) for name in ("a", "b"))
    uids = [
        [lesion.tracking_uid for lesion in parse_sr(path.read_bytes(), "x").lesions]
        for name in ("a", "b")
        for path in (tmp_path / name).glob("*.dcm")
    ]
    assert uids[0] == uids[1]
    assert first.SOPInstanceUID != second.SOPInstanceUID
    read = hd.seg.segread(str(next((tmp_path / "c").glob("*.seg.dcm"))))
    assert {uid for _, uid in read.get_tracking_ids()} == set(uids[0])


def test_seg_holds_the_filled_outlines(case: Path, tmp_path: Path) -> None:
    done = run(case, tmp_path, "seg")
    assert (done.boxes, done.left_out) == (4, ())
    read = hd.seg.segread(str(next(tmp_path.glob("*.seg.dcm"))))
    pixels = read.get_pixels_by_source_instance(
        [slice_uid(i) for i in range(6)],
        assert_missing_frames_are_empty=True,
        ignore_spatial_locations=True,
    )
    assert pixels.shape == (6, SIDE, SIDE, 2)
    from ctbox.boxes import BoundingBox

    for index, box in BOXES.items():
        hu = make_volume()[index]
        outline = compute_outline(hu, BoundingBox(*box), (0.7, 0.7))
        segment = 0 if index < 5 else 1
        assert pixels[index, ..., segment].sum() == outline.mask.sum() > 50
        # Every pixel of the ball and hardly any other.
        overlap = (pixels[index, ..., segment] > 0) & (hu > 0)
        assert 2 * overlap.sum() / (pixels[index].sum() + (hu > 0).sum()) > 0.85
    assert not pixels[[0, 4]].any()
    assert not np.logical_and(pixels[..., 0], pixels[..., 1]).any()


def test_colour_captures_have_reports_and_no_segmentation(tmp_path: Path) -> None:
    case = write_case(tmp_path / "case")
    write_capture(case)
    assert run(case, tmp_path / "sr", "sr").series == 2
    assert len(list_files(tmp_path / "sr")) == 2
    done = run(case, tmp_path / "seg", "seg")
    assert len(list_files(tmp_path / "seg")) == 1
    (left,) = done.left_out
    assert left.path == make_uid("pet", "Lung_Dx-G0007")
    assert "Colour" in left.reason


def test_boxes_without_an_outline_are_named(tmp_path: Path) -> None:
    case = write_case(tmp_path / "case")
    put(case / "Annotation", "G0007", slice_uid(0), voc(2, 2, 12, 12))  # bare lung
    done = run(case, tmp_path / "seg", "seg")
    assert done.boxes == 4
    assert [left.path for left in done.left_out] == [slice_uid(0)]


def test_predictions_are_exported_with_scores_and_the_models_own_lesions(
    case: Path, tmp_path: Path
) -> None:
    predictions = write_predictions(tmp_path / "predict.json")
    more = {"origin": Origin.AI, "detections": predictions}
    done = run(case, tmp_path / "sr", "sr", **more)
    assert (done.lesions, done.boxes) == (2, 3)
    content = parse_sr(next((tmp_path / "sr").iterdir()).read_bytes(), "x")
    assert (content.is_device, content.observer_name) == (True, "detector-s")
    found = [[(b.sop_instance_uid, b.score) for b in each.boxes] for each in content.lesions]
    assert found == [[(slice_uid(1), 0.91), (slice_uid(2), 0.87)], [(slice_uid(2), 0.2)]]
    assert {each.label for each in content.lesions} == {"?"}
    run(case, tmp_path / "coco", "coco", **more)
    document = json.loads((tmp_path / "coco" / "coco.json").read_text())
    assert [a["score"] for a in document["annotations"]] == [0.91, 0.87, 0.2]
    assert document["info"]["origin"] == "ai"
    assert document["info"]["contributor"] == "detector-s"
    run(case, tmp_path / "yolo", "yolo", **more)
    text = (tmp_path / "yolo" / "labels" / f"{slice_uid(1)}.txt").read_text()
    assert text.split()[0] == "4"
    assert text.split()[5] == "0.910000"


def test_predictions_without_lesions_are_linked(case: Path, tmp_path: Path) -> None:
    path = write_predictions(tmp_path / "predict.json")
    document = json.loads(path.read_text())
    del document["series"][0]["lesions"]
    path.write_text(json.dumps(document))
    done = run(case, tmp_path / "sr", "sr", origin=Origin.AI, detections=path)
    assert (done.lesions, done.boxes) == (2, 3)


def test_ones_own_boxes_are_a_persons(case: Path, tmp_path: Path) -> None:
    run(case, tmp_path, "sr", origin=Origin.MINE, annotations=case / "Annotation")
    report = hd.sr.srread(str(next(tmp_path.iterdir())))
    (context,) = report.content.get_observer_contexts()
    assert context.observer_identifying_attributes.name == "Reader^Reviewer"


@pytest.mark.parametrize("to", ALL)
def test_nothing_tells_the_patients_name(case: Path, tmp_path: Path, to: ExportFormat) -> None:
    run(case, tmp_path, to.value)
    for path in tmp_path.rglob("*"):
        assert "Quillfeather" not in path.name
        if path.is_file():
            data = path.read_bytes()
            assert b"Quillfeather" not in data
            assert b"Secret Reader" not in data


def test_existing_files_stay_unless_they_may_be_replaced(case: Path, tmp_path: Path) -> None:
    run(case, tmp_path / "out", "voc")
    kept = tmp_path / "out" / "Annotation" / "G0007" / f"{slice_uid(1)}.xml"
    whole = kept.read_bytes()
    kept.write_text("mine")
    other = tmp_path / "out" / "Annotation" / "G0007" / f"{slice_uid(2)}.xml"
    other.unlink()
    with pytest.raises(CtboxError, match="nothing was written") as error:
        run(case, tmp_path / "out", "voc")
    assert "--overwrite" in error.value.hint
    assert kept.read_text() == "mine"
    assert not other.exists()
    run(case, tmp_path / "out", "voc", overwrite=True)
    assert kept.read_bytes() == whole
    assert other.exists()


def test_a_second_patient_joins_the_first(case: Path, tmp_path: Path) -> None:
    run(case, tmp_path / "out", "voc")
    write_slice(tmp_path / "b", patient_id="Lung_Dx-B0001", sop_instance_uid=make_uid("b"))
    put(tmp_path / "b" / "Annotation", "B0001", make_uid("b"))
    run(tmp_path / "b", tmp_path / "out", "voc")
    folders = {path.name for path in (tmp_path / "out" / "Annotation").iterdir()}
    assert folders == {"G0007", "B0001"}


def test_cancelled_nothing_is_left(case: Path, tmp_path: Path) -> None:
    def stop(update: object) -> None:
        if isinstance(update, Progress) and update.message == "Outlining" and update.done == 1:
            ctx.cancel()

    ctx = TaskContext(stop)
    with pytest.raises(TaskCancelledError):
        export(ExportRequest(case, tmp_path / "out", ExportFormat.SEG), ctx)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"to": None}, "Nothing was asked for"),
        ({"origin": Origin.AI}, "no predictions"),
        ({"detections": Path("x.json")}, "expert's boxes"),
        ({"origin": Origin.MINE}, "Your own boxes"),
        ({"origin": Origin.AI, "detections": Path("missing.json")}, "cannot be read"),
    ],
)
def test_requests_without_sense_are_refused(
    case: Path, tmp_path: Path, more: dict[str, Any], message: str
) -> None:
    words = {"to": "csv", **more}
    with pytest.raises(CtboxError, match=message):
        run(case, tmp_path / "out", **words)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"series": 3, "model": {"name": "x", "sha256": "y"}}', "\xff",
     '{"model": {"name": "x", "sha256": "y"}, "series": [{"slices": [{"sop_instance_uid": "1.2",'
     ' "detections": [{"box": [1, 2, 3], "score": 0.5}]}]}]}',
     '{"model": {"name": "x", "sha256": "y"}, "series": [{"slices": [{"sop_instance_uid": "1.2",'
     ' "detections": [{"box": [1, 2, 3, 4], "score": 7}]}]}]}'],
)  # fmt: skip
def test_predictions_that_are_none_are_refused(case: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text, encoding="latin-1")
    with pytest.raises(CtboxError, match=r"x\.json"):
        run(case, tmp_path / "out", "csv", origin=Origin.AI, detections=tmp_path / "x.json")


def test_a_case_without_boxes_is_an_error(tmp_path: Path) -> None:
    write_slice(tmp_path / "images")
    with pytest.raises(CtboxError, match="no box to export"):
        run(tmp_path / "images", tmp_path / "out", "csv")


def test_an_image_whose_uid_is_a_path_cannot_write_elsewhere(tmp_path: Path) -> None:
    case = tmp_path / "case"
    with pytest.warns(UserWarning, match="Invalid value"):
        write_slice(case, sop_instance_uid="../../evil", tags={"PatientID": "../../up"})
    write_slice(case, name="b.dcm", sop_instance_uid=make_uid("good"), patient_id="../../up")
    good = {"sop_instance_uid": make_uid("good"), "detections": [{"box": [1, 2, 3, 4], "score": 1}]}
    evil = {**good, "sop_instance_uid": "../../evil"}
    document = {"model": {"name": "m", "sha256": "s"}, "series": [{"slices": [good, evil]}]}
    (tmp_path / "p.json").write_text(json.dumps(document))
    for to in ("yolo", "voc", "sr"):
        more = {"origin": Origin.AI, "detections": tmp_path / "p.json"}
        done = run(case, tmp_path / "deep" / "er" / to, to, **more)
        assert (done.boxes, len(done.left_out)) == (1, 1)
        assert "valid SOP Instance UID" in done.left_out[0].reason
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case", "deep", "p.json"]
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["er"]
    assert len(list((tmp_path / "deep" / "er").iterdir())) == 3


def test_no_box_is_dropped_without_a_word(tmp_path: Path) -> None:
    case = write_case(tmp_path / "case")
    put(case / "Annotation", "G0007", make_uid("elsewhere"))
    put(case / "Annotation", "G0008", slice_uid(1), voc(1, 1, 5, 5))
    broken = put(case / "Annotation", "G0007", slice_uid(0), b"<annotation")
    done = run(case, tmp_path / "out", "csv")
    assert (done.boxes, done.orphans) == (4, 1)
    assert {left.path for left in done.left_out} == {
        str(broken),
        str(case / "Annotation" / "G0008" / f"{slice_uid(1)}.xml"),
    }
    predictions = write_predictions(tmp_path / "p.json")
    predictions.write_text(predictions.read_text().replace(slice_uid(1), make_uid("gone")))
    done = run(case, tmp_path / "ai", "csv", origin=Origin.AI, detections=predictions)
    assert (done.boxes, done.orphans) == (2, 1)


def test_an_unwritable_place_is_said_so(case: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(CtboxError):
        run(case, tmp_path / "file", "csv")
    with pytest.raises(CtboxError, match="could not be written"):
        run(case, tmp_path / "file" / "below", "csv")


@pytest.mark.parametrize("to", ["voc", "coco", "yolo", "csv", "sr", "seg"])
def test_real_patients(real_data: Path, tmp_path: Path, to: str) -> None:
    path = real_data / "Lung_Dx-E0003.zip"
    done = run(path, tmp_path / "out", to)
    assert (done.series, done.lesions, done.boxes) == (1, 1, 20)
    if to == "seg":
        read = hd.seg.segread(str(next((tmp_path / "out").iterdir())))
        assert read.number_of_segments == 1
        assert read.NumberOfFrames == 20
        return
    import_boxes(ImportRequest(tmp_path / "out", tmp_path / "back"), TaskContext())
    with zipfile.ZipFile(path) as archive:
        (study,) = {Path(n).parts[2] for n in archive.namelist() if n.endswith(".dcm")}
    assert study
    originals = {f.sop_instance_uid: f.annotations for f in read_annotations(path).files}
    copies = read_annotations(tmp_path / "back").files
    assert len(copies) == 20
    for file in copies:
        assert file.folder == "E0003"
        own = [(a.box, a.label) for a in originals[file.sop_instance_uid]]
        assert [(a.box, a.label) for a in file.annotations] == own


def test_real_secondary_capture_and_phases(real_data: Path, tmp_path: Path) -> None:
    assert run(real_data / "Lung_Dx-B0040.zip", tmp_path / "a", "sr").boxes == 1
    done = run(real_data / "Lung_Dx-B0001.zip", tmp_path / "b", "sr")
    assert (done.boxes, done.left_out) == (60, ())
    # Phases of one series have reports of their own.
    names = list_files(tmp_path / "b")
    assert len(names) == done.series == len(set(names)) > 1
    assert sum("-acq" in name for name in names) >= 2
    data = (tmp_path / "b" / names[0]).read_bytes()
    assert pydicom.dcmread(io.BytesIO(data)).PatientID == "Lung_Dx-B0001"


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize(
    ("path", "out"),
    [
        ("", ""),
        ("", "Annotation"),
        ("", "new"),
        ("", ".."),
        ("images", ""),
        ("images", "Annotation"),
        ("images", "Annotation/G0007/new"),
        ("images", "link"),
    ],
)
def test_no_original_is_ever_written_over(
    case: Path, tmp_path: Path, path: str, out: str, overwrite: bool
) -> None:
    root = tmp_path / "case"
    shutil.copytree(case, root)
    (tmp_path / "linked").symlink_to(root / "images")
    target = tmp_path / "linked" if out == "link" else root / out
    before = {file: file.read_bytes() for file in root.rglob("*") if file.is_file()}
    with pytest.raises(CtboxError, match="only read and stays untouched") as caught:
        run(root / path, target, "voc", overwrite=overwrite)
    assert "elsewhere" in caught.value.hint
    assert before == {file: file.read_bytes() for file in root.rglob("*") if file.is_file()}


def test_a_folder_beside_images_and_annotations_is_fine(case: Path, tmp_path: Path) -> None:
    root = tmp_path / "case"
    shutil.copytree(case, root)
    assert run(root / "images", root / "boxes", "voc").boxes == 4


def test_named_annotations_are_not_written_over_either(case: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine" / "Annotation"
    shutil.copytree(case / "Annotation", mine)
    with pytest.raises(CtboxError, match="contains"):
        run(case / "images", tmp_path / "mine", "voc", annotations=mine, overwrite=True)
