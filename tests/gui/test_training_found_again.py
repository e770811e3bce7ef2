"""Nothing that was chosen or learnt is lost by closing; and the catalogue as what to learn from."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ctbox.gui.app import App
from ctbox.gui.training.wizard import RESULT, RUN, TrainingWizard
from ctbox.model.training_updates import EpochFinished
from ctbox.progress import TaskContext
from ctbox.workflows.fine_tune_runs import RESULTS_FILE, find_open_run, runs_folder
from ctbox.workflows.fine_tune_tracking import RunTracker
from ctbox.workflows.index import IndexRequest, default_catalog_path, index_collection
from tests.gui import test_training_wizard as first
from tests.gui.test_training_wizard import LIMIT_MS, click, open_wizard, start

app, case, ready = first.app, first.case, first.ready


def get_notice(wizard: TrainingWizard) -> str:
    return str(wizard.run_page.notice.findChild(QWidget).text())  # type: ignore[attr-defined]


def restart(app: App) -> None:
    """As after a restart: nobody knows of a run."""
    wizard = app.training.wizard
    assert wizard is not None
    wizard.close()
    app.training.wizard = None
    wizard.run.request = wizard.run.result = None


def end_run(qtbot, wizard: TrainingWizard) -> None:
    start(qtbot, wizard)
    click(qtbot, wizard.run_page.stop)
    qtbot.waitUntil(lambda: wizard.index == RESULT)


def test_without_a_catalogue_its_button_is_grey(qtbot, app: App, case: Path) -> None:
    wizard = open_wizard(qtbot, app, case)
    click(qtbot, wizard.pages[0].buttons["B"])
    click(qtbot, wizard.next)
    assert not wizard.data.use_catalogue.isEnabled()


def test_the_catalogues_series_are_learnt_from(qtbot, app: App, case: Path) -> None:
    index_collection(IndexRequest(case, default_catalog_path()), TaskContext())
    app.window.commands["fine_tune"].trigger()
    wizard = app.training.wizard
    assert wizard is not None
    click(qtbot, wizard.pages[0].buttons["B"])
    click(qtbot, wizard.next)
    click(qtbot, wizard.data.use_catalogue)
    qtbot.waitUntil(lambda: not wizard.data.problem, timeout=LIMIT_MS)
    assert len(wizard.data.boxes) == 4
    assert "catalogue" in wizard.data.folder.text()
    assert wizard.state.check is not None
    assert len(wizard.state.check.old_patients) == 2
    click(qtbot, wizard.next)
    request = wizard.state.build_request(case / "never")
    assert request.dicom == default_catalog_path()
    assert request.annotations is None


def test_closing_before_the_start_keeps_what_was_chosen(
    qtbot, app: App, ready: TrainingWizard
) -> None:
    chosen = ready.state.division
    qtbot.keyClick(ready, Qt.Key.Key_Escape)
    assert not ready.isVisible()
    app.window.commands["fine_tune"].trigger()
    assert app.training.wizard is ready
    assert ready.isVisible()
    assert ready.index == RUN
    assert ready.state.division is chosen


def test_a_result_waits_for_a_decision(qtbot, app: App, ready: TrainingWizard) -> None:
    end_run(qtbot, ready)
    click(qtbot, ready.close_button)
    app.window.commands["fine_tune"].trigger()
    assert app.training.wizard is ready
    assert ready.index == RESULT
    assert any("Adopt or discard" in each.text for each in app.session.notices)
    click(qtbot, ready.next)
    click(qtbot, ready.adopt_page.keep)
    assert find_open_run() is None
    click(qtbot, ready.close_button)
    app.window.commands["fine_tune"].trigger()
    assert app.training.wizard is not ready  # decided: the next one may begin


def test_a_result_nobody_decided_on_is_found_after_a_restart(
    qtbot, app: App, ready: TrainingWizard
) -> None:
    end_run(qtbot, ready)
    name = ready.state.name
    (found,) = (each for each in runs_folder().iterdir() if each.name.endswith(name))
    (found / RESULTS_FILE).write_text("{}")  # what a real run leaves
    tracker = RunTracker(found)
    for number, iou in enumerate((0.5, 0.7, 0.6), 1):
        tracker.take(EpochFinished(number, 3, 1.0, iou, 1e-4, 1.0, iou == 0.7))
    restart(app)
    app.window.commands["training_run"].trigger()
    again = app.training.wizard
    assert again is not None
    assert name in get_notice(again)
    assert "neither adopted nor discarded" in get_notice(again)
    assert again.run.ious == [(1.0, 0.5), (2.0, 0.7), (3.0, 0.6)]
    assert again.run.best == (2.0, 0.7)
    assert not again.run_page.start.isVisible()
    click(qtbot, again.run_page.go_on)
    qtbot.waitUntil(lambda: again.run.rounds >= 1 and again.run_page.stop.isEnabled())
    click(qtbot, again.run_page.stop)
    qtbot.waitUntil(lambda: again.index == RESULT)


def test_a_run_is_broken_off_and_discarded(qtbot, app: App, ready: TrainingWizard) -> None:
    start(qtbot, ready)
    click(qtbot, ready.run_page.break_off)
    qtbot.waitUntil(lambda: not ready.run.is_running)
    assert "cut off" in get_notice(ready)
    click(qtbot, ready.run_page.discard)
    assert find_open_run() is None
    assert len(list((runs_folder() / ".bin").iterdir())) == 1
    assert ready.run_page.start.isEnabled()  # what was chosen is still there


def test_discarding_a_found_run_leaves_nothing_to_start(
    qtbot, app: App, ready: TrainingWizard
) -> None:
    start(qtbot, ready)
    click(qtbot, ready.run_page.break_off)
    qtbot.waitUntil(lambda: not ready.run.is_running)
    restart(app)
    app.window.commands["training_run"].trigger()
    again = app.training.wizard
    assert again is not None
    click(qtbot, again.run_page.discard)
    assert again.run_page.start.isVisible()
    assert not again.run_page.start.isEnabled()
    assert "go back" in again.run_page.stage.text()
    click(qtbot, again.back)
    assert again.index == RUN - 1
