"""The export dialog, by mouse and keys: fields that matter, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ctbox.annotations.exchange.records import Origin
from ctbox.gui.app import App, build_app
from ctbox.gui.exporting.commands import ExportCommands
from ctbox.gui.exporting.dialog import ExportDialog
from ctbox.settings import Settings
from ctbox.workflows.export_request import ExportFormat
from tests.workflows.export_scene import BOXES, write_case

WAIT_MS = 40_000


@pytest.fixture
def app(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    app = build_app(Settings())
    qtbot.addWidget(app.window)
    app.window.show()
    yield app
    app.close()


@pytest.fixture
def dialog(qtbot: QtBot) -> ExportDialog:
    dialog = ExportDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def choose(box: object, value: object) -> None:
    """Choose by value, as the user does by its text."""
    places = range(box.count())  # type: ignore[attr-defined]
    box.setCurrentIndex(next(i for i in places if box.itemData(i) == value))  # type: ignore[attr-defined]


def test_coco_with_pictures_is_written(qtbot: QtBot, app: App, tmp_path: Path) -> None:
    write_case(tmp_path / "case")
    (commands,) = app.session.findChildren(ExportCommands)
    app.window.commands["export"].trigger()
    dialog = commands.dialog
    qtbot.waitUntil(dialog.isVisible)
    assert not dialog.start.isEnabled()
    dialog.images.set_path(str(tmp_path / "case"))
    dialog.out.set_path(str(tmp_path / "out"))
    choose(dialog.format, ExportFormat.COCO)
    dialog.pictures.setFocus()
    qtbot.keyClick(dialog.pictures, Qt.Key.Key_Down)
    qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
    qtbot.waitUntil(lambda: not commands.is_running, timeout=WAIT_MS)
    document = json.loads((tmp_path / "out" / "coco.json").read_text())
    assert len(document["annotations"]) == len(BOXES)
    assert (tmp_path / "out" / document["images"][0]["file_name"]).is_file()
    assert any(f"{len(BOXES)} boxes" in note.text for note in app.session.notices)


def test_what_is_left_out_is_told_in_a_window(qtbot: QtBot, app: App, tmp_path: Path) -> None:
    root = write_case(tmp_path / "case")
    (root / "images" / "notes.dcm").write_text("no image")
    (commands,) = app.session.findChildren(ExportCommands)
    dialog = commands.dialog
    dialog.images.set_path(str(root))
    dialog.out.set_path(str(tmp_path / "out"))
    choose(dialog.format, None)
    assert not dialog.start.isEnabled()
    dialog.deidentify.setChecked(True)
    assert dialog.start.isEnabled()
    commands.start(dialog.request)
    qtbot.waitUntil(lambda: commands.result is not None, timeout=WAIT_MS)
    assert commands.result is not None
    assert "notes.dcm" in commands.result.detailedText()
    assert list((tmp_path / "out" / "DICOM").rglob("*.dcm"))
    commands.result.close()


def test_only_fields_that_matter_are_shown_and_count(dialog: ExportDialog) -> None:
    dialog.images.set_path("/images")
    dialog.out.set_path("/out")
    dialog.annotations.set_path("/boxes")
    dialog.predictions.set_path("/p.json")
    assert dialog.request.annotations == Path("/boxes")
    assert dialog.request.detections is None
    assert not dialog.predictions.isVisible()
    choose(dialog.source, Origin.AI)
    assert dialog.predictions.isVisible()
    assert not dialog.annotations.isVisible()
    assert (dialog.request.detections, dialog.request.annotations) == (Path("/p.json"), None)
    dialog.predictions.set_path("")
    assert not dialog.start.isEnabled()
    choose(dialog.source, Origin.MINE)
    assert dialog.start.isEnabled()
    choose(dialog.format, ExportFormat.SR)
    assert not dialog.pictures.isVisible()
    assert dialog.request.pictures is None
