from __future__ import annotations

import csv
import io
import json
import re
import shutil
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import html5lib
import numpy as np
import openpyxl
import pytest

from ctbox.dicom.series import Series
from ctbox.errors import CtboxError, TrainingDataError
from ctbox.evaluation.reporting.tables import CSV_TABLES
from ctbox.model.card import SplitRecord, TrainingRecord
from ctbox.model.linking import hash_slices
from ctbox.model.splits import SplitKind, SplitPlan, make_folds
from ctbox.progress import Progress, TaskCancelledError, TaskContext
from ctbox.workflows.evaluate import NOTICE
from ctbox.workflows.open_case import open_case
from ctbox.workflows.report_document import read_report
from ctbox.workflows.report_request import ReportRequest, ReportResult, SeriesFailed
from ctbox.workflows.report_run import run_report
from ctbox.workflows.samples import collect_samples, get_boxes
from tests.builders import make_uid
from tests.workflows.report_scenes import (
    CODES,
    InlinePool,
    make_card,
    make_parent,
    shift_boxes,
    use_rule,
    write_card,
    write_collection,
)

CSV_NAMES = ("slices", "lesions", "patients", "subtypes")


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_collection(tmp_path_factory.mktemp("report-data"))


@pytest.fixture(scope="module")
def boxes_of(collection: Path) -> dict[str, Any]:
    case = open_case(collection, None, TaskContext())
    return {uid: get_boxes(one, uid) for one in case.series for uid in one.annotations}


@pytest.fixture
def ruled(monkeypatch: pytest.MonkeyPatch, boxes_of: dict[str, Any]) -> None:
    """Judge by a rule, and draw nothing: dozens of pictures take longer than all the rest."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767323045")
    use_rule(monkeypatch, boxes_of, shift_boxes)
    monkeypatch.setattr("ctbox.workflows.report_files.draw_pictures", lambda *_: [])


def make_request(collection: Path, out: Path, *models: str, **changes: Any) -> ReportRequest:
    return ReportRequest(collection, None, models, out, resamples=40, **changes)


def make_models(folder: Path) -> tuple[str, str]:
    """One model that has seen A0901, and one that has seen nobody."""
    training = TrainingRecord(patient_ids=("A0901",))
    return (
        write_card(folder, make_card("good", training=training)),
        write_card(folder, make_card("poor")),
    )


def run(request: ReportRequest, **kwargs: Any) -> tuple[ReportResult, dict[str, Any]]:
    ctx = kwargs.pop("ctx", TaskContext())
    result = run_report(request, ctx, kwargs.pop("pool", InlinePool()))
    return result, read_report(request.out)


@pytest.fixture(scope="module")
def report(
    collection: Path, boxes_of: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("report")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1767323045")
        patch.setattr("ctbox.workflows.report_pictures.SHOWN_OF_A_KIND", 1)
        use_rule(patch, boxes_of, shift_boxes)
        _, document = run(make_request(collection, folder / "out", *make_models(folder / "m")))
    return folder / "out", document


def test_seen_patients_are_reported_apart(report: tuple[Path, dict[str, Any]]) -> None:
    out, document = report
    good, poor = document["models"]
    assert good["seen_patients"] == ["Lung_Dx-A0901"]
    assert good["populations"]["seen"]["patients"] == 1
    assert good["populations"]["seen"]["leaky"] is True
    assert good["populations"]["unseen"]["patients"] == 2
    assert {row["patient_id"] for row in good["populations"]["unseen"]["slices"]} == {
        "Lung_Dx-B0901",
        "Lung_Dx-E0901",
    }
    assert poor["seen_patients"] == []
    assert list(poor["populations"]) == ["unseen"]
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "good was trained or tuned on" in page
    assert "poor was trained or tuned on" not in page


def test_the_figures_are_the_evaluation_s_own(
    report: tuple[Path, dict[str, Any]], collection: Path, boxes_of: dict[str, Any]
) -> None:
    """Mean IoU by hand: a box moved by a share s of its width has IoU (1 − s) / (1 + s)."""
    _, document = report
    part = document["models"][1]["populations"]["unseen"]
    annotated = [row for row in part["slices"] if row["status"] == "annotated"]
    assert len(annotated) == len(boxes_of)
    hits = [row["top_iou"] for row in annotated if row["top_iou"] > 0]
    assert 0 < len(hits) < len(annotated)
    assert np.allclose(hits, 0.6 / 1.4, atol=1e-4)
    assert part["overall"]["figures"]["mean_iou"] == pytest.approx(
        len(hits) * 0.6 / 1.4 / len(annotated), abs=1e-4
    )
    assert part["overall"]["intervals"]["mean_iou"]["note"] == "too few patients"


def test_models_are_compared_on_patients_unseen_by_both(
    report: tuple[Path, dict[str, Any]],
) -> None:
    _, document = report
    (one,) = document["comparisons"]
    assert (one["first"], one["second"]) == ("good", "poor")
    assert (one["population"], one["patients"]) == ("unseen", 2)
    assert one["figures"][0]["difference"] < 0
    assert one["figures"][0]["p_value"] is None


def test_baselines_never_copy_from_the_patient_himself(
    report: tuple[Path, dict[str, Any]],
) -> None:
    _, document = report
    good, poor = document["models"]
    # One patient was trained on: the others copy from him, and nobody is left for himself.
    assert set(good["populations"]["unseen"]["baselines"]) == {"copy nearest slice", "mean box"}
    assert good["populations"]["seen"]["baselines"] == {}
    assert "--training" in good["populations"]["seen"]["baseline_note"]
    assert poor["populations"]["unseen"]["baselines"] == {}


def test_every_file_tells_the_same(report: tuple[Path, dict[str, Any]]) -> None:
    out, document = report
    book = openpyxl.load_workbook(out / "report.xlsx")
    for name in CSV_NAMES:
        text = (out / f"{name}.csv").read_text(encoding="utf-8")
        rows = list(csv.reader(io.StringIO(text)))
        sheet = book[name.title()]
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == sheet.dimensions
        cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
        assert cells[0] == rows[0]
        assert len(cells) == len(rows) > 1
        for theirs, ours in zip(cells[1:], rows[1:], strict=True):
            assert [str_of(cell) for cell in theirs] == [str_of_csv(cell) for cell in ours]
        assert NOTICE in sheet.oddFooter.left.text
    slices = sum(
        len(part["slices"]) for one in document["models"] for part in one["populations"].values()
    )
    assert len((out / "slices.csv").read_text().splitlines()) == slices + 1


def str_of(cell: object) -> str:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return f"{cell:.12g}"
    return "" if cell is None else str(cell)


def str_of_csv(cell: str) -> str:
    if re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", cell):
        return f"{float(cell):.12g}"
    return {"true": "yes", "false": "no"}.get(cell, cell)


def test_the_page_is_valid_html_with_alt_texts_and_no_names(
    report: tuple[Path, dict[str, Any]],
) -> None:
    out, document = report
    page = (out / "report.html").read_text(encoding="utf-8")
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(page)
    assert parser.errors == []
    ids = Counter(one.get("id") for one in tree.iter() if one.get("id"))
    assert max(ids.values()) == 1
    pictures = list(tree.iter("img"))
    assert len(pictures) == len(document["pictures"]) == 36
    assert all(len(one.get("alt") or "") > 20 for one in pictures)
    assert all((one.get("src") or "").startswith("data:image/") for one in pictures)
    assert not re.search(r"(?:src|href)=\"(?!data:|#)", page)
    everything = page + (out / "report.json").read_text(encoding="utf-8")
    assert "Nobody" not in everything  # the name in the images
    assert str(out.parent) not in everything
    assert page.count(NOTICE) >= 5  # top, foot, and the margins of every printed page


def test_no_file_of_a_report_holds_a_name_or_a_place(report: tuple[Path, dict[str, Any]]) -> None:
    out, _ = report
    words = [b"Nobody", str(out.parent).encode()]
    for path in sorted(one for one in out.rglob("*") if one.is_file()):
        parts = [path.read_bytes()]
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                parts = [book.read(name) for name in book.namelist()]
        for word in words:
            assert not any(word in part for part in parts), f"{word!r} in {path.name}"
    assert {one.suffix for one in out.rglob("*")} >= {".html", ".json", ".csv", ".xlsx", ".svg"}


def test_every_picture_lies_there_as_png_and_svg(report: tuple[Path, dict[str, Any]]) -> None:
    out, document = report
    for one in document["pictures"]:
        assert (out / one["png"]).read_bytes().startswith(b"\x89PNG")
        assert b"<svg" in (out / one["svg"]).read_bytes()
    kinds = {one["kind"] for one in document["pictures"]}
    assert kinds == {"plot", "worst", "median", "best", "panel"}
    assert len(list((out / "pictures").iterdir())) == 2 * len(document["pictures"])


@pytest.mark.slow
def test_two_runs_differ_in_nothing_but_the_run_fields(
    report: tuple[Path, dict[str, Any]],
    boxes_of: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    collection: Path,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767323045")
    monkeypatch.setattr("ctbox.workflows.report_pictures.SHOWN_OF_A_KIND", 1)
    use_rule(monkeypatch, boxes_of, shift_boxes)
    run(make_request(collection, tmp_path / "two", *make_models(tmp_path / "m")))
    one, two = report[0], tmp_path / "two"
    for name in [f"{table}.csv" for table in CSV_NAMES]:
        assert (one / name).read_bytes() == (two / name).read_bytes()
    for path in sorted((one / "pictures").iterdir()):
        assert path.read_bytes() == (two / "pictures" / path.name).read_bytes()
    assert settle_json(one) == settle_json(two)
    assert settle_html(one) == settle_html(two)
    assert (one / "report.xlsx").read_bytes() == (two / "report.xlsx").read_bytes()


def settle_json(out: Path) -> bytes:
    text = (out / "report.json").read_text(encoding="utf-8")
    document = json.loads(text)
    assert set(document["run"]) == {"created", "seconds", "host", "devices", "workers"}
    assert document["run"]["created"] == "2026-01-02T03:04:05+00:00"
    return text.replace(f'"seconds": {document["run"]["seconds"]}', "").encode()


def settle_html(out: Path) -> str:
    page = (out / "report.html").read_text(encoding="utf-8")
    return re.sub(r'<td data-run="\w+">[^<]*</td>', "", page)


def test_a_stopped_run_leaves_a_partial_report_and_goes_on(
    ruled: None, collection: Path, tmp_path: Path
) -> None:
    models, out = make_models(tmp_path / "m"), tmp_path / "out"
    stopped, document = run(make_request(collection, out, *models), pool=InlinePool(stop_after=2))
    assert (stopped.partial, stopped.series) == (True, 2)
    assert document["partial"] is True
    assert "PARTIAL" in (out / "report.html").read_text(encoding="utf-8")
    pool = InlinePool()
    resumed, document = run(make_request(collection, out, *models, resume=True), pool=pool)
    assert (resumed.partial, resumed.series, resumed.resumed) == (False, 3, 2)
    assert len(pool.judged) == 1
    _, whole = run(make_request(collection, tmp_path / "whole", *models))
    assert document["models"] == whole["models"]


def test_resume_takes_nothing_over_from_other_boxes_or_weights(
    ruled: None, collection: Path, tmp_path: Path
) -> None:
    good, poor = make_models(tmp_path / "m")
    out = tmp_path / "out"
    run(make_request(collection, out, good))
    pool = InlinePool()
    run(make_request(collection, out, good, resume=True), pool=pool)
    assert pool.judged == []
    run(make_request(collection, out, good, resume=True, threshold=0.5), pool=pool)
    assert len(pool.judged) == 3
    pool.judged.clear()
    run(make_request(collection, out, good, poor, resume=True, threshold=0.5), pool=pool)
    assert len(pool.judged) == 3  # the second model alone
    next(iter(sorted((out / ".work").glob("*-aaaa*")))).write_text("{")
    pool.judged.clear()
    run(make_request(collection, out, good, poor, resume=True, threshold=0.5), pool=pool)
    assert len(pool.judged) == 1  # a damaged record is made again


def cut_pixels(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def test_a_bad_series_is_listed_and_the_rest_goes_on(
    ruled: None, collection: Path, tmp_path: Path
) -> None:
    root = tmp_path / "data"
    shutil.copytree(collection, root)

    def damage(series: Series) -> None:
        if series.patient_id == "Lung_Dx-B0901":
            for each in series.slices:
                cut_pixels(each.source.path)

    told: list[object] = []
    result, document = run(
        make_request(root, tmp_path / "out", make_models(tmp_path / "m")[1]),
        ctx=TaskContext(told.append),
        pool=InlinePool(before=damage),
    )
    assert (result.series, result.failed, result.partial) == (2, 1, False)
    (failed,) = document["images"]["failed"]
    assert failed["series_key"] == make_uid("series", "B0901")
    assert "None of its slices can be read" in failed["reason"]
    assert str(tmp_path) not in failed["reason"]
    assert [one.patient_id for one in told if isinstance(one, SeriesFailed)] == ["Lung_Dx-B0901"]
    assert "Series that failed: 1" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_one_unreadable_slice_costs_only_itself(
    ruled: None, collection: Path, tmp_path: Path
) -> None:
    root = tmp_path / "data"
    shutil.copytree(collection / "Lung-PET-CT-Dx" / "Lung_Dx-A0901", root / "Lung_Dx-A0901")
    shutil.copytree(collection / "Annotation", root / "Annotation")
    request = make_request(root, tmp_path / "out", make_models(tmp_path / "m")[1])
    cut = InlinePool(before=lambda series: cut_pixels(series.slices[0].source.path))
    _, document = run(request, pool=cut)
    (series,) = open_case(collection, collection / "Annotation" / "A0901", TaskContext()).series[:1]
    assert document["images"]["slices"] == len(series.series.slices) - 1
    (lost,) = document["images"]["unreadable"]
    assert lost["sop_instance_uid"] == series.series.slices[0].sop_instance_uid
    assert str(tmp_path) not in lost["reason"]


def test_progress_tells_series_slices_and_rate(
    ruled: None, collection: Path, tmp_path: Path
) -> None:
    told: list[object] = []
    run(
        make_request(collection, tmp_path / "out", make_models(tmp_path / "m")[0]),
        ctx=TaskContext(told.append),
    )
    steps = [one for one in told if isinstance(one, Progress) and one.total]
    slices = sum(
        len(one.series.slices) for one in open_case(collection, None, TaskContext()).series
    )
    steps = [one for one in steps if one.message.startswith("series")]
    assert steps[0] == Progress(0, slices, "series 1 of 3")
    assert re.fullmatch(r"series 3 of 3, \d+ slices/s", steps[-1].message)
    assert [one.done for one in steps] == sorted(one.done for one in steps)
    assert steps[-1].done == slices


def test_the_thesis_s_table_is_leaky_and_asks_its_parent(
    ruled: None, collection: Path, tmp_path: Path
) -> None:
    training = TrainingRecord(
        series_instance_uids=tuple(make_uid("series", code) for code in CODES),
        patient_ids=CODES,
    )
    samples = collect_samples(open_case(collection, None, TaskContext()))
    (fold,) = make_folds(samples.keys, SplitPlan(SplitKind.SLICE_RANDOM, seed=1))
    held_out = samples.select(fold.held_out)
    thesis = make_card(
        "thesis",
        architecture="simple-cancer-cnn",
        split=SplitRecord("slice-random", leaky=True, held_out_sha256=hash_slices(held_out)),
        training=training,
        lineage=make_parent("good"),
    )
    models = (make_models(tmp_path / "m")[0], write_card(tmp_path / "m", thesis))
    _, document = run(make_request(collection, tmp_path / "out", *models))
    table = document["models"][1]["thesis_table"]
    assert table["note"].startswith("LEAKY")
    assert [row["subtype"] for row in table["rows"]] == ["A", "B", "E"]
    assert all(row["old_iou"] > row["entire_set"] for row in table["rows"])
    slices = sum(row["slices"] for row in table["rows"])
    assert sum(row["test_slices"] for row in table["rows"]) == round(0.2 * slices)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "The thesis" in page
    assert "validated on a split that" in page.replace("\n", " ")


def test_a_panel_is_drawn_for_a_chosen_slice(
    monkeypatch: pytest.MonkeyPatch, boxes_of: dict[str, Any], collection: Path, tmp_path: Path
) -> None:
    use_rule(monkeypatch, boxes_of, shift_boxes)
    case = open_case(collection, None, TaskContext())
    uid = next(iter(case.series[0].annotations))
    request = make_request(
        collection, tmp_path / "out", make_models(tmp_path / "m")[1], panels=(uid,)
    )
    _, document = run(request)
    (panel,) = [one for one in document["pictures"] if one["kind"] == "panel"]
    assert uid in panel["alt"]
    with pytest.raises(CtboxError, match=r"No slice 1\.2\.3 was judged"):
        run(make_request(collection, tmp_path / "no", request.models[0], panels=("1.2.3",)))


def test_a_report_is_never_replaced_unasked(ruled: None, collection: Path, tmp_path: Path) -> None:
    model = make_models(tmp_path / "m")[1]
    run(make_request(collection, tmp_path / "out", model))
    with pytest.raises(CtboxError, match="holds a report already"):
        run(make_request(collection, tmp_path / "out", model))
    run(make_request(collection, tmp_path / "out", model, overwrite=True))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.docx").write_text("my work")
    with pytest.raises(CtboxError, match=r"is not empty: thesis\.docx"):
        run(make_request(collection, tmp_path / "mine", model))
    with pytest.raises(CtboxError, match="lies inside"):
        run(make_request(collection, collection / "out", model))


def test_nothing_finished_is_no_report(ruled: None, collection: Path, tmp_path: Path) -> None:
    model = make_models(tmp_path / "m")[1]
    with pytest.raises(TaskCancelledError):
        run(make_request(collection, tmp_path / "out", model), pool=InlinePool(stop_after=0))
    assert not (tmp_path / "out" / "report.json").exists()
    write_collection(tmp_path / "bare", CODES[:1])
    for path in (tmp_path / "bare" / "Annotation").rglob("*.xml"):
        path.unlink()
    with pytest.raises(TrainingDataError, match="is CT with an expert's box"):
        run(make_request(tmp_path / "bare", tmp_path / "out", model))


def test_other_files_are_no_report(tmp_path: Path) -> None:
    other = tmp_path / "report.json"
    for text, message in (
        ("{", "is no JSON file"),
        ("[]", "is no report of ctbox"),
        ('{"format": "ctbox-report", "schema_version": 99}', "another version of ctbox"),
    ):
        other.write_text(text)
        with pytest.raises(CtboxError, match=message):
            read_report(other)
    with pytest.raises(CtboxError, match="cannot be read"):
        read_report(tmp_path / "nowhere.json")


def test_every_csv_column_is_documented() -> None:
    """The guide's tables are made from the columns: change either and this tells."""
    guide = (Path(__file__).parents[2] / "docs" / "report.md").read_text(encoding="utf-8")
    for table in CSV_TABLES:
        lines = [f"| `{column.name}` | {column.meaning} |" for column in table.columns]
        assert (
            f"### {table.name}.csv\n\n| column | meaning |\n|---|---|\n" + "\n".join(lines) in guide
        )
