"""The export dialog, by mouse and keys: fields that matter, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from ctbox.annotations.exchange.records import Origin
from ctbox.dicom.series import VoiWindow
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


def test_the_key_file_goes_with_de_identified_copies(
    qtbot: QtBot, app: App, tmp_path: Path
) -> None:
    write_case(tmp_path / "case")
    (commands,) = app.session.findChildren(ExportCommands)
    dialog = commands.dialog
    app.window.commands["export"].trigger()
    qtbot.waitUntil(dialog.isVisible)
    dialog.images.set_path(str(tmp_path / "case"))
    choose(dialog.format, None)
    assert not dialog.key_file.isVisible()
    qtbot.mouseClick(dialog.deidentify, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert dialog.key_file.isVisible()
    dialog.key_file.line.setFocus()
    qtbot.keyClicks(dialog.key_file.line, str(tmp_path / "key.txt"))
    for out in ("first", "second"):
        dialog.out.set_path(str(tmp_path / out))
        commands.start(dialog.request)
        qtbot.waitUntil(lambda: not commands.is_running, timeout=WAIT_MS)
    assert len((tmp_path / "key.txt").read_text().strip()) == 64
    first, second = (
        sorted(path.name for path in (tmp_path / out / "DICOM").rglob("*.dcm"))
        for out in ("first", "second")
    )
    assert first == second != []
    qtbot.mouseClick(dialog.deidentify, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert not dialog.key_file.isVisible()
    assert dialog.request.key_file is None
    dialog.reject()


def test_pictures_through_a_window_of_ones_own(qtbot: QtBot, dialog: ExportDialog) -> None:
    dialog.images.set_path("/images")
    dialog.out.set_path("/out")
    choose(dialog.format, ExportFormat.YOLO)
    assert not dialog.window_text.isVisible()
    qtbot.keyClick(dialog.pictures, Qt.Key.Key_End)
    assert dialog.window_text.isVisible()
    assert not dialog.start.isEnabled()
    qtbot.keyClicks(dialog.window_text, "-500,")
    assert not dialog.start.isEnabled()
    qtbot.keyClicks(dialog.window_text, "1400")
    assert dialog.start.isEnabled()
    assert dialog.request.pictures == VoiWindow(-500, 1400)
    choose(dialog.format, ExportFormat.CSV)
    assert not dialog.window_text.isVisible()
    assert dialog.start.isEnabled()
    assert dialog.request.pictures is None
