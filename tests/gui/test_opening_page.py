"""The first slice is on the screen while the headers of all others are still being read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from ctbox.gui.app import App, build_app
from ctbox.gui.case_controller import OpenRequest
from ctbox.settings import Settings
from ctbox.workflows import open_case
from tests import builders


@pytest.fixture
def app(qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    app = build_app(Settings())
    qtbot.addWidget(app.window)
    app.window.show()
    yield app
    app.close()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Headers are read once this is set; being asked to stop lets go as well."""
    gate, read = threading.Event(), open_case.read_series

    def wait_and_read(path: Path, ctx):
        while not gate.wait(0.01):
            ctx.check()
        return read(path, ctx)

    monkeypatch.setattr(open_case, "read_series", wait_and_read)
    yield gate
    gate.set()


def test_first_slice_is_shown_before_the_headers_are_read(
    qtbot, app: App, gate: threading.Event, tmp_path: Path
) -> None:
    builders.write_series(tmp_path / "case", 6)
    page, window = app.window.opening_page, app.window
    app.session.open(OpenRequest(tmp_path / "case"))
    qtbot.waitUntil(lambda: page.isVisible() and page.view.pixels is not None)
    assert not window.is_case_shown
    first = page.view.pixels
    with qtbot.waitSignal(window.viewer.loader.finished):
        gate.set()
    assert window.is_case_shown
    assert window.viewer.isVisible()
    assert not page.isVisible()
    assert page.view.pixels is None
    assert window.viewer.view.pixels is first, "the slice was read twice"


def test_cancel_goes_back_to_the_start(
    qtbot, app: App, gate: threading.Event, tmp_path: Path
) -> None:
    builders.write_series(tmp_path / "case", 6)
    page = app.window.opening_page
    app.session.open(OpenRequest(tmp_path / "case"))
    qtbot.waitUntil(page.isVisible)
    qtbot.mouseClick(page.findChild(QPushButton), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(app.window.start_page.isVisible)
    assert not app.session.cases.is_opening


def test_an_open_case_stays_until_the_next_is_read(
    qtbot, app: App, gate: threading.Event, tmp_path: Path
) -> None:
    builders.write_series(tmp_path / "one", 3, series_instance_uid="1.2.3")
    builders.write_series(tmp_path / "two", 4, series_instance_uid="1.2.4")
    gate.set()
    with qtbot.waitSignal(app.window.viewer.loader.finished):
        app.session.open(OpenRequest(tmp_path / "one"))
    qtbot.waitUntil(lambda: not app.runner.running)
    gate.clear()
    with qtbot.waitSignal(app.session.cases.first_slice_read):
        app.session.open(OpenRequest(tmp_path / "two"))
    assert app.window.viewer.isVisible()
    assert app.window.viewer.state.slice_count == 3
    gate.set()
    qtbot.waitUntil(lambda: app.window.viewer.state.slice_count == 4)
    qtbot.waitUntil(lambda: not app.runner.running)
