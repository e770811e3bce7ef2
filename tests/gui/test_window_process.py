"""What the window's own process loads, and how soon; each in a fresh interpreter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import builders
from tests.conftest import REPOSITORY

PROGRAM = """
import json, sys, time
started = time.process_time()
from ctbox.gui import app
application = app.find_application()
built = app.build_app(completes=False)
built.window.show()
application.processEvents()
shown = time.process_time() - started
early = sorted({name.split(".")[0] for name in sys.modules})
built.close()
app.check_window(__import__("pathlib").Path(sys.argv[1]))
late = sorted({name.split(".")[0] for name in sys.modules})
print(json.dumps({"shown": shown, "early": early, "late": late}))
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    folder = tmp_path_factory.mktemp("case")
    builders.write_series(folder / "series", 3)
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": str(REPOSITORY),
        "CTBOX_HOME": str(tmp_path_factory.mktemp("home")),
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder)],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_window_never_imports_torch(report: dict[str, list[str]]) -> None:
    assert "torch" not in report["late"]
    assert "safetensors" not in report["late"]


def test_slow_libraries_wait_until_they_are_needed(report: dict[str, list[str]]) -> None:
    slow = {"scipy", "skimage", "pydicom"}
    assert slow.isdisjoint(report["early"])


def test_window_appears_soon(report: dict[str, float]) -> None:
    # Half a second of computing; compiling comes on top where Python may keep nothing compiled.
    assert report["shown"] < 2.0


def test_void_calls_do_not_lose_references_to_none(qapp: object) -> None:
    """PySide6 6.12.0 on Python 3.11 loses one in every void call, and aborts soon after."""
    from PySide6.QtWidgets import QLabel

    label = QLabel()
    label.setText("warm")
    before = sys.getrefcount(None)
    for number in range(200):
        label.setText(str(number))
    assert abs(sys.getrefcount(None) - before) < 50


def test_window_can_be_opened_by_path_alone(tmp_path: Path, qapp: object) -> None:
    from ctbox.gui.app import check_window

    builders.write_series(tmp_path / "series", 3)
    assert "3 slices" in check_window(tmp_path)


RUN = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from ctbox.gui import app

application = app.find_application()


def close_once_shown() -> None:
    window = next(each for each in application.topLevelWidgets() if hasattr(each, "viewer"))
    if window.viewer.view.pixels is not None:
        window.close()


timer = QTimer()
timer.timeout.connect(close_once_shown)
timer.start(20)
if __name__ == "__main__":
    sys.exit(app.run(Path(sys.argv[1]), None, None))
"""


def test_run_opens_closes_and_remembers(tmp_path: Path) -> None:
    builders.write_series(tmp_path / "case" / "series", 3)
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": str(REPOSITORY),
        "CTBOX_HOME": str(tmp_path / "home"),
    }
    script = tmp_path / "start.py"
    script.write_text(RUN)
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "case")],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    kept = json.loads((tmp_path / "home" / "settings.json").read_text())
    assert kept["recent_paths"] == [str(tmp_path / "case")]
    assert kept["window_state"]
