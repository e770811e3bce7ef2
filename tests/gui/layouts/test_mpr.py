"""Reformatted planes in the whole window, by mouse and keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from ctbox.annotations.pascal_voc import write_voc
from ctbox.boxes import BoundingBox
from ctbox.dicom.places import find_place
from ctbox.gui.app import App, build_app
from ctbox.gui.case_controller import OpenRequest
from ctbox.gui.layouts.mpr_view import MprView
from ctbox.gui.lesions.lesion_list import LesionList
from ctbox.gui.viewer.loader import ReadSlices
from ctbox.gui.viewer.scene import BoxKind
from ctbox.model.detection import Detection, SliceDetections
from ctbox.settings import Settings
from tests import builders
from tests.gui.test_slice_view import turn_wheel

LEFT = Qt.MouseButton.LeftButton
COUNT, ROWS, COLUMNS = 12, 32, 40
OTHER = np.random.default_rng(6).integers(-900, 300, (COUNT, ROWS, COLUMNS)).astype(np.int16)


@pytest.fixture
def volume() -> np.ndarray:
    return np.random.default_rng(5).integers(-900, 300, (COUNT, ROWS, COLUMNS)).astype(np.int16)


@pytest.fixture
def app(qtbot, tmp_path: Path, monkeypatch, volume: np.ndarray) -> Iterator[App]:
    """12 slices of 5 mm with a box on the 5th to the 7th; a second series of one slice.

    A third one has as many slices in another frame of reference.
    """
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    case = tmp_path / "case"
    paths = builders.write_series(
        case / "Lung_Dx-A0001" / "s", COUNT, hu=volume, series_instance_uid="1.2.3.12"
    )
    builders.write_series(case / "Lung_Dx-A0001" / "t", 1, series_instance_uid="1.2.3.1")
    tags = {"FrameOfReferenceUID": "1.2.3.98"}
    builders.write_series(
        case / "Lung_Dx-A0001" / "u", COUNT, hu=OTHER, series_instance_uid="1.2.3.13", tags=tags
    )
    (case / "Annotation" / "A0001").mkdir(parents=True)
    for path in paths[4:7]:
        uid = str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID)
        target = case / "Annotation" / "A0001" / f"{uid}.xml"
        write_voc(target, uid, [(BoundingBox(10, 8, 20, 18), "A")], COLUMNS, ROWS)
    app = build_app(Settings())
    qtbot.addWidget(app.window)
    app.window.resize(1280, 800)
    app.window.show()
    with qtbot.waitSignal(app.window.viewer.loader.finished):
        app.session.open(OpenRequest(case))
    qtbot.waitUntil(lambda: not app.runner.running)
    app.window.browser.choose("1.2.3.12")
    qtbot.waitUntil(lambda: app.window.viewer.loader.is_finished)
    press(qtbot, app, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    qtbot.wait(200)
    yield app
    app.close()


def press(qtbot, app: App, key: Qt.Key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    with qtbot.waitActive(app.window):
        app.window.activateWindow()
    qtbot.keyClick(QApplication.focusWidget() or app.window, key, modifiers)


def planes(app: App) -> tuple[MprView, MprView]:
    coronal, sagittal = app.layouts.planes
    return coronal, sagittal


def at(view, x: float, y: float) -> QPoint:
    return QPointF(*view.mapping.to_view(x, y)).toPoint()


def test_planes_show_the_volume_through_the_crosshair(app: App, volume: np.ndarray) -> None:
    coronal, sagittal = planes(app)
    assert (coronal.plane.name, sagittal.plane.name) == ("Coronal", "Sagittal")
    assert np.array_equal(coronal.pixels, volume[:, ROWS // 2, :])
    assert np.array_equal(sagittal.pixels, volume[:, :, COLUMNS // 2])
    assert coronal.scene.edges.top == "H"
    assert coronal.scene.edges.left == "R"
    assert sagittal.scene.edges.left == "A"


def test_planes_keep_true_proportions(app: App) -> None:
    coronal, _ = planes(app)
    mapping = coronal.mapping
    assert mapping.scale_y / mapping.scale_x == pytest.approx(5.0 / 0.7, rel=1e-3)
    assert coronal.scene.column_mm == pytest.approx(0.7)


def test_wheel_and_keys_scroll_each_plane(qtbot, app: App, volume: np.ndarray) -> None:
    coronal, sagittal = planes(app)
    turn_wheel(coronal, -3)
    assert coronal.plane.index == ROWS // 2 + 3
    assert np.array_equal(coronal.pixels, volume[:, ROWS // 2 + 3, :])
    qtbot.mouseClick(sagittal, Qt.MouseButton.MiddleButton, pos=QPoint(20, 20))
    sagittal.setFocus()
    assert app.window.panes.active == 2
    press(qtbot, app, Qt.Key.Key_Up)
    assert sagittal.plane.index == COLUMNS // 2 - 1
    press(qtbot, app, Qt.Key.Key_End)
    assert sagittal.plane.index == COLUMNS - 1
    app.window.viewer.setFocus()
    assert app.window.panes.active == 0


def test_click_in_a_plane_moves_the_others(qtbot, app: App) -> None:
    coronal, sagittal = planes(app)
    qtbot.mouseClick(coronal, LEFT, pos=at(coronal, 30.5, 9.5))
    assert app.window.viewer.state.slice_index == 9
    assert sagittal.plane.index == 30
    qtbot.mouseClick(sagittal, LEFT, pos=at(sagittal, 4.5, 2.5))
    assert app.window.viewer.state.slice_index == 2
    assert coronal.plane.index == 4


def test_scrolling_the_slices_takes_the_crosshair_along(qtbot, app: App) -> None:
    viewer = app.window.viewer
    viewer.setFocus()
    press(qtbot, app, Qt.Key.Key_Down)
    press(qtbot, app, Qt.Key.Key_Down)
    assert app.layouts.crosshair.place[2] == pytest.approx(90.0)
    assert viewer.state.slice_index == 2


def test_planes_begin_at_the_selected_box_and_follow_the_list_of_lesions(qtbot, app: App) -> None:
    press(qtbot, app, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    state = app.window.viewer.state
    series = state.series_case.series
    nothing = tuple(SliceDetections(each.sop_instance_uid, ()) for each in series.slices)
    state.store.add_series(series.key, nothing, ())
    lesion = app.window.findChild(LesionList)
    qtbot.waitUntil(lambda: lesion.model().rowCount() == 1)  # the expert's, missed
    row = lesion.visualRect(lesion.model().index(0, 1)).center()
    qtbot.mouseClick(lesion.viewport(), LEFT, pos=row)
    assert state.find_selected_box() == BoundingBox(10, 8, 20, 18)
    press(qtbot, app, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    tumour = find_place(state.slice, 15, 13)
    assert app.layouts.crosshair.place == pytest.approx(tumour)
    app.layouts.crosshair.put(series, find_place(state.slice, 30, 30))
    qtbot.mouseClick(lesion.viewport(), LEFT, pos=row)
    assert app.layouts.crosshair.place == pytest.approx(tumour)


def test_boxes_stand_in_the_planes_they_pass(app: App) -> None:
    coronal, sagittal = planes(app)
    app.layouts.mpr.go_to("row", 12)
    (mark,) = coronal.scene.boxes
    assert (mark.kind, mark.tag) == (BoxKind.EXPERT, "Expert A")
    assert (mark.box.x1, mark.box.y1, mark.box.x2, mark.box.y2) == pytest.approx((10, 4, 20, 7))
    assert sagittal.scene.boxes == ()
    app.layouts.mpr.go_to("column", 12)
    assert len(sagittal.scene.boxes) == 1
    uid = app.window.viewer.state.series_case.series.slices[5].sop_instance_uid
    box = Detection(BoundingBox(11, 9, 22, 19), 0.87)
    app.window.viewer.state.store.add([SliceDetections(uid, (box,))])
    kinds = {each.tag: each.kind for each in coronal.scene.boxes}
    assert kinds == {"Expert A": BoxKind.EXPERT, "AI 0.87": BoxKind.DETECTION}
    editing = app.session.editing.editing
    own_uid = app.window.viewer.state.series_case.series.slices[4].sop_instance_uid
    editing.draw(own_uid, BoundingBox(11, 9, 22, 19))
    assert "Mine A" in {each.tag for each in coronal.scene.boxes}
    app.window.commands["mine"].trigger()
    app.window.commands["annotations"].trigger()
    assert [each.tag for each in coronal.scene.boxes] == ["AI 0.87"]


def test_probe_tells_the_voxel(qtbot, app: App, volume: np.ndarray) -> None:
    coronal, _ = planes(app)
    app.layouts.mpr.go_to("row", 12)
    qtbot.mouseMove(coronal, at(coronal, 15.5, 3.5))
    text = app.window.status_line.probe_text
    assert text.startswith("x 15  y 12  slice 4")
    assert f"{volume[3, 12, 15]} HU".replace("-", "−") in text


def test_window_drag_zoom_and_maximise(qtbot, app: App) -> None:
    coronal, sagittal = planes(app)
    width = app.window.viewer.state.window.width
    press(qtbot, app, Qt.Key.Key_W)  # the left button is the window's, the crosshair stays
    qtbot.mousePress(coronal, LEFT, pos=QPoint(30, 30))
    qtbot.mouseMove(coronal, QPoint(70, 30))
    qtbot.mouseRelease(coronal, LEFT, pos=QPoint(70, 30))
    assert app.window.viewer.state.window.width > width
    turn_wheel(coronal, 3, Qt.KeyboardModifier.ControlModifier)
    assert coronal.placement.zoom > 1.5
    coronal.setFocus()
    qtbot.mouseDClick(coronal, LEFT, pos=coronal.rect().center())
    assert coronal.isVisible()
    assert not sagittal.isVisible()
    qtbot.mouseDClick(coronal, LEFT, pos=coronal.rect().center())
    assert sagittal.isVisible()


def test_what_cannot_be_cut_says_why(qtbot, app: App) -> None:
    app.window.browser.choose("1.2.3.1")
    coronal, _ = planes(app)
    assert "two positions" in coronal.scene.message or "no volume" in coronal.scene.message
    app.window.browser.choose("1.2.3.12")
    qtbot.waitUntil(lambda: app.window.viewer.loader.is_finished)
    qtbot.waitUntil(lambda: coronal.scene.message == "")


def test_planes_of_another_series_are_its_own_as_soon_as_it_is_read(
    qtbot, app: App, tmp_path: Path, volume: np.ndarray
) -> None:
    coronal, _ = planes(app)
    viewer = app.window.viewer
    assert np.array_equal(coronal.pixels, volume[:, ROWS // 2, :])
    app.window.browser.choose("1.2.3.13")
    qtbot.waitUntil(lambda: viewer.loader.is_finished)
    assert app.layouts.crosshair.series.key == "1.2.3.13"  # its frame is another
    qtbot.waitUntil(lambda: np.array_equal(coronal.pixels, OTHER[:, ROWS // 2, :]))
    # What another pane has read already is there at once.
    known = {index: np.full((ROWS, COLUMNS), index, np.int16) for index in range(COUNT)}
    viewer.loader.offer(ReadSlices("1.2.3.12", known))
    app.window.browser.choose("1.2.3.12")
    assert np.array_equal(coronal.pixels[:, 0], np.arange(COUNT))


def test_leaving_the_planes_ends_them(qtbot, app: App) -> None:
    coronal, _ = planes(app)
    press(qtbot, app, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert not coronal.isVisible()
    assert not app.layouts.crosshair.is_shown
    assert app.window.viewer.isVisible()


def drag(qtbot, view, start: tuple[float, float], end: tuple[float, float]) -> None:
    qtbot.mousePress(view, LEFT, pos=at(view, *start))
    qtbot.mouseMove(view, at(view, *end))
    send_move(view, at(view, *end))
    qtbot.mouseRelease(view, LEFT, pos=at(view, *end))


def send_move(view, place: QPoint) -> None:
    where = QPointF(place)
    none = Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove, where, view.mapToGlobal(where), LEFT, LEFT, none
    )
    QApplication.sendEvent(view, event)


def test_rulers_in_planes_have_the_stacks_spacing(qtbot, app: App) -> None:
    coronal, sagittal = planes(app)
    measuring, index = app.session.measuring, coronal.plane.index
    press(qtbot, app, Qt.Key.Key_D)
    drag(qtbot, coronal, (5, 2), (5, 8))
    drag(qtbot, coronal, (5, 10), (25, 10))
    drag(qtbot, sagittal, (4, 3), (4, 5))
    assert coronal.plane.index == index, "a tool's drag must not move the crosshair"
    down, across, other = (row for row in measuring.panel.rows)
    assert float(down.lines[0].split()[0]) == pytest.approx(30, abs=0.4)
    assert float(across.lines[0].split()[0]) == pytest.approx(14, abs=0.4)
    assert float(other.lines[0].split()[0]) == pytest.approx(10, abs=0.4)
    assert [row.series for row in (down, other)] == ["Coronal", "Sagittal"]
    assert down.slice_number == index + 1


def test_an_ellipse_in_a_plane_reads_its_pixels_and_stays_with_it(
    qtbot, app: App, volume: np.ndarray
) -> None:
    coronal = planes(app)[0]
    index = coronal.plane.index
    press(qtbot, app, Qt.Key.Key_I)
    drag(qtbot, coronal, (8, 2), (24, 8))
    (row,) = app.session.measuring.panel.rows
    y, x = np.mgrid[0:COUNT, 0:COLUMNS] + 0.5
    inside = ((x - 16) / 8) ** 2 + ((y - 5) / 3) ** 2 <= 1
    mean = volume[:, index][inside].mean()
    assert float(row.lines[0].split()[0].replace("−", "-")) == pytest.approx(mean, abs=40)
    area = np.pi * 8 * 0.7 * 3 * 5
    assert float(row.lines[2].split()[0]) == pytest.approx(area, rel=0.15)
    kept = row.lines
    turn_wheel(coronal, -120)
    assert coronal.plane.index != index
    assert app.session.measuring.panel.rows[0].lines == kept
    app.session.measuring.go_to(row.measurement)
    assert coronal.plane.index == index
    qtbot.keyClick(coronal, Qt.Key.Key_Delete)
    assert not app.session.measuring.panel.rows


def test_the_crosshair_still_takes_the_button_with_its_own_tool(qtbot, app: App) -> None:
    coronal, sagittal = planes(app)
    press(qtbot, app, Qt.Key.Key_D)
    press(qtbot, app, Qt.Key.Key_H)
    press(qtbot, app, Qt.Key.Key_H)
    qtbot.mouseClick(coronal, LEFT, pos=at(coronal, 30.5, 9.5))
    assert sagittal.plane.index == 30
    assert not app.session.measuring.panel.rows
