"""Several panes, what links them, and the crosshair, in the whole window by mouse and keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QRegion
from PySide6.QtWidgets import QApplication

from ctbox.dicom.series import LUNG_WINDOW, MEDIASTINUM_WINDOW
from ctbox.gui.app import App, build_app
from ctbox.gui.case_controller import OpenRequest
from ctbox.gui.layouts.series_drag import build_series_mime
from ctbox.gui.viewer.placement import Placement
from ctbox.gui.viewer.slice_view import SliceView
from ctbox.settings import Settings
from tests import builders
from tests.gui.test_slice_view import turn_wheel

LEFT = Qt.MouseButton.LeftButton
FRAME = "1.2.3.99"


@pytest.fixture
def app(qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """14 slices of 5 mm, 24 of 2.5 mm in the same frame of reference, 6 in another."""
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    for name, count, spacing, frame in (
        ("thick", 14, 5.0, FRAME),
        ("thin", 24, 2.5, FRAME),
        ("other", 6, 5.0, "1.2.3.98"),
    ):
        builders.write_series(
            tmp_path / "case" / name,
            count,
            series_instance_uid=f"1.2.3.{count}",
            slice_spacing_mm=spacing,
            spacing=(0.7, 0.7) if frame == FRAME else (1.4, 1.4),
            tags={"SeriesDescription": name, "FrameOfReferenceUID": frame},
        )
    app = build_app(Settings())
    qtbot.addWidget(app.window)
    app.window.resize(1280, 800)
    app.window.show()
    with qtbot.waitSignal(app.window.viewer.loader.finished):
        app.session.open(OpenRequest(tmp_path / "case"))
    settle(qtbot, app)
    choose(qtbot, app, "1.2.3.14")
    yield app
    app.close()


def settle(qtbot, app: App) -> None:
    qtbot.waitUntil(lambda: not app.runner.running)
    qtbot.wait(20)


def choose(qtbot, app: App, key: str) -> None:
    app.window.browser.choose(key)
    settle(qtbot, app)


def press(qtbot, app: App, key: Qt.Key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    with qtbot.waitActive(app.window):
        app.window.activateWindow()
    qtbot.keyClick(QApplication.focusWidget() or app.window, key, modifiers)


def split(qtbot, app: App, key: Qt.Key = Qt.Key.Key_2) -> None:
    press(qtbot, app, key, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, app)


def test_a_pane_that_changes_its_size_leaves_no_old_frame(qtbot, app: App) -> None:
    split(qtbot, app)
    grid = app.window.panes
    painted = QRegion()

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            nonlocal painted
            if event.type() == QEvent.Type.Paint:
                painted = painted.united(event.region())
            return False

    watch = Watch()
    grid.installEventFilter(watch)
    pane = grid.contents[1]
    before = grid.contents[0].geometry()
    pane.setMinimumWidth(pane.width() + 60)
    qtbot.waitUntil(lambda: grid.contents[0].width() < before.width())
    qtbot.wait(50)
    assert painted.contains(QPoint(before.center().x(), before.top() - 1))
    assert painted.contains(QPoint(before.right() - 20, before.top() - 1))


def names(app: App) -> list[str | None]:
    cases = [viewer.state.series_case for viewer in app.layouts.panes.viewers]
    return [None if each is None else each.series.description for each in cases]


def z(viewer) -> float:
    return viewer.state.slice.position_along_normal_mm


def at(view: SliceView, x: float, y: float) -> QPoint:
    return QPointF(*view.mapping.to_view(x, y)).toPoint()


def test_two_panes_show_two_series_and_the_near_one_first(qtbot, app: App) -> None:
    split(qtbot, app)
    assert names(app) == ["thick", "thin"]
    first, second = app.layouts.panes.viewers
    assert first.geometry().right() < second.geometry().left()
    assert second.view.pixels is not None
    press(qtbot, app, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert names(app) == ["thick"]
    assert not second.isVisible()


def test_four_panes_leave_what_is_missing_empty(qtbot, app: App) -> None:
    split(qtbot, app, Qt.Key.Key_4)
    assert names(app) == ["thick", "thin", "other", None]
    empty = app.layouts.panes.viewers[3]
    assert empty.view.scene.message.startswith("Drag a series here")
    qtbot.mouseClick(empty.view, LEFT, pos=empty.view.rect().center())
    settle(qtbot, app)
    assert names(app) == ["thick", "thin", "other", "thick"]
    assert app.window.panes.active == 3


def test_scrolling_goes_together_by_mm(qtbot, app: App) -> None:
    split(qtbot, app, Qt.Key.Key_4)
    thick, thin, other, _ = app.layouts.panes.viewers
    press(qtbot, app, Qt.Key.Key_PageDown)
    assert thick.state.slice_index == 10
    assert z(thin) == z(thick) == 50.0
    assert other.state.slice_index == 0  # another frame of reference
    turn_wheel(thin.view, -3)
    assert z(thin) == 42.5
    assert abs(z(thick) - 42.5) <= 2.5
    app.window.commands["link_scroll"].trigger()
    press(qtbot, app, Qt.Key.Key_Home)
    assert z(thin) == 42.5


def test_a_click_makes_a_pane_active_and_the_drag_goes_on_in_it(qtbot, app: App) -> None:
    split(qtbot, app)
    second = app.layouts.panes.viewers[1]
    place = second.geometry()
    app.window.commands["link_scroll"].setChecked(False)
    # The widget that was pressed keeps the mouse, wherever the exchange has put it.
    start = second.view.mapToGlobal(second.view.rect().center())
    qtbot.mousePress(second.view, LEFT, pos=second.view.mapFromGlobal(start))
    end = start + QPoint(40, 0)
    qtbot.mouseMove(second.view, second.view.mapFromGlobal(end))
    qtbot.mouseRelease(second.view, LEFT, pos=second.view.mapFromGlobal(end))
    settle(qtbot, app)
    assert names(app) == ["thick", "thin"]
    active = app.window.viewer
    assert active.state.series_case.series.description == "thin"
    assert active.geometry() == place
    assert active.state.window.width > LUNG_WINDOW.width
    assert app.layouts.panes.viewers[0].state.window == LUNG_WINDOW
    assert app.window.windowTitle().startswith("thin")
    # Keys go to the pane that is active now, and nothing was read again.
    press(qtbot, app, Qt.Key.Key_Down)
    assert active.state.slice_index == 1
    assert app.layouts.panes.viewers[0].state.slice_index == 0
    press(qtbot, app, Qt.Key.Key_F6)
    assert app.window.viewer.state.series_case.series.description == "thick"
    assert names(app) == ["thick", "thin"]


def test_exchanging_panes_reads_nothing_again(qtbot, app: App, monkeypatch) -> None:
    split(qtbot, app)
    started: list[object] = []
    app.runner.task_started.connect(started.append)
    press(qtbot, app, Qt.Key.Key_F6)
    settle(qtbot, app)
    assert not [each for each in started if each.title == "Loading slices"]
    assert all(viewer.view.pixels is not None for viewer in app.layouts.panes.viewers)


def test_series_from_the_list_goes_to_the_pane_it_is_dropped_on(qtbot, app: App) -> None:
    split(qtbot, app)
    second = app.layouts.panes.viewers[1]
    data = build_series_mime("1.2.3.6")
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(20, 20), copy, data, LEFT, none)
    QApplication.sendEvent(second, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(second, QDropEvent(QPointF(20, 20), copy, data, LEFT, none))
    settle(qtbot, app)
    assert names(app) == ["thick", "other"]
    assert app.window.viewer.state.series_case.series.description == "other"
    tree = app.window.browser.tree
    assert "other" in str(tree.currentIndex().data())


def test_press_in_the_list_waits_for_the_release(qtbot, app: App) -> None:
    tree = app.window.browser.tree
    index = app.window.browser._proxy.mapFromSource(app.window.browser.model.find_index("1.2.3.6"))
    place = tree.visualRect(index).center()
    qtbot.mousePress(tree.viewport(), LEFT, pos=place)
    assert app.window.viewer.state.series_case.series.description == "thick"
    qtbot.mouseRelease(tree.viewport(), LEFT, pos=place)
    assert app.window.viewer.state.series_case.series.description == "other"
    settle(qtbot, app)


def test_double_click_maximises_the_pane_and_back(qtbot, app: App) -> None:
    split(qtbot, app)
    first, second = app.layouts.panes.viewers
    qtbot.mouseDClick(first.view, LEFT, pos=first.view.rect().center())
    assert not second.isVisible()
    assert first.isVisible()
    qtbot.mouseDClick(first.view, LEFT, pos=first.view.rect().center())
    assert second.isVisible()


def test_double_click_on_the_only_image_fits_first_then_takes_the_room(qtbot, app: App) -> None:
    view, state = app.window.viewer.view, app.window.viewer.state
    state.set_placement(Placement(3.0, 0.4, 0.4))
    qtbot.mouseDClick(view, LEFT, pos=view.rect().center())
    assert state.placement == Placement()
    assert app.window.browser_dock.isVisible()
    qtbot.mouseDClick(view, LEFT, pos=view.rect().center())
    assert not app.window.browser_dock.isVisible()
    qtbot.mouseDClick(view, LEFT, pos=view.rect().center())
    assert app.window.browser_dock.isVisible()


def test_zoom_and_window_go_together_when_linked(qtbot, app: App) -> None:
    split(qtbot, app)
    first, second = app.layouts.panes.viewers
    press(qtbot, app, Qt.Key.Key_2)
    assert second.state.window == LUNG_WINDOW
    app.window.commands["link_window"].trigger()
    assert second.state.window == MEDIASTINUM_WINDOW
    app.window.commands["link_placement"].trigger()
    first.state.set_placement(Placement(2.5, 0.3, 0.6))
    found = second.state.placement
    assert (found.zoom, found.center_x, found.center_y) == pytest.approx((2.5, 0.3, 0.6), abs=0.02)
    # Both are zoomed by now.
    first.state.set_placement(Placement(4.0, 0.4, 0.5))
    assert second.state.placement.zoom == pytest.approx(4.0, rel=0.02)


def test_what_shares_no_frame_goes_to_no_place_of_the_others(qtbot, app: App) -> None:
    split(qtbot, app, Qt.Key.Key_4)
    thick, thin, other, _ = app.layouts.panes.viewers
    press(qtbot, app, Qt.Key.Key_PageDown)
    press(qtbot, app, Qt.Key.Key_H)
    qtbot.mouseClick(thick.view, LEFT, pos=at(thick.view, 12, 9))
    assert app.layouts.crosshair.place[2] == z(thick) == z(thin) == 50.0
    assert other.state.slice_index == 0
    # Its pixels are twice as large: by mm it would be shown at another zoom.
    app.window.commands["link_placement"].trigger()
    thick.state.set_placement(Placement(2.5, 0.3, 0.6))
    assert other.state.placement == Placement(2.5, 0.3, 0.6)


def test_crosshair_marks_one_place_in_all_panes(qtbot, app: App) -> None:
    split(qtbot, app)
    thick, thin = app.layouts.panes.viewers
    press(qtbot, app, Qt.Key.Key_Down)
    press(qtbot, app, Qt.Key.Key_H)
    qtbot.mouseClick(thick.view, LEFT, pos=at(thick.view, 12, 9))
    crosshair = app.layouts.crosshair
    assert crosshair.place[2] == z(thick) == z(thin) == 95.0
    bare = thin.view.grab().toImage()
    press(qtbot, app, Qt.Key.Key_W)  # the left button is the window's again
    press(qtbot, app, Qt.Key.Key_H)
    assert thin.view.grab().toImage() != bare
    assert thick.state.window == LUNG_WINDOW


def test_crosshair_is_dragged_and_others_follow_to_its_slice(qtbot, app: App) -> None:
    split(qtbot, app)
    app.window.commands["link_scroll"].setChecked(False)
    thick, thin = app.layouts.panes.viewers
    press(qtbot, app, Qt.Key.Key_PageDown)
    assert z(thin) != z(thick)
    press(qtbot, app, Qt.Key.Key_H)
    start = at(thick.view, 12, 9)
    qtbot.mousePress(thick.view, LEFT, pos=start)
    qtbot.mouseMove(thick.view, at(thick.view, 20, 15))
    qtbot.mouseRelease(thick.view, LEFT, pos=at(thick.view, 20, 15))
    first, second = (viewer.state.slice for viewer in (thick, thin))
    x, y, _ = app.layouts.crosshair.place
    column_mm = first.pixel_spacing_mm[1]
    assert x == pytest.approx(first.image_position_mm[0] + 19.5 * column_mm, abs=0.1)
    assert y == pytest.approx(first.image_position_mm[1] + 14.5 * column_mm, abs=0.1)
    assert abs(second.position_along_normal_mm - z(thick)) <= 2.5


def test_another_case_fills_the_panes_anew(qtbot, app: App, tmp_path: Path) -> None:
    split(qtbot, app)
    with qtbot.waitSignal(app.session.cases.case_opened):
        app.session.open(OpenRequest(tmp_path / "case" / "thin"))
    settle(qtbot, app)
    assert names(app) == ["thin", None]


def test_a_series_that_comes_in_goes_to_where_the_others_are(qtbot, app: App) -> None:
    split(qtbot, app)
    thick, thin = app.layouts.panes.viewers
    press(qtbot, app, Qt.Key.Key_PageDown)
    assert z(thick) == z(thin) == 50.0
    app.layouts.panes.show_by_key(thin, "1.2.3.14")
    settle(qtbot, app)
    assert names(app) == ["thick", "thick"]
    assert [z(viewer) for viewer in app.layouts.panes.viewers] == [50.0, 50.0]
    app.window.browser.choose("1.2.3.24")
    settle(qtbot, app)
    assert names(app) == ["thick", "thin"]
    assert [z(viewer) for viewer in app.layouts.panes.viewers] == [50.0, 50.0]


def test_small_panes_write_only_what_must_not_be_missing(
    qtbot, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr(
        "ctbox.gui.viewer.overlay_painter.paint_text",
        lambda _painter, _rect, _flags, text, _look: written.append(text),
    )

    def read() -> list[str]:
        written.clear()
        app.window.viewer.view.grab()
        return [text for text in written if text]

    alone = read()
    split(qtbot, app, Qt.Key.Key_4)
    assert app.window.viewer.view.height() < 400
    small = read()
    left_out = [text for text in alone if text not in small and not text.endswith(" cm")]
    assert left_out == [
        "A · Adenocarcinoma", "thick", "ctbox tests · STANDARD", "z 100.0 mm", "thickness 5 mm",
    ]  # fmt: skip
    assert {"thick · STANDARD", "1 / 14", "R", "L", "A", "P", "Lung  W 1400  L −700"} <= set(small)
    split(qtbot, app, Qt.Key.Key_1)
    assert read() == alone
