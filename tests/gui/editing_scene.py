"""A window on a small case for the tests of box editing, and hands for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from ctbox.annotations.pascal_voc import write_voc
from ctbox.boxes import BoundingBox
from ctbox.gui.app import App, build_app
from ctbox.gui.case_controller import OpenRequest
from ctbox.gui.editing.commands import EditingCommands
from ctbox.model.detection import Detection, SliceDetections
from ctbox.settings import Settings
from tests import builders

COLUMNS, ROWS, SLICES = 128, 96, 12
EXPERT = BoundingBox(40, 30, 60, 50)
NONE = Qt.KeyboardModifier.NoModifier
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def make_folder(place: Path) -> Path:
    """One patient in the collection's layout: twelve slices, expert's boxes on two of them."""
    patient = place / "case" / "Lung_Dx-A0001"
    paths = builders.write_series(
        patient / "study" / "first", SLICES, rows=ROWS, columns=COLUMNS,
        series_instance_uid="1.2.3.1", tags={"SeriesDescription": "Chest 5mm"},
    )  # fmt: skip
    annotations = place / "case" / "Annotation" / "A0001"
    annotations.mkdir(parents=True)
    for path in (paths[3], paths[9]):
        uid = str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID)
        write_voc(annotations / f"{uid}.xml", uid, [(EXPERT, "A")], COLUMNS, ROWS)
    return place / "case"


def start(qtbot) -> App:
    app = build_app(Settings())
    qtbot.addWidget(app.window)
    app.window.resize(1280, 800)
    app.window.show()
    return app


def open_case(qtbot, app: App, folder: Path) -> None:
    with qtbot.waitSignal(app.window.viewer.loader.finished):
        app.session.open(OpenRequest(folder))
    qtbot.waitUntil(lambda: not app.runner.running)
    app.window.viewer.setFocus()


class Desk:
    """The window with the case open, and what a reader's hands do."""

    def __init__(self, qtbot, app: App, folder: Path) -> None:
        self.qtbot, self.app, self.folder = qtbot, app, folder

    @property
    def commands(self) -> EditingCommands:
        return self.app.session.editing

    @property
    def editing(self):
        return self.commands.editing

    @property
    def state(self):
        return self.app.window.viewer.state

    @property
    def view(self):
        return self.app.window.viewer.view

    @property
    def uid(self) -> str:
        return self.state.slice.sop_instance_uid

    @property
    def mine(self) -> tuple[BoundingBox, ...]:
        return tuple(own.box for own in self.editing.mine(self.uid))

    def press(self, key: Qt.Key, modifiers=NONE) -> None:
        with self.qtbot.waitActive(self.app.window):
            self.app.window.activateWindow()
        self.qtbot.keyClick(QApplication.focusWidget() or self.app.window, key, modifiers)

    def to_point(self, x: float, y: float) -> QPoint:
        left, top = self.view.mapping.to_view(x, y)
        return QPoint(round(left), round(top))

    def drag(self, start: tuple[float, float], end: tuple[float, float], *, drop=True) -> None:
        button = Qt.MouseButton.LeftButton
        self.qtbot.mousePress(self.view, button, pos=self.to_point(*start))
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        for place in (middle, end):
            self.qtbot.mouseMove(self.view, self.to_point(*place))
        if drop:
            self.drop(end)

    def drop(self, end: tuple[float, float]) -> None:
        self.qtbot.mouseRelease(self.view, Qt.MouseButton.LeftButton, pos=self.to_point(*end))

    def click(self, x: float, y: float) -> None:
        self.qtbot.mouseClick(self.view, Qt.MouseButton.LeftButton, pos=self.to_point(x, y))

    def draw(self, box: BoundingBox) -> None:
        self.press(Qt.Key.Key_M)
        self.drag((box.x1, box.y1), (box.x2, box.y2))

    def predict(self, index: int, *boxes: tuple[BoundingBox, float]) -> None:
        uid = self.state.series_case.series.slices[index].sop_instance_uid
        found = tuple(Detection(box, score) for box, score in boxes)
        self.state.store.add([SliceDetections(uid, found)])

    @property
    def notes(self) -> list[str]:
        return [toast.text for toast in self.app.session.notices]

    def wait_saved(self) -> None:
        self.qtbot.waitUntil(lambda: not self.commands.saving.is_saving)
        self.qtbot.waitUntil(lambda: not self.app.runner.running)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def desk(qtbot, home: Path, tmp_path: Path) -> Iterator[Desk]:
    folder = make_folder(tmp_path)
    app = start(qtbot)
    open_case(qtbot, app, folder)
    yield Desk(qtbot, app, folder)
    app.close()
