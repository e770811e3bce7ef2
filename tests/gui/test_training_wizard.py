"""The whole wizard by clicks on toy patients: from a subtype to a model in use, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QWidget

from ctbox.errors import TrainingDivergedError
from ctbox.evaluation import bootstrap
from ctbox.gui.app import App, build_app
from ctbox.gui.case_controller import OpenRequest
from ctbox.gui.training import run as training_run
from ctbox.gui.training.wizard import RESULT, RUN, TrainingWizard
from ctbox.model.training_updates import EpochFinished, StepFinished
from ctbox.progress import TaskContext
from ctbox.settings import Settings
from ctbox.workflows import fine_tune_phantoms
from ctbox.workflows.fine_tune_control import RunControl
from ctbox.workflows.fine_tune_request import FineTuneRequest
from ctbox.workflows.fine_tune_results import BeforeAfter, Figure, FineTuneResult
from ctbox.workflows.fine_tune_runs import find_open_run, runs_folder
from ctbox.workflows.fine_tune_split import Side
from ctbox.workflows.fine_tune_updates import StageStarted
from tests.workflows import fine_tune_scene as scene

LIMIT_MS = 60_000


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scene.write_patients(tmp_path_factory.mktemp("case"))


@pytest.fixture
def app(
    qtbot, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[App]:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(fine_tune_phantoms, "DEFAULT_SIZE", scene.SIZE)
    draw = bootstrap.bootstrap_figures
    monkeypatch.setattr(
        bootstrap, "bootstrap_figures", lambda compute, n, seed, _=0: draw(compute, n, seed, 20)
    )
    scene.write_base(tmp_path / "home" / "models")
    app = build_app(Settings())
    qtbot.addWidget(app.window)
    app.window.show()
    start = app.runner.start

    def start_in_thread(*arguments, kind: str = "thread", **others):
        return start(*arguments, kind="thread", **others)

    # Starting another process takes seconds on a busy machine; the worker has tests of its own.
    monkeypatch.setattr(app.runner, "start", start_in_thread)
    yield app
    app.close()


def click(qtbot, button: QAbstractButton) -> None:
    assert button.isVisible(), button.text()
    assert button.isEnabled(), button.text()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(10, button.height() // 2))


def choose(qtbot, box: QComboBox, words: str) -> None:
    """Choose by keys, as a user who tabs to the box."""
    box.setFocus()
    for _ in range(box.count()):
        if box.currentText() == words:
            return
        qtbot.keyClick(box, Qt.Key.Key_Down)
    while box.currentText() != words:
        qtbot.keyClick(box, Qt.Key.Key_Up)


def open_wizard(qtbot, app: App, case: Path) -> TrainingWizard:
    with qtbot.waitSignal(app.window.viewer.loader.finished):
        app.session.open(OpenRequest(case))
    qtbot.waitUntil(lambda: not app.runner.running, timeout=LIMIT_MS)
    app.window.commands["fine_tune"].trigger()
    wizard = app.training.wizard
    assert wizard is not None
    return wizard


def go_to_plan(qtbot, wizard: TrainingWizard) -> None:
    assert not wizard.next.isEnabled()
    click(qtbot, wizard.pages[0].buttons["B"])
    click(qtbot, wizard.next)
    click(qtbot, wizard.data.use_open)
    qtbot.waitUntil(lambda: not wizard.data.problem, timeout=LIMIT_MS)
    click(qtbot, wizard.next)
    click(qtbot, wizard.next)
    models = wizard.pages[3].models
    item = models.findItems("toy", Qt.MatchFlag.MatchStartsWith)[0]
    place = models.visualItemRect(item).center()
    qtbot.mouseClick(models.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert wizard.state.base == "toy"
    click(qtbot, wizard.next)


def shorten(qtbot, wizard: TrainingWizard, steps: int = 5) -> None:
    click(qtbot, wizard.plan.fold)
    for box, value in ((wizard.plan.steps, steps), (wizard.plan.batch, 2)):
        box.setFocus()
        box.selectAll()
        qtbot.keyClicks(box, str(value))
        qtbot.keyClick(box, Qt.Key.Key_Tab)
    assert wizard.state.plan is not None
    assert wizard.state.plan.steps == steps


def list_tab_stops(qtbot, wizard: TrainingWizard) -> list[QWidget]:
    """Press Tab until it comes back to where it was."""
    start = wizard.focusWidget()
    assert start is not None
    stops = [start]
    for _ in range(40):
        qtbot.keyClick(stops[-1], Qt.Key.Key_Tab)
        now = wizard.focusWidget()
        if now is None or now is start:
            return stops
        stops.append(now)
    raise AssertionError("Tab does not come back.")


def test_keys_lead_through_every_page(qtbot, app: App, case: Path) -> None:
    wizard = open_wizard(qtbot, app, case)
    click(qtbot, wizard.pages[0].buttons["B"])
    # Keys of a window that is not the active one go to the main window's shortcuts.
    qtbot.waitUntil(lambda: wizard.activateWindow() or wizard.isActiveWindow())
    qtbot.keyClick(wizard.pages[0].buttons["B"], Qt.Key.Key_Return)
    assert wizard.focusWidget() is wizard.data.use_open
    qtbot.keyClick(wizard.data.use_open, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not wizard.data.problem, timeout=LIMIT_MS)
    wizard.data.choose.setFocus()
    stops = list_tab_stops(qtbot, wizard)
    ticks = [stops.index(each) for each in wizard.data.boxes.values()]
    assert ticks == sorted(ticks)
    assert max(ticks) < stops.index(wizard.back) < stops.index(wizard.next)
    qtbot.keyClick(wizard.data.choose, Qt.Key.Key_Return)
    assert wizard.index == 2
    assert wizard.focusWidget() is wizard.next
    split = wizard.pages[2]
    stops = list_tab_stops(qtbot, wizard)
    assert set(split.sides.values()) <= set(stops)  # none is caught in the table
    assert wizard.close_button in stops
    for _ in range(3):
        qtbot.keyClick(wizard.next, Qt.Key.Key_Return)
    assert wizard.index == RUN
    assert wizard.focusWidget() is wizard.run_page.start
    wizard.plan.steps.setValue(2)
    wizard.plan.batch.setValue(2)
    qtbot.keyClick(wizard.run_page.start, Qt.Key.Key_Return)
    assert wizard.run.is_running
    click(qtbot, wizard.run_page.break_off)
    qtbot.waitUntil(lambda: not wizard.run.is_running, timeout=LIMIT_MS)
    assert wizard.focusWidget() is wizard.run_page.go_on


def test_from_a_subtype_to_a_model_in_use_and_back(qtbot, app: App, case: Path) -> None:
    wizard = open_wizard(qtbot, app, case)
    go_to_plan(qtbot, wizard)
    shorten(qtbot, wizard)
    click(qtbot, wizard.plan.measure)
    qtbot.waitUntil(lambda: "It will take" in wizard.plan.estimate.text(), timeout=LIMIT_MS)
    click(qtbot, wizard.next)
    click(qtbot, wizard.run_page.start)
    qtbot.waitUntil(lambda: wizard.index == RESULT, timeout=LIMIT_MS)
    assert wizard.result_page.table.rowCount() >= 7
    assert wizard.result_page.patients.rowCount() == 4
    assert wizard.result_page.tiles
    assert len(wizard.run.losses) == 5
    assert "IoU" in wizard.run_page.iou.chart.title
    click(qtbot, wizard.next)
    adopt, store = wizard.adopt_page, app.training.store
    name = wizard.state.name
    assert store.active_name is None
    click(qtbot, adopt.use)
    if adopt.use.isVisible():  # it forgot: a second word is needed
        click(qtbot, adopt.use)
    assert store.active_name == name
    assert app.window.chip.text == name
    card = store.find(name).card
    assert card is not None
    assert card.lineage is not None
    assert card.lineage.name == "toy"
    click(qtbot, adopt.back)
    assert store.active_name is None
    assert name in [each.name for each in store.list()]
    assert app.window.chip.text == store.default_name


def test_ticks_and_roles_change_what_is_learnt(qtbot, app: App, case: Path) -> None:
    wizard = open_wizard(qtbot, app, case)
    click(qtbot, wizard.pages[0].buttons["B"])
    click(qtbot, wizard.next)
    assert wizard.hint.text() == "Choose where the images are."
    click(qtbot, wizard.data.use_open)
    qtbot.waitUntil(lambda: not wizard.data.problem, timeout=LIMIT_MS)
    whole = wizard.state.used_boxes
    assert len(wizard.data.boxes) == 4
    for box in list(wizard.data.boxes.values())[1:]:
        click(qtbot, box)
    assert "1 patient, 1 series" in wizard.data.summary.text()
    assert "too few" in wizard.data.notice.findChild(QWidget).text()  # type: ignore[attr-defined]
    click(qtbot, next(iter(wizard.data.boxes.values())))
    assert not wizard.next.isEnabled()
    for box in wizard.data.boxes.values():
        click(qtbot, box)
    assert wizard.state.used_boxes == whole
    click(qtbot, wizard.next)
    page = wizard.pages[2]
    division = wizard.state.division
    assert division is not None
    for box in page.sides.values():
        choose(qtbot, box, "Judges")
    assert not wizard.next.isEnabled()
    assert "learn from" in wizard.hint.text()
    first = next(iter(page.sides))
    choose(qtbot, page.sides[first], "Teaches")
    assert wizard.state.division.select(Side.TRAINING) == (first,)
    assert wizard.next.isEnabled()


def test_the_place_of_the_images_can_be_typed(qtbot, app: App, case: Path) -> None:
    wizard = open_wizard(qtbot, app, case)
    click(qtbot, wizard.pages[0].buttons["A"])
    click(qtbot, wizard.next)
    page = wizard.data
    # Keys of a window that is not the active one go to the main window's shortcuts.
    qtbot.waitUntil(lambda: wizard.activateWindow() or wizard.isActiveWindow())
    for typed, problem in ((case / "none", "does not exist"), (case, "")):
        qtbot.mouseClick(page.folder, Qt.MouseButton.LeftButton)
        page.folder.selectAll()
        qtbot.keyClicks(page.folder, str(typed))
        qtbot.keyClick(page.folder, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: not app.runner.running, timeout=LIMIT_MS)
        assert problem in page.problem
        assert page.folder.text() == str(typed)
    assert page.boxes
    assert page.isVisible(), "Enter in the field leads no further"


def test_a_taken_name_stops_at_the_models(qtbot, app: App, case: Path) -> None:
    wizard = open_wizard(qtbot, app, case)
    go_to_plan(qtbot, wizard)
    click(qtbot, wizard.back)
    page = wizard.pages[3]
    page.name.selectAll()
    qtbot.keyClicks(page.name, "toy")
    assert not wizard.next.isEnabled()
    assert "already" in wizard.hint.text()
    page.name.selectAll()
    qtbot.keyClicks(page.name, "toy 2")
    assert "no name for a model" in wizard.hint.text()


# --- runs that only pretend -----------------------------------------------------------------


def make_result(request: FineTuneRequest, forgot: float = 0.0) -> FineTuneResult:
    figure = Figure(0.5, 0.4, 0.6, 0.5, 3, 12)
    pair = BeforeAfter("Test patients", figure, figure, 0.1, -0.1, 0.3)
    old = BeforeAfter("Phantoms", figure, figure, -forgot)
    return FineTuneResult(
        folder=str(request.out),
        name=request.name,
        base_name="toy",
        best_epoch=1,
        epochs=1,
        stopped=False,
        test=pair,
        entire=pair,
        training=pair,
        copy_baseline=figure,
        forgetting=(old,),
        patients=(),
        warnings=("Something to know.",),
    )


def pretend(request: FineTuneRequest, ctx: TaskContext) -> FineTuneResult:
    """Report like a run until stopped, without learning anything."""
    from ctbox.workflows.fine_tune_request import write_request

    request.out.mkdir(parents=True, exist_ok=True)
    write_request(request)
    control = RunControl(request.out)
    watched = control.watch(ctx)
    ctx.report(StageStarted(2))
    step = 0
    while not control.is_stopped:
        ctx.check()
        _ = watched.cancelled
        step += 1
        ctx.report(StepFinished(step, 1000, 1 / step))
        if step % 5 == 0:
            ctx.report(EpochFinished(step // 5, 200, 1 / step, 0.3, 1e-4, 0.1, step == 5))
        import time

        time.sleep(0.005)
    forgot = 0.1 if "forgets" in request.name else 0.0
    folder = scene.write_base(request.out, "model")
    named = scene.write_base(request.out / "named", request.name)
    (named / "card.json").replace(folder / "card.json")
    return make_result(request, forgot)


def diverge(request: FineTuneRequest, ctx: TaskContext) -> FineTuneResult:
    ctx.report(StageStarted(2))
    raise TrainingDivergedError("The training loss became nan at step 3.", "Lower the rate.")


@pytest.fixture
def ready(qtbot, app: App, case: Path, monkeypatch: pytest.MonkeyPatch) -> TrainingWizard:
    """The wizard before its run, which pretends."""
    monkeypatch.setattr(training_run, "run_fine_tuning", pretend)
    wizard = open_wizard(qtbot, app, case)
    go_to_plan(qtbot, wizard)
    click(qtbot, wizard.next)
    return wizard


def start(qtbot, wizard: TrainingWizard) -> None:
    click(qtbot, wizard.run_page.start)
    qtbot.waitUntil(lambda: wizard.run.rounds >= 1 and wizard.run_page.stop.isEnabled())


def test_pause_close_find_again_and_stop(qtbot, app: App, ready: TrainingWizard) -> None:
    start(qtbot, ready)
    click(qtbot, ready.run_page.pause)
    qtbot.waitUntil(lambda: ready.run.is_paused)
    qtbot.waitUntil(lambda: "Paused" in ready.run_page.stage.text())
    steps = ready.run.steps
    qtbot.wait(120)
    assert ready.run.steps == steps
    click(qtbot, ready.close_button)
    assert not ready.isVisible()
    assert ready.run.is_running
    app.window.commands["training_run"].trigger()
    assert ready.isVisible()
    assert ready.index == RUN
    click(qtbot, ready.run_page.pause)
    qtbot.waitUntil(lambda: ready.run.steps > steps)
    ready.run_page.stop.setFocus()
    qtbot.keyClick(ready.run_page.stop, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: ready.run.is_stopping or ready.index == RESULT)
    # Space once more must not break off what is being stopped.
    assert not ready.run_page.break_off.hasFocus()
    qtbot.waitUntil(lambda: ready.index == RESULT)
    assert "better: IoU" in ready.result_page.headline.text()


def test_a_run_that_ends_unseen_is_announced(qtbot, app: App, ready: TrainingWizard) -> None:
    start(qtbot, ready)
    ready.close()
    ready.run.stop()
    qtbot.waitUntil(lambda: any("run is over" in each.text for each in app.session.notices))
    toast = next(each for each in app.session.notices if "run is over" in each.text)
    click(qtbot, toast.action_button)
    assert ready.isVisible()
    assert ready.index == RESULT


def test_a_run_that_was_cut_off_goes_on_after_a_restart(
    qtbot, app: App, ready: TrainingWizard
) -> None:
    start(qtbot, ready)
    name = ready.state.name
    ready.run.cancel()
    qtbot.waitUntil(lambda: not ready.run.is_running)
    assert ready.run_page.go_on.isVisible()
    found = find_open_run()
    assert found is not None
    assert found.name == name
    # As after a restart: nobody knows of a run.
    app.training.wizard = None
    ready.close()
    ready.run.request = None
    app.window.commands["training_run"].trigger()
    again = app.training.wizard
    assert again is not None
    assert again.index == RUN
    assert name in again.run_page.notice.findChild(QWidget).text()  # type: ignore[attr-defined]
    click(qtbot, again.run_page.go_on)
    qtbot.waitUntil(lambda: again.run.rounds >= 1 and again.run_page.stop.isEnabled())
    assert again.run.request is not None
    assert again.run.request.resume
    click(qtbot, again.run_page.stop)
    qtbot.waitUntil(lambda: again.index == RESULT)


def test_a_model_that_forgot_is_adopted_by_a_second_word_only(
    qtbot, app: App, ready: TrainingWizard
) -> None:
    ready.state.set_name("forgets")
    start(qtbot, ready)
    click(qtbot, ready.run_page.stop)
    qtbot.waitUntil(lambda: ready.index == RESULT)
    click(qtbot, ready.next)
    adopt, store = ready.adopt_page, app.training.store
    assert not adopt.use.property("primary")
    click(qtbot, adopt.use)
    assert store.active_name is None
    assert not adopt.is_adopted
    assert "lost 0.100" in adopt.notice.findChild(QWidget).text()  # type: ignore[attr-defined]
    click(qtbot, adopt.use)
    assert store.active_name == "forgets"


def test_keeping_without_using_and_discarding(qtbot, app: App, ready: TrainingWizard) -> None:
    start(qtbot, ready)
    click(qtbot, ready.run_page.stop)
    qtbot.waitUntil(lambda: ready.index == RESULT)
    click(qtbot, ready.next)
    click(qtbot, ready.adopt_page.keep)
    store = app.training.store
    assert ready.state.name in [each.name for each in store.list()]
    assert store.active_name is None
    ready.state.name = "another"
    ready.run.reset()
    ready.go_to(RUN)
    start(qtbot, ready)
    click(qtbot, ready.run_page.stop)
    qtbot.waitUntil(lambda: ready.index == RESULT)
    click(qtbot, ready.next)
    click(qtbot, ready.adopt_page.discard)
    assert "Discarded" in ready.adopt_page.sentence.text()
    assert len(list((runs_folder() / ".bin").iterdir())) == 1
    assert "another" not in [each.name for each in store.list()]


def test_a_failure_is_a_sentence_on_the_page(
    qtbot, app: App, ready: TrainingWizard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_run, "run_fine_tuning", diverge)
    click(qtbot, ready.run_page.start)
    qtbot.waitUntil(lambda: ready.run.error is not None)
    notice = ready.run_page.notice.findChild(QWidget).text()  # type: ignore[attr-defined]
    assert "became nan at step 3" in notice
    assert ready.run_page.go_on.isVisible()
    assert not ready.next.isEnabled()


def test_without_a_run_the_command_says_so(qtbot, app: App) -> None:
    app.window.commands["training_run"].trigger()
    assert any("No training run yet" in each.text for each in app.session.notices)
