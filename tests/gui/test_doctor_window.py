"""The dataset doctor in the window, by mouse: examine, read, save, write a corrected copy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ctbox.gui.app import App, build_app
from ctbox.gui.doctor.commands import DoctorCommands
from ctbox.gui.doctor.window import DoctorWindow
from ctbox.settings import Settings
from tests.builders import make_uid
from tests.workflows.test_index import VOC, write_patient

WAIT_MS = 40_000


@pytest.fixture
def collection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    root = tmp_path / "data"
    uids = write_patient(root, "Lung_Dx-A0001", 3)
    folder = root / "Annotation" / "A0001"
    folder.mkdir(parents=True)
    (folder / f"{uids[0]}.xml").write_text(VOC.replace("<name>A<", "<name>q<"))
    (folder / f"{make_uid('x')}.xml").write_text("no XML")
    return root


@pytest.fixture
def app(qtbot: QtBot, collection: Path) -> Iterator[App]:
    app = build_app(Settings())
    qtbot.addWidget(app.window)
    app.window.show()
    yield app
    app.close()


def test_findings_are_shown_saved_and_corrected(
    qtbot: QtBot, app: App, collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    originals = {file: file.read_bytes() for file in collection.rglob("*") if file.is_file()}
    app.window.commands["doctor"].trigger()
    window = app.window.findChild(DoctorWindow)
    assert window is not None
    assert not window.examine.isEnabled()
    window.images.set_path(str(collection))
    qtbot.mouseClick(window.examine, Qt.MouseButton.LeftButton)
    assert window.examine.text() == "Stop"
    qtbot.waitUntil(lambda: window.report is not None, timeout=WAIT_MS)
    assert "Some findings need a person." in window.summary.text()
    assert " of 1 patient. " in window.summary.text()
    group = window.findings.topLevelItem(0)
    assert group is not None
    assert group.text(0) == "Needs a person"
    place = window.findings.visualItemRect(group.child(0)).center()
    qtbot.mouseClick(window.findings.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert f"{make_uid('x')}.xml" in window.details.toPlainText()
    assert str(tmp_path) not in window.details.toPlainText()

    monkeypatch.setattr(
        "ctbox.gui.doctor.commands.QFileDialog.getSaveFileName",
        lambda *_: (str(tmp_path / "report.html"), ""),
    )
    qtbot.waitUntil(window.html.isEnabled, timeout=WAIT_MS)
    qtbot.mouseClick(window.html, Qt.MouseButton.LeftButton)
    assert "<html" in (tmp_path / "report.html").read_text().lower()
    monkeypatch.setattr(
        "ctbox.gui.doctor.commands.QFileDialog.getExistingDirectory", lambda *_: str(tmp_path)
    )
    qtbot.mouseClick(window.fix, Qt.MouseButton.LeftButton)
    copy = tmp_path / "Annotation-corrected"
    qtbot.waitUntil(lambda: "fixes.csv lists" in window.summary.text(), timeout=WAIT_MS)
    assert list(copy.rglob("*.xml"))
    assert {file: file.read_bytes() for file in originals} == originals


def test_missing_annotations_are_no_clean_bill(qtbot: QtBot, app: App, collection: Path) -> None:
    app.window.commands["doctor"].trigger()
    window = app.window.findChild(DoctorWindow)
    assert window is not None
    shutil.rmtree(collection / "Annotation")
    window.images.set_path(str(collection))
    qtbot.mouseClick(window.examine, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.report is not None, timeout=WAIT_MS)
    assert "No annotations were found" in window.summary.text()


def test_a_copy_is_made_of_what_the_report_is_of(
    qtbot: QtBot, app: App, collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures: list[object] = []
    monkeypatch.setattr(app.session, "show_failure", failures.append)
    app.window.commands["doctor"].trigger()
    window = app.window.findChild(DoctorWindow)
    commands = app.session.findChild(DoctorCommands)
    assert window is not None
    assert commands is not None
    window.images.set_path(str(collection))
    qtbot.mouseClick(window.examine, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.report is not None, timeout=WAIT_MS)
    qtbot.waitUntil(window.html.isEnabled, timeout=WAIT_MS)
    window.images.set_path(str(tmp_path / "another"))
    qtbot.mouseClick(window.examine, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(failures), timeout=WAIT_MS)
    qtbot.waitUntil(window.fix.isEnabled, timeout=WAIT_MS)
    commands.write_copy(tmp_path / "copy")
    qtbot.waitUntil(lambda: "fixes.csv lists" in window.summary.text(), timeout=WAIT_MS)
    assert (tmp_path / "copy" / "fixes.csv").is_file()
    assert len(failures) == 1


def test_commands_live_as_long_as_the_window(app: App) -> None:
    assert app.session.findChild(DoctorCommands) is not None
