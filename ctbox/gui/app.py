"""The composition root: builds the window, wires it, and runs it."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtWidgets import QApplication

from ctbox.errors import SettingsError
from ctbox.gui.attention_commands import AttentionCommands
from ctbox.gui.browser.catalogue_commands import WORKER as INDEXING
from ctbox.gui.browser.catalogue_commands import CatalogueCommands
from ctbox.gui.browser.thumbnails import ThumbnailReader
from ctbox.gui.case_controller import CaseController, OpenRequest
from ctbox.gui.doctor.commands import DoctorCommands
from ctbox.gui.exporting.commands import ExportCommands
from ctbox.gui.help_commands import HelpCommands
from ctbox.gui.inspector.binding import InspectorBinding
from ctbox.gui.inspector.panel import InspectorPanel
from ctbox.gui.layouts.commands import LayoutCommands
from ctbox.gui.layouts.fusion_commands import FusionCommands
from ctbox.gui.lesions.binding import LesionsBinding
from ctbox.gui.lesions.panel import LesionsPanel
from ctbox.gui.logs import start_logging
from ctbox.gui.main_window import MainWindow
from ctbox.gui.notifications import Notifier
from ctbox.gui.prediction import PredictionController
from ctbox.gui.preferences.commands import PreferencesCommands
from ctbox.gui.report.commands import WORKER as REPORTING
from ctbox.gui.report.commands import WORKER_OPTIONS as REPORTING_OPTIONS
from ctbox.gui.report.commands import ReportCommands
from ctbox.gui.review.commands import ReviewCommands
from ctbox.gui.session import Services, Session
from ctbox.gui.settings_keeper import SettingsKeeper
from ctbox.gui.tasks import TaskRunner
from ctbox.gui.training_commands import TrainingCommands
from ctbox.gui.viewer.detection_store import DetectionStore
from ctbox.gui.viewer.loader import SliceLoader
from ctbox.gui.viewer.outline_layer import OutlineLayer
from ctbox.gui.viewer.panel import ViewerPanel
from ctbox.gui.viewer.state import ViewerState
from ctbox.paths import user_models_folder
from ctbox.settings import LoadedSettings, Settings, load_settings, save_settings
from ctbox.workflows.model_store_active import read_active
from ctbox.workflows.parallel import WorkerOptions

SHUTDOWN_LIMIT_S = 5.0
WORKERS = {
    REPORTING: REPORTING_OPTIONS,
    # Training steps back behind what the user waits for, and may take long to stop a step.
    "training": WorkerOptions("training", niceness=10, cancel_limit_s=30.0),
    "comparison": WorkerOptions("comparison"),
    INDEXING: WorkerOptions(INDEXING, threads=1, niceness=5),
}
LESIONS_HEIGHT = 312
_SCREEN_SHARE = 0.9
# The window's thread waits this long at most for a reading thread to give up the interpreter.
_SWITCH_INTERVAL_S = 0.001


@dataclass(frozen=True)
class App:
    """A built window and what must be closed with it.

    Parameters
    ----------
    window : MainWindow
        What the user sees.
    session : Session
        What wires it.
    runner : TaskRunner
        Its threads and processes.
    notifier : Notifier
        Shows what fails.
    inspector : InspectorPanel
        The pictures and measures beside the image.
    counting : LesionsBinding
        The lesions and counts beside the image.
    layouts : LayoutCommands
        The other viewers and what links them.
    fusion : FusionCommands
        PET laid on CT.
    training : TrainingCommands
        Fine-tuning and the models.
    catalogue : CatalogueCommands
        The collection's catalogue.
    preferences : PreferencesCommands
        Settings and keys.
    review : ReviewCommands
        Going through series one after the other.
    """

    window: MainWindow
    session: Session
    runner: TaskRunner
    notifier: Notifier
    inspector: InspectorPanel
    counting: LesionsBinding
    layouts: LayoutCommands
    fusion: FusionCommands
    training: TrainingCommands
    catalogue: CatalogueCommands
    preferences: PreferencesCommands
    review: ReviewCommands

    def collect_settings(self) -> Settings:
        """Return the settings with what the user changed in this run."""
        return replace(
            self.preferences.collect(self.session.collect_settings()),
            show_raw_sobel=self.inspector.raw_sobel.isChecked(),
            hit_iou=self.counting.hit_iou,
            catalogue_view=self.catalogue.describe(),
        )

    def close(self) -> Settings:
        """Stop everything that runs and return the settings to keep."""
        settings = self.collect_settings()
        self.runner.shutdown(SHUTDOWN_LIMIT_S)
        self.session.editing.close()
        self.review.close()
        self.catalogue.close()
        self.window.close()
        return settings


def build_app(
    settings: Settings | None = None,
    *,
    model: str | None = None,
    log_path: Path | None = None,
    prewarm: bool = False,
) -> App:
    """Return a window, not shown yet; a `QApplication` must exist.

    Parameters
    ----------
    settings : Settings, optional
        What the user chose before.
    model : str or None
        Name or folder of the model; None for the settings' or the shipped one.
    log_path : pathlib.Path or None
        The log file that bug reports name.
    prewarm : bool
        Load the model in its worker as soon as a series is read, ahead of the first prediction.
    """
    settings = settings or Settings()
    runner = TaskRunner(WORKERS)
    store = DetectionStore()
    store.set_threshold(settings.confidence)
    state = ViewerState(store)
    viewer = ViewerPanel(state, SliceLoader(runner), OutlineLayer(runner))
    window = MainWindow(viewer, runner)
    lesions = LesionsPanel()
    lesions_dock = window.add_dock(
        "Lesions", "lesionsDock", lesions, Qt.DockWidgetArea.RightDockWidgetArea
    )
    inspector = InspectorPanel(runner)
    inspector.set_raw_sobel(settings.show_raw_sobel)
    window.add_dock("Inspector", "inspectorDock", inspector, Qt.DockWidgetArea.RightDockWidgetArea)
    binding = InspectorBinding(inspector, state, viewer.loader)
    counting = LesionsBinding(lesions, state, settings.hit_iou)
    store.setParent(window)
    state.setParent(window)
    notifier = Notifier(window, log_path)
    prediction = PredictionController(
        runner,
        store,
        model=model or settings.default_model or read_active(user_models_folder()).name,
        device=settings.device,
        parent=window,
    )
    cases = CaseController(runner, window)
    cases.case_opened.connect(lambda case, _: counting.take_case(case))
    if not settings.window_state:
        # Only now that they are on the screen do docks take a height: the pictures get the rest.
        heights = ([lesions_dock], [LESIONS_HEIGHT], Qt.Orientation.Vertical)
        cases.case_opened.connect(lambda *_: window.resizeDocks(*heights))
    lesions.predict_requested.connect(window.commands["predict_series"].trigger)
    lesions.lesion_activated.connect(viewer.setFocus)
    inspector.failed.connect(notifier.show_failure)
    services = Services(cases, prediction, ThumbnailReader(runner, window), notifier)
    session = Session(window, services, settings)
    binding.follow(session.editing.editing)
    attach = (session.measuring.attach, session.reading.attach, session.editing.attach)
    layouts = LayoutCommands(window, runner, attach)
    layouts.mpr.follow(session.editing.editing)
    cases.case_opened.connect(lambda case, _: layouts.take_case(case))
    fusion = FusionCommands(window, session.toasts, runner, layouts.planes)
    cases.case_opened.connect(lambda case, _: fusion.take_case(case))
    training = TrainingCommands(session, runner)
    catalogue = CatalogueCommands(session, runner, settings.catalogue_view)
    preferences = PreferencesCommands(session, training, runner, lesions, layouts.planes)
    DoctorCommands(session, runner, INDEXING)
    ExportCommands(session, runner, INDEXING)
    HelpCommands(session, log_path)
    ReportCommands(session, runner, notifier)
    AttentionCommands(lesions.attention, state, prediction, session.toasts)
    if prewarm:
        viewer.loader.finished.connect(prediction.warm_up)
    if settings.window_geometry:
        window.restoreGeometry(QByteArray.fromBase64(settings.window_geometry.encode()))
    if settings.window_state:
        window.remember_layout(QByteArray.fromBase64(settings.window_state.encode()))
    return App(
        window,
        session,
        runner,
        notifier,
        inspector,
        counting,
        layouts,
        fusion,
        training,
        catalogue,
        preferences,
        ReviewCommands(session, runner, catalogue),
    )


def run(
    path: Path | None,
    annotations: Path | None = None,
    model: str | None = None,
    *,
    sample: bool = False,
) -> int:
    """Show the window until it is closed.

    Parameters
    ----------
    path : pathlib.Path or None
        What to open first; None shows the start page.
    annotations : pathlib.Path or None
        Where the expert's boxes lie; None looks beside the images.
    model : str or None
        Name or folder of a model.
    sample : bool
        Open the synthetic sample case where no path is given; it is made on first use, with
        the window already there.

    Returns
    -------
    int
        Exit code.
    """
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    application = find_application()
    log = start_logging()
    loaded = load_settings()
    app = build_app(loaded.settings, model=model, log_path=log.path, prewarm=True)
    app.notifier.install()
    if not loaded.settings.window_geometry:
        _fit_to_screen(app.window)
    app.window.show()
    _tell_of_settings(app, loaded)
    if path is not None or sample:
        app.session.open(OpenRequest(path, annotations))
    app.session.offer_recovery()
    app.review.offer_resume()
    keeper = SettingsKeeper(
        app.runner, app.collect_settings, app.window.commands.values(), parent=app.window
    )
    app.preferences.changed.connect(keeper.note_change)
    code = application.exec()
    keeper.stop()
    try:
        save_settings(app.close())
    except SettingsError as error:
        # The window is gone: the log and the terminal are all that is left to tell.
        print(error, file=sys.stderr)  # noqa: T201
    app.notifier.remove()
    log.close()
    return int(code)


def check_window(path: Path) -> str:
    """Open a case in a window that nobody sees, and return what was shown; for the self-test.

    Raises
    ------
    RuntimeError
        If the first slice does not appear.
    """
    import time

    application = find_application()
    app = build_app()
    app.window.show()
    app.session.open(OpenRequest(path))
    limit = time.monotonic() + 60
    viewer = app.window.viewer
    while viewer.view.pixels is None and time.monotonic() < limit:
        application.processEvents()
        time.sleep(0.005)
    shown = viewer.view.pixels is not None and not app.window.grab().isNull()
    told = f"{app.window.width()} × {app.window.height()}, {viewer.state.slice_count} slices"
    app.close()
    if not shown:
        raise RuntimeError("The window did not show the first slice.")
    return told


def find_application() -> QApplication:
    """Return the process's application, made if there is none yet."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("ctbox")
    application.setApplicationDisplayName("ctbox")
    return application


def _fit_to_screen(window: MainWindow) -> None:
    """Take most of the screen on the first run, but no more than the eye can follow."""
    screen = window.screen().availableSize()
    most = QSize(1760, 1080)
    window.resize((screen * _SCREEN_SHARE).boundedTo(most).expandedTo(window.minimumSizeHint()))


def _tell_of_settings(app: App, loaded: LoadedSettings) -> None:
    if loaded.problem:
        app.session.show_notice(loaded.problem)
