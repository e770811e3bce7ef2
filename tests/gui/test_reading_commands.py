"""Own display windows, the inverted drag and the speed of cine, by mouse and keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QDialogButtonBox

from ctbox.dicom.series import LUNG_WINDOW, VoiWindow
from ctbox.gui.app import App, build_app
from ctbox.gui.case_controller import OpenRequest
from ctbox.gui.preset_dialogs import ManageWindowsDialog, SaveWindowDialog
from ctbox.settings import Settings, load_settings, save_settings
from tests import builders

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def app(qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    builders.write_series(tmp_path / "case", 6)
    app = build_app(Settings())
    qtbot.addWidget(app.window)
    app.window.show()
    with qtbot.waitSignal(app.window.viewer.loader.finished):
        app.session.open(OpenRequest(tmp_path / "case"))
    qtbot.waitUntil(lambda: not app.runner.running)
    yield app
    app.close()


def press(qtbot, app: App, key: Qt.Key) -> None:
    with qtbot.waitActive(app.window):
        app.window.activateWindow()
    qtbot.keyClick(QApplication.focusWidget() or app.window, key)


def choose(app: App, words: str) -> None:
    (action,) = [a for a in app.window.presets_menu.actions() if words in a.text()]
    action.trigger()


def test_saved_window_gets_the_next_digit_and_is_kept(qtbot, app: App, tmp_path: Path) -> None:
    state = app.window.viewer.state
    of_file = len(state.slice.windows)
    state.set_window(VoiWindow(300.0, 2000.0))
    choose(app, "Save window as")
    dialog = app.window.findChild(SaveWindowDialog)
    save = dialog.buttons.button(QDialogButtonBox.StandardButton.Save)
    assert not save.isEnabled()
    qtbot.keyClicks(dialog.name, "Bone")
    qtbot.mouseClick(save, LEFT)
    press(qtbot, app, Qt.Key.Key_1)
    assert state.window == LUNG_WINDOW
    press(qtbot, app, Qt.Key(Qt.Key.Key_3 + of_file))
    assert state.window == VoiWindow(300.0, 2000.0, "Bone")
    save_settings(app.session.collect_settings(), tmp_path / "kept")
    kept = load_settings(tmp_path / "kept")
    assert kept.problem is None
    assert kept.settings.user_windows == (("Bone", 2000.0, 300.0),)


def test_own_windows_are_renamed_ordered_and_deleted(qtbot, app: App) -> None:
    bone, liver = VoiWindow(300, 2000, "Bone"), VoiWindow(60, 160, "Liver")
    app.session.reading.own.set_windows([bone, liver])
    choose(app, "Manage your windows")
    dialog = app.window.findChild(ManageWindowsDialog)
    dialog.table.selectRow(1)
    qtbot.mouseClick(dialog.up, LEFT)
    assert [each.name for each in dialog.windows] == ["Liver", "Bone"]
    dialog.table.item(0, 0).setText("Abdomen")
    dialog.table.selectRow(1)
    qtbot.mouseClick(dialog.delete, LEFT)
    dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok).click()
    assert app.session.reading.own.windows == (VoiWindow(60, 160, "Abdomen"),)


def test_saving_under_a_taken_name_replaces(app: App) -> None:
    own = app.session.reading.own
    own.set_windows([VoiWindow(300, 2000, "Bone"), VoiWindow(60, 160, "Liver")])
    own.save(VoiWindow(400, 1800, "Bone"))
    assert own.windows == (VoiWindow(400, 1800, "Bone"), VoiWindow(60, 160, "Liver"))


def test_window_drag_can_be_turned_round(qtbot, app: App) -> None:
    view, state = app.window.viewer.view, app.window.viewer.state

    def drag(by: QPoint) -> None:
        start = view.rect().center()
        qtbot.mousePress(view, LEFT, pos=start)
        qtbot.mouseMove(view, start + by)
        qtbot.mouseRelease(view, LEFT, pos=start + by)

    app.window.commands["invert_drag"].trigger()
    drag(QPoint(50, 0))
    assert state.window.width < LUNG_WINDOW.width
    drag(QPoint(0, 50))
    assert state.window.center < LUNG_WINDOW.center
    assert app.session.collect_settings().invert_window_drag


def test_brackets_change_the_speed_of_cine_and_it_is_kept(qtbot, app: App) -> None:
    viewer = app.window.viewer
    before = viewer.cine_speed.value()
    press(qtbot, app, Qt.Key.Key_BracketRight)
    faster = viewer.cine_speed.value()
    assert faster > before
    assert viewer._cine.interval() == round(1000 / faster)
    for _ in range(12):
        press(qtbot, app, Qt.Key.Key_BracketLeft)
    assert viewer.cine_speed.value() == 1
    assert app.session.collect_settings().cine_fps == 1
    for _ in range(40):
        viewer.step_cine_speed(1)
    assert viewer.cine_speed.value() == 60
