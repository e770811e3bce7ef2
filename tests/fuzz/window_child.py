"""The real window, drawing boxes with the mouse until it is killed.

Usage: ``python -m tests.fuzz.window_child CASE``. Prints how many edits there are, after each.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from ctbox.gui.app import build_app, find_application
from ctbox.gui.case_controller import OpenRequest
from tests.fuzz.kill_child import promise


def main(case: Path) -> None:
    application = find_application()
    app = build_app()
    app.window.resize(1280, 800)
    app.window.show()
    app.session.open(OpenRequest(case))
    end = time.monotonic() + 60
    while not app.window.viewer.loader.is_finished and time.monotonic() < end:
        application.processEvents()
    editing = app.session.editing
    if editing.recovery.dialog is not None:
        editing.recovery.dialog.accept()
    app.window.commands["tool_draw"].trigger()
    view, left = app.window.viewer.view, Qt.MouseButton.LeftButton
    while True:
        start = QPoint(view.width() // 2 - 60, view.height() // 2 - 60)
        QTest.mousePress(view, left, pos=start)
        QTest.mouseMove(view, start + QPoint(30, 20))
        QTest.mouseMove(view, start + QPoint(90, 70))
        QTest.mouseRelease(view, left, pos=start + QPoint(90, 70))
        editing.editing.select(None)
        application.processEvents()
        promise(editing.editing.store.unsaved_count)
        app.window.viewer.state.step_slices(1)
        if app.window.viewer.state.slice_index == app.window.viewer.state.slice_count - 1:
            app.window.viewer.state.set_slice_index(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
