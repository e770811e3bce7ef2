from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ctbox.cli.app import run
from ctbox.progress import TaskContext
from ctbox.workflows.open_case import open_case
from ctbox.workflows.report_document import read_report
from ctbox.workflows.samples import get_boxes
from tests.workflows.report_scenes import (
    InlinePool,
    make_card,
    shift_boxes,
    use_rule,
    write_card,
    write_collection,
)


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A report that is judged by a rule in this process."""
    root = write_collection(tmp_path / "data")
    case = open_case(root, None, TaskContext())
    boxes: dict[str, Any] = {
        uid: get_boxes(one, uid) for one in case.series for uid in one.annotations
    }
    use_rule(monkeypatch, boxes, shift_boxes)
    monkeypatch.setattr("ctbox.workflows.report_files.draw_pictures", lambda *_: [])
    use_pool(monkeypatch, InlinePool())
    model = write_card(tmp_path, make_card("good"))
    return ["report", str(root), "--out", str(tmp_path / "out"), "--model", model]


def use_pool(monkeypatch: pytest.MonkeyPatch, pool: InlinePool) -> None:
    monkeypatch.setattr("ctbox.workflows.report_run._choose_pool", lambda _: pool)


def test_it_prints_figures_and_place(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*words, "--annotations", str(tmp_path / "data" / "Annotation")]) == 0
    told = capsys.readouterr().out
    assert "patients it has never seen" in told
    assert "too few patients" in told
    assert "3 series judged" in told
    assert "0 failed" in told
    assert f"Report: {tmp_path / 'out' / 'report.html'}" in told
    figures = read_report(tmp_path / "out")["models"][0]["populations"]["unseen"]["overall"]
    assert f"{figures['figures']['mean_iou']:.3f}" in told


def test_a_stop_is_told_and_exits_130(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    use_pool(monkeypatch, InlinePool(stop_after=1))
    assert run(words) == 130
    told = capsys.readouterr()
    assert "the report is PARTIAL. Go on with --resume" in told.err
    assert read_report(tmp_path / "out")["partial"] is True
    use_pool(monkeypatch, InlinePool())
    assert run([*words, "--resume"]) == 0
    assert "3 series judged, 1 of them from an earlier run" in capsys.readouterr().out


def test_mistakes_are_sentences(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*words, "--model", "nobody"]) == 1
    assert "There is no model 'nobody'" in capsys.readouterr().err
    assert run([*words, "--model", words[-1]]) == 1
    assert "The same weights are named twice" in capsys.readouterr().err
    assert run(["report", str(tmp_path / "nowhere"), *words[2:]]) == 1
    assert run(["report", words[1]]) == 2
