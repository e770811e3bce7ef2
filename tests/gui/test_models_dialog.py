"""The models dialog by clicks: use, roll back, export, import, delete, compare."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QFileDialog

from ctbox.errors import CheckpointError
from ctbox.gui.tasks import TaskRunner
from ctbox.gui.training import comparison
from ctbox.gui.training.comparison import Comparison
from ctbox.gui.training.models_dialog import ModelsDialog
from ctbox.gui.viewer.detection_store import DetectionStore
from ctbox.progress import TaskContext
from ctbox.workflows.detect import DetectRequest, DetectResult
from ctbox.workflows.model_store import ModelStore
from ctbox.workflows.open_case import SeriesCase
from tests.gui import builders, fake_detection
from tests.workflows.store_scene import SHIPPED, build_store, write_model


def detect_by_name(request: DetectRequest, ctx: TaskContext) -> DetectResult:
    if request.model == "broken":
        raise CheckpointError("The weights of broken are cut short.", "Delete it.")
    result = fake_detection.fake_detect(request, ctx)
    if request.model == SHIPPED:
        return result
    moved = replace(fake_detection.BOX, x1=fake_detection.BOX.x1 + 3)
    series = []
    for found in result.series:
        slices = [
            replace(one, detections=tuple(replace(d, box=moved) for d in one.detections))
            for one in found.slices
        ]
        series.append(replace(found, slices=tuple(slices)))
    return replace(result, series=tuple(series))


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    store = build_store(tmp_path)
    store.adopt(write_model(tmp_path / "run", "new-b", fill=2, base=SHIPPED))
    return store


@pytest.fixture
def shown() -> list[SeriesCase]:
    """The series in the viewer; empty for none."""
    return [builders.build_series_case(builders.build_series(), {4: [(10, 8, 20, 18)]})]


@pytest.fixture
def dialog(
    qtbot,
    runner: TaskRunner,
    store: ModelStore,
    shown: list[SeriesCase],
    monkeypatch: pytest.MonkeyPatch,
) -> ModelsDialog:
    start = runner.start

    def start_in_thread(*arguments, kind: str = "thread", **others):
        return start(*arguments, kind="thread", **others)

    monkeypatch.setattr(runner, "start", start_in_thread)
    monkeypatch.setattr(comparison, "detect", detect_by_name)
    detections = DetectionStore()
    made = Comparison(runner, detections)
    dialog = ModelsDialog(store, made, lambda: shown[0] if shown else None)
    dialog.detections = detections  # type: ignore[attr-defined]
    dialog.compared = made  # type: ignore[attr-defined]
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def click(qtbot, button: QAbstractButton) -> None:
    assert button.isVisible()
    assert button.isEnabled(), button.text()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def choose(qtbot, dialog: ModelsDialog, name: str) -> None:
    item = dialog.table.findItems(name, Qt.MatchFlag.MatchExactly)[0]
    place = dialog.table.visualItemRect(item).center()
    qtbot.mouseClick(dialog.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert dialog.chosen is not None
    assert dialog.chosen.name == name


def read_notice(dialog: ModelsDialog) -> str:
    return dialog._notice_text.text()


def test_use_and_roll_back(qtbot, dialog: ModelsDialog, store: ModelStore) -> None:
    assert not dialog.activate.isEnabled()
    assert "shipped with ctbox" in dialog.card.toPlainText()
    choose(qtbot, dialog, "new-b")
    assert "Fine-tuned from shipped-s" in dialog.card.toPlainText()
    with qtbot.waitSignal(dialog.active_changed):
        click(qtbot, dialog.activate)
    assert store.active_name == "new-b"
    assert not dialog.delete.isEnabled()
    assert dialog.roll_back.text() == f"Roll back to {SHIPPED}"
    with qtbot.waitSignal(dialog.active_changed):
        click(qtbot, dialog.roll_back)
    assert store.active_name is None


def test_delete_and_undo(qtbot, dialog: ModelsDialog, store: ModelStore) -> None:
    choose(qtbot, dialog, "new-b")
    click(qtbot, dialog.delete)
    assert [each.name for each in store.list()] == [SHIPPED]
    assert "in the bin" in read_notice(dialog)
    click(qtbot, dialog.undo)
    assert [each.name for each in store.list()] == [SHIPPED, "new-b"]
    assert not dialog.undo.isVisible()


def test_export_and_import(
    qtbot, dialog: ModelsDialog, store: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "out"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    choose(qtbot, dialog, "new-b")
    click(qtbot, dialog.export)
    written = file.with_suffix(".ctbox-model")
    assert written.is_file()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(written), ""))
    click(qtbot, dialog.import_)
    assert "already" in read_notice(dialog)
    choose(qtbot, dialog, "new-b")
    click(qtbot, dialog.delete)
    click(qtbot, dialog.import_)
    assert dialog.chosen is not None
    assert dialog.chosen.name == "new-b"


def test_a_damaged_model_says_why_and_cannot_be_used(
    qtbot, dialog: ModelsDialog, store: ModelStore
) -> None:
    (store.own / "new-b" / "model.safetensors").unlink()
    dialog.reload("new-b")
    assert "weights" in dialog.card.toPlainText()
    assert not dialog.activate.isEnabled()
    assert not dialog.export.isEnabled()
    assert dialog.delete.isEnabled()


def test_two_models_flip_on_the_open_series(qtbot, dialog: ModelsDialog) -> None:
    bar = dialog.comparison
    assert (bar.first.currentText(), bar.second.currentText()) == (SHIPPED, "new-b")
    click(qtbot, bar.compare)
    made = dialog.compared  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: len(made.figures) == 2 and not made.is_running)
    assert "IoU 1.000 on 1 boxed slice" in bar.told[0].text()
    assert "IoU 0.700" in bar.told[1].text()
    detections = dialog.detections  # type: ignore[attr-defined]
    assert bar.shows[0].isChecked()
    assert detections.find("1.2.1.4")[0].box.x1 == 10
    click(qtbot, bar.shows[1])
    assert detections.find("1.2.1.4")[0].box.x1 == 13


def test_without_a_series_there_is_nothing_to_compare(
    qtbot, dialog: ModelsDialog, shown: list[SeriesCase]
) -> None:
    shown.clear()
    dialog.reload()
    assert not dialog.comparison.compare.isEnabled()
    assert dialog.comparison.hint.text() == "Open a series first."
    bar = dialog.comparison
    bar.second.setCurrentText(SHIPPED)
    assert not bar.compare.isEnabled()


def test_a_model_that_fails_is_told(
    qtbot, dialog: ModelsDialog, store: ModelStore, tmp_path: Path
) -> None:
    store.adopt(write_model(tmp_path / "run", "broken", fill=5))
    dialog.reload()
    dialog.comparison.second.setCurrentText("broken")
    made = dialog.compared  # type: ignore[attr-defined]
    with qtbot.waitSignal(made.failed):
        click(qtbot, dialog.comparison.compare)
    qtbot.waitUntil(lambda: not made.is_running)
    assert dialog.comparison.compare.isEnabled()
