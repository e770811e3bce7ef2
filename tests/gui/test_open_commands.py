"""Where the dialogs that open things begin."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from ctbox.gui.app import App, build_app
from ctbox.gui.error_dialogs import ErrorDialog
from ctbox.settings import Settings


@pytest.fixture
def app(qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    (tmp_path / "scans" / "case").mkdir(parents=True)
    app = build_app(Settings(recent_paths=(str(tmp_path / "home" / "sample-case" / "x"),)))
    qtbot.addWidget(app.window)
    app.window.show()
    yield app
    app.close()


def test_dialogs_begin_where_the_user_was_last(
    qtbot, app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def choose_folder(_parent: object, _title: str, start: str) -> str:
        asked.append(start)
        return str(tmp_path / "scans" / "case")

    def choose_nothing(_parent: object, _title: str, start: str, _kinds: str) -> tuple[str, str]:
        asked.append(start)
        return "", ""

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", choose_folder)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", choose_nothing)
    with qtbot.waitActive(app.window):
        app.window.activateWindow()
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    with qtbot.waitSignal(app.session.cases.opening_ended):
        qtbot.keyClick(app.window, Qt.Key.Key_O, control)
    app.window.findChild(ErrorDialog).close()
    with qtbot.waitActive(app.window):
        app.window.activateWindow()
    qtbot.keyClick(app.window, Qt.Key.Key_O, control | shift)
    assert asked == [str(Path.home()), str(tmp_path / "scans")]
    assert app.collect_settings().last_folder == str(tmp_path / "scans")


def test_what_ctbox_keeps_for_itself_is_no_place_to_begin(app: App, tmp_path: Path) -> None:
    opening = app.session.opening
    opening.remember(tmp_path / "scans" / "case")
    opening.remember(tmp_path / "home" / "sample-case" / "Lung-PET-CT-Dx")
    assert opening.find_start() == str(tmp_path / "scans")


def test_a_folder_that_is_gone_is_passed_over(app: App, tmp_path: Path) -> None:
    gone = tmp_path / "usb" / "case"
    app.session.opening.remember(gone)
    assert app.session.opening.find_start() == str(Path.home())
