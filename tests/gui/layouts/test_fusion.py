"""PET over CT in the whole window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from ctbox.dicom.places import find_pixel, find_place
from ctbox.gui.app import App, build_app
from ctbox.gui.case_controller import OpenRequest
from ctbox.gui.layouts.fusion import build_hot_iron, find_transform
from ctbox.settings import Settings
from ctbox.workflows.fuse import FusedPlane
from tests import builders
from tests.gui.pet_scene import HOT_MM, write_case

HOT = tuple(sum(pair) / 2 for pair in HOT_MM)
COLD = (-78.0, -84.0, 85.0)


@pytest.fixture
def app(qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    case = write_case(tmp_path / "case")
    builders.write_series(case / "other", 3, series_instance_uid="1.2.3.3")
    app = build_app(Settings())
    qtbot.addWidget(app.window)
    app.window.resize(1280, 800)
    app.window.show()
    with qtbot.waitSignal(app.window.viewer.loader.finished):
        app.session.open(OpenRequest(case))
    app.window.browser.choose("1.2.3.12")
    qtbot.waitUntil(lambda: app.window.viewer.loader.is_finished and not app.runner.running)
    app.window.viewer.state.set_slice_index(3)  # z = 85
    yield app
    app.close()


def press(qtbot, app: App, key: Qt.Key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    with qtbot.waitActive(app.window):
        app.window.activateWindow()
    qtbot.keyClick(QApplication.focusWidget() or app.window, key, modifiers)


def color_at(view, slice_, place) -> QColor:
    point = QPointF(*view.mapping.to_view(*find_pixel(slice_, place)))
    return view.grab().toImage().pixelColor(point.toPoint())


def redness(color: QColor) -> int:
    return color.red() - color.blue()


def fuse(qtbot, app: App) -> None:
    press(qtbot, app, Qt.Key.Key_F, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: app.fusion.state.loader.is_finished and not app.runner.running)
    qtbot.wait(200)


def test_hot_places_are_red_where_they_lie_and_the_rest_stays_grey(qtbot, app: App) -> None:
    view, slice_ = app.window.viewer.view, app.window.viewer.state.slice
    assert redness(color_at(view, slice_, HOT)) == 0
    fuse(qtbot, app)
    assert redness(color_at(view, slice_, HOT)) > 60
    assert abs(redness(color_at(view, slice_, COLD))) < 12
    app.window.viewer.state.set_slice_index(8)  # z = 60: no uptake there
    assert abs(redness(color_at(view, app.window.viewer.state.slice, HOT))) < 12
    press(qtbot, app, Qt.Key.Key_F, Qt.KeyboardModifier.ShiftModifier)
    assert app.fusion.state.series_case is None
    assert app.fusion.state.loader.loaded_indices() == ()  # its memory is given back


def test_opacity_slider_shows_only_while_fused(qtbot, app: App) -> None:
    view, slice_ = app.window.viewer.view, app.window.viewer.state.slice
    assert not app.fusion.opacity.isVisible()
    fuse(qtbot, app)
    assert app.fusion.opacity.isVisible()
    strong = redness(color_at(view, slice_, HOT))
    for _ in range(50):
        qtbot.keyClick(app.fusion.opacity, Qt.Key.Key_Left)
    assert app.fusion.state.opacity == 0
    assert redness(color_at(view, slice_, HOT)) < strong / 4


def test_probe_tells_hu_and_suv(qtbot, app: App) -> None:
    fuse(qtbot, app)
    view = app.window.viewer.view
    point = find_pixel(app.window.viewer.state.slice, HOT)
    qtbot.mouseMove(view, QPointF(*view.mapping.to_view(*point)).toPoint())
    assert "HU" in app.window.status_line.probe_text
    assert "SUV 6.00" in app.window.status_line.probe_text


def test_the_legend_has_the_highest_value_at_the_top(qtbot, app: App) -> None:
    fuse(qtbot, app)
    view = app.window.viewer.view
    height = min(150.0, view.height() * 0.3)
    top = view.height() / 2 - height - 22
    picture, x = view.grab().toImage(), view.width() - 20
    assert picture.pixelColor(x, round(top + 4)).lightness() > 200
    assert picture.pixelColor(x, round(top + height - 4)).lightness() < 30


def test_without_suv_the_values_keep_their_unit_and_range(qtbot, app: App, tmp_path: Path) -> None:
    with qtbot.waitSignal(app.window.viewer.loader.finished):
        app.session.open(OpenRequest(write_case(tmp_path / "light", weight_kg=0.0)))
    app.window.browser.choose("1.2.3.12")
    qtbot.waitUntil(lambda: app.window.viewer.loader.is_finished and not app.runner.running)
    fuse(qtbot, app)
    state = app.fusion.state
    assert state.loader.scale.factor is None
    assert state.unit == "Bq/ml"
    largest = max(state.loader.find_pixels(index).max() for index in range(20))
    assert state.highest == pytest.approx(largest)


def test_a_cut_covers_what_it_shows(app: App) -> None:
    slice_, mapping = app.window.viewer.state.slice, app.window.viewer.view.mapping
    places = [find_place(slice_, *point) for point in ((2, 3), (22, 3), (2, 15))]
    cut = FusedPlane(np.zeros((6, 10), np.float32), *places)
    transform = find_transform(cut, slice_, mapping)
    end = transform.map(QPointF(10, 6))
    assert (end.x(), end.y()) == pytest.approx(mapping.to_view(22, 15))


def test_planes_are_fused_too(qtbot, app: App) -> None:
    fuse(qtbot, app)
    press(qtbot, app, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    app.layouts.mpr.put(HOT)
    app.window.commands["crosshair"].setChecked(False)
    for plane in app.layouts.planes:
        assert redness(color_at(plane, plane.plane.slice_, HOT)) > 60
        beside = (HOT[0], HOT[1], 62.0)
        assert abs(redness(color_at(plane, plane.plane.slice_, beside))) < 12


def test_series_without_a_pet_in_their_frame_say_so(qtbot, app: App) -> None:
    app.window.browser.choose("1.2.3.3")
    press(qtbot, app, Qt.Key.Key_F, Qt.KeyboardModifier.ShiftModifier)
    assert not app.window.commands["fusion"].isChecked()
    assert any("No PET to fuse" in toast.text for toast in app.session.notices)


def test_fusion_ends_with_its_partner(qtbot, app: App) -> None:
    fuse(qtbot, app)
    app.window.browser.choose("1.2.3.3")
    assert not app.window.commands["fusion"].isChecked()
    assert app.fusion.state.series_case is None


def test_colours_rise_in_lightness_and_begin_clear() -> None:
    table = build_hot_iron(1.0)
    red, green, blue = (table >> shift & 255 for shift in (16, 8, 0))
    light = 0.3 * red + 0.6 * green + 0.1 * blue
    assert table[0] >> 24 == 0
    assert np.all(np.diff(light.astype(float)) >= -1)
    assert table[255] == 0xFFFFFFFF
    assert build_hot_iron(0.5)[200] >> 24 == 128
