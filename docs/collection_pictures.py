"""Makes the pictures of the collection's windows in docs/images: catalogue, doctor, export, models.

Usage: ``python docs/collection_pictures.py``. Phantoms are made, and some of their annotations are
spoilt so that the doctor has something to say.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from make_screenshots import SIZE, Photographer
from PySide6.QtWidgets import QDialog

from ctbox.gui.app import App, build_app, find_application
from ctbox.gui.bug_report_dialog import BugReportDialog
from ctbox.gui.case_controller import OpenRequest
from ctbox.gui.doctor.window import DoctorWindow
from ctbox.gui.exporting.dialog import ExportDialog
from ctbox.phantom.collection import write_collection
from ctbox.progress import TaskContext
from ctbox.workflows.index import IndexRequest, default_catalog_path, index_collection

PATIENTS, SEED = 8, 2023


def spoil(root: Path) -> None:
    """Break three annotation files in ways that collections are broken."""
    files = sorted(root.rglob("*.xml"))
    label = files[0].read_text("utf-8")
    files[0].write_text(label.replace("<name>A<", "<name>B<"), "utf-8")
    files[-1].write_text("this is no XML", "utf-8")
    orphan = files[1].with_name("1.2.826.0.1.3680043.8.498.1.xml")
    orphan.write_text(files[1].read_text("utf-8"), "utf-8")


def take_catalogue_picture(camera: Photographer, app: App) -> None:
    """Keep the catalogue with the first patient's series opened up."""
    app.catalogue.show_window()
    panel = app.catalogue.large
    camera.settle()
    tree, model = panel.tree, panel.tree.model()
    index = model.index(0, 0)
    for _ in range(2):
        model.fetchMore(index)
        tree.expand(index)
        index = model.index(0, 0, index)
    tree.setCurrentIndex(index)
    camera.settle()  # the small pictures are asked for when they are painted
    camera.keep("catalogue", app.catalogue.window)
    app.catalogue.window.close()


def take_doctor_picture(camera: Photographer, app: App, root: Path) -> None:
    """Keep what the doctor finds, the first of it explained."""
    app.window.commands["doctor"].trigger()
    window = app.window.findChild(DoctorWindow)
    window.images.set_path(str(root))
    window.examine.click()
    camera.wait(lambda: window.report is not None)
    group = window.findings.topLevelItem(0)
    window.findings.setCurrentItem(group.child(0))
    camera.keep("doctor", window)
    window.close()


def take_dialog_pictures(camera: Photographer, app: App, root: Path) -> None:
    """Keep the export dialog, the models and the bug report."""
    app.session.open(OpenRequest(next(root.rglob("Lung_Dx-A*"))))
    camera.wait(lambda: app.window.viewer.loader.is_finished)
    kinds: dict[str, tuple[str, type[QDialog]]] = {
        "export": ("export", ExportDialog),
        "bug-report": ("bug_report", BugReportDialog),
    }
    for name, (command, kind) in kinds.items():
        app.window.commands[command].trigger()
        dialog = app.window.findChild(kind)
        camera.keep(name, dialog)
        dialog.close()
    app.window.commands["models"].trigger()
    camera.keep("models", app.training.models)


def main() -> None:
    """Make a collection, spoil and catalogue it, and take the pictures."""
    with tempfile.TemporaryDirectory(prefix="ctbox-pictures-") as scratch:
        os.environ["CTBOX_HOME"] = str(Path(scratch) / "home")
        root = Path(scratch) / "Lung-PET-CT-Dx"
        write_collection(root, PATIENTS, SEED, TaskContext())
        spoil(root)
        index_collection(IndexRequest(root, default_catalog_path()), TaskContext())
        application = find_application()
        app = build_app()
        app.window.resize(*SIZE)
        app.window.show()
        camera = Photographer(application, app)
        take_catalogue_picture(camera, app)
        take_doctor_picture(camera, app, root)
        take_dialog_pictures(camera, app, root)
        app.close()


# A worker process imports this file anew: it must do nothing then.
if __name__ == "__main__":
    sys.exit(main())
