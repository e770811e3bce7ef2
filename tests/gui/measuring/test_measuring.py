"""The measuring tools in the whole window, by mouse and keys."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtWidgets import QApplication

from ctbox.dicom.series import LUNG_WINDOW
from ctbox.gui.app import App, build_app
from ctbox.gui.case_controller import OpenRequest
from ctbox.gui.measuring.measurement import MeasurementKind
from ctbox.gui.viewer.placement import Placement
from ctbox.settings import Settings
from tests import builders

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def app(qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """The window with a series of 14 slices, 40 × 32 pixels of 0.7 mm, and one of 4."""
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    for name, count in (("first", 14), ("second", 4)):
        uid = f"1.2.3.{count}"
        builders.write_series(tmp_path / "case" / name, count, series_instance_uid=uid)
    app = build_app(Settings())
    qtbot.addWidget(app.window)
    app.window.show()
    with qtbot.waitSignal(app.window.viewer.loader.finished):
        app.session.open(OpenRequest(tmp_path / "case"))
    qtbot.waitUntil(lambda: not app.runner.running)
    yield app
    app.close()


def press(qtbot, app: App, key: Qt.Key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    with qtbot.waitActive(app.window):
        app.window.activateWindow()
    qtbot.keyClick(QApplication.focusWidget() or app.window, key, modifiers)


def at(app: App, x: float, y: float) -> QPoint:
    return QPointF(*app.window.viewer.view.mapping.to_view(x, y)).toPoint()


def drag(qtbot, app: App, start: tuple[float, float], end: tuple[float, float]) -> None:
    view = app.window.viewer.view
    first, last = at(app, *start), at(app, *end)
    qtbot.mousePress(view, LEFT, pos=first)
    for part in (0.4, 0.8, 1.0):
        qtbot.mouseMove(view, first + (last - first) * part)
    qtbot.mouseRelease(view, LEFT, pos=last)


def shown(app: App) -> list[str]:
    return [" | ".join(row.cells[1:]) for row in app.session.measuring.panel.rows]


def test_ruler_by_dragging_reads_mm(qtbot, app: App) -> None:
    press(qtbot, app, Qt.Key.Key_D)
    drag(qtbot, app, (5, 10), (15, 10))
    (row,) = app.session.measuring.panel.rows
    assert row.cells[1:3] == ("1", "Ruler")
    assert float(row.lines[0].removesuffix(" mm")) == pytest.approx(7.0, abs=0.1)
    assert app.window.viewer.state.window == LUNG_WINDOW
    drag(qtbot, app, (20, 5), (20, 15))
    assert len(shown(app)) == 2


def test_ruler_by_two_clicks_follows_between(qtbot, app: App) -> None:
    view = app.window.viewer.view
    press(qtbot, app, Qt.Key.Key_D)
    qtbot.mouseClick(view, LEFT, pos=at(app, 5, 20))
    qtbot.mouseMove(view, at(app, 12, 20))
    assert shown(app) == []
    qtbot.mouseClick(view, LEFT, pos=at(app, 25, 20))
    (row,) = app.session.measuring.panel.rows
    assert float(row.lines[0].split()[0]) == pytest.approx(14.0, abs=0.1)


def test_angle_is_an_arm_and_a_click(qtbot, app: App) -> None:
    view = app.window.viewer.view
    press(qtbot, app, Qt.Key.Key_A)
    drag(qtbot, app, (20, 5), (20, 15))
    assert shown(app) == []
    qtbot.mouseMove(view, at(app, 25, 15))
    qtbot.mouseClick(view, LEFT, pos=at(app, 30, 15))
    (row,) = app.session.measuring.panel.rows
    assert float(row.lines[0].removesuffix("°")) == pytest.approx(90.0, abs=0.5)


def test_ellipse_reads_hu_and_area(qtbot, app: App) -> None:
    press(qtbot, app, Qt.Key.Key_I)
    drag(qtbot, app, (10, 8), (20, 18))
    (row,) = app.session.measuring.panel.rows
    mean, extremes, area = row.lines
    pixels = app.window.viewer.view.pixels
    inside = pixels[8:18, 10:20]
    assert "±" in mean
    assert mean.endswith("HU")
    assert float(mean.split()[0].replace("−", "-")) == pytest.approx(inside.mean(), abs=30)
    assert extremes.startswith("min ")
    assert float(area.split()[0]) == pytest.approx(3.14159 / 4 * 49, abs=1.5)


def test_ends_and_lines_can_be_dragged_with_any_tool(qtbot, app: App) -> None:
    press(qtbot, app, Qt.Key.Key_D)
    drag(qtbot, app, (5, 10), (15, 10))
    press(qtbot, app, Qt.Key.Key_W)
    drag(qtbot, app, (15, 10), (25, 10))  # the right end
    (row,) = app.session.measuring.panel.rows
    assert float(row.lines[0].split()[0]) == pytest.approx(14.0, abs=0.1)
    drag(qtbot, app, (12, 10), (12, 20))  # the line itself
    (item,) = app.session.measuring.store.all
    assert item.points[0] == pytest.approx((5, 20), abs=0.1)
    assert item.points[1] == pytest.approx((25, 20), abs=0.1)
    assert app.window.viewer.state.window == LUNG_WINDOW
    drag(qtbot, app, (30, 28), (36, 28))  # beside it: the window again
    assert app.window.viewer.state.window != LUNG_WINDOW
    assert app.session.measuring.store.selected is None


def test_del_deletes_the_selected_one_and_undo_brings_it_back(qtbot, app: App) -> None:
    press(qtbot, app, Qt.Key.Key_D)
    drag(qtbot, app, (5, 10), (15, 10))
    drag(qtbot, app, (5, 20), (15, 20))
    before = shown(app)
    press(qtbot, app, Qt.Key.Key_Delete)
    assert shown(app) == before[:1]
    press(qtbot, app, Qt.Key.Key_Delete)  # nothing is selected: nothing goes
    assert shown(app) == before[:1]
    (toast,) = [each for each in app.session.notices if each.text == "Ruler deleted."]
    qtbot.mouseClick(toast.action_button, LEFT)
    assert shown(app) == before


def test_escape_gives_up_the_drawing_and_only_then_resets(qtbot, app: App) -> None:
    state = app.window.viewer.state
    press(qtbot, app, Qt.Key.Key_D)
    state.set_placement(Placement(2.0, 0.5, 0.5))
    qtbot.mouseClick(app.window.viewer.view, LEFT, pos=at(app, 15, 15))
    press(qtbot, app, Qt.Key.Key_Escape)
    qtbot.mouseMove(app.window.viewer.view, at(app, 20, 15))
    assert state.placement.zoom == 2.0
    press(qtbot, app, Qt.Key.Key_Escape)
    assert state.placement == Placement()
    assert shown(app) == []


def test_measurements_stay_with_their_slice(qtbot, app: App) -> None:
    view, state = app.window.viewer.view, app.window.viewer.state
    bare = view.grab().toImage()
    press(qtbot, app, Qt.Key.Key_D)
    drag(qtbot, app, (5, 10), (15, 10))
    drawn = view.grab().toImage()
    assert drawn != bare
    press(qtbot, app, Qt.Key.Key_Down)
    assert not app.session.measuring.store.find_on(state.slice.sop_instance_uid)
    press(qtbot, app, Qt.Key.Key_Up)
    assert app.session.measuring.store.find_on(state.slice.sop_instance_uid)
    app.window.browser.choose("1.2.3.4")
    assert len(shown(app)) == 1
    app.session.measuring.go_to(app.session.measuring.store.all[0])
    assert state.series_case.series.key == "1.2.3.14"
    assert app.session.measuring.store.selected is not None


def test_another_case_forgets_them(qtbot, app: App, tmp_path: Path) -> None:
    press(qtbot, app, Qt.Key.Key_D)
    drag(qtbot, app, (5, 10), (15, 10))
    with qtbot.waitSignal(app.session.cases.case_opened):
        app.session.open(OpenRequest(tmp_path / "case" / "second"))
    assert shown(app) == []


def test_list_is_copied_as_text(qtbot, app: App) -> None:
    press(qtbot, app, Qt.Key.Key_D)
    drag(qtbot, app, (5, 10), (15, 10))
    app.window.commands["copy_measurements"].trigger()
    head, line, rest = QApplication.clipboard().text().split("\n")
    assert head == "Series\tSlice\tKind\tValue"
    assert line.split("\t")[1:3] == ["1", "Ruler"]
    assert rest == ""


def test_mm_are_refused_without_spacing_and_hu_are_not(qtbot, app: App) -> None:
    state = app.window.viewer.state
    series_case = state.series_case
    bare = tuple(
        replace(each, pixel_spacing_mm=None, pixel_aspect=None)
        for each in series_case.series.slices
    )
    with qtbot.waitSignal(app.window.viewer.loader.finished):
        state.set_series(replace(series_case, series=replace(series_case.series, slices=bare)))
    press(qtbot, app, Qt.Key.Key_D)
    drag(qtbot, app, (5, 10), (15, 10))
    assert "PixelSpacing" in app.session.notices[-1].text
    press(qtbot, app, Qt.Key.Key_A)
    drag(qtbot, app, (5, 10), (15, 10))
    assert "PixelAspectRatio" in app.session.notices[-1].text
    assert not app.session.measuring.store.all
    assert state.window == LUNG_WINDOW
    press(qtbot, app, Qt.Key.Key_I)
    drag(qtbot, app, (10, 8), (20, 18))
    (item,) = app.session.measuring.store.all
    assert item.kind is MeasurementKind.ELLIPSE
    assert app.session.measuring.panel.rows[0].lines[2] == "area unknown: no PixelSpacing"


def test_texts_of_ruler_and_ellipse_do_not_cover_each_other(
    qtbot, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    press(qtbot, app, Qt.Key.Key_D)
    drag(qtbot, app, (12, 14), (18, 14))
    press(qtbot, app, Qt.Key.Key_I)
    drag(qtbot, app, (11, 10), (19, 18))
    written: dict[str, QRectF] = {}
    monkeypatch.setattr(
        "ctbox.gui.measuring.painter.paint_text",
        lambda _painter, rect, _flags, text, _look: written.update({text: QRectF(rect)}),
    )
    app.window.viewer.view.grab()
    lines = [line for row in app.session.measuring.panel.rows for line in row.lines]
    assert sorted(written) == sorted(lines)
    for one, other in itertools.combinations(written.values(), 2):
        assert not one.intersects(other)
