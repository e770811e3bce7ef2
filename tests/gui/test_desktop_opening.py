"""A double click in macOS's Finder reaches the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ctbox.gui import app as app_module
from ctbox.gui.app import App
from ctbox.gui.desktop_opening import DesktopOpening
from ctbox.gui.settings_keeper import SettingsKeeper


def test_files_of_one_moment_are_told_together(qtbot: QtBot, qapp: QApplication) -> None:
    opening = DesktopOpening(qapp)
    told: list[list[str]] = []
    opening.opened.connect(told.append)

    for path in ("/Fälle/1.dcm", "/Fälle/2.dcm"):
        QCoreApplication.sendEvent(qapp, QFileOpenEvent(path))
    qtbot.waitUntil(lambda: bool(told), timeout=2000)
    qapp.removeEventFilter(opening)

    assert told == [["/Fälle/1.dcm", "/Fälle/2.dcm"]]


def test_other_events_pass(qapp: QApplication) -> None:
    opening = DesktopOpening(qapp)

    assert not opening.eventFilter(qapp, QEvent(QEvent.Type.ThemeChange))
    qapp.removeEventFilter(opening)


def test_the_running_program_opens_what_it_is_told(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path))
    asked: list[list[str]] = []
    kept: list[SettingsKeeper] = []
    build, keep = app_module.build_app, app_module.keep_settings

    def build_and_listen(*words: object, **options: object) -> App:
        app = build(*words, **options)  # type: ignore[arg-type]
        app.window.files_dropped.disconnect()
        app.window.files_dropped.connect(asked.append)
        return app

    def keep_and_tell(app: App) -> SettingsKeeper:
        kept.append(keep(app))
        return kept[0]

    def tell_and_leave() -> int:
        QCoreApplication.sendEvent(qapp, QFileOpenEvent("/Fälle/1.dcm"))
        qtbot.waitUntil(lambda: bool(asked and kept), timeout=20_000)
        return 0

    monkeypatch.setattr(app_module, "build_app", build_and_listen)
    monkeypatch.setattr(app_module, "keep_settings", keep_and_tell)
    monkeypatch.setattr(QApplication, "exec", lambda *_: tell_and_leave())
    app_module.run(None)

    assert asked == [["/Fälle/1.dcm"]]
