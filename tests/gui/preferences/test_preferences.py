"""Settings and keys in the real window, by key and mouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QWidget

from ctbox.gui.app import App, build_app
from ctbox.gui.case_controller import OpenRequest
from ctbox.gui.preferences.dialog import FILES, KEYS, PREDICTION, SettingsDialog
from ctbox.gui.preferences.key_page import KeyPage
from ctbox.settings import Settings, load_settings, save_settings
from tests import builders

LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PLAIN = Qt.KeyboardModifier.NoModifier


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


def press(qtbot, app: App, key: Qt.Key, modifiers=PLAIN) -> None:
    with qtbot.waitActive(app.window):
        app.window.activateWindow()
    qtbot.keyClick(QApplication.focusWidget() or app.window, key, modifiers)


def show(qtbot, app: App, page: int = 0) -> SettingsDialog:
    press(qtbot, app, Qt.Key.Key_Comma, CTRL)
    dialog = app.preferences.dialog
    assert dialog is not None
    qtbot.waitExposed(dialog)
    qtbot.waitUntil(lambda: dialog.navigation.viewport().height() > 100)
    QApplication.processEvents()
    for _ in range(page):
        qtbot.keyClick(dialog.navigation, Qt.Key.Key_Down)
    assert dialog.page == page
    return dialog


def close(qtbot, app: App) -> None:
    qtbot.waitExposed(app.preferences.dialog)
    QApplication.processEvents()
    # The press alone: it takes the dialog away, and the release would go nowhere.
    qtbot.keyPress(app.preferences.dialog.navigation, Qt.Key.Key_Escape)
    assert app.preferences.dialog is None
    app.window.viewer.setFocus()


def choose(qtbot, box: QComboBox, row: int) -> None:
    qtbot.keyClick(box, Qt.Key.Key_Home)
    for _ in range(row):
        qtbot.keyClick(box, Qt.Key.Key_Down)


def enter_key(qtbot, page: KeyPage, command: str, key: Qt.Key, modifiers=PLAIN, place=0) -> None:
    page.table.choose(command)
    qtbot.keyClick(page.fields[place].edit, key, modifiers)


def told_in(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel))


# --- keys -------------------------------------------------------------------------------------


def test_annotator_scrolls_on_a_and_d_and_draws_on_w(qtbot, app: App) -> None:
    state, commands = app.window.viewer.state, app.window.commands
    press(qtbot, app, Qt.Key.Key_D)
    assert state.slice_index == 0
    assert commands["tool_ruler"].isChecked()
    dialog = show(qtbot, app, KEYS)
    choose(qtbot, dialog.keys.profile, 1)
    assert "labelImg" in told_in(dialog.keys)
    close(qtbot, app)
    press(qtbot, app, Qt.Key.Key_D)
    press(qtbot, app, Qt.Key.Key_D)
    assert state.slice_index == 2
    press(qtbot, app, Qt.Key.Key_A)
    assert state.slice_index == 1
    press(qtbot, app, Qt.Key.Key_Down)
    assert state.slice_index == 2
    press(qtbot, app, Qt.Key.Key_W)
    assert commands["tool_draw"].isChecked()
    press(qtbot, app, Qt.Key.Key_W, SHIFT)
    assert commands["tool_window"].isChecked()
    assert commands["tool_window"].toolTip().endswith("(Shift+W)")
    assert load_settings().settings.shortcuts == "radiology"
    assert app.collect_settings().shortcuts == "annotator"


def test_keys_of_the_image_stay_with_the_image(qtbot, app: App) -> None:
    app.preferences.bindings.set_profile("annotator")
    app.window.browser.tree.setFocus()
    press(qtbot, app, Qt.Key.Key_D)
    assert app.window.viewer.state.slice_index == 0


def test_planes_follow_the_keys(qtbot, app: App, monkeypatch) -> None:
    app.preferences.bindings.set_profile("annotator")
    app.window.commands["layout_mpr"].trigger()
    plane = app.layouts.planes[0]
    steps: list[int] = []
    monkeypatch.setattr(plane._model, "step", lambda _, count: steps.append(count))
    plane.setFocus()
    for key in (Qt.Key.Key_A, Qt.Key.Key_D, Qt.Key.Key_Down, Qt.Key.Key_PageUp):
        press(qtbot, app, key)
    assert steps == [-1, 1, 1, -10]


def test_a_changed_key_works_at_once_and_the_old_one_no_more(qtbot, app: App) -> None:
    state, commands = app.window.viewer.state, app.window.commands
    page = show(qtbot, app, KEYS).keys
    enter_key(qtbot, page, "next_slice", Qt.Key.Key_J)
    assert app.preferences.bindings.find_keys("next_slice") == ("J",)
    enter_key(qtbot, page, "fit", Qt.Key.Key_F12, place=1)
    assert app.preferences.bindings.find_keys("fit") == ("F", "F12")
    close(qtbot, app)
    press(qtbot, app, Qt.Key.Key_J)
    assert state.slice_index == 1
    press(qtbot, app, Qt.Key.Key_Down)
    assert state.slice_index == 1
    assert commands["fit"].toolTip().endswith("(F)")
    press(qtbot, app, Qt.Key.Key_F1)
    sheet = app.preferences.sheet
    assert "J" in {label.text() for label in sheet.findChildren(QLabel)}
    qtbot.mouseClick(sheet.change, LEFT)
    assert not sheet.isVisible()
    assert app.preferences.dialog.page == KEYS
    close(qtbot, app)


def test_a_conflict_changes_nothing_until_the_key_is_taken(qtbot, app: App) -> None:
    bindings, commands = app.preferences.bindings, app.window.commands
    page = show(qtbot, app, KEYS).keys
    enter_key(qtbot, page, "next_slice", Qt.Key.Key_D)
    assert "D belongs to Distance (Left mouse button)" in page.message.text()
    assert bindings.find_keys("next_slice") == ("Down",)
    assert bindings.find_keys("tool_ruler") == ("D",)
    assert page.fields[0].edit.keySequence().toString() == "Down"
    qtbot.mouseClick(page.take, LEFT)
    assert bindings.find_keys("next_slice") == ("D",)
    assert bindings.find_keys("tool_ruler") == ()
    assert page.message.text() == "Distance has no key now."
    assert "(" not in commands["tool_ruler"].toolTip()
    page.table.choose("tool_ruler")
    qtbot.mouseClick(page.restore, LEFT)
    assert "belong to Next slice" in page.message.text()
    qtbot.mouseClick(page.take, LEFT)
    assert bindings.find_keys("tool_ruler") == ("D",)
    assert bindings.find_keys("next_slice") == ()
    close(qtbot, app)


def test_keys_that_belong_to_no_command_are_refused(qtbot, app: App) -> None:
    bindings = app.preferences.bindings
    page = show(qtbot, app, KEYS).keys
    for key, modifiers, why in (
        (Qt.Key.Key_3, PLAIN, "display window"),
        (Qt.Key.Key_F, Qt.KeyboardModifier.AltModifier, "menu File"),
        (Qt.Key.Key_Down, PLAIN, "lists and fields"),
    ):
        enter_key(qtbot, page, "fit", key, modifiers)
        assert why in page.message.text()
        assert not page.take.isVisible()
        assert bindings.find_keys("fit") == ("F",)
    close(qtbot, app)


def test_keys_are_removed_restored_and_the_reset_undone(qtbot, app: App) -> None:
    bindings = app.preferences.bindings
    dialog = show(qtbot, app, KEYS)
    page = dialog.keys
    page.table.choose("cine")
    qtbot.mouseClick(page.fields[0].remove, LEFT)
    assert bindings.find_keys("cine") == ("C",)
    enter_key(qtbot, page, "fit", Qt.Key.Key_X)
    qtbot.mouseClick(dialog.reset, LEFT)
    assert bindings.own == {}
    assert bindings.find_keys("cine") == ("Space", "C")
    qtbot.mouseClick(dialog.undo, LEFT)
    assert bindings.own == {"radiology": {"cine": ("C",), "fit": ("X",)}}
    page.table.choose("fit")
    qtbot.mouseClick(page.restore, LEFT)
    assert bindings.own == {"radiology": {"cine": ("C",)}}
    close(qtbot, app)


def test_search_finds_by_word_and_by_key(qtbot, app: App) -> None:
    page = show(qtbot, app, KEYS).keys

    def find_shown() -> set[str]:
        table = page.table
        rows = (row for row in range(table.rowCount()) if not table.isRowHidden(row))
        return {table.item(row, 0).text() for row in rows}

    qtbot.keyClicks(page.search, "shift+p")
    assert find_shown() == {"Predict series"}
    page.search.clear()
    qtbot.keyClicks(page.search, "next slice")
    assert find_shown() == {"Next slice", "Next slice with a box"}
    assert page.table.command in ("next_slice", "next_box")
    page.search.clear()
    qtbot.keyClicks(page.search, "xyzzy")
    assert page.table.command is None
    assert not page.fields[0].isEnabled()
    close(qtbot, app)


def test_own_keys_come_back_with_the_next_window(qtbot, app: App) -> None:
    app.preferences.bindings.set_profile("annotator")
    app.preferences.bindings.set_key("fit", 0, "X")
    app.preferences.bindings.set_key("cine", 1, "")
    save_settings(app.collect_settings())
    other = build_app(load_settings().settings)
    qtbot.addWidget(other.window)
    assert other.preferences.bindings.find_keys("fit") == ("X",)
    assert other.preferences.bindings.find_keys("cine") == ("Space",)
    assert other.window.commands["fit"].shortcut().toString() == "X"
    assert other.window.commands["next_slice"].shortcut().toString() == "D"
    other.close()


# --- settings ---------------------------------------------------------------------------------


def test_reading_settings_hold_at_once_and_reset(qtbot, app: App) -> None:
    window, state = app.window, app.window.viewer.state
    dialog = show(qtbot, app)
    page = dialog.reading
    for box in (page.theme, page.pixels, page.drag):
        choose(qtbot, box, 1)
    assert window.commands["theme"].isChecked()
    assert not state.smooth
    assert window.viewer.view.inverts_window_drag
    page.speed.selectAll()
    qtbot.keyClicks(page.speed, "25")
    assert window.viewer.cine_speed.value() == 25
    qtbot.keyClick(page.layers["patient"], Qt.Key.Key_Space)
    qtbot.keyClick(page.layers["mine"], Qt.Key.Key_Space)
    qtbot.keyClick(page.outline, Qt.Key.Key_Space)
    assert (state.overlays.patient, state.overlays.mine, state.overlays.outline) == (
        False,
        False,
        True,
    )
    state.reset_display()
    assert not state.smooth
    kept = app.collect_settings()
    assert kept.hidden_overlays == ("mine", "patient")
    assert (kept.theme, kept.smooth, kept.cine_fps) == ("light", False, 25)
    qtbot.mouseClick(dialog.reset, LEFT)
    assert state.overlays.patient
    assert state.smooth
    assert not window.commands["theme"].isChecked()
    assert page.theme.currentText() == "Dark"
    qtbot.mouseClick(dialog.undo, LEFT)
    assert app.collect_settings() == kept
    close(qtbot, app)


def test_what_is_hidden_by_key_is_not_hidden_at_the_next_start(qtbot, app: App) -> None:
    press(qtbot, app, Qt.Key.Key_B)
    assert not app.window.viewer.state.overlays.detections
    assert app.collect_settings().hidden_overlays == ()
    save_settings(Settings(hidden_overlays=("patient",), smooth=False))
    other = build_app(load_settings().settings)
    qtbot.addWidget(other.window)
    state = other.window.viewer.state
    assert not state.overlays.patient
    assert not other.window.commands["patient"].isChecked()
    state.reset_display()
    assert not state.smooth
    other.close()


def test_device_model_and_confidence_reach_the_next_prediction(qtbot, app: App) -> None:
    prediction, store = app.session.prediction, app.window.viewer.state.store
    models = app.training.store
    copy = models.adopt(models.find(models.default_name).folder, "copy")
    dialog = show(qtbot, app, PREDICTION)
    page = dialog.prediction
    choose(qtbot, page.device, 2)
    assert prediction.device == "cuda"
    assert "instead of going on slowly on the CPU" in page.meaning.text()
    assert prediction._build_request(()).device == "cuda"
    page.model.setCurrentIndex(page.model.findData(copy.name))
    assert prediction.model == "copy"
    assert models.active_name == "copy"
    qtbot.keyClick(page.own, Qt.Key.Key_Space)
    page.confidence.selectAll()
    qtbot.keyClicks(page.confidence, "0.45")
    qtbot.keyClick(page.confidence, Qt.Key.Key_Return)
    assert store.chosen_threshold == 0.45
    assert app.collect_settings().device == "cuda"
    qtbot.mouseClick(dialog.reset, LEFT)
    assert (prediction.device, prediction.model, models.active_name) == ("auto", None, None)
    assert store.chosen_threshold is None
    close(qtbot, app)


def test_name_and_folders(qtbot, app: App, tmp_path: Path, monkeypatch) -> None:
    kept = tmp_path / "home" / "cache" / "volumes"
    kept.mkdir(parents=True)
    (kept / "a.bin").write_bytes(bytes(2_500_000))
    shown: list[str] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: bool(shown.append(url.toLocalFile())) or True
    )
    page = show(qtbot, app, FILES).files
    qtbot.waitUntil(lambda: page.taken.text() == "2 MB")
    qtbot.keyClicks(page.name, "Dr. Reader")
    assert app.session.editing.reader_name == "Dr. Reader"
    qtbot.keyClicks(page.folder.line, str(tmp_path / "out"))
    assert app.session.editing.saving.folder == str(tmp_path / "out")
    qtbot.mouseClick(page.open_buttons["Autosave"], LEFT)
    assert shown == [str(tmp_path / "home" / "edits")]
    qtbot.mouseClick(page.clear, LEFT)
    qtbot.waitUntil(lambda: page.taken.text() == "nothing")
    assert not kept.exists()
    assert not page.clear.isEnabled()
    close(qtbot, app)
    told = app.collect_settings()
    assert (told.reader_name, told.save_folder) == ("Dr. Reader", str(tmp_path / "out"))
