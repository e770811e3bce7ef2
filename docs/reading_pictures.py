"""The user guide's pictures of reading: measuring, layouts, planes, PET."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from ctbox.dicom.places import find_place
from ctbox.gui.app import App

Keep = Callable[[str], None]
Wait = Callable[[Callable[[], bool]], None]


def take_reading_pictures(app: App, keep: Keep, wait: Wait) -> None:
    """Keep the measuring tools, two series side by side, the planes, and the fused PET.

    Parameters
    ----------
    app : App
        The window, on a slice with a box.
    keep : callable
        Saves the window's picture under a name.
    wait : callable
        Lets the window work until something is so.
    """
    commands, layouts = app.window.commands, app.layouts
    measure(app)
    keep("measuring")
    commands["tool_window"].trigger()
    app.session.measuring.store.clear()
    commands["layout_1x2"].trigger()
    commands["crosshair"].setChecked(True)
    wait(lambda: all(viewer.loader.is_finished for viewer in layouts.panes.viewers))
    keep("layout")
    commands["layout_mpr"].trigger()
    shown, annotations = app.window.viewer.state.slice, app.window.viewer.state.annotations
    if shown is not None and annotations:
        place = find_place(shown, *annotations[0].box.centre)
        if place is not None:
            layouts.mpr.put(place)
    keep("planes")
    commands["fusion"].setChecked(True)
    if commands["fusion"].isChecked():
        commands["window_mediastinum"].trigger()
        wait(lambda: app.fusion.state.loader.is_finished)
        keep("fusion")
        commands["fusion"].setChecked(False)
        commands["window_lung"].trigger()
    commands["layout_1x1"].trigger()


def measure(app: App) -> None:
    """Draw one of each about the first box of the slice."""
    annotations = app.window.viewer.state.annotations
    if not annotations:
        return
    box = annotations[0].box
    (x, y), commands = box.centre, app.window.commands
    commands["tool_ruler"].trigger()
    drag(app, (box.x1, box.y2 + 12), (box.x2, box.y2 + 12))
    commands["tool_ellipse"].trigger()
    drag(app, (x - 12, y - 10), (x + 12, y + 10))
    commands["tool_angle"].trigger()
    drag(app, (x - 120, y - 60), (x - 70, y - 20))
    view = app.window.viewer.view
    end = to_point(app, (x - 120, y + 20))
    QTest.mouseMove(view, end)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=end)


def drag(app: App, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag with the left button between two places of the image."""
    view, left = app.window.viewer.view, Qt.MouseButton.LeftButton
    QTest.mousePress(view, left, pos=to_point(app, start))
    QTest.mouseMove(view, to_point(app, end))
    QTest.mouseRelease(view, left, pos=to_point(app, end))


def to_point(app: App, place: tuple[float, float]) -> QPoint:
    """Return where a place of the image lies in the viewer."""
    return QPointF(*app.window.viewer.view.mapping.to_view(*place)).toPoint()
