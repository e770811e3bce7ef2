"""The words and JSON fields that others build on."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ctbox.annotations.pascal_voc import write_voc
from ctbox.boxes import BoundingBox
from ctbox.cli.app import run
from ctbox.progress import TaskContext
from ctbox.workflows.open_case import open_case
from tests.builders import make_hu, make_uid, write_rgb, write_series, zip_folder
from tests.model.toy import SPACING, make_volume

SERIES_FIELDS = {
    "series_instance_uid",
    "acquisition_number",
    "patient_id",
    "subtype",
    "modality",
    "sop_class_uid",
    "description",
    "n_slices",
    "rows",
    "columns",
    "pixel_spacing_mm",
    "slice_spacing_mm",
    "slice_thickness_mm",
    "annotated_slices",
    "annotations",
    "problems",
}
ANNOTATION_FIELDS = {"files", "matched", "orphans", "unparsable", "unknown_labels", "duplicates"}


def write_patient(
    root: Path, code: str, seed: int = 0, shift: int = 1, text: str = "Chest"
) -> dict[str, list[list[float]]]:
    """Write one toy patient with boxes; return SOP UID to boxes."""
    hu, boxes = make_volume(seed=seed)
    # Patients must not look alike, or the leakage check rightly objects.
    across, down = 5 * shift - 5, 4 * shift - 4
    hu = np.roll(hu, (down, across), axis=(1, 2))
    boxes = {index: np.add(drawn, (across, down, across, down)) for index, drawn in boxes.items()}
    folder = root / "Lung-PET-CT-Dx" / f"Lung_Dx-{code}" / "study" / "series"
    paths = write_series(
        folder,
        len(hu),
        hu=hu,
        patient_id=f"Lung_Dx-{code}",
        spacing=SPACING,
        series_instance_uid=make_uid("series", code),
        study_instance_uid=make_uid("study", code),
        tags={"FrameOfReferenceUID": make_uid("frame", code), "SeriesDescription": text},
    )
    import pydicom

    truth = {}
    for index, drawn in boxes.items():
        uid = str(pydicom.dcmread(paths[index], stop_before_pixels=True).SOPInstanceUID)
        target = root / "Annotation" / code / f"{uid}.xml"
        target.parent.mkdir(parents=True, exist_ok=True)
        rows, columns = hu.shape[1:]
        write_voc(target, uid, [(BoundingBox(*box), code[0]) for box in drawn], columns, rows)
        truth[uid] = drawn.tolist()
    return truth


@pytest.fixture
def small_phantoms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("ctbox.model.phantom_series.ROWS", 128)
    monkeypatch.setattr("ctbox.model.phantom_series.SLICES", 6)


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("collection")
    for number, code in enumerate(("A0901", "B0901", "E0901")):
        write_patient(root, code, seed=number, shift=number)
    return root


def read_json(words: list[str], capsys: pytest.CaptureFixture[str], code: int = 0) -> Any:
    capsys.readouterr()
    assert run(words) == code
    return json.loads(capsys.readouterr().out)


def test_version_is_the_package_s(capsys: pytest.CaptureFixture[str]) -> None:
    from ctbox import __version__

    assert run(["--version"]) == 0
    assert capsys.readouterr().out.strip() == f"ctbox {__version__}"


def test_scan_tells_series_and_annotations(
    collection: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = read_json(["scan", str(collection), "--json"], capsys)
    assert [each["patient_id"] for each in found["series"]] == [
        "Lung_Dx-A0901",
        "Lung_Dx-B0901",
        "Lung_Dx-E0901",
    ]
    first = found["series"][0]
    assert first.keys() >= SERIES_FIELDS
    assert found["annotations"].keys() >= ANNOTATION_FIELDS
    assert (first["subtype"], first["n_slices"], first["rows"], first["columns"]) == (
        "A",
        16,
        96,
        128,
    )
    assert first["pixel_spacing_mm"] == list(SPACING)
    assert first["annotated_slices"] == first["annotations"] > 3
    assert found["annotations"]["files"] == found["annotations"]["matched"]
    assert found["skipped"] == []


def test_scan_takes_one_patient_s_annotations(
    collection: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["scan", str(collection), "--annotations", str(collection / "Annotation" / "B0901")]
    found = read_json([*words, "--json"], capsys)
    counts = {each["patient_id"]: each["annotated_slices"] for each in found["series"]}
    assert counts["Lung_Dx-B0901"] > 3
    assert counts["Lung_Dx-A0901"] == 0


def test_an_empty_annotation_folder_is_named(
    collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["scan", str(collection), "--annotations", str(tmp_path), "--json"]
    told = read_json(words, capsys)["annotations"]
    assert told["files"] == 0
    assert told["warnings"] == [
        {"path": str(tmp_path), "reason": "No annotation files were found here."}
    ]


def test_what_is_unknown_is_null(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_rgb(tmp_path / "case")
    (series,) = read_json(["scan", str(tmp_path / "case"), "--json"], capsys)["series"]
    assert series["pixel_spacing_mm"] is None
    assert series["slice_spacing_mm"] is None
    assert series["slice_thickness_mm"] is None


@pytest.mark.parametrize("command", [["scan"], ["predict", "--json", "-"]])
@pytest.mark.parametrize("content", ["letter.txt", "nothing", "missing"])
def test_nothing_readable_ends_with_2(
    tmp_path: Path, command: list[str], content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "case"
    if content != "missing":
        place.mkdir()
    if content == "letter.txt":
        (place / content).write_text("Dear colleague")
    assert run([command[0], str(place), *command[1:]]) == 2
    told = capsys.readouterr()
    assert (content if content == "letter.txt" else str(place)) in told.out + told.err


def test_wrong_annotations_leave_the_series(
    collection: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = read_json(["scan", str(collection), "--annotations", "/nowhere", "--json"], capsys)
    assert len(found["series"]) == 3
    assert [each["path"] for each in found["annotations"]["unparsable"]] == ["/nowhere"]


def test_brackets_in_a_description_are_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_series(tmp_path / "case", 2, tags={"SeriesDescription": "chest [/b] [5mm]"})
    assert run(["scan", str(tmp_path / "case")]) == 0
    assert "chest [/b] [5mm]" in capsys.readouterr().out


def test_an_image_is_not_replaced_by_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (image,) = write_series(tmp_path / "case", 1)
    before = image.read_bytes()
    words = ["predict", str(tmp_path / "case"), "--device", "cpu", "--json", str(image)]
    assert run(words) == 1
    assert image.read_bytes() == before
    assert image.name in capsys.readouterr().err


def test_a_slice_damaged_in_its_archive_leaves_the_rest(
    collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = zip_folder(collection / "Lung-PET-CT-Dx" / "Lung_Dx-A0901", tmp_path / "case.zip")
    with zipfile.ZipFile(archive) as listing:
        member = listing.infolist()[-3]
    data = bytearray(archive.read_bytes())
    end = member.header_offset + member.compress_size
    data[end - 600 : end - 400] = bytes(200)
    archive.write_bytes(bytes(data))
    found = read_json(["predict", str(archive), "--device", "cpu", "--json", "-"], capsys)
    assert len(found["series"][0]["slices"]) == 16
    assert found["series"][0]["not_predicted_reason"] is None
    (skipped,) = found["skipped"]
    assert member.filename in skipped["path"]


def test_a_missing_folder_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", "/nowhere/at/all"]) == 2
    assert "/nowhere/at/all does not exist" in capsys.readouterr().err


def test_wrong_words_end_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan"]) == 2
    assert run(["predict", "x", "--json", "-", "--device", "tpu"]) == 2
    capsys.readouterr()


def test_predict_lists_every_slice(
    collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "boxes.json"
    patient = collection / "Lung-PET-CT-Dx" / "Lung_Dx-A0901"
    assert run(["predict", str(patient), "--device", "cpu", "--json", str(target)]) == 0
    found = json.loads(target.read_text(encoding="utf-8"))
    assert found["model"].keys() == {"name", "sha256"}
    assert len(found["model"]["sha256"]) == 64
    assert found["device"] == "CPU"
    (series,) = found["series"]
    assert len(series["slices"]) == 16
    for one in series["slices"]:
        scores = [each["score"] for each in one["detections"]]
        assert scores == sorted(scores, reverse=True)
        for each in one["detections"]:
            x1, y1, x2, y2 = each["box"]
            assert 0 <= x1 < x2 <= 128
            assert 0 <= y1 < y2 <= 96
    for lesion in series["lesions"]:
        assert lesion.keys() >= {"id", "box_mm", "score", "sop_instance_uids"}
        assert len(lesion["boxes"]) == len(lesion["scores"]) == len(lesion["sop_instance_uids"])
        assert len(lesion["box_mm"]) == 6


def test_a_threshold_of_one_leaves_empty_lists(
    collection: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    patient = collection / "Lung-PET-CT-Dx" / "Lung_Dx-A0901"
    words = ["predict", str(patient), "--device", "cpu", "--json", "-", "--threshold", "1"]
    found = read_json(words, capsys)
    assert [one["detections"] for one in found["series"][0]["slices"]] == [[]] * 16


def test_colour_is_listed_and_not_predicted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_rgb(tmp_path / "case")
    words = ["predict", str(tmp_path / "case"), "--device", "cpu", "--json", "-"]
    (series,) = read_json(words, capsys)["series"]
    assert "colour" in series["not_predicted_reason"].lower()
    assert [one["detections"] for one in series["slices"]] == [[]]


def test_a_pickle_is_no_model(collection: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["predict", str(collection), "--json", "-", "--model", "weights.pth"]
    assert run(words) == 1
    assert "weights.pth" in capsys.readouterr().err


def test_an_unwritable_target_is_named(
    collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_rgb(tmp_path / "case")
    target = tmp_path / "missing" / "boxes.json"
    assert run(["predict", str(tmp_path / "case"), "--json", str(target)]) == 1
    assert str(target) in capsys.readouterr().err


def test_missing_weights_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ctbox.paths.weights_folder", lambda: tmp_path)
    monkeypatch.setattr("ctbox.paths.user_models_folder", lambda: tmp_path / "mine")
    assert run(["models"]) == 1
    assert "No shipped model was found" in capsys.readouterr().err


def test_models_lists_the_shipped_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models"]) == 0
    assert "ctbox-lung" in capsys.readouterr().out


@pytest.mark.usefixtures("small_phantoms")
def test_train_holds_patients_out_and_the_model_predicts(
    collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "first-run"
    words = ["train", "--dicom", str(collection), "--annotations", str(collection / "Annotation")]
    words += ["--model", "lung-detector", "--out", str(out), "--device", "cpu"]
    words += ["--epochs", "1", "--steps", "2", "--val-patients", "E0901"]
    assert run(words) == 0
    told = capsys.readouterr().out
    assert "Split: patient" in told
    assert "copy nearest slice" in told
    assert re.search(
        r"Lesions: \d of 1 found, .* false ones a scan over 1 scan, at threshold", told
    )
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert results["evaluation"]["summary"]["patients"] == 1
    assert results["evaluation"]["leaky"] is False
    card = json.loads((out / "model" / "card.json").read_text(encoding="utf-8"))
    assert card["training"]["patient_ids"] == ["Lung_Dx-A0901", "Lung_Dx-B0901"]
    assert card["split"]["validation_patient_ids"] == ["Lung_Dx-E0901"]
    patient = collection / "Lung-PET-CT-Dx" / "Lung_Dx-A0901"
    words = ["predict", str(patient), "--device", "cpu", "--json", "-", "--model", str(out)]
    assert read_json(words, capsys)["model"]["name"] == "first-run"


@pytest.mark.slow
@pytest.mark.usefixtures("small_phantoms")
def test_phantoms_trained_on_are_known_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, code in enumerate(("A9001", "B9002")):
        write_patient(tmp_path / "case", code, seed=number, shift=number, text="SYNTHETIC")
    out = tmp_path / "run"
    words = ["train", "--dicom", str(tmp_path / "case"), "--model", "lung-detector"]
    words += ["--out", str(out), "--epochs", "1", "--steps", "1", "--val-patients", "none"]
    assert run([*words, "--device", "cpu"]) == 0
    assert "Nobody was held out" in capsys.readouterr().out
    words = ["evaluate", "--dicom", str(tmp_path / "case"), "--model", str(out), "--json", "-"]
    found = read_json([*words, "--device", "cpu"], capsys)
    assert found["seen_patients"] == ["Lung_Dx-A9001", "Lung_Dx-B9002"]
    assert found["leaky"] is True


def test_a_used_folder_is_not_trained_into(
    collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = tmp_path / "results.json"
    notes.write_text("my notes")
    words = ["train", "--dicom", str(collection), "--model", "lung-detector"]
    assert run([*words, "--out", str(tmp_path)]) == 1
    assert notes.read_text() == "my notes"
    assert "not empty" in capsys.readouterr().err


def test_slice_random_holds_no_patient_out(
    collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "--dicom", str(collection), "--model", "lung-detector"]
    words += ["--out", str(tmp_path / "run"), "--split", "slice-random", "--val-patients", "A0901"]
    assert run(words) == 1
    assert "slice-random" in capsys.readouterr().err


def test_a_split_by_patient_needs_two(
    collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "--dicom", str(collection), "--subtype", "A", "--model", "lung-detector"]
    assert run([*words, "--out", str(tmp_path / "run")]) == 1
    assert "at least two patients" in capsys.readouterr().err


def test_slice_random_is_labelled_leaky(
    collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["evaluate", "--dicom", str(collection), "--split", "slice-random", "--device", "cpu"]
    found = read_json([*words, "--json", "-"], capsys)
    assert found["leaky"] is True
    assert "LEAKY" in found["split"]
    assert {"copy nearest slice", "mean box"} == found["baselines"].keys()


def test_evaluate_by_patient_leaves_everybody_out_once(
    collection: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["evaluate", "--dicom", str(collection), "--device", "cpu"]
    found = read_json([*words, "--json", "-"], capsys)
    assert found["leaky"] is False
    assert found["seen_patients"] == []
    assert found["summary"]["patients"] == 3
    assert sum(fold["held_out_slices"] for fold in found["folds"]) == sum(
        found["summary"]["slice_counts"][name] for name in ("annotated",)
    )


def test_twins_in_two_patients_are_a_leak(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for code in ("A0901", "B0901"):
        write_patient(tmp_path, code, seed=5)
    words = ["evaluate", "--dicom", str(tmp_path), "--folds", "2", "--json", "-"]
    assert run(words) == 1
    assert "leaks" in capsys.readouterr().err


def test_a_bad_file_leaves_the_rest_of_the_case(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = write_patient(tmp_path, "A0901")
    series = tmp_path / "Lung-PET-CT-Dx" / "Lung_Dx-A0901" / "study" / "series"
    first, second = sorted(series.iterdir())[:2]
    first.write_bytes(first.read_bytes()[:-500])
    second.write_text("no DICOM")
    boxes = tmp_path / "Annotation" / "A0901"
    unparsable = {
        "1.2.3.xml": b"",
        "1.2.4.xml": b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        ",
        "1.2.5.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><annotation>&b;</annotation>',
        "1.2.6.xml": b"<annotation><object>",
    }
    for name, content in unparsable.items():
        (boxes / name).write_bytes(content)
    found = read_json(["scan", str(tmp_path), "--json"], capsys)
    assert found["series"][0]["n_slices"] == 14
    assert {Path(each["path"]).name for each in found["skipped"]} == {first.name, second.name}
    told = found["annotations"]
    assert {Path(each["path"]).name for each in told["unparsable"]} == set(unparsable)
    assert told["files"] == len(truth) + len(unparsable)
    assert told["matched"] + len(told["orphans"]) == len(truth)


def test_a_zip_with_climbing_names_reads_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = write_series(tmp_path / "case", 3, hu=make_hu())
    archive = tmp_path / "case.zip"
    with zipfile.ZipFile(archive, "w") as target:
        target.write(paths[0], "../../evil.dcm")
        for path in paths[1:]:
            target.write(path, f"series/{path.name}")
    found = read_json(["scan", str(archive), "--json"], capsys)
    assert found["series"][0]["n_slices"] == 2
    assert len(found["skipped"]) == 1
    assert not (tmp_path.parent / "evil.dcm").exists()


def test_real_patients_scan_as_measured(
    real_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = real_data / "Lung_Dx-B0001.zip"
    found = read_json(["scan", str(archive), "--json"], capsys)
    assert [each["n_slices"] for each in found["series"]] == [56, 56, 56, 56]
    assert sum(each["annotated_slices"] for each in found["series"]) == 60
    archive = real_data / "Lung_Dx-E0003.zip"
    found = read_json(["scan", str(archive), "--json"], capsys)
    assert found["annotations"]["matched"] == 20
    assert len(found["annotations"]["orphans"]) == 59


@pytest.mark.slow
def test_tumours_of_a_patient_trained_on_are_found_again(
    real_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Says that pixels, boxes and models meet; how good the model is, its card says."""
    archive = real_data / "Lung_Dx-G0001.zip"
    found = read_json(["predict", str(archive), "--device", "cpu", "--json", "-"], capsys)
    assert [len(each["slices"]) for each in found["series"]] == [23, 45]
    case = open_case(archive, None, TaskContext())
    truth = {uid: boxes for each in case.series for uid, boxes in each.annotations.items()}
    tops = {
        one["sop_instance_uid"]: one["detections"][0]["box"]
        for each in found["series"]
        for one in each["slices"]
        if one["detections"]
    }
    assert len(truth) == 10
    ious = [
        max(each.box.iou(BoundingBox(*tops[uid])) for each in boxes) if uid in tops else 0.0
        for uid, boxes in truth.items()
    ]
    assert np.mean(ious) > 0.5


@pytest.mark.slow
def test_phantoms_of_a_seed_not_trained_on_are_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "phantoms"
    assert run(["phantom", str(folder), "--patients", "8", "--seed", "31415"]) == 0
    words = ["evaluate", "--dicom", str(folder), "--device", "cpu", "--json", "-"]
    found = read_json(words, capsys)
    assert found["leaky"] is False
    assert found["summary"]["patients"] == 8
    assert found["summary"]["overall"]["figures"]["mean_iou"] >= 0.5
