"""The report on the collection's real patients: golden figures by a rule, and the shipped model."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ctbox.progress import TaskContext
from ctbox.workflows.open_case import open_case
from ctbox.workflows.report_document import read_report
from ctbox.workflows.report_request import ReportRequest
from ctbox.workflows.report_run import run_report
from ctbox.workflows.samples import get_boxes
from tests.workflows.report_scenes import (
    InlinePool,
    make_card,
    shift_boxes,
    use_rule,
    write_card,
)

GOLDEN = Path(__file__).parent / "golden" / "report_real.json"
GOLDEN_OF_ALL = GOLDEN.with_name("report_real_all.json")
PATIENTS = ("E0002", "G0001")


@pytest.fixture(scope="module")
def two_patients(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small patients, of two vendors, in a folder of their own."""
    root = tmp_path_factory.mktemp("real")
    for code in PATIENTS:
        with zipfile.ZipFile(real_data / f"Lung_Dx-{code}.zip") as archive:
            archive.extractall(root)
    return root


def shorten(document: dict[str, Any]) -> dict[str, Any]:
    """Return figures alone, rounded: what a change of the report's meaning would move."""

    def settle(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: settle(each) for key, each in value.items()}
        if isinstance(value, list):
            return [settle(each) for each in value]
        return round(value, 6) if isinstance(value, float) else value

    models = {}
    for model in document["models"]:
        for name, part in model["populations"].items():
            models[f"{model['label']} {name}"] = {
                "overall": part["overall"],
                "subtypes": {
                    key: one["figures"]["mean_iou"]
                    for key, one in part["groups"]["subtype"].items()
                },
                "series": {
                    key: one["figures"]["mean_iou"] for key, one in part["groups"]["series"].items()
                },
                "baselines": {
                    key: one["overall"]["figures"] for key, one in part["baselines"].items()
                },
                "froc_band": part["froc_band"],
                "calibration": part["calibration"],
                "slice_counts": part["slice_counts"],
                "long_axis": part["long_axis"],
            }
    images = {key: document["images"][key] for key in ("series", "slices", "patients")}
    settled = {"images": images, "models": models, "comparisons": document["comparisons"]}
    return dict(settle(settled))


@pytest.mark.parametrize(
    ("which", "golden"),
    [("two_patients", GOLDEN), pytest.param("real_data", GOLDEN_OF_ALL, marks=pytest.mark.slow)],
)
def test_the_golden_report(
    which: str,
    golden: Path,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The golden files hold figures of a rule, so that no training changes them.

    Delete one and run this test twice to make it anew.
    """
    images: Path = request.getfixturevalue(which)
    case = open_case(images, None, TaskContext())
    boxes = {uid: get_boxes(one, uid) for one in case.series for uid in one.annotations}
    use_rule(monkeypatch, boxes, shift_boxes)
    monkeypatch.setattr("ctbox.workflows.report_files.draw_pictures", lambda *_: [])
    from ctbox.model.card import TrainingRecord

    seen = TrainingRecord(patient_ids=("Lung_Dx-G0001",))
    models = (
        write_card(tmp_path, make_card("good", training=seen)),
        write_card(tmp_path, make_card("poor")),
    )
    wanted = ReportRequest(images, None, models, tmp_path / "out", resamples=200)
    run_report(wanted, TaskContext(), InlinePool())
    found = shorten(read_report(tmp_path / "out"))
    if not golden.exists():
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        pytest.fail(f"{golden} was made anew: read it, then run again.")
    expected = json.loads(golden.read_text(encoding="utf-8"))
    assert found["images"] == expected["images"]
    for name, part in expected["models"].items():
        for kind, values in part.items():
            assert found["models"][name][kind] == values, f"{name}: {kind}"
    assert found == expected


def check_shipped(document: dict[str, Any]) -> None:
    """The shipped weights have seen all real patients here, and the report says so loudly."""
    (model,) = document["models"]
    assert list(model["populations"]) == ["seen"]
    assert model["seen_patients"]
    part = model["populations"]["seen"]
    assert part["leaky"] is True
    assert part["split"].startswith("LEAKY")
    figures = part["overall"]["figures"]
    assert 0.5 < figures["patient_mean_iou"] <= 1  # it remembers them
    assert figures["hit_at_0.1"] >= figures["hit_at_0.3"] >= figures["hit_at_0.5"]
    assert part["baselines"]["copy nearest slice"]["overall"]["figures"]["mean_iou"] < 0.5
    rows = [row for row in part["slices"] if row["status"] == "annotated"]
    mean = sum(row["top_iou"] for row in rows) / len(rows)
    assert figures["mean_iou"] == pytest.approx(mean)
    sensitivities = [point["sensitivity"] for point in part["froc_band"]]
    assert sensitivities == sorted(sensitivities)
    assert all(point["low"] <= point["high"] for point in part["froc_band"])


@pytest.mark.slow
def test_the_shipped_model_on_two_patients(two_patients: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run_report(
        ReportRequest(two_patients, None, (), out, resamples=200, device="cpu"), TaskContext()
    )
    assert (result.series, result.failed, result.partial) == (4, 0, False)
    check_shipped(read_report(out))
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "was trained or tuned on\nevery patient judged here" in page


@pytest.mark.slow
def test_the_whole_set_as_it_lies_in_its_archives(real_data: Path, tmp_path: Path) -> None:
    result = run_report(
        ReportRequest(real_data, None, (), tmp_path / "out", workers=2, device="cpu"),
        TaskContext(),
    )
    document = read_report(tmp_path / "out")
    assert (result.series, result.failed) == (12, 0)
    assert document["images"]["patients"] == 6
    (capture,) = document["images"]["not_judged"]
    assert "Secondary capture" in capture["reason"]
    check_shipped(document)
    assert document["models"][0]["populations"]["seen"]["slice_counts"]["annotated"] == 128
