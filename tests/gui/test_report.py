"""Batch reports in the window, driven by keys and mouse; the judging itself is a rule."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMessageBox, QToolButton

from ctbox.evaluation.reporting.comparing import PatientChange, compare_reports
from ctbox.gui.app import App, build_app
from ctbox.gui.case_controller import OpenRequest
from ctbox.gui.lesions.binding import FROM_REPORT
from ctbox.gui.report import commands as report_commands
from ctbox.gui.report.change_view import describe_change
from ctbox.gui.report.choices import ReportChoices
from ctbox.gui.report.comparison import ComparisonDialog
from ctbox.gui.report.dialog import ReportDialog
from ctbox.gui.report.rows import COLUMNS, find_series_rows, list_rows
from ctbox.gui.report.window import ResultWindow
from ctbox.progress import TaskContext
from ctbox.settings import Settings, load_settings, save_settings
from ctbox.workflows.open_case import open_case
from ctbox.workflows.report_request import ReportRequest, ReportResult
from ctbox.workflows.report_run import run_report
from ctbox.workflows.report_tasks import open_report
from ctbox.workflows.samples import get_boxes
from tests.workflows.report_scenes import (
    InlinePool,
    make_card,
    shift_boxes,
    use_rule,
    write_card,
    write_collection,
)

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_collection(tmp_path_factory.mktemp("gui-report-data"))


@pytest.fixture(scope="module")
def boxes_of(collection: Path) -> dict[str, Any]:
    case = open_case(collection, None, TaskContext())
    return {uid: get_boxes(one, uid) for one in case.series for uid in one.annotations}


@pytest.fixture(scope="module")
def written(
    collection: Path, boxes_of: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A report of two models, without pictures."""
    folder = tmp_path_factory.mktemp("gui-report")
    models = tuple(write_card(folder, make_card(name)) for name in ("good", "poor"))
    with pytest.MonkeyPatch.context() as patch:
        use_rule(patch, boxes_of, shift_boxes)
        patch.setattr("ctbox.workflows.report_files.draw_pictures", lambda *_: [])
        request = ReportRequest(collection, None, models, folder / "out", resamples=20)
        run_report(request, TaskContext(), InlinePool())
    return folder / "out"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    write_card(tmp_path / "home" / "models", make_card("good"))
    (tmp_path / "home" / "models" / "good" / "model.safetensors").write_bytes(b"x")
    return tmp_path / "home"


@pytest.fixture
def app(qtbot, home: Path) -> Iterator[App]:
    app = build_app(Settings())
    qtbot.addWidget(app.window)
    app.window.show()
    yield app
    for each in QApplication.topLevelWidgets():
        if isinstance(each, ResultWindow | QDialog):
            each.close()
    app.close()


@pytest.fixture
def ruled(
    app: App, boxes_of: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> list[ReportRequest]:
    """Run reports by a rule in a thread of this process; gives the requests that were run."""
    use_rule(monkeypatch, boxes_of, shift_boxes)
    monkeypatch.setattr("ctbox.workflows.report_files.draw_pictures", lambda *_: [])
    asked: list[ReportRequest] = []

    def make(request: ReportRequest, ctx: TaskContext) -> ReportResult:
        asked.append(request)
        pause = InlinePool(before=lambda _: time.sleep(0.15))
        return run_report(replace(request, resamples=20), ctx, pause)

    start = app.runner.start

    def start_in_thread(function, request, *, kind="thread", title="", worker="prediction"):
        return start(function, request, title=title)

    monkeypatch.setattr(app.runner, "start", start_in_thread)
    monkeypatch.setattr(report_commands, "make_report", make)
    return asked


def find_window(kind: type) -> Any:
    found = [one for one in QApplication.topLevelWidgets() if isinstance(one, kind)]
    return next((one for one in found if one.isVisible()), None)


def open_dialog(qtbot, app: App) -> ReportDialog:
    with qtbot.waitActive(app.window):
        app.window.activateWindow()
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(app.window, Qt.Key.Key_R, keys)
    qtbot.waitUntil(lambda: find_window(ReportDialog) is not None)
    return find_window(ReportDialog)


def show_results(qtbot, path: Path) -> ResultWindow:
    window = ResultWindow(open_report(path, TaskContext()))
    qtbot.addWidget(window)
    window.show()
    return window


def read_column(window: ResultWindow, title: str) -> list[str]:
    place = [column.title for column in COLUMNS].index(title)
    proxy = window.proxy
    return [str(proxy.index(row, place).data()) for row in range(proxy.rowCount())]


def test_the_dialog_proposes_the_open_case(qtbot, app: App, collection: Path) -> None:
    with qtbot.waitSignal(app.window.viewer.loader.finished, timeout=20_000):
        app.session.open(OpenRequest(collection))
    qtbot.waitUntil(lambda: not app.runner.running, timeout=20_000)
    # The sample was asked for by no path, and lies somewhere too.
    app.session.cases._opened = replace(app.session.cases.opened, path=None)
    assert open_dialog(qtbot, app).dicom.path == str(collection)


def test_the_dialog_says_what_is_missing(qtbot, app: App, collection: Path) -> None:
    dialog = open_dialog(qtbot, app)
    assert not dialog.start.isEnabled()
    assert dialog.problem.text() == "Choose the folder of images."
    dialog.dicom.line.setText(str(collection / "nowhere"))
    assert dialog.problem.text() == "The folder of images does not exist."
    dialog.dicom.line.setText(str(collection))
    qtbot.keyClicks(dialog.out.line, "/tmp/report")
    assert dialog.start.isEnabled()
    item = dialog.models.item(0)
    item.setCheckState(Qt.CheckState.Unchecked)
    assert dialog.problem.text() == "Tick at least one model."
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_a_report_runs_from_the_dialog_to_the_slice(
    qtbot, app: App, ruled: list[ReportRequest], collection: Path, tmp_path: Path, home: Path
) -> None:
    dialog = open_dialog(qtbot, app)
    dialog.dicom.line.setText(str(collection))
    dialog.out.line.setText(str(tmp_path / "out"))
    for row in range(dialog.models.count()):
        item = dialog.models.item(row)
        name = item.data(Qt.ItemDataRole.UserRole)
        wanted = Qt.CheckState.Checked if name == "good" else Qt.CheckState.Unchecked
        item.setCheckState(wanted)
    qtbot.mouseClick(dialog.start, LEFT)
    qtbot.waitUntil(lambda: bool(app.window.status_line.tasks.rows), timeout=5000)
    qtbot.waitUntil(lambda: find_window(ResultWindow) is not None, timeout=20000)
    assert [one.models for one in ruled] == [("good",)]
    window = find_window(ResultWindow)
    assert (tmp_path / "out" / "report.html").is_file()
    assert window.proxy.rowCount() == len(read_column(window, "IoU")) > 10
    # The choices are kept for the next time, also in the settings file.
    settings = app.collect_settings()
    save_settings(settings)
    kept = ReportChoices.from_json(load_settings().settings.report_choices)
    assert (kept.dicom, kept.models) == (str(collection), ("good",))
    # Another report may be run.
    qtbot.waitUntil(lambda: app.window.findChild(report_commands.ReportCommands).running is None)
    # Enter on a row opens its images, goes to the slice and shows both boxes.
    hidden = replace(app.session.state.overlays, annotations=False, detections=False)
    app.session.state.set_overlays(hidden)
    row = next(i for i, iou in enumerate(read_column(window, "IoU")) if iou != "0.000")
    window.table.setFocus()
    window.table.selectRow(row)
    chosen = window.find_row(window.table.currentIndex())
    assert chosen is not None
    with qtbot.waitSignal(app.session.cases.case_opened, timeout=10000):
        qtbot.keyClick(window.table, Qt.Key.Key_Return)
    state = app.session.state
    qtbot.waitUntil(lambda: state.slice is not None)
    assert state.overlays.annotations
    assert state.overlays.detections
    assert state.slice.sop_instance_uid == chosen.values["sop_instance_uid"]
    assert [list(one.box.as_tuple()) for one in state.detections] == chosen.values[
        "detections_xyxy"
    ]
    assert [list(one.box.as_tuple()) for one in state.annotations] == chosen.values[
        "expert_boxes_xyxy"
    ]
    # The panel and the corner tell the same of where the boxes come from.
    assert app.counting.panel.message.text() == FROM_REPORT
    assert not app.counting.panel.loose.isVisible()
    corners = app.window.viewer.view.scene.corners
    assert any("from a report" in line for line in corners.bottom_left)
    # With the images open, another row goes there at once.
    window.table.selectRow(row + 1)
    qtbot.mouseClick(window.show_button, LEFT)
    other = window.find_row(window.table.currentIndex())
    assert state.slice.sop_instance_uid == other.values["sop_instance_uid"]
    qtbot.waitUntil(lambda: not app.runner.running)


def test_cancel_keeps_what_is_finished(
    qtbot, app: App, ruled: list[ReportRequest], collection: Path, tmp_path: Path
) -> None:
    commands = app.window.findChild(report_commands.ReportCommands)
    choices = ReportChoices(dicom=str(collection), out=str(tmp_path / "out"), models=("good",))
    commands.start(choices)
    bar = app.window.status_line.tasks
    qtbot.waitUntil(lambda: bool(bar.rows) and "series 2" in bar.rows[0].label.text(), timeout=9000)
    qtbot.mouseClick(bar.rows[0].findChild(QToolButton), LEFT)
    qtbot.waitUntil(lambda: find_window(ResultWindow) is not None, timeout=20000)
    document = json.loads((tmp_path / "out" / "report.json").read_text())
    assert document["partial"] is True
    assert any("PARTIAL" in text for text in find_window(ResultWindow)._list_warnings())
    # Once more with "go on" ticked: only the rest is judged, and the report is whole.
    commands.start(choices)
    qtbot.waitUntil(lambda: not app.runner.running, timeout=20000)
    document = json.loads((tmp_path / "out" / "report.json").read_text())
    assert document["partial"] is False


def test_an_earlier_report_is_replaced_only_if_asked(
    qtbot, app: App, ruled: list[ReportRequest], collection: Path, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "report.json").write_text("{}")
    dialog = open_dialog(qtbot, app)
    dialog.dicom.line.setText(str(collection))
    dialog.out.line.setText(str(tmp_path / "out"))
    dialog.resume.setChecked(False)
    qtbot.mouseClick(dialog.start, LEFT)
    qtbot.waitUntil(lambda: find_window(QMessageBox) is not None)
    question = find_window(QMessageBox)
    qtbot.keyClick(question, Qt.Key.Key_Escape)
    assert ruled == []
    assert (tmp_path / "out" / "report.json").read_text() == "{}"


def test_results_are_filtered_and_sorted(qtbot, written: Path) -> None:
    window = show_results(qtbot, written)
    assert set(read_column(window, "Slice")) == {"annotated"}
    ious = [float(text) for text in read_column(window, "IoU")]
    assert ious == sorted(ious)  # the worst come first
    header = window.table.horizontalHeader()
    place = header.sectionViewportPosition(2) + 20
    qtbot.mouseClick(header.viewport(), LEFT, pos=QPoint(place, header.height() // 2))
    ious = [float(text) for text in read_column(window, "IoU")]
    assert ious == sorted(ious, reverse=True)
    before = window.proxy.rowCount()
    qtbot.keyClicks(window.text, "b0901 poor")
    assert set(read_column(window, "Patient")) == {"Lung_Dx-B0901"}
    assert set(read_column(window, "Model")) == {"poor"}
    assert window.count.text().startswith(f"{window.proxy.rowCount()} of ")
    window.text.clear()
    window.model.setCurrentIndex(window.model.findData("good"))
    assert window.proxy.rowCount() == before // 2
    window.status.setCurrentIndex(window.status.findData(""))
    assert window.proxy.rowCount() == len(window.rows) // 2


@pytest.mark.parametrize("name", ["good", None])
def test_no_word_of_the_table_is_cut_off(
    qtbot, app: App, written: Path, tmp_path: Path, name: str | None
) -> None:
    """At the window's own size, in its own style: headings beside their arrow, and all cells."""
    document = json.loads((written / "report.json").read_text(encoding="utf-8"))
    if name is not None:
        document["models"] = document["models"][:1]
    for model in document["models"]:
        for row in model["populations"]["unseen"]["slices"]:
            row.update(vendor="GE MEDICAL SYSTEMS", kernel="STANDARD", patient_id="Lung_Dx-B0001")
    (tmp_path / "report.json").write_text(json.dumps(document), encoding="utf-8")
    window = show_results(qtbot, tmp_path / "report.json")
    table, shown = (
        window.table,
        [place for place in range(len(COLUMNS) - 1) if not window.table.isColumnHidden(place)],
    )
    titles = {COLUMNS[place].title for place in shown}
    assert ("Model" in titles) == (name is None)
    assert not titles & {"Slice", "Seen"}  # the same on every row
    for place in shown:
        assert table.columnWidth(place) >= table.sizeHintForColumn(place)
        head = table.horizontalHeader()
        words = head.fontMetrics().horizontalAdvance(COLUMNS[place].title)
        assert head.sectionSize(place) >= words + 8 + 18  # padding, and the arrow's room
    if name is not None:
        qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() == 0)
    window.status.setCurrentIndex(window.status.findData(""))
    assert not table.isColumnHidden([column.title for column in COLUMNS].index("Slice"))


def test_rows_of_unknown_images_ask_where_they_are(
    qtbot, app: App, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def refuse(_parent, title: str, _start: str) -> str:
        asked.append(title)
        return ""

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", refuse)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(written), ""))
    app.window.commands["patient"].setChecked(False)
    app.window.commands["open_report"].trigger()
    qtbot.waitUntil(lambda: find_window(ResultWindow) is not None, timeout=5000)
    window = find_window(ResultWindow)
    first = window.proxy.index(0, 0)
    assert str(first.data()).startswith("Patient ")
    app.window.commands["patient"].setChecked(True)
    patient = str(first.data())
    assert patient in {row.values["patient_id"] for row in window.rows}
    app.window.commands["patient"].setChecked(False)
    assert str(first.data()).startswith("Patient ")
    assert patient not in str(first.data(Qt.ItemDataRole.ToolTipRole))
    app.window.commands["patient"].setChecked(True)
    assert first.data() == patient
    window.table.selectRow(0)
    qtbot.mouseClick(window.show_button, LEFT)
    assert asked == ["Where are the images of this report?"]
    assert app.session.case is None


def test_two_reports_tell_who_got_better(
    qtbot, app: App, written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = json.loads((written / "report.json").read_text())
    later = copy.deepcopy(document)
    groups = later["models"][0]["populations"]["unseen"]["groups"]["patient"]
    groups["Lung_Dx-A0901"]["figures"]["mean_iou"] -= 0.3
    groups["Lung_Dx-B0901"]["figures"]["mean_iou"] += 0.1
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "report.json").write_text(json.dumps(later))
    chosen = iter([str(written / "report.json"), str(tmp_path / "later" / "report.json")])
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (next(chosen), ""))
    app.window.commands["compare_reports"].trigger()
    qtbot.waitUntil(lambda: find_window(ComparisonDialog) is not None, timeout=5000)
    dialog = find_window(ComparisonDialog)
    assert dialog.verdict.text() == "1 better, 1 worse, 1 the same"
    assert [one.patient_id for one in dialog.view.changes] == [
        "Lung_Dx-A0901",
        "Lung_Dx-E0901",
        "Lung_Dx-B0901",
    ]
    assert "Lung_Dx-A0901" in dialog.view.accessibleDescription()
    assert not dialog.view.grab().isNull()
    # Another model of the second report: the rule's poor one is worse for everybody.
    dialog.models[1].setCurrentIndex(1)
    assert dialog.verdict.text() == "0 better, 3 worse, 0 the same"


def test_changes_name_who_is_in_one_report_only(written: Path) -> None:
    document = json.loads((written / "report.json").read_text())
    fewer = copy.deepcopy(document)
    del fewer["models"][0]["populations"]["unseen"]["groups"]["patient"]["Lung_Dx-A0901"]
    changes = compare_reports(document, fewer, ("good", "good"))
    assert changes.only_first == ("Lung_Dx-A0901",)
    assert changes.only_second == ()
    assert all(one.difference == 0 for one in changes.changes)


def test_a_row_brings_the_slices_of_its_own_model_alone(written: Path) -> None:
    rows = list_rows(json.loads((written / "report.json").read_text()))
    chosen = next(row for row in rows if row.model == "poor")
    found = find_series_rows(rows, chosen)
    assert {row.model for row in found} == {"poor"}
    uids = [row.values["sop_instance_uid"] for row in found]
    assert len(set(uids)) == len(uids) > 1


def test_rows_of_patients_that_the_model_has_seen_say_so(written: Path) -> None:
    document = json.loads((written / "report.json").read_text())
    good = document["models"][0]["populations"]
    good["seen"] = good.pop("unseen")
    place = [column.title for column in COLUMNS].index("Seen")
    told = {(row.model, COLUMNS[place].format(row)) for row in list_rows(document)}
    assert told == {("good", "seen"), ("poor", "")}
    assert {"seen" in row.haystack.split() for row in list_rows(document)} == {True, False}


@pytest.mark.parametrize("seen", [(True, False), (False, True), (False, False)])
def test_a_change_says_that_the_patient_was_seen(seen: tuple[bool, bool]) -> None:
    told = describe_change(PatientChange("A", 0.25, 0.5, (3, 3), seen))
    assert told.startswith("A: 0.250 → 0.500 (+0.250)")
    assert ("LEAKY" in told) == any(seen)
