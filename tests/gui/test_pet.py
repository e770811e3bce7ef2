"""PET in the window: SUV, inverted grey, or why there is no SUV."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from ctbox.dicom.series import LUNG_WINDOW
from ctbox.gui.app import App, build_app
from ctbox.gui.case_controller import OpenRequest
from ctbox.gui.viewer.panel import SUV_WINDOWS
from ctbox.settings import Settings
from tests.gui.pet_scene import COLD_SUV, HOT_SUV, write_case

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def start(qtbot, tmp_path: Path, monkeypatch) -> Iterator[Callable[..., App]]:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    apps: list[App] = []

    def open_case(**arguments) -> App:
        app = build_app(Settings())
        apps.append(app)
        qtbot.addWidget(app.window)
        app.window.resize(1280, 800)
        app.window.show()
        with qtbot.waitSignal(app.window.viewer.loader.finished):
            app.session.open(OpenRequest(write_case(tmp_path / "case", **arguments)))
        choose(qtbot, app, "1.2.3.20")
        return app

    yield open_case
    for app in apps:
        app.close()


def choose(qtbot, app: App, key: str) -> None:
    app.window.browser.choose(key)
    qtbot.waitUntil(lambda: app.window.viewer.loader.is_finished and not app.runner.running)


def press(qtbot, app: App, key: Qt.Key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    with qtbot.waitActive(app.window):
        app.window.activateWindow()
    qtbot.keyClick(QApplication.focusWidget() or app.window, key, modifiers)


def probe(qtbot, app: App, x: float, y: float) -> str:
    view = app.window.viewer.view
    qtbot.mouseMove(view, QPointF(*view.mapping.to_view(x, y)).toPoint())
    return app.window.status_line.probe_text


def test_values_are_suv_in_inverted_grey(qtbot, start) -> None:
    app = start()
    state, viewer = app.window.viewer.state, app.window.viewer
    assert state.inverted
    assert app.window.commands["invert_grey"].isChecked()
    assert state.window == SUV_WINDOWS[1]
    state.set_slice_index(6)  # z = 84
    assert f"SUV {HOT_SUV:.2f}" in probe(qtbot, app, 8.5, 6.5)
    assert f"SUV {COLD_SUV:.2f}" in probe(qtbot, app, 20.5, 15.5)
    picture = viewer.view.grab().toImage()
    hot, cold = (
        picture.pixelColor(QPointF(*viewer.view.mapping.to_view(*at)).toPoint()).lightness()
        for at in ((8.5, 6.5), (20.5, 15.5))
    )
    assert hot < 60 < 200 < cold
    press(qtbot, app, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert not state.inverted


def test_digits_choose_suv_windows_and_ct_is_itself_again(qtbot, start) -> None:
    app = start()
    state = app.window.viewer.state
    press(qtbot, app, Qt.Key.Key_5)
    assert state.window == SUV_WINDOWS[2]
    choose(qtbot, app, "1.2.3.12")
    assert state.window == LUNG_WINDOW
    assert not state.inverted
    assert "HU" in probe(qtbot, app, 8.5, 6.5)


def test_a_linked_window_of_the_pet_leaves_the_ct_its_own(qtbot, start) -> None:
    app = start()
    press(qtbot, app, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    app.window.commands["link_window"].trigger()
    pet, ct = app.layouts.panes.viewers
    assert (pet.state.shows_hu, ct.state.shows_hu) == (False, True)
    press(qtbot, app, Qt.Key.Key_5)
    assert pet.state.window == SUV_WINDOWS[2]
    assert ct.state.window == LUNG_WINDOW


def test_ellipse_on_pet_reads_suv(qtbot, start) -> None:
    app = start()
    app.window.viewer.state.set_slice_index(6)
    view = app.window.viewer.view
    press(qtbot, app, Qt.Key.Key_I)
    points = [QPointF(*view.mapping.to_view(*at)).toPoint() for at in ((6.5, 4.5), (10.5, 8.5))]
    qtbot.mousePress(view, LEFT, pos=points[0])
    qtbot.mouseMove(view, points[1])
    qtbot.mouseRelease(view, LEFT, pos=points[1])
    (row,) = app.session.measuring.panel.rows
    assert row.lines[0].startswith("6.00 ± 0.00 SUV")


def test_without_a_weight_the_banner_says_why_and_values_keep_their_unit(qtbot, start) -> None:
    app = start(weight_kg=0.0)
    assert "Patient's Weight is missing or zero" in app.window.viewer.banner.text
    assert app.window.viewer.banner.isVisible()
    app.window.viewer.state.set_slice_index(6)
    assert "Bq/ml" in probe(qtbot, app, 8.5, 6.5)
    assert "SUV" not in probe(qtbot, app, 8.5, 6.5)
