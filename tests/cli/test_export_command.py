"""`ctbox export` and `ctbox import-boxes`: words in, files and exit codes out."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ctbox.cli.app import run
from tests.workflows.export_scene import write_capture, write_case, write_predictions


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_case(tmp_path_factory.mktemp("case"))


def test_boxes_out_and_back(case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "coco"
    assert run(["export", str(case), "--to", "coco", "--out", str(out)]) == 0
    text = capsys.readouterr().out
    assert "4 boxes in COCO format" in text
    assert "Research use only" in text
    words = ["import-boxes", str(out / "coco.json"), "--to", "voc", "--out", str(tmp_path / "voc")]
    assert run(words) == 0
    assert "4 boxes on 4 slices, from COCO to VOC" in capsys.readouterr().out
    assert len(list((tmp_path / "voc" / "Annotation" / "G0007").iterdir())) == 4
    assert run([*words, "--from", "csv"]) == 1
    assert "no table of boxes" in capsys.readouterr().err


def test_annotations_and_predictions_are_told_apart(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    predictions = write_predictions(tmp_path / "p.json")
    words = ["export", str(case / "images"), "--to", "csv", "--out"]
    given = [*words, str(tmp_path / "a"), "--annotations", str(case / "Annotation")]
    assert run(given) == 0
    # Naming predictions is enough to mean them.
    assert run([*words, str(tmp_path / "b"), "--detections", str(predictions)]) == 0
    assert run([*words, str(tmp_path / "c"), "--source", "ai"]) == 1
    assert "no predictions" in capsys.readouterr().err
    mine = [*given[:-3], str(tmp_path / "d"), *given[-2:], "--source", "mine"]
    assert run(mine) == 0
    origins = {}
    for name in "abd":
        with (tmp_path / name / "boxes.csv").open(newline="") as file:
            origins[name] = next(csv.DictReader(file))["origin"]
    assert origins == {"a": "expert", "b": "ai", "d": "mine"}


def test_existing_files_need_a_word(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["export", str(case), "--to", "sr", "--out", str(tmp_path)]
    assert run(words) == 0
    assert run(words) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert run([*words, "--overwrite"]) == 0


def test_deidentified(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = write_case(tmp_path / "case")
    write_capture(case)
    words = ["export", str(case), "--deidentify", "--out", str(tmp_path / "out")]
    assert run([*words, "--key-file", str(tmp_path / "key"), "--to", "voc"]) == 0
    told = capsys.readouterr()
    assert "7 de-identified images" in told.out
    assert "secondary capture" in told.err
    assert len(list((tmp_path / "out" / "DICOM").rglob("*.dcm"))) == 7
    assert run(["export", str(case), "--out", str(tmp_path / "x")]) == 1
    assert run(["export", str(case), "--to", "tiff", "--out", str(tmp_path / "x")]) == 2
