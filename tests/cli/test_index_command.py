"""`ctbox index` as its documentation says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ctbox.cli.app import run
from tests.workflows.test_index import write_patient


def test_index_tells_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_patient(tmp_path / "data", "Lung_Dx-A0001", 3)
    words = ["index", str(tmp_path / "data"), "--catalog", str(tmp_path / "c.sqlite")]
    assert run(words) == 0
    assert "holds 1 patients, 1 series, 3 images" in capsys.readouterr().out
    assert run([*words, "--json", "-"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["files"] == {
        "found": 3, "read": 0, "unchanged": 3, "moved": 0, "vanished": 0,
    }  # fmt: skip
    assert document["catalogue"]["instances"] == 3
    assert document["notice"].startswith("Research use only")


def test_nothing_there_and_no_catalogue_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["index", str(tmp_path / "gone"), "--catalog", str(tmp_path / "c.sqlite")]) == 2
    assert "does not exist" in capsys.readouterr().err
    write_patient(tmp_path / "data", "Lung_Dx-A0001", 1)
    (tmp_path / "text").write_bytes(b"text" * 500)
    words = ["index", str(tmp_path / "data"), "--catalog", str(tmp_path / "text")]
    assert run(words) == 1
    assert "damaged or no catalogue" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "a.txt").write_text("a")
    words = ["index", str(tmp_path / "empty"), "--catalog", str(tmp_path / "d.sqlite")]
    assert run(words) == 2
    # Nor does it help that the catalogue holds another folder.
    assert run([*words[:-1], str(tmp_path / "c.sqlite")]) == 2
    single = str(next((tmp_path / "data").rglob("*.dcm")))
    assert run(["index", single, "--catalog", str(tmp_path / "s.sqlite")]) == 0
