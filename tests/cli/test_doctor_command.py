"""`ctbox doctor`: words in, text, JSON, HTML and exit codes out."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from ctbox.cli.app import run
from ctbox.cli.output import write_text_atomic
from ctbox.errors import CtboxError
from tests.workflows.doctor_scenes import write_broken, write_clean

CODES = {"clean": 0, "broken": 3}


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("doctor")
    return {"clean": write_clean(root / "clean"), "broken": write_broken(root / "broken")}


@pytest.mark.parametrize("kind", CODES)
def test_exit_code_says_whether_a_person_is_needed(
    places: dict[str, Path], kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["doctor", str(places[kind])]) == CODES[kind]
    text = capsys.readouterr().out
    assert "Research use only" in text
    assert ("NEEDS A PERSON" in text) == (kind == "broken")
    assert str(places[kind]) not in text


def test_missing_annotations_are_no_clean_bill(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_clean(tmp_path / "clean")
    for folder in root.rglob("Annotation"):
        shutil.rmtree(folder)
    run(["doctor", str(root)])
    text = capsys.readouterr().out
    assert "No annotations were found" in text
    assert "Nothing needs a person" not in text


def test_nothing_that_can_be_read_is_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["doctor", str(tmp_path)]) == 2
    assert run(["doctor", str(tmp_path / "missing")]) == 2
    assert run(["doctor"]) == 2
    told = capsys.readouterr().err
    assert "does not exist" in told
    assert "nothing to examine" in told


def test_json_holds_every_place(
    places: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["doctor", str(places["broken"]), "--json"]) == 3
    document = json.loads(capsys.readouterr().out)
    assert document["needs_person"] is True
    assert document["schema_version"] == 1
    assert document["notice"] == "Research use only, not for diagnosis."
    for finding in document["findings"]:
        assert finding["count"] == len(finding["places"]) > 0
        assert finding["severity"] in ("info", "warning", "needs a person")
        assert set(finding) == {
            "id", "severity", "title", "count", "unit", "explanation", "action", "fix", "places",
        }  # fmt: skip
    assert {each["id"] for each in document["not_checked"]} == {"incomplete-series"}


def test_annotations_alone(places: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    words = ["doctor", "--annotations", str(places["broken"] / "Annotation")]
    assert run(words) == 3
    text = capsys.readouterr().out
    (told,) = [line for line in text.splitlines() if line.startswith("Not checked (No images")]
    assert "orphan-annotation" in told


def test_html_is_one_file(places: dict[str, Path], tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    assert run(["doctor", str(places["broken"]), "--html", str(target)]) == 3
    assert target.read_text(encoding="utf-8").endswith("</html>\n")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert run(["doctor", str(places["broken"]), "--html", str(tmp_path / "no" / "x.html")]) == 1


def test_fix_writes_a_copy_and_refuses_a_bad_target(
    places: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "fixed"
    assert run(["doctor", str(places["broken"]), "--fix", str(out)]) == 3
    assert (out / "fixes.csv").is_file()
    assert "swapped corners put in order" in capsys.readouterr().err
    assert run(["doctor", str(places["broken"]), "--fix", str(out)]) == 1
    assert "already exists" in capsys.readouterr().err
    inside = places["broken"] / "fixed"
    assert run(["doctor", str(places["broken"]), "--fix", str(inside)]) == 1
    assert not inside.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_a_report_has_the_rights_of_any_new_file(tmp_path: Path) -> None:
    write_text_atomic(tmp_path / "report.html", "text")
    (tmp_path / "other").write_text("text")
    rights = {file.name: file.stat().st_mode for file in tmp_path.iterdir()}
    assert rights["report.html"] == rights["other"]
    with pytest.raises(CtboxError, match="Cannot write"):
        write_text_atomic(tmp_path, "text")
    assert {file.name for file in tmp_path.iterdir()} == {"report.html", "other"}
    assert not list(tmp_path.parent.glob(f".{tmp_path.name}.*"))


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are always text there")
def test_names_that_are_no_text_are_told(tmp_path: Path) -> None:
    root = write_clean(tmp_path / "data")
    folder = root / "Annotation" / os.fsdecode(b"G\xff")
    (root / "Annotation" / "A0001").rename(folder)
    (root / os.fsdecode(b"images/\xfe.dcm")).write_text("no image")
    next((root / "Annotation" / "B0002").glob("*.xml")).rename(folder / "1.2.3.xml")
    (folder / "bad.xml").write_text("no XML")
    words = ["doctor", str(root), "--html", str(tmp_path / "d.html"), "--fix", str(tmp_path / "f")]
    assert run(words) in (0, 3)
    assert "\\udcfe.dcm" in (tmp_path / "d.html").read_text(encoding="utf-8")
    assert (tmp_path / "f" / "fixes.csv").is_file()
    assert run(["index", str(root), "--catalog", str(tmp_path / "c.sqlite")]) == 0
    assert run(["export", str(root), "--to", "csv", "--out", str(tmp_path / "out")]) == 0
