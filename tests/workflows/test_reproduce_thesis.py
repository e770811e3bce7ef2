from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from ctbox.errors import TrainingDataError
from ctbox.progress import Progress, TaskCancelledError, TaskContext
from ctbox.workflows.curve_svg import draw_curve
from ctbox.workflows.reproduce_thesis import ThesisRequest, reproduce_thesis
from ctbox.workflows.thesis_tables import PUBLISHED_AFTER, format_tables
from tests.workflows import fine_tune_scene as scene


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    names = ("B0001", "B0002", "A0001", "A0002", "G0001")
    return scene.write_patients(tmp_path_factory.mktemp("thesis"), names)


def make_request(case: Path, out: Path, **changes: object) -> ThesisRequest:
    values: dict[str, object] = {
        "max_slices": 10, "epochs": 3, "fine_tune_epochs": 2, "side": 16, "device": "cpu",
        **changes,
    }  # fmt: skip
    return ThesisRequest(case / "images", case / "Annotation", out, **values)  # type: ignore[arg-type]


def test_both_tables_the_honest_one_and_the_curves(case: Path, tmp_path: Path) -> None:
    seen: list[object] = []
    result = reproduce_thesis(make_request(case, tmp_path / "out"), TaskContext(seen.append))
    rows = {row.subtype: row for row in result.rows}
    assert list(rows) == ["B", "A", "G"]
    assert result.missing == ("E",)
    assert rows["B"].old is None
    assert rows["A"].old is not None
    assert all(row.slices <= 10 for row in result.rows)
    # Slices of one patient on both sides: the nearest one's box fits; of strangers it can't.
    assert rows["A"].copied > 0.5
    assert rows["A"].by_patient_copied is not None
    assert rows["A"].by_patient_copied < rows["A"].copied
    assert rows["G"].by_patient is None
    assert set(result.losses) == {"B", "B by patient", "A", "A by patient", "G"}
    assert [len(result.losses[name]) for name in ("B", "A")] == [3, 2]
    text = format_tables(result)
    assert text.count("LEAKY") >= 9
    assert f"{PUBLISHED_AFTER['A']:.2f}" in text
    assert "— (one patient)" in text
    assert "**Not the published size.** At most 10 slices of a subtype, 3 epochs" in text
    assert rows["A"].held_out_patients == 1
    assert "subtype E" in text
    out = tmp_path / "out"
    assert (out / "tables.md").read_text(encoding="utf-8") == text
    assert json.loads((out / "results.json").read_text())["published"]["B"] == 0.8
    for name in ("loss-B", "loss-B-from-100", "loss-A", "loss-A-from-10", "loss-B-by-patient"):
        ET.parse(out / f"{name}.svg")  # our own file
    assert len((out / "loss-B.csv").read_text().splitlines()) == 4
    assert any(isinstance(one, Progress) and "B: loss" in one.message for one in seen)


def test_the_same_seed_gives_the_same_tables(case: Path, tmp_path: Path) -> None:
    words = [
        format_tables(
            reproduce_thesis(make_request(case, tmp_path / str(i), epochs=1), TaskContext())
        )
        for i in range(2)
    ]
    assert words[0] == words[1]


def test_without_the_first_subtype_or_into_an_occupied_folder(case: Path, tmp_path: Path) -> None:
    other = scene.write_patients(tmp_path / "other", ("A0001", "A0002"))
    with pytest.raises(TrainingDataError, match="subtype B"):
        reproduce_thesis(make_request(other, tmp_path / "out"), TaskContext())
    with pytest.raises(TrainingDataError, match="not empty"):
        reproduce_thesis(make_request(case, tmp_path), TaskContext())


def test_it_can_be_cancelled(case: Path, tmp_path: Path) -> None:
    ctx = TaskContext(lambda update: ctx.cancel() if isinstance(update, Progress) else None)
    with pytest.raises(TaskCancelledError):
        reproduce_thesis(make_request(case, tmp_path / "out"), ctx)


def test_what_was_trained_whole_is_not_trained_again(case: Path, tmp_path: Path) -> None:
    whole = reproduce_thesis(make_request(case, tmp_path / "whole"), TaskContext())
    out, seen = tmp_path / "out", []

    def stop(update: object) -> None:
        if isinstance(update, Progress) and update.message.startswith("A: loss"):
            ctx.cancel()

    ctx = TaskContext(stop)
    with pytest.raises(TaskCancelledError):
        reproduce_thesis(make_request(case, out), ctx)
    kept = out / "networks"
    assert {each.name for each in kept.iterdir()} == {"B.safetensors", "B-by-patient.safetensors"}
    (kept / "B-by-patient.safetensors").write_bytes(b"cut off")
    again = reproduce_thesis(make_request(case, out, resume=True), TaskContext(seen.append))
    trained = {one.message.partition(": loss")[0] for one in seen if isinstance(one, Progress)}
    assert "B" not in trained
    assert {"B by patient", "A", "G"} <= trained
    assert format_tables(again) == format_tables(whole)
    assert again.losses == whole.losses
    assert not kept.exists()  # of no use any more, and large


def test_networks_of_other_settings_are_not_taken_over(case: Path, tmp_path: Path) -> None:
    ctx = TaskContext(
        lambda update: (
            ctx.cancel()
            if isinstance(update, Progress) and update.message.startswith("A: loss")
            else None
        )
    )
    with pytest.raises(TaskCancelledError):
        reproduce_thesis(make_request(case, tmp_path, epochs=1), ctx)
    seen: list[object] = []
    other = make_request(case, tmp_path, epochs=1, seed=2, resume=True)
    reproduce_thesis(other, TaskContext(seen.append))
    assert any(isinstance(one, Progress) and one.message.startswith("B: loss") for one in seen)


def test_a_curve_is_a_picture_also_where_there_is_little() -> None:
    for values, first in (([], 1), ([1.0], 1), ([2.0, 2.0], 1), ([3.0, 2.0, 1.0], 100)):
        root = ET.fromstring(draw_curve("Loss <B>", values, first))
        assert root.tag.endswith("svg")
    assert "before epoch 100" in draw_curve("B", [1.0], 100)
    line = ET.fromstring(draw_curve("B", [4.0, 2.0, 1.0], 2))[-2].attrib
    assert len(line["points"].split()) == 2
