"""A head is predicted like anything else; the window says what that is worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from ctbox.gui import prediction
from ctbox.gui.app import App, build_app
from ctbox.gui.case_controller import OpenRequest
from ctbox.progress import TaskContext
from ctbox.settings import Settings
from ctbox.workflows.chest_check import NoChest
from ctbox.workflows.detect import DetectRequest, DetectResult
from tests import builders
from tests.gui import fake_detection

WORDS = "looks like no chest CT (body part HEAD, no lung found)"


def detect_in_head(request: DetectRequest, ctx: TaskContext) -> DetectResult:
    found = fake_detection.fake_detect(request, ctx)
    series = tuple(replace(one, no_chest=NoChest("HEAD")) for one in found.series)
    return replace(found, series=series)


@pytest.fixture
def app(qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(prediction, "detect", detect_in_head)
    app = build_app(Settings())
    qtbot.addWidget(app.window)
    app.window.show()
    start = app.runner.start
    monkeypatch.setattr(
        app.runner, "start", lambda *a, kind="thread", **others: start(*a, kind="thread", **others)
    )
    folder = tmp_path / "head"
    builders.write_series(folder, 4)
    with qtbot.waitSignal(app.window.viewer.loader.finished):
        app.session.open(OpenRequest(folder))
    qtbot.waitUntil(lambda: not app.runner.running)
    yield app
    app.close()


def test_predicting_a_head_says_that_it_is_no_chest(qtbot, app: App, tmp_path: Path) -> None:
    with qtbot.waitActive(app.window):
        app.window.activateWindow()
    panel = app.counting.panel
    qtbot.keyClick(app.window.viewer, Qt.Key.Key_P, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: any(WORDS in toast.text for toast in app.session.toasts.toasts))
    assert WORDS in panel.message.text()
    (toast,) = [each for each in app.session.toasts.toasts if WORDS in each.text]
    assert "boxes on 4 of 4 slices" in toast.text
    # Another case is another matter.
    builders.write_series(tmp_path / "chest", 3, patient_id="Lung_Dx-A0002")
    with qtbot.waitSignal(app.window.viewer.loader.finished):
        app.session.open(OpenRequest(tmp_path / "chest"))
    assert WORDS not in panel.message.text()
    qtbot.waitUntil(lambda: not any(WORDS in each.text for each in app.session.toasts.toasts))
    qtbot.waitUntil(lambda: not app.runner.running)
