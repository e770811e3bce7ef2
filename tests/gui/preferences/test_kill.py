"""A kill right after a key was changed does not lose it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from ctbox.settings import load_settings

CHANGES_A_KEY = """
from PySide6.QtCore import QTimer
from ctbox.gui import app, settings_keeper

settings_keeper.SWEEP_MS = 10**6
build, keep = app.build_app, app.keep_settings

def keep_and_change(built):
    bindings = built.preferences.bindings

    def change():  # by one timer: two may fire in either order
        bindings.set_profile("annotator")
        bindings.set_key("fit", 0, "X")

    QTimer.singleShot(300, change)
    return keep(built)

app.build_app = lambda *arguments, **options: build(*arguments, **{**options, "prewarm": False})
app.keep_settings = keep_and_change
app.run(None)
"""


def test_a_killed_window_has_kept_profile_and_keys(tmp_path: Path) -> None:
    environment = {**os.environ, "CTBOX_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    process = subprocess.Popen(
        [sys.executable, "-c", CHANGES_A_KEY],
        env=environment,
        cwd=Path(__file__).resolve().parents[3],
    )
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end and process.poll() is None:
            if load_settings(tmp_path).settings.own_shortcuts:
                break
            time.sleep(0.05)
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()
    loaded = load_settings(tmp_path)
    assert loaded.problem is None
    assert loaded.settings.shortcuts == "annotator"
    assert loaded.settings.own_shortcuts == {"annotator": {"fit": ("X",)}}
