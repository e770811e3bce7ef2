"""Makes the pictures in docs/images from the window itself, on a synthetic case.

Usage: ``python docs/make_screenshots.py [CASE]``. Without CASE a phantom is made. Never keep
pictures of real patients here.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QWidget
from reading_pictures import take_reading_pictures
from review_pictures import take_attention_picture, take_review_picture

from ctbox.boxes import BoundingBox
from ctbox.gui.app import App, build_app, find_application
from ctbox.gui.browser.problems import ProblemsDialog
from ctbox.gui.case_controller import OpenRequest
from ctbox.gui.help_dialogs import ShortcutSheet
from ctbox.gui.preferences.dialog import KEYS
from ctbox.gui.viewer.placement import Placement
from ctbox.phantom.collection import write_collection
from ctbox.progress import TaskContext

IMAGES = Path(__file__).resolve().parent / "images"
SIZE = (1280, 800)
WIDE = (1920, 1080)
PATIENTS, SEED = 3, 2023
LIMIT_S = 300.0


class Photographer:
    """Waits for the window to come to rest and keeps what it looks like."""

    def __init__(self, application: QApplication, app: App) -> None:
        self._application = application
        self._app = app

    def wait(self, condition: Callable[[], bool], limit_s: float = LIMIT_S) -> None:
        """Let the window work until something is so.

        Raises
        ------
        TimeoutError
            If it does not come about.
        """
        end = time.monotonic() + limit_s
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError("The window did not get ready for its picture.")
            self._application.processEvents()
            time.sleep(0.005)

    def settle(self) -> None:
        """Wait until nothing runs any more and everything is painted."""
        self.wait(lambda: not self._app.runner.running)
        end = time.monotonic() + 0.4
        self.wait(lambda: time.monotonic() > end and not self._app.runner.running)

    def keep(self, name: str, widget: QWidget | None = None) -> None:
        """Save a picture of a widget, of the window if none is given."""
        self.settle()
        self.keep_running(name, widget)

    def keep_running(self, name: str, widget: QWidget | None = None) -> None:
        """Save a picture without waiting for what runs."""
        self._application.processEvents()
        IMAGES.mkdir(parents=True, exist_ok=True)
        shown = widget or self._app.window
        if not shown.grab().save(str(IMAGES / f"{name}.png")):
            raise OSError(f"{IMAGES / name}.png could not be written.")


def take_pictures(case: Path) -> None:
    """Open a case and take all pictures."""
    application = find_application()
    app = build_app()
    app.window.resize(*SIZE)
    app.window.show()
    camera = Photographer(application, app)
    camera.keep("start")
    app.session.open(OpenRequest(case))
    camera.wait(lambda: app.window.viewer.loader.is_finished)
    app.window.viewer.setFocus()
    go_to_largest_box(app)
    camera.keep("expert")
    app.window.commands["predict_series"].trigger()
    camera.wait(lambda: not app.session.prediction.is_running)
    app.window.commands["outline"].setChecked(True)
    take_viewer_pictures(camera, app)
    take_attention_picture(app, camera.keep, camera.wait)
    take_reading_pictures(app, camera.keep, camera.wait)
    take_editing_picture(camera, app)
    take_dialog_pictures(camera, app)
    take_settings_picture(camera, app)
    take_review_picture(app, camera.keep, camera.wait)
    app.close()


def take_viewer_pictures(camera: Photographer, app: App) -> None:
    """Keep the viewer with its boxes: whole, wide, zoomed, light."""
    for toast in app.session.notices:
        toast.dismiss()
    camera.keep("window")
    app.window.resize(*WIDE)
    app.window.commands["window_mediastinum"].trigger()
    camera.keep("window-wide")
    app.window.commands["window_lung"].trigger()
    app.window.resize(*SIZE)
    state = app.window.viewer.state
    shown, box = state.slice, state.annotations[0].box
    if shown is not None:
        x, y = box.centre
        state.set_placement(Placement(3.0, x / shown.columns, y / shown.rows))
    camera.keep("zoomed")
    state.set_placement(Placement())
    app.window.commands["theme"].setChecked(True)
    camera.keep("light")
    app.window.commands["theme"].setChecked(False)


def take_editing_picture(camera: Photographer, app: App) -> None:
    """Keep a box of one's own beside the expert's, enlarged, then give it up again."""
    state, editing = app.window.viewer.state, app.session.editing.editing
    shown = state.slice
    if shown is None:
        return
    box = state.annotations[0].box
    x, y = box.centre
    state.set_placement(Placement(3.0, x / shown.columns, y / shown.rows))
    own = BoundingBox(*(float(round(edge)) for edge in box.expanded(0.12).as_tuple()))
    editing.draw(shown.sop_instance_uid, own)
    camera.keep("editing")
    editing.discard_unsaved()
    state.set_placement(Placement())


def take_dialog_pictures(camera: Photographer, app: App) -> None:
    """Keep the shortcut sheet, and the list of problems if the case has any."""
    dialogs: list[tuple[str, QWidget]] = [
        ("shortcuts", ShortcutSheet(app.window.commands, app.window))
    ]
    if app.session.case is not None and app.window.browser.problems_text:
        dialogs.append(("problems", ProblemsDialog(app.session.case, app.window)))
    for name, dialog in dialogs:
        dialog.show()
        camera.keep(name, dialog)
        dialog.close()


def take_settings_picture(camera: Photographer, app: App) -> None:
    """Keep the page of keys."""
    app.preferences.show()
    dialog = app.preferences.dialog
    if dialog is not None:
        dialog.go_to(KEYS)
        dialog.keys.table.choose("next_slice")
        camera.keep("settings", dialog)
        dialog.accept()


def go_to_largest_box(app: App) -> None:
    """Show the slice with the largest expert's box of the shown series."""
    state = app.window.viewer.state
    if state.series_case is None or not state.series_case.annotations:
        raise ValueError("The first series has no expert's box to show.")
    areas = {
        uid: max(each.box.area for each in boxes)
        for uid, boxes in state.series_case.annotations.items()
    }
    largest = max(areas, key=lambda uid: areas[uid])
    uids = [each.sop_instance_uid for each in state.series_case.series.slices]
    state.set_slice_index(uids.index(largest))


def main(words: list[str]) -> None:
    """Take the pictures of the case that is named, else of a new phantom."""
    with tempfile.TemporaryDirectory(prefix="ctbox-pictures-") as scratch:
        os.environ["CTBOX_HOME"] = str(Path(scratch) / "home")
        case = Path(words[0]) if words else Path(scratch) / "Lung-PET-CT-Dx"
        if not words:
            write_collection(case, PATIENTS, SEED, TaskContext(), with_pet=True)
        take_pictures(case)


# The prediction's worker process imports this file anew: it must do nothing then.
if __name__ == "__main__":
    main(sys.argv[1:])
