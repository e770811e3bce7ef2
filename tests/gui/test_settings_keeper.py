"""Settings reach the disk soon after they change, and a kill does not lose them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QAction

from ctbox.gui import settings_keeper
from ctbox.gui.settings_keeper import SettingsKeeper
from ctbox.gui.tasks import TaskRunner
from ctbox.settings import Settings, load_settings, save_settings, settings_path

CHANGES_THE_THEME = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from ctbox.gui import app

build, keep = app.build_app, app.keep_settings

def keep_and_change(built):
    QTimer.singleShot(300, built.window.commands["theme"].toggle)
    return keep(built)

app.build_app = lambda *arguments, **options: build(*arguments, **{**options, "prewarm": False})
app.keep_settings = keep_and_change
app.run(None)
"""


class Chosen:
    """What the user chose, as the window would tell it."""

    def __init__(self) -> None:
        self.settings = Settings()

    def collect(self) -> Settings:
        return self.settings


def test_a_change_is_written_and_nothing_else(
    qtbot, runner: TaskRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[Settings] = []

    def save(settings: Settings, folder: Path | None) -> None:
        writes.append(settings)
        save_settings(settings, folder)

    monkeypatch.setattr(settings_keeper, "save_settings", save)
    monkeypatch.setattr(settings_keeper, "SETTLE_MS", 30)
    chosen, command = Chosen(), QAction()
    command.setCheckable(True)
    keeper = SettingsKeeper(runner, chosen.collect, [command], tmp_path)
    command.trigger()
    qtbot.wait(120)
    assert not settings_path(tmp_path).exists()
    chosen.settings = replace(chosen.settings, theme="light")
    for _ in range(5):
        command.trigger()
    qtbot.waitUntil(lambda: load_settings(tmp_path).settings.theme == "light")
    qtbot.wait(100)
    assert len(writes) == 1
    keeper.stop()


def test_what_tells_nobody_is_found_by_the_sweep(
    qtbot, runner: TaskRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings_keeper, "SWEEP_MS", 40)
    chosen = Chosen()
    keeper = SettingsKeeper(runner, chosen.collect, folder=tmp_path)
    chosen.settings = replace(chosen.settings, confidence=0.4)
    qtbot.waitUntil(lambda: load_settings(tmp_path).settings.confidence == 0.4)
    keeper.stop()
    qtbot.waitUntil(lambda: not runner.running)


def test_a_disk_that_refuses_is_logged_and_tried_again(
    qtbot, runner: TaskRunner, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "a file"
    folder.write_text("")
    chosen = Chosen()
    keeper = SettingsKeeper(runner, chosen.collect, folder=folder)
    chosen.settings = replace(chosen.settings, theme="light")
    keeper.save_changes()
    qtbot.waitUntil(lambda: "Settings not saved" in caplog.text)
    folder.unlink()
    chosen.settings = replace(chosen.settings, smooth=False)
    keeper.save_changes()
    qtbot.waitUntil(lambda: not load_settings(folder).settings.smooth)
    keeper.stop()


def test_a_killed_window_has_kept_what_was_changed(tmp_path: Path) -> None:
    environment = {**os.environ, "CTBOX_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    process = subprocess.Popen(
        [sys.executable, "-c", CHANGES_THE_THEME],
        env=environment,
        cwd=Path(__file__).resolve().parents[2],
    )
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end and process.poll() is None:
            if load_settings(tmp_path).settings.theme == "light":
                break
            time.sleep(0.05)
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()
    loaded = load_settings(tmp_path)
    assert (loaded.settings.theme, loaded.problem) == ("light", None)
